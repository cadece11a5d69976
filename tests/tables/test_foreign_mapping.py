"""A ten-year-old project of another lab, read through the mapping: one form for all, a column per course, its own codes."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.model import AppointmentKind, Checked, Export, Role, Task
from onboard.model.mapping import Mapping
from onboard.tables import Tables, read_tables

STAFF = """\
id,redcap_event_name,nm,mail,ok,job,hired,gone,hsp_dt,gcp_dt,duties___1,duties____9,study,staff_complete
a-1,hired_arm_1,Ada Lund,ada@lab.example,1,12,2020-01-02,,2025-05-01,,1,0,P-1,0
a-2,hired_arm_1,Bo Ek,bo@lab.example,0,3,2021-03-04,NK,NK,2025-06-01,0,1,p1,2
a-1,exit_arm_1,,,,,,,,,0,0,,0
"""
STUDIES = "id,no,lead,studies_complete\nS1,P-1,ada@lab.example,2\n"


def document() -> dict[str, Any]:
    """What the lab's redcap.toml says, parsed."""
    staff = {"project": "lab", "instrument": "staff", "event": "hired_arm_1"}

    def course(field: str, group: str) -> dict[str, Any]:
        constants = {"curriculum": "Human Research", "group": group, "stage": "1", "source": "typed"}
        return {**staff, "only_if": "completed", "fields": {"completed": field}, "constants": constants}

    return {
        "missing_codes": ["NK"],
        "tables": {
            "people": {
                **staff,
                "fields": {"name": "nm", "university_email": "mail", "complete": "ok"},
                "values": {"complete": {"1": "yes", "0": "no"}},
            },
            "appointments": {
                **staff,
                "fields": {"role": "job", "first": "hired", "last": "gone"},
                "constants": {"kind": "employee", "engaged": "yes"},
                "values": {"role": {"12": "pi", "3": "data"}},
            },
            "completions": [course("hsp_dt", "Biomedical Research"), course("gcp_dt", "GCP FDA Refresher")],
            "delegations": {
                **staff,
                "checkboxes": ["tasks"],
                "fields": {"protocol": "study", "tasks": "duties", "first": "hired"},
                "values": {"tasks": {"1": "consent", "-9": "analysis"}},
            },
            "protocols": {"project": "lab", "instrument": "studies", "fields": {"number": "no", "pi": "lead"}},
        },
    }


@pytest.fixture
def foreign() -> Mapping:
    mapping, mistakes = load_mapping(document())
    assert mistakes == []
    return mapping


@pytest.fixture
def tables(foreign: Mapping) -> Tables:
    export = Export(instruments={"lab.staff": STAFF, "lab.studies": STUDIES}, read_at=datetime(2026, 1, 1, tzinfo=UTC))
    tables, problems = read_tables(export, foreign, ZoneInfo("Europe/Stockholm"))
    assert problems == []
    return tables


def test_only_mapped_fields_are_asked_for(foreign: Mapping) -> None:
    assert foreign.projects == ("lab",)
    wanted = foreign.instruments("lab")
    assert set(wanted) == {"staff", "studies"}
    assert set(wanted["staff"]) == {"nm", "mail", "ok", "job", "hired", "gone", "hsp_dt", "gcp_dt", "duties", "study"}
    assert foreign.checkboxes("lab") == {"duties"}


def test_one_event_gives_the_people_and_their_green_light(tables: Tables) -> None:
    people = tables.people.set_index("record")
    assert list(people.index) == ["a-1", "a-2"]
    assert list(people["complete"]) == [True, False]
    assert people.loc["a-1", "greet"] == "Ada Lund"  # no name to greet is kept


def test_codes_constants_and_missing_codes(tables: Tables) -> None:
    ada, bo = tables.appointments.to_dict("records")
    assert (ada["role"], bo["role"]) == (Role.PI, Role.DATA)
    assert (ada["kind"], ada["engaged"]) == (AppointmentKind.EMPLOYEE, True)
    assert bo["last"] is None  # NK is "no value"


def test_a_column_per_course_gives_a_row_per_course_that_was_passed(tables: Tables) -> None:
    found = {(row["person"], row["group"]): row for row in tables.completions.to_dict("records")}
    assert set(found) == {("a-1", "Biomedical Research"), ("a-2", "GCP FDA Refresher")}
    ada = found["a-1", "Biomedical Research"]
    assert (ada["completed"], ada["stage"], ada["checked"]) == (date(2025, 5, 1), 1, Checked.ACCEPTED)
    assert ada["evidence"] == "staff/a-1/1@hired_arm_1#hsp_dt"


def test_checkbox_codes_become_tasks_although_redcap_mangles_them(tables: Tables) -> None:
    assert [row["tasks"] for row in tables.delegations.to_dict("records")] == [(Task.CONSENT,), (Task.ANALYSIS,)]
    assert set(tables.delegations["protocol"]) == {"S1"}


def test_tables_the_lab_does_not_keep_are_empty(tables: Tables) -> None:
    assert len(tables.waivers) == len(tables.listings) == 0

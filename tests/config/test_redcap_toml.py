"""redcap.toml: the shipped one fits the shipped dictionaries, and every mistake in a lab's own is named at once."""

import copy
import re
import tomllib
from typing import Any

import pytest

from onboard.adapters.files.protocol_files import APPROVAL_COLUMNS, PROTOCOL_COLUMNS
from onboard.config.redcap_toml import load_mapping
from onboard.model import (
    AppointmentKind,
    ApprovalKind,
    Checked,
    Funding,
    Horizon,
    PersonnelMode,
    Phi,
    Role,
    StudyType,
    Task,
)
from onboard.model.mapping import TABLE_FIELDS, Mapping
from onboard.sandbox.dictionary import Dictionary, parse_csv
from onboard.shipped import shipped

#: What the shipped project has no field for.
OPTIONAL = {"people": {"login"}, "completions": {"training"}}


@pytest.fixture
def document() -> dict[str, Any]:
    return tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8"))


def dictionary(name: str) -> Dictionary:
    return parse_csv((shipped("config/redcap_project") / f"{name}.csv").read_text(encoding="utf-8"))


def test_every_mapped_field_stands_on_the_form_it_is_mapped_to(mapping: Mapping) -> None:
    for project in mapping.projects:
        fields = {field.name: field.form for field in dictionary(project).fields}
        for instrument, names in mapping.instruments(project).items():
            assert {name: fields.get(name) for name in names} == dict.fromkeys(names, instrument)


def test_every_noun_field_is_mapped_and_every_typed_field_is_read(mapping: Mapping) -> None:
    for table, names in TABLE_FIELDS.items():
        (source,) = mapping.of(table)
        assert set(source.fields) == set(names) - OPTIONAL.get(table, set()) or table == "steps"
    for project in mapping.projects:
        read = {name for names in mapping.instruments(project).values() for name in names}
        typed = {field.name for field in dictionary(project).fields[1:] if field.kind != "file"}
        assert typed == read


def test_every_key_of_the_shipped_file_is_commented() -> None:
    text = (shipped("config") / "redcap.toml").read_text(encoding="utf-8")
    keys = {
        "project", "instrument", "event", "where", "unless", "only_if", "checkboxes", "each", "person", "fields", "constants",
        "values", "blank", "dates", "ended_if", "not_begun_if", "printed_after",
    }  # fmt: skip
    explained = set(re.findall(r"^#   (\w+)  ", text, re.MULTILINE))
    assert explained == keys


@pytest.mark.parametrize(
    ("project", "field", "words"),
    [
        ("people", "appt_kind", AppointmentKind), ("people", "appt_role", Role), ("people", "comp_checked", Checked),
        ("people", "deleg_tasks", Task), ("people", "work_task", Task), ("people", "log_task", Task),
        ("people", "work_horizon", Horizon), ("protocols", "appr_kind", set(ApprovalKind) - {ApprovalKind.UNKNOWN}),
        ("protocols", "appr_study_type", StudyType), ("protocols", "appr_funding", Funding), ("protocols", "appr_phi", Phi),
        ("protocols", "personnel_mode", set(PersonnelMode) - {PersonnelMode.BLANK, PersonnelMode.UNKNOWN}),
    ],
)  # fmt: skip
def test_the_choices_of_the_forms_are_our_words(project: str, field: str, words: Any) -> None:
    found = dictionary(project).field(field)
    assert found is not None and set(found.choices) == {word.value for word in words}


def test_dates_and_addresses_are_validated_by_redcap_itself(mapping: Mapping) -> None:
    fields = [field for project in mapping.projects for field in dictionary(project).fields]
    dates = {f.name for f in fields if re.search(r"_(on|from|to|until|submitted|removed|due|done|completed|expires)$", f.name)}
    assert {f.name for f in fields if f.validation == "date_ymd"} >= dates - {"work_depends_on", "digest_also_to"}
    assert {f.name for f in fields if f.validation == "email"} == {"university_email", "other_email", "personal_email"}


def test_the_survey_hides_what_the_coordinator_decides() -> None:
    fields = {f.name: f.row["field_annotation"] for f in dictionary("people").fields if f.form == "completion"}
    hidden = {name for name, annotation in fields.items() if "@HIDDEN-SURVEY" in annotation}
    assert hidden == {"comp_source", "comp_checked", "comp_checked_by", "comp_checked_on", "comp_reason"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda d: d.update(tabels={}), "tabels: is not known. Did you mean 'tables'?", id="top"),
        pytest.param(lambda d: d["tables"].update(peple={}), "peple: is not known. Did you mean 'people'?", id="table"),
        pytest.param(lambda d: d["tables"]["holds"].update(form="x"), "form: is not known.", id="key of a source"),
        pytest.param(lambda d: d["tables"]["people"]["fields"].update(naem="full_name"), "Did you mean 'name'?", id="noun field"),
        pytest.param(lambda d: d["tables"]["people"]["fields"].pop("name"), "cannot be read without it", id="needed"),
        pytest.param(lambda d: d["tables"].pop("people"), "tables.people: is missing", id="no people"),
        pytest.param(lambda d: d["tables"]["holds"].pop("instrument"), "instrument: is missing", id="no instrument"),
        pytest.param(
            lambda d: d["tables"]["holds"]["fields"].update(first="Hold From"), "not a REDCap field name", id="label for field"
        ),
        pytest.param(lambda d: d["tables"]["holds"]["fields"].update(first=3), "must be text", id="number"),
        pytest.param(lambda d: d["tables"].update(holds="hold"), "must be a table", id="text for table"),
        pytest.param(lambda d: d["tables"]["steps"].update(fields={}), "is empty", id="no steps"),
        pytest.param(
            lambda d: d["tables"]["approvals"].update(values={"kind": {"1": "initail"}}),
            "Did you mean 'initial'?",
            id="word",
        ),
        pytest.param(
            lambda d: d["tables"]["approvals"].update(values={"king": {"1": "x"}}), "is not mapped", id="values of nothing"
        ),
        pytest.param(lambda d: d["tables"]["holds"].update(checkboxes=["first"]), "several at once", id="checkbox"),
        pytest.param(lambda d: d["tables"]["holds"].update(constants={"first": 1}), "must be text", id="constant"),
        pytest.param(lambda d: d.update(missing_codes="NA"), "must be a list of texts", id="codes"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_next_step(document: dict[str, Any], spoil: Any, said: str) -> None:
    spoil(document)
    mistakes = load_mapping(document)[1]
    assert any(said in mistake for mistake in mistakes), mistakes
    assert all(mistake.startswith("redcap.toml, ") for mistake in mistakes)


def test_all_mistakes_come_at_once(document: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(document)
    spoilt["tabels"] = {}
    spoilt["tables"]["people"]["fields"]["naem"] = "x"
    spoilt["tables"]["holds"]["event"] = 1
    assert len(load_mapping(spoilt)[1]) == 3


def test_one_box_of_a_checkbox_is_asked_for_by_its_field(document: dict[str, Any]) -> None:
    document["tables"]["approvals"]["fields"]["open_ended"] = "flags___open"
    mapping, mistakes = load_mapping(document)
    assert mistakes == []
    assert "flags" in mapping.instruments("protocols")["approval"]


def test_part_of_a_mapping(mapping: Mapping) -> None:
    assert mapping.only({"people"}).projects == ("people",)


def test_the_click_list_names_every_step_form_and_word(mapping: Mapping) -> None:
    text = (shipped("config/redcap_project") / "README.md").read_text(encoding="utf-8")
    steps = re.search(r"names one of them:\n(.*)\.\n", text)
    assert steps and re.findall(r"`(\w+)`", steps[1]) == list(mapping.of("steps")[0].fields)
    forms = {form for project in mapping.projects for form in dictionary(project).forms}
    assert set(re.findall(r"^\| `(\w+)` \| .* \| (?:no|yes)", text, re.MULTILINE)) == forms
    words = {*StudyType, *Funding, *Phi, *(set(ApprovalKind) - {ApprovalKind.UNKNOWN})}
    assert all(f"`{word}`" in text for word in words)


def test_the_files_without_a_second_project_have_the_columns_that_are_read() -> None:
    files = shipped("config/redcap_project/as_files")
    protocols = (files / "protocols.csv").read_text(encoding="utf-8").strip()
    approvals = (files / "approvals.csv").read_text(encoding="utf-8").strip()
    assert protocols.split(",") == list(PROTOCOL_COLUMNS.values())
    assert approvals.split(",") == ["protocol", *APPROVAL_COLUMNS.values()]


def test_where_acceptance_stands_is_one_word() -> None:
    people = {"people": {"instrument": "person", "fields": {"name": "nm"}}}
    assert not load_mapping({"tables": people})[0].reviews_on_form
    mapping, mistakes = load_mapping({"tables": people, "reviews": "on_the_survey_form"})
    assert mapping.reviews_on_form and not mistakes
    mapping, (mistake,) = load_mapping({"tables": people, "reviews": "on_the_form"})
    assert (
        not mapping.reviews_on_form and "'on_the_form' is not known. Write 'on_the_survey_form', or take the line out" in mistake
    )

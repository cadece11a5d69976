"""Project files in the stand-in: read, written again, and read again; small ones of our own, and public ones where they are.

`ONBOARD_PUBLIC_PROJECTS` names a folder of public project files (FOLDER/OWNER/NAME/project.xml with data.csv and dictionary.csv
beside it, or FOLDER/OWNER/NAME.xml). Nothing of them is in the repository.
"""

import csv
import io
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from onboard.sandbox.api import answer
from onboard.sandbox.call import Params
from onboard.sandbox.clock import still
from onboard.sandbox.creating import project_from_file
from onboard.sandbox.design import Event, Place, Repeat, unique_event_names
from onboard.sandbox.dictionary import parse_csv
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import ApiError
from onboard.sandbox.rights import EVERYTHING
from onboard.sandbox.state import State
from onboard.sandbox.survey_page import fill_in
from onboard.sandbox.surveys import survey_code
from tests.sandbox.project_files import CLASSIC, LONGITUDINAL

CLOCK = still(datetime(2026, 1, 1))
PUBLIC = os.environ.get("ONBOARD_PUBLIC_PROJECTS", "")
#: Public project -> why its data.csv differs from what its file holds. In every one, calculated values are not taken over.
ANOTHER_STATE = {
    "arm-multiple-delete": "data.csv is what is uploaded before an arm is deleted",
    "simple": "data.csv is older: without interpreter_needed, sex as R's TRUE, files as [document]",
    "survey": "data.csv has the times of the first project, the file those of a copy",
}
#: Public project -> columns of its dictionary.csv that no project file holds.
NOT_IN_FILES = {
    "validation-types-1": {"f_slider text_validation_min", "f_slider text_validation_max", "f_sql select_choices_or_calculations"}
}


def loaded(text: str) -> Project:
    return project_from_file(text, CLOCK)


def ask(project: Project, content: str, **more: str) -> str:
    token = project.add_token(rights=EVERYTHING)
    state = State(projects=[project], public_url="http://host/")
    return answer(state, Params([("token", token), ("content", content), ("format", "csv"), *more.items()])).body.decode()


def written(project: Project) -> str:
    return ask(project, "project_xml", exportSurveyFields="true", exportDataAccessGroups="true", exportFiles="true")


def held(project: Project) -> dict[str, object]:
    """Everything a project file says of a project."""
    names = (
        "title", "dictionary", "labels", "records", "missing_data_codes", "settings", "surveys", "survey_settings", "groups",
        "survey_times", "record_groups", "other_settings", "other_groups", "design",
    )  # fmt: skip
    documents = {key: (one.name, one.content_type, one.content) for key, one in project.documents.items()}
    return {**{name: getattr(project, name) for name in names}, "documents": documents, "roles": ask(project, "userRole")}


def public_files() -> list[Path]:
    folder = Path(PUBLIC)
    return sorted([*folder.glob("*/*/project.xml"), *folder.glob("*/*.xml")]) if PUBLIC else []


def files() -> Iterator[object]:
    yield pytest.param(CLASSIC, None, id="classic")
    yield pytest.param(LONGITUDINAL, None, id="longitudinal")
    for path in public_files():
        name = path.parent.name if path.stem == "project" else path.stem
        text = path.read_text(encoding="utf-8-sig")
        yield pytest.param(text, path.parent if path.stem == "project" else None, id=name)


@pytest.mark.parametrize(("text", "folder"), list(files()))
def test_a_project_file_comes_back_and_equals_what_lies_beside_it(text: str, folder: Path | None) -> None:
    project = loaded(text)
    again = loaded(written(project))
    for name, said in held(project).items():
        assert held(again)[name] == said, name
    if folder is not None:
        _as_exported(project, folder)
        _as_uploaded(project, folder)
        _as_laid_out(project, folder)


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def _as_exported(project: Project, folder: Path) -> None:
    """The records equal data.csv, less calculated values, and with its line breaks as the blanks that some clients make."""
    wanted = _rows(folder / "data.csv")
    more = {"exportSurveyFields": str(any(name.endswith("_timestamp") for name in wanted[0]))}
    more["exportDataAccessGroups"] = str("redcap_data_access_group" in wanted[0])
    found = list(csv.DictReader(io.StringIO(ask(project, "record", **more))))
    calculated = {field.name for field in project.dictionary.fields if field.kind == "calc"}
    same = [{key: " ".join(text.split()) for key, text in row.items() if key not in calculated} for row in found]
    as_wanted = [{key: " ".join(text.split()) for key, text in row.items() if key not in calculated} for row in wanted]
    assert (same == as_wanted) is (folder.name not in ANOTHER_STATE), ANOTHER_STATE.get(folder.name, "equal")


def _bars(text: str) -> list[str]:
    """Choices whatever stands around their bars."""
    return [part.strip() for part in text.split("|")]


def _as_uploaded(project: Project, folder: Path) -> None:
    wanted = parse_csv((folder / "dictionary.csv").read_text(encoding="utf-8-sig"))
    mine = {field.name: field.row for field in project.dictionary.fields}
    differ = {
        f"{field.name} {column}"
        for field in wanted.fields
        for column, text in field.row.items()
        if _bars(mine[field.name][column]) != _bars(text)
    }
    assert differ == NOT_IN_FILES.get(folder.name, set())


def _as_laid_out(project: Project, folder: Path) -> None:
    """Arms and events as exported; their unique names are those that come of the labels."""
    for content in ("arm", "event"):
        if (folder / f"{content}.csv").is_file():
            wanted = [{key: text for key, text in row.items() if key != "event_id"} for row in _rows(folder / f"{content}.csv")]
            rows = list(csv.DictReader(io.StringIO(ask(project, content))))
            assert [{key: row[key] for key in wanted[0]} for row in rows] == wanted
    plain = [Event(name=one.name, forms=one.forms, arm=one.arm) for one in project.design.events]
    assert [one.unique_name for one in unique_event_names(plain)] == [one.unique_name for one in project.design.events]


class TestClassic:
    """What a file of a classic project says, cell by cell."""

    def test_fields(self) -> None:
        project = loaded(CLASSIC)
        rows = {field.name: {key: text for key, text in field.row.items() if text} for field in project.dictionary.fields}
        assert list(rows) == ["record_id", "full_name", "height", "bmi", "role", "tasks", "remark", "visit_on", "paper", "kept"]
        assert rows["height"] == {
            "field_name": "height",
            "form_name": "basics",
            "section_header": "Body",
            "field_type": "text",
            "field_label": "Height",
            "field_note": "cm",
            "text_validation_type_or_show_slider_number": "number",
            "text_validation_min": "50",
            "text_validation_max": "250",
        }
        assert rows["full_name"]["identifier"] == rows["full_name"]["required_field"] == "y"
        assert rows["bmi"]["select_choices_or_calculations"] == "round([height]*2,1)"
        assert rows["role"]["select_choices_or_calculations"] == "1, Coordinator, senior | 2, Student"
        assert rows["role"]["branching_logic"] == "[height] > 1"
        assert rows["tasks"]["select_choices_or_calculations"] == "1, One | X2, Two, and more"
        assert (rows["remark"]["field_type"], rows["remark"]["field_label"]) == ("notes", "<b>Say</b> it")
        assert "select_choices_or_calculations" not in rows["kept"]

    def test_settings(self) -> None:
        project = loaded(CLASSIC)
        said = project.settings
        assert (said.purpose, said.purpose_other, said.project_notes) == (1, "teaching", "notes")
        assert (said.record_autonumbering_enabled, said.surveys_enabled, said.display_today_now_button) == (1, 1, 0)
        assert said.custom_record_label == "[full_name]"
        assert project.missing_data_codes == {"NA": "Not asked", "-9": "Unknown"}
        assert project.other_settings == {"OrderRecordsByField": "full_name"}
        assert project.title == "Small & classic" and project.label("basics") == "The Basics"
        assert project.design.repeats == [Repeat("visit", "", "[visit_on]")] and not project.design.longitudinal
        assert project.groups == {"site_a1": "Site A-1"}

    def test_a_survey_with_its_words_line_breaks_and_button(self) -> None:
        project = loaded(CLASSIC)
        assert project.surveys == ["visit"]
        assert project.survey_settings["visit"]["instructions"] == "<p>One</p>\n<p>Two</p>"
        off = loaded(CLASSIC.replace("SurveysEnabled>1", "SurveysEnabled>0"))
        assert off.surveys == [] and off.settings.surveys_enabled == 0

    @pytest.mark.parametrize(("switch", "words"), [("1", "One more"), ("0", "")])
    def test_the_button_for_another_response_is_as_the_file_says(self, switch: str, words: str) -> None:
        project = loaded(CLASSIC.replace('repeat_survey_enabled="1"', f'repeat_survey_enabled="{switch}"'))
        state = State(projects=[project], public_url="http://host/")
        code = survey_code(project, "12", Place("", "visit", 1), "visit")
        page = fill_in(state, code, Params([("visit_on", "2026-02-03")]), {})
        assert "Your answers were saved" in page and ("surveys/?s=" in page) is bool(words) and words in page

    def test_a_role_keeps_its_name_and_rights(self) -> None:
        row = next(csv.DictReader(io.StringIO(ask(loaded(CLASSIC), "userRole"))))
        wanted = {
            "unique_role_name": "U-573AEYRNR8", "role_label": "Reader", "logging": "1", "stats_and_charts": "1",
            "manage_survey_participants": "1", "api_export": "1", "record_create": "1", "forms": "basics:1,visit:2",
            "forms_export": "basics:3,visit:3", "api_import": "0", "lock_records": "2",
        }  # fmt: skip
        assert {name: row[name] for name in wanted} == wanted

    def test_records(self) -> None:
        project = loaded(CLASSIC)
        base = project.records["7"][Place()]
        assert base["remark"] == "first\nsecond" and base["full_name"] == "Ada & Co"
        assert base["tasks___1"] == "1" and base["tasks___na"] == "1"
        assert "bmi" not in base  # calculated: not taken over
        assert project.records["7"][Place("", "visit", 2)]["paper"] == "gcp.pdf"
        assert [one.content for one in project.documents.values()] == [b"%PDF"]
        assert project.survey_times == {("7", Place("", "visit", 1), "visit"): "2026-02-01 10:00:00"}
        assert project.record_groups == {"7": "site_a1"} and list(project.records) == ["7", "12"]

    def test_missing_data_codes_give_checkboxes_columns(self) -> None:
        header, first, *_ = ask(loaded(CLASSIC), "record", fields="record_id,tasks").splitlines()
        assert header.endswith("tasks___1,tasks___x2,tasks___na,tasks____9") and first.endswith("1,0,1,0")
        names = ask(loaded(CLASSIC), "exportFieldNames")
        assert "tasks___x2" in names and "tasks___na" not in names
        labels = ask(loaded(CLASSIC), "record", fields="tasks", rawOrLabelHeaders="label")
        assert "Tasks  (choice=Not asked)" in labels

    def test_metadata_alone_and_some_records(self) -> None:
        project = loaded(CLASSIC)
        bare = ask(project, "project_xml", returnMetadataOnly="true")
        assert "ClinicalData" not in bare and loaded(bare).dictionary == project.dictionary
        assert list(loaded(ask(project, "project_xml", records="12")).records) == ["12"]
        assert len(bare) < len(ask(project, "project_xml")) < len(ask(project, "project_xml", exportFiles="true"))


class TestLongitudinal:
    """Events, arms, what repeats, and where values go."""

    def test_events_with_their_days(self) -> None:
        project = loaded(LONGITUDINAL)
        assert project.design.arms == {1: "Drug", 2: "No drug"}
        lines = ask(project, "event").splitlines()
        assert lines[0] == "event_name,arm_num,day_offset,offset_min,offset_max,unique_event_name,custom_event_label,event_id"
        assert lines[2].startswith('"Later on",1,30,0,1,later_on_arm_1,,')

    def test_values_are_where_their_event_and_form_repeat(self) -> None:
        project = loaded(LONGITUDINAL)
        assert set(project.records["1"]) == {
            Place("start_arm_1"),
            Place("start_arm_1", "visit", 2),
            Place("later_on_arm_1", "", 3),
        }
        assert project.records["2"] == {Place("start_arm_2"): {"full_name": "Ben"}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no xml at all", "not well-formed"),
        ("<a/>", "root is not ODM"),
        (CLASSIC[: len(CLASSIC) // 2], "not well-formed"),
        (LONGITUDINAL.replace("MetaDataVersion", "Other"), "no MetaDataVersion"),
        (CLASSIC.replace("<ODM", "<!DOCTYPE ODM>\n<ODM", 1), "DOCTYPE"),
        (CLASSIC.replace('ItemDef OID="height"', 'ItemDef OID="depth"'), "'height' is not defined"),
        (CLASSIC.replace('CodeList OID="role', 'CodeList OID="rolle'), "'role.choices' is not defined"),
        (CLASSIC.replace('ItemGroupDef OID="visit.visit_on"', 'ItemGroupDef OID="x"'), "'visit.visit_on' is not defined"),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(ApiError, match=why):
        loaded(text)


def test_a_large_file_loads_in_seconds() -> None:
    """1.2 MB, the size of the largest public project with events."""
    begin, rest = LONGITUDINAL.split("<ClinicalData", 1)
    head, body = rest.split("\n", 1)
    body = body.split("</ClinicalData>")[0]
    many = "".join(
        body.replace('SubjectKey="1"', f'SubjectKey="1{n}"').replace('SubjectKey="2"', f'SubjectKey="2{n}"') for n in range(900)
    )
    text = f"{begin}<ClinicalData{head}\n{many}</ClinicalData>\n</ODM>"
    assert len(text) > 1_200_000
    started = time.monotonic()
    assert len(loaded(text).records) == 1800
    assert time.monotonic() - started < 5

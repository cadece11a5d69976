"""Plain PyCap against the stand-in: each method, for a classic, a repeating and a longitudinal project, in JSON, CSV and df.

What a real server answers is written down here by hand; nothing of the product's own adapter is used.
"""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import redcap

from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer

DICTIONARY = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,text_validation_type_or_show_slider_number\n"
    "record_id,person,text,Record ID,,\nname,person,text,Name,,\n"
    "course,training,text,Course,,\npassed,training,text,Passed on,,date_mdy\n"
    'tasks,training,checkbox,Tasks,"a, Ask | -9, None",\n'
    "paper,training,file,Certificate,,\n"
)
EVERY = Rights(
    import_=True, delete=True, design=True, logging=True, survey=True, user_rights=True, data_access_groups=True, repository=True,
)  # fmt: skip
METADATA = [
    "field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations", "field_note",
    "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max", "identifier",
    "branching_logic", "required_field", "custom_alignment", "question_number", "matrix_group_name", "matrix_ranking",
    "field_annotation",
]  # fmt: skip
RECORD = ["course", "passed", "tasks___a", "tasks____9", "paper", "training_complete"]
REPEAT = ["redcap_repeat_instrument", "redcap_repeat_instance"]
#: Method -> the columns it answers with: for all shapes, or by shape. None: REDCap refuses the call for that shape.
COLUMNS: dict[str, object] = {
    "export_metadata": METADATA,
    "export_field_names": ["original_field_name", "choice_value", "export_field_name"],
    "export_instruments": ["instrument_name", "instrument_label"],
    "export_dags": ["data_access_group_name", "unique_group_name", "data_access_group_id"],
    "export_user_dag_assignment": ["username", "redcap_data_access_group"],
    "export_logging": ["timestamp", "username", "action", "details", "record"],
    "export_records": {
        "classic": ["record_id", "name", "person_complete", *RECORD],
        "repeating": ["record_id", *REPEAT, "name", "person_complete", *RECORD],
        "longitudinal": ["record_id", "redcap_event_name", *REPEAT, "name", "person_complete", *RECORD],
    },
    "export_arms": {"longitudinal": ["arm_num", "name"]},
    "export_events": {
        "longitudinal": ["event_name", "arm_num", "unique_event_name", "custom_event_label", "event_id"],
    },
    "export_instrument_event_mappings": {"longitudinal": ["arm_num", "unique_event_name", "form"]},
    "export_repeating_instruments_events": {
        "repeating": ["form_name", "custom_form_label"],
        "longitudinal": ["event_name", "form_name", "custom_form_label"],
    },
}
REFUSALS = {
    "export_arms": "You cannot export arms for classic projects",
    "export_events": "You cannot export events for classic projects",
    "export_instrument_event_mappings": "You cannot export form/event mappings for classic projects",
    "export_repeating_instruments_events": "does not contain any repeating instruments and events",
}
SHAPES = ("classic", "repeating", "longitudinal")


def project(shape: str) -> Project:
    """Ada and Bo, and a course of Ada's: in a form of one row, a repeating form, a repeating event."""
    forms = {"classic": [], "repeating": ["training"], "longitudinal": ["course_arm_1"]}[shape]
    events = [Event(name="Start", forms=("person",)), Event(name="Course", forms=("training",))]
    found = Project(
        shape.title(),
        DICTIONARY,
        repeating=forms,
        events=events if shape == "longitudinal" else (),
        dags=["North Site"],
        surveys=["training"],
    )
    found.put("1", "person", {"name": "Ada Ito, MD"})
    found.put("2", "person", {"name": "Bo Lind"}, complete=0)
    instance = None if shape == "classic" else 1
    found.put("1", "training", {"course": 'GCP "US"', "passed": "2026-01-05", "tasks": "a"}, instance=instance)
    return found


@pytest.fixture(scope="module")
def doors() -> Iterator[dict[str, redcap.Project]]:
    projects = {shape: project(shape) for shape in SHAPES}
    with SandboxServer(list(projects.values())) as server:
        yield {shape: redcap.Project(server.url, one.add_token(rights=EVERY)) for shape, one in projects.items()}


def expected(method: str, shape: str) -> list[str] | None:
    columns = COLUMNS[method]
    return columns.get(shape) if isinstance(columns, dict) else columns  # type: ignore[return-value]


def options(method: str) -> dict[str, object]:
    # The log tells of each call; what came before this instant stays the same in all formats.
    return {"end_time": datetime(2020, 1, 1, tzinfo=UTC)} if method == "export_logging" else {}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("method", list(COLUMNS))
def test_a_table_has_its_columns_and_says_the_same_in_every_format(
    doors: dict[str, redcap.Project], method: str, shape: str
) -> None:
    columns, call = expected(method, shape), getattr(doors[shape], method)
    if columns is None:
        for form in ("json", "csv"):
            with pytest.raises(redcap.RedcapError, match=REFUSALS[method]):
                call(format_type=form)
        return
    text = call(format_type="csv", **options(method))
    rows = [[str(cell) for cell in row.values()] for row in call(format_type="json", **options(method))]
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == columns
    assert lines[1:] == rows
    if method != "export_logging":
        assert rows
    frame = call(format_type="df", **_as_text(call), **options(method)).astype(object)
    frame = frame.where(frame.notna(), "")
    assert [list(map(str, row)) for row in frame.itertuples(index=False)] == rows
    assert list(frame.columns) == columns


def _as_text(call: Callable[..., object]) -> dict[str, object]:
    """Nothing is guessed, where the method lets one say so."""
    plain = {"dtype": str, "keep_default_na": False, "index_col": False}
    return {"df_kwargs": plain} if "df_kwargs" in inspect.signature(call).parameters else {}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_log_tells_of_what_was_done(doors: dict[str, redcap.Project], shape: str) -> None:
    actions = [row["action"] for row in doors[shape].export_logging()]
    assert "Create record 1" in actions and "Manage/Design " in actions


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_project_says_of_itself(doors: dict[str, redcap.Project], shape: str) -> None:
    door = doors[shape]
    info = door.export_project_info()
    assert (info["is_longitudinal"], info["has_repeating_instruments_or_events"]) == (
        shape == "longitudinal",
        shape != "classic",
    )
    assert door.is_longitudinal is (shape == "longitudinal")
    assert str(door.export_version()) == "16.1.3"
    assert (door.def_field, sorted(door.forms)) == ("record_id", ["person", "training"])
    user = door.export_users()[0]
    assert user["api_export"] == 1 and user["forms_export"] == {"person": 1, "training": 1}
    assert door.generate_next_record_name() == "3"


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_come_as_a_server_sends_them(doors: dict[str, redcap.Project], shape: str) -> None:
    rows = doors[shape].export_records(records=["1"])
    course = rows[-1]
    assert course["course"] == 'GCP "US"' and (course["tasks___a"], course["tasks____9"]) == ("1", "0")
    if shape == "classic":
        assert len(rows) == 1 and course["person_complete"] == "2"
        return
    base = rows[0]
    assert (base["redcap_repeat_instance"], course["redcap_repeat_instance"]) == ("", 1)
    assert course["redcap_repeat_instrument"] == ("training" if shape == "repeating" else "")
    assert course["person_complete"] == "" and base["tasks___a"] == ""
    if shape == "longitudinal":
        assert [row["redcap_event_name"] for row in rows] == ["start_arm_1", "course_arm_1"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_record_is_written_changed_and_deleted(doors: dict[str, redcap.Project], shape: str) -> None:
    door, event = doors[shape], {"redcap_event_name": "start_arm_1"} if shape == "longitudinal" else {}
    assert door.import_records([{"record_id": "9", "name": "Cyd", **event}]) == {"count": 1}
    assert door.import_records([{"record_id": "9", "name": "Dee", **event}], return_content="ids") == ["9"]
    assert {row["name"] for row in door.export_records(records=["9"], fields=["name"])} == {"Dee"}
    # A blank is passed over, and erases only where it is told to.
    door.import_records([{"record_id": "9", "name": "", **event}])
    assert {row["name"] for row in door.export_records(records=["9"], fields=["name"])} == {"Dee"}
    door.import_records([{"record_id": "9", "name": "", **event}], overwrite="overwrite")
    assert {row["name"] for row in door.export_records(records=["9"], fields=["name"])} == {""}
    assert door.delete_records(["9"]) == 1
    with pytest.raises(redcap.RedcapError, match="The following records do not exist: 9"):
        door.delete_records(["9"])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_comes_back_as_it_went(doors: dict[str, redcap.Project], shape: str) -> None:
    where = {} if shape == "classic" else {"repeat_instance": 1}
    where |= {"event": "course_arm_1"} if shape == "longitudinal" else {}
    doors[shape].import_file("1", "paper", "gcp.pdf", io.BytesIO(b"%PDF-1.7 x"), **where)
    content, headers = doors[shape].export_file("1", "paper", **where)
    assert content == b"%PDF-1.7 x" and headers["name"] == "gcp.pdf"


@pytest.mark.parametrize("shape", SHAPES)
def test_surveys_have_links_and_participants(doors: dict[str, redcap.Project], shape: str) -> None:
    event = {"event": "course_arm_1"} if shape == "longitudinal" else {}
    link = doors[shape].export_survey_link("1", "training", **event)
    assert "/surveys/?s=" in link
    people = doors[shape].export_survey_participant_list("training", **event)
    assert {"record", "survey_link", "response_status"} <= set(people[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dictionary_goes_back_where_it_came_from(doors: dict[str, redcap.Project], shape: str) -> None:
    door = doors[shape]
    rows = door.export_metadata()
    assert door.import_metadata(rows) == len(rows)
    assert door.export_metadata() == rows

"""No method of PyCap is left out: each is called on a classic, a repeating and a longitudinal project, in each format it has.

What each answers is written down by hand; the table of it is printed after the run. The bytes of the tables are looked at in
test_pycap_matrix.py.
"""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Callable, Iterator

import pandas as pd
import pytest
import redcap

from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer
from tests.sandbox.test_pycap_matrix import EVERY, METADATA, SHAPES, project

RIGHTS = [
    "alerts", "user_rights", "data_access_groups", "reports", "stats_and_charts", "manage_survey_participants", "calendar",
    "data_import_tool", "data_comparison_tool", "logging", "email_logging", "file_repository", "data_quality_create",
    "data_quality_execute", "api_export", "api_import", "api_modules", "mobile_app", "mobile_app_download_data",
    "record_create", "record_rename", "record_delete",
]  # fmt: skip
LOCKS, FORMS = ["lock_records_all_forms", "lock_records", "lock_records_customization"], ["forms", "forms_export"]
USER = ["username", "email", "firstname", "lastname", "expiration", "data_access_group", "data_access_group_id"]
PARTICIPANTS = [
    "email", "email_occurrence", "identifier", "record", "invitation_sent_status", "invitation_send_time",
    "response_status", "survey_access_code", "survey_link",
]  # fmt: skip
CLASSIC_HAS_NONE = "refused: You cannot export"
NOT_OFFERED = "refused: The requested method is not implemented."
NO_CHANGE = "refused: You cannot import arms, events or form/event mappings for classic projects"
Answer = str | dict[str, str]


def longitudinal_only(answer: str, refusal: str = CLASSIC_HAS_NONE) -> dict[str, str]:
    return {"classic": refusal, "repeating": refusal, "longitudinal": answer}


#: Method -> its answer, for all shapes or by shape.
ANSWERS: dict[str, Answer] = {
    "export_arms": longitudinal_only("arm_num, name"),
    "export_dags": "data_access_group_name, unique_group_name, data_access_group_id",
    "export_events": longitudinal_only("event_name, arm_num, unique_event_name, custom_event_label, event_id"),
    "export_field_names": "original_field_name, choice_value, export_field_name",
    "export_file": "b'%PDF' name=gcp.pdf",
    "export_file_from_repository": "b'notes' name=notes.txt",
    "export_file_repository": "folder_id, doc_id, name, role, dag",
    "export_instrument_event_mappings": longitudinal_only("arm_num, unique_event_name, form"),
    "export_instruments": "instrument_name, instrument_label",
    "export_logging": "timestamp, username, action, details, record",
    "export_metadata": ", ".join(METADATA),
    "export_pdf": NOT_OFFERED,
    "export_project_info": "project_id, project_title, creation_time, production_time, in_production, project_language, "
    "purpose, purpose_other, project_notes, custom_record_label, secondary_unique_field, is_longitudinal, "
    "has_repeating_instruments_or_events, surveys_enabled, scheduling_enabled, record_autonumbering_enabled, "
    "randomization_enabled, ddp_enabled, project_irb_number, project_grant_number, project_pi_firstname, "
    "project_pi_lastname, project_pi_email, display_today_now_button, missing_data_codes, external_modules, "
    "bypass_branching_erase_field_prompt",
    "export_records": {
        "classic": "record_id, name, person_complete, course, passed, tasks___a, tasks____9, paper, training_complete",
        "repeating": "record_id, redcap_repeat_instrument, redcap_repeat_instance, name, person_complete, course, passed, "
        "tasks___a, tasks____9, paper, training_complete",
        "longitudinal": "record_id, redcap_event_name, redcap_repeat_instrument, redcap_repeat_instance, name, "
        "person_complete, course, passed, tasks___a, tasks____9, paper, training_complete",
    },
    "export_repeating_instruments_events": {
        "classic": "refused: You cannot export repeating instruments and events because the project does not contain any",
        "repeating": "form_name, custom_form_label",
        "longitudinal": "event_name, form_name, custom_form_label",
    },
    "export_report": NOT_OFFERED,
    "export_survey_access_code": "9 characters",
    "export_survey_link": "/surveys/?s=",
    "export_survey_participant_list": ", ".join(PARTICIPANTS),
    "export_survey_queue_link": "/surveys/?sq=",
    "export_survey_return_code": "8 characters",
    "export_user_dag_assignment": "username, redcap_data_access_group",
    "export_user_role_assignment": "username, unique_role_name, data_access_group",
    "export_user_roles": ", ".join(["unique_role_name", "role_label", "design", *RIGHTS, *reversed(LOCKS), *FORMS]),
    "export_users": ", ".join([*USER, "data_access_group_label", "design", *RIGHTS, *LOCKS, *FORMS]),
    "export_version": "16.1.3",
    "generate_next_record_name": "3",
    "import_arms": longitudinal_only("1", NO_CHANGE),
    "import_dags": "1",
    "import_events": longitudinal_only("1", NO_CHANGE),
    "import_file": "[{}]",
    "import_file_into_repository": "[{}]",
    "import_instrument_event_mappings": longitudinal_only("2", NO_CHANGE),
    "import_metadata": "6",
    "import_records": "{'count': 1}",
    "import_repeating_instruments_events": "1",
    "import_user_dag_assignment": "1",
    "import_user_role_assignment": "1",
    "import_user_roles": "1",
    "import_users": "1",
    "create_folder_in_repository": "folder_id",
    "delete_arms": longitudinal_only("1", NO_CHANGE),
    "delete_dags": "1",
    "delete_events": longitudinal_only("1", NO_CHANGE),
    "delete_file": "[{}]",
    "delete_file_from_repository": "[{}]",
    "delete_records": "1",
    "delete_user_roles": "1",
    "delete_users": "1",
    "switch_dag": "1",
}
EVENT = {"event": "course_arm_1"}


class Door:
    """PyCap before one fresh project."""

    def __init__(self, server: SandboxServer, projects: list[Project], shape: str, rights: Rights) -> None:
        self.project = project(shape)
        self.shape = shape
        projects.append(self.project)
        self.pycap = redcap.Project(server.url, self.project.add_token(rights=rights, username="ada"))
        self.event = EVENT if shape == "longitudinal" else {}
        self.place = self.event if shape != "repeating" else {"repeat_instance": 1}

    def upload(self) -> object:
        return self.pycap.import_file("1", "paper", "gcp.pdf", io.BytesIO(b"%PDF"), **self.place)

    def keep(self) -> int:
        """A file in the repository, and its number."""
        self.pycap.import_file_into_repository("notes.txt", io.BytesIO(b"notes"))
        return self.pycap.export_file_repository()[-1]["doc_id"]

    def role(self) -> str:
        self.pycap.import_user_roles([{"role_label": "Reader", "api_export": "1", "forms_export": {"person": 2}}])
        return self.pycap.export_user_roles()[0]["unique_role_name"]

    def rows(self, method: str) -> list[dict[str, object]]:
        """What an import brings."""
        longitudinal = self.shape == "longitudinal"
        mapped = [{"arm_num": 1, "unique_event_name": "start_arm_1", "form": form} for form in ("person", "training")]
        known: dict[str, Callable[[], list[dict[str, object]]]] = {
            "import_arms": lambda: [{"arm_num": 2, "name": "Second"}],
            "import_dags": lambda: [{"data_access_group_name": "South Site", "unique_group_name": ""}],
            "import_events": lambda: [{"event_name": "End", "arm_num": 1}],
            "import_instrument_event_mappings": lambda: mapped,
            "import_metadata": self.pycap.export_metadata,
            "import_records": lambda: [
                {"record_id": "9", "name": "Cyd"} | ({"redcap_event_name": "start_arm_1"} if longitudinal else {})
            ],
            "import_repeating_instruments_events": lambda: [
                {"form_name": "training", "custom_form_label": "[course]"}
                | ({"event_name": "course_arm_1"} if longitudinal else {})
            ],
            "import_user_dag_assignment": lambda: [{"username": "ada", "redcap_data_access_group": "north_site"}],
            "import_user_role_assignment": lambda: [{"username": "ada", "unique_role_name": self.role()}],
            "import_user_roles": lambda: [{"role_label": "Reader", "api_export": "1"}],
            "import_users": lambda: [{"username": "bo"}],
        }
        return known[method]()


#: Calls that are neither a table nor an import.
CALLS: dict[str, Callable[[Door], object]] = {
    "export_file": lambda door: (door.upload(), door.pycap.export_file("1", "paper", **door.place))[1],
    "export_file_from_repository": lambda door: door.pycap.export_file_from_repository(door.keep()),
    "export_pdf": lambda door: door.pycap.export_pdf(record="1", instrument="person")[0],
    "export_survey_access_code": lambda door: door.pycap.export_survey_access_code("1", "training", **door.event),
    "export_survey_link": lambda door: door.pycap.export_survey_link("1", "training", **door.event),
    "export_survey_queue_link": lambda door: door.pycap.export_survey_queue_link("1"),
    "export_survey_return_code": lambda door: door.pycap.export_survey_return_code("1", "training", **door.event),
    "export_version": lambda door: door.pycap.export_version(),
    "generate_next_record_name": lambda door: door.pycap.generate_next_record_name(),
    "import_file": Door.upload,
    "import_file_into_repository": lambda door: door.pycap.import_file_into_repository("n.txt", io.BytesIO(b"n")),
    "delete_arms": lambda door: door.pycap.delete_arms(["1"]),
    "delete_dags": lambda door: door.pycap.delete_dags(["north_site"]),
    "delete_events": lambda door: door.pycap.delete_events(["course_arm_1"]),
    "delete_file": lambda door: (door.upload(), delete_file(door))[1],
    "delete_file_from_repository": lambda door: door.pycap.delete_file_from_repository(door.keep()),
    "delete_records": lambda door: door.pycap.delete_records(["2"]),
    "delete_user_roles": lambda door: door.pycap.delete_user_roles([door.role()]),
    "delete_users": lambda door: (door.pycap.import_users([{"username": "bo"}]), door.pycap.delete_users(["bo"]))[1],
    "switch_dag": lambda door: door.pycap.switch_dag("north_site"),
}
#: What makes a table have a row, and what it is asked.
BEFORE: dict[str, Callable[[Door], object]] = {"export_user_roles": Door.role, "export_file_repository": Door.keep}
ASKED: dict[str, tuple[object, ...]] = {
    "create_folder_in_repository": ("Signed logs",),
    "export_report": ("7",),
    "export_survey_participant_list": ("training",),
}


def delete_file(door: Door) -> object:
    # PyCap cannot name an instance; REDCap then takes the first, which in a repeating form is the row that has the file.
    if door.shape == "repeating":
        door.pycap.import_file("1", "paper", "gcp.pdf", io.BytesIO(b"%PDF"), repeat_instance=1)
    return door.pycap.delete_file("1", "paper", **door.event)


def said(answer: object) -> str:
    """An answer as the table says it."""
    if isinstance(answer, tuple):
        return f"{answer[0]!r} name={answer[1]['name']}"
    if isinstance(answer, bytes):
        # PyCap hands the body of an error on as if it were the file.
        return answer.decode().replace('{"error":"', "refused: ").removesuffix('"}')
    return str(answer)


def table(door: Door, method: str) -> str:
    """The columns of a table, once every format says the same."""
    BEFORE.get(method, lambda _: None)(door)
    call = getattr(door.pycap, method)
    parameters = inspect.signature(call).parameters
    asked = dict(zip(parameters, ASKED.get(method, ()), strict=False))
    asked |= door.event if method == "export_survey_participant_list" else {}
    # PyCap reads an answer by the format of errors, where it sends one
    plain_text = {"return_format_type": "csv"} if "repository" in method else {}
    lines = list(csv.reader(io.StringIO(call(format_type="csv", **asked, **plain_text))))
    found = call(format_type="json", **asked)
    rows = found if isinstance(found, list) else [found]
    assert set(rows[0]) <= set(lines[0])
    # the log grows by being asked
    assert len(lines) == len(rows) + 1 or method == "export_logging"
    if "df" in str(parameters["format_type"].annotation):
        plain = {"df_kwargs": {"dtype": str, "index_col": False}} if "df_kwargs" in parameters else {}
        assert list(call(format_type="df", **asked, **plain).columns) == lines[0]
    return ", ".join(lines[0])


def imported(make: Callable[[], Door], method: str) -> str:
    """What an import counts, in JSON, CSV and as a frame alike."""
    counts = []
    for form in ("json", "csv", "df"):
        door = make()
        rows = door.rows(method)
        frame = pd.DataFrame(rows, dtype=str)
        frame = frame.set_index("record_id") if method == "import_records" else frame
        given = {"json": rows, "csv": pd.DataFrame(rows).to_csv(index=False), "df": frame}[form]
        counts.append(str(getattr(door.pycap, method)(given, import_format=form)))
    assert len(set(counts)) == 1, counts
    return counts[0]


@pytest.fixture(scope="module")
def build() -> Iterator[Callable[..., Door]]:
    projects: list[Project] = []
    with SandboxServer(projects) as server:
        yield lambda shape, rights=EVERY: Door(server, projects, shape, rights)


def answer(make: Callable[[], Door], method: str) -> str:
    try:
        if method in CALLS:
            return said(CALLS[method](make()))
        return imported(make, method) if method.startswith("import_") else table(make(), method)
    except redcap.RedcapError as error:
        return f"refused: {error.args[0].get('error') if isinstance(error.args[0], dict) else error}".replace("ERROR: ", "")


def as_expected(answer: str, expected: str) -> bool:
    if expected.endswith(" characters"):
        return len(answer) == int(expected.split()[0]) and answer.isalnum()
    if expected.startswith("/"):
        return expected in answer
    return answer.startswith(expected) if expected.startswith("refused") else answer == expected


@pytest.mark.parametrize("method", list(ANSWERS))
def test_each_method_answers_as_written_down(
    build: Callable[..., Door], method: str, record_property: Callable[[str, object], None]
) -> None:
    expected = ANSWERS[method]
    by_shape = expected if isinstance(expected, dict) else dict.fromkeys(SHAPES, expected)
    for shape in SHAPES:
        found = answer(lambda shape=shape: build(shape), method)
        assert as_expected(found, by_shape[shape]), (shape, found)
    words = {shape: text if len(text) < 60 else f"{text[:57]}..." for shape, text in by_shape.items()}
    told = [words["classic"]] if len(set(words.values())) == 1 else [f"{shape}: {text}" for shape, text in words.items()]
    record_property("table", f"PyCap {method:<36} {'; '.join(told)}")


def test_no_method_of_pycap_is_left_out() -> None:
    methods = {name for name, _ in inspect.getmembers(redcap.Project, inspect.isfunction) if not name.startswith("_")}
    assert methods == set(ANSWERS)


@pytest.mark.parametrize("method", ["export_file_repository", "export_user_roles", "import_users", "import_user_roles"])
def test_a_token_without_the_right_is_refused(build: Callable[..., Door], method: str) -> None:
    assert answer(lambda: build("classic", Rights(import_=True)), method).startswith("refused: You do not have ")


def test_folders_hold_files_and_an_unknown_one_is_refused(build: Callable[..., Door]) -> None:
    pycap = build("classic").pycap
    (folder,) = pycap.create_folder_in_repository("Signed logs")
    pycap.import_file_into_repository("log.pdf", io.BytesIO(b"%PDF"), folder_id=folder["folder_id"])
    assert pycap.export_file_repository() == [{**folder, "name": "Signed logs"}]
    (file,) = pycap.export_file_repository(folder_id=folder["folder_id"])
    assert file["name"] == "log.pdf" and set(file) == {"doc_id", "name"}
    pycap.delete_file_from_repository(file["doc_id"])
    assert pycap.export_file_repository(folder_id=folder["folder_id"]) == []
    with pytest.raises(redcap.RedcapError, match="folder_id=99 does not exist or else you do not have permission"):
        pycap.export_file_repository(folder_id=99)


def test_a_user_gets_rights_a_group_and_a_role(build: Callable[..., Door]) -> None:
    door = build("repeating")
    rights = {"username": "bo", "api_export": "1", "data_access_group": "north_site", "forms_export": {"person": 2}}
    door.pycap.import_users([rights])
    bo = door.pycap.export_users()[-1]
    assert (bo["api_export"], bo["api_import"], bo["data_access_group"]) == (1, 0, "north_site")
    assert bo["forms_export"] == {"person": 2, "training": 1}
    role = door.role()
    assert role.startswith("U-") and len(role) == 12
    shown = door.pycap.export_user_roles()[0]
    assert (shown["role_label"], shown["api_export"], shown["forms_export"]["person"]) == ("Reader", "1", 2)
    door.pycap.import_user_role_assignment([{"username": "bo", "unique_role_name": role}])
    assert door.pycap.export_user_role_assignment()[-1] == {
        "username": "bo",
        "unique_role_name": role,
        "data_access_group": "north_site",
    }
    door.pycap.delete_user_roles([role])
    assert door.pycap.export_user_role_assignment()[-1]["unique_role_name"] == ""
    with pytest.raises(redcap.RedcapError, match="nobody"):
        door.pycap.delete_users(["nobody"])

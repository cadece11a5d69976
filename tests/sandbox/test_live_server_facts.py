"""What live servers were seen to do where a stand-in may easily do something else. One test a fact."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import redcap
import requests

from onboard.sandbox.api import CONTENTS, answer
from onboard.sandbox.call import Params
from onboard.sandbox.clock import still
from onboard.sandbox.creating import project_from_file
from onboard.sandbox.design import Event, Place, unique_event_names, unique_group_names
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import EVERYTHING, Rights
from onboard.sandbox.server import SandboxServer
from tests.sandbox.conftest import PERSON, UI_HEADER, dictionary
from tests.sandbox.project_files import CLASSIC, GROUPS, LONGITUDINAL, ROLE

SUPER = "A1" * 32
NOW = datetime(2026, 3, 2, 9, 30)
NEW = {"project_title": "New", "purpose": "0", "project_notes": "made by call"}


@pytest.fixture
def maker() -> Iterator[SandboxServer]:
    """A server without a project, where somebody may make some."""
    with SandboxServer([], super_tokens={SUPER: "maria"}, clock=still(NOW)) as server:
        yield server


def create(server: SandboxServer, data: str, form: str = "json", token: str = SUPER, **more: str) -> requests.Response:
    call = {"token": token, "content": "project", "format": form, "data": data, **more}
    return requests.post(server.url, data=call, timeout=10)


class TestCreating:
    """`content=project` with a super token."""

    def test_an_empty_project(self, maker: SandboxServer) -> None:
        token = create(maker, json.dumps([{**NEW, "record_autonumbering_enabled": "1"}])).text
        assert len(token) == 32
        door = redcap.Project(maker.url, token)
        assert door.field_names == ["record_id"] and door.forms == ["form_1"]
        info = door.export_project_info()
        assert (info["project_title"], info["purpose"], info["project_notes"]) == ("New", 0, "made by call")
        assert (info["record_autonumbering_enabled"], info["is_longitudinal"], info["surveys_enabled"]) == (1, 0, 0)
        assert [user["username"] for user in door.export_users()] == ["maria"]
        assert door.export_logging(log_type="manage")[-1]["details"].startswith("Create project")

    def test_from_a_file_and_the_title_given_wins(self, maker: SandboxServer) -> None:
        data = (
            '<?xml version="1.0" encoding="UTF-8" ?><item><project_title>Mine</project_title><purpose>0</purpose>'
            "<purpose_other></purpose_other></item>"
        )
        token = create(maker, data, "xml", odm=CLASSIC).text
        door = redcap.Project(maker.url, token)
        info = door.export_project_info()
        assert (info["project_title"], info["purpose"], info["project_notes"]) == ("Mine", 0, "notes")
        assert [row["record_id"] for row in door.export_records(fields=["record_id"], forms=["basics"])] == ["7", "12"]
        assert door.export_user_roles()[0]["unique_role_name"] == "U-573AEYRNR8"
        assert door.export_survey_link(record="7", instrument="visit").startswith(maker.root)

    def test_longitudinal_from_the_start(self, maker: SandboxServer) -> None:
        token = create(maker, json.dumps([{**NEW, "is_longitudinal": 1}])).text
        assert redcap.Project(maker.url, token).export_events()[0]["unique_event_name"] == "event_1_arm_1"

    @pytest.mark.parametrize(
        ("data", "more", "status"),
        [
            ('[{"project_title":"New"}]', {}, 400),
            ('[{"purpose":"0"}]', {}, 400),
            ('[{"project_title":"New","purpose":"1"}]', {}, 400),
            ('[{"project_title":"New","purpose":"0"}]', {"odm": "<a/>"}, 400),
            ('[{"project_title":"New","purpose":"0"}]', {"token": "B2" * 32}, 403),
            ('[{"project_title":"New","purpose":"0"}]', {"token": "B2" * 16}, 403),
        ],
    )
    def test_refusals_make_nothing(self, maker: SandboxServer, data: str, more: dict[str, str], status: int) -> None:
        assert create(maker, data, **more).status_code == status
        assert maker.state.projects == []

    def test_a_super_token_reads_no_project(self, maker: SandboxServer) -> None:
        create(maker, json.dumps([NEW]))
        assert requests.post(maker.url, data={"token": SUPER, "content": "record"}, timeout=10).status_code == 403

    def test_the_page_makes_one_from_a_file(self, maker: SandboxServer) -> None:
        assert "New project from a file" in requests.get(maker.root, timeout=10).text
        upload = {"file": ("x.xml", CLASSIC.encode(), "text/xml")}
        page = requests.post(f"{maker.root}new/", data={"title": "By page"}, files=upload, timeout=10).text
        assert "10 fields, 2 records" in page and "Visit: survey, repeats" in page
        (project,) = maker.state.projects
        assert project.title == "By page"
        program = next(one for one in project.members if one.username == "program")
        assert program.token in page and not program.rights.import_

    @pytest.mark.parametrize("content", [b"no xml", b"\xff\xfe", None])
    def test_the_page_says_why_not(self, maker: SandboxServer, content: bytes | None) -> None:
        files = {"file": ("x.xml", content, "text/xml")} if content else {"other": ("x", b"x")}
        assert "Nothing was created" in requests.post(f"{maker.root}new/", files=files, timeout=10).text
        assert maker.state.projects == []


class TestSettings:
    """`content=project_settings`."""

    def test_what_can_be_set_is_counted_and_shown(self, classic: Any) -> None:
        said = {
            "project_title": "Other", "purpose": 2, "purpose_other": "1", "project_language": "Español", "surveys_enabled": 1,
            "record_autonumbering_enabled": 1, "project_pi_lastname": "Rivera", "custom_record_label": "[name]",
            "in_production": 1, "project_id": 7, "missing_data_codes": "x, y", "scheduling_enabled": "maybe",
        }  # fmt: skip
        answer = classic.post("project_settings", format="json", data=json.dumps([said]))
        assert answer.text == "8"
        info = classic.pycap.export_project_info()
        assert {name: info[name] for name in list(said)[:8]} == dict(list(said.items())[:8])
        assert (info["in_production"], info["missing_data_codes"], info["scheduling_enabled"]) == (0, "", 0)
        assert classic.post("project_settings", format="json", data=json.dumps({"project_title": "One"})).text == "1"
        assert classic.post("project_settings", format="csv", data="purpose\n3\n").text == "1"
        assert classic.pycap.export_project_info()["purpose"] == 3

    def test_longitudinal_and_back_keeps_what_is_stored(self, repeating: Any) -> None:
        before = repeating.pycap.export_records()
        repeating.post("project_settings", format="json", data='[{"is_longitudinal":"1"}]')
        rows = repeating.pycap.export_records()
        assert {row["redcap_event_name"] for row in rows} == {"event_1_arm_1"} and len(rows) == len(before)
        repeating.post("project_settings", format="json", data='[{"is_longitudinal":"0"}]')
        assert repeating.pycap.export_records() == before

    @pytest.mark.parametrize("rights", [Rights(import_=True), Rights(design=True)])
    def test_needs_both_rights(self, open_lab: Callable[..., Any], rights: Rights) -> None:
        lab = open_lab(Project("P", dictionary(PERSON)), rights)
        assert lab.post("project_settings", format="json", data="[{}]").status_code == 403


def test_an_address_under_a_path_answers_there_and_nowhere_else() -> None:
    project = Project("P", dictionary(PERSON))
    token = project.add_token()
    project.put("1", "person", {"name": "Ada"})
    with SandboxServer([project], path="/redcap/") as server:
        assert server.url.endswith("/redcap/api/")
        assert redcap.Project(server.url, token).export_records(fields=["record_id"]) == [{"record_id": "1"}]
        page = requests.get(server.root, timeout=10).text
        link = page.split('href="')[1].split('"')[0].replace("&amp;", "&")
        host = server.root.removesuffix("/redcap/")
        assert "Ada" in page and requests.get(host + link, timeout=10).status_code == 200
        for wrong in ("/api/", "/", "/surveys/"):
            assert requests.post(host + wrong, data={"token": token, "content": "version"}, timeout=10).status_code == 404


class TestNames:
    """Unique names of events and groups."""

    @pytest.mark.parametrize(
        ("label", "unique"),
        [
            ("Deadline to opt out of study", "deadline_to_opt_ou_arm_1"),
            ("Deadline to return feedback", "deadline_to_return_arm_1"),
            ("Dose-1 (mg)", "dose1_mg_arm_1"),
            ("a  b", "a__b_arm_1"),
            ("Visit 1, week 12 - x", "visit_1_week_12__x_arm_1"),
            ("exactly seventeen x y", "exactly_seventeen__arm_1"),
        ],
    )
    def test_events(self, label: str, unique: str) -> None:
        assert unique_event_names([Event(name=label, forms=())])[0].unique_name == unique

    def test_groups(self) -> None:
        assert list(unique_group_names(["dag-a", "Test DAG", "Test DAG"])) == ["daga", "test_dag", "test_dagb"]


class TestRows:
    """Rows of an import in longitudinal projects."""

    def test_keys_alone_make_a_row_that_comes_back_and_counts_its_record_once(self, longitudinal: Any) -> None:
        rows = [{"record_id": "77", "redcap_event_name": name} for name in ("enrolment_arm_1", "visit_arm_1")]
        rows[1]["redcap_repeat_instance"] = "1"
        assert longitudinal.pycap.import_records(rows) == {"count": 1}
        found = longitudinal.pycap.export_records(records=["77"], fields=["record_id"])
        assert [row["redcap_event_name"] for row in found] == ["enrolment_arm_1", "visit_arm_1"]
        assert longitudinal.pycap.delete_records(["77"]) == 1

    def test_no_event_named_is_the_first_one(self, longitudinal: Any) -> None:
        assert longitudinal.pycap.import_records([{"record_id": "78", "name": "Dee"}]) == {"count": 1}
        assert longitudinal.project.records["78"][Place("enrolment_arm_1")]["name"] == "Dee"

    def test_the_last_form_of_an_event_takes_the_row_along(self, longitudinal: Any) -> None:
        rows = [
            {"record_id": "79", "redcap_event_name": "enrolment_arm_1", "name": "Dee"},
            {"record_id": "79", "redcap_event_name": "deadline_to_opt_ou_arm_2", "weight": "70"},
        ]
        longitudinal.pycap.import_records(rows)
        call = {
            "records[0]": "79",
            "action": "delete",
            "instrument": "visit",
            "event": "deadline_to_opt_ou_arm_2",
            "format": "json",
        }
        assert longitudinal.ask({"content": "record", **call}).text == "1"
        assert list(longitudinal.project.records["79"]) == [Place("enrolment_arm_1")]
        longitudinal.ask({"content": "record", **call, "instrument": "person", "event": "enrolment_arm_1"})
        assert "79" not in longitudinal.project.records

    def test_a_form_of_a_classic_record_leaves_the_record(self, classic: Any) -> None:
        classic.ask({"content": "record", "records[0]": "10", "action": "delete", "instrument": "person", "format": "json"})
        assert classic.pycap.export_records(records=["10"])[0]["name"] == ""


class TestArms:
    """Arms, with and without events."""

    def test_override_drops_the_events_and_the_mapping(self, longitudinal: Any) -> None:
        door = longitudinal.pycap
        before = (door.export_arms(), door.export_events(), door.export_instrument_event_mappings())
        assert door.import_arms([{"arm_num": 3, "name": "Drug C"}], override=True) == 1
        assert (door.export_arms(), door.export_events(), door.export_instrument_event_mappings()) == ([], [], [])
        assert door.import_events([{"event_name": "new_event", "arm_num": 3}]) == 1
        assert door.export_arms() == [{"arm_num": 3, "name": "Drug C"}]
        assert door.import_arms(before[0], override=True) == 2
        door.import_events(before[1])
        door.import_instrument_event_mappings(before[2])
        assert (door.export_arms(), door.export_instrument_event_mappings()) == (before[0], before[2])
        assert [row["unique_event_name"] for row in door.export_events()] == [row["unique_event_name"] for row in before[1]]

    def test_an_arm_without_an_event_is_shown_nowhere(self, longitudinal: Any) -> None:
        longitudinal.pycap.import_arms([{"arm_num": 4, "name": "Later"}])
        assert [arm["arm_num"] for arm in longitudinal.pycap.export_arms()] == [1, 2]

    def test_a_known_event_is_changed_and_keeps_its_forms(self, longitudinal: Any) -> None:
        rows = [{"event_name": "Enrolled", "arm_num": 1, "unique_event_name": "enrolment_arm_1"}]
        assert longitudinal.pycap.import_events(rows) == 1
        event = longitudinal.project.design.event("enrolment_arm_1")
        assert (event.name, event.forms) == ("Enrolled", ("person", "completion"))

    def test_participants_are_those_of_the_arm(self) -> None:
        project = project_from_file(LONGITUDINAL, still(NOW))
        project.surveys = ["basics"]
        with SandboxServer([project]) as server:
            door = redcap.Project(server.url, project.add_token(rights=EVERYTHING))
            for event, records in (("start_arm_1", ["1"]), ("start_arm_2", ["2"])):
                found = door.export_survey_participant_list(instrument="basics", event=event)
                assert [row["record"] for row in found] == records


class TestRightsAndGroups:
    """What is brought stays, and what is taken away breaks nothing."""

    def test_every_right_that_is_brought_is_kept(self, classic: Any) -> None:
        given = {"username": "bo", "alerts": 1, "calendar": 1, "record_create": 1, "lock_records": 2, "api_modules": 1}
        classic.pycap.import_users([{**given, "forms": {"person": 3}, "forms_export": {"person": 2}}])
        bo = {user["username"]: user for user in classic.pycap.export_users()}["bo"]
        assert {name: bo[name] for name in given} == given
        assert (bo["forms"], bo["forms_export"]) == ({"person": 3}, {"person": 2})
        classic.pycap.import_users([{"username": "bo", "calendar": 0}])
        bo = {user["username"]: user for user in classic.pycap.export_users()}["bo"]
        assert (bo["calendar"], bo["alerts"], bo["forms"]) == (0, 1, {"person": 3})

    def test_a_role_is_brought_back_as_it_was_exported(self, classic: Any) -> None:
        door = classic.pycap
        door.import_user_roles([{"role_label": "Reader", "reports": "1", "record_rename": "1", "forms": {"person": 2}}])
        roles = door.export_user_roles()
        assert list(roles[0])[-5:-2] == ["lock_records_customization", "lock_records", "lock_records_all_forms"]
        assert (roles[0]["reports"], roles[0]["record_rename"], roles[0]["forms"]) == ("1", "1", {"person": 2})
        assert door.import_user_roles(roles) == 1 and door.export_user_roles() == roles

    def test_a_deleted_group_leaves_its_users_without_one(self, repeating: Any) -> None:
        repeating.pycap.import_users([{"username": "bo", "data_access_group": "south_site"}])
        repeating.pycap.delete_dags(["south_site"])
        users = {user["username"]: user for user in repeating.pycap.export_users()}
        assert (users["bo"]["data_access_group"], users["bo"]["data_access_group_id"]) == ("", "")


TAKEN_AWAY: dict[str, Callable[[Any], object]] = {
    "groups": lambda door: door.delete_dags([row["unique_group_name"] for row in door.export_dags()]),
    "roles": lambda door: door.delete_user_roles([row["unique_role_name"] for row in door.export_user_roles()]),
    "events": lambda door: door.delete_events(["start_arm_1"]),
    "all events": lambda door: door.delete_events([row["unique_event_name"] for row in door.export_events()]),
    "an arm": lambda door: door.delete_arms(["1"]),
    "all arms": lambda door: door.delete_arms(["1", "2"]),
    "arms, by others": lambda door: door.import_arms([{"arm_num": 9, "name": "Nine"}], override=True),
    "forms": lambda door: door.import_metadata([row for row in door.export_metadata() if row["form_name"] == "basics"]),
    "records": lambda door: door.delete_records(["1"]),
    "what repeats": lambda door: door.import_repeating_instruments_events([]),
}


@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_no_call_breaks_when_something_is_taken_away(what: str) -> None:
    text = LONGITUDINAL.replace("</GlobalVariables>", GROUPS + ROLE + "</GlobalVariables>")
    project = project_from_file(text, still(NOW))
    project.surveys = ["visit", "basics"]
    with SandboxServer([project]) as server:
        token = project.add_token(rights=EVERYTHING, username="ada")
        door = redcap.Project(server.url, token)
        role, group = "U-573AEYRNR8", "site_a1"
        door.import_users([{"username": "bo", "data_access_group": group}])
        door.import_user_role_assignment([{"username": "bo", "unique_role_name": role, "data_access_group": group}])
        door.export_survey_link(record="1", instrument="basics", event="start_arm_1")
        TAKEN_AWAY[what](door)
        for form in ("csv", "json", "xml"):
            for content in CONTENTS:
                more = {"record": "2", "instrument": "basics", "exportDataAccessGroups": "1", "exportSurveyFields": "1"}
                call = {"token": token, "content": content, "format": form, **more}
                assert answer(server.state, Params(call.items())).status in (200, 400, 501), (content, form)
        for page in (f"?pid={project.project_id}&id=1", f"?pid={project.project_id}&id=2"):
            address = f"{server.root}redcap_v16.1.3/DataEntry/record_home.php{page}"
            assert requests.get(address, timeout=10).status_code == 200


class TestValues:
    """Dates, numbers and delimiters of an import."""

    @pytest.mark.parametrize(
        ("order", "text", "stored"),
        [
            ("MDY", "2024-05-01", "2024-05-01"),
            ("DMY", "2024/05/01", "2024-05-01"),
            ("MDY", "05/01/2024", "2024-05-01"),
            ("DMY", "05/01/2024", "2024-01-05"),
            ("YMD", "05/01/2024", None),
        ],
    )
    def test_year_first_is_taken_whatever_order_is_said(self, repeating: Any, order: str, text: str, stored: str | None) -> None:
        row = {"record_id": "10", "redcap_repeat_instrument": "completion", "redcap_repeat_instance": "1", "passed": text}
        answer = repeating.post("record", format="json", data=json.dumps([row]), dateFormat=order)
        assert answer.status_code == (200 if stored else 400)
        if stored:
            assert repeating.project.records["10"][Place("", "completion", 1)]["passed"] == stored

    @pytest.mark.parametrize(("delimiter", "sign"), [("", ","), (",", ","), (";", ";"), ("tab", "\t"), ("|", "|"), ("^", "^")])
    def test_the_delimiter_of_an_import(self, classic: Any, delimiter: str, sign: str) -> None:
        data = sign.join(("record_id", "name")) + "\n" + sign.join(("2", "Bea"))
        assert classic.post("record", format="csv", data=data, csvDelimiter=delimiter).text == "1"
        assert classic.project.records["2"][Place()]["name"] == "Bea"

    def test_a_delimiter_that_is_none(self, classic: Any) -> None:
        assert classic.post("record", format="csv", data="record_id\n2", csvDelimiter="x").status_code == 400


NUMBERS = (
    "id,one,,text,Id,,,,,,,,,,,,,\npoint,one,,text,Point,,,number,,,,,,,,,,\ncomma,one,,text,Comma,,,number_comma_decimal,,,,,,,,,,\n"
    "dp,one,,text,Dp,,,number_1dp_comma_decimal,,,,,,,,,,\nword,one,,text,Word,,,,,,,,,,,,,\n"
)


class TestDecimals:
    """`decimalCharacter`, on export and on import."""

    @pytest.fixture
    def lab(self, open_lab: Callable[..., Any]) -> Any:
        project = Project("Numbers", UI_HEADER + "\n" + NUMBERS)
        project.put("1", "one", {"point": "1.5", "comma": "2,5", "dp": "3,5", "word": "4.5,6"})
        return open_lab(project)

    @pytest.mark.parametrize(
        ("sign", "cells"),
        [
            ("", ["1.5", "2,5", "3,5"]),
            (",", ["1,5", "2,5", "3,5"]),
            (".", ["1.5", "2.5", "3.5"]),
            ("comma", ["1,5", "2,5", "3,5"]),
        ],
    )
    def test_export(self, lab: Any, sign: str, cells: list[str]) -> None:
        answer = lab.post("record", format="csv", decimalCharacter=sign).text
        row = next(csv.DictReader(io.StringIO(answer)))
        assert [row[name] for name in ("point", "comma", "dp", "word")] == [*cells, "4.5,6"]

    def test_import(self, lab: Any) -> None:
        rows = json.dumps([{"id": "2", "point": "1,5", "comma": "2,5", "word": "1,5"}])
        assert lab.post("record", format="json", data=rows).status_code == 400
        assert lab.post("record", format="json", data=rows, decimalCharacter=",").status_code == 200
        stored = lab.project.records["2"][Place()]
        assert (stored["point"], stored["comma"], stored["word"]) == ("1.5", "2,5", "1,5")

    def test_each_kind_has_its_own_sign(self, lab: Any) -> None:
        for row in ({"point": "1,5"}, {"comma": "1.5"}, {"dp": "1.5"}):
            assert lab.post("record", format="json", data=json.dumps([{"id": "3", **row}])).status_code == 400

    def test_another_sign_is_refused(self, lab: Any) -> None:
        assert lab.post("record", format="csv", decimalCharacter="'").status_code == 400


class TestFilesAndFormats:
    """Downloads, XML and what is not offered."""

    def test_a_download_has_its_name_and_no_charset(self, classic: Any) -> None:
        classic.pycap.import_file("10", "photo", "me.txt", io.BytesIO(b"x"))
        answer = classic.post("file", action="export", record="10", field="photo")
        assert answer.headers["Content-Type"] == 'application/octet-stream; name="me.txt"'
        classic.project.accesses[classic.token].rights = _with_repository(classic)
        classic.pycap.import_file_into_repository("notes.txt", io.BytesIO(b"notes"))
        number = classic.pycap.export_file_repository()[-1]["doc_id"]
        answer = classic.post("fileRepository", action="export", doc_id=str(number))
        assert answer.headers["Content-Type"] == 'application/octet-stream; name="notes.txt"'

    def test_what_repeats_goes_out_and_in_as_xml(self, longitudinal: Any) -> None:
        before = longitudinal.pycap.export_repeating_instruments_events()
        text = longitudinal.pycap.export_repeating_instruments_events(format_type="xml")
        assert "<form_name>completion</form_name>" in text
        longitudinal.project.design.repeats = []
        assert longitudinal.pycap.import_repeating_instruments_events(text, import_format="xml", return_format_type="json") == 2
        assert longitudinal.pycap.export_repeating_instruments_events() == before

    def test_records_users_and_roles_go_out_and_in_as_xml(self, classic: Any) -> None:
        door = classic.pycap
        text = door.export_records(format_type="xml")
        assert text.startswith('<?xml version="1.0" encoding="UTF-8" ?><records><item><record_id>001</record_id>')
        before = door.export_records()
        classic.project.records.clear()
        assert door.import_records(text, import_format="xml", return_format_type="json") == {"count": 3}
        assert door.export_records() == before
        door.import_users([{"username": "bo", "forms": {"person": 2}}])
        users = door.export_users(format_type="xml")
        assert door.import_users(users, import_format="xml") == 2
        assert {user["username"]: user["forms"] for user in door.export_users()}["bo"] == {"person": 2}

    @pytest.mark.parametrize("data", ["<!DOCTYPE a><records/>", "no xml"])
    def test_xml_that_is_none(self, classic: Any, data: str) -> None:
        assert classic.post("record", format="xml", data=data).status_code == 400

    @pytest.mark.parametrize(
        "call",
        [
            {"content": "report", "report_id": "1"},
            {"content": "pdf"},
            {"content": "mycap"},
            {"content": "fileInfo"},
            {"content": "record", "action": "rename", "record": "10", "new_record_name": "11"},
            {"content": "record", "action": "randomize", "record": "10"},
            {"content": "record", "format": "odm"},
            {"content": "record", "action": "import", "data": "[]", "backgroundProcess": "true"},
            {"content": "metadata", "action": "delete"},
            {"content": "file", "action": "rename"},
        ],
    )
    def test_what_is_not_offered_is_said_to_be_so_and_does_nothing_else(self, classic: Any, call: dict[str, str]) -> None:
        answer = classic.ask({"format": "json", "returnFormat": "json", **call})
        assert answer.status_code == 501 and answer.json() == {"error": "The requested method is not implemented."}

    def test_a_content_that_redcap_does_not_have_is_not_valid(self, classic: Any) -> None:
        assert classic.post("records", returnFormat="json").status_code == 400


def _with_repository(lab: Any) -> Rights:
    return replace(lab.project.accesses[lab.token].rights, repository=True)


class TestLog:
    """Words of the log."""

    def test_a_record_put_into_a_group(self, repeating: Any) -> None:
        row = [{"record_id": "2", "name": "Ben", "redcap_data_access_group": "north_site"}]
        repeating.pycap.import_records(row)
        repeating.pycap.import_records(row)
        details = [entry["details"] for entry in repeating.pycap.export_logging(log_type="record_edit", record="2")]
        assert details.count("Assign record to Data Access Group (redcap_data_access_group = 'north_site')") == 1

    def test_users_and_roles_have_a_kind_of_their_own(self, classic: Any) -> None:
        door = classic.pycap
        door.import_users([{"username": "bo"}])
        door.import_user_roles([{"role_label": "Reader"}])
        door.import_user_roles([{**door.export_user_roles()[0], "role_label": "Reader"}])
        door.delete_users(["bo"])
        said = [entry["action"] for entry in door.export_logging(log_type="user")]
        assert said == ["Delete user bo", "Edit user role Reader", "Create user role Reader", "Add user bo"]

"""Files, the log, survey links and the pages behind them."""

import io
import re
from html import escape
from typing import Any

import pytest
import redcap
import requests

from onboard.sandbox.projects import Project
from tests.sandbox.conftest import COMPLETION, PERSON, dictionary, put_ada_ben_cem


class TestFiles:
    """File fields through PyCap."""

    def test_a_file_comes_back_as_it_went(self, classic: Any) -> None:
        classic.pycap.import_file("2", "photo", "ben.jpg", io.BytesIO(b"\xff\xd8 jpeg"))
        content, about = classic.pycap.export_file("2", "photo")
        assert content == b"\xff\xd8 jpeg"
        assert about["name"] == "ben.jpg"
        assert classic.pycap.export_records(records=["2"])[0]["photo"] == "ben.jpg"

    def test_eav_names_the_document(self, classic: Any) -> None:
        classic.pycap.import_file("2", "photo", "ben.jpg", io.BytesIO(b"x"))
        rows = classic.pycap.export_records(record_type="eav", records=["2"], fields=["photo"])
        assert rows[-1] == {"record": "2", "field_name": "photo", "value": "1"}

    def test_each_instance_has_its_own(self, repeating: Any) -> None:
        repeating.pycap.import_file("10", "certificate", "a.pdf", io.BytesIO(b"one"), repeat_instance=1)
        repeating.pycap.import_file("10", "certificate", "b.pdf", io.BytesIO(b"two"), repeat_instance=2)
        assert repeating.pycap.export_file("10", "certificate", repeat_instance=2)[0] == b"two"

    def test_deleted_files_are_gone(self, classic: Any) -> None:
        classic.pycap.import_file("2", "photo", "ben.jpg", io.BytesIO(b"x"))
        assert classic.post("file", action="delete", record="2", field="photo").content == b""
        assert classic.post("file", action="export", record="2", field="photo").status_code == 400

    def test_other_fields_hold_no_files(self, classic: Any) -> None:
        answer = classic.post("file", action="export", record="2", field="mugshot", returnFormat="csv")
        assert answer.status_code == 400
        assert answer.text == "ERROR: The field 'mugshot' does not exist or is not a 'file' field"


class TestLog:
    """The journal."""

    def test_newest_first_and_calls_log_themselves(self, classic: Any) -> None:
        classic.clock.later(minutes=5)
        classic.pycap.import_records([{"record_id": "2", "age": "44", "tasks___b2": "1"}])
        classic.pycap.export_metadata()
        rows = classic.pycap.export_logging()
        assert rows[0] == {
            "timestamp": "2026-03-02 09:35",
            "username": "user1",
            "action": "Manage/Design ",
            "details": "Download data dictionary (API)",
            "record": "",
        }
        assert rows[1]["action"] == "Update record (API) 2"
        assert "age = '44', tasks(B2) = checked" in rows[1]["details"]

    def test_deletions_are_seen(self, classic: Any) -> None:
        classic.pycap.delete_records(["2"])
        rows = classic.pycap.export_logging(log_type="record_delete")
        assert [(row["record"], row["details"]) for row in rows] == [("2", "record_id = '2'")]

    def test_begin_is_inclusive_to_the_minute(self, classic: Any) -> None:
        classic.clock.later(hours=1, seconds=50)
        classic.pycap.import_records([{"record_id": "2", "age": "44"}])
        begin = classic.clock.now.replace(second=55)
        assert len(classic.pycap.export_logging(begin_time=begin, log_type="record")) == 1
        assert classic.pycap.export_logging(user="nobody") == []


class TestSurveys:
    """Links, codes, lists, and a response."""

    def link(self, lab: Any, **params: str) -> str:
        """A survey link of Ada's next completion."""
        return str(lab.pycap.export_survey_link("10", "completion", repeat_instance=3))

    def test_links_are_stable_and_of_sixteen_characters(self, repeating: Any) -> None:
        link = self.link(repeating)
        assert link == self.link(repeating)
        assert link.startswith(f"{repeating.server.root}surveys/?s=")
        assert len(link.split("=")[1]) == 16

    def test_codes(self, repeating: Any) -> None:
        assert len(repeating.pycap.export_survey_access_code("10", "completion")) == 9
        assert len(repeating.pycap.export_survey_return_code("10", "completion")) == 8
        assert "?sq=" in repeating.pycap.export_survey_queue_link("10")

    def test_unknown_records(self, repeating: Any) -> None:
        with pytest.raises(redcap.RedcapError, match='The record "-1" does not exist'):
            repeating.pycap.export_survey_link("-1", "completion")

    def test_a_response_completes_the_form(self, repeating: Any) -> None:
        link = self.link(repeating)
        page = requests.get(link, timeout=10).text
        assert "Course" in page
        assert "Checked by" not in page
        files = {"certificate": ("gcp.pdf", b"%PDF", "application/pdf")}
        answer = requests.post(link, data={"course": "GCP refresher", "passed": "2026-03-01"}, files=files, timeout=10)
        assert "Your answers were saved" in answer.text
        row = repeating.pycap.export_records(records=["10"], export_survey_fields=True)[-1]
        assert (row["redcap_repeat_instance"], row["course"], row["completion_complete"]) == (3, "GCP refresher", "2")
        assert row["completion_timestamp"] == "2026-03-02 09:30:00"
        assert repeating.pycap.export_file("10", "certificate", repeat_instance=3)[0] == b"%PDF"
        assert "already completed" in requests.get(link, timeout=10).text

    def test_a_repeating_survey_can_be_taken_again_at_the_next_free_instance(self, repeating: Any) -> None:
        answer = requests.post(self.link(repeating), data={"course": "GCP", "passed": "2026-03-01"}, timeout=10)
        (again,) = re.findall(r'href="/(surveys/[^"]+)">Take this survey again', answer.text)
        requests.post(repeating.server.root + again, data={"course": "HSP", "passed": "2026-03-02"}, timeout=10)
        rows = repeating.pycap.export_records(records=["10"])[-2:]
        assert [(row["redcap_repeat_instance"], row["course"]) for row in rows] == [(3, "GCP"), (4, "HSP")]

    def test_a_hidden_field_gets_its_default_and_keeps_what_stands_there(self, open_lab: Any) -> None:
        text = dictionary(PERSON, COMPLETION.replace("@HIDDEN-SURVEY", "@HIDDEN-SURVEY @DEFAULT='survey'"))
        project = Project("Defaults", text, repeating=["completion"], surveys=["completion"])
        put_ada_ben_cem(project)
        lab = open_lab(project)
        project.put("10", "completion", {"checked": "Maria"}, instance=2)
        for instance in (1, 2):
            link = lab.pycap.export_survey_link("10", "completion", repeat_instance=instance)
            requests.post(link, data={"course": "GCP", "passed": "2026-03-01"}, timeout=10)
        rows = lab.pycap.export_records(records=["10"], fields=["checked"])
        assert [row["checked"] for row in rows if row["redcap_repeat_instance"]] == ["survey", "Maria"]

    def test_bad_answers_show_the_form_again(self, repeating: Any) -> None:
        link = self.link(repeating)
        page = requests.post(link, data={"course": "GCP", "passed": "someday"}, timeout=10).text
        assert "Invalid date format." in page
        assert "please give a value" in requests.post(link, data={"course": "GCP"}, timeout=10).text
        assert 'value="GCP"' in page
        assert len(repeating.pycap.export_records(records=["10"])) == 3

    def test_participants(self, repeating: Any) -> None:
        requests.post(self.link(repeating), data={"course": "GCP", "passed": "2026-03-01"}, timeout=10)
        rows = repeating.pycap.export_survey_participant_list("completion")
        assert [(row["record"], row["response_status"]) for row in rows] == [
            ("001", 0),
            ("2", 0),
            ("10", 0),
            ("10", 0),
            ("10", 2),
        ]


class TestPages:
    """What a browser sees."""

    def test_the_start_page_says_what_this_is_and_shows_no_token(self, repeating: Any) -> None:
        page = requests.get(repeating.server.root, timeout=10).text
        assert "It is not REDCap" in page
        assert "Repeating" in page
        assert repeating.token not in page

    def test_the_start_page_names_each_record_by_its_first_field(self, repeating: Any) -> None:
        page = requests.get(repeating.server.root, timeout=10).text
        first = next(column.name for column in repeating.project.dictionary.columns() if column.name != "record_id")
        held = {
            record: [values.get(first) for _, values in repeating.project.places(record)] for record in repeating.project.records
        }
        names = {record: next(filter(None, values), "") for record, values in held.items()}
        assert any(names.values())
        for record, name in names.items():
            assert f">{escape(f'{record} {name}'.strip())}</a></li>" in page

    def test_a_form_of_a_record(self, repeating: Any) -> None:
        address = f"{repeating.server.root}redcap_v16.1.3/DataEntry/index.php"
        query = {"pid": str(repeating.project.project_id), "id": "10", "page": "completion", "instance": "2"}
        page = requests.get(address, params=query, timeout=10).text
        assert "HSP/2" in page
        assert "Incomplete" in page
        home = requests.get(address.replace("index", "record_home"), params=query | {"page": ""}, timeout=10).text
        assert "instance=2" in home

    def test_a_form_of_an_event(self, longitudinal: Any) -> None:
        address = f"{longitudinal.server.root}redcap_v16.1.3/DataEntry/index.php"
        event = longitudinal.pycap.export_events()[1]["event_id"]
        query = {"pid": str(longitudinal.project.project_id), "id": "10", "page": "visit", "instance": "2"}
        assert "72" in requests.get(address, params=query | {"event_id": str(event)}, timeout=10).text

    def test_values_cannot_break_out_of_a_page(self, classic: Any) -> None:
        classic.project.put("66", "person", {"name": "<script>alert(1)</script>"})
        address = f"{classic.server.root}redcap_v16.1.3/DataEntry/index.php"
        query = {"pid": str(classic.project.project_id), "id": "66", "page": "person"}
        assert "<script>" not in requests.get(address, params=query, timeout=10).text

    def test_wrong_paths_are_apaches_404(self, classic: Any) -> None:
        answer = requests.post(f"{classic.server.root}redcap/api/", timeout=10)
        assert answer.status_code == 404
        assert answer.text.startswith('<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404')

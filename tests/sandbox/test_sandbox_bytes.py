"""Byte rules on raw bodies: quoting, line ends, escapes, content types, headers."""

from typing import Any

import pytest

from onboard.sandbox.wire import Table, csv_cell, csv_text, error_reply, json_text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("line\nbreak", '"line\nbreak"'),
        ("tab\there", '"tab\there"'),
        ("semi;colon", "semi;colon"),
        ("Löve", "Löve"),
        ("", ""),
    ],
)
def test_a_cell_is_quoted_as_fputcsv_does(value: str, written: str) -> None:
    assert csv_cell(value) == written


def test_slashes_and_letters_beyond_ascii_are_escaped_in_json() -> None:
    assert json_text({"a": "x/ö"}) == '{"a":"x\\/\\u00f6"}'


def test_a_mapping_in_a_cell_becomes_pairs() -> None:
    table = Table(columns=("forms",), rows=[{"forms": {"a": 1, "b": 0}}], trailing_newline=False)
    assert csv_text(table) == 'forms\n"a:1,b:0"'


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("csv", b"ERROR: a < b"),
        ("json", b'{"error":"a < b"}'),
        ("xml", b'<?xml version="1.0" encoding="UTF-8" ?><hash><error>a &lt; b</error></hash>'),
    ],
)
def test_errors_in_three_formats_without_newline(form: str, body: bytes) -> None:
    assert error_reply(400, "a < b", form).body == body


class TestRecordBodies:
    """Record exports as bytes."""

    def test_csv_has_line_feeds_no_bom_and_a_last_newline(self, classic: Any) -> None:
        body = classic.post("record", format="csv", records="2,10", fields="record_id,name,remark").content
        assert body == 'record_id,name,remark\n2,Ben,\n10,"Ada Löve","say ""hi"",\nplease"\n'.encode()

    def test_no_rows_is_one_newline_in_csv_and_an_empty_list_in_json(self, classic: Any) -> None:
        assert classic.post("record", format="csv", records="nobody").content == b"\n"
        assert classic.post("record", format="json", records="nobody").content == b"[]"

    def test_json_is_compact_and_instances_are_bare_numbers(self, repeating: Any) -> None:
        body = repeating.post("record", format="json", records="10", fields="record_id,course").text
        assert body == (
            '[{"record_id":"10","redcap_repeat_instrument":"","redcap_repeat_instance":"","course":""},'
            '{"record_id":"10","redcap_repeat_instrument":"completion","redcap_repeat_instance":1,"course":"GCP"},'
            '{"record_id":"10","redcap_repeat_instrument":"completion","redcap_repeat_instance":2,"course":"HSP\\/2"}]'
        )

    def test_another_delimiter(self, classic: Any) -> None:
        answer = classic.post("record", format="csv", records="2", fields="record_id,name", csvDelimiter="tab")
        assert answer.text == "record_id\tname\n2\tBen\n"

    def test_types_and_headers(self, classic: Any) -> None:
        csv, json = classic.post("record", format="csv"), classic.post("record", format="json")
        assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert json.headers["Content-Type"] == "application/json; charset=utf-8"
        assert csv.headers["Content-Encoding"] == "gzip"
        assert csv.headers["Connection"] == "close"
        assert csv.headers["X-XSS-Protection"] == "1;  mode=block"
        assert csv.headers["REDCap-Random-Text"] != json.headers["REDCap-Random-Text"]


class TestOtherBodies:
    """Each content has its own habits."""

    def test_version_has_no_newline(self, classic: Any) -> None:
        assert classic.post("version").content == b"16.1.3"

    def test_metadata_json_breaks_between_rows_only(self, classic: Any) -> None:
        body = classic.post("metadata", format="json").text
        assert body.count("},\n{") == 9
        assert body.count("\n") == 9
        assert '"field_label":"Name \\/ as greeted"' in body

    def test_metadata_csv_ends_with_a_newline(self, classic: Any) -> None:
        body = classic.post("metadata", format="csv", fields="age").text
        assert body.splitlines()[1] == "age,person,,text,Age,,,integer,18,99,,,,,,,,"
        assert body.endswith("\n")

    def test_instrument_labels_are_always_quoted(self, classic: Any) -> None:
        assert classic.post("instrument", format="csv").text == 'instrument_name,instrument_label\nperson,"Person"\n'

    def test_arm_and_event_names_are_always_quoted_and_nothing_follows(self, longitudinal: Any) -> None:
        assert longitudinal.post("arm", format="csv").text == 'arm_num,name\n1,"Drug"\n2,"No Drug"'
        lines = longitudinal.post("event", format="csv").text.split("\n")
        assert lines[0] == "event_name,arm_num,unique_event_name,custom_event_label,event_id"
        assert lines[1].startswith('"Enrolment",1,enrolment_arm_1,,')
        assert len(lines) == 4

    def test_mapping_is_unquoted_without_a_last_newline(self, longitudinal: Any) -> None:
        assert longitudinal.post("formEventMapping", format="csv", arms="1").text == (
            "arm_num,unique_event_name,form\n1,enrolment_arm_1,person\n1,enrolment_arm_1,completion\n1,visit_arm_1,visit"
        )

    def test_repeats_keep_spaces_unquoted(self, open_lab: Any, two_forms: str) -> None:
        from onboard.sandbox.projects import Project, Repeat

        lab = open_lab(Project("R", two_forms, repeating=(Repeat("completion", "", "[passed] [course]"),)))
        body = lab.post("repeatingFormsEvents", format="csv").text
        assert body == "form_name,custom_form_label\ncompletion,[passed] [course]\n"

    def test_project_information_is_one_object_with_bare_numbers(self, classic: Any) -> None:
        body = classic.post("project", format="json").text
        assert body.startswith('{"project_id":')
        assert '"is_longitudinal":0,"has_repeating_instruments_or_events":0,' in body
        assert '"project_title":"Classic","creation_time":"2026-03-02 09:30:00","production_time":"",' in body

    def test_user_csv_flattens_rights_and_ends_without_newline(self, repeating: Any) -> None:
        body = repeating.post("user", format="csv").text
        assert body.endswith('"person:1,completion:1","person:1,completion:1"')

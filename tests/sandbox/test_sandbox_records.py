"""Record exports through PyCap: rows, key columns and their order."""

from importlib.metadata import version
from typing import Any

import pandas as pd

from onboard.sandbox.projects import Project


class TestClassic:
    """A project without events or repeats."""

    def test_ids_come_in_the_order_of_their_numbers_and_keep_their_zeros(self, classic: Any) -> None:
        assert [row["record_id"] for row in classic.pycap.export_records()] == ["001", "2", "10"]

    def test_a_row_holds_every_column_once(self, classic: Any) -> None:
        ada = classic.pycap.export_records(records=["10"])[0]
        assert ada == {
            "record_id": "10",
            "name": "Ada Löve",
            "age": "33",
            "email": "",
            "role": "1",
            "tasks___a": "1",
            "tasks___b2": "0",
            "tasks____99": "1",
            "paid": "1",
            "remark": 'say "hi",\nplease',
            "photo": "",
            "person_complete": "2",
        }

    def test_pycap_reads_the_same_as_csv_and_frame(self, classic: Any) -> None:
        frame = classic.pycap.export_records(
            format_type="df", df_kwargs={"dtype": str, "keep_default_na": False, "index_col": False}
        )
        assert frame.to_dict("records") == classic.pycap.export_records()
        assert classic.pycap.export_records(format_type="csv").startswith("record_id,name,age,")

    def test_pycap_sees_that_it_is_classic(self, classic: Any) -> None:
        assert classic.pycap.is_longitudinal is False
        assert str(classic.pycap.export_version()) == "16.1.3"

    def test_unknown_records_are_no_error(self, classic: Any) -> None:
        assert classic.pycap.export_records(records=["nobody"]) == []

    def test_fields_without_the_id_bring_no_id_and_drop_rows_that_say_nothing(self, classic: Any) -> None:
        answer = classic.ask({"content": "record", "format": "json", "fields[0]": "age"})
        assert answer.json() == [{"age": "33"}]

    def test_lists_come_as_arrays_or_with_commas(self, classic: Any) -> None:
        commas = classic.post("record", format="json", fields="record_id, name", records="2,10")
        arrays = {"fields[0]": "record_id", "fields[]": "name", "records[0]": "2", "records[7]": "10"}
        assert commas.json() == classic.ask({"content": "record", "format": "json", **arrays}).json()
        assert [row["name"] for row in commas.json()] == ["Ben", "Ada Löve"]

    def test_descriptive_fields_and_statuses_may_be_asked_for(self, classic: Any) -> None:
        answer = classic.post("record", format="csv", fields="about,person_complete,record_id", records="2")
        assert answer.text == "record_id,person_complete\n2,0\n"

    def test_a_form_never_opened_is_0_or_blank_when_asked(self, open_lab: Any, two_forms: str) -> None:
        project = Project("Two forms", two_forms)
        project.put("1", "person", {"name": "Ada"})
        lab = open_lab(project)
        assert lab.pycap.export_records(fields=["completion_complete"])[0]["completion_complete"] == "0"
        gray = lab.pycap.export_records(fields=["completion_complete"], export_blank_for_gray_form_status=True)
        assert gray[0]["completion_complete"] == ""


class TestLabels:
    """rawOrLabel and label headers."""

    def test_labels_stand_for_codes(self, classic: Any) -> None:
        ada = classic.pycap.export_records(records=["10"], raw_or_label="label")[0]
        assert (ada["role"], ada["paid"], ada["person_complete"]) == ("Scientist", "Yes", "Complete")
        assert (ada["tasks___a"], ada["tasks___b2"]) == ("Checked", "Unchecked")

    def test_checkbox_labels_on_request(self, classic: Any) -> None:
        ada = classic.pycap.export_records(records=["10"], raw_or_label="label", export_checkbox_labels=True)[0]
        assert (ada["tasks___a"], ada["tasks___b2"]) == ("Consent", "")

    def test_label_headers_in_csv(self, repeating: Any) -> None:
        text = repeating.pycap.export_records(format_type="csv", raw_or_label_headers="label")
        header = text.splitlines()[0]
        assert header.startswith('"Record ID","Repeat Instrument","Repeat Instance",')
        assert '"Tasks  (choice=Draw blood)"' in header
        assert header.count("Complete?") == 2


class TestRepeating:
    """Repeating instruments in a classic project."""

    def test_base_rows_come_first_and_instances_are_numbers(self, repeating: Any) -> None:
        rows = repeating.pycap.export_records(records=["10"])
        assert [(row["redcap_repeat_instrument"], row["redcap_repeat_instance"]) for row in rows] == [
            ("", ""),
            ("completion", 1),
            ("completion", 2),
        ]

    def test_what_cannot_live_on_a_row_is_blank_there(self, repeating: Any) -> None:
        base, first, _ = repeating.pycap.export_records(records=["10"])
        assert (base["completion_complete"], base["tasks___b2"]) == ("", "0")
        assert (first["person_complete"], first["tasks___b2"], first["name"]) == ("", "", "")
        assert (first["course"], first["completion_complete"]) == ("GCP", "2")

    def test_repeat_columns_vanish_when_nothing_repeats(self, repeating: Any) -> None:
        assert "redcap_repeat_instance" not in repeating.pycap.export_records(records=["2"])[0]

    def test_other_instruments_rows_stay_away_unless_the_server_is_told(self, repeating: Any) -> None:
        asked = repeating.pycap.export_records(forms=["person"], records=["10"])
        assert len(asked) == 1
        repeating.project.id_brings_every_row = True
        assert len(repeating.pycap.export_records(forms=["person"], records=["10"])) == 3

    def test_dates_are_y_m_d_whatever_the_field_shows(self, repeating: Any) -> None:
        rows = repeating.pycap.export_records(fields=["passed"], records=["10"])
        assert [row["passed"] for row in rows] == ["", "2024-05-01", "2025-06-02"]

    def test_eav_has_one_row_per_value_and_per_checked_code(self, repeating: Any) -> None:
        rows = repeating.pycap.export_records(record_type="eav", records=["10"], fields=["tasks", "course"])
        assert [(row["field_name"], row["value"], row["redcap_repeat_instance"]) for row in rows] == [
            ("record_id", "10", ""),
            ("tasks", "a", ""),
            ("tasks", "-99", ""),
            ("course", "GCP", 1),
            ("course", "HSP/2", 2),
        ]

    def test_groups_come_when_asked_for(self, repeating: Any) -> None:
        rows = repeating.pycap.export_records(export_data_access_groups=True, fields=["name"])
        assert [row["redcap_data_access_group"] for row in rows] == ["", "", "north_site"]
        assert list(rows[0]) == ["record_id", "redcap_data_access_group", "name"]

    def test_survey_columns_stand_before_their_form(self, repeating: Any) -> None:
        row = repeating.pycap.export_records(export_survey_fields=True, records=["10"])[0]
        names = list(row)
        assert names[3] == "redcap_survey_identifier"
        assert names.index("completion_timestamp") == names.index("course") - 1

    def test_date_range_is_judged_from_the_log(self, repeating: Any) -> None:
        repeating.clock.later(days=1)
        start = repeating.clock.now
        repeating.pycap.import_records([{"record_id": "2", "age": "40"}])
        changed = repeating.pycap.export_records(date_begin=start)
        assert [row["record_id"] for row in changed] == ["2"]
        assert repeating.pycap.export_records(date_begin=start.replace(year=2100)) == []

    def test_next_record_name(self, repeating: Any) -> None:
        assert repeating.pycap.generate_next_record_name() == "11"


class TestLongitudinal:
    """Events, arms, a repeating event and a repeating instrument."""

    def test_base_rows_in_event_order_then_repeating_rows_in_event_order(self, longitudinal: Any) -> None:
        rows = longitudinal.pycap.export_records(records=["10", "2"])
        keys = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
        assert [tuple(row[key] for key in keys) for row in rows] == [
            ("2", "enrolment_arm_1", "", ""),
            ("2", "deadline_to_opt_ou_arm_2", "", ""),
            ("10", "enrolment_arm_1", "", ""),
            ("10", "enrolment_arm_1", "completion", 1),
            ("10", "visit_arm_1", "", 1),
            ("10", "visit_arm_1", "", 2),
        ]

    def test_pycap_frame_is_indexed_by_event(self, longitudinal: Any) -> None:
        frame = longitudinal.pycap.export_records(format_type="df", fields=["weight"])
        assert isinstance(frame.index, pd.MultiIndex)
        assert longitudinal.pycap.is_longitudinal is True

    def test_event_names_are_unique_in_raw_and_labels_in_label_mode(self, longitudinal: Any) -> None:
        # PyCap always sends eventName=label; a real server ignores it
        assert longitudinal.pycap.export_records()[0]["redcap_event_name"] == "enrolment_arm_1"
        assert longitudinal.pycap.export_records(raw_or_label="label")[0]["redcap_event_name"] == "Enrolment"

    def test_only_the_events_asked_for(self, longitudinal: Any) -> None:
        rows = longitudinal.pycap.export_records(events=["visit_arm_1"], fields=["weight"])
        assert [row["weight"] for row in rows] == ["71.5", "72"]

    def test_a_checkbox_is_blank_where_its_form_cannot_live(self, longitudinal: Any) -> None:
        rows = longitudinal.pycap.export_records(records=["10"])
        assert [row["tasks___b2"] for row in rows] == ["0", "", "", ""]


def test_pycap_is_the_pinned_release() -> None:
    assert version("PyCap") == "2.7.0"

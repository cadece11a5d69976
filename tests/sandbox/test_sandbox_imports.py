"""Record imports and deletes: what is written, what is counted, and every complaint at once."""

from typing import Any

import pandas as pd
import pytest
import redcap

BAD_FORMAT = "The value you provided could not be validated because it does not follow the expected format. Please try again."


def complaint(lab: Any, **row: object) -> str:
    """The error text of importing one row."""
    answer = lab.pycap
    with pytest.raises(redcap.RedcapError) as caught:
        answer.import_records([row])
    return str(caught.value.args[0]["error"])


class TestWriting:
    """What an accepted import does."""

    def test_a_value_is_written_and_the_record_counted(self, classic: Any) -> None:
        assert classic.pycap.import_records([{"record_id": "2", "age": 41}]) == {"count": 1}
        assert classic.pycap.export_records(records=["2"])[0]["age"] == "41"

    def test_two_rows_of_one_record_count_once(self, repeating: Any) -> None:
        rows = [
            {"record_id": "2", "redcap_repeat_instrument": "completion", "redcap_repeat_instance": n, "course": "X"}
            for n in (1, 3)
        ]
        assert repeating.pycap.import_records(rows) == {"count": 1}
        kept = repeating.pycap.export_records(records=["2"])
        assert [row["redcap_repeat_instance"] for row in kept] == ["", 1, 3]

    def test_blanks_do_not_erase_unless_told_to(self, classic: Any) -> None:
        classic.pycap.import_records([{"record_id": "10", "age": ""}])
        assert classic.project.records["10"][("", "", 0)]["age"] == "33"
        classic.pycap.import_records([{"record_id": "10", "age": "", "tasks___a": ""}], overwrite="overwrite")
        ada = classic.pycap.export_records(records=["10"])[0]
        assert (ada["age"], ada["tasks___a"], ada["role"]) == ("", "0", "1")

    def test_ids_alone_make_records_in_a_plain_classic_project(self, classic: Any, repeating: Any) -> None:
        assert classic.pycap.import_records([{"record_id": 4}, {"record_id": 5}]) == {"count": 2}
        assert "4" in classic.project.records
        repeating.pycap.import_records([{"record_id": 4}])
        assert "4" not in repeating.project.records

    def test_the_same_values_again_write_and_log_nothing(self, repeating: Any) -> None:
        before = len(list(repeating.project.journal))
        repeating.pycap.import_records([{"record_id": "10", "age": "33"}])
        assert len(list(repeating.project.journal)) == before

    def test_other_answers(self, classic: Any) -> None:
        rows = [{"record_id": "new", "name": "Dee"}]
        assert classic.pycap.import_records(rows, return_content="ids") == ["new"]
        assert classic.pycap.import_records(rows, return_content="nothing") == [{}]
        assert classic.pycap.import_records(rows, return_format_type="csv") == "1"
        xml = '<?xml version="1.0" encoding="UTF-8" ?><count>1</count>'
        assert classic.pycap.import_records(rows, return_format_type="xml") == xml
        assert classic.pycap.import_records(rows, return_format_type="csv", return_content="ids") == "id\nnew"

    def test_numbers_are_given_on_request(self, classic: Any) -> None:
        rows = [{"record_id": "x", "name": "Dee"}]
        answer = classic.pycap.import_records(rows, return_content="auto_ids", force_auto_number=True)
        assert answer == ["11,x"]

    def test_csv_and_frames(self, classic: Any) -> None:
        assert classic.pycap.import_records("record_id,name\n7,Flo\n", import_format="csv") == {"count": 1}
        frame = pd.DataFrame({"record_id": ["8"], "name": ["Gus"]})
        assert classic.pycap.import_records(frame, import_format="df") == {"count": 1}
        assert classic.project.records["8"][("", "", 0)]["name"] == "Gus"

    def test_dates_in_another_order_are_kept_y_m_d(self, repeating: Any) -> None:
        row = {"record_id": "2", "redcap_repeat_instrument": "completion", "redcap_repeat_instance": 1}
        repeating.pycap.import_records([{**row, "passed": "31/12/2025"}], date_format="DMY")
        assert repeating.pycap.export_records(records=["2"])[1]["passed"] == "2025-12-31"
        repeating.pycap.import_records([{**row, "passed": "2026/01/02"}])
        assert repeating.pycap.export_records(records=["2"])[1]["passed"] == "2026-01-02"

    def test_what_is_exported_can_be_imported(self, longitudinal: Any) -> None:
        rows = longitudinal.pycap.export_records()
        assert longitudinal.pycap.import_records(rows) == {"count": 3}
        assert longitudinal.pycap.export_records() == rows

    def test_an_object_instead_of_a_list_counts_nothing(self, classic: Any) -> None:
        assert classic.post("record", format="json", data='{"record_id":"9","name":"Hal"}').json() == {"count": 0}
        assert "9" not in classic.project.records

    def test_eav_rows_are_gathered(self, classic: Any) -> None:
        data = '[{"record":"2","field_name":"tasks","value":"B2"},{"record":"2","field_name":"age","value":"50"}]'
        assert classic.post("record", format="json", type="eav", data=data).json() == {"count": 1}
        ben = classic.pycap.export_records(records=["2"])[0]
        assert (ben["tasks___b2"], ben["age"]) == ("1", "50")

    def test_ranges_calculations_and_files_are_not_checked(self, classic: Any) -> None:
        assert classic.pycap.import_records([{"record_id": "2", "age": "17", "photo": "x.png"}]) == {"count": 1}
        assert classic.pycap.export_records(records=["2"])[0]["photo"] == ""


class TestComplaints:
    """Every problem with its text; nothing is written."""

    def test_all_problems_of_all_rows_come_together(self, classic: Any) -> None:
        rows = [{"record_id": "97", "role": "1.0", "name": "Ida"}, {"record_id": "98", "tasks___a": "1.0", "age": "x"}]
        with pytest.raises(redcap.RedcapError) as caught:
            classic.pycap.import_records(rows)
        # in the order of the rows, inside a row in the order of the dictionary
        assert caught.value.args[0]["error"].split("\n") == [
            '"97","role","1.0","The value is not a valid category for role"',
            f'"98","age","x","{BAD_FORMAT}"',
            '"98","tasks___a","1.0","tasks___a is a checkbox field and thus can only have a value of '
            "'1' (checked) or '0' (unchecked).\"",
        ]
        assert "97" not in classic.project.records

    @pytest.mark.parametrize(("field", "value"), [("age", "3.0"), ("email", "nobody"), ("email", "a b@example.org")])
    def test_formats(self, classic: Any, field: str, value: str) -> None:
        assert complaint(classic, record_id="2", **{field: value}) == f'"2","{field}","{value}","{BAD_FORMAT}"'

    def test_statuses_and_yes_no_are_categories(self, classic: Any) -> None:
        text = complaint(classic, record_id="2", paid="yes", person_complete="3")
        assert "valid category for paid" in text
        assert "valid category for person_complete" in text

    @pytest.mark.parametrize("value", ["2025-13-01", "01/02/2025", "soon"])
    def test_dates(self, repeating: Any, value: str) -> None:
        row = {"redcap_repeat_instrument": "completion", "redcap_repeat_instance": "1", "passed": value}
        assert complaint(repeating, record_id="2", **row) == f'"2","passed","{value}","Invalid date format."'

    def test_missing_data_codes_stand_in_any_field(self, classic: Any) -> None:
        classic.project.missing_data_codes = {"-999": "Not asked"}
        assert classic.pycap.import_records([{"record_id": "2", "age": "-999", "role": "-999"}]) == {"count": 1}

    def test_unknown_fields(self, classic: Any) -> None:
        text = complaint(classic, record_id="2", xyz="1")
        assert text == "The following fields were not found in the project as real data fields: xyz"

    def test_instances_must_be_numbers(self, longitudinal: Any) -> None:
        row = {"redcap_event_name": "visit_arm_1", "redcap_repeat_instance": "1.0", "weight": "70"}
        assert complaint(longitudinal, record_id="97", **row) == (
            '"97","redcap_repeat_instance","1.0","(redcap_event_name=""visit_arm_1"") redcap_repeat_instance must '
            "have a numeric value between '1' and '32767' for any Repeating Event or Repeating Instrument.  Please add "
            'a valid numeric value to redcap_repeat_instance in the data import file and try again."'
        )

    def test_instances_where_nothing_repeats(self, repeating: Any) -> None:
        text = complaint(repeating, record_id="2", redcap_repeat_instance="1", name="Ben")
        assert "cannot have a value since this instrument or event is not a repeating instrument" in text

    def test_an_instrument_that_does_not_repeat(self, repeating: Any) -> None:
        row = {"redcap_repeat_instrument": "person", "redcap_repeat_instance": "1", "name": "Ben"}
        assert "must be the unique form name of a Repeating Instrument" in complaint(repeating, record_id="2", **row)

    def test_a_repeating_field_without_an_instance(self, repeating: Any) -> None:
        text = complaint(repeating, record_id="2", course="GCP")
        assert "This field ('course') exists on a Repeating Instrument named 'completion'. However," in text

    def test_a_field_of_another_event(self, longitudinal: Any) -> None:
        text = complaint(longitudinal, record_id="2", redcap_event_name="enrolment_arm_1", weight="70")
        assert (
            "This field ('weight') exists on an instrument that is not designated for the event named "
            "'Enrolment (Arm 1: Drug)'. You are not allowed to import data for this field into this event."
        ) in text

    def test_an_unknown_event(self, longitudinal: Any) -> None:
        text = complaint(longitudinal, record_id="2", redcap_event_name="nowhere_arm_1", name="Ben")
        assert text.startswith("The following values for 'redcap_event_name' are not valid unique event names for this project,")

    def test_errors_come_in_the_return_format(self, classic: Any) -> None:
        answer = classic.post("record", format="json", returnFormat="csv", data='[{"record_id":"2","role":"9"}]')
        assert answer.status_code == 400
        assert answer.text == 'ERROR: "2","role","9","The value is not a valid category for role"'


class TestDeleting:
    """Records, forms and instances."""

    def test_records(self, classic: Any) -> None:
        assert classic.pycap.delete_records(["2", "10"]) == 2
        assert list(classic.project.records) == ["001"]

    def test_unknown_records_refuse_the_whole_call(self, classic: Any) -> None:
        with pytest.raises(redcap.RedcapError, match="The following records do not exist: 1"):
            classic.pycap.delete_records(["2", "1"])
        assert "2" in classic.project.records

    def test_one_instance(self, repeating: Any) -> None:
        repeating.pycap.delete_records(["10"], instrument="completion", repeat_instance=1)
        rows = repeating.pycap.export_records(records=["10"])
        assert [row["redcap_repeat_instance"] for row in rows] == ["", 2]

    def test_one_event_instance(self, longitudinal: Any) -> None:
        assert longitudinal.pycap.delete_records(["10"], event="visit_arm_1", repeat_instance=2) == 1
        rows = longitudinal.pycap.export_records(records=["10"], events=["visit_arm_1"])
        assert [row["redcap_repeat_instance"] for row in rows] == [1]

    def test_one_form_blanks_its_fields(self, open_lab: Any, two_forms: str) -> None:
        from onboard.sandbox.projects import Project

        project = Project("Two", two_forms)
        project.put("1", "person", {"name": "Ada"})
        project.put("1", "completion", {"course": "GCP"})
        lab = open_lab(project)
        lab.pycap.delete_records(["1"], instrument="completion")
        row = lab.pycap.export_records()[0]
        assert (row["name"], row["course"], row["completion_complete"]) == ("Ada", "", "0")

    def test_one_arm(self, longitudinal: Any) -> None:
        longitudinal.pycap.delete_records(["2"], arm="2")
        assert [row["redcap_event_name"] for row in longitudinal.pycap.export_records(records=["2"])] == ["enrolment_arm_1"]

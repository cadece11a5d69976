"""One instrument's CSV: whole or in doubt, and whose rows are whose."""

from __future__ import annotations

import pytest

from onboard.adapters.redcap.answers import Answer, Busy, Refused, checked
from onboard.adapters.redcap.rows import HalfRead, Rows, Wanted, check_roll, check_together, read_rows, roll_call
from onboard.adapters.redcap.source import checkbox_columns
from onboard.errors import ReadInDoubt


def wanted(instrument: str = "completion", *, root: bool = False, fields: tuple[str, ...] = ("course",)) -> Wanted:
    """What is asked of a form."""
    return Wanted(project="people", instrument=instrument, record_id="record_id", fields=fields, checkboxes={}, root=root)


PERSON = wanted("person", root=True, fields=("name",))
REPEATING = (
    "record_id,redcap_repeat_instrument,redcap_repeat_instance,course,completion_complete\n"
    '1,"","","",""\n1,completion,1,HSP,2\n1,listing,1,"",""\n2,"","","",""\n'
)


def test_base_rows_and_rows_of_others_are_noise():
    assert read_rows(REPEATING, wanted()).rows == (("1", "completion", "1", "HSP", "2"),)


def test_no_rows_at_all_is_one_line_feed():
    assert read_rows("\n", wanted()).text() == "record_id,course,completion_complete\n"


def test_repeat_columns_vanish_when_nobody_has_a_repeating_row():
    text = 'record_id,course,completion_complete\n1,"",""\n2,"",""\n'
    assert read_rows(text, wanted()).rows == ()


def test_a_person_without_anything_typed_stays_a_person():
    text = "record_id,name,person_complete\n1,Ada,2\n2,,\n"
    assert read_rows(text, PERSON).rows == (("1", "Ada", "2"), ("2", "", ""))


def test_in_a_longitudinal_project_the_telling_row_stands_for_the_record():
    text = "record_id,redcap_event_name,name,person_complete\n1,visit_arm_1,,\n1,start_arm_1,Ada,2\n"
    assert read_rows(text, PERSON).rows == (("1", "start_arm_1", "Ada", "2"),)


def test_columns_nobody_asked_for_are_left_behind():
    text = "record_id,redcap_data_access_group,name,person_complete\n1,north,Ada,2\n"
    assert read_rows(text, PERSON).text() == "record_id,name,person_complete\n1,Ada,2\n"


def test_record_ids_stay_text():
    text = "record_id,name,person_complete\n001,Ada,2\n1,Bo,2\n"
    assert read_rows(text, PERSON).ids() == {"001", "1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "record_id,course,completion_complete",
        "record_id,course,completion_complete\n1,HSP",
        "record_id,course,completion_complete\n1,HSP\n",
        'record_id,course,completion_complete\n1,"HSP,2\n',
        "record_id,course,completion_complete\n1,HSP,2,3\n",
        "record_id,course,course,completion_complete\n1,HSP,HSP,2\n",
    ],
    ids=["nothing", "header without line feed", "half a row", "a short row", "an open quote", "a long row", "a column twice"],
)
def test_a_table_that_is_not_whole_is_in_doubt(text):
    with pytest.raises(ReadInDoubt, match="cut short or mangled"):
        read_rows(text, wanted())


def test_a_missing_column_says_which_right_is_missing():
    with pytest.raises(ReadInDoubt, match=r"left out course of form 'completion'.*Full Data Set"):
        read_rows("record_id,completion_complete\n1,2\n", wanted())


def test_rows_of_a_record_that_the_main_form_lacks_are_in_doubt():
    read = {
        "people.person": read_rows("record_id,name,person_complete\n1,Ada,2\n2,Bo,2\n", PERSON),
        "people.completion": read_rows(REPEATING + "9,completion,1,GCP,2\n", wanted()),
    }
    with pytest.raises(ReadInDoubt, match=r"does not know \(9\)"):
        check_together(read, [PERSON, wanted()])


def test_base_rows_that_stop_early_are_in_doubt():
    read = {
        "people.person": read_rows("record_id,name,person_complete\n1,Ada,2\n2,Bo,2\n3,Cyd,2\n", PERSON),
        "people.completion": read_rows(REPEATING, wanted()),
    }
    with pytest.raises(ReadInDoubt, match=r"without records that the main form has \(3\)"):
        check_together(read, [PERSON, wanted()])


ONLY_OWN = "record_id,redcap_repeat_instrument,redcap_repeat_instance,course,completion_complete\n1,completion,1,HSP,2\n"
WITH_EVENTS = "record_id,redcap_event_name,course,completion_complete\n"


@pytest.mark.parametrize("text", ["\n", "record_id,course,completion_complete\n", ONLY_OWN, WITH_EVENTS])
def test_an_answer_that_names_no_record_tells_nothing(text):
    assert not read_rows(text, wanted()).tells


@pytest.mark.parametrize(
    "text", [REPEATING, "record_id,course,completion_complete\n1,,\n", WITH_EVENTS + "1,start_arm_1,HSP,2\n"]
)
def test_a_base_row_or_with_events_a_row_tells(text):
    assert read_rows(text, wanted()).tells


@pytest.mark.parametrize("text", ["\n", ONLY_OWN])
def test_records_that_no_base_row_names_are_in_doubt(text):
    read = {
        "people.person": read_rows("record_id,name,person_complete\n1,Ada,2\n2,Bo,2\n", PERSON),
        "people.completion": read_rows(text, wanted()),
    }
    with pytest.raises(ReadInDoubt, match=r"without records that the main form has \(1, 2\)"):
        check_together(read, [PERSON, wanted()])


def test_a_main_form_that_knows_none_of_the_other_forms_records_is_in_doubt():
    read = {
        "people.person": read_rows("\n", PERSON),
        "people.completion": read_rows("record_id,course,completion_complete\n1,,\n", wanted()),
    }
    with pytest.raises(ReadInDoubt, match=r"does not know \(1\)"):
        check_together(read, [PERSON, wanted()])


def test_checkbox_codes_become_columns_as_redcap_spells_them():
    field = {"field_name": "tasks", "select_choices_or_calculations": "a, Consent | B2, Draw blood | -99, Other | Mr."}
    assert checkbox_columns(field) == ("tasks___a", "tasks___b2", "tasks____99", "tasks___mr_")


CSV, JSON = {"Content-Type": "text/csv; charset=utf-8"}, {"Content-Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("answer", "wanted_format", "kind", "said"),
    [
        (Answer(status=200, headers=CSV, body=b"ERROR: You cannot"), "csv", Refused, "You cannot"),
        (Answer(status=400, headers=JSON, body=b'{"error":"a \\/ b"}'), "json", Refused, r"\(400: a / b\)"),
        (Answer(status=400, headers=CSV, body=b"<hash><error>odd</error></hash>"), "", Refused, r"\(400: odd\)"),
        (Answer(status=429, headers=CSV, body=b"slow down"), "csv", ReadInDoubt, r"fewer calls \(429, project 'people'\)"),
        (Answer(status=406, headers=CSV, body=b""), "csv", Refused, "status 406"),
        (Answer(status=200, headers={}, body=b"record_id\n1\n"), "csv", ReadInDoubt, "something without a type"),
        (Answer(status=200, headers=CSV, body=b"<!DOCTYPE html><html>"), "csv", ReadInDoubt, "a web page"),
        (Answer(status=200, headers=CSV, body=b"record_id\n\xff\n"), "csv", ReadInDoubt, "not UTF-8"),
        (Answer(status=200, headers=CSV, body=b""), "csv", Busy, "an empty answer"),
        (Answer(status=504, headers=CSV, body=b"<html>"), "csv", Busy, "status 504"),
    ],
    ids=[
        "200 with an error",
        "json error",
        "xml error",
        "too many",
        "refused",
        "no type",
        "page as csv",
        "latin-1",
        "empty",
        "gateway",
    ],
)
def test_an_answer_that_is_no_data(answer, wanted_format, kind, said):
    with pytest.raises(kind, match=said):
        checked(answer, wanted_format, "people")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":"The field \\"a\\"\\nis not\\/there"}', 'The field "a" is not/there'),
        (b'{"error":"Zug\\u00fcrnt: Gr\\u00fc\\u00dfe"}', "Zug\u00fcrnt: Gr\u00fc\u00dfe"),
        (b'{"error":"The field &quot;a&quot; &amp; more"}', 'The field "a" & more'),
        (b'{"error":"two\nlines"}', "two lines"),
        (b'{ "error" : "spaced" }', "spaced"),
        (b"<hash><error>The field &quot;a&quot;\n&lt;b&gt;</error></hash>", 'The field "a" <b>'),
        (b'<?xml version="1.0"?><hash><error><![CDATA[a "b" & c]]></error></hash>', 'a "b" & c'),
        (b'{"error":"The field "a" is not there"}', 'The field "a" is not there'),
        (b'{"error":"cut in the midd', "cut in the midd"),
        (b"ERROR: plain\nwords", "plain words"),
        (b"[1, 2]", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_is_said_in_the_words_it_was_meant_in(body, words):
    with pytest.raises(Refused) as caught:
        checked(Answer(status=400, headers=JSON, body=body), "json", "people")
    assert caught.value.words == words


def test_an_error_that_comes_with_200_is_a_refusal():
    with pytest.raises(Refused, match="You may not: a/b"):
        checked(Answer(status=200, headers=JSON, body=b'{"error":"You may not: a\\/b"}'), "json", "people")


INSTANCES = "record_id,redcap_repeat_instrument,redcap_repeat_instance,course,completion_complete\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "record_id,redcap_repeat_instrument,course,completion_complete\n1,,,\n1,completion,HSP,2\n",
            "left out redcap_repeat",
        ),
        ("record_id,redcap_repeat_instance,course,completion_complete\n1,,,\n1,1,HSP,2\n", "left out redcap_repeat_instrument"),
        ("record_id,course,completion_complete\n1,,\n1,HSP,2\n", "under a wrong record or instance"),
        (INSTANCES + "1,,,,\n1,completion,1,HSP,2\n1,completion,1,GCP,2\n", "under a wrong record or instance"),
        (INSTANCES + "1,,,,\n,completion,1,HSP,2\n", "under a wrong record or instance"),
        (INSTANCES + "1,,,,\n1,completion,,HSP,2\n", "without its redcap_repeat_instance"),
    ],
    ids=["no instance", "no instrument", "neither", "twice", "no record", "no number"],
)
def test_rows_that_may_be_anybodys_are_in_doubt(text, said):
    with pytest.raises(ReadInDoubt, match=said):
        read_rows(text, wanted())


def test_a_bom_is_no_part_of_the_first_column():
    assert checked(Answer(status=200, headers=CSV, body=b"\xef\xbb\xbfrecord_id\n"), "csv", "people") == "record_id\n"


ROLL = "record_id,redcap_repeat_instrument,redcap_repeat_instance,person_complete,completion_complete\n1,,,2,0\n"
BOTH = [PERSON, wanted()]


def read_of(completions: str) -> dict[str, Rows]:
    """A read of one person with these completions."""
    return {
        "people.person": read_rows("record_id,name,person_complete\n1,Ada,2\n", PERSON),
        "people.completion": read_rows(completions, wanted()),
    }


@pytest.mark.parametrize("status", ["0", "1", "2"])
def test_a_row_that_the_project_lists_and_the_form_lacks_is_in_doubt(status):
    roll = roll_call(f"{ROLL}1,completion,1,,2\n1,completion,2,,{status}\n", BOTH)
    with pytest.raises(HalfRead, match=r"'completion' of project 'people' came without record 1 row 2: one"):
        check_roll(read_of(ONLY_OWN), roll, BOTH)


@pytest.mark.parametrize(
    "more",
    ["", "1,completion,2,,\n", "1,other,2,,\n", "2,,,0,0\n"],
    ids=["the same rows", "a blank status", "another form's row", "a form never opened"],
)
def test_a_list_that_proves_no_other_row_is_no_doubt(more):
    check_roll(read_of(ONLY_OWN), roll_call(f"{ROLL}1,completion,1,,2\n{more}", BOTH), BOTH)


def test_a_row_that_is_no_instance_is_missed_too():
    with pytest.raises(HalfRead, match=r"'person' .* came without record 2: one"):
        check_roll(read_of(ONLY_OWN), roll_call(ROLL + "2,,,2,0\n", BOTH), BOTH)


@pytest.mark.parametrize("text", ["\n", ROLL.partition("\n")[0] + "\n", ROLL])
def test_a_list_that_lacks_what_a_form_has_is_in_doubt(text):
    with pytest.raises(HalfRead, match="which the project's list of rows lacks"):
        check_roll(read_of(ONLY_OWN), roll_call(text, BOTH), BOTH)


def test_a_list_that_is_not_whole_is_in_doubt():
    with pytest.raises(ReadInDoubt, match="cut short"):
        roll_call(ROLL + "1,comp", BOTH)

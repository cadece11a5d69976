"""The sample lab read into tables, and what happens when one cell of it goes wrong."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from onboard.errors import ReadInDoubt
from onboard.model import UNREADABLE, ApprovalKind, Checked, Export, PersonnelMode, Problem, Task
from onboard.model.mapping import Mapping
from onboard.tables import COLUMNS, NOUNS, Tables, read_tables

Read = Callable[[Export], tuple[Tables, list[Problem]]]
Change = Callable[..., Export]


@pytest.fixture
def read(mapping: Mapping, zone: ZoneInfo) -> Read:
    return lambda export: read_tables(export, mapping, zone)


def row(frame: pd.DataFrame, evidence: str) -> dict[str, object]:
    (found,) = frame[frame["evidence"] == evidence].to_dict("records")
    return found


def about(problems: list[Problem], record: str, instrument: str) -> list[Problem]:
    return [p for p in problems if p.record == record and p.instrument == instrument]


def test_every_row_of_every_table_is_a_noun(sample_export: Export, read: Read) -> None:
    tables, _ = read(sample_export)
    for table, noun in NOUNS.items():
        frame = getattr(tables, table)
        assert tuple(frame.columns) == COLUMNS[table] == tuple(f.name for f in fields(noun))
        assert set(map(str, frame.dtypes)) <= {"object"}
        for values in frame.to_dict("records"):
            noun(**values)


def test_nothing_is_guessed(with_cells: Change, read: Read) -> None:
    """A name that looks like a missing value and an id with leading zeros stay what they are."""
    tables, _ = read(with_cells("people.person", "1", greet_name="NA", full_name="None", citi_id="007"))
    elena = tables.people.iloc[0]
    assert (elena["greet"], elena["name"], elena["citi_id"]) == ("NA", "None", "007")


def test_the_sample_has_two_problems_and_says_them_in_the_forms_own_words(sample_export: Export, read: Read) -> None:
    _, problems = read(sample_export)
    brandt, singh = problems
    assert brandt.what == "“Completed on” holds “04/27/2026”, which cannot be read as a date. It counts as unknown."
    assert (brandt.record, brandt.instrument, brandt.instance, brandt.people) == ("9", "completion", 1, ("9",))
    assert singh.field == "list_protocol"
    assert singh.next_step == "Did you mean IRB-25-0031?"


def test_without_a_dictionary_a_problem_names_the_field(sample_export: Export, read: Read) -> None:
    _, problems = read(replace(sample_export, dictionaries={}))
    assert problems[0].what.startswith("“comp_completed” holds")


def test_a_problem_has_the_same_key_on_every_read(with_cells: Change, sample_export: Export, read: Read) -> None:
    before = {p.key for p in read(sample_export)[1]}
    after = {p.key for p in read(with_cells("people.completion", "9", "1", comp_completed="5/5/2026"))[1]}
    assert before == after


# people -------------------------------------------------------------------------------------------------------------------


def test_the_green_light_is_the_forms_own_status(sample_export: Export, read: Read) -> None:
    people = read(sample_export)[0].people.set_index("record")
    assert people.loc["12", "complete"] is True
    assert people.loc["13", "complete"] is False  # half-typed J. Smith
    assert people.loc["12", "name"] == people.loc["13", "name"]


def test_two_records_with_one_address_are_told_and_not_merged(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.person", "13", personal_email="JORDAN.smith@northlake.example"))
    (problem,) = about(problems, "12", "person")
    assert problem.people == ("12", "13")
    assert "record 12" in problem.what and "record 13" in problem.what
    assert len(tables.people) == 16


def test_two_records_with_one_citi_id_are_told(with_cells: Change, read: Read) -> None:
    _, problems = read(with_cells("people.person", "13", citi_id="100012"))
    assert about(problems, "12", "person")[0].people == ("12", "13")


def test_homonyms_alone_are_no_problem(sample_export: Export, read: Read) -> None:
    _, problems = read(sample_export)
    assert not about(problems, "12", "person") + about(problems, "13", "person")


def test_a_malformed_address_is_blanked_and_the_person_cannot_be_reached(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.person", "7", university_email="tomas.novak"))
    assert tables.people.set_index("record").loc["7", "university_email"] == ""
    malformed, nowhere = about(problems, "7", "person")
    assert malformed.field == "university_email"
    assert nowhere.what == "Tomáš Novák has no usable e-mail address, so nothing can be sent."


def test_a_header_in_a_name_is_taken_out(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.person", "7", greet_name="Tomáš\r\nBcc: all@northlake.example"))
    assert tables.people.set_index("record").loc["7", "greet"] == "Tomáš Bcc: all@northlake.example"
    (problem,) = about(problems, "7", "person")
    assert "\n" not in problem.what


def test_rows_of_a_record_that_was_not_read_are_left_out_and_told(sample_export: Export, read: Read) -> None:
    text = sample_export.instruments["people.listing"]
    sample_export.instruments["people.listing"] = text + "99,listing,1,STEP-HF,,2026-01-01,,0,2\n"
    tables, problems = read(sample_export)
    assert "99" not in set(tables.listings["person"])
    (problem,) = about(problems, "99", "listing")
    assert "was not read" in problem.what


def test_a_supervisor_is_found_by_address_and_a_name_is_only_a_hint(with_cells: Change, read: Read) -> None:
    tables, _ = read(with_cells("people.appointment", "7", "1", appt_supervisor="Maria.Chen@northlake.example"))
    assert row(tables.appointments, "appointment/7/1")["supervisor"] == "2"
    tables, problems = read(with_cells("people.appointment", "7", "1", appt_supervisor="Maria Chen"))
    assert row(tables.appointments, "appointment/7/1")["supervisor"] == ""
    assert "did you mean record 2?" in about(problems, "7", "appointment")[0].next_step


# dates --------------------------------------------------------------------------------------------------------------------


def test_an_end_before_its_start_counts_as_not_valid(with_cells: Change, read: Read) -> None:
    """The letter of the coordinator's worklist: expires 1 Mar 2023, completed 1 Mar 2026."""
    export = with_cells("people.completion", "9", "1", comp_completed="2026-03-01", comp_expires="2023-03-01")
    tables, problems = read(export)
    found = row(tables.completions, "completion/9/1")
    assert found["completed"] is UNREADABLE and found["expires"] is UNREADABLE
    (problem,) = about(problems, "9", "completion")
    assert problem.what == (
        "“Expires on, as printed” holds 1 Mar 2023, which is before “Completed on” (1 Mar 2026). "
        "Counted as not valid; no mail was sent about it."
    )


def test_one_day_is_a_span(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.appointment", "7", "1", appt_from="2026-03-01", appt_to="2026-03-01"))
    assert row(tables.appointments, "appointment/7/1")["last"] == date(2026, 3, 1)
    assert not about(problems, "7", "appointment")


def test_blank_days_are_open_not_happened_or_unreadable(with_cells: Change, read: Read) -> None:
    with_cells("people.appointment", "7", "1", appt_from="", appt_to="")
    tables, problems = read(with_cells("people.listing", "8", "1", list_approved="", list_removed=""))
    appointment = row(tables.appointments, "appointment/7/1")
    assert appointment["first"] is UNREADABLE and appointment["last"] is None
    assert row(tables.listings, "listing/8/1")["approved"] is None
    assert [p.field for p in about(problems, "7", "appointment")] == ["appt_from"]


def test_an_approval_without_an_end_needs_the_box(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("protocols.approval", "2", "1", appr_open="0"))
    assert row(tables.approvals, "approval/2/1")["open_ended"] is False
    (problem,) = about(problems, "2", "approval")
    assert "not ticked" in problem.what and problem.people == ()


def test_steps_are_one_row_for_each_date(sample_export: Export, read: Read) -> None:
    steps = read(sample_export)[0].steps
    amara = steps[steps["person"] == "4"]
    assert set(amara["step"]) == {"contract", "confidentiality"}
    assert list(amara["evidence"]) == ["onboarding/4/1#contract", "onboarding/4/1#confidentiality"]


# evidence -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "checked", "verdict"),
    [
        ("survey", "", Checked.WAITING), ("survey", "accepted", Checked.ACCEPTED), ("survey", "declined", Checked.DECLINED),
        ("typed", "", Checked.ACCEPTED), ("intake", "", Checked.ACCEPTED), ("attested", "", Checked.ACCEPTED),
        ("typed", "waiting", Checked.WAITING), ("typed", "declined", Checked.DECLINED), ("", "", Checked.WAITING),
        ("", "accepted", Checked.ACCEPTED), ("typed", "2", Checked.WAITING), ("telephone", "", Checked.WAITING),
        ("telephone", "accepted", Checked.WAITING),
    ],
)  # fmt: skip
def test_evidence_is_a_claim_until_somebody_accepts_it(
    with_cells: Change, read: Read, source: str, checked: str, verdict: Checked
) -> None:
    tables, problems = read(with_cells("people.completion", "11", "1", comp_source=source, comp_checked=checked))
    assert row(tables.completions, "completion/11/1")["checked"] is verdict
    assert bool(about(problems, "11", "completion")) == (source == "telephone" or checked == "2")


@pytest.mark.parametrize(
    ("score", "passing", "passed"),
    [("80", "80", True), ("79.9", "80", False), ("100", "", True), ("", "80", True), ("", "", True), ("A", "80", None)],
)
def test_the_pass_mark_itself_passes(with_cells: Change, read: Read, score: str, passing: str, passed: object) -> None:
    tables, _ = read(with_cells("people.completion", "7", "1", comp_score=score, comp_passing=passing))
    assert row(tables.completions, "completion/7/1")["passed"] is passed


def test_a_course_is_shown_by_the_best_name_there_is(with_cells: Change, read: Read) -> None:
    tables, _ = read(with_cells("people.completion", "7", "2", comp_course="Privacy, Hopkins", comp_group="x"))
    assert row(tables.completions, "completion/7/2")["course"] == "Privacy, Hopkins"
    assert row(tables.completions, "completion/7/1")["course"] == "Biomedical Research Investigators"


# protocols ----------------------------------------------------------------------------------------------------------------


def test_a_protocol_is_found_by_number_or_code_however_typed(sample_export: Export, read: Read) -> None:
    tables, _ = read(sample_export)
    assert row(tables.listings, "listing/6/1")["protocol"] == "1"  # IRB 24 0117
    assert row(tables.listings, "listing/9/1")["protocol"] == "3"  # reg–hf


def test_a_text_that_fits_two_protocols_fits_neither(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("protocols.protocol", "2", short_code="STEP HF"))
    assert row(tables.listings, "listing/5/1")["protocol"] == ""
    assert "share the name" in about(problems, "1", "protocol")[0].what
    assert "fits 2 protocols" in about(problems, "5", "listing")[0].what


def test_a_waiver_for_an_unknown_protocol_never_becomes_one_for_all(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.waiver", "3", "1", waiver_protocol="IRB-99-9999"))
    assert tables.waivers["may_mean"].tolist() == [()]
    assert about(problems, "3", "waiver")


def test_an_endless_waiver_is_told(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("people.waiver", "3", "1", waiver_to=""))
    assert tables.waivers.iloc[0]["last"] is None
    assert "every waiver ends" in about(problems, "3", "waiver")[0].what


def test_facts_nobody_understands_are_unknown_not_blank(with_cells: Change, read: Read) -> None:
    with_cells("protocols.approval", "3", "1", appr_study_type="registry", appr_kind="exemption")
    tables, problems = read(with_cells("protocols.protocol", "3", personnel_mode="by fax"))
    found = row(tables.approvals, "approval/3/1")
    assert found["study_type"] is UNREADABLE
    assert found["kind"] is ApprovalKind.UNKNOWN
    assert tables.protocols.iloc[2]["mode"] is PersonnelMode.UNKNOWN
    assert len(about(problems, "3", "approval")) == 2
    assert tables.protocols.iloc[1]["mode"] is PersonnelMode.BLANK


def test_tasks_come_from_their_boxes(sample_export: Export, read: Read) -> None:
    tables, _ = read(sample_export)
    assert row(tables.delegations, "delegation/2/1")["tasks"] == (Task.CONSENT, Task.SAFETY, Task.REGULATORY)


def test_a_pi_who_is_nobody_is_told(with_cells: Change, read: Read) -> None:
    tables, problems = read(with_cells("protocols.protocol", "1", protocol_pi="elena.rivera@northlake.exmaple"))
    assert tables.protocols.iloc[0]["pi"] == ""
    assert about(problems, "1", "protocol")[0].next_step == "Did you mean elena.rivera@northlake.example?"


# what REDCap adds and leaves out --------------------------------------------------------------------------------------------


def test_base_rows_and_rows_of_other_forms_are_noise(sample_export: Export, read: Read) -> None:
    before = len(read(sample_export)[0].listings)
    noise = "1,,,,,,,,\n1,appointment,1,,,,,,\n"
    sample_export.instruments["people.listing"] += noise
    assert len(read(sample_export)[0].listings) == before


def test_an_instance_saved_empty_is_still_there(sample_export: Export, read: Read) -> None:
    """An empty hold may be a hold nobody finished typing: unknown, never green."""
    sample_export.instruments["protocols.hold"] += "1,hold,1,,,0\n"
    tables, problems = read(sample_export)
    assert row(tables.holds, "hold/1/1")["first"] is UNREADABLE
    assert about(problems, "1", "hold")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda text: text.replace("comp_completed", "x"), "came without comp_completed", id="column hidden"),
        pytest.param(lambda text: text[:-1], "cut short", id="last line end missing"),
        pytest.param(lambda text: text[: len(text) // 2] + '"', "cut short", id="cut in a quote"),
        pytest.param(lambda text: text + "1,2,3\n" * 0 + "1" + "," * 40 + "\n", "cut short", id="row too long"),
        pytest.param(lambda text: "", "came without", id="nothing at all"),
        pytest.param(lambda text: "\n", "came without", id="one line feed"),
    ],
)
def test_half_a_read_is_no_read(sample_export: Export, read: Read, spoil: Callable[[str], str], said: str) -> None:
    sample_export.instruments["people.completion"] = spoil(sample_export.instruments["people.completion"])
    with pytest.raises(ReadInDoubt, match=said) as caught:
        read(sample_export)
    assert "completion" in str(caught.value)


def test_a_missing_checkbox_is_a_missing_column(sample_export: Export, read: Read) -> None:
    key = "people.delegation"
    sample_export.instruments[key] = sample_export.instruments[key].replace("deleg_tasks___", "other___")
    with pytest.raises(ReadInDoubt, match="deleg_tasks"):
        read(sample_export)


def test_a_missing_instrument_is_named(sample_export: Export, read: Read) -> None:
    del sample_export.instruments["people.waiver"]
    with pytest.raises(ReadInDoubt, match="'waiver'"):
        read(sample_export)


def test_instruments_with_a_header_alone_are_empty_tables(sample_export: Export, read: Read) -> None:
    sample_export.instruments.update({key: text.partition("\n")[0] + "\n" for key, text in sample_export.instruments.items()})
    tables, problems = read(sample_export)
    assert problems == []
    assert all(len(getattr(tables, table)) == 0 for table in NOUNS)

"""Rows: who is cleared for what, and which clause stands in the way."""

from dataclasses import replace
from typing import Any

import pytest

from onboard.judging.readiness import cleared_on, ready_span, reasons_on, status_on, status_span
from onboard.model import (
    UNREADABLE,
    Absence,
    AppointmentKind,
    ApprovalKind,
    Cleared,
    Per,
    PersonnelMode,
    Requirement,
    RequirementKind,
    Selectors,
    Status,
    StudyType,
    Task,
)
from onboard.timeline import Answer
from tests.judging.cast import (
    DELEGATION,
    HSP,
    LISTING,
    appointment,
    approval,
    assignment,
    completion,
    d,
    delegation,
    entry,
    finding_of,
    hold,
    lab,
    listing,
    protocol,
    row_of,
    rules,
    training,
    waiver,
)

TODAY = d("2026-11-22")


def verdict(day: Any = TODAY, protocol: str = "STEP", task: Task | None = None, by: Any = None, **rows: Any) -> Cleared:
    return cleared_on(row_of(lab(**rows), protocol, task, by), day)


def reason_ids(day: Any = TODAY, by: Any = None, task: Task | None = None, **rows: Any) -> list[str]:
    return [reason.requirement for reason in reasons_on(row_of(lab(**rows), "STEP", task, by), day)]


def test_ada_is_cleared_for_the_trial_and_for_consent_until_the_approval_ends() -> None:
    assert verdict() is Cleared.CLEARED
    assert verdict(task=Task.CONSENT) is Cleared.CLEARED
    assert ready_span(row_of(lab(), "STEP", Task.CONSENT), TODAY) == (d("2025-04-01"), d("2026-12-31"))


def test_a_trials_gcp_never_blocks_a_chart_review() -> None:
    rows = {"completions": (completion("hsp"),), "listings": (listing(), listing("CHART"))}
    assert verdict(protocol="CHART", **rows) is Cleared.CLEARED
    assert verdict(protocol="STEP", **rows) is Cleared.BLOCKED
    assert reason_ids(**rows) == ["gcp"]


def test_an_exempt_approval_without_an_expiration_date_is_open() -> None:
    assert ready_span(row_of(lab(listings=(listing("CHART"),)), "CHART"), TODAY)[1] == d("2028-03-10")
    blank_end = approval("CHART", open_ended=False)
    assert verdict(protocol="CHART", listings=(listing("CHART"),), approvals=(blank_end,)) is Cleared.UNKNOWN


def test_a_task_is_cleared_only_if_the_row_is() -> None:
    assert verdict(task=Task.CONSENT, listings=()) is Cleared.BLOCKED
    assert verdict(task=Task.CONSENT, delegations=(delegation(last=d("2026-11-21")),)) is Cleared.BLOCKED
    assert verdict(delegations=(delegation(last=d("2026-11-21")),)) is Cleared.CLEARED


def test_a_delegation_before_the_training_counts_from_the_first_day_the_training_is_met() -> None:
    late = {"completions": (completion(completed=d("2026-03-01")), completion("hsp", number=2))}
    row = row_of(lab(**late), "STEP", Task.CONSENT)
    assert cleared_on(row, d("2026-02-28")) is Cleared.BLOCKED
    assert cleared_on(row, d("2026-03-01")) is Cleared.CLEARED
    strict = row_of(lab(**late), "STEP", Task.CONSENT, rules(training(), HSP, LISTING, DELEGATION, strict_delegation=True))
    assert cleared_on(strict, TODAY) is Cleared.BLOCKED


def test_a_delegation_nobody_approved_is_a_claim() -> None:
    assert verdict(task=Task.CONSENT, delegations=(delegation(approved_by=""),)) is Cleared.UNKNOWN


@pytest.mark.parametrize("fact", ["study_type", "funding", "phi"])
def test_an_unknown_fact_of_the_protocol_is_never_cleared(fact: str) -> None:
    for cell in (None, UNREADABLE):
        assert verdict(approvals=(approval(**{fact: cell}),)) is Cleared.UNKNOWN


@pytest.mark.parametrize("fact", ["role", "engaged"])
def test_an_unknown_fact_of_the_appointment_is_never_cleared(fact: str) -> None:
    assert verdict(appointments=(appointment(**{fact: None}),)) is Cleared.UNKNOWN


def test_an_unknown_kind_matters_only_where_a_requirement_selects_on_it() -> None:
    nameless = {"appointments": (appointment(kind=None),)}
    assert verdict(**nameless) is Cleared.CLEARED
    no_visitors = Requirement(
        id="visitors",
        kind=RequirementKind.TASK,
        title="Visitors do not consent",
        per=Per.TASK,
        when=Selectors(kinds=frozenset({AppointmentKind.VISITING}), tasks=frozenset({Task.CONSENT})),
    )
    assert verdict(by=rules(no_visitors), **nameless) is Cleared.UNKNOWN


def test_two_appointments_all_selectors_must_match_one_of_them() -> None:
    staff = appointment(kind=AppointmentKind.EMPLOYEE, engaged=False)
    volunteer = appointment(kind=AppointmentKind.VOLUNTEER, engaged=True, evidence="appointment/ada/2")
    engaged_staff = training(when=Selectors(kinds=frozenset({AppointmentKind.EMPLOYEE}), engaged=True))
    finding = finding_of(lab(appointments=(staff, volunteer)), "gcp", rules(engaged_staff))
    assert not finding.obligation.due.possible


def test_facts_through_time_take_the_latest_row_whatever_its_kind() -> None:
    became_review = approval(
        kind=ApprovalKind.AMENDMENT, first=d("2026-06-01"), evidence="approval/STEP/2", study_type=StudyType.CHART_REVIEW
    )
    rows = {"approvals": (approval(), became_review), "completions": (completion("hsp"),)}
    assert verdict(d("2026-05-31"), **rows) is Cleared.BLOCKED
    assert verdict(d("2026-06-01"), **rows) is Cleared.CLEARED


def test_two_rows_of_one_day_that_differ_are_unknown() -> None:
    other = approval(kind=ApprovalKind.AMENDMENT, study_type=StudyType.CHART_REVIEW, evidence="approval/STEP/2")
    assert verdict(approvals=(approval(), other)) is Cleared.UNKNOWN


def test_suspension_closure_and_hold_stop_work_to_their_last_day() -> None:
    suspended = approval(kind=ApprovalKind.SUSPENSION, first=d("2026-06-01"), last=d("2026-06-30"), study_type=None)
    closed = approval(kind=ApprovalKind.CLOSURE, first=d("2026-10-01"), last=None, study_type=None)
    for rows in ({"approvals": (approval(), suspended)}, {"holds": (hold(),)}):
        assert verdict(d("2026-06-30"), **rows) is Cleared.BLOCKED
        assert verdict(d("2026-07-01"), **rows) is Cleared.CLEARED
    assert verdict(approvals=(approval(), closed)) is Cleared.BLOCKED
    assert verdict(holds=(hold(last=None),)) is Cleared.BLOCKED


@pytest.mark.parametrize("broken", [{"first": UNREADABLE}, {"last": UNREADABLE}], ids=["first day", "last day"])
def test_an_unreadable_hold_is_unknown_never_green(broken: Any) -> None:
    assert verdict(d("2026-06-15"), holds=(hold(**broken),)) is Cleared.UNKNOWN


def test_the_day_of_removal_is_no_longer_covered() -> None:
    gone = {"listings": (listing(removed=d("2026-11-22")),)}
    assert verdict(d("2026-11-21"), **gone) is Cleared.CLEARED
    assert verdict(d("2026-11-22"), **gone) is Cleared.BLOCKED


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        (PersonnelMode.AMENDMENT, "2025-01-10"),
        (PersonnelMode.AUTOMATIC, "2025-01-02"),
        (PersonnelMode.PI_MAINTAINED, "2025-01-02"),
        (PersonnelMode.BLANK, "2025-01-10"),
    ],
)
def test_personnel_modes(mode: PersonnelMode, first: str) -> None:
    finding = finding_of(lab(protocols=(protocol(mode=mode),)), "irb_listing")
    assert finding.met.sure.start() == d(first)


def test_automatic_mode_does_not_serve_external_people_unless_set() -> None:
    rows = {
        "protocols": (protocol(mode=PersonnelMode.AUTOMATIC),),
        "appointments": (appointment(kind=AppointmentKind.EXTERNAL),),
    }
    assert finding_of(lab(**rows), "irb_listing").met.sure.start() == d("2025-01-10")
    lenient = rules(LISTING, automatic_for_external=True)
    assert finding_of(lab(**rows), "irb_listing", lenient).met.sure.start() == d("2025-01-02")


def test_an_unheard_of_mode_is_surely_what_amendment_gives_and_perhaps_more() -> None:
    finding = finding_of(lab(protocols=(protocol(mode=PersonnelMode.UNKNOWN),)), "irb_listing")
    assert finding.met.sure.start() == d("2025-01-10")
    assert finding.met.possible.start() == d("2025-01-02")


def test_somebody_who_certainly_left_is_not_due() -> None:
    assert verdict(appointments=(appointment(last=d("2026-11-20")),)) is Cleared.NOT_DUE


def test_a_waiver_never_touches_a_listing() -> None:
    rows = {"listings": (listing(approved=None),), "waivers": (waiver(requirement="irb_listing"),)}
    assert verdict(**rows) is Cleared.BLOCKED


def test_since_and_until_are_the_run_of_days_with_the_same_status() -> None:
    finding = finding_of(lab(completions=(completion(completed=d("2023-03-10")),)), "gcp")
    assert status_span(finding, TODAY) == (d("2026-03-11"), None)
    assert status_span(finding, d("2026-03-10")) == (d("2026-02-08"), d("2026-03-10"))


def test_somebody_without_a_protocol_has_a_row_of_their_own() -> None:
    alone = lab(listings=(), delegations=())
    row = row_of(alone, "")
    assert {clause.finding.requirement.id for clause in row.clauses} >= {"appointment", "hsp", "fact_role"}
    assert "gcp" not in {clause.finding.requirement.id for clause in row.clauses}
    assert cleared_on(row, TODAY) is Cleared.CLEARED


ABSENT = (Absence(evidence="absence/ada/1", person="ada", first=d("2026-11-20"), last=d("2026-11-30")),)
COUNTED = rules(absences_block=True)


@pytest.mark.parametrize("rows", [{"listings": (), "delegations": ()}, {}], ids=["no protocol", "a protocol"])
def test_a_counted_absence_blocks_every_row_on_its_days_and_no_other(rows: dict[str, Any]) -> None:
    """Ruling 31."""
    row = row_of(lab(absences=ABSENT, **rows), "STEP" if not rows else "", by=COUNTED)
    days = ("2026-11-19", "2026-11-20", "2026-11-30", "2026-12-01")
    assert [cleared_on(row, d(day)).value for day in days] == ["cleared", "blocked", "blocked", "cleared"]
    (reason,) = reasons_on(row, TODAY)
    assert (reason.requirement, reason.why) == ("absence", "Away from 20 Nov 2026 through 30 Nov 2026.")


def test_an_absence_that_is_not_counted_blocks_nothing() -> None:
    assert verdict(absences=ABSENT) is Cleared.CLEARED
    assert cleared_on(row_of(lab(absences=ABSENT, listings=(), delegations=()), ""), TODAY) is Cleared.CLEARED


def test_an_absence_nobody_can_read_is_unknown() -> None:
    strange = (replace(ABSENT[0], first=UNREADABLE),)
    assert cleared_on(row_of(lab(absences=strange), by=COUNTED), TODAY) is Cleared.UNKNOWN
    assert cleared_on(row_of(lab(absences=strange), by=COUNTED), d("2026-12-01")) is Cleared.CLEARED


@pytest.mark.parametrize(
    "unknown",
    [
        {"listings": (listing(""),), "delegations": ()},
        {"listings": (), "delegations": (), "appointments": (appointment(role=None),)},
        {"listings": (), "delegations": (), "appointments": (appointment(first=UNREADABLE),)},
    ],
    ids=["a protocol nobody can tell", "a role nobody recorded", "an appointment nobody can read"],
)
def test_a_certain_no_beside_an_unknown_is_blocked(unknown: dict[str, Any]) -> None:
    """Ruling 31."""
    assert cleared_on(row_of(lab(**unknown), "", by=COUNTED), TODAY) is Cleared.UNKNOWN
    assert cleared_on(row_of(lab(absences=ABSENT, **unknown), "", by=COUNTED), TODAY) is Cleared.BLOCKED


@pytest.mark.parametrize(
    ("last", "word"),
    [("2026-12-31", "cleared"), ("2026-11-22", "cleared"), ("2026-11-21", "unknown"), (None, "unknown")],
)
def test_a_box_no_expiration_date_that_cannot_be_read_may_be_ticked(last: str | None, word: str) -> None:
    """Ruling 32."""
    row = approval(open_ended=None, last=d(last) if last else None)
    assert verdict(approvals=(row,)).value == word


def test_an_unreadable_hold_is_said_as_a_hold() -> None:
    (reason,) = reasons_on(row_of(lab(holds=(hold(first=UNREADABLE, last=None),))), TODAY)
    assert reason.requirement == "hold"
    assert reason.why.startswith("On hold from a day that cannot be read")


def test_a_waiver_for_one_protocol_lifts_a_personal_requirement_there_and_nowhere_else() -> None:
    records = lab(
        completions=(completion("hsp", number=2),),
        listings=(listing(), listing("TWIN")),
        protocols=(protocol(), protocol("TWIN")),
        approvals=(approval(), approval("TWIN", open_ended=False, study_type=StudyType.NIH_TRIAL)),
        waivers=(waiver(protocol="STEP"),),
    )
    step, twin = (row_of(records, name) for name in ("STEP", "TWIN"))
    assert (cleared_on(step, TODAY), cleared_on(twin, TODAY)) == (Cleared.CLEARED, Cleared.BLOCKED)
    (gcp,) = [clause for clause in step.clauses if clause.finding.requirement.id == "gcp"]
    assert status_on(gcp.finding, TODAY, gcp.asked) is Status.WAIVED
    assert gcp.finding.grounds[-1].what == "A waiver for this protocol until 31 Dec 2026, approved by IRB office."
    assert finding_of(records, "gcp").obligation.due.at(TODAY) is Answer.YES  # TWIN still asks


def test_where_the_only_protocol_that_asks_is_waived_nobody_is_reminded() -> None:
    rows = {"completions": (completion("hsp", number=2),)}
    waived = finding_of(lab(**rows, waivers=(waiver(protocol="STEP"),)), "gcp")
    assert waived.obligation.due.at(TODAY) is Answer.NO
    assert waived.obligation.due.at(d("2027-01-01")) is Answer.YES
    claim = lab(**rows, waivers=(waiver(protocol="STEP", approved_by=""),))
    assert finding_of(claim, "gcp").obligation.due.at(TODAY) is Answer.YES
    assert cleared_on(row_of(claim), TODAY) is Cleared.UNKNOWN
    assert [reason.status for reason in reasons_on(row_of(claim), TODAY)] == [Status.PENDING]


def test_a_delegation_under_a_strict_lab_counts_with_a_training_waived_for_the_protocol() -> None:
    strict = rules(training(), HSP, LISTING, DELEGATION, strict_delegation=True)
    rows = {"completions": (completion("hsp", number=2),), "delegations": (delegation(first=d("2026-02-01")),)}
    assert verdict(task=Task.CONSENT, by=strict, **rows, waivers=(waiver(protocol="STEP"),)) is Cleared.CLEARED
    assert verdict(task=Task.CONSENT, by=strict, **rows, waivers=(waiver(protocol="CHART"),)) is Cleared.BLOCKED


UNPLACED = {
    "a listing": {"listings": (listing(""),)},
    "a delegation": {"delegations": (delegation(protocol=""),)},
    "a piece of work": {"assignments": (assignment(protocol_text="STEPP"),)},
    "a log entry": {"log": (entry(protocol_text="STEPP"),)},
}


@pytest.mark.parametrize("rows", UNPLACED.values(), ids=UNPLACED)
def test_somebody_whose_protocols_cannot_be_told_is_unknown_not_cleared(rows: Any) -> None:
    row = row_of(lab(**{"listings": (), "delegations": (), **rows}), "")
    assert cleared_on(row, TODAY) is Cleared.UNKNOWN
    (reason,) = reasons_on(row, TODAY)
    assert (reason.requirement, len(reason.evidence)) == ("fact_protocol", 1)
    assert "cannot be identified, so which rules apply is unknown" in reason.why


def test_one_protocol_that_can_be_told_is_enough_for_rows_of_its_own() -> None:
    assert verdict(listings=(listing(), listing(""))) is Cleared.CLEARED


def test_work_and_log_entries_on_no_protocol_leave_nothing_in_doubt() -> None:
    alone = lab(listings=(), delegations=(), assignments=(assignment(),), log=(entry(),))
    assert cleared_on(row_of(alone, ""), TODAY) is Cleared.CLEARED

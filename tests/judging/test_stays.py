"""Stays: appointments a weekend apart are one; who comes back after two years does the steps of a stay anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from onboard.judging.appointments import left_before, renewal, stay
from onboard.judging.coverage import stay_starts
from onboard.judging.readiness import cleared_on
from onboard.model import UNREADABLE, Appointment, AppointmentKind, Cleared, Requirement, RequirementKind, Rules
from onboard.timeline import Answer
from tests.planning.cast import ADA, BADGE, RULES, Book

D = date.fromisoformat
ASKED = replace(BADGE, each_stay=True)


def book(*spans: tuple[Any, Any], done: str = "2024-01-15") -> Book:
    made = Book()
    made.person(ADA, "Ada Ready", first=spans[0][0], last=spans[0][1])
    for first, last in spans[1:]:
        made.appointment(ADA, first, last)
    if done:
        made.step(ADA, "badge", D(done))
    return made


def met(made: Book, on: str, requirement: Requirement = ASKED, **settings: Any) -> Answer:
    book_rules = replace(RULES, requirements=(requirement,), **settings)
    (finding,) = [f for f in made.judge(D("2026-11-23"), book_rules).findings if f.requirement.id == requirement.id]
    return finding.met.at(D(on))


FIRST = (D("2024-01-01"), D("2024-12-31"))


@pytest.mark.parametrize(
    ("next_first", "answer"),
    [
        ("2025-01-03", Answer.YES),  # over a weekend
        ("2025-01-31", Answer.YES),  # 30 days between
        ("2025-02-01", Answer.NO),  # 31 days between: another stay, 60 days after which the badge is too old
        ("2027-01-01", Answer.NO),
    ],
)
def test_a_step_of_a_stay_holds_over_short_gaps_alone(next_first: str, answer: Answer) -> None:
    made = book(FIRST, (D(next_first), None))
    assert met(made, next_first) is answer
    assert met(made, next_first, replace(ASKED, each_stay=False)) is Answer.YES


@pytest.mark.parametrize(("done", "answer"), [("2026-01-01", Answer.YES), ("2025-11-02", Answer.YES), ("2025-11-01", Answer.NO)])
def test_it_may_be_done_sixty_days_before(done: str, answer: Answer) -> None:
    assert met(book(FIRST, (D("2026-01-01"), None), done=done), "2026-01-01") is answer


def test_the_length_of_a_gap_is_the_labs() -> None:
    made = book(FIRST, (D("2025-03-01"), None))
    assert met(made, "2025-03-01") is Answer.NO
    assert met(made, "2025-03-01", same_stay_days=59) is Answer.YES
    assert met(book(FIRST, (D("2025-01-01"), None)), "2025-06-01", same_stay_days=0) is Answer.YES


@pytest.mark.parametrize(
    ("odd", "answer"),
    [
        ((UNREADABLE, UNREADABLE), Answer.UNKNOWN),  # it may bridge the gap
        ((UNREADABLE, D("2024-06-30")), Answer.NO),  # it is over before the gap
        ((D("2025-03-01"), UNREADABLE), Answer.UNKNOWN),
    ],
)
def test_a_row_that_cannot_be_read_makes_a_stay_uncertain_never_a_step_done(odd: tuple[Any, Any], answer: Answer) -> None:
    assert met(book(FIRST, odd, (D("2026-01-01"), None)), "2026-01-01") is answer


def test_the_gap_itself_covers_nobody() -> None:
    made = book(FIRST, (D("2025-01-06"), None))
    made.protocol("P1", "STEP-HF", study_type=_trial())
    made.assignment(ADA, "P1", first=D("2024-01-01"))
    judged = made.judge(D("2025-01-05"))
    row = next(r for r in judged.readiness if r.person == ADA and r.task is None)
    assert cleared_on(row, D("2025-01-04")) is Cleared.NOT_DUE
    assert cleared_on(row, D("2025-01-06")) is not Cleared.NOT_DUE


def _trial() -> Any:
    from onboard.model import StudyType

    return StudyType.NIH_TRIAL


def test_a_stay_in_words_and_days() -> None:
    judged = book(FIRST, (D("2025-01-20"), D("2025-06-30")), (D("2026-09-01"), None)).judge(D("2026-11-23"))
    assert stay(judged, ADA, D("2024-03-01")) == (D("2024-01-01"), D("2025-06-30"))
    assert stay(judged, ADA, D("2025-01-10")) == (D("2024-01-01"), D("2025-06-30"))
    assert stay(judged, ADA, D("2025-07-01")) == (D("2026-09-01"), None)
    assert left_before(judged, ADA, D("2026-11-23")) == D("2025-06-30")
    assert left_before(judged, ADA, D("2025-03-01")) is None
    found = renewal(judged, ADA, D("2025-01-01"))
    assert found and (found[0].first, found[1]) == (D("2025-01-20"), D("2024-12-31"))
    assert renewal(judged, ADA, D("2025-02-01")) is None, "2026 begins a stay"


def test_two_appointments_side_by_side_are_no_renewal() -> None:
    judged = book((D("2024-01-01"), None), (D("2025-01-01"), None)).judge(D("2026-11-23"))
    assert renewal(judged, ADA, D("2024-01-01")) is None


def test_starts_by_brute_force() -> None:
    """Every day of three years, for every length of gap."""
    rows = [(D("2024-02-01"), D("2024-03-31")), (D("2024-04-20"), D("2024-04-30")), (D("2024-07-01"), D("2024-07-01"))]
    made = [_row(first, last) for first, last in rows]
    days = {first + timedelta(days=n) for first, last in rows for n in range((last - first).days + 1)}
    for apart in (0, 19, 20, 61, 62, 200):
        starts = stay_starts(made, apart).sure
        for n in range(600):
            day = D("2024-01-01") + timedelta(days=n)
            begins = any(first == day for first, _ in rows)
            expected = begins and not any(day - timedelta(days=back) in days for back in range(1, apart + 2))
            assert starts.covers(day) is expected, (apart, day)


def _row(first: Any, last: Any) -> Appointment:
    return Appointment(
        evidence="", person=ADA, kind=AppointmentKind.EMPLOYEE, role=None, engaged=None, supervisor="", first=first, last=last
    )


def test_the_shipped_steps_of_a_stay() -> None:
    from tests.judging.sample import shipped_rules

    found: Rules = shipped_rules()
    steps = {r.step: r.each_stay for r in found.requirements if r.kind is RequirementKind.STEP}
    anew = {"contract", "confidentiality", "badge", "account", "workspace", "data_access", "ehr_access"}
    assert {name for name, each in steps.items() if each} == anew
    assert {name for name, each in steps.items() if not each} == {"lab_manual", "intro_meeting"}
    assert found.same_stay_days == 30

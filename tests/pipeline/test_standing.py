"""How an address stands by its refusals and by the mails that were taken since: what closes it, for how long, what opens it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.model import AddressMemory, Closed, Fault, Mark, Standing
from onboard.planning.standing import standing

FIRST = date(2026, 11, 23)


def day(number: int) -> date:
    """Days after the first."""
    return FIRST + timedelta(days=number)


def refused(number: int, fault: Fault = Fault.ADDRESS, *, weak: bool = False, by_report: bool = False) -> Mark:
    """At eight in the morning."""
    at = datetime.combine(day(number), time(8), tzinfo=UTC)
    return Mark(at=at, day=day(number), fault=fault, words="550 5.1.1 unknown", weak=weak, by_report=by_report)


def on(number: int, *marks: Mark, taken: tuple[int, ...] = (), older: Mark | None = None) -> Closed | None:
    """How it stands on a day; taken at nine."""
    times = tuple(datetime.combine(day(one), time(9), tzinfo=UTC) for one in taken)
    return standing(AddressMemory(marks=marks, taken=times, older=older), day(number))


def test_one_refusal_is_a_doubt_until_the_next_day() -> None:
    found = on(0, refused(0))
    assert found and (found.standing, found.until) == (Standing.DOUBTED, day(1))
    assert found.shut_on(day(0)) and not found.shut_on(day(1))


def test_two_on_one_day_are_one_doubt_and_on_two_days_close_for_thirty() -> None:
    twice = on(0, refused(0), refused(0))
    assert twice and twice.standing is Standing.DOUBTED
    closed = on(1, refused(0), refused(1))
    assert closed and (closed.standing, closed.until, closed.times) == (Standing.CLOSED, day(31), 1)


def test_words_alone_need_three_days() -> None:
    marks = [refused(number, weak=True) for number in range(3)]
    two, three = on(1, *marks[:2]), on(2, *marks)
    assert two and two.standing is Standing.DOUBTED and three and three.standing is Standing.CLOSED


def test_a_mail_taken_in_between_acquits() -> None:
    found = on(2, refused(0), refused(2), taken=(1,))
    assert found and found.standing is Standing.DOUBTED and found.days == (day(2),)
    after = on(3, refused(0), taken=(1,))
    assert after and after.standing is Standing.OPENED


def test_evidence_by_reports_falls_away_five_days_after_a_mail_that_none_came_about() -> None:
    bounced = refused(0, by_report=True)
    early, late = on(4, bounced, taken=(1,)), on(6, bounced, taken=(1,))
    assert early and early.standing is Standing.DOUBTED and late and late.standing is Standing.OPENED
    again = on(20, bounced, refused(3, by_report=True), taken=(1,))
    assert again and again.standing is Standing.CLOSED, "a report came within the five days"


def test_what_lies_sixty_days_apart_is_two_accidents() -> None:
    found = on(61, refused(0), refused(61))
    assert found and found.standing is Standing.DOUBTED and on(70, refused(0)) is None


def test_it_is_tried_after_thirty_days_then_sixty_then_ninety_or_opens() -> None:
    marks = [refused(0), refused(1)]
    tried = on(31, *marks)
    assert tried and tried.standing is Standing.TRYING and not tried.shut_on(day(31))
    for times, (refused_on, days) in enumerate(((31, 60), (91, 90), (181, 90)), start=2):
        marks.append(refused(refused_on))
        found = on(refused_on, *marks)
        assert found and (found.standing, found.times) == (Standing.CLOSED, times)
        assert found.until == day(refused_on + days)
    taken = on(36, refused(0), refused(1), taken=(31,))
    assert taken and taken.standing is Standing.OPENED
    waits = on(35, refused(0), refused(1), taken=(31,))
    assert waits and waits.standing is Standing.TRYING, "a report may still come"


def test_three_mails_given_up_for_another_reason_on_three_days_rest_a_week_and_never_close() -> None:
    full = [refused(number, Fault.MAILBOX) for number in (0, 1, 2)]
    two, three, later = on(1, *full[:2]), on(2, *full), on(9, *full)
    assert two and two.standing is Standing.DOUBTED
    assert three and (three.standing, three.until) == (Standing.RESTING, day(9))
    assert later and later.standing is Standing.TRYING and on(40, *full) is None


def test_what_an_older_version_closed_is_tried_at_once_and_needs_two_refusals_anew() -> None:
    older = refused(-100)
    found = on(0, older=older)
    assert found and found.standing is Standing.TRYING and not found.shut_on(day(0)) and found.times == 0
    once = on(0, refused(0), older=older)
    assert once and once.standing is Standing.DOUBTED
    opened = on(9, taken=(0,), older=older)
    assert opened is None


_MARKS = st.lists(
    st.builds(refused, st.integers(0, 80), st.sampled_from(list(Fault)), weak=st.booleans(), by_report=st.booleans()), max_size=8
)


@given(_MARKS, st.lists(st.integers(0, 80), max_size=5), st.integers(0, 120))
def test_closed_only_by_two_days_of_numbers_or_three_of_any_and_everything_shut_has_an_end(
    marks: list[Mark], taken: list[int], today: int
) -> None:
    ordered = tuple(sorted((mark for mark in marks if mark.day <= day(today)), key=lambda mark: mark.at))
    found = on(today, *ordered, taken=tuple(sorted(one for one in taken if one <= today)))
    if found is None:
        return
    assert found.days and found.words and found.until > found.since - timedelta(days=1)
    if found.shut_on(day(today)):
        assert found.until - day(today) <= timedelta(days=90)
    if found.standing is Standing.CLOSED:
        accused = [mark for mark in ordered if mark.fault is Fault.ADDRESS]
        strong = {mark.day for mark in accused if not mark.weak}
        assert len(strong) >= 2 or len({mark.day for mark in accused}) >= 3


@pytest.mark.parametrize("fault", [Fault.OURS, Fault.NETWORK])
def test_our_own_trouble_and_the_networks_say_nothing_of_an_address(fault: Fault) -> None:
    """Three bad days of a relay must not silence everybody for a week."""
    assert on(3, *(refused(number, fault) for number in range(3))) is None


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.ADDRESS])
def test_no_other_fault_ever_closes(fault: Fault) -> None:
    marks = [refused(number, fault) for number in range(30)]
    for number in range(40):
        found = on(number, *(mark for mark in marks if mark.day <= day(number)))
        assert found is None or found.standing is not Standing.CLOSED

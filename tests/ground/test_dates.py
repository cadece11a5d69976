"""Validity policies and working days, with the cases that catch others out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.dates import WorkCalendar, add_months, parse_validity, plus_days, show, show_near, show_to_act

CASES = [
    ("29 February plus three years clips to the month's end", "months:36", (2024, 2, 29), (2027, 2, 28)),
    ("29 February plus four years is a day again", "months:48", (2024, 2, 29), (2028, 2, 29)),
    ("the 31st plus one month clips to the 30th", "months:1", (2026, 3, 31), (2026, 4, 30)),
    ("minus_day takes a day after clipping", "months:36 minus_day", (2024, 2, 29), (2027, 2, 27)),
    ("first fiscal year to end", "fiscal_year_end:1(07)", (2024, 3, 10), (2024, 6, 30)),
    ("third fiscal year to end", "fiscal_year_end:3(07)", (2024, 3, 10), (2026, 6, 30)),
    ("passed on a fiscal year's last day counts to the next one", "fiscal_year_end:1(07)", (2024, 6, 30), (2025, 6, 30)),
    ("passed on a fiscal year's first day", "fiscal_year_end:1(07)", (2024, 7, 1), (2025, 6, 30)),
    ("calendar year as fiscal year", "fiscal_year_end:1(01)", (2024, 5, 5), (2024, 12, 31)),
    ("done in the window covers to the end of the next", "calendar_window(10-01..12-15)", (2025, 11, 1), (2026, 12, 15)),
    ("done before it covers to the end of this one", "calendar_window(10-01..12-15)", (2025, 3, 1), (2025, 12, 15)),
    ("done after it covers to the end of the next", "calendar_window(10-01..12-15)", (2025, 12, 16), (2026, 12, 15)),
    ("over New Year, done in January", "calendar_window(12-15..01-15)", (2026, 1, 10), (2027, 1, 15)),
    ("over New Year, done in December", "calendar_window(12-15..01-15)", (2025, 12, 20), (2027, 1, 15)),
    ("over New Year, done in summer", "calendar_window(12-15..01-15)", (2026, 6, 1), (2027, 1, 15)),
    ("a window's 29 February clips", "calendar_window(02-01..02-29)", (2025, 2, 3), (2026, 2, 28)),
]


@pytest.mark.parametrize(("story", "policy", "passed", "last"), CASES, ids=[case[0] for case in CASES])
def test_last_day(story: str, policy: str, passed: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert parse_validity(policy).last_day(date(*passed)) == date(*last)


@pytest.mark.parametrize("policy", ["once", "as_issued"])
def test_policies_without_an_end_of_their_own(policy: str) -> None:
    assert parse_validity(policy).last_day(date(2026, 1, 1)) is None


@pytest.mark.parametrize("text", sorted({case[1] for case in CASES} | {"once", "as_issued"}))
def test_a_policy_prints_as_it_is_written(text: str) -> None:
    assert str(parse_validity(text)) == text


@pytest.mark.parametrize(
    "text", ["", "3 years", "months:0", "months:", "fiscal_year_end:1(13)", "calendar_window(13-01..01-01)", "months:36 minus"]
)
def test_anything_else_is_refused_with_the_spellings(text: str) -> None:
    with pytest.raises(ValueError, match=r"months|not a day of a year"):
        parse_validity(text)


#: Typed by somebody who meant "for ever", or read off a damaged cell.
ENDS = [date.min, date(1, 12, 31), date(9996, 2, 29), date(9998, 12, 31), date(9999, 6, 30), date(9999, 12, 30), date.max]


@pytest.mark.parametrize("policy", sorted({case[1] for case in CASES} | {"fiscal_year_end:99(12)", "months:9999"}))
@pytest.mark.parametrize("passed", ENDS, ids=str)
def test_a_policy_stops_at_the_ends_of_the_calendar(policy: str, passed: date) -> None:
    last = parse_validity(policy).last_day(passed)
    assert last is not None
    assert plus_days(last, 1) >= passed


@given(st.dates(), st.sampled_from(sorted({case[1] for case in CASES})))
def test_no_policy_ends_before_its_evidence_begins(passed: date, policy: str) -> None:
    last = parse_validity(policy).last_day(passed)
    assert last is not None
    assert plus_days(last, 1) >= passed


@given(st.dates(), st.integers(1, 600))
def test_months_never_skip_a_month(day: date, months: int) -> None:
    later = add_months(day, months)
    if later < date.max:
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day <= day.day


@given(st.dates(), st.integers(-5000, 5000))
def test_adding_days_stops_at_the_ends_of_the_calendar(day: date, days: int) -> None:
    ordinal = day.toordinal() + days
    assert plus_days(day, days).toordinal() == min(max(ordinal, 1), date.max.toordinal())


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sets(st.integers(0, 60), max_size=20), st.integers(-10, 10))
def test_working_days(day: date, off: set[int], count: int) -> None:
    calendar = WorkCalendar(frozenset(day + timedelta(days=n - 30) for n in off))
    moved = calendar.add(day, count)
    if count > 0:
        assert calendar.works(moved)
        assert calendar.between(day, moved) == count
    if count < 0:
        assert calendar.works(moved)
        assert sum(calendar.works(moved + timedelta(days=n)) for n in range((day - moved).days)) == -count


@given(
    st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(-20, 60), st.sets(st.integers(0, 180)), st.sets(st.integers(0, 6))
)
def test_working_days_between_are_those_a_finger_counts(day: date, length: int, off: set[int], weekend: set[int]) -> None:
    calendar = WorkCalendar(frozenset(date(2026, 1, 1) + timedelta(days=n) for n in off), frozenset(weekend))
    last = day + timedelta(days=length)
    assert calendar.between(day, last) == sum(calendar.works(day + timedelta(days=n)) for n in range(1, length + 1))


def test_working_days_since_the_first_day_there_is_are_counted_at_once() -> None:
    assert WorkCalendar().between(date.min, date.max) == 2_608_614


POLICIES = (
    "months:1", "months:36 minus_day", "months:9999", "fiscal_year_end:1(07)", "fiscal_year_end:99(01)",
    "calendar_window(10-01..12-15)", "calendar_window(12-15..02-29)", "once", "as_issued",
)  # fmt: skip


@given(st.dates(max_value=date(2899, 12, 31)) | st.just(date.min), st.sampled_from(POLICIES))
def test_a_policy_gives_an_end_to_every_day_a_cell_may_hold(day: date, policy: str) -> None:
    end = parse_validity(policy).last_day(day)
    assert end is None or end >= day


def test_a_weekend_and_a_closure_are_no_working_days() -> None:
    friday_off = WorkCalendar(frozenset({date(2026, 11, 27)}))
    assert friday_off.on_or_after(date(2026, 11, 27)) == date(2026, 11, 30)
    assert friday_off.on_or_before(date(2026, 11, 29)) == date(2026, 11, 26)


def test_dates_are_shown_in_words() -> None:
    assert show(date(2026, 12, 7)) == "7 Dec 2026"


@pytest.mark.parametrize(
    ("days", "to_act", "near"),
    [(-1, "22 Nov 2026", "22 Nov 2026"), (0, "Mon 23 Nov 2026", "Mon 23 Nov 2026"), (14, "Mon 7 Dec 2026", "Mon 7 Dec 2026"),
     (15, "Tue 8 Dec 2026", "8 Dec 2026")],
)  # fmt: skip
def test_a_coming_day_is_named_by_its_weekday_when_it_is_near_or_to_act_on(days: int, to_act: str, near: str) -> None:
    today = date(2026, 11, 23)
    assert (show_to_act(plus_days(today, days), today), show_near(plus_days(today, days), today)) == (to_act, near)

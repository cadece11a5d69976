"""The reckoner's own calendar: three answers, spans of days, ends of validity. From rulings 9 and 11 of rulings.md.

It counts on its fingers on purpose and shares nothing with the product but the nouns. Decides about dates of one row; knows
no person, no requirement and no other row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeGuard

from onboard.model.choices import UNREADABLE

YES, NO, UNKNOWN = "yes", "no", "unknown"
ONE_DAY = timedelta(days=1)


def every(answers: Iterable[str]) -> str:
    """NO if one is NO, else UNKNOWN if one is UNKNOWN, else YES (also for none at all)."""
    found = list(answers)
    if NO in found:
        return NO
    return UNKNOWN if UNKNOWN in found else YES


def some(answers: Iterable[str]) -> str:
    """YES if one is YES, else UNKNOWN if one is UNKNOWN, else NO (also for none at all)."""
    found = list(answers)
    if YES in found:
        return YES
    return UNKNOWN if UNKNOWN in found else NO


def nay(answer: str) -> str:
    """The other way round; UNKNOWN stays."""
    return {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[answer]


def at_most(answer: str, doubt: bool) -> str:
    """The answer, with YES taken away where there is a doubt."""
    return UNKNOWN if doubt and answer == YES else answer


def is_date(value: Any) -> TypeGuard[date]:
    """Whether a cell holds a readable date."""
    return isinstance(value, date)


def straight(first: Any, last: Any) -> tuple[Any, Any]:
    """Ruling 9: an end before its start makes both dates unreadable."""
    if is_date(first) and is_date(last) and last < first:
        return UNREADABLE, UNREADABLE
    return first, last


def within(first: Any, last: Any, day: date) -> str:
    """Whether `day` lies in first..last, both inclusive; a blank first is unreadable, a blank last is open (ruling 9)."""
    first, last = straight(first, last)
    if is_date(first) and day < first:
        return NO
    if is_date(last) and day > last:
        return NO
    if not is_date(first):
        return UNKNOWN
    if last is UNREADABLE:
        return UNKNOWN
    return YES


def happened_by(when: Any, day: date) -> str:
    """Whether something happened on or before `day`; blank is "not happened" (ruling 9)."""
    if when is None:
        return NO
    if not is_date(when):
        return UNKNOWN
    return YES if when <= day else NO


def months_later(day: date, months: int) -> date:
    """Walk month by month, then step back from days that do not exist."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return clipped(year, month, day.day)


def clipped(year: int, month: int, day: int) -> date:
    """That day of that month, or the month's last."""
    for number in range(day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("a month has at least one day")


def fiscal_year_end(passed: date, number: int, start_month: int) -> date:
    """The last day of the Nth fiscal year to end strictly after the day passed."""
    ends = [date(year, start_month, 1) - ONE_DAY for year in range(passed.year - 1, passed.year + number + 3)]
    return [end for end in ends if end > passed][number - 1]


def yearly_windows(around: int, window: tuple[int, int, int, int]) -> list[tuple[date, date]]:
    """The windows that start in the years about `around`; one over New Year belongs to the year it starts in."""
    first_month, first_day, last_month, last_day = window
    next_year = 1 if (last_month, last_day) < (first_month, first_day) else 0
    return [
        (clipped(year, first_month, first_day), clipped(year + next_year, last_month, last_day))
        for year in range(around - 2, around + 4)
    ]


def window_end(passed: date, window: tuple[int, int, int, int]) -> date:
    """Done in window Y: last day of window Y+1. Done outside: last day of the next window."""
    windows = yearly_windows(passed.year, window)
    for number, (first, last) in enumerate(windows):
        if first <= passed <= last:
            return windows[number + 1][1]
    for first, last in windows:
        if first > passed:
            return last
    raise AssertionError("there is always a next window")


def policy_end(passed: date, validity: Any) -> date | None:
    """The last day our own policy gives to evidence of `passed`; None when the policy has no end."""
    kind = validity.kind.value
    if kind == "months":
        end = months_later(passed, validity.number)
        return end - ONE_DAY if validity.minus_day else end
    if kind == "fiscal_year_end":
        return fiscal_year_end(passed, validity.number, validity.window[0])
    if kind == "calendar_window":
        return window_end(passed, validity.window)
    return None


def evidence_on(passed: Any, printed: Any, whose: str, validity: Any, day: date) -> str:
    """Whether dated evidence covers `day`: from the day passed to its effective expiry (9, 11).

    `whose` is "issued", "policy" or "earlier". A blank `passed` is unreadable.
    """
    passed, printed = straight(passed, printed)
    if is_date(passed) and day < passed:
        return NO
    doubt = not is_date(passed)
    if whose != "policy" and printed is not None:
        if is_date(printed) and day > printed:
            return NO
        doubt = doubt or not is_date(printed)
    if whose == "policy" or whose == "earlier" or printed is None:
        if validity.kind.value == "as_issued":
            doubt = doubt or printed is None
        elif is_date(passed):
            end = policy_end(passed, validity)
            if end is not None and day > end:
                return NO
    return UNKNOWN if doubt else YES

"""When a slot is open, told by the local date alone: on the days the clocks change, after downtime, around days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.due import next_time, opens_at, slot_now
from onboard.config.schedule import JobTime
from onboard.dates import SPREAD, WorkCalendar, spread_minutes
from onboard.errors import OnboardError
from tests.pipeline.delivery_cast import LAB

NEW_YORK = ZoneInfo("America/New_York")
EVERY_DAY = JobTime(days=frozenset(range(7)), at=time(4, 0))
WEEKDAYS = JobTime(days=frozenset(range(5)), at=time(7, 30))
MONDAYS = JobTime(days=frozenset({0}), at=time(7, 45))
NO_WEEKEND = WorkCalendar(weekend=frozenset())
ORDINARY = WorkCalendar()
EVENING = time(18, 0)
BACK, FORWARD = date(2026, 11, 1), date(2027, 3, 14)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize("day", [BACK, FORWARD], ids=["clocks go back", "clocks go forward"])
def test_on_a_day_the_clocks_change_every_minute_opens_one_slot_and_it_is_that_days(day: date) -> None:
    """Walk through the day in real minutes, using the slot up when it opens."""
    used, opened = day - timedelta(days=1), []
    instant = datetime.combine(day, time(0), tzinfo=NEW_YORK).astimezone(UTC)
    while instant.astimezone(NEW_YORK).date() == day:
        slot = slot_now(EVERY_DAY, instant.astimezone(NEW_YORK), used, NO_WEEKEND, EVENING)
        if slot:
            opened.append((slot, instant.astimezone(NEW_YORK).time()))
            used = slot
        instant += timedelta(minutes=1)
    assert opened == [(day, time(4, 0))]


def test_the_next_time_is_a_wall_clock_time_across_the_change() -> None:
    assert next_time(EVERY_DAY, at(date(2026, 10, 31), 12), NO_WEEKEND) == at(BACK, 4)
    assert next_time(EVERY_DAY, at(date(2027, 3, 13), 12), NO_WEEKEND) == at(FORWARD, 4)


def test_after_ten_days_off_the_latest_slot_runs_once() -> None:
    monday, last = date(2026, 11, 23), date(2026, 11, 12)
    assert slot_now(WEEKDAYS, at(monday, 9), last, ORDINARY, EVENING) == monday
    assert slot_now(WEEKDAYS, at(monday, 9), monday, ORDINARY, EVENING) is None


def test_a_weekly_slot_waits_for_the_next_working_day_and_is_not_repeated() -> None:
    monday = date(2026, 11, 23)
    closed = WorkCalendar(frozenset({monday, monday + timedelta(days=1)}))
    wednesday = monday + timedelta(days=2)
    assert slot_now(MONDAYS, at(monday, 9), date(2026, 11, 16), closed, EVENING) is None
    assert slot_now(MONDAYS, at(wednesday, 9), date(2026, 11, 16), closed, EVENING) == wednesday
    assert slot_now(MONDAYS, at(wednesday, 9), wednesday, closed, EVENING) is None
    assert next_time(MONDAYS, at(monday, 9), closed) == at(wednesday, 7, 45)


@pytest.mark.parametrize(
    ("hour", "open_"), [(7, False), (8, True), (17, True), (18, False), (23, False)], ids=lambda value: str(value)
)
def test_a_slot_is_open_from_its_time_to_the_evening(hour: int, open_: bool) -> None:
    assert (slot_now(WEEKDAYS, at(date(2026, 11, 24), hour), None, ORDINARY, EVENING) is not None) == open_


def test_next_time_skips_days_off_and_says_when_there_is_none() -> None:
    friday = date(2026, 11, 20)
    assert next_time(WEEKDAYS, at(friday, 9), ORDINARY) == at(date(2026, 11, 23), 7, 30)
    never = WorkCalendar(weekend=frozenset(range(7)))
    with pytest.raises(OnboardError, match="No working day"):
        next_time(WEEKDAYS, at(friday, 9), never)


def test_labs_begin_at_minutes_of_their_own_that_never_change() -> None:
    minutes = {spread_minutes(f"lab-{n}") for n in range(200)}
    assert minutes == set(range(SPREAD))
    assert spread_minutes("rivera") == spread_minutes("rivera")
    opened = opens_at(WEEKDAYS, LAB)
    assert opened == time(7, 30 + spread_minutes(LAB.id))
    late = JobTime(days=WEEKDAYS.days, at=time(17, 59))
    assert opens_at(late, replace(LAB, id=next(f"lab-{n}" for n in range(99) if spread_minutes(f"lab-{n}") > 1))) == time(17, 59)

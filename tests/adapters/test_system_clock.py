"""The door to the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from onboard.adapters.system_clock import FixedClock, SystemClock
from tests.clocks import Machine


def test_the_machines_clock_is_told_in_utc_and_moves_on(machine: Machine):
    machine.set(datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5))))
    first = SystemClock().now()
    machine.set(datetime(2026, 11, 23, 23, 31, tzinfo=timezone(timedelta(hours=-5))))
    assert first.tzinfo is UTC and first == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert SystemClock().now() - first == timedelta(minutes=1)


def test_a_fixed_clock_stands_still_in_utc():
    clock = FixedClock(datetime(2026, 11, 23, 7, 0, tzinfo=timezone(timedelta(hours=-5))))
    assert clock.now() == datetime(2026, 11, 23, 12, 0, tzinfo=UTC) == clock.now()
    assert clock.now().tzinfo is UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        FixedClock(datetime(2026, 11, 23))

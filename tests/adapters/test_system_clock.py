"""The door to the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from onboard.adapters.system_clock import FixedClock, SystemClock


def test_the_machines_clock_is_aware_and_moves_on():
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC and second >= first


def test_a_fixed_clock_stands_still_in_utc():
    clock = FixedClock(datetime(2026, 11, 23, 7, 0, tzinfo=timezone(timedelta(hours=-5))))
    assert clock.now() == datetime(2026, 11, 23, 12, 0, tzinfo=UTC) == clock.now()
    assert clock.now().tzinfo is UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        FixedClock(datetime(2026, 11, 23))

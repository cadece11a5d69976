"""The short form of the soak; ``make soak`` is the long one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.mark.one_date("lives through simulated days, and sleeps in processes that are killed")
@pytest.mark.xdist_group("soak")
def test_ten_days_of_trouble_say_everything_once_on_the_right_day(record_property: Callable[[str, object], None]) -> None:
    """Ten days with an outage of REDCap and one of mail, two kills, restarts, and the day the clocks go back."""
    words = [sys.executable, "-m", "tests.jobs.soak", "--days", "10"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "2 kills" in done.stdout and "lost 0, not due 0, twice 0" in done.stdout
    record_property("table", done.stdout.strip())

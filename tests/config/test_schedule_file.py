"""When jobs run."""

from __future__ import annotations

import pytest

from onboard.config.schedule import load_schedule, parse_days
from onboard.model import JobName


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon", {0}), ("mon-fri", {0, 1, 2, 3, 4}), ("Mon, Wed", {0, 2}), ("mon-tue,sun", {0, 1, 6}), ("mon-sun", set(range(7)))],
)
def test_days_as_people_write_them(text, days):
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "monday", "fri-mon", "1-5", "mon-"])
def test_days_nobody_can_mean(text):
    with pytest.raises(ValueError, match="Write"):
        parse_days(text)


@pytest.mark.parametrize("at", ["03:59", "00:00", "7 am", "25:00", ""])
def test_times_that_are_refused(at):
    mistakes: list[str] = []
    load_schedule({"send_worklist": {"days": "mon-fri", "at": at}}, mistakes)
    assert len(mistakes) == 1 and mistakes[0].startswith("schedule.toml, [send_worklist], at:")


def test_four_in_the_morning_is_late_enough():
    mistakes: list[str] = []
    times = load_schedule({"send_worklist": {"days": "mon-fri", "at": "04:00"}}, mistakes)
    assert mistakes == [] and times[JobName.WORKLIST].at.hour == 4


def test_a_job_without_a_block_never_runs_by_itself():
    assert load_schedule({}, []) == {}


def test_the_digest_is_weekly():
    mistakes: list[str] = []
    load_schedule({"send_digests": {"days": "mon-fri", "at": "08:00"}}, mistakes)
    assert mistakes == ["schedule.toml, [send_digests], days: the digest is weekly. Write one day, for example 'mon'."]

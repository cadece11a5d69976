"""Go-live is on a working day: on another nothing begins, and nothing is used up."""

from __future__ import annotations

from contextlib import closing
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from jobs.due import run_due
from onboard.app import open_app
from onboard.cli.start import begin
from onboard.errors import ConfigError
from onboard.model import JobName, MessageKind, Mode
from onboard.pipeline.tools import never
from onboard.sandbox.faults import Fault
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY

SUNDAY = MONDAY - timedelta(days=1)
CLOSED = MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (SUNDAY, "Today, Sun 22 Nov, is not a working day, so no mail can go. Begin on Mon 23 Nov: onboard start --send --home "),
        (CLOSED, "Today, Tue 24 Nov, is not a working day, so no mail can go. Begin on Wed 25 Nov: onboard start --send --home "),
    ],
)
def test_nothing_begins_on_a_day_off_and_nothing_is_used_up(home: Path, day: date, words: str) -> None:
    (home / "closures.csv").write_text(f"first,last,note\n{CLOSED},{CLOSED},Recess\n", encoding="utf-8")
    clock = HandClock()
    clock.set(day, time(9))
    app = open_app(home, clock=clock)
    with pytest.raises(ConfigError) as refused:
        begin(app)
    assert str(refused.value) == words + str(home)
    assert not app.ledger.history(Mode.LIVE).started and not app.ledger.history(Mode.LIVE).items
    for job in (JobName.CHECKLISTS, JobName.REMINDERS, JobName.START):
        assert app.ledger.begin_run(Mode.LIVE, job, day, clock.now()) is not None, "the slot is free"
    app.close()


def test_on_a_working_day_it_begins(home: Path) -> None:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    app = open_app(home, clock=clock)
    begin(app)
    assert app.ledger.history(Mode.LIVE).started
    app.close()


def test_after_a_read_in_doubt_neither_job_has_begun(home: Path, sample: SampleServer) -> None:
    """A half read that is over at once: if the second job had begun alone, the PI would read who "is told today" and is not."""
    clock = HandClock()
    clock.set(MONDAY, time(9))
    with closing(open_app(home, clock=clock)) as app:
        sample.server.faults.add(Fault.WRONG_RECORD, content="record", form="hold")
        assert {(one.outcome, one.needs_person) for one in begin(app)} == {("failed", True)}
        assert app.ledger.began(Mode.LIVE) == frozenset()
        assert {one.outcome for one in run_due(app, Mode.LIVE, never)} == {"no_memory"}
        assert all(b"it-help@northlake.example" in path.read_bytes() for path in (home / "mail").glob("*.eml"))
        sample.server.faults.clear()
        begin(app)
        assert app.ledger.began(Mode.LIVE) >= {JobName.CHECKLISTS, JobName.REMINDERS}


def test_the_first_week_begins_on_a_working_day(home: Path) -> None:
    clock = HandClock()
    clock.set(SUNDAY, time(9))
    app = open_app(home, clock=clock)
    week = list(app.forecast(first=MONDAY, days=7))
    assert len(week) == 7 and week[0][0] == MONDAY
    assert MessageKind.INTRODUCTION in {notice.kind for one in week[0][1] for notice in one.ready}
    assert all(app.lab.cadence.calendar.works(day) or not jobs for day, jobs in week)
    app.close()

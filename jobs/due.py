"""What is due now, and running it. Decides when a job's slot has come; what it says is the job's own business.

A slot is a local date of the lab. It opens at the job's time on one of its days, working days only, and stays open until it is
used up or the lab's evening has come; a weekly slot stays open until a later working day succeeds. After downtime the latest
slot runs, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jobs import JOBS, job
from onboard.app import App
from onboard.config.schedule import JobTime
from onboard.dates import WorkCalendar
from onboard.errors import LedgerError
from onboard.model import JobName, Mode, RunReport

#: A weekly slot is looked for so many days back.
_WEEK = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One job now: the slot that waits to be used (None when none does), the last one used, and the next time it opens."""

    job: JobName
    waiting: date | None
    last: date | None
    next: datetime | None


def slot_now(when: JobTime, now: datetime, last: date | None, calendar: WorkCalendar, evening: time) -> date | None:
    """The slot that is open at the local time `now` and not used up: always today's date, None when nothing waits.

    A day that is no working day opens nothing. A daily slot closes with the lab's evening; a weekly one, of a single day,
    waits on the working days after it until a run succeeds.
    """
    today = now.date()
    if not when.at <= now.time() < evening or not calendar.works(today):
        return None
    back = _WEEK if len(when.days) == 1 else 0
    scheduled = (today - timedelta(days=days) for days in range(back + 1))
    latest = next((day for day in scheduled if day.weekday() in when.days), None)
    return today if latest is not None and (last is None or last < latest) else None


def next_time(when: JobTime, now: datetime) -> datetime:
    """The next local time the job's slot opens."""
    for days in range(8):
        day = now.date() + timedelta(days=days)
        moment = datetime.combine(day, when.at, tzinfo=now.tzinfo)
        if day.weekday() in when.days and moment > now:
            return moment
    raise AssertionError("a job has at least one day a week")


def timings(app: App, mode: Mode) -> list[Timing]:
    """Every scheduled job now, in the order they run."""
    now = app.clock.now().astimezone(app.lab.zone)
    found = []
    for name in JOBS:
        when = app.config.schedule.get(name)
        if when is not None:
            last = app.ledger.last_slot(mode, name)
            waiting = slot_now(when, now, last, app.lab.cadence.calendar, app.lab.evening)
            found.append(Timing(job=name, waiting=waiting, last=last, next=next_time(when, now)))
    return found


def run_due(app: App, mode: Mode, stop: Callable[[], bool]) -> list[RunReport]:
    """Run every job whose slot waits, one after the other. A crash in one never stops the others; it is reported."""
    reports = []
    for timing in timings(app, mode):
        if timing.waiting is not None and not stop():
            reports.append(run_safely(app, timing.job, timing.waiting, mode, stop))
    return reports


def run_safely(app: App, name: JobName, slot: date, mode: Mode, stop: Callable[[], bool]) -> RunReport:
    """One job; a ledger that cannot be used ends this job only, in words."""
    try:
        return job(name)(app, slot, mode, stop)
    except LedgerError as error:
        return RunReport(job=name, slot=slot, mode=mode, outcome="failed", trouble=(str(error),))

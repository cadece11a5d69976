"""What is due now, and running it.

It decides when a job's slot has come. A slot is a local date of the lab. It opens at the job's time (later by the lab's own few
minutes) on one of its days, working days only, and stays open until it is used up or the lab's evening has come; a weekly slot
stays open until a later working day succeeds. After downtime the latest slot runs, once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jobs import JOBS, job
from onboard.app import App
from onboard.config.schedule import JobTime
from onboard.dates import WorkCalendar, spread_minutes
from onboard.errors import NotBegun, OnboardError
from onboard.model import JobName, Lab, Mode, RunReport
from onboard.planning.notices import latest_slot

LOG = logging.getLogger("onboard.run")
#: A weekly slot is looked for so many days back.
_WEEK = 6
#: No closure is longer.
_YEAR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One job now: the slot that waits to be used (None when none does), for how long it has been open, the last one used,
    and the next time it opens."""

    job: JobName
    waiting: date | None
    late: timedelta
    last: date | None
    next: datetime


def opens_at(when: JobTime, lab: Lab) -> time:
    """The local time a job's slot opens: the schedule's, later by the lab's own minutes unless they reach the evening."""
    begins = datetime.combine(date.min, when.at)
    spread = (begins + timedelta(minutes=spread_minutes(lab.id))).time()
    return spread if when.at <= spread < lab.evening else when.at


def slot_now(when: JobTime, now: datetime, last: date | None, calendar: WorkCalendar, evening: time) -> date | None:
    """Return the slot that is open at the local time `now` and not used up.

    Always today's date, None when nothing waits. A day that is not a working day opens nothing. A daily slot closes with the
    lab's evening; a weekly one, of a single day, waits on the working days after it until a run succeeds.
    """
    today = now.date()
    if not when.at <= now.time() < evening or not calendar.works(today):
        return None
    back = _WEEK if len(when.days) == 1 else 0
    scheduled = (today - timedelta(days=days) for days in range(back + 1))
    latest = next((day for day in scheduled if day.weekday() in when.days), None)
    return today if latest is not None and (last is None or last < latest) else None


def next_time(when: JobTime, now: datetime, calendar: WorkCalendar) -> datetime:
    """The next local time the job's slot opens; a weekly one that falls on a day off opens on the next working day."""
    weekly = len(when.days) == 1
    for days in range(-_WEEK if weekly else 0, _YEAR):
        day = now.date() + timedelta(days=days)
        if day.weekday() not in when.days or not (weekly or calendar.works(day)):
            continue
        moment = datetime.combine(calendar.on_or_after(day), when.at, tzinfo=now.tzinfo)
        if moment > now:
            return moment
    raise OnboardError("No working day lies within the next year. Look at closures.csv and at `weekend` in settings.toml.")


def schedule_of(app: App) -> dict[JobName, JobTime]:
    """The lab's scheduled jobs in the order they run, each with the time its slot opens."""
    written = app.config.schedule
    return {
        name: JobTime(days=written[name].days, at=opens_at(written[name], app.lab))
        for name in map(JobName, JOBS)
        if name in written
    }


def timings(app: App, mode: Mode) -> list[Timing]:
    """Every scheduled job now, in the order they run."""
    now = app.clock.now().astimezone(app.lab.zone)
    calendar = app.lab.cadence.calendar
    found = []
    for name, when in schedule_of(app).items():
        last = _last_used(app, mode, name, now.date())
        waiting = slot_now(when, now, last, calendar, app.lab.evening)
        open_since = datetime.combine(now.date(), when.at, tzinfo=now.tzinfo)
        late = now - open_since if waiting else timedelta()
        found.append(Timing(job=name, waiting=waiting, late=late, last=last, next=next_time(when, now, calendar)))
    return found


def _last_used(app: App, mode: Mode, name: JobName, today: date) -> date | None:
    """The last slot used up. A digest that was lost opens its week again, from the day after on, for its readers alone: what the
    others were told is said."""
    last = app.ledger.last_slot(mode, name, today)
    week = latest_slot(app.lab.cadence.calendar, app.lab.cadence.digest_weekday, today) if name is JobName.DIGESTS else None
    if last is None or week is None or not week <= last < today or not app.ledger.digests_owed(mode, week):
        return last
    return week - timedelta(days=1)


def run_due(app: App, mode: Mode, stop: Callable[[], bool]) -> list[RunReport]:
    """Run every job whose slot waits, one after the other and on one read.

    Then send what else waits in the outbox. A crash in one job never stops the others; it is reported.
    """
    waiting = [timing for timing in timings(app, mode) if timing.waiting is not None]
    reports = _look_for_bounces(app, mode, stop) if waiting else []
    with app.one_look():
        reports += [run_safely(app, one.job, one.waiting, mode, stop) for one in waiting if one.waiting and not stop()]
    if not waiting and mode is not Mode.DRY and not stop():
        reports += _empty_outbox(app, mode, stop)
    return reports


def _look_for_bounces(app: App, mode: Mode, stop: Callable[[], bool]) -> list[RunReport]:
    """Check for bounced mail before the day's plans are made.

    A mailbox that cannot be read stops no job; the operator is told once.
    """
    if app.config.bounces is None or mode is Mode.DRY or stop() or not app.ledger.began(mode):
        return []
    report = _safely(app, JobName.WORKLIST, app.today, mode, lambda: _looked(app, mode, stop))
    return [report] if report.trouble else []


def _looked(app: App, mode: Mode, stop: Callable[[], bool]) -> RunReport:
    from onboard.pipeline.bouncing import look_before_jobs

    return look_before_jobs(app.tools(), app.bounce_source(), JobName.WORKLIST, app.today, mode, stop)


def _empty_outbox(app: App, mode: Mode, stop: Callable[[], bool]) -> list[RunReport]:
    """Send later the same day, until the lab's evening, mail that missed its hour."""
    if (
        not mail_waits(app, mode)
        or not app.ledger.began(mode)
        or app.clock.now().astimezone(app.lab.zone).time() >= app.lab.evening
    ):
        return []
    return [report for report in [_deliver_waiting(app, mode, stop)] if report.deliveries or report.trouble]


def mail_waits(app: App, mode: Mode) -> bool:
    """Whether the outbox holds mail that is still to go."""
    states = app.ledger.outbox(mode)
    return any(states.get(state) for state in ("queued", "sending"))


def _deliver_waiting(app: App, mode: Mode, stop: Callable[[], bool]) -> RunReport:
    from onboard.pipeline.running import deliver_waiting

    return _safely(
        app, JobName.WORKLIST, app.today, mode,
        lambda: deliver_waiting(app.tools(), JobName.WORKLIST, app.today, mode=mode, stop=stop),
    )  # fmt: skip


def run_safely(app: App, name: JobName, slot: date, mode: Mode, stop: Callable[[], bool]) -> RunReport:
    """One job. Whatever goes wrong in it ends this job only: in the report, in the log, and once to the operator."""
    return _safely(app, name, slot, mode, lambda: job(name)(app, slot, mode, stop))


def _safely(app: App, name: JobName, slot: date, mode: Mode, act: Callable[[], RunReport]) -> RunReport:
    from onboard.pipeline.crashing import mended

    try:
        report = act()
        mended(app.ledger, report)
        return report
    except NotBegun as error:
        return RunReport(job=name, slot=slot, mode=mode, outcome="no_memory", trouble=(str(error),))
    except OnboardError as error:
        return RunReport(job=name, slot=slot, mode=mode, outcome="failed", trouble=(str(error),))
    except Exception as fault:
        # A mistake of ours in one job must not cost the lab the others: it is logged, told to the operator, and tried again.
        LOG.exception("%s of %s stopped by a fault", name.value, slot, extra={"lab": app.lab.id})
        return _told_crash(app, name, slot, mode, fault)


def _told_crash(app: App, name: JobName, slot: date, mode: Mode, fault: Exception) -> RunReport:
    from onboard.pipeline.crashing import crashed, tell_crash

    if mode is Mode.DRY:
        return crashed(name, slot, mode, fault)
    try:
        return tell_crash(app.tools(), mode, name, slot, fault)
    except Exception:
        # Telling went wrong, too (a broken ledger, a broken template): the report and the log still say it.
        LOG.exception("the operator could not be told", extra={"lab": app.lab.id})
        return crashed(name, slot, mode, fault)

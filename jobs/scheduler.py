"""Ticks. The only file that knows APScheduler. Decides when to look for due jobs; what makes a run happen once is its row in
the ledger, never the scheduler.

Each job has a cron trigger in the lab's zone at its time, and one more looks every ten minutes for slots that still wait: a
read that failed, a machine that was off. The signal handler only sets a flag; the main thread shuts down and lets the run in
hand end.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from types import FrameType
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from jobs.due import run_due
from onboard.app import App
from onboard.model import Mode, RunReport

_LOG = logging.getLogger("onboard.serve")
#: A tick that comes late still counts: the slot decides, not the minute.
_GRACE = int(timedelta(hours=12).total_seconds())
_LOOK_AGAIN = timedelta(minutes=10)

Told = Callable[[RunReport], None]


def build(app: App, mode: Mode, tell: Told, stop: Event) -> BackgroundScheduler:
    """A scheduler with one tick a job and one that looks again; all of them do the same: run what is due."""
    scheduler = BackgroundScheduler(
        timezone=app.lab.zone,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE},
    )

    def tick() -> None:
        for report in run_due(app, mode, stop.is_set):
            tell(report)

    for name, when in app.config.schedule.items():
        trigger = CronTrigger(day_of_week=when.crontab_days(), hour=when.at.hour, minute=when.at.minute, timezone=app.lab.zone)
        scheduler.add_job(tick, trigger, id=name.value)
    scheduler.add_job(tick, IntervalTrigger(seconds=int(_LOOK_AGAIN.total_seconds())), id="look-again")
    scheduler.add_job(tick, id="at-start")
    scheduler.add_listener(_log_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler


def _log_trouble(event: JobEvent) -> None:
    fault = getattr(event, "exception", None)
    if fault is not None:
        # the next tick tries again; the slot is still open
        _LOG.error("tick %s failed: %s", event.job_id, type(fault).__name__, exc_info=fault)
    else:
        _LOG.warning("tick %s did not run in time; the next one looks again", event.job_id)


def serve(app: App, mode: Mode, tell: Told, stop: Event | None = None) -> None:
    """Run until SIGTERM or SIGINT (or `stop`); the run in hand ends first."""
    stop = stop or Event()

    def flag(signum: int, frame: FrameType | None) -> Any:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, flag)
    scheduler = build(app, mode, tell, stop)
    scheduler.start()
    while not stop.wait(1):
        pass
    scheduler.shutdown(wait=True)

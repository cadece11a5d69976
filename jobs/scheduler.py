"""The scheduler; the only file that knows APScheduler.

It decides how often each lab is looked at and how many at once; what makes a run happen once is its row in the ledger, never the
scheduler.

Every lab is looked at once a minute, which costs nothing while no slot waits. Looks run in threads, one at a time for a lab,
so that a slow one delays no other. The signal handler only sets a flag; the main thread shuts down and lets the runs in
hand end.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from threading import Event
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs.labs import LabHome
from jobs.workers import nothing
from onboard.adapters.service_manager import ServiceManager
from onboard.adapters.system_clock import SystemClock
from onboard.model import RunReport

LOG = logging.getLogger("onboard.serve")
#: A tick that comes late still counts: the slot decides, not the minute.
_GRACE = int(timedelta(hours=12).total_seconds())
_EVERY = timedelta(minutes=1)
_MOST_AT_ONCE = 32
#: A look that lasts longer than this is stuck: the longest read, tried four times, and a full outbox take less.
_STUCK = timedelta(hours=6).total_seconds()

#: How long the runs in hand may take to end after SIGTERM; the service's TimeoutStopSec is longer.
_LAST = timedelta(minutes=4)

Told = Callable[[LabHome, RunReport], None]


@dataclass(slots=True)
class Watch:
    """Looks in hand: whether the process still gets anywhere."""

    workers: int
    begun: dict[str, float] = field(default_factory=dict)

    def alive(self) -> bool:
        """Whether at least one worker is free or at work for less than `_STUCK`."""
        now = time.monotonic()
        return sum(now - since > _STUCK for since in list(self.begun.values())) < self.workers


def build(labs: Sequence[LabHome], tell: Told, stop: Event, watch: Watch, every: timedelta = _EVERY) -> BackgroundScheduler:
    """A scheduler with one tick a lab: look whether something waits, and run it."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(watch.workers)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE},
    )

    def look(lab: LabHome) -> None:
        if stop.is_set() or not lab.wants_look():
            return
        watch.begun[str(lab.home)] = time.monotonic()
        try:
            for report in lab.look(stop.is_set):
                tell(lab, report)
        finally:
            watch.begun.pop(str(lab.home), None)

    for lab in labs:
        trigger = IntervalTrigger(seconds=max(1, int(every.total_seconds())))
        # the first look is now; a job of its own for that could not be taken out again while the scheduler stops
        scheduler.add_job(look, trigger, args=[lab], id=str(lab.home), next_run_time=SystemClock().now())
    scheduler.add_listener(_log_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return scheduler


def _log_trouble(event: JobEvent) -> None:
    fault = getattr(event, "exception", None)
    if fault is not None:
        # the next tick tries again; the slot is still open
        LOG.error("a look failed: %s", type(fault).__name__, exc_info=fault)
    else:
        LOG.warning("a look did not run in time; the next one looks again")


def serve(
    labs: Sequence[LabHome],
    tell: Told,
    manager: ServiceManager,
    stop: Event | None = None,
    grace: timedelta = _LAST,
    let_end: Callable[[], None] = nothing,
) -> bool:
    """Run until SIGTERM or SIGINT (or `stop`); the runs in hand end first.

    They have `grace` to end. `let_end` tells those that are in hand of another process.

    Returns whether they did. One that did not hangs in another party's server; killing it loses nothing, because its lease in
    the ledger runs out and the next process takes over.
    """
    stop = stop or Event()

    def flag(signum: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, flag)
    # a scheduler that is too busy to start a second look at one lab says so each minute; that is as it should be
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    watch = Watch(workers=min(_MOST_AT_ONCE, len(labs)))
    scheduler = build(labs, tell, stop, watch)
    scheduler.start()
    manager.ready(f"{len(labs)} labs" if len(labs) > 1 else labs[0].name)
    _wait(stop, watch, manager)
    manager.stopping()
    let_end()
    scheduler.shutdown(wait=False)
    return _ended(watch, grace)


def _ended(watch: Watch, grace: timedelta) -> bool:
    until = time.monotonic() + grace.total_seconds()
    while watch.begun and time.monotonic() < until:
        time.sleep(0.1)
    for home in watch.begun:
        LOG.warning("the run in hand of %s did not end in time and was left; the next start takes it over", home)
    return not watch.begun


def _wait(stop: Event, watch: Watch, manager: ServiceManager) -> None:
    """Notify the service manager as often as it wants, for as long as all is well."""
    pause = min(manager.every, 10.0) or 10.0
    while True:
        if watch.alive():
            manager.alive()
        if stop.wait(pause):
            return

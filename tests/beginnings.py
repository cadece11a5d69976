"""Labs that begin in a test: as `onboard start --send` does, without its introductions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from onboard.app import App, open_app
from onboard.model import Export, History, JobName, Mode, RunReport
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import BASELINED, already_true, run_job
from onboard.ports import Clock

#: In the order of a morning.
TO_PEOPLE = (JobName.CHECKLISTS, JobName.REMINDERS)


def first_runs(app: App, day: date, jobs: Iterable[JobName] = TO_PEOPLE) -> list[RunReport]:
    """The first run of each job: what is true already is noted, the rest is mailed, and the slot of the day is used."""
    with app.one_look():
        return [run_job(app.tools(), job, PLANS[job], day, begins=True) for job in jobs]


def note_what_is_true(app: App, day: date, mode: Mode = Mode.LIVE, *, read: Export | None = None) -> None:
    """Begin without a run: what is true already is noted, and the slots of the day are free. `read`: an older one."""
    assessment = app.judge(read or app.source.fetch({}))
    for job in TO_PEOPLE:
        assert job in BASELINED
        keys = already_true(PLANS[job](assessment, History(), app.lab, day, None))
        app.ledger.record_baseline(mode, job, keys, app.clock.now(), day)


def begin_with_nothing(app: App, day: date, mode: Mode = Mode.LIVE) -> None:
    """Begin as if nothing were true yet: everything that is due is mailed."""
    for job in TO_PEOPLE:
        app.ledger.record_baseline(mode, job, (), app.clock.now(), day)


def begun(home: Path, day: date, mode: Mode = Mode.LIVE, *, clock: Clock | None = None) -> Path:
    """The home, begun; its ledger is made. With a clock what is true is read and noted, else nothing is."""
    app = open_app(home, clock=clock)
    (note_what_is_true if clock else begin_with_nothing)(app, day, mode)
    app.close()
    return home

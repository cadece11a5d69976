"""The scheduled entry points, one job a file. JOBS is written out by hand: a new job is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from typing import Protocol

from onboard.app import App
from onboard.model import JobName, Mode, RunReport


class Job(Protocol):
    """`run` of a job's file: one execution for the local date `today`."""

    def __call__(self, app: App, today: date, mode: Mode | None = None, stop: Callable[[], bool] = ...) -> RunReport: ...


#: Job -> the module that holds its `run`, in the order they run on one morning.
JOBS: Mapping[JobName, str] = {
    JobName.CHECKLISTS: "jobs.send_checklists",
    JobName.REMINDERS: "jobs.send_reminders",
    JobName.DIGESTS: "jobs.send_digests",
    JobName.WORKLIST: "jobs.send_worklist",
}


def job(name: JobName) -> Job:
    """The job of that name, its module loaded now."""
    found: Job = import_module(JOBS[name]).run
    return found

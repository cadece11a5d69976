"""The scheduled entry points, one job a file.

JOBS is written out by hand: a new job is one file and one line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

# Names of types alone: `onboard --help` should not wait for the nouns.
if TYPE_CHECKING:
    from onboard.app import App
    from onboard.model import JobName, Mode, RunReport


class Job(Protocol):
    """`run` of a job's file: one execution for the local date `today`."""

    def __call__(self, app: App, today: date, mode: Mode | None = None, stop: Callable[[], bool] = ...) -> RunReport: ...


#: Job -> the module that holds its `run`, in the order they run on one morning.
JOBS: Mapping[str, str] = {
    "send_checklists": "jobs.send_checklists",
    "send_reminders": "jobs.send_reminders",
    "send_digests": "jobs.send_digests",
    "send_worklist": "jobs.send_worklist",
}


def job(name: JobName) -> Job:
    """The job of that name, its module loaded now."""
    found: Job = import_module(JOBS[name]).run
    return found

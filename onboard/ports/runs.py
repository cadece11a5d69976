"""The port of runs: the row of a run makes it happen once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from onboard.model import JobName, Mode, Run, RunReport, Snapshot


class RunBook(Protocol):
    """Which slot was used by which run, and what became of it. Every method raises LedgerError when it cannot."""

    def begin_run(self, mode: Mode, job: JobName, slot: date, now: datetime, lease_seconds: int = 900) -> Run | None:
        """The run of this slot, leased to the caller; None when the slot is used up or another process holds it."""
        ...

    def end_run(self, run: Run, report: RunReport, now: datetime) -> None:
        """Store the report; a failed run leaves its slot open and gives the lease back."""
        ...

    def last_runs(self, limit: int = 20) -> Sequence[Mapping[str, object]]:
        """The newest runs first: run, mode, job, slot, state, held, started_at, ended_at, outcome, trouble."""
        ...

    def last_slot(self, mode: Mode, job: JobName, until: date | None = None) -> date | None:
        """The newest slot of a job that is used up, of those not after `until`."""
        ...

    def began_on(self, mode: Mode) -> date | None:
        """The first slot that any job used up; None when nothing was ever sent in this mode."""
        ...

    def last_judged(self, mode: Mode, job: JobName, until: date | None = None) -> tuple[Snapshot, str] | None:
        """Return what the newest used-up run of a job was planned on; not after `until`.

        Its snapshot and the text of its rules.
        """
        ...

    def newest_ahead(self, mode: Mode, today: date, now: datetime) -> date | None:
        """Return the last day of a slot used up after `today`, or of a read after `now`; also just after it was put right.

        A clock was ahead. None when there is none.
        """
        ...

    def put_right(self, mode: Mode, today: date, now: datetime, *, sure: bool) -> bool:
        """Date anew what a clock that was ahead left: what was sent stays said, a slot of a day after `today` is free again.

        `sure`: another clock says that this one is right; without it nothing changes where more lies ahead than behind. Returns
        whether it was done.
        """
        ...

"""The report of a job that a fault of the program stopped.

It gives the kind of fault and its place in the code, never the fault's own words, which may hold a person's name.
"""

from __future__ import annotations

import traceback
from datetime import date

from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.delivering import Drained
from onboard.pipeline.telling import tell
from onboard.pipeline.tools import Tools, never
from onboard.pipeline.troubles import Trouble, trouble
from onboard.ports import Ledger


def crashed(job: JobName, slot: date, mode: Mode, fault: BaseException) -> RunReport:
    """The report of such a run."""
    return RunReport(job=job, slot=slot, mode=mode, outcome="failed", trouble=(_trouble(job, fault).text,))


def tell_crash(tools: Tools, mode: Mode, job: JobName, slot: date, fault: BaseException) -> RunReport:
    """The report, after a mail to the operator, once while the fault lasts. Raises whatever telling raises."""
    tell(tools, mode, job, slot, {_scope(job): [_trouble(job, fault)]}, Drained(), never)
    return crashed(job, slot, mode, fault)


def mended(ledger: Ledger, report: RunReport) -> None:
    """Forget the fault after a run that came through, so that it is told again when it comes back."""
    if report.run and report.mode is not Mode.DRY:
        ledger.see_troubles(f"{report.mode}/{_scope(report.job)}", [], report.slot)


def _scope(job: JobName) -> str:
    return f"crash/{job}"


def _trouble(job: JobName, fault: BaseException) -> Trouble:
    text = (
        f"{job} was stopped by a fault of the program ({type(fault).__name__} at {place(fault)}). The other jobs went on, and "
        "this one is tried again until the lab's evening. The log has the whole trace; please report it."
    )
    return trouble(f"crash/{job}", "A job was stopped by a fault", text)


def place(fault: BaseException) -> str:
    """The innermost line of code that the fault came through: ``readiness.py:42``."""
    frames = traceback.extract_tb(fault.__traceback__)
    if not frames:
        return "an unknown place"
    path = frames[-1].filename.replace("\\", "/")
    return f"{path.rpartition('/')[2]}:{frames[-1].lineno}"

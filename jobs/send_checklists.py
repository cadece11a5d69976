"""Send welcome and checklist mails to new hires.

The plan is from onboard/planning/checklists.py, the words from templates/.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from onboard.app import App
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import never


def run(app: App, today: date, mode: Mode | None = None, stop: Callable[[], bool] = never) -> RunReport:
    """One execution for the local date `today`; in the lab's own mode when `mode` is None."""
    return run_job(app.tools(), JobName.CHECKLISTS, PLANS[JobName.CHECKLISTS], today, mode=mode, stop=stop)

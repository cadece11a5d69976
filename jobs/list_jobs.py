"""`onboard jobs`. Decides nothing: schedule and ledger in one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from jobs.due import Timing, schedule_of, timings
from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table
from onboard.model import Mode

_COLUMNS = ["job", "last", "result", "late", "now", "next"]


def command(home: Home = HERE) -> None:
    """Show each scheduled job: the last slot used up, its result, how late it began, whether one waits, the next time."""
    app = open_app(home)
    mode = app.lab.limits.mode
    asked = mode if mode is not Mode.DRY else Mode.LIVE
    newest = {run["job"]: run for run in reversed(list(app.ledger.last_runs(200))) if run["mode"] == asked}
    rows = [_row(app, timing, newest.get(timing.job, {})) for timing in timings(app, asked)]
    print_table(f"Jobs of {app.lab.name} (mode {mode.value}, {app.lab.zone.key})", _COLUMNS, rows)


def _row(app: App, timing: Timing, run: Mapping[str, object]) -> list[str]:
    return [
        timing.job.value,
        timing.last.isoformat() if timing.last else "never",
        str(run["outcome"] or run["state"]) if run else "-",
        lateness(_late(app, timing, run)),
        f"waits, {lateness(timing.late)}" if timing.waiting else "-",
        timing.next.strftime("%a %Y-%m-%d %H:%M"),
    ]


def _late(app: App, timing: Timing, run: Mapping[str, object]) -> timedelta | None:
    """How long after its slot opened the newest run began; None without one."""
    started = run.get("started_at")
    if not isinstance(started, datetime):
        return None
    local = started.astimezone(app.lab.zone)
    opened = datetime.combine(local.date(), schedule_of(app)[timing.job].at, tzinfo=app.lab.zone)
    return max(local - opened, timedelta())


def lateness(span: timedelta | None) -> str:
    """``on time`` within the first minutes, ``25 min late``, ``3 h 10 min late``; ``-`` for none."""
    if span is None:
        return "-"
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if not hours and minutes < 2:
        return "on time"
    return f"{hours} h {minutes} min late" if hours else f"{minutes} min late"

"""`onboard jobs`: schedule and ledger in one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from jobs.due import Timing, schedule_of, timings
from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table, say
from onboard.cli.runs import held_words
from onboard.dates import CLOCK_LEEWAY, ahead_words
from onboard.model import Mode

#: A slot is looked for once a minute.
_ON_TIME = timedelta(minutes=2)
_COLUMNS = ["job", "last", "result", "began", "now", "next"]


def command(home: Home = HERE) -> None:
    """Show each scheduled job: the last slot that is done, its result, how late it began, whether one is due, the next time."""
    app = open_app(home, reads_only=True)
    mode = app.lab.limits.mode
    asked = mode if mode is not Mode.DRY else Mode.LIVE
    runs = [run for run in app.ledger.last_runs(200) if run["mode"] == asked]
    newest = {run["job"]: run for run in reversed(runs)}
    rows = [_row(app, timing, newest.get(timing.job, {})) for timing in timings(app, asked)]
    print_table(f"Jobs of {app.lab.name} (mode {mode.value}, {app.lab.zone.key})", _COLUMNS, rows)
    ahead = app.ledger.newest_ahead(asked, app.today, app.clock.now() + CLOCK_LEEWAY)
    if ahead:
        say(ahead_words(ahead))
    for run in runs:
        if run["held"]:
            say(held_words(run))
    state = app.ledger.transport(asked)
    if state is not None and state.held:
        since, until = (at.astimezone(app.lab.zone) for at in (state.since, state.until))
        say(f"No mail leaves since {since:%a %d %b %H:%M}: {state.words}.")
        say(f"Next try {until:%a %d %b %H:%M}; at once: onboard mail try")
    if mode is Mode.DRY:
        say("The mode is dry, so no job runs on the schedule. To change that: mode in settings.toml, then onboard start.")


def _row(app: App, timing: Timing, run: Mapping[str, object]) -> list[str]:
    return [
        timing.job.value,
        timing.last.isoformat() if timing.last else "never",
        str(run["outcome"] or run["state"]) if run else "-",
        lateness(_late(app, timing, run)),
        f"due now, {lateness(timing.late)}" if timing.waiting else "-",
        timing.next.strftime("%a %d %b %H:%M"),
    ]


def _late(app: App, timing: Timing, run: Mapping[str, object]) -> timedelta | None:
    """How long after its slot opened the newest run began; None without one."""
    started = run.get("started_at")
    if not isinstance(started, datetime):
        return None
    local = started.astimezone(app.lab.zone)
    opened = datetime.combine(local.date(), schedule_of(app)[timing.job].at, tzinfo=app.lab.zone)
    return max(local - opened, timedelta())


def lateness(late: timedelta | None) -> str:
    """``on time`` within the first minutes, ``25 min late``, ``3 h 10 min late``; ``-`` for none."""
    if late is None:
        return "-"
    return "on time" if late < _ON_TIME else f"{span(late)} late"


def span(of: timedelta) -> str:
    """``25 min``, ``3 h 10 min``."""
    hours, minutes = divmod(int(of.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"

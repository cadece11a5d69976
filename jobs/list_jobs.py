"""`onboard jobs`. Decides nothing: schedule and ledger in one table."""

from __future__ import annotations

from jobs.due import timings
from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table
from onboard.model import Mode


def command(home: Home = HERE) -> None:
    """Show each scheduled job: the last slot used up, its result, whether one waits now, and the next time."""
    app = open_app(home)
    mode = app.lab.limits.mode
    results = {}
    for run in reversed(list(app.ledger.last_runs(200))):
        results[run["job"]] = str(run["outcome"] or run["state"])
    rows = [
        [
            timing.job.value,
            timing.last.isoformat() if timing.last else "never",
            results.get(timing.job, "-"),
            "waits" if timing.waiting else "-",
            timing.next.strftime("%a %Y-%m-%d %H:%M") if timing.next else "-",
        ]
        for timing in timings(app, mode if mode is not Mode.DRY else Mode.LIVE)
    ]
    print_table(
        f"Jobs of {app.lab.name} (mode {mode.value}, {app.lab.zone.key})", ["job", "last", "result", "now", "next"], rows
    )

"""`onboard runs [RUN]`; the ledger keeps a report of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, Format, Home, Output
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.errors import OnboardError

_COLUMNS = ("run", "began", "job", "mode", "result", "mails", "trouble")
#: What one run's own page says, in this order, and the words before it.
_WORDS = {
    "job": "job", "slot": "for the day", "mode": "mode", "began": "began", "took": "took", "result": "result",
    "planned": "mails planned", "mails": "mails", "unreadable": "unreadable cells",
}  # fmt: skip
_MOST = 5000


def command(
    run: Annotated[
        int, typer.Argument(metavar="RUN", show_default=False, help="One run, with what was held and every trouble.")
    ] = 0,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, max=_MOST, help="At most so many, the newest first.")] = 20,
    home: Home = HERE,
    output: Output = Format.TABLE,
) -> None:
    """List runs: when, how long, how many mails, what could not be read, what needs a person."""
    app = open_app(home, reads_only=True)
    found = list(app.ledger.last_runs(_MOST if run else most))
    if run:
        found = [one for one in found if one["run"] == run]
        if not found:
            raise OnboardError(f"There is no run {run} among the newest {_MOST}. `onboard runs` lists them.")
    rows = [shown(one, app.lab.zone) for one in found]
    if output is Format.JSON:
        print_json([{**row, "troubles": list(_texts(one, "trouble"))} for row, one in zip(rows, found, strict=True)])
    elif output is Format.CSV:
        print_csv(rows)
    else:
        _print(app.lab.name, found, rows, whole=bool(run))


def _print(lab: str, found: Sequence[Mapping[str, object]], rows: Sequence[Mapping[str, object]], *, whole: bool) -> None:
    """For people: a line a run, or one run with all its words; then what to do about held ones."""
    if whole:
        _print_whole(lab, found[0], rows[0])
    elif rows:
        print_table(f"Runs of {lab}", _COLUMNS, [[str(row[name]) for name in _COLUMNS] for row in rows])
    else:
        say("Nothing ran yet. `onboard jobs` shows when each job runs next.")
    for one in found:
        if one["held"]:
            say(held_words(one))


def held_words(run: Mapping[str, object]) -> str:
    """What to do about a run over the ceiling."""
    look = "onboard start" if run["job"] == "start" else f"onboard run {run['job']}"
    return f"Run {run['run']} is held. See who would get what: {look}. Let it go: onboard release {run['run']}"


def _print_whole(lab: str, run: Mapping[str, object], row: Mapping[str, object]) -> None:
    say(f"Run {row['run']} of {lab}")
    for name, words in _WORDS.items():
        say(f"  {words:<18}{row[name] or '-'}")
    for text in _texts(run, "reasons"):
        say(f"  held: {text}")
    for text in _texts(run, "trouble"):
        say(f"  ! {text}")


def shown(run: Mapping[str, object], zone: ZoneInfo) -> dict[str, object]:
    """One run as plain cells, its times local."""
    began, ended = run["started_at"], run["ended_at"]
    took = ended - began if isinstance(ended, datetime) and isinstance(began, datetime) else None
    mails = run["deliveries"] if isinstance(run["deliveries"], Mapping) else {}
    return {
        "run": run["run"],
        "slot": str(run["slot"]),
        "job": run["job"],
        "mode": run["mode"],
        "began": began.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(began, datetime) else "",
        "took": f"{took.total_seconds():.1f} s" if took is not None else "",
        "result": run["outcome"] or run["state"],
        "planned": run["planned"] or 0,
        "mails": ", ".join(f"{number} {state}" for state, number in mails.items()),
        "unreadable": run["problems"] or 0,
        "trouble": len(_texts(run, "trouble")),
    }


def _texts(run: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = run.get(name, ())
    return tuple(str(text) for text in found) if isinstance(found, (tuple, list)) else ()

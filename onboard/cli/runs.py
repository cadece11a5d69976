"""`onboard runs [RUN]`. Decides form only; the ledger keeps a report of each run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, Format, Home, Output
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.errors import OnboardError

_COLUMNS = ("run", "slot", "job", "mode", "began", "took", "result", "planned", "mails", "unreadable", "trouble")
_MOST = 5000


def command(
    run: Annotated[int, typer.Argument(metavar="[RUN]", help="One run, with what was held and every trouble.")] = 0,
    most: Annotated[int, typer.Option("--most", min=1, max=_MOST, help="So many, the newest first.")] = 20,
    home: Home = HERE,
    output: Output = Format.TABLE,
) -> None:
    """What each run did: when, how long, how many mails, what could not be read, what needs a person."""
    app = open_app(home)
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
        print_table(f"Runs of {app.lab.name}", _COLUMNS, [[str(row[name]) for name in _COLUMNS] for row in rows])
        for text in (text for one in found if run for text in (*_texts(one, "reasons"), *_texts(one, "trouble"))):
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

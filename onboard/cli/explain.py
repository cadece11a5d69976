"""`onboard explain PERSON`. Decides form only; the answer is onboard/questions/explain.py."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, parse_day
from onboard.cli.output import print_json, say
from onboard.errors import ConfigError
from onboard.model import History, Mode
from onboard.questions.explain import explain
from onboard.questions.explain_words import as_json, as_text
from onboard.questions.people import find_person


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """One person: where they stand and why, what was mailed to them and when, and what would be said next."""
    from onboard.pipeline.plans import PLANS

    if output is Format.CSV:
        raise ConfigError("explain has no table to put into CSV. Use --format table or json.")
    app = open_app(home, as_of=parse_day(as_of) if as_of else None, export=export)
    mode = app.lab.limits.mode if app.lab.limits.mode is not Mode.DRY else Mode.LIVE
    history = app.ledger.history(mode) if app.remembers and not export else History()
    assessment, today = app.assessment, app.today
    record = find_person(assessment, person).record
    planned = [notice for plan in PLANS.values() for notice in plan(assessment, history, app.lab, today, None)]
    answer = explain(assessment, history, record, today, planned)
    if output is Format.JSON:
        print_json(as_json(answer))
    else:
        say(as_text(answer))

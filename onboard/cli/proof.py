"""`onboard proof PERSON PROTOCOL`. Decides form and which snapshot; the answer is onboard/questions/proof.py."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, ExportFolder, Format, Home, Output, parse_day
from onboard.cli.output import print_json, say
from onboard.errors import ConfigError, OnboardError
from onboard.model import Assessment, Task
from onboard.questions.people import find_person, find_protocol
from onboard.questions.proof import Proof, compare, prove
from onboard.questions.proof_words import as_json, as_text, comparison_json, comparison_text, page_context


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Number or short code.")],
    task: Annotated[str, typer.Option("--task", metavar="T", help="A task, for example consent.")] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day asked about; today when left out.")] = "",
    known_on: Annotated[
        str, typer.Option("--known-on", metavar="DATE", help="What was said then, by the records and rules of then.")
    ] = "",
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Also write a page to print.")] = None,
    home: Home = HERE,
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """Was a person cleared for a protocol (and a task) on a day? With every clause and the evidence that decides it."""
    if output is Format.CSV:
        raise ConfigError("proof has no table to put into CSV. Use --format table or json.")
    app = open_app(home, export=export)
    day = parse_day(on) if on else app.today
    now = _asked(app.assessment, person, protocol, task, day)
    then = _asked(_known_on(app, parse_day(known_on)), person, protocol, task, day) if known_on else None
    comparison = compare(now, then) if then else None
    if output is Format.JSON:
        print_json(comparison_json(comparison) if comparison else as_json(now))
    else:
        say(comparison_text(comparison) if comparison else as_text(now))
    if page:
        from onboard.rendering.pages import render_page

        changes = comparison.changes if comparison else ()
        page.write_text(render_page("proof.html", **page_context(now, then, changes)), encoding="utf-8")
        say(f"Wrote {page}.")


def _asked(assessment: Assessment, person: str, protocol: str, task: str, day: date) -> Proof:
    who, where = find_person(assessment, person), find_protocol(assessment, protocol)
    return prove(assessment, who.record, where.record, _task(task), day)


def _task(text: str) -> Task | None:
    if not text:
        return None
    if text not in list(Task):
        raise OnboardError(f"There is no task {text!r}. Tasks: {', '.join(Task)}.")
    return Task(text)


def _known_on(app: App, day: date) -> Assessment:
    """The newest good read up to the end of a day, by the rules in use then."""
    from onboard.config.rules_file import rules_from_text
    from onboard.pipeline.snapshots import export_of

    moment = datetime.combine(day + timedelta(days=1), time(), tzinfo=app.lab.zone)
    snapshot, rules = app.ledger.snapshot_at(moment), app.ledger.rules_at(moment)
    if snapshot is None:
        raise OnboardError(f"Nothing was read up to {day}, so nothing was known then. The ledger starts later.")
    return app.judge(export_of(snapshot), rules_from_text(rules[1]) if rules else None, snapshot.id)

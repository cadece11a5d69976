"""`onboard whatif --protocol FILE | --requirements FILE`: what is compared.

onboard/questions/whatif.py compares. The protocol to come is a TOML file:

    number = "IRB-27-0001"
    code = "NEW-HF"
    study_type = "nih_trial"
    funding = "nih"
    phi = "yes"
    approval_from = 2027-02-01
    people = ["5", "haddad"]          # record ids or names
    tasks = ["consent"]               # may be left out
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given, parse_day, without_csv
from onboard.cli.output import print_json, say
from onboard.dates import add_months
from onboard.errors import ConfigError
from onboard.judging.rule_changes import days_words, rule_changes
from onboard.model import Assessment, Rules
from onboard.questions.people import find_person
from onboard.questions.whatif import compare_assessments
from onboard.questions.whatif_words import as_json, as_text
from onboard.questions.wording import wrapped

_MONTHS = 12


def command(
    protocol: Annotated[
        Path | None,
        typer.Option(
            "--protocol",
            metavar="FILE",
            help="A protocol to come, as TOML: number, code, study_type, funding, phi, approval_from, people (record ids or "
            "names), tasks; also title, approval_to, work_from, personnel_mode.",
        ),
    ] = None,
    requirements: Annotated[
        Path | None, typer.Option("--requirements", metavar="FILE", help="Another requirements.toml.")
    ] = None,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First day compared; with --protocol, the first day of work on it.")
    ] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day compared; a year on when left out.")] = "",
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """Who would lose or lack clearance, and until when, if a protocol opened or the rules changed. Changes nothing."""
    without_csv("whatif", output)
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    start = day_if_given(first)
    after, day = _supposed(app, protocol, requirements, start)
    horizon = parse_day(until) if until else add_months(day, _MONTHS)
    found = compare_assessments(app.assessment, after, day, horizon, app.lab.cadence.calendar)
    if output is Format.JSON:
        print_json(app.words(as_json(found, after)))
    else:
        for change in rule_changes(app.assessment.rules, after.rules):
            say("\n".join(wrapped(f"{change.words} ({days_words(change.days)})", "  - ", 4)))
        say(app.words(as_text(found, after)).rstrip("\n"))


def _supposed(app: App, protocol: Path | None, requirements: Path | None, start: date | None) -> tuple[Assessment, date]:
    """The read with the change, and the first day compared."""
    if protocol and not requirements:
        return _with_protocol(app, protocol, start)
    if requirements and not protocol:
        return judged_by(app, read_rules(app, requirements)), start or app.today
    raise ConfigError("give one of --protocol FILE and --requirements FILE.")


def judged_by(app: App, rules: Rules) -> Assessment:
    """The read of today's question, judged once more by other rules."""
    return app.judge(app.export, rules)


def read_rules(app: App, path: Path) -> Rules:
    """The rules of another requirements.toml, for this lab's institution. Raises ConfigError that lists every mistake."""
    from onboard.config.files import read_toml
    from onboard.config.rules_file import load_rules

    mistakes: list[str] = []
    document = read_toml(path, mistakes)
    found = load_rules(document, app.lab.institution, mistakes) if document is not None else None
    if found is None:
        raise ConfigError(f"{path} cannot be used:\n" + "\n".join(f"  {mistake}" for mistake in mistakes))
    return found[0]


def _with_protocol(app: App, path: Path, start: date | None) -> tuple[Assessment, date]:
    """The same read with the protocol of a file, compared from the first day of work on."""
    from onboard.config.proposal_file import read_proposal
    from onboard.pipeline.what_if import judge_proposal
    from onboard.tables import read_tables

    before, export = app.assessment, app.export
    proposal = read_proposal(path, start)
    people = [find_person(before, text).record for text in proposal.people]
    tables, problems = read_tables(export, app.config.mapping, app.lab.zone)
    after = judge_proposal(
        tables,
        problems,
        app.config.rules,
        before.read_at,
        before.read_on,
        protocol=proposal.protocol,
        approvals=(proposal.approval,),
        people=people,
        first=proposal.first,
        tasks=proposal.tasks,
        irb_lists=export.irb_lists,
    )
    return after, proposal.first

"""`onboard check`: settings, REDCap, mail and ledger, each with the next step. Decides what is worth a warning; sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, ExportFolder, Home
from onboard.cli.output import print_table, say
from onboard.errors import LedgerError, ReadInDoubt
from onboard.model import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing looked at."""

    what: str
    fine: bool
    words: str


def command(home: Home = HERE, export: ExportFolder = None) -> None:
    """Check settings, REDCap, mail and ledger; say what is wrong and the next step. Exit code 1 when something is."""
    app = open_app(home, export=export)
    checks = [Checked(what="settings", fine=True, words=f"{app.config.home}: no mistake. Rules {app.config.rules.version}.")]
    if export is None:
        checks += _redcap(app)
    checks += [_records(app), _ledger(app), _sending(app)]
    print_table(app.lab.name, ["what", "", "found"], [[c.what, "ok" if c.fine else "look", c.words] for c in checks])
    if export is None and app.config.mail.transport != "files":
        say("Mail was not tried. `onboard run send_worklist --send` in mode 'trial' sends one to your trial address.")
    if not all(check.fine for check in checks):
        raise typer.Exit(1)


def _redcap(app: App) -> list[Checked]:
    from onboard.adapters.redcap_facts import describe

    found = []
    for project in app.redcap_projects():
        facts = describe(project)
        state = {True: "Production", False: "Development", None: "unknown status"}[facts.in_production]
        words = f"{facts.title or 'no title'}, REDCap {facts.version or '?'}, {state}."
        fatal = facts.version is None or facts.dictionary is None
        trouble = " ".join(facts.troubles) if fatal else ""
        advice = _advice(facts.in_production)
        found.append(Checked(what=f"REDCap {project.name}", fine=not fatal, words=f"{words} {trouble or advice}".strip()))
    return found


def _advice(in_production: bool | None) -> str:
    if in_production is False:
        return "Move it to Production before it holds real people: in Development a click can delete every record."
    return ""


def _records(app: App) -> Checked:
    try:
        assessment = app.assessment
    except ReadInDoubt as error:
        return Checked(what="records", fine=False, words=str(error))
    words = f"{len(assessment.people)} people, {len(assessment.protocols)} protocols."
    if not assessment.problems:
        return Checked(what="records", fine=True, words=f"{words} Nothing unreadable.")
    first = assessment.problems[0]
    rest = f"{len(assessment.problems)} cells to look at, listed in the worklist; first: {first.what} {first.next_step}"
    return Checked(what="records", fine=True, words=f"{words} {rest}")


def _ledger(app: App) -> Checked:
    try:
        states = app.ledger.outbox(app.lab.limits.mode)
    except LedgerError as error:
        return Checked(what="ledger", fine=False, words=str(error))
    doubt = states.get("in_doubt", 0)
    words = ", ".join(f"{number} {state}" for state, number in sorted(states.items()) if number) or "empty outbox"
    return Checked(what="ledger", fine=not doubt, words=f"{words}.")


def _sending(app: App) -> Checked:
    mode, mail = app.lab.limits.mode, app.config.mail
    where = f"files in {mail.folder}" if mail.transport == "files" else f"{mail.host}:{mail.port} ({mail.tls})"
    words = {
        Mode.DRY: f"mode dry: nothing is sent. Mail would go by {where}.",
        Mode.TRIAL: f"mode trial: everything goes to {app.lab.limits.trial_address}, by {where}.",
        Mode.LIVE: f"mode live: mail goes to the readers, by {where}.",
    }
    return Checked(what="sending", fine=True, words=words[mode])

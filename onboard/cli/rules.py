"""`onboard rules`: which version was in use when; `diff`, `accept`, `schema`.

onboard/judging/rule_changes.py decides what a change is, onboard/questions/whatif.py whom it touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Home, day_if_given, parse_day
from onboard.cli.output import print_table, say
from onboard.dates import add_months, show
from onboard.errors import ConfigError
from onboard.judging.rule_changes import RuleChange, days_words, decision_words, rule_changes
from onboard.model import Rules
from onboard.questions.wording import wrapped

_MONTHS = 12
#: What OLD and NEW may be called beside a file or a version.
IN_USE, HERE_NOW = "in-use", "mine"
_MINE = "this home's"


class Act(StrEnum):
    """What to do with the rules."""

    LIST = "list"  # the versions, since when each was in use
    DIFF = "diff"  # what changes between two of them, and for whom
    ACCEPT = "accept"  # let the edited rules hold for days already judged
    SCHEMA = "schema"  # the JSON schema of requirements.toml


def command(
    act: Annotated[
        Act, typer.Argument(metavar="list|diff|accept|schema", show_default=False, help="What to do; list when left out.")
    ] = Act.LIST,
    old: Annotated[str, typer.Argument(metavar="OLD", help="diff: a file, a version, or 'in-use'.")] = IN_USE,
    new: Annotated[str, typer.Argument(metavar="NEW", help="diff: a file, a version, or 'mine': this home's rules.")] = HERE_NOW,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="accept: the reason, printed on later proofs.")] = "",
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="diff: first day compared; today when left out.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="diff: last day compared; a year on when left out.")] = "",
    home: Home = HERE,
    as_of: AsOf = "",
    export: ExportFolder = None,
) -> None:
    """The versions of the rules; what an edit changes and for whom; accepting one that reaches days already judged."""
    if act is Act.SCHEMA:
        from onboard.config.schema import requirements_schema

        say(requirements_schema().rstrip("\n"))
        return
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    if act is Act.DIFF:
        start = parse_day(first) if first else app.today
        _diff(app, old, new, start, parse_day(until) if until else add_months(start, _MONTHS))
    elif act is Act.ACCEPT:
        _accept(app, why)
    else:
        _list(app)


def _list(app: App) -> None:
    """The versions in the ledger, and the decisions about the past."""
    zone, mine = app.lab.zone, app.config.rules.version
    uses = app.ledger.rules_uses() if app.remembers else ()
    rows = [
        [one.version, f"{one.used_from.astimezone(zone):%Y-%m-%d %H:%M}", one.mode.value, _MINE if one.version == mine else ""]
        for one in uses
    ]
    if not uses or uses[-1].version != mine:
        rows.append([mine, "not used yet", "", _MINE])
    print_table("Versions of the rules", ["version", "judged by since", "mode", ""], rows)
    for one in app.ledger.accepted_rules() if app.remembers else ():
        say(decision_words(one, one.accepted_at.astimezone(zone).date()))
    pieces = [r for r in app.config.rules.requirements if r.in_force_from or r.in_force_to]
    for version in pieces:
        last = f"to {show(version.in_force_to)}" if version.in_force_to else "on"
        begins = f"from {show(version.in_force_from)} " if version.in_force_from else ""
        say(f"{version.id}: a version {begins}{last}".rstrip() + ".")


# diff -----------------------------------------------------------------------------------------------------------------


def _diff(app: App, old: str, new: str, first: date, last: date) -> None:
    before, after = _rules(app, old), _rules(app, new)
    changes = rule_changes(before, after)
    _show_changes(changes, before, after)
    if changes:
        _show_affected(app, before, after, first, last)


def _rules(app: App, name: str) -> Rules:
    """The rules of a file, of a stored version, in use, or of the home. Raises ConfigError with the next step."""
    from onboard.cli.whatif import read_rules
    from onboard.config.rules_file import rules_from_text

    if name == HERE_NOW:
        return app.config.rules
    if Path(name).is_file():
        return read_rules(app, Path(name))
    if name == IN_USE:
        found = app.ledger.rules_at() if app.remembers else None
        if found is None:
            raise ConfigError("No rules are in use yet: nothing was judged. Give a file: onboard rules diff OLD.toml")
    else:
        found = app.ledger.rules_text(name) if app.remembers else None
        if found is None:
            raise ConfigError(f"{name!r} is neither a file nor one version of the rules. `onboard rules` lists the versions.")
    return rules_from_text(found[1])


def _show_changes(changes: Sequence[RuleChange], before: Rules, after: Rules) -> None:
    if not changes:
        same = "are the same text" if before.version == after.version else "ask the same of everybody; only words or mails differ"
        say(f"Rules {before.version} and {after.version} {same}.")
        return
    for change in changes:
        say("\n".join(wrapped(f"{change.words} ({days_words(change.days)})", "  - ", 4)))
    say("")


def _show_affected(app: App, before: Rules, after: Rules, first: date, last: date) -> None:
    from onboard.questions.whatif import compare_assessments
    from onboard.questions.whatif_words import as_text

    found = compare_assessments(
        app.judge(app.export, before), judged := app.judge(app.export, after), first, last, app.lab.cadence.calendar
    )
    say(app.words(as_text(found, judged)).rstrip("\n"))


# accept ---------------------------------------------------------------------------------------------------------------


def _accept(app: App, why: str) -> None:
    """Store the decision that this home's rules hold for days already judged."""
    from onboard.config.rules_file import rules_from_text
    from onboard.model import AcceptedRules
    from onboard.pipeline.rules_check import back_change

    rules = app.config.rules
    found = back_change(app.ledger, rules, rules_from_text, app.today, app.lab.zone) if app.remembers else None
    if found is None:
        say(f"Rules {rules.version} change nothing on days already judged; there is nothing to accept.")
        return
    if app.pretended:
        raise ConfigError("--as-of cannot accept: a decision has the date on which it is taken. Leave it out.")
    if not why.strip():
        raise ConfigError('say why, for readers of a proof: onboard rules accept --why "the IRB told us on 3 March".')
    decided = AcceptedRules(
        accepted_at=app.clock.now(),
        old_version=found.old_version,
        new_version=found.new_version,
        what=found.sentences(),
        why=" ".join(why.split()),
    )
    app.ledger.accept_rules(decided, app.config.rules_text)
    say(decision_words(decided, app.today))
    say("Proofs of the days before print this from now on.")

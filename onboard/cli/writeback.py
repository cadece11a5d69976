"""`onboard writeback`: verdicts and the last mail into the program's own fields.

onboard/planning/writeback.py decides what is written. Dry unless --send; off unless settings.toml says so.
"""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table, say
from onboard.connecting.own_form import OwnForm
from onboard.errors import ConfigError
from onboard.folding import counted
from onboard.model import Mode
from onboard.planning.writeback import WriteTarget, plan_writes
from onboard.ports import RecordChange

#: Longer words are cut on the screen, never in REDCap.
_SHOWN = 100


def command(
    send: Annotated[bool, typer.Option("--send", help="Write into REDCap; without it, only show what would change.")] = False,
    home: Home = HERE,
) -> None:
    """Show what would be written into the program's own fields of REDCap; with --send write what changed and read it back."""
    app = open_app(home)
    target = app.config.writeback
    if target is None:
        raise ConfigError("write-back is off. Make its fields, then write enabled = true under [writeback] in settings.toml.")
    if send and app.lab.limits.mode is not Mode.LIVE:
        raise ConfigError(f"settings.toml says mode = {app.lab.limits.mode.value!r}; only a live lab writes into REDCap.")
    writer = app.record_writer()
    history = app.ledger.history(Mode.LIVE)
    changes = plan_writes(app.assessment, history, target, writer.current(), app.today)
    if not changes:
        say("REDCap says already what would be written.")
    elif send:
        _write(app, changes)
    else:
        _show(app, changes)


def own_form(target: WriteTarget | None, project: str) -> OwnForm | None:
    """The program's own form of one project; None where nothing is written."""
    if target is None or target.project != project:
        return None
    return OwnForm(instrument=target.instrument, event=target.event, fields=target.fields)


def _show(app: App, changes: tuple[RecordChange, ...]) -> None:
    rows = [
        [_name(app, change.record), field, value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"]
        for change in changes
        for field, value in change.values.items()
    ]
    print_table(f"{app.lab.name}: would be written", ["person", "field", "value"], rows)
    say(f"{counted(len(changes), 'record')} would change. Nothing was written. To write: onboard writeback --send")


def _write(app: App, changes: tuple[RecordChange, ...]) -> None:
    written = app.record_writer().write(changes)
    for one in written:
        if one.state != "written":
            say(f"{_name(app, one.record)}: {one.state}. {one.words}")
    done = sum(one.state == "written" for one in written)
    say(f"{done} of {len(changes)} records written and read back.")
    if done < len(changes):
        raise typer.Exit(1)


def _name(app: App, record: str) -> str:
    person = app.assessment.people.get(record)
    return f"{person.label} ({record})" if person else record

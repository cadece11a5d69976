"""`onboard bounces`: check the mailbox as every morning's jobs do.

It prints what it changed.
"""

from __future__ import annotations

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError
from onboard.folding import counted
from onboard.model import Bounce, Mode


def command(home: Home = HERE) -> None:
    """Look for mail that came back, and for mail in doubt among what was sent. Nothing in the mailbox is changed.

    Exit code 1 when a mail came back, or a report is not clear: both need a person.
    """
    from onboard.pipeline.bouncing import look

    app = open_app(home)
    source = app.bounce_source()
    if source is None:
        raise ConfigError("Bounced mail is not checked: fill in [bounces] in settings.toml with the mailbox of `sender`.")
    if app.lab.limits.mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so no mail was sent that could come back.")
    found = look(source, app.ledger, app.clock, app.lab.limits.mode, app.today)
    app.close()
    say(f"{found.reports} delivery reports of the last 14 days read.")
    for one in found.noted:
        say(f"Came back: {_told(one)}. What it said is planned anew; `onboard mail addresses` shows the state of the address.")
    for one in found.unclear:
        say(f"Came back, but not clearly which mail: {_told(one)}. Look into the mailbox; the worklist shows it, too.")
    if found.settled:
        say(f"{counted(len(found.settled), 'mail')} in doubt found in the Sent folder: gone out after all.")
    if found.noted or found.unclear:
        raise typer.Exit(1)


def _told(one: Bounce) -> str:
    said = " ".join(part for part in (one.refusal.status, one.refusal.words) if part)
    return f"{', '.join(one.addresses)}, {said}"

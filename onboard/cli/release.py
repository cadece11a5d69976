"""`onboard release RUN`: the ledger lets the held run's mails go at the next run."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.folding import counted


def command(
    run: Annotated[
        int, typer.Argument(metavar="RUN", help="The run's number, as the operator's mail and `onboard jobs` name it.")
    ],
    home: Home = HERE,
) -> None:
    """Send the mails of a run that was held because it had more mails than `ceiling` in settings.toml allows."""
    app = open_app(home)
    number = app.ledger.release(run, app.clock.now())
    say(f"{counted(number, 'mail')} of run {run} may go now, with the next `onboard run due --send`.")

"""`onboard forget PERSON`. Decides nothing; what names a person is pipeline/forgetting's, where it stands the ledger's."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.folding import counted
from onboard.pipeline.forgetting import Alias, find_record, pseudonymised, traces_of


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, whole name or address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without it: only say what would change.")] = False,
    home: Home = HERE,
) -> None:
    """Put a pseudonym in place of a person's names and addresses, and drop the text of mails that name them. Verdicts, dates
    and record ids stay, so that proofs about the past still hold. It cannot be undone."""
    app = open_app(home)
    texts = app.keeping.snapshots()
    record = find_record(texts, app.config.mapping, person)
    alias = Alias(traces=traces_of(texts, app.config.mapping, record), token=secrets.token_hex(4))
    done = app.keeping.forget(
        record,
        alias.traces.addresses,
        alias,
        lambda text: pseudonymised(text, app.config.mapping, alias),
        really=yes,
    )
    say(
        f"Record {record}: {counted(done.bodies, 'mail')} without text from now on, {done.withdrawn} taken back, "
        f"{done.snapshots} reads and {done.rows} other rows get “{alias.name}”."
    )
    _say_next(app, record, yes)


def _say_next(app: App, record: str, done: bool) -> None:
    if not done:
        say("Nothing was changed. To do it: the same with --yes. It cannot be undone.")
        return
    say("Done. Reads that held the name keep their ids, and proofs that rest on one say that it was taken out.")
    say("Older backups and the readers' own mailboxes still hold what was sent.")
    say(f"Take record {record} out of REDCap too, or the next read brings the name back ({app.lab.name}).")

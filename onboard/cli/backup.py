"""`onboard backup FILE`: the ledger copies itself as of one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make; it must not exist yet.")], home: Home = HERE
) -> None:
    """Copy the ledger into a file while jobs may be running. To restore: stop the service, put the file in place of ledger.db
    (and delete ledger.db-wal and ledger.db-shm), start it again. Leave handed_over.jsonl as it is: what was mailed since the copy
    is filled in from it, and nothing goes twice."""
    size = open_app(home).keeping.backup(file)
    say(f"Wrote {file} ({size / 1_000_000:.1f} MB), readable for its owner alone; it was checked and is whole.")
    say("It holds names, addresses and what was mailed: keep it where the lab's records may be kept.")

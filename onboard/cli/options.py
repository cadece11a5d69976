"""The options that commands share: their names and what they accept."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onboard.errors import ConfigError


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"  # for people
    JSON = "json"  # for programs; the keys are documented and stable
    CSV = "csv"  # for a spreadsheet


def parse_day(text: str) -> date:
    """A date given on the command line, as 2026-12-07. Raises ConfigError with an example."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not a date. Write it as 2026-12-07.") from None


def day_if_given(text: str) -> date | None:
    """The same for an option that may be left out: None for ""."""
    return parse_day(text) if text else None


def without_csv(command: str, output: Format) -> None:
    """Raise ConfigError for `--format csv`, where the answer is not a table."""
    if output is Format.CSV:
        raise ConfigError(f"{command} has no table to put into CSV. Use --format table or json.")


Home = Annotated[
    Path,
    typer.Option(
        "--home",
        metavar="DIR",
        envvar="ONBOARD_HOME",
        help="The lab's own folder: settings, templates, ledger; here when left out.",
        show_default=False,
    ),
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="Answer as if today were this day, for example 2026-12-07.")]
Output = Annotated[Format, typer.Option("--format", help="table for people, json or csv for programs.")]
ExportFolder = Annotated[
    Path | None, typer.Option("--export", metavar="FOLDER", help="Read a folder of CSV exports instead of REDCap.")
]

HERE = Path()

"""How commands print: tables for people, JSON and CSV for programs. Decides form, not content."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

#: What each state looks like beside its word; the word alone always suffices.
STYLES: Mapping[str, str] = {
    "cleared": "green",
    "current": "green",
    "blocked": "bold red",
    "expired": "bold red",
    "missing": "red",
    "unknown": "yellow",
    "pending": "cyan",
    "expiring": "yellow",
    "waived": "magenta",
    "not due": "dim",
    "not_due": "dim",
}


def say(text: str) -> None:
    """A line for people."""
    sys.stdout.write(text + "\n")


def print_json(value: Any) -> None:
    """JSON, readable and stable."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    """CSV with a header row; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    if not rows:
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})


def _harmless(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as the terminal; words of state are coloured where there is colour."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold", show_lines=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    Console().print(table)

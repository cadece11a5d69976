"""How commands print: tables for people, JSON and CSV for programs. Decides form, not content."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

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
    """A line for people, there at once: a command that stays may write into a file."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


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
    """A table as wide as the terminal; words of state are coloured where there is colour.

    Where it is too wide, first the lines between the cells go, then a last column of sentences moves below its row.
    """
    from rich.console import Console

    console = Console()
    widths = _widths(columns, rows)
    room = console.width - sum(widths[:-1])  # for the last column, were there nothing between the columns
    sentences = widths[-1] > _SENTENCE
    if room - _LINES * len(widths) > (_SENTENCE if sentences else widths[-1]) or not rows:
        _print_grid(console, title, columns, rows, lines=True)
    elif sentences and widths[-1] > room - _GAP * (len(widths) - 1) and room >= _GAP * (len(widths) - 2):
        _print_stacked(console, title, columns, rows, widths[:-1])
    else:
        _print_grid(console, title, columns, rows, lines=False)


#: Cells that a line between two columns takes, and the gap that stands for it where there is none.
_LINES, _GAP = 3, 2
#: A last column longer than this holds sentences.
_SENTENCE = 40


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is when nothing is folded."""
    from rich.cells import cell_len

    return [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]


def _print_grid(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, lines: bool) -> None:
    from rich.box import HEAVY_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=HEAVY_HEAD if lines else None)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(_styled, row))
    console.print(table)


def _print_stacked(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> None:
    """Each row on one line, and the sentence of its last cell below it."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(title, style="italic"))
    console.print(_line([Text(column, style="bold") for column in columns[:-1]], widths))
    for *cells, sentence in rows:
        console.print(_line([_styled(cell) for cell in cells], widths))
        if sentence:
            console.print(Padding(_styled(sentence), (0, 0, 0, 4), expand=False))


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    from rich.text import Text

    for cell, width in zip(cells, widths, strict=True):
        cell.pad_right(width - cell.cell_len)
    joined = Text(" " * _GAP).join(cells)
    joined.rstrip()
    return joined


def _styled(cell: str) -> Text:
    from rich.text import Text

    return Text(cell, style=STYLES.get(cell, ""))

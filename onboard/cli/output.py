"""How commands print: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onboard.adapters.files.owner_alone import for_owner
from onboard.errors import ConfigError

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


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Send what is written inside to a named file, readable for its owner only.

    Raises ConfigError when it cannot be written there.
    """
    try:
        yield
        if path.is_file():
            for_owner(path)
    except OSError as error:
        said = f"{path} could not be written ({error.strerror}). Name a file in a folder that exists and that you may write to."
        raise ConfigError(said) from error


def print_json(value: Any) -> None:
    """JSON, readable and stable; by numbers of characters where the terminal knows few, so that it stays JSON."""
    few = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    say(json.dumps(value, ensure_ascii=few, indent=2, default=str))


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
    """Print a table as wide as the terminal, with words of state colored if possible.

    Where it is too wide, first the lines between the cells go, then the last columns move below their row; no word is broken.
    """
    from rich.console import Console

    console = Console()
    widths = _widths(columns, rows)
    last = min(widths[-1], _SENTENCE)  # a column of sentences may be folded
    fitting = sum(_across(widths[:count]) <= console.width for count in range(1, len(widths) + 1))
    if _across([*widths[:-1], last], _LINES) < console.width or not rows:
        _print_grid(console, title, columns, rows, lines=True)
    elif 0 < fitting < len(widths):
        _print_stacked(console, title, columns, rows, widths[:fitting])
    else:
        _print_grid(console, title, columns, rows, lines=False)


#: Cells that a line between two columns takes, and the gap in its place where there is none.
_LINES, _GAP = 3, 2
#: A last column longer than this holds sentences.
_SENTENCE = 40


def _across(widths: Sequence[int], gap: int = _GAP) -> int:
    """How wide a row is with so much between its cells."""
    return sum(widths) + gap * (len(widths) - 1)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is when nothing is folded."""
    from rich.cells import cell_len

    return [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]


def _print_grid(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, lines: bool) -> None:
    from rich.box import HEAVY_HEAD
    from rich.table import Table

    box = HEAVY_HEAD if lines else None
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, show_edge=False, box=box)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(_styled, row))
    console.print(table)


def _print_stacked(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> None:
    """As many cells of a row on one line as `widths` names; below it the others, by name unless the last is a sentence."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(title, style="italic"))
    kept = len(widths)
    sentences = any(len(row[-1]) > _SENTENCE for row in rows)
    console.print(_line([Text(column, style="bold") for column in columns[:kept]], widths))
    for row in rows:
        console.print(_line([_styled(cell) for cell in row[:kept]], widths))
        for name, cell in zip(columns[kept:], row[kept:], strict=True):
            below = _styled(cell) if sentences and name == columns[-1] else Text(f"{name}: {cell}")
            if cell:
                console.print(Padding(below, (0, 0, 0, 4), expand=False))


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

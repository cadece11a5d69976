"""Tables as CSV that opens safely in a spreadsheet.

A cell that looks like a formula is kept as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onboard.model.rows import csv_table

#: First characters at which a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA[:4]) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180 text with a header row and LF line ends."""
    return csv_table((header, *([safe_cell(cell) for cell in row] for row in rows)))

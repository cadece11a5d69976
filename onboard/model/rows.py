"""Rows of a read by their place.

It decides which row of one read is the same row in another, and which are gone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_EVENT, _INSTRUMENT, _INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
#: What REDCap writes into cells of a form that was never opened; since about version 15.5 it may leave them blank instead.
_UNTOUCHED = frozenset({"", "0"})


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Row:
    """The place of one row: form as "<project>.<instrument>", record, unique event name and instance ("" where none)."""

    form: str
    record: str
    event: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSeen:
    """A cell, or a few, that said the same in every good read from `first` to `last`, both aware."""

    record: str
    row: str  # form, record, instance, event and our field
    digest: str  # of what the cells said
    first: datetime
    last: datetime


def rows_of(form: str, text: str) -> frozenset[Row]:
    """Return the rows of one instrument's CSV, record id first.

    A row that is not an instance and was never filled in is left out.
    """
    lines = csv.reader(io.StringIO(text))
    header = next(lines, [])
    places = {name: header.index(name) for name in (_EVENT, _INSTRUMENT, _INSTANCE) if name in header}
    return frozenset(_rows(form, lines, places))


def _rows(form: str, lines: Iterator[list[str]], places: Mapping[str, int]) -> Iterator[Row]:
    keys = {0, *places.values()}
    for line in lines:
        event, instance = (line[places[name]] if name in places else "" for name in (_EVENT, _INSTANCE))
        if instance or any(cell not in _UNTOUCHED for place, cell in enumerate(line) if place not in keys):
            yield Row(form=form, record=line[0], event=event, instance=instance)


def lost_rows(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Row, ...]:
    """Return rows of the instruments of `before` that `now` lacks, in order.

    A form that is no longer read lost nothing.
    """
    gone = (rows_of(form, text) - rows_of(form, now[form]) for form, text in before.items() if form in now)
    return tuple(sorted(row for rows in gone for row in rows))


def csv_lines(table: str) -> list[tuple[str, list[str]]]:
    """Each row as it is written, and its cells."""
    seen = iter(re.findall(r"[^\n]*\n|[^\n]+", table))
    taken: list[str] = []

    def feed() -> Iterable[str]:
        for one in seen:
            taken.append(one)
            yield one

    found = []
    for row in csv.reader(feed()):
        found.append(("".join(taken), row))
        taken.clear()
    return found


def csv_line(row: list[str]) -> str:
    """A row as it is written."""
    return csv_table([row])


def csv_table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as canonical CSV: comma, LF, quoted where needed.

    A row with a carriage return in a cell is quoted as a whole: Python's writer leaves a bare one where lines end with LF, and a
    reader then ends the row in the middle of that cell, so that one cell would cost the whole read.
    """
    out = io.StringIO()
    plain, careful = csv.writer(out, lineterminator="\n"), csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (careful if "\r" in "".join(row) else plain).writerow(row)
    return out.getvalue()

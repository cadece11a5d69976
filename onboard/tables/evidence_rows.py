"""The number of evidence rows of each person on the form that is also a survey.

It gives the next free row. The number of a row that a review is about is not given again after the row was deleted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict

from onboard.model import Export
from onboard.model.mapping import Mapping, Source
from onboard.tables.sheet import EVENT, INSTANCE, INSTRUMENT

_Row = Sequence[str]

#: Highest number a row may have in REDCap.
MOST = 32767


def evidence_rows(export: Export, mapping: Mapping) -> Dict[str, int] | None:
    """Return record -> its highest instance, whatever the row holds, or a higher one that a review names.

    A record without any is left out, and its next is 1. None when evidence is not sent by survey, or there can be no next row:
    the form does not repeat, or it is in several events and redcap.toml names none.
    """
    source = mapping.hand_in_source
    text = export.instruments.get(source.key) if source else None
    if source is None or not text:
        return None
    lines = csv.reader(io.StringIO(text))
    header = next(lines)
    stands_there, instance_of = _stands_there(header, source), _cell(header, INSTANCE)
    found, rows = _reviewed(export, mapping, source), list(filter(stands_there, lines))
    numbers = [(row[0], instance_of(row)) for row in rows]
    repeats = not rows or any(number.isdecimal() for _, number in numbers)
    if not repeats or (rows and EVENT in header and not source.event):
        return None
    for record, number in numbers:  # a row without a number is the first one: it does not take everybody's number away
        found[record] = max(found.get(record, 0), int(number) if number.isdecimal() else 1)
    return found


def _reviewed(export: Export, mapping: Mapping, evidence: Source) -> dict[str, int]:
    """Record -> the highest number about which there is a review: who hands in under it again would inherit the decision."""
    found: dict[str, int] = {}
    for source in mapping.of("reviews"):
        lines = csv.reader(io.StringIO(export.instruments.get(source.key, "")))
        number_of = _cell(next(lines, []), source.fields.get("row", ""))
        for row in lines if source.project == evidence.project else ():
            text = number_of(row).strip()
            number = int(text) if text.isdecimal() else 0
            if 0 < number <= MOST:
                found[row[0]] = max(found.get(row[0], 0), number)
    return found


def _cell(header: _Row, name: str) -> Callable[[_Row], str]:
    """Return the cell of a column; "" where the column did not come."""
    if name not in header:
        return lambda row: ""
    place = list(header).index(name)
    return lambda row: row[place]


def _stands_there(header: _Row, source: Source) -> Callable[[_Row], bool]:
    """Whether a row is one of this form, here. Base rows come along for every record, and hold nothing of a repeating form."""
    event, instrument, instance = (_cell(header, name) for name in (EVENT, INSTRUMENT, INSTANCE))
    fields = [_cell(header, name) for name in source.fields.values()]

    def stands_there(row: _Row) -> bool:
        if source.event and event(row) not in ("", source.event):
            return False
        if instrument(row) or instance(row):
            return instrument(row) in ("", source.instrument)
        return any(field(row) for field in fields)

    return stands_there

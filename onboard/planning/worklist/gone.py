"""Rows that went from REDCap since the last worklist: a line a record.

Two reads found each loss. What it means for people is in the lines about their work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from onboard.folding import counted
from onboard.model import Line, Person, Section
from onboard.model.phrases import joined, phrase
from onboard.model.records import record_order
from onboard.model.rows import Row
from onboard.planning.lab_day import Desk
from onboard.planning.people import named

#: So many records have a line of their own, and so many rows are named in a line.
_RECORDS, _ROWS = 10, 5


def gone_lines(desk: Desk, before: Mapping[str, Person]) -> list[Line]:
    """Return a line for each record that lost rows.

    `before` holds the people of the last worklist, for the names of those who are gone.
    """
    rows = sorted(desk.assessment.gone, key=lambda row: (record_order(row.record), row))
    records = [(record, list(found)) for record, found in groupby(rows, lambda row: row.record)]
    lines = [_line(desk, record, found, before) for record, found in records[:_RECORDS]]
    more = sum(len(found) for _, found in records[_RECORDS:])
    if more:
        lines.append(
            _gone(title=phrase("gone.more", rows=counted(more, "row"), records=counted(len(records) - _RECORDS, "record")))
        )
    return lines


def _line(desk: Desk, record: str, rows: Sequence[Row], before: Mapping[str, Person]) -> Line:
    here = record in desk.assessment.people
    name = named(desk, record) if here else before[record].name if record in before else ""
    said: str = joined(", ", map(_place, rows[:_ROWS]))
    if len(rows) > _ROWS:
        said = phrase("gone.rows_more", rows=said, count=len(rows) - _ROWS)
    title = said if name else phrase("gone.of_record", record=record, rows=said)
    return _gone(title=title, person=record if here else "", name=name)


def _place(row: Row) -> str:
    """``completion (row 3)``."""
    form = row.form.partition(".")[2]
    return phrase("gone.row", form=form, row=row.instance) if row.instance else form


def _gone(*, title: str, person: str = "", name: str = "") -> Line:
    why, act = phrase("gone.why"), phrase("gone.act")
    return Line(key="", section=Section.GONE, title=title, why=why, act=act, person=person, name=name)

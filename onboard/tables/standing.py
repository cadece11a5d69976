"""What a state says about an appointment, and a pass day counted back from its printed end.

A code that says "has left" wins over a last day that is blank, unreadable or to come (ruling 53 of tests/reckoner/rulings.md); a
last day that is past counts, and beside a code that says "here" it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from onboard.dates import DayWithin, add_months, parse_validity, plus_days, show
from onboard.model import Reading
from onboard.tables.cells import CellProblem
from onboard.tables.people import Columns
from onboard.tables.problems import Problems
from onboard.tables.sheet import Sheet
from onboard.tables.since import ENDING


def standing(problems: Problems, sheet: Sheet, columns: Columns) -> Columns:
    """First and last day of appointments, as their state says."""
    source, reads = sheet.source, sheet.reads
    if reads is None or not (source.ended_if or source.not_begun_if):
        return columns
    for number in range(len(sheet)):
        record, row = sheet.owners[number], _ending_row(sheet, number)
        last = columns["last"][number]
        past = isinstance(last, date) and not isinstance(last, DayWithin) and last < reads.today
        if _says(source.ended_if, sheet, number):
            ended = reads.ended(record, row)
            columns["last"][number] = last if past else ended
            columns["first"][number] = _before(columns["first"][number], columns["last"][number])
            continue
        reads.still_here(record, row)
        first = columns["first"][number]
        if _says(source.not_begun_if, sheet, number):
            coming = isinstance(first, date) and first > reads.today
            columns["first"][number] = first if coming else reads.not_begun()
        elif past and isinstance(last, date) and _state(source.ended_if, sheet, number):
            problems.note(sheet.row(number), "last", _says_here(last), show(last))
    return columns


def _ending_row(sheet: Sheet, number: int) -> str:
    return f"{sheet.source.project}.{sheet.row(number).evidence}#{sheet.source.table}.{ENDING}:state"


def _says(codes: Mapping[str, tuple[str, ...]], sheet: Sheet, number: int) -> bool:
    return any(sheet.raw[column][number].strip() in wanted for column, wanted in codes.items())


def _state(codes: Mapping[str, tuple[str, ...]], sheet: Sheet, number: int) -> bool:
    """Whether the state is typed at all."""
    return any(sheet.raw[column][number].strip() for column in codes)


def _before(first: Reading, last: Any) -> Reading:
    """A first day after the end it is said to have is none to rely on."""
    if isinstance(first, DayWithin) or not isinstance(first, date) or not isinstance(last, date):
        return first
    return first if first.toordinal() <= last.toordinal() else DayWithin.of(None, last)


def _says_here(last: date) -> CellProblem:
    return CellProblem(
        slug="here-and-gone",
        what=f"says that the last day was {show(last)}, and the state says current. The day counts.",
        next_step="Correct the state, or the last day.",
    )


def counted_back(printed_after: str, completed: list[Any], expires: list[Any]) -> list[Any]:
    """The day passed where only the printed end is kept and the institution always prints the pass and a term."""
    validity = parse_validity(printed_after)
    more = 1 if validity.minus_day else 0
    return [
        add_months(plus_days(end, more), -validity.number)
        if isinstance(passed, DayWithin) and isinstance(end, date) and not isinstance(end, DayWithin)
        else passed
        for passed, end in zip(completed, expires, strict=True)
    ]

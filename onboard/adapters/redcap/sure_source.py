"""Reads of REDCap, compared with the last good one.

It decides when a read is made twice and when a smaller one is refused.

People do delete rows, and a server or a proxy may leave some out without a word; only a second read distinguishes the two. A
token that was put into a data access group gives the same small answer every time, so a large loss always needs a person's yes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.model.rows import Row, lost_rows, rows_of
from onboard.ports import RecordSource

#: More than this share of a form, or this share of the people and more, is not believed to be gone.
_FORM_SHARE, _PEOPLE_SHARE = 0.2, 0.1
_SHOWN = 5


class SureSource:
    """A RecordSource whose reads are confirmed.

    `people`: the instruments with one row a person, as "<project>.<instrument>".
    """

    def __init__(self, source: RecordSource, people: Collection[str]) -> None:
        self._source, self._people = source, frozenset(people)

    def fetch(self, last: Mapping[str, str]) -> Export:
        """A read that lacks nothing of `last` (the instruments of the last good read), or that was made twice and holds.

        Made twice: the first read of all, the first one of a form, and any that lacks a row. Raises ReadInDoubt when the second
        lacks a row of the first, or lacks so much of `last` that a person must say that it was deleted.
        """
        first = self._source.fetch(last)
        if last and first.instruments.keys() <= last.keys() and not lost_rows(last, first.instruments):
            return first
        second = self._source.fetch(last)
        _check_agree(first, second)
        self._check_losses(last, second)
        return second

    def _check_losses(self, last: Mapping[str, str], read: Export) -> None:
        gone = lost_rows(last, read.instruments)
        for form, number in Counter(row.form for row in gone).items():
            before = len(rows_of(form, last[form]))
            if number > before * _FORM_SHARE or (form in self._people and number >= before * _PEOPLE_SHARE):
                raise ReadInDoubt(_too_many(form, before, [row for row in gone if row.form == form]))


def _check_agree(first: Export, second: Export) -> None:
    """Check that every row of the first read is in the second.

    A row that was added in between may be there besides.
    """
    gone = lost_rows(first.instruments, second.instruments)
    if gone:
        raise ReadInDoubt(
            f"Two reads one after the other do not agree: the second lacks {_places(gone)}. Nothing of them is used. The jobs "
            "try again until the evening; if it persists, tell the REDCap administrator."
        )


def _too_many(form: str, before: int, gone: Sequence[Row]) -> str:
    return (
        f"{form} lacks {len(gone)} of the {before} rows of the last good read: {_places(gone)}. No mail goes out on this read. "
        "See the project's logging page: if they were deleted on purpose, say so once with --accept-fewer-rows; if not, ask the "
        "REDCap administrator."
    )


def _places(rows: Sequence[Row]) -> str:
    """``person of record 3, completion of record 4 (row 2) and 7 more``."""
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return ", ".join(map(_place, rows[:_SHOWN])) + more


def _place(row: Row) -> str:
    number = f" (row {row.instance})" if row.instance else ""
    return f"{row.form.partition('.')[2]} of record {row.record}{number}"

"""The port that records which person had which record id, and since which read cells have said what they say.

pipeline/persons.py decides who is another person, tables/since.py what stands without a break.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from onboard.model import HandedPaper, PersonSeen, RowSeen


class PeopleSeen(Protocol):
    """The people of the good reads. Every method raises LedgerError when it cannot."""

    def people_seen(self) -> Mapping[str, Sequence[PersonSeen]]:
        """Everybody seen, by record id, the first one first."""
        ...

    def see_people(self, seen: Sequence[PersonSeen]) -> None:
        """Store these people as they are now.

        Where a number is new under its record id, the person who had it before is a former one: items sent to or about them are
        kept under their former name, and what waits for them is taken back.
        """
        ...

    def rows_seen(self) -> Mapping[tuple[str, str], RowSeen]:
        """What good reads showed of cells that say "now", by row and digest."""
        ...

    def see_rows(self, seen: Sequence[RowSeen], before: datetime | None) -> None:
        """Store what a good read shows; `before` is when the good read before it was, None where it is the first."""
        ...

    def handed_papers(self) -> Mapping[str, HandedPaper]:
        """What was read of files that people handed in, by evidence."""
        ...

    def keep_papers(self, papers: Sequence[HandedPaper]) -> None:
        """Store what was read, in the place of what was read of the same rows before."""
        ...

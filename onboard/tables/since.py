"""Since which read a row has stood, for what says "now" and not "since when".

A tick, a yes, an expiry without a pass date, "has left": true on the day of the read, of unknown age (rulings 50 to 53 of
tests/reckoner/rulings.md). The good reads before tell since when at the latest. It reads no ledger: what is known is passed in,
and what this read shows is collected for the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from onboard.dates import DayWithin, plus_days
from onboard.model import RowSeen


@dataclass(slots=True)
class Reads:
    """The reads a row may have stood in: this one, and what the ledger tells of those before."""

    read_at: datetime
    zone: ZoneInfo
    known: Mapping[tuple[str, str], RowSeen] = field(default_factory=dict)  # row, digest -> when it was read so
    last_good: datetime | None = None  # the good read before this one
    facts: dict[tuple[str, str], RowSeen] = field(default_factory=dict)  # what this read shows

    @property
    def today(self) -> date:
        """The local day of this read."""
        return self._day(self.read_at)

    def began(self, record: str, row: str, digest: str) -> DayWithin:
        """The day on which something began that holds now: at the latest that of the first good read since which the row has
        stood without a break."""
        return DayWithin.of(None, self._first(record, row, digest))

    def ended(self, record: str, row: str) -> DayWithin:
        """The last day of what is over now: before the first read that said so, not before the last that said otherwise."""
        first = self._first(record, row, _OVER)
        here = self.known.get((row, _HERE))
        still = self._day(here.last) if here and here.last <= self.read_at else None
        return DayWithin.of(still if still and still < first else None, plus_days(first, -1))

    def still_here(self, record: str, row: str) -> None:
        """Remember that this read says: not over."""
        self._note(record, row, _HERE)

    def not_begun(self) -> DayWithin:
        """The first day of what has not begun by now."""
        return DayWithin.of(self.today + timedelta(days=1), None)

    def _first(self, record: str, row: str, digest: str) -> date:
        self._note(record, row, digest)
        seen = self.known.get((row, digest))
        if seen is None or seen.first > self.read_at:
            return self.today
        unbroken = seen.last >= self.read_at or (self.last_good is not None and seen.last >= self.last_good)
        return self._day(seen.first) if unbroken else self.today

    def _note(self, record: str, row: str, digest: str) -> None:
        one = RowSeen(record=record, row=row, digest=digest, first=self.read_at, last=self.read_at)
        self.facts[row, digest] = one

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


_HERE, _OVER = "here", "over"


def digest_of(cells: Sequence[str]) -> str:
    """A short hash of the cells that say something."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]


#: The row that stands for the day on which a span of a table ends.
ENDING = "last"

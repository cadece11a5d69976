"""The port of the book: what was sent, written down outside the ledger.

It is what remains when the ledger is lost, old, or its disk full; a file in the lab's home fills it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from onboard.model import HandedOver, UsedSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class BookStart:
    """Where a book begins: `after` is the last mail the ledger knew of then, "" for none; `since` is aware."""

    after: str
    since: datetime


class HandOverBook(Protocol):
    """One lab's book. Every method raises LedgerError when the book cannot be read or written."""

    def begin(self, start: BookStart) -> None:
        """Write down that the book is whole from here on; what was written before stays."""
        ...

    def start(self) -> BookStart | None:
        """Return the newest beginning; None where there is no book yet."""
        ...

    def make_ready(self) -> None:
        """Called before a mail is offered: afterwards one more line can be written even on a disk that is full."""
        ...

    def write(self, line: HandedOver | UsedSlot) -> None:
        """Write one line down at once."""
        ...

    def newest_first(self, *, whole: bool = False) -> Iterator[HandedOver | UsedSlot]:
        """The lines since the newest beginning, the newest first; `whole`: those from before it, too."""
        ...

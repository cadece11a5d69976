"""What a ledger is told of mails it does not know to be handed over, seen from inside. Decides the seam: a ledger whose disk was
full, or that is an older copy of itself, learns from the book what went out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from onboard.model import HandedOver, UsedSlot


class CatchingUp(Protocol):
    """The ledger against the book of what was handed over. Every method raises LedgerError when it cannot."""

    def contents(self, message_ids: Sequence[str]) -> Mapping[str, HandedOver]:
        """Messages by id, with the items they settle, as the book keeps them."""
        ...

    def newest_handed_over(self) -> str:
        """The id of the message handed over last, in any mode; "" when there is none."""
        ...

    def knows_message(self, message_id: str) -> bool:
        """Whether there is such a message, whatever became of it."""
        ...

    def unknown(self, lines: Sequence[HandedOver | UsedSlot]) -> Sequence[HandedOver | UsedSlot]:
        """Those of the lines that this ledger knows nothing of, or does not know to be over."""
        ...

    def catch_up(self, lines: Sequence[HandedOver | UsedSlot], now: datetime) -> bool:
        """Remember what the lines say, in one transaction. Returns whether the ledger is an older copy of itself.

        Then what waits in it is taken back: it was planned on an old state of things, and the next plans say again what holds.
        """
        ...

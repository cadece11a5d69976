"""The port by which a ledger learns of sent mails it does not know.

A ledger whose disk was full, or that is an older copy of itself, learns from the book what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from onboard.model import HandedOver, UsedSlot


class CatchingUp(Protocol):
    """The ledger compared with the book of sent mails.

    Every method raises LedgerError when it cannot do its work.
    """

    def contents(self, message_ids: Sequence[str]) -> Mapping[str, HandedOver]:
        """Messages by id, with the items they settle, as the book keeps them."""
        ...

    def newest_handed_over(self) -> str:
        """Return the id of the message sent last, in any mode; "" when there is none."""
        ...

    def knows_message(self, message_id: str) -> bool:
        """Whether there is such a message, whatever became of it."""
        ...

    def unknown(self, lines: Sequence[HandedOver | UsedSlot]) -> Sequence[HandedOver | UsedSlot]:
        """Those of the lines that this ledger knows nothing of, or does not know to be over."""
        ...

    def catch_up(self, lines: Sequence[HandedOver | UsedSlot], now: datetime) -> bool:
        """Store what the lines say, in one transaction.

        Returns whether the ledger is an older copy of itself. Then what waits in it is taken back: it was planned on an old state
        of the records, and the next plans send again what still holds.
        """
        ...

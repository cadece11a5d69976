"""The clock: the only module that reads the machine's time.

Every other module gets the time as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant, aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock with one fixed time, for --as-of and the demo.

    Raises ValueError for a time without a zone.
    """

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the time has no zone: write one, for example +00:00")

    def now(self) -> datetime:
        """The given instant, in UTC."""
        return self.at.astimezone(UTC)

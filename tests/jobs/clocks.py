"""The clock of these tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(slots=True)
class HandClock:
    """A clock that moves only when told to."""

    at: datetime = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it was put to."""
        return self.at

    def set(self, day: date, at: time, zone: ZoneInfo = NEW_YORK) -> None:
        """Go to a local time."""
        self.at = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)

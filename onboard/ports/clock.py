"""The port of the clock: the one source of the time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one door to the time."""

    def now(self) -> datetime:
        """This instant, aware, UTC."""
        ...

"""The sandbox server's own wall clock, and how it reads times.

A server stamps its log and its surveys with its own local time, without a zone, as REDCap writes it. No client passes it. The
maker of the server passes the clock; nothing here reads the machine's.
"""

import re
from collections.abc import Callable
from datetime import datetime

ServerClock = Callable[[], datetime]

_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?")


def still(at: datetime) -> ServerClock:
    """A server's clock with one fixed local time."""
    return lambda: at


def read_moment(text: str) -> datetime | None:
    """`2026-01-02`, `2026-01-02 03:04` or `2026-01-02 03:04:05` as a local time; None for anything else."""
    if not _SHAPE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

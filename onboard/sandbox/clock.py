"""The sandbox server's own wall clock, and how it reads times.

Decides: a server stamps its log with its own local time, without a zone, as REDCap writes it. No client hands it in.
"""

import re
from datetime import datetime

_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?")


def local_now() -> datetime:
    """Now as server local time."""
    return datetime.now()  # noqa: DTZ005, TID251 - a server apart from the product, with a clock of its own


def read_moment(text: str) -> datetime | None:
    """`2026-01-02`, `2026-01-02 03:04` or `2026-01-02 03:04:05` as a local time; None for anything else."""
    if not _SHAPE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

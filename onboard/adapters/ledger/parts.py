"""Small pieces shared by the modules of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_

from onboard.model import Mode


def chunks(keys: Iterable[str], size: int = 500) -> Iterator[tuple[str, ...]]:
    """Parts small enough for one statement."""
    rest = iter(dict.fromkeys(keys))
    while part := tuple(islice(rest, size)):
        yield part


def of_lab(table: Any, lab: str, mode: Mode) -> ColumnElement[bool]:
    """The rows of this lab and mode."""
    return and_(table.c.lab == lab, table.c.mode == mode)

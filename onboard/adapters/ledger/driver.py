"""Statements sent for every message, in the driver's own form.

ledger/sending.py decides what they mean. SQLAlchemy compiles them anew each time, which costs several times what the database
needs to execute them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Dialect, UpdateBase

from onboard.adapters.ledger.schema import Instant

_AS_TEXT = Instant()


class Statement:
    """One statement, put into a driver's words when it is first said there."""

    def __init__(self, clause: UpdateBase) -> None:
        self._clause = clause
        self._words: dict[str, tuple[str, list[str] | None, Mapping[str, Any]]] = {}

    def say(self, cursor: Any, dialect: Dialect, values: Mapping[str, object]) -> int:
        """Run it; `values` by the names of its bindparams, instants aware. Returns how many rows it moved."""
        if dialect.name not in self._words:
            compiled = self._clause.compile(dialect=dialect)
            self._words[dialect.name] = (str(compiled), getattr(compiled, "positiontup", None), compiled.params)
        text, places, fixed = self._words[dialect.name]
        given = {**fixed, **{name: _driver_value(value, dialect) for name, value in values.items()}}
        cursor.execute(text, given if places is None else [given[name] for name in places])
        return int(cursor.rowcount)


#: Executes a statement in an open transaction, and returns how many rows it changed.
Say: TypeAlias = Callable[[Statement, Mapping[str, object]], int]


def _driver_value(value: object, dialect: Dialect) -> object:
    return _AS_TEXT.process_bind_param(value, dialect) if isinstance(value, datetime) else value

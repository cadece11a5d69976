"""Since which good read cells have said what they say, in the ledger.

It decides what continues: what the good read before showed too. What comes back after a break begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from onboard.adapters.ledger.schema import row_seen
from onboard.model import RowSeen


def all_rows(connection: Connection, lab: str) -> Mapping[tuple[str, str], RowSeen]:
    """By row and digest."""
    found = connection.execute(select(row_seen).where(row_seen.c.lab == lab))
    rows = (RowSeen(record=r.record, row=r.row, digest=r.digest, first=r.first, last=r.last) for r in found)
    return {(one.row, one.digest): one for one in rows}


def see(connection: Connection, lab: str, seen: Sequence[RowSeen], before: datetime | None) -> None:
    """Remember what a read shows; `before` is the good read before it, None where it is the first."""
    known, new, changed = all_rows(connection, lab), [], []
    for one in seen:
        old = known.get((one.row, one.digest))
        values = {"row": one.row, "digest": one.digest, "record": one.record, "last": one.last}
        if old is None:
            new.append({"lab": lab, "first": one.first, **values})
        elif one.last > old.last:
            unbroken = before is not None and old.last >= before
            first = old.first if unbroken else one.first
            changed.append({"r": one.row, "d": one.digest, "f": first, "l": one.last})
    if new:
        connection.execute(insert(row_seen), new)
    if changed:
        mine = (row_seen.c.lab == lab) & (row_seen.c.row == bindparam("r")) & (row_seen.c.digest == bindparam("d"))
        connection.execute(update(row_seen).where(mine).values(first=bindparam("f"), last=bindparam("l")), changed)

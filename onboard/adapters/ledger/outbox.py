"""Put messages into the outbox and take them back.

It decides what a plan replaces, what is freed and what is settled with a message; ledger/sending.py sends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from onboard.adapters.ledger.memory import known_items, replaceable
from onboard.adapters.ledger.parts import chunks, of_lab
from onboard.adapters.ledger.schema import MessageState, Phase, body, item, message, run
from onboard.errors import LedgerError
from onboard.model import OPEN_AGAIN, ItemState, JobName, MessageKind, Mode, Run, RunState
from onboard.ports import Outgoing

#: Mail to those who run the lab's day and the tool: never held by the ceiling, never taken back after a bad read.
NOT_TO_PEOPLE = (MessageKind.WORKLIST.value, MessageKind.OPERATOR.value)


def ids_where(connection: Connection, lab: str, mode: Mode, *conditions: ColumnElement[bool]) -> list[str]:
    """The ids of the messages of this lab and mode that fit."""
    return list(connection.execute(select(message.c.id).where(of_lab(message, lab, mode), *conditions)).scalars())


def close(connection: Connection, lab: str, ids: Sequence[str], state: MessageState, detail: str = "") -> None:
    """Close messages that were not offered and free what they carried: the next plan may say it again."""
    values = {"state": state, "token": "", "lease_until": None} | ({"detail": detail} if detail else {})
    for part in chunks(ids):
        connection.execute(update(message).where(message.c.lab == lab, message.c.id.in_(part)).values(values))
        free = item.c.state.in_((ItemState.CLAIMED, ItemState.SKIPPED))
        connection.execute(delete(item).where(item.c.lab == lab, item.c.message.in_(part), free))


def supersede(connection: Connection, lab: str, mode: Mode, job: JobName) -> None:
    """The next plan of a job takes the place of all its queued messages."""
    close(connection, lab, ids_where(connection, lab, mode, replaceable(job)), MessageState.SUPERSEDED)


def withdraw(connection: Connection, lab: str, mode: Mode) -> int:
    """After a bad read nothing queued goes to a person; what may have arrived already is parked, not freed. The slots it was
    planned for are open again: the next good read plans them anew."""
    queued = and_(message.c.state == MessageState.QUEUED, message.c.kind.not_in(NOT_TO_PEOPLE))
    freed = select(message.c.run).where(of_lab(message, lab, mode), queued, message.c.doubtful.is_(False))
    used = run.c.state.in_((RunState.PLANNED, RunState.DONE))
    values = {"state": RunState.FAILED, "held": False, "lease_until": None}
    connection.execute(update(run).where(run.c.lab == lab, run.c.id.in_(freed), used).values(values))
    return close_or_park(connection, lab, mode, queued, MessageState.WITHDRAWN, "taken back: the records could not be read")


def close_or_park(
    connection: Connection, lab: str, mode: Mode, which: ColumnElement[bool], state: MessageState, detail: str
) -> int:
    """Close the queued messages that fit; those that were offered once keep their items and wait for a person."""
    sure = ids_where(connection, lab, mode, which, message.c.doubtful.is_(False))
    doubtful = ids_where(connection, lab, mode, which, message.c.doubtful.is_(True))
    close(connection, lab, sure, state, detail)
    for part in chunks(doubtful):
        mine = (message.c.lab == lab) & message.c.id.in_(part)
        connection.execute(update(message).where(mine).values(state=MessageState.IN_DOUBT, detail=detail))
    return len(sure) + len(doubtful)


def queued_of(run: Run) -> ColumnElement[bool]:
    """The messages of a run that still wait."""
    return and_(message.c.run == run.id, message.c.state == MessageState.QUEUED)


def put(
    connection: Connection, lab: str, mode: Mode, job: JobName, outgoing: Sequence[Outgoing], now: datetime, run: int = 0
) -> None:
    """Insert messages with their items; run 0 is none. Raises LedgerError for an item said already, or twice among these."""
    if not outgoing:
        return
    _refuse_repeats(connection, lab, mode, outgoing)
    home = {"lab": lab, "mode": mode, "job": job, "run": run}
    connection.execute(insert(message), [home | _message(one, now) | {"place": n} for n, one in enumerate(outgoing)])
    connection.execute(insert(body), [{"lab": lab, "message": one.message_id, "mime": one.mime} for one in outgoing])
    rows = [_item(lab, mode, one, key, ItemState.CLAIMED) for one in outgoing for key in one.keys]
    if rows:
        connection.execute(insert(item), rows)
    _skip(connection, lab, mode, outgoing)


def _refuse_repeats(connection: Connection, lab: str, mode: Mode, outgoing: Sequence[Outgoing]) -> None:
    counted = Counter(key for one in outgoing for key in one.keys)
    known = known_items(connection, lab, mode, counted)
    for part in chunks(key for key, state in known.items() if state in OPEN_AGAIN):
        connection.execute(delete(item).where(of_lab(item, lab, mode), item.c.key.in_(part)))
    said = {key for key, state in known.items() if state not in OPEN_AGAIN}
    twice = sorted(said | {key for key, times in counted.items() if times > 1})
    if twice:
        raise LedgerError(f"The plan says {twice[0]} a second time ({len(twice)} such items): nothing of it was queued")


def _message(one: Outgoing, now: datetime) -> dict[str, Any]:
    what = {"kind": one.kind, "reader": one.reader, "person": one.person, "slot": one.slot, "hard": one.hard}
    mail = {"envelope_from": one.envelope_from, "to_addr": one.to_addr, "subject": one.subject}
    life = {
        "state": MessageState.QUEUED,
        "phase": Phase.PRE,
        "token": "",
        "attempts": 0,
        "doubts": 0,
        "doubtful": False,
        "detail": "",
    }
    times = {"next_attempt_at": now, "expires_at": one.expires_at, "created_at": now, "sent_at": None, "lease_until": None}
    return {"id": one.message_id, **what, **mail, **life, **times}


def _item(lab: str, mode: Mode, one: Outgoing, key: str, state: ItemState) -> dict[str, Any]:
    reader = one.reader if state is ItemState.CLAIMED else ""
    return {
        "lab": lab, "mode": mode, "key": key, "state": state, "reader": reader, "slot": one.slot, "message": one.message_id,
    }  # fmt: skip


def _skip(connection: Connection, lab: str, mode: Mode, outgoing: Sequence[Outgoing]) -> None:
    """Mark lower tiers as skipped; what is already recorded about them stays."""
    wanted = {key: one for one in outgoing for key in one.skips}
    known = known_items(connection, lab, mode, wanted)
    rows = [_item(lab, mode, one, key, ItemState.SKIPPED) for key, one in wanted.items() if key not in known]
    if rows:
        connection.execute(insert(item), rows)


def open_items(connection: Connection, lab: str, message_id: str, state: ItemState) -> None:
    """What this message said is to be said again; tiers it skipped are free."""
    mine = (item.c.lab == lab) & (item.c.message == message_id)
    said = item.c.state.in_((ItemState.CLAIMED, ItemState.SENT))
    # without a reader, so that it is open for every address
    connection.execute(update(item).where(mine, said).values(state=state, reader=""))
    connection.execute(delete(item).where(mine, item.c.state == ItemState.SKIPPED))


def digests_owed(connection: Connection, lab: str, mode: Mode, since: date) -> frozenset[str]:
    """Return readers owed a digest: it failed through no fault of their address.

    For a slot since a day, and they got none since.
    """
    rows = connection.execute(
        select(message.c.reader, message.c.state).where(
            of_lab(message, lab, mode), message.c.kind == MessageKind.DIGEST, message.c.slot >= since
        )
    )
    states: dict[str, set[str]] = {}
    for row in rows:
        states.setdefault(row.reader, set()).add(row.state)
    lost = {MessageState.FAILED.value, MessageState.EXPIRED.value}
    gone = lost | {MessageState.SUPERSEDED.value, MessageState.WITHDRAWN.value}
    return frozenset(reader for reader, found in states.items() if found & lost and found <= gone)


def counts(connection: Connection, lab: str, mode: Mode) -> Mapping[str, int]:
    """Return how many messages are in each state."""
    asked = select(message.c.state, func.count().label("number")).where(of_lab(message, lab, mode)).group_by(message.c.state)
    return {row.state: row.number for row in connection.execute(asked)}


def in_doubt(connection: Connection, lab: str, mode: Mode) -> list[Any]:
    """Messages offered without an answer, parked or waiting for their next offer, oldest first; with `followed`: whether a later
    mail of the same kind reached the same reader."""
    later = message.alias()
    follows = select(later.c.id).where(
        of_lab(later, lab, mode), later.c.kind == message.c.kind, later.c.reader == message.c.reader,
        later.c.created_at > message.c.created_at, later.c.state == MessageState.SENT,
    )  # fmt: skip
    waits = message.c.doubtful.is_(True) & (message.c.state == MessageState.QUEUED)
    where = and_(of_lab(message, lab, mode), or_(message.c.state == MessageState.IN_DOUBT, waits))
    asked = select(message, follows.exists().label("followed")).where(where)
    return list(connection.execute(asked.order_by(message.c.created_at, message.c.id)))


def parked(connection: Connection, lab: str, mode: Mode) -> Sequence[Mapping[str, object]]:
    """Messages in doubt, oldest first."""
    names = ("id", "job", "slot", "kind", "reader", "subject", "detail", "state", "hard", "doubts", "followed")
    rows = in_doubt(connection, lab, mode)
    return [{**{name: getattr(row, name) for name in names}, "since": row.next_attempt_at} for row in rows]


def told(connection: Connection, lab: str, mode: Mode, person: str, limit: int) -> Sequence[Mapping[str, object]]:
    """Messages with an item about a person (the second part of its key), newest first."""
    keys: dict[str, list[str]] = {}
    for row in _items_about(connection, lab, mode, person):
        keys.setdefault(row.message, []).append(row.key)
    names = ("id", "job", "slot", "kind", "reader", "subject", "state", "sent_at")
    found = [
        {**{name: getattr(row, name) for name in names}, "keys": tuple(sorted(keys[row.id]))}
        for part in chunks(keys)
        for row in connection.execute(select(message).where(message.c.lab == lab, message.c.id.in_(part)))
    ]
    return sorted(found, key=lambda one: (one["slot"], str(one["id"])), reverse=True)[:limit]


def _items_about(connection: Connection, lab: str, mode: Mode, person: str) -> list[Any]:
    """The person is the second part of an item's key, written as keys write it; the first never holds a slash."""
    part = person.replace("%", "%25").replace("/", "%2F")
    like = item.c.key.contains(f"/{part}/", autoescape=True) | item.c.key.endswith(f"/{part}", autoescape=True)
    rows = connection.execute(
        select(item.c.message, item.c.key).where(of_lab(item, lab, mode), item.c.message.is_not(None), like)
    )
    return [row for row in rows if row.key.split("/")[1] == part]

"""The ledger compared with the book of sent mails.

It decides what counts as known, and what a ledger that is an older copy of itself is given; the book is a file of the home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from onboard.adapters.ledger.memory import known_items
from onboard.adapters.ledger.outbox import close, ids_where, withdraw
from onboard.adapters.ledger.parts import chunks, of_lab
from onboard.adapters.ledger.schema import MessageState, Phase, body, item, message, run
from onboard.model import HandedOver, ItemState, JobName, MessageKind, Mode, RunState, UsedSlot

#: On its way, as far as this ledger knows.
_OPEN = (MessageState.QUEUED, MessageState.SENDING, MessageState.IN_DOUBT)
_USED_UP = (RunState.PLANNED, RunState.DONE)
_SAID = "handed over; known from handed_over.jsonl"

Line = HandedOver | UsedSlot


def contents(connection: Connection, lab: str, message_ids: Sequence[str]) -> Mapping[str, HandedOver]:
    """Messages by id, as the book keeps them."""
    found = {}
    for part in chunks(message_ids):
        said = _items_of(connection, lab, part)
        for row in connection.execute(select(message).where(message.c.lab == lab, message.c.id.in_(part))):
            found[row.id] = _handed_over(row, said.get(row.id, {}))
    return found


def _items_of(connection: Connection, lab: str, ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Message id -> state -> keys."""
    found: dict[str, dict[str, list[str]]] = {}
    asked = select(item.c.message, item.c.state, item.c.key).where(item.c.lab == lab, item.c.message.in_(ids))
    for row in connection.execute(asked.order_by(item.c.key)):
        found.setdefault(row.message, {}).setdefault(row.state, []).append(row.key)
    return found


def _handed_over(row: Any, said: Mapping[str, Sequence[str]]) -> HandedOver:
    return HandedOver(
        id=row.id,
        mode=Mode(row.mode),
        job=JobName(row.job),
        slot=row.slot,
        kind=MessageKind(row.kind),
        reader=row.reader,
        person=row.person,
        to_addr=row.to_addr,
        hard=row.hard,
        keys=(*said.get(ItemState.CLAIMED, ()), *said.get(ItemState.SENT, ())),
        skips=tuple(said.get(ItemState.SKIPPED, ())),
        at=row.sent_at,
    )


def newest_handed_over(connection: Connection, lab: str) -> str:
    """Return the message sent last, "" for none."""
    asked = select(message.c.id).where(message.c.lab == lab, message.c.sent_at.is_not(None))
    return connection.execute(asked.order_by(message.c.sent_at.desc(), message.c.id).limit(1)).scalar() or ""


def knows_message(connection: Connection, lab: str, message_id: str) -> bool:
    """Whether there is such a message."""
    return connection.execute(select(message.c.id).where(message.c.lab == lab, message.c.id == message_id)).first() is not None


def unknown(connection: Connection, lab: str, lines: Sequence[Line]) -> list[Line]:
    """Mails that are missing or on their way as far as this ledger knows, and slots that nothing used."""
    states = _states(connection, lab, [one.id for one in lines if isinstance(one, HandedOver)])
    return [
        one
        for one in lines
        if (states.get(one.id) in (None, *_OPEN) if isinstance(one, HandedOver) else _run_of(connection, lab, one) is None)
    ]


def _states(connection: Connection, lab: str, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(ids):
        rows = connection.execute(select(message.c.id, message.c.state).where(message.c.lab == lab, message.c.id.in_(part)))
        found.update((row.id, row.state) for row in rows)
    return found


def _run_of(connection: Connection, lab: str, one: UsedSlot) -> Any:
    mine = (of_lab(run, lab, one.mode), run.c.job == one.job, run.c.slot == one.slot)
    return connection.execute(select(run.c.id, run.c.state).where(*mine)).first()


def catch_up(connection: Connection, lab: str, lines: Sequence[Line], now: datetime) -> bool:
    """Settle what the ledger knows, add what it does not; whether anything was missing.

    Where something was, all else that waits was planned long ago: it is taken back, after what certainly went is settled.
    """
    mails = [one for one in lines if isinstance(one, HandedOver)]
    slots = [one for one in lines if isinstance(one, UsedSlot)]
    known = _states(connection, lab, [one.id for one in mails])
    for one in mails:
        if known.get(one.id) in _OPEN:
            _settle(connection, lab, one, now)
    missing = [one for one in mails if one.id not in known]
    older = bool(missing) or any(_run_of(connection, lab, slot) is None for slot in slots)
    if older:
        for mode in Mode:
            _take_back(connection, lab, mode)
        for one in reversed(missing):  # the oldest first, so that of two that said the same the newer is remembered
            _add(connection, lab, one, now)
        from_then_on = min((one.at or now for one in missing), default=now)
        for slot in slots:
            _use_up(connection, lab, slot, from_then_on)
    return older


def _settle(connection: Connection, lab: str, one: HandedOver, now: datetime) -> None:
    mine = (message.c.lab == lab) & (message.c.id == one.id)
    values = {"state": MessageState.SENT, "sent_at": one.at or now, "detail": _SAID, "token": "", "lease_until": None}
    connection.execute(update(message).where(mine).values(values))
    _remember_items(connection, lab, one)


def _take_back(connection: Connection, lab: str, mode: Mode) -> None:
    """All that waits for its turn; the slots of mail to people are open again."""
    withdraw(connection, lab, mode)
    queued = (message.c.state == MessageState.QUEUED, message.c.kind == MessageKind.WORKLIST, message.c.doubtful.is_(False))
    close(connection, lab, ids_where(connection, lab, mode, *queued), MessageState.WITHDRAWN, "taken back: an old plan")


def _add(connection: Connection, lab: str, one: HandedOver, now: datetime) -> None:
    """Add a message this ledger never had, without its words.

    Only one message of a slot and reader can be stored: for a second, its items are stored and the older row stays.
    """
    try:
        with connection.begin_nested():
            connection.execute(insert(message).values(_row(lab, one, now)))
    except IntegrityError:
        _remember_items(connection, lab, one, carried=False)
        return
    connection.execute(insert(body).values(lab=lab, message=one.id, mime=b""))
    _remember_items(connection, lab, one)


def _row(lab: str, one: HandedOver, now: datetime) -> dict[str, Any]:
    at = one.at or now
    what = {"kind": one.kind, "reader": one.reader, "person": one.person, "slot": one.slot, "hard": one.hard}
    mail = {"envelope_from": "", "to_addr": one.to_addr, "subject": "", "place": 0, "run": 0}
    life = {"state": MessageState.SENT, "phase": Phase.DATA, "token": "", "attempts": 0, "doubtful": False, "detail": _SAID}
    times = {"next_attempt_at": at, "expires_at": None, "created_at": at, "sent_at": at, "lease_until": None}
    return {"lab": lab, "id": one.id, "mode": one.mode, "job": one.job, **what, **mail, **life, **times}


def _remember_items(connection: Connection, lab: str, one: HandedOver, *, carried: bool = True) -> None:
    """What it said is said, whatever this ledger thought of it; what it made pointless is skipped unless something is known."""
    for part in chunks(one.keys):
        connection.execute(delete(item).where(of_lab(item, lab, one.mode), item.c.key.in_(part)))
    known = known_items(connection, lab, one.mode, one.skips)
    common = {"lab": lab, "mode": one.mode, "slot": one.slot, "message": one.id if carried else None}
    rows = [{**common, "key": key, "state": ItemState.SENT, "reader": one.reader} for key in dict.fromkeys(one.keys)]
    skipped = (key for key in dict.fromkeys(one.skips) if key not in known and key not in one.keys)
    rows += [{**common, "key": key, "state": ItemState.SKIPPED, "reader": ""} for key in skipped]
    if rows:
        connection.execute(insert(item), rows)


def _use_up(connection: Connection, lab: str, one: UsedSlot, from_then_on: datetime) -> None:
    """Use up a slot whose run this ledger does not know.

    Or, from an instant on, knows as it was before the run completed.
    """
    found = _run_of(connection, lab, one)
    done = {"state": RunState.DONE, "ended_at": one.at, "outcome": "restored", "token": "", "lease_until": None, "held": False}
    if found is not None:
        if found.state not in _USED_UP and one.at >= from_then_on:
            connection.execute(update(run).where(run.c.lab == lab, run.c.id == found.id).values(done))
        return
    number = 1 + (connection.execute(select(func.max(run.c.id)).where(run.c.lab == lab)).scalar() or 0)
    given = {"lab": lab, "id": number, "mode": one.mode, "job": one.job, "slot": one.slot, "started_at": one.at}
    connection.execute(insert(run).values({**given, **done, "snapshot": "", "rules": "", "report": "{}"}))

"""Which person had which record id, in the ledger.

It decides what becomes of the former person's items and mails: they are kept under another name, so that the next person begins
anew and proofs and counts of the past still hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from onboard.adapters.ledger.outbox import close
from onboard.adapters.ledger.schema import MessageState, item, message, person_seen, row_seen
from onboard.model import MessageKind, PersonSeen


def everybody(connection: Connection, lab: str) -> Mapping[str, Sequence[PersonSeen]]:
    """By record id, the first one first."""
    rows = connection.execute(select(person_seen).where(person_seen.c.lab == lab).order_by(person_seen.c.number))
    found: dict[str, list[PersonSeen]] = {}
    for row in rows:
        one = PersonSeen(record=row.record, number=row.number, since=row.since, marks=frozenset(row.marks.split()))
        found.setdefault(row.record, []).append(one)
    return found


def see(connection: Connection, lab: str, seen: Sequence[PersonSeen]) -> None:
    """Remember each; who had the record id before becomes a former one."""
    newest = {record: people[-1] for record, people in everybody(connection, lab).items()}
    for one in seen:
        before = newest.get(one.record)
        if before and one.number > before.number:
            _make_former(connection, lab, before)
        _put(connection, lab, one)
        newest[one.record] = one


def _put(connection: Connection, lab: str, one: PersonSeen) -> None:
    mine = (person_seen.c.lab == lab) & (person_seen.c.record == one.record) & (person_seen.c.number == one.number)
    marks = " ".join(sorted(one.marks))
    if connection.execute(update(person_seen).where(mine).values(marks=marks)).rowcount == 0:
        row = {"lab": lab, "record": one.record, "number": one.number, "since": one.since, "marks": marks}
        connection.execute(insert(person_seen).values(row))


def _make_former(connection: Connection, lab: str, former: PersonSeen) -> None:
    connection.execute(delete(row_seen).where(row_seen.c.lab == lab, row_seen.c.record == former.record))
    theirs = (message.c.lab == lab) & (message.c.person == former.record)
    waiting = (message.c.state == MessageState.QUEUED) & message.c.doubtful.is_(False) & (message.c.kind != MessageKind.OPERATOR)
    ids = list(connection.execute(select(message.c.id).where(theirs, waiting)).scalars())
    close(connection, lab, ids, MessageState.WITHDRAWN, "taken back: the record id is another person's now")
    connection.execute(update(message).where(theirs).values(person=former.former_name))
    for row in _items(connection, lab, former.record):
        mine = (item.c.lab == lab) & (item.c.mode == row.mode) & (item.c.key == row.key)
        connection.execute(update(item).where(mine).values(key=_renamed(row.key, former)))


def _items(connection: Connection, lab: str, record: str) -> list[Any]:
    """Return items about the person, and items sent to them about others.

    The keys of the latter end in the reader's record id.
    """
    part = _part(record)
    like = [
        item.c.key.contains(f"/{part}/", autoescape=True),
        item.c.key.endswith(f"/{part}", autoescape=True),
        item.c.key.endswith(f":{part}", autoescape=True),
    ]
    rows = connection.execute(select(item.c.mode, item.c.key).where(item.c.lab == lab, or_(*like)))
    return [row for row in rows if _about(row.key, part) or _told_to(row.key, part)]


def _part(record: str) -> str:
    """A record id as keys write it."""
    return record.replace("%", "%25").replace("/", "%2F")


def _about(key: str, part: str) -> bool:
    return key.split("/")[1:2] == [part]


def _told_to(key: str, part: str) -> bool:
    """Keys of what several readers get end in ``word:READER``; episodes end in a day."""
    return key.startswith("escalation/") and key.rpartition("/")[2].partition(":")[2] == part


def _renamed(key: str, former: PersonSeen) -> str:
    part, new = _part(former.record), _part(former.former_name)
    if _told_to(key, part):
        key = f"{key.removesuffix(part)}{new}"
    if _about(key, part):
        kind, _, *rest = key.split("/")
        key = "/".join([kind, new, *rest])
    return key

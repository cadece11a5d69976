"""The history in the ledger: items, problems, troubles, snapshots, rules.

Also closed addresses. ledger/outbox.py has the life of a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, not_, or_, select, update

from onboard.adapters.ledger import refusals
from onboard.adapters.ledger.engine import EVERYBODY
from onboard.adapters.ledger.parts import chunks, of_lab
from onboard.adapters.ledger.schema import (
    MessageState,
    head,
    item,
    message,
    person_seen,
    problem,
    read,
    rules,
    rules_use,
    snapshot,
)
from onboard.model import (
    History,
    ItemRecord,
    ItemState,
    JobName,
    MailRecord,
    MessageKind,
    Mode,
    Snapshot,
)

#: Scope of the problems of a read, beside the troubles of the tool itself.
RECORDS = "records"
_GONE = (MessageState.SUPERSEDED, MessageState.WITHDRAWN)
#: A year of a big lab is a hundred thousand rows; looking a word up costs less than asking the enumeration for it.
_STATES = {state.value: state for state in ItemState}
_KINDS = {kind.value: kind for kind in MessageKind}


def history(connection: Connection, lab: str, mode: Mode, ignoring: JobName | None) -> History:
    """Everything said, as if the queued messages of `ignoring` were gone (operator notices are never planned again)."""
    version, started = _head(connection, lab, mode, ignoring)
    return History(
        version=version,
        started=started,
        items=_items(connection, lab, mode, ignoring),
        mails=_mails(connection, lab, mode, ignoring),
        addresses=refusals.memories(connection, lab, mode),
        problems_seen=seen(connection, lab, RECORDS),
        new_people=_new_people(connection, lab),
        parked=_parked(connection, lab, mode),
        unclear=tuple(sorted({one.partition(" ")[2] for one in seen(connection, lab, unclear_scope(mode))})),
    )


def _new_people(connection: Connection, lab: str) -> Mapping[str, datetime]:
    """The record ids that were another person's before, with the read that showed the present one first."""
    asked = select(person_seen.c.record, person_seen.c.since).where(person_seen.c.lab == lab, person_seen.c.number > 1)
    return {row.record: row.since for row in connection.execute(asked.order_by(person_seen.c.number))}


def unclear_scope(mode: Mode) -> str:
    """Scope of the reports in the mailbox that a person must look at."""
    return f"{mode}/unclear"


def _head(connection: Connection, lab: str, mode: Mode, job: JobName | None) -> tuple[int, bool]:
    rows = connection.execute(select(head).where(of_lab(head, lab, mode))).all()
    counted = [row for row in rows if job is None or row.job in (job, EVERYBODY)]
    started = any(row.started for row in rows if job in (None, row.job))
    return sum(row.version for row in counted), started


def began(connection: Connection, lab: str, mode: Mode) -> frozenset[JobName]:
    """The jobs of a mode that went live."""
    rows = connection.execute(select(head.c.job).where(of_lab(head, lab, mode), head.c.started.is_(True))).scalars()
    return frozenset(JobName(job) for job in rows)


def version(connection: Connection, lab: str, mode: Mode, job: JobName) -> int:
    """The version a plan of `job` would be made on now."""
    return _head(connection, lab, mode, job)[0]


def replaceable(job: JobName) -> ColumnElement[bool]:
    """Messages the next plan of `job` takes the place of: queued and certainly never offered."""
    queued = and_(message.c.job == job, message.c.state == MessageState.QUEUED)
    return and_(queued, message.c.kind != MessageKind.OPERATOR, message.c.doubtful.is_(False))


def _items(connection: Connection, lab: str, mode: Mode, ignoring: JobName | None) -> Mapping[str, ItemRecord]:
    asked = select(item.c.key, item.c.state, item.c.reader, item.c.slot).where(of_lab(item, lab, mode))
    if ignoring is not None:
        carried = (message.c.lab == item.c.lab) & (message.c.id == item.c.message)
        asked = asked.outerjoin(message, carried).where(or_(message.c.id.is_(None), not_(replaceable(ignoring))))
    rows = connection.execute(asked)
    return {key: ItemRecord(key=key, state=_STATES[state], reader=reader, on=slot) for key, state, reader, slot in rows}


def _mails(connection: Connection, lab: str, mode: Mode, ignoring: JobName | None) -> tuple[MailRecord, ...]:
    columns = (message.c.kind, message.c.reader, message.c.person, message.c.slot, message.c.state, message.c.job)
    asked = select(*columns).where(of_lab(message, lab, mode), message.c.state.not_in(_GONE))
    if ignoring is not None:
        asked = asked.where(not_(replaceable(ignoring)))
    rows = connection.execute(asked.order_by(message.c.slot, message.c.created_at, message.c.place))
    return tuple(
        MailRecord(kind=_KINDS[kind], reader=reader, person=person, slot=slot, state=state, job=job)
        for kind, reader, person, slot, state, job in rows
    )


def _parked(connection: Connection, lab: str, mode: Mode) -> int:
    where = and_(of_lab(message, lab, mode), message.c.state == MessageState.IN_DOUBT)
    return connection.execute(select(func.count()).select_from(message).where(where)).scalar_one()


def known_items(connection: Connection, lab: str, mode: Mode, keys: Iterable[str]) -> dict[str, ItemState]:
    """The state of those of `keys` that are remembered."""
    found: dict[str, ItemState] = {}
    for part in chunks(keys):
        rows = connection.execute(select(item.c.key, item.c.state).where(of_lab(item, lab, mode), item.c.key.in_(part)))
        found.update((row.key, ItemState(row.state)) for row in rows)
    return found


def baseline(connection: Connection, lab: str, mode: Mode, job: JobName, keys: Sequence[str], slot: date) -> None:
    """Remember keys as already true, leave what is known alone, and mark the job as started."""
    known = known_items(connection, lab, mode, keys)
    common = {"lab": lab, "mode": mode, "state": ItemState.BASELINE, "reader": "", "slot": slot, "message": None}
    fresh = [{**common, "key": key} for key in dict.fromkeys(keys) if key not in known]
    if fresh:
        connection.execute(insert(item), fresh)
    connection.execute(update(head).where(of_lab(head, lab, mode), head.c.job == job).values(started=True))


def seen(connection: Connection, lab: str, scope: str) -> dict[str, date]:
    """First-seen of each key of a scope."""
    where = (problem.c.lab == lab) & (problem.c.scope == scope)
    return {row.key: row.first_seen for row in connection.execute(select(problem).where(where))}


def see(connection: Connection, lab: str, scope: str, keys: Sequence[str], today: date) -> Mapping[str, date]:
    """First-seen of each key; new ones are remembered, those gone forgotten."""
    known = seen(connection, lab, scope)
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    if fresh:
        rows = [{"lab": lab, "scope": scope, "key": key, "first_seen": today} for key in fresh]
        connection.execute(insert(problem), rows)
    for part in chunks(known.keys() - set(keys)):
        where = (problem.c.lab == lab) & (problem.c.scope == scope) & problem.c.key.in_(part)
        connection.execute(delete(problem).where(where))
    return {key: known.get(key, today) for key in keys}


def save_snapshot(connection: Connection, lab: str, saved: Snapshot) -> None:
    """The text once, each read."""
    mine = (snapshot.c.lab == lab) & (snapshot.c.id == saved.id)
    if connection.execute(select(snapshot.c.id).where(mine)).first() is None:
        connection.execute(insert(snapshot).values(lab=lab, id=saved.id, text=saved.text, rows=saved.rows))
    again = (read.c.lab == lab) & (read.c.read_at == saved.read_at)
    if connection.execute(update(read).where(again).values(snapshot=saved.id)).rowcount == 0:
        connection.execute(insert(read).values(lab=lab, read_at=saved.read_at, snapshot=saved.id))


def snapshot_at(connection: Connection, lab: str, known_on: datetime | None) -> Snapshot | None:
    """The newest good read, or the newest not later than an instant."""
    joined = (snapshot.c.lab == read.c.lab) & (snapshot.c.id == read.c.snapshot)
    asked = select(snapshot, read.c.read_at).join(snapshot, joined).where(read.c.lab == lab)
    if known_on is not None:
        asked = asked.where(read.c.read_at <= known_on)
    found = connection.execute(asked.order_by(read.c.read_at.desc()).limit(1)).first()
    return None if found is None else Snapshot(id=found.id, text=found.text, rows=found.rows, read_at=found.read_at)


def save_rules(connection: Connection, lab: str, version: str, text: str, now: datetime, mode: Mode) -> None:
    """The text once, each change of the text in use in a mode."""
    mine = (rules.c.lab == lab) & (rules.c.version == version)
    if connection.execute(select(rules.c.version).where(mine)).first() is None:
        connection.execute(insert(rules).values(lab=lab, version=version, text=text, first_used=now))
    in_use = rules_at(connection, lab, None, mode)
    if in_use is not None and in_use[0] == version:
        return
    again = of_lab(rules_use, lab, mode) & (rules_use.c.used_from == now)
    if connection.execute(update(rules_use).where(again).values(version=version)).rowcount == 0:
        connection.execute(insert(rules_use).values(lab=lab, mode=mode, used_from=now, version=version))


def rules_at(connection: Connection, lab: str, known_on: datetime | None, mode: Mode | None = None) -> tuple[str, str] | None:
    """(version, text) in use in a mode at an instant, now when None; without a mode the live use, else the trial's."""
    if mode is None:
        return rules_at(connection, lab, known_on, Mode.LIVE) or rules_at(connection, lab, known_on, Mode.TRIAL)
    joined = (rules.c.lab == rules_use.c.lab) & (rules.c.version == rules_use.c.version)
    asked = select(rules.c.version, rules.c.text).join(rules_use, joined).where(of_lab(rules_use, lab, mode))
    if known_on is not None:
        asked = asked.where(rules_use.c.used_from <= known_on)
    found = connection.execute(asked.order_by(rules_use.c.used_from.desc()).limit(1)).first()
    return None if found is None else (found.version, found.text)

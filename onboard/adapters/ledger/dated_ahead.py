"""What a clock that was ahead left in the ledger, dated anew once the clock is right.

It decides when days and instants after now are taken for such a clock's, and which days they get. What was sent stays said; a
slot of a day that is still to come is free again, so that the day's own jobs run on it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, distinct, func, or_, select, update

from onboard.adapters.ledger.outbox import close, ids_where
from onboard.adapters.ledger.parts import of_lab
from onboard.adapters.ledger.schema import (
    MessageState,
    item,
    message,
    person_seen,
    problem,
    read,
    refusal,
    row_seen,
    rules,
    rules_accepted,
    rules_use,
    run,
    suppressed,
    transport,
)
from onboard.dates import CLOCK_LEEWAY, plus_days
from onboard.model import MessageKind, Mode, RunState

#: What becomes of a run whose slot was used before its day.
AHEAD = "ahead"
#: So long after it was put right it is still said: for the rest of that day.
SAID_FOR = timedelta(hours=18)
_USED_UP = (RunState.PLANNED, RunState.DONE)
_GONE = (MessageState.SUPERSEDED, MessageState.WITHDRAWN)
#: Instants of what happened, outside the moves that date more: none of them may be later than now.
HAPPENED: tuple[Column[Any], ...] = (
    *(run.c.started_at, run.c.ended_at),
    *(message.c.created_at, message.c.sent_at),
    *(rules.c.first_used, person_seen.c.since, suppressed.c.since, refusal.c.at),
    *(row_seen.c.first, row_seen.c.last),
    *(transport.c.since, transport.c.ended),
)
#: The same where an instant tells the rows of a lab apart, so that no two may become one.
APART: tuple[Column[Any], ...] = (read.c.read_at, rules_use.c.used_from, rules_accepted.c.accepted_at)
#: Instants and days that may lie ahead, or go with a row that is dated here: leases, last moments, days of items and mails.
ELSEWHERE: tuple[Column[Any], ...] = (
    *(run.c.lease_until, run.c.read_at, run.c.slot),
    *(message.c.lease_until, message.c.expires_at, message.c.slot, message.c.next_attempt_at),
    *(transport.c.until, item.c.slot, problem.c.first_seen, refusal.c.on_day),
)
#: No lease is longer, and no mail is tried again later.
_LONGEST_LEASE, _LONGEST_WAIT = timedelta(hours=1), timedelta(days=4)
_APART = timedelta(microseconds=1)
#: Item keys that hold the day of a list of which each day has its own, and those that hold the day on which something was seen
#: first. A checklist keeps its day: it is about one person's steps, and the same words would go twice.
_BY_DAY, _BY_FIRST_SEEN = ("digest", "worklist"), ("operator", "problem")


def put_right(connection: Connection, lab: str, mode: Mode, today: date, now: datetime, *, sure: bool) -> bool:
    """Date anew what is dated after `today` (a local date) or `now`. Returns whether anything was.

    `sure`: REDCap's clock agrees with this machine's. Without that a clock that is behind now would look the same: then
    nothing is touched where more used slots lie ahead than behind.
    """
    if not sure and _days(connection, lab, mode, run.c.slot > today) > _days(connection, lab, mode, run.c.slot < today):
        return False
    yesterday = plus_days(today, -1)
    _free_slots(connection, lab, mode, today, now)
    days = _date_messages(connection, lab, mode, today)
    _date_items(connection, lab, mode, today, days)
    late = now + CLOCK_LEEWAY
    _end_waiting(connection, lab, late, now)
    for column in HAPPENED:
        _set(connection, column, lab, late, now)
    _set(connection, problem.c.first_seen, lab, today, yesterday)
    _set(connection, refusal.c.on_day, lab, today, today)
    for column in APART:
        _keep_apart(connection, column, lab, late, now)
    return True


def _end_waiting(connection: Connection, lab: str, late: datetime, now: datetime) -> None:
    """What waits for an instant of that clock waits no longer."""
    holds = and_(transport.c.lab == lab, transport.c.since > late)
    connection.execute(update(transport).where(holds).values(until=now))
    far = or_(message.c.created_at > late, message.c.next_attempt_at > now + _LONGEST_WAIT)
    waits = and_(message.c.lab == lab, message.c.next_attempt_at > late, far)
    connection.execute(update(message).where(waits).values(next_attempt_at=now))
    for table in (message, run):
        leased = and_(table.c.lab == lab, table.c.lease_until > now + _LONGEST_LEASE)
        connection.execute(update(table).where(leased).values(lease_until=now))


def _days(connection: Connection, lab: str, mode: Mode, which: Any) -> int:
    """How many days have a used slot."""
    where = and_(of_lab(run, lab, mode), run.c.state.in_(_USED_UP), which)
    return connection.execute(select(func.count(distinct(run.c.slot))).where(where)).scalar_one()


def _free_slots(connection: Connection, lab: str, mode: Mode, today: date, now: datetime) -> None:
    """The rows stay: they say what was, and that the slot is known."""
    which = and_(of_lab(run, lab, mode), run.c.state.in_(_USED_UP), run.c.slot > today)
    values = {"state": RunState.FAILED, "held": False, "lease_until": None, "outcome": AHEAD, "ended_at": now}
    connection.execute(update(run).where(which).values(values))


def _date_messages(connection: Connection, lab: str, mode: Mode, today: date) -> dict[str, date]:
    """Take back what waits; the rest was of the last day before today on which its job sent that reader nothing.

    Returns the day of each by its id.
    """
    ahead = message.c.slot > today
    waits = and_(message.c.state == MessageState.QUEUED, message.c.doubtful.is_(False), message.c.kind != MessageKind.OPERATOR)
    close(connection, lab, ids_where(connection, lab, mode, ahead, waits), MessageState.WITHDRAWN, "taken back: dated ahead")
    columns = (message.c.id, message.c.job, message.c.reader, message.c.slot, message.c.state)
    rows = list(connection.execute(select(*columns).where(of_lab(message, lab, mode)).order_by(message.c.slot.desc())))
    taken = {(row.job, row.reader, row.slot) for row in rows if row.state not in _GONE}
    found: dict[str, date] = {}
    for row in (row for row in rows if row.slot > today):
        day = plus_days(today, -1)
        while row.state not in _GONE and (row.job, row.reader, day) in taken:
            day = plus_days(day, -1)
        taken.add((row.job, row.reader, day))
        found[row.id] = day
        mine = and_(message.c.lab == lab, message.c.id == row.id)
        connection.execute(update(message).where(mine).values(slot=day))
    return found


def _date_items(connection: Connection, lab: str, mode: Mode, today: date, days: dict[str, date]) -> None:
    """Said is said; only on another day, and under that day's key."""
    known = set(connection.execute(select(item.c.key).where(of_lab(item, lab, mode))).scalars())
    rows = connection.execute(select(item.c.key, item.c.slot, item.c.message).where(of_lab(item, lab, mode), item.c.slot > today))
    for row in list(rows):
        day = days.get(row.message or "", plus_days(today, -1))
        key = _key(row.key, row.slot, day, plus_days(today, -1))
        mine = and_(of_lab(item, lab, mode), item.c.key == row.key)
        if key != row.key and key in known:
            connection.execute(delete(item).where(mine))
        else:
            connection.execute(update(item).where(mine).values(key=key, slot=day))
        known.add(key)


def _key(key: str, old: date, day: date, yesterday: date) -> str:
    kind, *rest = key.split("/")
    new = day if kind in _BY_DAY else yesterday if kind in _BY_FIRST_SEEN else old
    return "/".join([kind, *(new.isoformat() if part == old.isoformat() else part for part in rest)])


def _set(connection: Connection, column: Column[Any], lab: str, after: date | datetime, value: date | datetime) -> None:
    table = _table(column)
    connection.execute(update(table).where(table.c.lab == lab, column > after).values({column.name: value}))


def _keep_apart(connection: Connection, column: Column[Any], lab: str, late: datetime, now: datetime) -> None:
    """Just before now, in their order."""
    table = _table(column)
    known = set(connection.execute(select(column).where(table.c.lab == lab).distinct()).scalars())
    new = now
    for old in sorted((one for one in known if one > late), reverse=True):
        new -= _APART
        while new in known:
            new -= _APART
        connection.execute(update(table).where(table.c.lab == lab, column == old).values({column.name: new}))
        if table is read:
            connection.execute(update(run).where(run.c.lab == lab, run.c.read_at == old).values(read_at=new))


def _table(column: Column[Any]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table

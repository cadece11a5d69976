"""A message being sent: claimed, offered, settled.

It decides the moves; every one is fenced by the token of the claim, so a sender that lost its lease can change nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from onboard.adapters.ledger import refusals
from onboard.adapters.ledger.driver import Say, Statement
from onboard.adapters.ledger.outbox import NOT_TO_PEOPLE, close, close_or_park, open_items
from onboard.adapters.ledger.parts import chunks
from onboard.adapters.ledger.schema import MessageState, Phase, body, item, message, run
from onboard.errors import LedgerError
from onboard.model import Fault, ItemState, MessageKind, Mode, Refusal
from onboard.ports import Posted

#: How often the same bytes may be offered without an answer before only a person, or time, ends the doubt.
MOST_DOUBTS = 3
_FIRST_DELAY = timedelta(minutes=2)
_LONGEST_DELAY = timedelta(hours=1)

#: Says that plans must see a change: all of them, or those of one job.
Bump = Callable[[str], None]


def delay(attempts: int) -> timedelta:
    """How long to wait after the nth attempt: 2, 4, 8 ... minutes, an hour at most."""
    return min(_FIRST_DELAY * (1 << min(attempts - 1, 10)), _LONGEST_DELAY)


def expire(connection: Connection, lab: str, mode: Mode, now: datetime) -> int:
    """Close queued messages that are stale; what they said is free. Returns how many."""
    if connection.execute(_STALE, {"the_lab": lab, "the_mode": mode, "now": now}).first() is None:
        return 0
    stale = and_(message.c.state == MessageState.QUEUED, message.c.expires_at <= now)
    gone = and_(message.c.lab == lab, message.c.mode == mode, stale, message.c.doubtful.is_(False))
    columns = (message.c.id, message.c.to_addr, message.c.slot)
    refusals.stale(connection, lab, mode, list(connection.execute(select(*columns).where(gone))), now)
    return close_or_park(connection, lab, mode, stale, MessageState.EXPIRED, "not handed over in time")


def due(connection: Connection, lab: str, mode: Mode, now: datetime, limit: int) -> list[Any]:
    """Return queued messages whose time has come, hard deadlines first.

    Those held by a ceiling are left out.
    """
    return list(connection.execute(_DUE, {"the_lab": lab, "the_mode": mode, "now": now, "most": limit}))


def claim(connection: Connection, lab: str, rows: Sequence[Any], lease: datetime) -> list[Posted]:
    """Take rows under one fresh token."""
    token = secrets.token_hex(8)
    for part in chunks(row.id for row in rows):
        connection.execute(_CLAIMED, {"the_lab": lab, "ids": part, "new_token": token, "new_lease": lease})
    return [
        Posted(
            id=row.id,
            kind=MessageKind(row.kind),
            reader=row.reader,
            envelope_from=row.envelope_from,
            to_addr=row.to_addr,
            mime=row.mime,
            token=token,
            attempts=row.attempts,
            hard=row.hard,
            doubts=row.doubts,
        )
        for row in rows
    ]


# Said for every message or batch, so put together once: building a statement costs as much as running it.
_QUEUED = and_(
    message.c.lab == bindparam("the_lab"), message.c.mode == bindparam("the_mode"), message.c.state == MessageState.QUEUED
)
_STALE = select(message.c.id).where(_QUEUED, message.c.expires_at <= bindparam("now")).limit(1)
_POST = (
    message.c.lab, message.c.id, message.c.job, message.c.kind, message.c.reader, message.c.envelope_from, message.c.to_addr,
    message.c.attempts, message.c.doubts, message.c.hard, message.c.created_at, message.c.place,
)  # fmt: skip
_NEXT = (
    select(*_POST)
    .outerjoin(run, (run.c.lab == message.c.lab) & (run.c.id == message.c.run))
    .where(_QUEUED, message.c.next_attempt_at <= bindparam("now"))
    .where(or_(run.c.held.is_not(True), message.c.kind.in_(NOT_TO_PEOPLE)))
    .order_by(message.c.hard.desc(), message.c.created_at, message.c.place)
    .limit(bindparam("most"))
    .subquery()
)
#: The bytes are fetched for the messages sent next, not for all that wait.
_DUE = (
    select(_NEXT, body.c.mime)
    .join(body, (body.c.lab == _NEXT.c.lab) & (body.c.message == _NEXT.c.id))
    .order_by(_NEXT.c.hard.desc(), _NEXT.c.created_at, _NEXT.c.place)
)
_CLAIMED = (
    update(message)
    .where(message.c.lab == bindparam("the_lab"), message.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=MessageState.SENDING, phase=Phase.PRE, token=bindparam("new_token"), lease_until=bindparam("new_lease"))
)
#: The fence: this row, under this token, still on its way.
_HELD = and_(
    message.c.lab == bindparam("the_lab"),
    message.c.id == bindparam("the_id"),
    message.c.token == bindparam("the_token"),
    message.c.state == MessageState.SENDING,
)
_OFFERED = Statement(update(message).where(_HELD).values(phase=Phase.DATA, lease_until=bindparam("new_lease")))
_SENT = Statement(
    update(message)
    .where(_HELD)
    .values(state=MessageState.SENT, sent_at=bindparam("at"), detail=bindparam("said"), lease_until=None)
)
_ITEMS_SENT = (
    update(item)
    .where(item.c.lab == bindparam("the_lab"), item.c.message == bindparam("the_id"), item.c.state == ItemState.CLAIMED)
    .values(state=ItemState.SENT)
)
_SAY_ITEMS_SENT = Statement(_ITEMS_SENT)


def _fence(lab: str, post: Posted) -> dict[str, str]:
    return {"the_lab": lab, "the_id": post.id, "the_token": post.token}


def _move(connection: Connection, lab: str, post: Posted, **values: object) -> bool:
    return connection.execute(update(message).where(_HELD).values(values), _fence(lab, post)).rowcount == 1


def offered(say: Say, lab: str, post: Posted, lease: datetime) -> bool:
    """From here on the bytes may have left."""
    return say(_OFFERED, {**_fence(lab, post), "new_lease": lease}) == 1


def sent(say: Say, lab: str, post: Posted, detail: str, now: datetime) -> bool:
    """Handed over: what it said is said."""
    moved = say(_SENT, {**_fence(lab, post), "at": now, "said": detail}) == 1
    if moved:
        say(_SAY_ITEMS_SENT, {"the_lab": lab, "the_id": post.id})
    return moved


def retry(
    connection: Connection, lab: str, mode: Mode, post: Posted, detail: str, now: datetime, attempted: bool, bump: Bump
) -> bool:
    """Back to the queue, until it is stale."""
    attempts = post.attempts + attempted
    wait = delay(attempts) if attempted else timedelta(0)
    back = {"state": MessageState.QUEUED, "phase": Phase.PRE, "token": "", "lease_until": None}
    moved = _move(connection, lab, post, **back, attempts=attempts, next_attempt_at=now + wait, detail=detail)
    if moved:
        bump(job_of(connection, lab, post.id))  # a plan of this job may count it as gone again
    return moved


def certainly_refused(connection: Connection, lab: str, post: Posted) -> bool:
    """The server said no after the message: whatever happens next, it was not taken."""
    return _move(connection, lab, post, phase=Phase.PRE)


def failed(connection: Connection, lab: str, mode: Mode, post: Posted, found: Refusal, detail: str, bump: Bump) -> bool:
    """Given up: what it said is free for the next plan, unless an earlier offer of it may have arrived."""
    moved = _move(connection, lab, post, detail=detail)
    if moved:
        state = MessageState.REFUSED if found.fault is Fault.ADDRESS else MessageState.FAILED
        close_or_park(connection, lab, mode, message.c.id == post.id, state, detail)
        bump("*")
    return moved


def in_doubt(
    connection: Connection, lab: str, post: Posted, detail: str, now: datetime, again_at: datetime | None, bump: Bump
) -> bool:
    """Offered without an answer: the same bytes go again at an instant, or wait for a person and for time."""
    values: dict[str, Any] = {"state": MessageState.IN_DOUBT, "next_attempt_at": now}
    if again_at is not None:
        lives = again_at + _LIVES_AFTER_OFFER
        older = select(message.c.expires_at).where(message.c.lab == lab, message.c.id == post.id)
        expires = connection.execute(older).scalar()
        values = {
            "state": MessageState.QUEUED, "phase": Phase.PRE, "next_attempt_at": again_at,
            "expires_at": expires if expires is None or expires > lives else lives,
        }  # fmt: skip
    moved = _move(
        connection, lab, post, **values, doubts=post.doubts + 1, doubtful=True, token="", lease_until=None, detail=detail
    )
    if moved:
        bump(job_of(connection, lab, post.id))
    return moved


#: A mail that is offered again lives so long after the time of that offer.
_LIVES_AFTER_OFFER = timedelta(hours=12)


def overdue(connection: Connection, lab: str, now: datetime) -> list[Any]:
    """Return claimed rows whose sender is gone."""
    gone = and_(message.c.lab == lab, message.c.state == MessageState.SENDING, message.c.lease_until < now)
    columns = (message.c.id, message.c.mode, message.c.phase, message.c.hard, message.c.doubts, message.c.token)
    return list(connection.execute(select(*columns).where(gone)))


def recover(connection: Connection, lab: str, row: Any, now: datetime) -> str:
    """Recover one row whose sender is gone.

    Returns "queued", "parked", or "" when another process was quicker.
    """
    parks = row.phase == Phase.DATA and not (row.hard and row.doubts == 0)
    state = MessageState.IN_DOUBT if parks else MessageState.QUEUED
    detail = "the sender stopped after offering it" if row.phase == Phase.DATA else "the sender stopped before offering it"
    values = {"doubts": row.doubts + (row.phase == Phase.DATA), "next_attempt_at": now, "detail": detail}
    if row.phase == Phase.DATA:
        values["doubtful"] = True
    same = and_(
        message.c.lab == lab, message.c.id == row.id, message.c.token == row.token, message.c.phase == row.phase,
        message.c.state == MessageState.SENDING, message.c.lease_until < now,
    )  # fmt: skip
    back = {"state": state, "phase": Phase.PRE, "token": "", "lease_until": None}
    moved = connection.execute(update(message).where(same).values(back | values)).rowcount == 1
    return ("parked" if parks else "queued") if moved else ""


def end_doubt(connection: Connection, lab: str, message_id: str, now: datetime, arrived: bool | None) -> bool:
    """End a doubt. False for a message that is not in doubt any more.

    None: it stays unknown, and its items may be sent again, with a word about it.
    """
    waits = message.c.doubtful.is_(True) & (message.c.state == MessageState.QUEUED)
    mine = and_(message.c.lab == lab, message.c.id == message_id, or_(message.c.state == MessageState.IN_DOUBT, waits))
    if connection.execute(select(message.c.id).where(mine)).first() is None:
        return False
    if arrived:
        connection.execute(update(message).where(mine).values(state=MessageState.SENT, sent_at=now))
        connection.execute(_ITEMS_SENT, {"the_lab": lab, "the_id": message_id})
    elif arrived is None:
        connection.execute(update(message).where(mine).values(state=MessageState.FAILED, detail="unknown whether it arrived"))
        open_items(connection, lab, message_id, ItemState.DOUBTED)
    else:
        close(connection, lab, [message_id], MessageState.FAILED, "did not arrive")
    return True


def find(connection: Connection, lab: str, mode: Mode, beginning: str) -> list[Any]:
    """Return messages whose id begins so, newest first.

    Users copy the first characters.
    """
    like = message.c.id.startswith("<" + beginning.strip("<> ").lower(), autoescape=True)
    columns = (
        message.c.id,
        message.c.state,
        message.c.slot,
        message.c.kind,
        message.c.reader,
        message.c.sent_at,
        message.c.doubtful,
    )
    where = and_(message.c.lab == lab, message.c.mode == mode, like)
    return list(connection.execute(select(*columns).where(where).order_by(message.c.created_at.desc()).limit(20)))


def job_of(connection: Connection, lab: str, message_id: str) -> str:
    """The job a message was planned by."""
    return str(connection.execute(select(message.c.job).where(message.c.lab == lab, message.c.id == message_id)).scalar_one())


def mode_of(connection: Connection, lab: str, message_id: str) -> Mode:
    """The mode of a message. Raises LedgerError for an unknown one."""
    found = connection.execute(select(message.c.mode).where(message.c.lab == lab, message.c.id == message_id)).scalar()
    if found is None:
        raise LedgerError(f"There is no message {message_id} in this ledger: copy its id from the list of those in doubt")
    return Mode(found)

"""Bounces in the ledger. Decides whose mail a report is about, that each mail counts once, and that the second suppresses the
address; what a report says is `onboard.pipeline.bounce_reports`.

They are kept among the things first seen on a day: scope ``bounce/<mode>/<address>``, key the mail (or the report) counted.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from onboard.adapters.ledger.memory import of_lab
from onboard.adapters.ledger.outbox import suppress
from onboard.adapters.ledger.schema import MessageState, item, message, problem
from onboard.model import Bounce, BounceEffect, ItemState, Mode

#: So many different mails must have come back ...
_ENOUGH = 2
#: ... within so many days.
_WITHIN = timedelta(days=60)
#: A report without a Message-ID counts for the last mail to its address if that is no older.
_RECENT = timedelta(days=7)
#: States of a mail that a server may have taken.
_TAKEN = (MessageState.SENT, MessageState.IN_DOUBT, MessageState.REFUSED)


def bounced(connection: Connection, lab: str, mode: Mode, bounce: Bounce, today: date, now: datetime) -> BounceEffect:
    """Count one report; see the port."""
    if not bounce.hard:
        return BounceEffect.NOTHING
    row = _mail(connection, lab, mode, bounce, now)
    if bounce.plain and not _agree(bounce, row):
        return BounceEffect.UNCLEAR if row is not None or not _names_a_mail(bounce) else BounceEffect.NOTHING
    if row is None:
        return BounceEffect.NOTHING
    scope, key = _scope(mode, row.to_addr), row.id if _names_a_mail(bounce) else bounce.report
    counted = _counted(connection, lab, scope)
    if key in counted:
        return BounceEffect.NOTHING
    connection.execute(insert(problem).values(lab=lab, scope=scope, key=key, first_seen=today))
    recent = sum(today - _WITHIN <= day <= today for day in (*counted.values(), today))
    enough = recent >= _ENOUGH
    _did_not_arrive(connection, lab, row.id, bounce, shut=enough)
    if not enough:
        return BounceEffect.NOTED
    suppress(connection, lab, mode, row.to_addr, f"came back {recent} times: {bounce.status} {bounce.words}", now)
    return BounceEffect.SUPPRESSED


def forget(connection: Connection, lab: str, mode: Mode, address: str) -> None:
    """Somebody says that the address is good: counting begins anew."""
    connection.execute(delete(problem).where(problem.c.lab == lab, problem.c.scope == _scope(mode, address)))


def _scope(mode: Mode, address: str) -> str:
    return f"bounce/{mode}/{address}"


def _counted(connection: Connection, lab: str, scope: str) -> dict[str, date]:
    rows = connection.execute(select(problem).where(problem.c.lab == lab, problem.c.scope == scope))
    return {row.key: row.first_seen for row in rows}


def _names_a_mail(bounce: Bounce) -> bool:
    """Whether it says which mail, and not only to whom."""
    return bool(bounce.message_id or bounce.key)


def _agree(bounce: Bounce, row: Any) -> bool:
    """Plain words anybody can type: they must name a mail of ours and the address that mail went to."""
    return row is not None and _names_a_mail(bounce) and row.to_addr.lower() in bounce.addresses


def _mail(connection: Connection, lab: str, mode: Mode, bounce: Bounce, now: datetime) -> Any:
    """The mail a report is about. One that names a mail we never sent is about somebody else's, or forged."""
    ours = select(message.c.id, message.c.to_addr).where(of_lab(message, lab, mode))
    if _names_a_mail(bounce):
        taken = or_(message.c.state.in_(_TAKEN), message.c.doubtful)
        own = message.c.id.startswith(f"<{bounce.key}@", autoescape=True) & message.c.envelope_from.contains(bounce.key)
        named = (message.c.id == bounce.message_id) | own if bounce.key else message.c.id == bounce.message_id
        return connection.execute(ours.where(named, taken)).first()
    fresh = ours.where(message.c.state.in_(_TAKEN), message.c.sent_at > now - _RECENT)
    to_it = fresh.where(func.lower(message.c.to_addr).in_(bounce.addresses))
    return connection.execute(to_it.order_by(message.c.sent_at.desc()).limit(1)).first()


def _did_not_arrive(connection: Connection, lab: str, message_id: str, bounce: Bounce, *, shut: bool) -> None:
    """The mail was not read: what it said is free for the next plan, or `shut` until the address changes."""
    mine = (message.c.lab == lab) & (message.c.id == message_id)
    detail = f"came back: {bounce.status} {bounce.words}"
    connection.execute(update(message).where(mine).values(state=MessageState.REFUSED, detail=detail))
    carried = (item.c.lab == lab) & (item.c.message == message_id)
    said = item.c.state.in_((ItemState.CLAIMED, ItemState.SENT))
    # an item that nobody's address refused is open for every address
    refused = {"state": ItemState.REFUSED} | ({} if shut else {"reader": ""})
    connection.execute(update(item).where(carried, said).values(refused))
    connection.execute(delete(item).where(carried, item.c.state == ItemState.SKIPPED))

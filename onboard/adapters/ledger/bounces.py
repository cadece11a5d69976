"""Bounces in the ledger.

It decides whose mail a report is about and that each mail counts once. `onboard.pipeline.bounce_reports` reads a report,
`onboard.planning.refusals` says what it means, `onboard.planning.standing` what state the address is in.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from onboard.adapters.ledger import refusals
from onboard.adapters.ledger.outbox import open_items
from onboard.adapters.ledger.parts import of_lab
from onboard.adapters.ledger.schema import MessageState, message
from onboard.model import Bounce, BounceEffect, Fault, ItemState, Mode

#: A report without a Message-ID counts for the last mail to its address if that is no older.
_RECENT = timedelta(days=7)
#: States of a mail that a server may have taken.
_TAKEN = (MessageState.SENT, MessageState.IN_DOUBT, MessageState.REFUSED)


def bounced(connection: Connection, lab: str, mode: Mode, bounce: Bounce, today: date, now: datetime) -> BounceEffect:
    """Count one report; see the port."""
    if not bounce.failed:
        return BounceEffect.NOTHING
    row = _mail(connection, lab, mode, bounce, now)
    if bounce.plain and not _agree(bounce, row):
        return BounceEffect.UNCLEAR if row is not None or not _names_a_mail(bounce) else BounceEffect.NOTHING
    if row is None or _counted(connection, lab, row, bounce):
        return BounceEffect.NOTHING
    refusals.note(connection, lab, mode, (row.id, row.to_addr), bounce.refusal, min(row.slot, today), now, report=bounce.report)
    _did_not_arrive(connection, lab, row.id, bounce)
    return BounceEffect.NOTED


def _counted(connection: Connection, lab: str, row: Any, bounce: Bounce) -> bool:
    """Whether a report was counted before.

    A report that names no mail is identified by itself: the next mail to the address is not what it is about.
    """
    return refusals.counted(connection, lab, row.id, row.to_addr, "" if _names_a_mail(bounce) else bounce.report)


def _names_a_mail(bounce: Bounce) -> bool:
    """Whether it says which mail, and not only to whom."""
    return bool(bounce.message_id or bounce.key)


def _agree(bounce: Bounce, row: Any) -> bool:
    """Plain words anybody can type: they must name a mail of ours and the address that mail went to."""
    return row is not None and _names_a_mail(bounce) and row.to_addr.lower() in bounce.addresses


def _mail(connection: Connection, lab: str, mode: Mode, bounce: Bounce, now: datetime) -> Any:
    """Return the mail a report is about.

    A report that names a mail we never sent is about another sender's mail, or forged.
    """
    ours = select(message.c.id, message.c.to_addr, message.c.slot).where(of_lab(message, lab, mode))
    if _names_a_mail(bounce):
        taken = or_(message.c.state.in_(_TAKEN), message.c.doubtful)
        own = message.c.id.startswith(f"<{bounce.key}@", autoescape=True) & message.c.envelope_from.contains(bounce.key)
        named = (message.c.id == bounce.message_id) | own if bounce.key else message.c.id == bounce.message_id
        return connection.execute(ours.where(named, taken)).first()
    fresh = ours.where(message.c.state.in_(_TAKEN), message.c.sent_at > now - _RECENT)
    to_it = fresh.where(func.lower(message.c.to_addr).in_(bounce.addresses))
    return connection.execute(to_it.order_by(message.c.sent_at.desc()).limit(1)).first()


def _did_not_arrive(connection: Connection, lab: str, message_id: str, bounce: Bounce) -> None:
    """The mail was not read: what it said is free for the next plan."""
    mine = (message.c.lab == lab) & (message.c.id == message_id)
    found = bounce.refusal
    state = MessageState.REFUSED if found.fault is Fault.ADDRESS else MessageState.FAILED
    detail = f"came back: {found.status} {found.words}"
    connection.execute(update(message).where(mine).values(state=state, detail=detail))
    open_items(connection, lab, message_id, ItemState.REFUSED)

"""Refusals in the ledger: the last refusal of each mail, and per address.

`onboard.planning.standing` decides the state of an address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from onboard.adapters.ledger.parts import chunks, of_lab
from onboard.adapters.ledger.schema import MessageState, message, refusal, suppressed
from onboard.model import Action, AddressMemory, Fault, GivenUp, Mark, MessageKind, Mode, Refusal, Step

#: Those that end a mail.
_FINAL = (Action.COUNT, Action.TELL)


def note(
    connection: Connection,
    lab: str,
    mode: Mode,
    mail: tuple[str, str],
    found: Refusal,
    on_day: date,
    now: datetime,
    report: str = "",
) -> None:
    """Remember one answer to a mail (its id and address), or a report about it; a mail has one row, that of the last one."""
    message_id, address = mail
    values = {
        "mode": mode, "on_day": on_day, "at": now, "address": address, "report": report, "step": found.step, "fault": found.fault,
        "action": found.action, "weak": found.weak, "code": found.code, "status": found.status, "words": found.words,
    }  # fmt: skip
    mine = (refusal.c.lab == lab) & (refusal.c.message == message_id)
    if connection.execute(update(refusal).where(mine).values(values)).rowcount == 0:
        connection.execute(insert(refusal).values(lab=lab, message=message_id, **values))


def stale(connection: Connection, lab: str, mode: Mode, rows: Sequence[Any], now: datetime) -> None:
    """Settle mails not sent in time: the last answer to each becomes final."""
    known = _last(connection, lab, [row.id for row in rows])
    for row in rows:
        last = known.get(row.id, _NOT_IN_TIME)
        given_up = Refusal(
            step=last.step, fault=last.fault, action=Action.TELL, code=last.code, status=last.status, words=last.words
        )
        note(connection, lab, mode, (row.id, row.to_addr), given_up, row.slot, now)


#: For a mail that never met an answer: all mail was held, or nothing ran.
_NOT_IN_TIME = Refusal(step=Step.LOGIN, fault=Fault.NETWORK, action=Action.TELL, words="not handed over in time")


def _last(connection: Connection, lab: str, ids: Sequence[str]) -> dict[str, Refusal]:
    found: dict[str, Refusal] = {}
    for part in chunks(ids):
        rows = connection.execute(select(refusal).where(refusal.c.lab == lab, refusal.c.message.in_(part)))
        found.update((row.message, _refusal(row)) for row in rows)
    return found


def _refusal(row: Any) -> Refusal:
    return Refusal(
        step=Step(row.step), fault=Fault(row.fault), action=Action(row.action), code=row.code, status=row.status, words=row.words,
        weak=row.weak,
    )  # fmt: skip


def counted(connection: Connection, lab: str, message_id: str, address: str, report: str) -> bool:
    """Whether a report about this mail was counted already, or this `report` about the address; "" for none."""
    same = and_(refusal.c.message == message_id, refusal.c.report != "")
    if report:
        same = or_(same, and_(refusal.c.report == report, refusal.c.address == address))
    return connection.execute(select(refusal.c.message).where(refusal.c.lab == lab, same)).first() is not None


def memories(connection: Connection, lab: str, mode: Mode) -> Mapping[str, AddressMemory]:
    """What is remembered of each address that refused mail."""
    rows = connection.execute(
        select(refusal).where(of_lab(refusal, lab, mode), refusal.c.action.in_(_FINAL)).order_by(refusal.c.at)
    )
    marks: dict[str, list[Mark]] = {}
    for row in rows:
        if row.step != Step.LOGIN:  # not handed over in time because all mail was held: says nothing of an address
            marks.setdefault(row.address, []).append(_mark(row))
    older = {
        row.address: Mark(at=row.since, day=row.since.date(), fault=Fault.ADDRESS, words=row.why)
        for row in connection.execute(select(suppressed).where(of_lab(suppressed, lab, mode)))
    }
    addresses = marks.keys() | older.keys()
    taken = _taken(connection, lab, mode, addresses)
    return {
        address: AddressMemory(
            marks=tuple(marks.get(address, ())), taken=tuple(taken.get(address, ())), older=older.get(address)
        )
        for address in sorted(addresses)
    }  # fmt: skip


def _mark(row: Any) -> Mark:
    step = Step(row.step)
    return Mark(
        at=row.at, day=row.on_day, fault=Fault(row.fault), words=_said(row), weak=row.weak, by_report=step is Step.REPORT
    )  # fmt: skip


def _said(row: Any) -> str:
    """As people read it: ``550 5.1.1 User unknown``."""
    code = str(row.code) if row.code else ""
    status = "" if row.status and row.status in row.words else row.status
    return " ".join(part for part in (code, status, row.words) if part)


def _taken(connection: Connection, lab: str, mode: Mode, addresses: Collection[str]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    sent = and_(of_lab(message, lab, mode), message.c.state == MessageState.SENT, message.c.sent_at.is_not(None))
    for part in chunks(addresses):
        asked = select(message.c.to_addr, message.c.sent_at).where(sent, message.c.to_addr.in_(part))
        for row in connection.execute(asked.order_by(message.c.sent_at)):
            found.setdefault(row.to_addr, []).append(row.sent_at)
    return found


def given_up(connection: Connection, lab: str, mode: Mode, since: datetime) -> list[GivenUp]:
    """Mails that did not arrive and will not, decided since an instant, oldest first."""
    mine = (message.c.lab == refusal.c.lab) & (message.c.id == refusal.c.message)
    asked = select(refusal, message.c.kind, message.c.reader, message.c.subject).join(message, mine)
    final = and_(of_lab(refusal, lab, mode), refusal.c.action.in_(_FINAL), refusal.c.at >= since)
    return [
        GivenUp(
            message=row.message, on=row.on_day, address=row.address, kind=MessageKind(row.kind), reader=row.reader,
            subject=row.subject, refusal=_refusal(row),
        )
        for row in connection.execute(asked.where(final).order_by(refusal.c.at, refusal.c.message))
    ]  # fmt: skip


def reopen(connection: Connection, lab: str, mode: Mode, address: str) -> int:
    """Forget the evidence against an address. Returns how many refusals went."""
    gone = connection.execute(delete(suppressed).where(of_lab(suppressed, lab, mode), suppressed.c.address == address)).rowcount
    theirs = and_(of_lab(refusal, lab, mode), refusal.c.address == address)
    return gone + connection.execute(delete(refusal).where(theirs)).rowcount


def keep(connection: Connection, lab: str, mode: Mode, addresses: Collection[str]) -> int:
    """Forget the evidence against addresses that are not among these. Returns how many addresses went."""
    known = set(connection.execute(select(func.distinct(refusal.c.address)).where(of_lab(refusal, lab, mode))).scalars())
    known |= set(connection.execute(select(suppressed.c.address).where(of_lab(suppressed, lab, mode))).scalars())
    gone = sorted(known - set(addresses))
    for address in gone:
        reopen(connection, lab, mode, address)
    return len(gone)

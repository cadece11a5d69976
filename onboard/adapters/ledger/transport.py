"""Whether mail is held, in the ledger: one row a lab and mode.

It decides how long, and that one process at a time tries one mail; `onboard.planning.refusals` decides why mail is held.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from onboard.adapters.ledger.parts import of_lab
from onboard.adapters.ledger.schema import transport
from onboard.model import Cause, Mode, Refusal, Step, Transport

#: How long to wait after each try that failed; the last one again and again.
WAITS = {
    Cause.LOGIN: (timedelta(hours=1), timedelta(hours=4)),
    Cause.QUOTA: (timedelta(hours=4),),
    Cause.OTHER: tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240)),
}


def state(connection: Connection, lab: str, mode: Mode) -> Transport | None:
    """The hold there is, or the last one there was."""
    row = connection.execute(select(transport).where(of_lab(transport, lab, mode))).first()
    return None if row is None else _of_row(row)


def _of_row(row: Any) -> Transport:
    return Transport(
        cause=Cause(row.cause), step=Step(row.step), code=row.code, status=row.status, words=row.words, since=row.since,
        until=row.until, tries=row.tries, tripped_by=row.tripped_by, settings=row.settings, ended=row.ended,
    )  # fmt: skip


def hold(
    connection: Connection, lab: str, mode: Mode, found: Refusal, words: str, reader: str, settings: str, now: datetime
) -> Transport:
    """Hold all mail, or hold it longer after a try that failed."""
    before = state(connection, lab, mode)
    lasts = before is not None and before.held
    tries = before.tries + 1 if before is not None and lasts else 1
    waits = WAITS[found.cause]
    values = {
        "cause": found.cause, "step": found.step, "code": found.code, "status": found.status, "words": words,
        "since": before.since if before is not None and lasts else now, "until": now + waits[min(tries, len(waits)) - 1],
        "tries": tries, "tripped_by": reader, "settings": settings, "ended": None,
    }  # fmt: skip
    if before is None:
        connection.execute(insert(transport).values(lab=lab, mode=mode, **values))
    else:
        connection.execute(update(transport).where(of_lab(transport, lab, mode)).values(values))
    found_now = state(connection, lab, mode)
    assert found_now is not None
    return found_now


def may_try(held: Transport, settings: str, now: datetime) -> bool:
    """Whether one mail may be tried: its time has come, or what a person corrects was changed since the last try."""
    return held.until <= now or held.settings != settings


def trying(connection: Connection, lab: str, mode: Mode, settings: str, until: datetime) -> None:
    """One process tries: the others wait until then, when it must have said what became of it."""
    connection.execute(update(transport).where(of_lab(transport, lab, mode)).values(until=until, settings=settings))


def try_now(connection: Connection, lab: str, mode: Mode, now: datetime) -> bool:
    """Let the next run try one mail. False when nothing is held."""
    held = of_lab(transport, lab, mode) & transport.c.ended.is_(None)
    return connection.execute(update(transport).where(held).values(until=now)).rowcount == 1


def let_go(connection: Connection, lab: str, mode: Mode, now: datetime) -> None:
    """A mail was taken: the hold is over."""
    held = of_lab(transport, lab, mode) & transport.c.ended.is_(None)
    connection.execute(update(transport).where(held).values(ended=now))

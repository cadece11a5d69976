"""Check the sending mailbox: which mails came back and which were sent.

This module orders the steps. bounce_reports.py reads a report; the ledger stores what it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from onboard.errors import TransportDown
from onboard.model import Bounce, BounceEffect, JobName, Mode, RunReport
from onboard.pipeline.bounce_reports import read_report
from onboard.pipeline.catching_up import catch_up
from onboard.pipeline.delivering import Drained
from onboard.pipeline.telling import tell
from onboard.pipeline.tools import Stop, Tools, never
from onboard.pipeline.troubles import Trouble, trouble
from onboard.ports import BounceSource, Clock, Ledger

#: Reports are looked for so many days back: a server may try for five days before it gives up, and we may have been off.
_LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look changed."""

    reports: int = 0  # mails that are delivery reports
    noted: tuple[Bounce, ...] = ()  # a mail of ours that did not arrive, for the first time
    unclear: tuple[Bounce, ...] = ()  # plain words that do not say which of our mails: a person looks
    settled: tuple[str, ...] = ()  # Message-IDs in doubt that were found among the sent mail


def look(source: BounceSource, ledger: Ledger, clock: Clock, mode: Mode, today: date) -> Looked:
    """Count what came back and end doubts about what left. Looking again changes nothing.

    Raises TransportDown when the mailbox cannot be read, LedgerError when nothing can be written down.
    """
    try:
        settled = _settle(source, ledger, clock, mode)
        reports = source.reports(today - _LOOK_BACK)
        read = [bounces for raw in reports if (bounces := read_report(raw, source.given_up))]
    finally:
        source.close()
    effects = [(one, ledger.bounced(mode, one, today, clock.now())) for bounces in read for one in bounces]
    of = {effect: tuple(one for one, found in effects if found is effect) for effect in BounceEffect}
    unclear = of[BounceEffect.UNCLEAR]
    ledger.see_unclear(mode, [f"{one.report} {_in_short(one)}" for one in unclear], today)
    return Looked(
        reports=len(read),
        noted=of[BounceEffect.NOTED],
        unclear=unclear,
        settled=settled,
    )


def _in_short(one: Bounce) -> str:
    words = one.refusal.words
    return f"{', '.join(one.addresses)}: {words}" if words else ", ".join(one.addresses)


def look_before_jobs(
    tools: Tools, source: BounceSource | None, job: JobName, today: date, mode: Mode, stop: Stop = never
) -> RunReport:
    """The same before the day's jobs. A mailbox that cannot be read is told to the operator, once while it lasts."""
    catch_up(tools.ledger, tools.book, tools.clock.now())
    found: list[Trouble] = []
    if source is not None:
        try:
            look(source, tools.ledger, tools.clock, mode, today)
        except TransportDown as error:
            found.append(trouble("mailbox", "Returned mail cannot be read", str(error)))
    told, drained = tell(tools, mode, job, today, {"mailbox": found}, Drained(), stop)
    texts = tuple(one.text for one in told.all)
    return RunReport(
        job=job, slot=today, mode=mode, outcome="bounces", deliveries=drained.deliveries, trouble=texts, untold=bool(told.untold)
    )  # fmt: skip


def _settle(source: BounceSource, ledger: Ledger, clock: Clock, mode: Mode) -> tuple[str, ...]:
    """Settle doubtful mails found in the Sent folder as sent; return their ids.

    A mail that is not there may have been sent all the same: a person decides.
    """
    doubtful = [str(row["id"]) for row in ledger.parked(mode)]
    left = source.in_sent(doubtful) if doubtful else frozenset()
    for message_id in sorted(left):
        ledger.settle(message_id, clock.now(), arrived=True)
    return tuple(sorted(left))

"""Telling the operator what needs a person. Decides which troubles of the mail there are, and that a new one is written to
the operator through the same outbox; what else is in a run's report is running's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onboard.model import JobName, Mode
from onboard.pipeline.delivering import Drained, MessageWriter, drain, write_all
from onboard.pipeline.tools import Stop, Tools
from onboard.pipeline.troubles import Trouble, news, operator_notices, trouble


def mail_troubles(tools: Tools, mode: Mode, drained: Drained) -> dict[str, Sequence[Trouble]]:
    """A dead transport, messages in doubt, messages given up. A drain that tried nothing says nothing of the transport."""
    parked = [_in_doubt(row) for row in tools.ledger.parked(mode)]
    given_up = [
        trouble(f"given_up/{one.message_id}", "A mail was given up", f"{one.kind} to {one.reader}: {one.detail}")
        for one in drained.deliveries
        if one.state == "failed"
    ]
    scopes: dict[str, Sequence[Trouble]] = {"parked": parked, "given_up": given_up}
    if drained.down:
        scopes["transport"] = [trouble("transport", "Mail cannot be handed over", drained.down)]
    elif drained.deliveries:
        scopes["transport"] = []
    return scopes


def _in_doubt(row: Mapping[str, object]) -> Trouble:
    text = (
        f"{row['kind']} of {row['slot']} to {row['reader']} was offered, and the link was lost before an answer. Look into "
        f"the Sent folder for Message-ID {row['id']}; it is not sent again by itself."
    )
    return Trouble(key=f"parked/{row['id']}", title="A mail may or may not have arrived", text=text)


def tell(
    tools: Tools,
    mode: Mode,
    job: JobName,
    today: date,
    scopes: Mapping[str, Sequence[Trouble]],
    drained: Drained,
    stop: Stop,
) -> tuple[list[Trouble], Drained]:
    """Write to the operator about each new trouble, and hand that over while the transport stands.

    Returns all troubles, new or not, and what was handed over in the whole run.
    """
    found = news(tools.ledger, mode, scopes, today)
    notices = operator_notices(tools.lab, _untold(tools, mode, found), today) if tools.lab.operator else []
    written = write_all(notices, message_writer(tools, mode), tools.clock.now())
    fresh = tools.ledger.enqueue_operator(mode, job, written.outgoing, tools.clock.now()) if written.outgoing else 0
    if fresh and not drained.down:
        more = drain(tools.mailer, tools.ledger, tools.clock, mode, stop, book=tools.book)
        drained = Drained(deliveries=(*drained.deliveries, *more.deliveries), down=more.down)
    return [one for _, one in found], drained


def _untold(tools: Tools, mode: Mode, found: Sequence[tuple[str, Trouble]]) -> list[tuple[str, Trouble]]:
    """The troubles nobody was written to about; the others are put into no words again."""
    if not found:
        return []
    said = tools.ledger.history(mode).said
    return [(key, one) for key, one in found if not said(key)]


def message_writer(tools: Tools, mode: Mode) -> MessageWriter:
    """What writes the messages of a run."""
    return MessageWriter(render=tools.render, compose=tools.compose, lab=tools.lab, mode=mode)

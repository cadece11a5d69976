"""The mail to a person about themselves, its lines and their order.

Stopped today, due, records complete, receipts.
"""

from __future__ import annotations

from onboard.model import Line, MessageKind, Notice, Reader, Section
from onboard.planning.blockers import blocks
from onboard.planning.causes import LAW, Class, due_key
from onboard.planning.closures import closed_lines
from onboard.planning.deadlines import Edge, due_tier, edges, own_act
from onboard.planning.lab_day import Desk
from onboard.planning.lines import checking_line, in_grace, owed, silenced
from onboard.planning.notices import notice, with_calendar
from onboard.planning.pauses import pause_lines
from onboard.planning.people import is_new_hire, mail_day, myself, writable
from onboard.planning.receipts import cleared_lines, receipts, renewed_lines, resolved_lines


def personal_notices(desk: Desk, *, away_too: bool = False) -> list[Notice]:
    """Return one notice for each person with news, by record id.

    New hires are left out; planning/checklists.py writes to them. With `away_too` the absence of a person keeps nothing back.
    """
    found = []
    for record, address in writable(desk).items():
        if (away_too or mail_day(desk, record)) and not is_new_hire(desk, record):
            made = _personal(desk, record, myself(desk, record, address))
            if made:
                found.append(made)
    return found


def _personal(desk: Desk, record: str, reader: Reader) -> Notice | None:
    blocked = closed_lines(desk, record, reader.address) + pause_lines(desk, record, reader.address)
    due = due_lines(desk, record, reader.address)
    news = cleared_lines(desk, record, reader.address) + resolved_lines(desk, record, reader.address)
    news += renewed_lines(desk, record, reader.address)
    lines = blocked + due + news + receipts(desk, record, reader.address)
    if not lines:
        return None
    lines, calendar = with_calendar(desk, record, reader.address, lines)
    return notice(desk, MessageKind.REMINDER, reader, lines, calendar=calendar)


# due ------------------------------------------------------------------------------------------------------------------


def due_lines(desk: Desk, record: str, address: str) -> list[Line]:
    """Return reminders whose tier has come, for what the person does, and what is being checked for them.

    Left out: what stops their work today.
    """
    said = {b.of for b in blocks(desk, record)}
    found = []
    for edge in edges(desk.findings(record), desk.today):
        if edge.of in said or not asks(desk, edge):
            continue
        if edge.doubted:
            key = due_key(desk, edge, address, LAW[Class.UNKNOWN])
            found += [checking_line(desk, edge, key)] if key else []
            continue
        tier = due_tier(desk, edge, address)
        if tier is not None:
            found.append(owed(desk, edge, Section.DUE, tier))
    return found


def asks(desk: Desk, edge: Edge) -> bool:
    """Whether a person may be reminded of an edge at all, whatever its tier."""
    silent = edge.claimed or in_grace(desk, edge) or silenced(desk, edge)
    return own_act(edge.requirement) and not silent

"""The mail to a person about themselves, its lines and their order.

Stopped today, due, records complete, receipts.
"""

from __future__ import annotations

from dataclasses import replace

from onboard.judging.readiness import status_on, why
from onboard.model import Line, MessageKind, Notice, Reader, Section
from onboard.model.phrases import joined
from onboard.planning import item_keys
from onboard.planning.blockers import Block, blocks, stop_words, study_wide, task_words
from onboard.planning.closures import closed_lines
from onboard.planning.deadlines import Edge, due_tier, edges, own_act, stems
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name, in_grace, owed, silenced
from onboard.planning.notices import notice, with_calendar
from onboard.planning.people import codes, is_new_hire, mail_day, myself, writable
from onboard.planning.receipts import cleared_lines, receipts, renewed_lines


def personal_notices(desk: Desk) -> list[Notice]:
    """Return one notice for each person with news, by record id.

    New hires are left out; planning/checklists.py writes to them.
    """
    found = []
    for record, address in writable(desk).items():
        if mail_day(desk, record) and not is_new_hire(desk, record):
            made = _personal(desk, record, myself(desk, record, address))
            if made:
                found.append(made)
    return found


def _personal(desk: Desk, record: str, reader: Reader) -> Notice | None:
    stopped = blocks(desk, record)
    blocked = [line for block in stopped if (line := _blocked_line(desk, block, reader.address))]
    due = due_lines(desk, record, reader.address, stopped)
    closed = closed_lines(desk, record, reader.address)
    news = cleared_lines(desk, record, reader.address) + renewed_lines(desk, record, reader.address)
    lines = closed + blocked + due + news + receipts(desk, record, reader.address)
    if not lines:
        return None
    lines, calendar = with_calendar(desk, record, reader.address, lines)
    return notice(desk, MessageKind.REMINDER, reader, lines, calendar=calendar)


# stopped --------------------------------------------------------------------------------------------------------------


def _blocked_line(desk: Desk, block: Block, address: str) -> Line | None:
    """One thing that stops work today. Neither snooze nor opting out silences it."""
    edge = block.edge
    if edge is None or in_grace(desk, edge):
        return None
    if not own_act(edge.requirement):
        return _others_line(desk, block, edge, address)
    tier = due_tier(desk, edge, address)
    if tier is None:
        return None
    line = owed(desk, edge, Section.BLOCKED, tier)
    stop = stop_words(desk, block, until_then=True)
    return replace(
        line, protocol=codes(desk, block.protocols), task=task_words(block.tasks), act=joined(" ", (line.act, stop)), hard=True
    )


def _others_line(desk: Desk, block: Block, edge: Edge, address: str) -> Line | None:
    """Return the line of a matter in which another actor must act.

    The person is told once, so that they stop, and is never chased.
    """
    if any(desk.said.settled(item_keys.reminder(stem, 0), address) for stem in stems(desk, edge)):
        return None
    finding = edge.finding
    return Line(
        key=item_keys.reminder(edge.stem, 0),
        section=Section.BLOCKED,
        title=edge.requirement.title,
        why=why(finding, desk.today),
        act=stop_words(desk, block),
        person=edge.person,
        protocol=codes(desk, block.protocols),
        task=task_words(block.tasks) or (edge.scope.task.label if edge.scope.task else ""),
        status=status_on(finding, desk.today),
        since=edge.since,
        owner=actor_name(desk, finding, block.protocols),
        hard=True,
        stop=finding.scope.protocol if study_wide(finding.requirement) else "",
    )


# due ------------------------------------------------------------------------------------------------------------------


def due_lines(desk: Desk, record: str, address: str, stopped: list[Block]) -> list[Line]:
    """Return reminders whose tier has come, for what the person does.

    Left out: what `stopped` already says.
    """
    said = {b.of for b in stopped}
    found = []
    for edge in edges(desk.findings(record), desk.today):
        if edge.of in said or not asks(desk, edge):
            continue
        tier = due_tier(desk, edge, address)
        if tier is not None:
            found.append(owed(desk, edge, Section.DUE, tier))
    return found


def asks(desk: Desk, edge: Edge) -> bool:
    """Whether a person may be reminded of an edge at all, whatever its tier."""
    silent = edge.claimed or in_grace(desk, edge) or silenced(desk, edge)
    return own_act(edge.requirement) and not silent

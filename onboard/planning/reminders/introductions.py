"""The one mail to people already here when a lab goes live.

It says what stops each of them today, whoever must act, and what is open.
"""

from __future__ import annotations

from dataclasses import replace

from onboard.judging.readiness import cleared_on, ready_span
from onboard.model import Cleared, MessageKind, Notice, Reader, Section
from onboard.planning import item_keys
from onboard.planning.blockers import blocks
from onboard.planning.deadlines import edges, own_act
from onboard.planning.lab_day import Desk
from onboard.planning.lines import checking_line, owed
from onboard.planning.notices import notice
from onboard.planning.pauses import introduced_lines
from onboard.planning.people import here, is_new_hire, listed_codes, myself, writable
from onboard.planning.reminders.personal import asks


def introductions(desk: Desk) -> list[Notice]:
    """One notice a person, by record id: no new hire, not introduced before."""
    found = []
    for record, address in writable(desk).items():
        key = item_keys.introduction(record)
        if here(desk, record) and not is_new_hire(desk, record) and not desk.said.settled(key, address):
            found.append(_introduction(desk, record, myself(desk, record, address), key))
    return found


def _introduction(desk: Desk, record: str, reader: Reader, key: str) -> Notice:
    """Return the introduction: what stops the person today, whoever must act, then what they owe soon.

    All of it counts as told; reminders come later all the same, by their tiers.
    """
    stopped = {b.of for b in blocks(desk, record)}
    lines = introduced_lines(desk, record)
    for edge in edges(desk.findings(record), desk.today):
        soon = edge.days(desk.today) <= max(edge.requirement.tiers, default=0)
        checked = edge.doubted and own_act(edge.requirement)
        if soon and edge.of not in stopped and (checked or asks(desk, edge)):
            line = checking_line(desk, edge, "") if checked else owed(desk, edge, Section.DUE, None)
            lines.append(replace(line, key=item_keys.introduced(edge.stem)))
    return notice(desk, MessageKind.INTRODUCTION, reader, lines, key=key, facts=_standing(desk, record))


def _standing(desk: Desk, record: str) -> dict[str, str]:
    """What the person is cleared for today, and the first day that ends."""
    rows = [r for r in desk.rows(record) if r.protocol and not r.task and desk.working(r)]
    cleared = [r for r in rows if cleared_on(r, desk.today) is Cleared.CLEARED]
    ends = [last for row in cleared if (last := ready_span(row, desk.today)[1])]
    return {
        "cleared": listed_codes(desk, (row.protocol for row in cleared)),
        "cleared_until": min(ends).isoformat() if ends else "",
        "leads": listed_codes(desk, (r for r, p in desk.assessment.protocols.items() if p.pi == record)),
    }

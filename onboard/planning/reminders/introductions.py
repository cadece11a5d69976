"""The one mail to people already here when a lab goes live.

It lists what is open and asks for nothing new.
"""

from __future__ import annotations

from dataclasses import replace

from onboard.model import MessageKind, Notice, Reader, Section
from onboard.planning import item_keys
from onboard.planning.blockers import blocks
from onboard.planning.deadlines import edges
from onboard.planning.lab_day import Desk
from onboard.planning.lines import owed
from onboard.planning.notices import notice
from onboard.planning.people import here, is_new_hire, myself, writable
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
    """Return the introduction; it lists what is open, so that it is announced.

    Reminders come later all the same, by their tiers.
    """
    stopped = {b.of for b in blocks(desk, record)}
    lines = []
    for edge in edges(desk.findings(record), desk.today):
        is_stopped = edge.of in stopped
        soon = edge.days(desk.today) <= max(edge.requirement.tiers, default=0)
        if asks(desk, edge) and (soon or is_stopped):
            line = owed(desk, edge, Section.BLOCKED if is_stopped else Section.DUE, None)
            lines.append(replace(line, key=item_keys.introduced(edge.stem)))
    return notice(desk, MessageKind.INTRODUCTION, reader, lines, key=key)

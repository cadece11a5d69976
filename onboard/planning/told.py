"""Check whether a person was told before others may read about them.

It decides whether the person may be named, and in which words. A view for others names no person who was not told and is not
told on the same day.
"""

from __future__ import annotations

from onboard.dates import show
from onboard.model.phrases import phrase
from onboard.planning import item_keys
from onboard.planning.deadlines import Edge, stems, told_on
from onboard.planning.lab_day import Desk
from onboard.planning.people import address_for, appointments_of_stay, cannot_be_told, green_light, is_new_hire, mail_day


def welcomed(desk: Desk, person: str) -> bool:
    """Whether a welcome of the present stay was sent."""
    return any(desk.said.sent(item_keys.welcome(person, a.evidence)) for a in appointments_of_stay(desk, person))


def told_today(desk: Desk, person: str, edge: Edge) -> bool:
    """Whether today's run tells the person: mail may reach them, and nothing about the episode is settled."""
    if not address_for(desk, person) or not mail_day(desk, person):
        return False
    if is_new_hire(desk, person):
        return not any(desk.said.settled(item_keys.welcome(person, a.evidence), "") for a in appointments_of_stay(desk, person))
    return not any(desk.said.under(stem) for stem in stems(desk, edge))


def may_name(desk: Desk, person: str, edge: Edge | None) -> bool:
    """Whether other people may read about it today."""
    if edge is None:
        return False
    told = told_on(desk, edge) is not None or (is_new_hire(desk, person) and welcomed(desk, person))
    return told or told_today(desk, person, edge)


def knows(desk: Desk, person: str, edge: Edge | None) -> str:
    """``They know since 21 Oct 2026.``, ``They are told today.``, or why they were not told."""
    told = told_on(desk, edge) if edge else None
    if told:
        return phrase("told.since", day=show(told)) if told < desk.today else phrase("told.were_told_today")
    if not green_light(desk, person):
        return phrase("told.not_complete")
    if cannot_be_told(desk, person):
        return phrase("told.refused")
    if not address_for(desk, person):
        return phrase("told.no_address")
    if not mail_day(desk, person):
        return phrase("told.away")
    if is_new_hire(desk, person) and welcomed(desk, person):
        return phrase("told.on_list")
    return phrase("told.told_today") if edge and told_today(desk, person, edge) else phrase("told.not_yet")

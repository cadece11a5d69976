"""The weekly digest of a PI: who gets one, for which week, and in which order.

The modules of this package make single sections. A digest goes out even when it is empty, so that silence is never ambiguous.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from onboard.model import Assessment, Attach, History, Lab, Line, MessageKind, Notice, Reader, ReaderRole
from onboard.model.records import record_order
from onboard.planning import item_keys
from onboard.planning.addresses import normal
from onboard.planning.digests.ahead import next_lines, stack_lines, starting_lines
from onboard.planning.digests.changes import since_lines
from onboard.planning.digests.escalations import calls_to, hand_lines
from onboard.planning.digests.roster import roster
from onboard.planning.digests.scope import View, bars, counts, view_of
from onboard.planning.digests.today import blocked_lines, needs_you_lines, unknown_lines
from onboard.planning.lab_day import Desk, desk_of
from onboard.planning.notices import digest_paused, latest_slot, notice
from onboard.planning.people import codes, inside, overseer

__all__ = ["latest_slot", "plan_digests"]


def plan_digests(
    assessment: Assessment,
    history: History,
    lab: Lab,
    today: date,
    previous: Assessment | None = None,
    *,
    links: Callable[[str], str] = lambda evidence: "",
) -> list[Notice]:
    """One digest for each PI and each reader a protocol names, for the latest slot that is not used up.

    `previous` is last week's snapshot judged with last week's rules; None leaves "since last week" empty. `links` gives the
    address of an evidence's form, "" for none. A missed week is caught up with one digest, which bears the day it is made on.
    """
    desk = desk_of(assessment, history, lab, today)
    slot = latest_slot(lab.cadence.calendar, lab.cadence.digest_weekday, today)
    if slot is None or not desk.calendar.works(today):
        return []
    found = []
    for reader, protocols in _readers(desk):
        key = item_keys.digest(reader.address, slot)
        if not desk.said.settled(key, reader.address):
            found.append(_digest(desk, reader, view_of(desk, reader.record, protocols), previous, key, links))
    return found


def _readers(desk: Desk) -> list[tuple[Reader, frozenset[str]]]:
    """Return PIs with their protocols, then the addresses protocols name.

    Inside the institution only (34 CFR 99.3). A protocol that closed long ago is nobody's any more.
    """
    led: dict[str, set[str]] = {}
    told: dict[str, set[str]] = {}
    for record, protocol in desk.assessment.protocols.items():
        if desk.over(record):
            continue
        if protocol.pi:
            led.setdefault(protocol.pi, set()).add(record)
        for address in protocol.digest_to:
            told.setdefault(normal(address), set()).add(record)
    found: dict[str, tuple[Reader, set[str]]] = {}
    for record in sorted(led, key=record_order):
        reader = overseer(desk, record, ReaderRole.PI)
        if reader and not digest_paused(desk, record):
            found.setdefault(reader.address, (reader, set()))[1].update(led[record])
    for address in sorted(told):
        if address and inside(desk, address) and not any(digest_paused(desk, record) for record in desk.records_at(address)):
            name, greet = _name_at(desk, address), _greet_at(desk, address)
            reader = Reader(address=address, name=name, greet=greet, role=ReaderRole.COORDINATOR)
            found.setdefault(address, (reader, set()))[1].update(told[address])
    return [(reader, frozenset(protocols)) for reader, protocols in found.values()]


def _name_at(desk: Desk, address: str) -> str:
    """Return the name of a person or coordinator at an address, else the address."""
    names = [c.name for c in desk.lab.coordinators if normal(c.address) == address]
    names += [desk.assessment.people[record].name for record in desk.records_at(address)]
    return next((name for name in names if name), address)


def _greet_at(desk: Desk, address: str) -> str:
    """Return how the person on record with that address wants to be greeted.

    "" for any other address.
    """
    return next((desk.assessment.people[record].greet for record in desk.records_at(address)), "")


def _digest(
    desk: Desk,
    reader: Reader,
    view: View,
    previous: Assessment | None,
    key: str,
    links: Callable[[str], str],
) -> Notice:
    """Its day is today, also when it comes late: its figures are today's."""
    # A PI answers the mail; any other reader opens the form.
    calls = calls_to(desk, view, reader.address)
    mine = reader.role is ReaderRole.PI
    needs = needs_you_lines(desk, view, calls, reader.address, (lambda evidence: "") if mine else links)
    ahead = next_lines(desk, view, calls)
    lines: list[Line] = [
        *needs,
        *blocked_lines(desk, view, calls),
        *unknown_lines(desk, view),
        *hand_lines(calls, ahead),
        *(since_lines(desk, view, previous) if previous else []),
        *ahead,
        *starting_lines(desk, view),
        *stack_lines(desk, view),
    ]
    planned = notice(
        desk,
        MessageKind.DIGEST,
        reader,
        lines,
        key=key,
        numbers={**counts(desk, view), "needs_you": len(needs), "unreadable": len(desk.assessment.problems)},
        facts={
            "protocols": codes(desk, view.protocols),
            "since": previous.read_on.isoformat() if previous else "",
        },
        bars=bars(desk, view),
    )
    return replace(planned, roster=roster(desk, view)) if desk.lab.attach is not Attach.NONE else planned

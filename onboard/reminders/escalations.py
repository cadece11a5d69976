"""What a supervisor or PI hears about people. Decides level, reader and moment; never before the person was told.

Supervisor: so many days before the end when nothing has been started. PI: at the end when the person is on a protocol, else
some working days after. A lapse that stops work today goes to the PI in the same run as to the person (design 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from onboard import keys
from onboard.addresses import record_order
from onboard.blocks import Block, blocks, stop_words, task_words
from onboard.desk import Desk
from onboard.edges import Edge, announced, edges, own_act, told_on
from onboard.knowing import knows
from onboard.lines import status_of, why_open
from onboard.model import Line, MessageKind, Notice, ReaderRole, Section
from onboard.notices import notice
from onboard.people import codes, green_light, here, is_new_hire, mail_day, named, overseer, pis_over, supervisor_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One thing one overseer should hear."""

    role: ReaderRole
    reader: str  # record id
    line: Line


def escalations(desk: Desk, personal: Sequence[Notice]) -> list[Notice]:
    """One notice for each overseer, listing all people; `personal` are the mails to people planned in the same run."""
    planned = frozenset(key.rpartition("/")[0] for mail in personal for line in mail.lines if (key := line.key))
    calls: dict[str, list[_Call]] = {}
    for record in sorted(desk.assessment.people, key=record_order):
        if green_light(desk, record) and here(desk, record):
            for call in _calls(desk, record, planned):
                calls.setdefault(call.reader, []).append(call)
    made = (_notice(desk, reader, calls[reader]) for reader in sorted(calls, key=record_order))
    return [n for n in made if n]


def _notice(desk: Desk, record: str, calls: Iterable[_Call]) -> Notice | None:
    """The lines of one reader, those that stop work first; a PI who also supervises hears everything as PI, once."""
    calls = sorted(calls, key=lambda c: c.role is not ReaderRole.PI)
    reader = overseer(desk, record, calls[0].role)
    if reader is None or not mail_day(desk, record):
        return None
    lines: dict[str, Line] = {}
    for call in calls:
        if _is_said(desk, call, reader.address):
            continue
        stem = call.line.key.rpartition("/")[0]
        first = lines.get(stem)
        lines[stem] = replace(first, also=(*first.also, call.line.key)) if first else call.line
    if not lines:
        return None
    ordered = sorted(lines.values(), key=lambda line: (not line.hard, line.days if line.days is not None else 0, line.key))
    protocols = codes(desk, [r for r, p in desk.assessment.protocols.items() if p.pi == record])
    people = len({line.person for line in ordered})
    return notice(desk, MessageKind.ESCALATION, reader, ordered, numbers={"people": people}, facts={"protocols": protocols})


def _is_said(desk: Desk, call: _Call, address: str) -> bool:
    """Whether the reader heard it at this level, or as PI already."""
    stem = call.line.key.rpartition("/")[0]
    levels = (call.line.key, f"{stem}/{ReaderRole.PI.value}:{keys.part(call.reader)}")
    return any(desk.said.settled(key, address) for key in levels)


def _calls(desk: Desk, person: str, planned: frozenset[str]) -> Iterable[_Call]:
    stopped = {b.of: b for b in blocks(desk, person)}
    for edge in edges(desk.findings(person), desk.today):
        if not own_act(edge.requirement) or not edge.requirement.blocks or edge.claimed or edge.doubted:
            continue
        block = stopped.get(edge.of)
        lapsed_at_work = block is not None and edge.ends is not None
        if not (announced(desk, edge) or (lapsed_at_work and _hears_now(desk, edge, planned))):
            continue
        for role, reader in _readers(desk, edge):
            yield _Call(role=role, reader=reader, line=_line(desk, edge, block, role, reader))


def _hears_now(desk: Desk, edge: Edge, planned: frozenset[str]) -> bool:
    """Whether the person was told already, or is told by this very run."""
    return edge.stem in planned or told_on(desk, edge) is not None


def _readers(desk: Desk, edge: Edge) -> Iterable[tuple[ReaderRole, str]]:
    days, requirement = edge.days(desk.today), edge.requirement
    supervisor = supervisor_of(desk, edge.person)
    if supervisor and days <= requirement.escalate_supervisor_days and not edge.in_hand:
        yield ReaderRole.SUPERVISOR, supervisor
    # What was never met counts from the day it is needed, and a new hire has the working days everybody has.
    zero = edge.ends or edge.since
    at_once = bool(desk.protocols_today(edge.person)) and not is_new_hire(desk, edge.person)
    late = desk.calendar.between(zero, desk.today) >= max(requirement.escalate_pi_working_days, 1)
    if (at_once and zero <= desk.today) or late:
        for pi in pis_over(desk, edge.person):
            yield ReaderRole.PI, pi


def _line(desk: Desk, edge: Edge, block: Block | None, role: ReaderRole, reader: str) -> Line:
    name = named(desk, edge.person)
    protocols = block.protocols if block else (edge.scope.protocol,)
    return Line(
        key=keys.escalation(edge.stem, role.value, reader),
        section=Section.ABOUT,
        title=edge.requirement.title,
        why=why_open(edge, desk.today),
        act=stop_words(desk, block) if block else f"Please ask {name} whether something is in the way.",
        person=edge.person,
        name=name,
        protocol=codes(desk, protocols),
        task=task_words(block.tasks) if block else "",
        status=status_of(desk, edge),
        due=None if edge.ends else edge.deadline,
        ends=edge.ends,
        since=edge.since if block else None,
        days=edge.days(desk.today),
        owner=name,
        knows=knows(desk, edge.person, edge),
        hard=block is not None,
    )

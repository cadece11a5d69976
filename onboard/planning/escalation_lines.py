"""What a supervisor or PI is told about a person: level, reader, moment, line.

Never before the person was told. reminders/ makes the escalation's own mail, digests/ the week's.

Supervisor: so many days before the end when nothing has been started. PI: at the end when the person is on a protocol, else
some working days after. A lapse that stops work today is escalated on the day the person is told, and does not wait for a
person whose address refuses our mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from onboard.dates import show_to_act
from onboard.model import Line, ReaderRole, Section
from onboard.model.phrases import Phrase, phrase
from onboard.planning import item_keys
from onboard.planning.blockers import Block, blocks, stop_words, task_words
from onboard.planning.causes import short, to_others
from onboard.planning.deadlines import Edge, announced, edges, own_act
from onboard.planning.lab_day import Desk
from onboard.planning.lines import status_of
from onboard.planning.people import (
    cannot_be_told,
    codes,
    green_light,
    greeted,
    here,
    is_new_hire,
    listed_codes,
    named,
    pis_over,
    supervisor_of,
)
from onboard.planning.told import knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One matter that one reader is told."""

    role: ReaderRole
    reader: str  # record id
    of: tuple[str, str]  # requirement id and scope, as an edge and a block have them
    line: Line

    @property
    def stem(self) -> str:
        """What the keys of all levels and readers begin with."""
        return self.line.key.rpartition("/")[0]


def calls_about(desk: Desk, person: str, hears_now: Callable[[Edge], bool]) -> Iterable[Escalation]:
    """Return all that readers should be told about a person who is here.

    `hears_now` says whether the person was told, or is today.
    """
    if not (green_light(desk, person) and here(desk, person)):
        return
    stopped = {b.of: b for b in blocks(desk, person)}
    for edge in edges(desk.findings(person), desk.today):
        if not own_act(edge.requirement) or not edge.requirement.blocks or edge.claimed or edge.doubted:
            continue
        block = stopped.get(edge.of)
        lapsed_at_work = block is not None and edge.ends is not None
        if not (announced(desk, edge) or (lapsed_at_work and (hears_now(edge) or cannot_be_told(desk, person)))):
            continue
        for role, reader in _readers(desk, edge):
            yield Escalation(role=role, reader=reader, of=edge.of, line=_line(desk, edge, block, role, reader))


def is_said(desk: Desk, call: Escalation, address: str) -> bool:
    """Whether the reader heard it at this level, or as PI already."""
    levels = (call.line.key, f"{call.stem}/{ReaderRole.PI.value}:{item_keys.part(call.reader)}")
    return any(desk.said.settled(key, address) for key in levels)


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
    name = greeted(desk, edge.person)
    protocols = block.protocols if block else (edge.scope.protocol,)
    return Line(
        key=item_keys.escalation(edge.stem, role.value, reader),
        section=Section.ABOUT,
        title=edge.requirement.title,
        headline=_headline(desk, edge, block),
        why="" if edge.ends else phrase("lines.needed_from", day=show_to_act(edge.since, desk.today)),
        act=stop_words(desk, block) if block else phrase("lines.ask_person", name=name),
        person=edge.person,
        name=named(desk, edge.person),
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


def _headline(desk: Desk, edge: Edge, block: Block | None) -> Phrase:
    """``Leila Haddad cannot work on STEP-HF: GCP course ended 18 Nov 2026``."""
    name, day = named(desk, edge.person), desk.today if edge.gap <= desk.today else edge.gap
    cause = to_others(edge.finding, edge, day) if edge.gap <= desk.today or edge.ends is None else _ends(edge, desk.today)
    if block is None:
        return phrase("escalation.owes", name=name, cause=cause)
    return phrase("escalation.stopped", name=name, protocols=listed_codes(desk, block.protocols), cause=cause)


def _ends(edge: Edge, today: date) -> Phrase:
    return phrase("causes.ends", title=short(edge.requirement.title), day=show_to_act(edge.ends or edge.since, today))

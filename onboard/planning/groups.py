"""What stops people's work, one group a cause with everyone it stops.

The digest, the worklist and the board are made of the same groups: one lapsed approval is one line, however many it stops. A
group is never cut for length; the names in it are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from onboard.dates import show
from onboard.judging import kinds
from onboard.model import Concerned, Finding, Line
from onboard.model.phrases import Phrase, joined, phrase
from onboard.planning.blockers import Block, blocks, task_words
from onboard.planning.causes import LAW, Class, cause_of, to_others
from onboard.planning.lab_day import Desk
from onboard.planning.people import address_for, cannot_be_told, codes, green_light, named
from onboard.planning.told import knows, may_name

#: So many names a line shows; the rest is counted.
SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person a cause stops, with the block."""

    person: str
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One cause and everyone it stops, in the order of the people asked about."""

    cls: Class
    protocol: str  # record id where the cause is about one protocol, else ""
    members: tuple[Member, ...]

    @property
    def finding(self) -> Finding:
        """The first member's; the kind and the requirement are the same for all."""
        return self.members[0].block.finding

    @property
    def protocols(self) -> tuple[str, ...]:
        """Every protocol on which it stops work."""
        return tuple(dict.fromkeys(p for one in self.members for p in one.block.protocols))

    def since(self) -> date | None:
        """The first day on which it stopped one of them."""
        return min((m.block.edge.since for m in self.members if m.block.edge), default=None)


def groups(desk: Desk, people: Iterable[str], only: Iterable[str] | None = None) -> list[Group]:
    """Every cause that stops one of `people` today, each once; `only`: on these protocols.

    A closed study is not a cause: it is told once, and no longer counts.
    """
    wanted = None if only is None else frozenset(only)
    found: dict[tuple[str, ...], list[Member]] = {}
    classes: dict[tuple[str, ...], Class] = {}
    for person in people:
        for block in blocks(desk, person, wanted):
            cause = cause_of(block.finding, desk.today)
            if cause.cls in (Class.END, Class.AWAY, Class.QUIET):
                continue
            key = (cause.cls, cause.words, block.finding.requirement.id, *_where(block, cause.cls))
            found.setdefault(key, []).append(Member(person=person, block=block))
            classes[key] = cause.cls
    return [Group(cls=classes[key], protocol=key[3], members=tuple(members)) for key, members in found.items()]


def _where(block: Block, cls: Class) -> tuple[str, str]:
    """What else parts two groups: the protocol and task of a list, an approval or a delegation; of a course nothing does."""
    scope = block.finding.scope
    task = "" if LAW[cls].one_stop else scope.task or ""
    return scope.protocol, task


# words ----------------------------------------------------------------------------------------------------------------


def head(desk: Desk, group: Group) -> Phrase:
    """What the line about a group begins with: ``STEP-HF: IRB approval ended 17 Dec 2026``."""
    several = len({m.person for m in group.members}) > 1 and not LAW[group.cls].one_stop
    first = group.members[0].block
    said = to_others(first.finding, first.edge, desk.today, several=several)
    return phrase("groups.head", protocol=codes(desk, [group.protocol]), cause=said) if group.protocol else said


def detail(desk: Desk, group: Group, member: Member) -> str:
    """What is behind a name where the head does not say it: the protocols, the day."""
    parts: list[str] = []
    if not group.protocol:
        on = codes(desk, member.block.protocols)
        parts.append(phrase("lines.with_tasks", protocols=on, tasks=task_words(member.block.tasks)) if member.block.tasks else on)
    if len(group.members) > 1 and kinds.of(group.finding.requirement).taught and member.block.edge and member.block.edge.ends:
        parts.append(show(member.block.edge.ends))
    return joined(", ", [part for part in parts if part])


def who(desk: Desk, group: Group, reader: str = "", shown: int = SHOWN) -> str:
    """``you, Milan Horak (CHART-VT) and 3 more``: the reader first, at most `shown` names."""
    mine = sorted(group.members, key=lambda m: m.person != reader)
    parts = [_name(desk, group, member, reader) for member in mine[:shown]]
    more = len(mine) - len(parts)
    if more:
        parts.append(phrase("groups.more", count=more))
    return _and(parts)


def _and(parts: Sequence[str]) -> str:
    return (
        joined("", [phrase("groups.and", first=joined(", ", parts[:-1]), last=parts[-1])])
        if len(parts) > 1
        else joined("", parts)
    )


def _name(desk: Desk, group: Group, member: Member, reader: str) -> str:
    name = phrase("digest.you") if member.person == reader else named(desk, member.person)
    more = detail(desk, group, member)
    return phrase("groups.named", name=name, more=more) if more else name


def told(desk: Desk, group: Group, reader: str = "") -> str:
    """Whether those a group stops were told, in one sentence where it is the same for all: ``All were told on 23 Nov 2026.``"""
    others = [m for m in group.members if m.person != reader]
    said = {m.person: knows(desk, m.person, m.block.edge) for m in others}
    words = list(dict.fromkeys(said.values()))
    if len(words) == 1:
        return words[0]
    found = [phrase("groups.told_of", words=one, names=_some(desk, [p for p, w in said.items() if w == one])) for one in words]
    return joined(" ", found[:3])


def _some(desk: Desk, people: Sequence[str]) -> str:
    names = [named(desk, person) for person in people[:3]]
    return _and([*names, phrase("groups.more", count=len(people) - 3)] if len(people) > 3 else names)


def concerned(desk: Desk, group: Group, link: Callable[[Block], str] = lambda block: "") -> tuple[Concerned, ...]:
    """Everyone it stops, with the form to open for each."""
    return tuple(Concerned(record=m.person, name=named(desk, m.person), url=link(m.block)) for m in group.members)


def whose(desk: Desk, group: Group, line: Line) -> Line:
    """The line with its person, protocols and tasks where the cause stops one person only; else with the group's protocol."""
    people = {member.person for member in group.members}
    if len(people) > 1:
        return replace(line, protocol=codes(desk, [group.protocol]))
    (person,) = people
    tasks = task_words(task for member in group.members for task in member.block.tasks)
    return replace(line, person=person, name=named(desk, person), protocol=codes(desk, group.protocols), task=tasks)


# who may be named -----------------------------------------------------------------------------------------------------


def may_read(desk: Desk, reader: str, person: str, block: Block) -> bool:
    """Whether a reader may read that the person is blocked by it.

    It is their own record, or the person was told; of a person who cannot be mailed too, since the work must stop today.
    """
    return person == reader or may_name(desk, person, block.edge) or no_mail_reaches(desk, person)


def no_mail_reaches(desk: Desk, person: str) -> bool:
    """Whether a person with a green light has no address that takes our mail."""
    return green_light(desk, person) and (cannot_be_told(desk, person) or not address_for(desk, person))


def named_part(desk: Desk, group: Group, reader: str) -> Group | None:
    """The group with those whom the reader may read about; None where there are none."""
    members = tuple(m for m in group.members if may_read(desk, reader, m.person, m.block))
    return Group(cls=group.cls, protocol=group.protocol, members=members) if members else None

"""Today's part of a digest: what needs the PI, and who is blocked.

One line for each person and cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import show
from onboard.judging import kinds
from onboard.judging.kinds import actor
from onboard.judging.readiness import status_on
from onboard.judging.reconcile import trained
from onboard.model import Delegation, Line, Section, Task
from onboard.model.phrases import joined, phrase
from onboard.model.records import record_order
from onboard.planning.blockers import Block, blocked_line, blocks, cause_words, task_words, together
from onboard.planning.deadlines import edges
from onboard.planning.digests.escalations import Calls
from onboard.planning.digests.scope import View, may_read
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name, coordinator, pi_name, why_for_others
from onboard.planning.people import codes, here, named
from onboard.timeline import Answer, all_of

# needs you ------------------------------------------------------------------------------------------------------------


def needs_you_lines(desk: Desk, view: View, links: Callable[[str], str]) -> list[Line]:
    """Return what the PI settles by answering the mail.

    Delegations that wait for approval though the person is trained, and steps that are the PI's.
    """
    rows = sorted(desk.assessment.delegations, key=lambda d: (record_order(d.person), d.protocol, d.evidence))
    waiting = [line for row in rows if (line := _delegation_line(desk, view, row, links))]
    return waiting + [line for person in view.people for line in _pi_steps(desk, person)]


def _delegation_line(desk: Desk, view: View, row: Delegation, links: Callable[[str], str]) -> Line | None:
    ended = isinstance(row.last, date) and row.last < desk.today
    over = ended or row.protocol in desk.closed
    if row.protocol not in view.protocols or row.approved_by or over or not here(desk, row.person):
        return None
    ready = [task for task in row.tasks if trained(desk.rows(row.person), row.protocol, task).at(desk.today) is Answer.YES]
    if not ready:
        return None
    code, name = codes(desk, [row.protocol]), named(desk, row.person)
    since, mine = _trained_since(desk, row, ready), desk.assessment.protocols[row.protocol].pi == view.reader
    whose = phrase("digest.you") if mine else pi_name(desk, [row.protocol])
    asked = phrase("digest.reply_yes", name=coordinator(desk)) if mine else phrase("digest.asked_in_digest", name=whose)
    return Line(
        key="",
        section=Section.NEEDS_YOU,
        title=phrase("digest.delegation_waits", tasks=task_words(ready), protocol=code, whose=whose),
        why=phrase("digest.trained_since", day=show(since)) if since else phrase("digest.trained"),
        act=asked,
        person=row.person,
        name=name,
        protocol=code,
        task=task_words(ready),
        since=since,
        url=links(row.evidence),
    )


def _trained_since(desk: Desk, row: Delegation, tasks: Iterable[Task]) -> date | None:
    days = all_of(trained(desk.rows(row.person), row.protocol, task) for task in tasks).sure.run_at(desk.today)
    return days[0] if days else None


def _pi_steps(desk: Desk, person: str) -> list[Line]:
    """Onboarding steps the PI gives, from the day they are asked."""
    return [
        Line(
            key="",
            section=Section.NEEDS_YOU,
            title=edge.requirement.title,
            why=why_for_others(edge.finding, desk.today, edge),
            act=phrase("digest.tell_day", name=coordinator(desk)),
            person=person,
            name=named(desk, person),
            status=status_on(edge.finding, desk.today),
            due=edge.deadline,
            days=edge.days(desk.today),
            minutes=edge.requirement.minutes,
        )
        for edge in edges(desk.findings(person), desk.today)
        if kinds.of(edge.requirement).dated_act and actor(edge.requirement) == "pi"
        if edge.gap == desk.today and here(desk, person)
    ]


# blocked now ----------------------------------------------------------------------------------------------------------


def blocked_lines(desk: Desk, view: View, calls: Calls) -> list[Line]:
    """Return who certainly may not do work they have today.

    The reader's own lapses first, then the longest wait. People who were not told and are not told today are counted, not named.
    """
    found, nameless = [], 0
    for person in view.people:
        stopped = blocks(desk, person, view.protocols)
        named_here = [b for b in stopped if may_read(desk, view, person, b)]
        nameless += bool(stopped) and not named_here
        found += [_blocked_line(desk, person, group, calls) for group in together(named_here)]
    ordered = sorted(found, key=lambda line: (line.person != view.reader, line.since or desk.today, line.name, line.title))
    return ordered + ([_nameless_line(desk, nameless)] if nameless else [])


def _blocked_line(desk: Desk, person: str, causes: Sequence[Block], calls: Calls) -> Line:
    why = cause_words(causes, lambda b: why_for_others(b.finding, desk.today, b.edge))
    return replace(
        blocked_line(desk, person, causes, Section.BLOCKED_NOW, why),
        owner=joined(" and ", dict.fromkeys(actor_name(desk, b.finding, b.protocols) for b in causes)),
        also=calls.keys(person, *(b.of for b in causes)),
    )


def _nameless_line(desk: Desk, count: int) -> Line:
    """Return the line that counts people who were not told, without names."""
    who = phrase("digest.nameless") if count == 1 else phrase("digest.nameless_several", count=count)
    return Line(
        key="",
        section=Section.BLOCKED_NOW,
        title=who,
        why=phrase("digest.nameless_why"),
        owner=coordinator(desk),
    )

"""Today's part of a digest: what needs the PI, who else is blocked, and who is unknown.

One line for each cause, with everyone it stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from onboard.dates import plus_days, show, show_to_act
from onboard.folding import counted
from onboard.judging import kinds
from onboard.judging.kinds import actor
from onboard.judging.readiness import met_until, status_on
from onboard.judging.reconcile import trained
from onboard.model import Clause, Cleared, Delegation, Finding, Line, MessageKind, Section, Status, Task
from onboard.model.phrases import Phrase, joined, phrase, sentences
from onboard.model.records import record_order
from onboard.planning.blockers import Block, blocks, task_words
from onboard.planning.causes import Class, cause_of, filled, short, to_others
from onboard.planning.deadlines import Edge, edges, own_act
from onboard.planning.digests.escalations import Calls
from onboard.planning.digests.scope import View, rows_of, standing
from onboard.planning.groups import Group, concerned, groups, head, may_read, named_part, told, who, whose
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name, coordinator, minutes, pi_name, why_for_others
from onboard.planning.notices import mails_to
from onboard.planning.people import codes, here, named
from onboard.planning.told import knows
from onboard.timeline import Answer, all_of

#: What the coordinator has not touched for so many working days is the PI's to ask about.
_UNTOUCHED = 3
#: An approval that ends within so many days needs its renewal sent.
_RENEWAL = 60
#: From so many digests on a line says how often it was asked.
_OFTEN = 3

# needs you ------------------------------------------------------------------------------------------------------------


def needs_you_lines(desk: Desk, view: View, calls: Calls, address: str, links: Callable[[str], str]) -> list[Line]:
    """Return everything whose next move is the reader's, what stops most first.

    A study that is stopped, a renewal that is not sent, a delegation, a task or a waiver to decide, the reader's own course, and
    what the coordinator did not touch for three working days. `address`: the reader's, by which it counts how often it asked.
    """
    found = groups(desk, view.people, view.protocols)
    study = sorted((g for g in found if g.cls is Class.STUDY), key=lambda g: -len(g.members))
    stopped = [_group_line(desk, view, group, calls, address) for group in study]
    for_one = [_group_line(desk, view, g, calls, address) for g in found if g.cls is Class.PI]
    untouched = [
        _group_line(desk, view, g, calls, address) for g in found if g.cls is Class.COORDINATOR and is_untouched(desk, g)
    ]
    asked = {(m.person, g.protocol) for g in found if g.cls is Class.PI for m in g.members}
    rows = sorted(desk.assessment.delegations, key=lambda d: (record_order(d.person), d.protocol, d.evidence))
    waiting = [line for r in rows if (r.person, r.protocol) not in asked and (line := _delegation_line(desk, view, r, links))]
    steps = [line for person in view.people for line in _pi_steps(desk, person)]
    own = _own_lines(desk, view)
    lines = [
        *stopped,
        *_renewal_lines(desk, view),
        *for_one,
        *waiting,
        *_waiver_lines(desk, view, links),
        *steps,
        *own,
        *untouched,
    ]
    return [line for line in lines if line]


def is_untouched(desk: Desk, group: Group) -> bool:
    """Whether the coordinator had three working days for it."""
    since = group.since()
    return since is not None and desk.calendar.between(since, desk.today) >= _UNTOUCHED


def _group_line(desk: Desk, view: View, group: Group, calls: Calls, address: str) -> Line | None:
    """The line of a group that needs the PI; of a study-wide stop everyone is counted, else those who may be named."""
    shown = group if group.cls is Class.STUDY else named_part(desk, group, view.reader)
    if shown is None:
        return None
    first = shown.members[0]
    study = group.cls is Class.STUDY
    cause = head(desk, shown)
    title = cause if study else phrase("groups.who", cause=cause, names=who(desk, shown, view.reader))
    stopped = [paused(desk, shown, view.reader)] if study else []
    line = Line(
        key="",
        section=Section.NEEDS_YOU,
        title=title,
        headline=_news(cause, shown),
        why=joined(" ", [*stopped, *_told_words(desk, shown, view.reader)]),
        act=joined(" ", [_ask(desk, shown), *_asked(desk, address, shown.since())]),
        status=status_on(first.block.finding, desk.today),
        since=shown.since(),
        people=concerned(desk, shown),
        also=tuple(key for m in shown.members for key in calls.keys(m.person, m.block.of)),
    )
    return whose(desk, shown, line)


def _news(title: Phrase, group: Group) -> str:
    count = len({m.person for m in group.members})
    people = counted(count, "person", "people")
    return phrase("needs.news", title=title, people=people) if group.cls is Class.STUDY else title


def paused(desk: Desk, group: Group, reader: str) -> Phrase:
    """Who must pause: ``You and 35 others must pause.``"""
    people = list(dict.fromkeys(m.person for m in group.members))
    others = [p for p in people if p != reader]
    if len(others) < len(people):
        if not others:
            return phrase("groups.paused_you")
        if len(others) > _FEW:
            return phrase("groups.paused_you_and_many", count=len(others))
        return phrase("groups.paused_you_and", names=_names(desk, others))
    if len(others) > _FEW:
        return phrase("groups.paused_many", count=len(others))
    return phrase("groups.paused", names=_names(desk, others))


_FEW = 3


def _names(desk: Desk, people: Sequence[str]) -> str:
    names = [named(desk, person) for person in people]
    return phrase("groups.and", first=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else names[0]


def _told_words(desk: Desk, group: Group, reader: str) -> list[str]:
    others = [m for m in group.members if m.person != reader]
    return [told(desk, group, reader)] if others else []


def _ask(desk: Desk, group: Group) -> Phrase:
    """What the reader does about it."""
    if group.cls is Class.COORDINATOR:
        return phrase("needs.ask", name=coordinator(desk))
    words = cause_of(group.finding, desk.today).words
    task = group.finding.scope.task
    if f"needs.{words}" not in sentences():
        return phrase("needs.else", name=coordinator(desk))
    return filled(f"needs.{words}", name=coordinator(desk), task=task.label if task else "")


def _asked(desk: Desk, address: str, since: date | None) -> list[str]:
    """``Asked 3 times.``, from the third digest on."""
    times = 1 + sum(day >= since for day in mails_to(desk, address, MessageKind.DIGEST)) if since else 0
    return [phrase("needs.asked", count=times)] if times >= _OFTEN else []


def _renewal_lines(desk: Desk, view: View) -> list[Line]:
    """Approvals that end within sixty days and have no renewal sent."""
    found = []
    for record, last in approvals_ending(desk, view, _RENEWAL).items():
        if renewal_sent(desk, record, last) is None:
            code, on_it = codes(desk, [record]), sum(record in desk.protocols_today(person) for person in view.people)
            title = phrase("needs.approval_ends", protocol=code, day=show_to_act(last, desk.today))
            found.append(
                Line(
                    key="",
                    section=Section.NEEDS_YOU,
                    title=title,
                    headline=phrase("needs.approval_ends_news", protocol=code, day=show_to_act(last, desk.today)),
                    why=phrase("needs.no_renewal", people=counted(on_it, "person works", "people work")),
                    act=phrase("needs.send_renewal", name=coordinator(desk)),
                    protocol=code,
                    status=Status.EXPIRING,
                    ends=last,
                    days=(last - desk.today).days,
                )
            )
    return found


def approvals_ending(desk: Desk, view: View, within: int) -> dict[str, date]:
    """The last day of each protocol's approval that holds today and ends within so many days."""
    until, seen = plus_days(desk.today, within), dict[str, Finding]()
    for finding in desk.assessment.findings:
        if kinds.of(finding.requirement).approves and finding.scope.protocol in view.protocols:
            seen.setdefault(finding.scope.protocol, finding)
    ends = {r: met_until(f, desk.today) for r, f in sorted(seen.items()) if r not in desk.closed}
    return {record: last for record, last in ends.items() if last and last <= until}


def renewal_sent(desk: Desk, protocol: str, last: date) -> date | None:
    """The day the newest renewal of an approval that ends on `last` was sent, None where none is on record."""
    sent = [s.on for s in desk.assessment.submissions if s.protocol == protocol and isinstance(s.on, date) and s.on <= desk.today]
    return max((day for day in sent if day >= plus_days(last, -120)), default=None)


def _delegation_line(desk: Desk, view: View, row: Delegation, links: Callable[[str], str]) -> Line | None:
    """A delegation that waits for approval though the person is trained."""
    ended = isinstance(row.last, date) and row.last < desk.today
    over = ended or row.protocol in desk.closed
    if row.protocol not in view.protocols or row.approved_by or over or not here(desk, row.person):
        return None
    ready = [task for task in row.tasks if trained(desk.rows(row.person), row.protocol, task).at(desk.today) is Answer.YES]
    if not ready or row.protocol in desk.closed:
        return None
    code, name = codes(desk, [row.protocol]), named(desk, row.person)
    since, mine = _trained_since(desk, row, ready), desk.assessment.protocols[row.protocol].pi == view.reader
    whose = phrase("digest.you") if mine else pi_name(desk, [row.protocol])
    asked = phrase("digest.reply_yes", name=coordinator(desk)) if mine else phrase("digest.asked_in_digest", name=whose)
    title = phrase("digest.delegation_waits", tasks=task_words(ready), protocol=code, name=name)
    return Line(
        key="",
        section=Section.NEEDS_YOU,
        title=title,
        headline=phrase("needs.delegation_news", protocol=code, name=name),
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


def _waiver_lines(desk: Desk, view: View, links: Callable[[str], str]) -> list[Line]:
    """Waivers that nobody signed: they silence nothing until the PI does."""
    found = {
        ground.evidence: (person, finding, ground)
        for person in view.people
        for finding in desk.findings(person)
        for ground in (*finding.grounds, *(one for local in finding.local.values() for one in local))
        if ground.waiver and ground.claim and here(desk, person)
    }
    return [
        Line(
            key="",
            section=Section.NEEDS_YOU,
            title=phrase("needs.waiver", name=named(desk, person), title=short(finding.requirement.title)),
            act=phrase("needs.sign_waiver", name=coordinator(desk)),
            person=person,
            name=named(desk, person),
            status=Status.PENDING,
            url=links(ground.evidence),
        )
        for _, (person, finding, ground) in sorted(found.items())
    ]


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
        if edge.gap == desk.today and here(desk, person) and edge.of not in {b.of for b in blocks(desk, person)}
    ]


def _own_lines(desk: Desk, view: View) -> list[Line]:
    """The reader's own courses and steps that ended or end within the month."""
    found = [edge for edge in edges(desk.findings(view.reader), desk.today) if _is_due(desk, edge)] if view.reader else []
    stops = {b.of: b for b in blocks(desk, view.reader, view.protocols)} if view.reader else {}
    return [_own_line(desk, edge, stops.get(edge.of)) for edge in found]


def _is_due(desk: Desk, edge: Edge) -> bool:
    soon = edge.days(desk.today) <= desk.lab.cadence.next_days
    return own_act(edge.requirement) and kinds.blocks(edge.requirement) and soon and not edge.claimed and not edge.doubted


def _own_line(desk: Desk, edge: Edge, block: Block | None) -> Line:
    cause = to_others(edge.finding, edge, desk.today if block or edge.gap == desk.today else edge.gap)
    on = codes(desk, block.protocols) if block else ""
    return Line(
        key="",
        section=Section.NEEDS_YOU,
        title=phrase("needs.own_on", cause=cause, protocols=on) if on else phrase("needs.own", cause=cause),
        act=phrase("needs.own_act"),
        person=edge.person,
        status=status_on(edge.finding, desk.today),
        ends=edge.ends,
        due=None if edge.ends else edge.deadline,
        days=edge.days(desk.today),
        minutes=minutes(edge),
    )


# also blocked ---------------------------------------------------------------------------------------------------------


def blocked_lines(desk: Desk, view: View, calls: Calls) -> list[Line]:
    """Return what else stops people today, whose next move is not the reader's; the longest wait first.

    People who were not told and are not told today are counted with the reason, not named.
    """
    found = [g for g in groups(desk, view.people, view.protocols) if g.cls in (Class.OWN, Class.HAND, Class.COORDINATOR)]
    waiting = [g for g in found if not (g.cls is Class.COORDINATOR and is_untouched(desk, g))]
    lines = [line for group in waiting if (line := _blocked_line(desk, view, group, calls))]
    return sorted(lines, key=lambda line: (line.since or desk.today, line.title)) + _unnamed_lines(desk, view, found)


def _blocked_line(desk: Desk, view: View, group: Group, calls: Calls) -> Line | None:
    mine = group.cls is Class.OWN
    members = tuple(m for m in group.members if not (mine and m.person == view.reader))
    shown = named_part(desk, Group(cls=group.cls, protocol=group.protocol, members=members), view.reader) if members else None
    if shown is None:
        return None
    first = shown.members[0]
    names, words = who(desk, shown, view.reader), _told_words(desk, shown, view.reader)
    line = Line(
        key="",
        section=Section.BLOCKED_NOW,
        title=phrase("groups.who", cause=head(desk, shown), names=names),
        knows=joined(" ", words),
        owner="" if mine else actor_name(desk, first.block.finding, first.block.protocols),
        since=shown.since(),
        status=status_on(first.block.finding, desk.today),
        people=concerned(desk, shown),
        also=tuple(key for m in shown.members for key in calls.keys(m.person, m.block.of)),
    )
    return whose(desk, shown, line)


def _unnamed_lines(desk: Desk, view: View, found: Iterable[Group]) -> list[Line]:
    """People blocked by what the reader may not read yet, counted by the reason."""
    every = {m.person for g in found for m in g.members}
    readable = {m.person for g in found for m in g.members if may_read(desk, view.reader, m.person, m.block)}
    reasons: dict[str, list[str]] = {}
    for person in sorted(every - readable, key=record_order):
        edge = next((b.edge for b in blocks(desk, person, view.protocols)), None)
        reasons.setdefault(knows(desk, person, edge), []).append(person)
    return [
        Line(
            key="",
            section=Section.BLOCKED_NOW,
            title=phrase("digest.nameless") if len(people) == 1 else phrase("digest.nameless_several", count=len(people)),
            why=reason,
            owner=coordinator(desk),
        )
        for reason, people in reasons.items()
    ]


# unknown --------------------------------------------------------------------------------------------------------------


def unknown_lines(desk: Desk, view: View) -> list[Line]:
    """People of whom something must be read or recorded first, counted by cause, the most first."""
    found: dict[str, set[str]] = {}
    for person in view.people:
        if desk.belongs(person) is not Answer.NO and standing(desk, view, person) is Cleared.UNKNOWN:
            cause = next((said for row in rows_of(desk, view, person) if (said := _unknown_cause(desk, row.clauses))), None)
            found.setdefault(cause or phrase("digest.unknown_cause"), set()).add(person)
    return [
        Line(
            key="",
            section=Section.NOT_KNOWN,
            title=phrase("digest.unknown", people=counted(len(people), "person", "people"), cause=cause),
            status=Status.UNKNOWN,
            owner=coordinator(desk),
        )
        for cause, people in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _unknown_cause(desk: Desk, clauses: Iterable[Clause]) -> Phrase | None:
    """What is unknown itself, before what may not be required at all."""
    open_now = [c.finding for c in clauses if c.holds.at(desk.today) is Answer.UNKNOWN]
    ranked = sorted(open_now, key=lambda f: f.met.at(desk.today) is not Answer.UNKNOWN)
    return to_others(ranked[0], None, desk.today, several=True) if ranked else None

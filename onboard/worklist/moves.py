"""Who starts and leaves, what leavers leave behind, and who does not react. Decides what a coordinator prepares for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from onboard.addresses import record_order
from onboard.dates import plus_days, show
from onboard.desk import Desk
from onboard.edges import Edge, edges, own_act
from onboard.lines import owed, why_open
from onboard.model import Line, Section
from onboard.people import codes, named, stay, writable
from onboard.reconcile import Mismatch, MismatchKind, reconcile
from onboard.steps import checklist, ready_about

#: So many reminders without a reaction make somebody silent.
_REMINDED = 2


def move_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """Starters and leavers of the next days by date, then what people who left still hold."""
    until = plus_days(desk.today, desk.lab.cadence.starting_days)
    found: list[Line] = []
    for person in sorted(desk.assessment.people, key=record_order):
        run = stay(desk.assessment, person, desk.today)
        if run and desk.today <= run[0] <= until:
            found.append(_starts(desk, person, run[0], links))
        if run and run[1] and run[0] <= desk.today and desk.today <= run[1] <= until:
            found.append(_leaves(desk, person, run[1], links))
    held = [m for m in reconcile(desk.assessment, desk.today) if m.kind is MismatchKind.LEFT_DELEGATED]
    return sorted(found, key=lambda line: (line.due or desk.today, line.name)) + [_left(desk, m, links) for m in held]


def _starts(desk: Desk, person: str, start: date, links: Callable[[str], str]) -> Line:
    steps = checklist(desk.assessment, person, desk.today)
    ready = ready_about(desk.assessment, person, desk.today, steps)
    ours = [s.requirement.title for s in steps if s.owner == "coordinator" and s.about]
    when = f"Ready about {show(desk.calendar.on_or_after(ready.day))}." if ready else "When ready cannot be told yet."
    return Line(
        key="",
        section=Section.MOVES,
        title=f"starts {show(start)}",
        why=when,
        act=f"Yours: {', '.join(ours)}." if ours else "",
        person=person,
        name=named(desk, person),
        due=start,
        days=(start - desk.today).days,
        url=links(f"onboarding/{person}"),
    )


def _leaves(desk: Desk, person: str, last: date, links: Callable[[str], str]) -> Line:
    protocols = codes(desk, desk.protocols_today(person))
    return Line(
        key="",
        section=Section.MOVES,
        title=f"leaves {show(last)}",
        act=f"Take them off the IRB lists and end their delegations: {protocols}." if protocols else "",
        person=person,
        name=named(desk, person),
        due=last,
        days=(last - desk.today).days,
        url=links(f"appointment/{person}"),
    )


def _left(desk: Desk, mismatch: Mismatch, links: Callable[[str], str]) -> Line:
    return Line(
        key="",
        section=Section.MOVES,
        title="left, a delegation still runs",
        why=mismatch.words,
        act="Enter its last day.",
        person=mismatch.people[0],
        name=named(desk, mismatch.people[0]),
        protocol=codes(desk, [mismatch.protocol]),
        since=mismatch.since,
        url=next((url for e in mismatch.evidence if (url := links(e))), ""),
    )


def silent_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """What people were reminded of twice or more without doing anything about it, with the day of the last mail."""
    found = []
    for person in writable(desk):
        for edge in edges(desk.findings(person), desk.today):
            told = desk.said.told_on(edge.stem)
            if own_act(edge.requirement) and not edge.started and len(set(told)) >= _REMINDED:
                line = owed(desk, edge, Section.SILENT, None)
                found.append(_silent(desk, edge, line, told, links))
    return found


def _silent(desk: Desk, edge: Edge, line: Line, told: tuple[date, ...], links: Callable[[str], str]) -> Line:
    return replace(
        line,
        name=named(desk, line.person),
        why=why_open(edge, for_others=True),
        act="Please call.",
        knows=f"Reminded {len(told)} times, last on {show(told[-1])}.",
        url=links(f"person/{line.person}"),
        owner="",
        does_not_count="",
        minutes=0,
    )

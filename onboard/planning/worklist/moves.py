"""Who starts and leaves, what leavers leave behind, who does not react.

Each line says what the coordinator prepares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from onboard.dates import plus_days, show, show_to_act
from onboard.judging.appointments import stay
from onboard.judging.estimates import first_start
from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import Line, Section
from onboard.model.phrases import joined, phrase
from onboard.model.records import record_order
from onboard.planning.deadlines import Edge, edges, own_act
from onboard.planning.lab_day import Desk
from onboard.planning.lines import ready_words, status_of, why_open
from onboard.planning.people import codes, named, typed, writable
from onboard.planning.steps import StepState, checklist
from onboard.planning.worklist.mismatches import mismatch_line

#: So many reminders without a reaction put a person on the list.
_REMINDED = 2


def move_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """Starters and leavers of the next days by date, then what people hold who are not in the lab."""
    until = plus_days(desk.today, desk.lab.cadence.starting_days)
    found: list[Line] = []
    for person in sorted(typed(desk), key=record_order):
        run = stay(desk.assessment, person, desk.today)
        if run and desk.today <= run[0] <= until:
            found.append(_starts(desk, person, run[0], links))
        if run and run[1] and run[0] <= desk.today and desk.today <= run[1] <= until:
            found.append(_leaves(desk, person, run[1], links))
    wrong = reconcile(desk.assessment, desk.today)
    held = [_held(desk, m, links) for kind in _HELD for m in wrong if m.kind is kind]
    return sorted(found, key=lambda line: (line.due or desk.today, line.name)) + held


def new_under_old(desk: Desk) -> list[Line]:
    """Return record ids that became another person's a few days ago.

    With what still names them: for a person to look at.
    """
    first = plus_days(desk.today, -desk.lab.cadence.starting_days)
    days = {record: since.astimezone(desk.lab.zone).date() for record, since in desk.history.new_people.items()}
    recent = [record for record, day in days.items() if first <= day <= desk.today and record in desk.assessment.people]
    return [_new_under_old(desk, record, days[record]) for record in sorted(recent, key=record_order)]


def _new_under_old(desk: Desk, record: str, day: date) -> Line:
    led = codes(desk, [protocol.record for protocol in desk.assessment.protocols.values() if protocol.pi == record])
    rows = desk.assessment.appointments.items()
    under = [named(desk, person) for person, found in rows if any(one.supervisor == record for one in found) and person != record]
    named_in = [phrase("worklist.pi_of", protocols=led)] if led else []
    named_in += [phrase("worklist.supervisor_of", names=", ".join(under))] if under else []
    both = joined(" and ", named_in)
    return Line(
        key="",
        section=Section.MOVES,
        title=phrase("worklist.new_record", record=record, day=show(day)),
        why=phrase("worklist.new_record_why"),
        act=phrase("worklist.new_record_check", named_in=both, record=record) if named_in else "",
        person=record,
        name=named(desk, record),
        since=day,
    )


def _starts(desk: Desk, person: str, start: date, links: Callable[[str], str]) -> Line:
    steps = checklist(desk.assessment, person, desk.today)
    ready = first_start(desk.assessment, person, desk.today, desk.calendar)
    ours = [s.requirement.title for s in steps if s.owner == "coordinator" and s.state is not StepState.DONE]
    return Line(
        key="",
        section=Section.MOVES,
        title=phrase("lines.starts", day=show_to_act(start, desk.today)),
        why=ready_words(desk, ready.about if ready else None),
        act=phrase("worklist.yours", titles=", ".join(ours)) if ours else "",
        person=person,
        name=named(desk, person),
        due=start,
        days=(start - desk.today).days,
        url=links(f"onboarding/{person}/"),
    )


def _leaves(desk: Desk, person: str, last: date, links: Callable[[str], str]) -> Line:
    protocols = codes(desk, desk.protocols_today(person))
    return Line(
        key="",
        section=Section.MOVES,
        title=phrase("worklist.leaves", day=show_to_act(last, desk.today)),
        act=phrase("worklist.take_off", protocols=protocols) if protocols else "",
        person=person,
        name=named(desk, person),
        due=last,
        days=(last - desk.today).days,
        url=links(f"appointment/{person}/"),
    )


#: What people hold who are not in the lab. One whose appointment begins later is among those who start; one whose
#: appointment cannot be read is among the records to correct.
_HELD = (MismatchKind.LEFT_DELEGATED, MismatchKind.NO_APPOINTMENT)


def _held(desk: Desk, mismatch: Mismatch, links: Callable[[str], str]) -> Line:
    title, act = phrase(f"worklist.{mismatch.kind.value}"), phrase(f"worklist.{mismatch.kind.value}_do")
    return mismatch_line(desk, mismatch, Section.MOVES, title, act, links)


def silent_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """Return people who did not act on two or more reminders.

    For two working days after the last mail.
    """
    found = []
    for person in writable(desk):
        reminded = [(edge, told) for edge, told in _open(desk, person) if _no_reaction(desk, told)]
        if reminded:
            found.append(_silent(desk, person, reminded, links))
    return found


def _no_reaction(desk: Desk, told: Sequence[date]) -> bool:
    if len(set(told)) < _REMINDED:
        return False
    return desk.calendar.add(told[-1], desk.lab.cadence.announce_working_days) <= desk.today


def _open(desk: Desk, person: str) -> list[tuple[Edge, tuple[date, ...]]]:
    mine = (e for e in edges(desk.findings(person), desk.today) if own_act(e.requirement) and not e.started)
    return [(edge, desk.said.told_on(edge.stem)) for edge in mine]


def _silent(desk: Desk, person: str, reminded: Sequence[tuple[Edge, tuple[date, ...]]], links: Callable[[str], str]) -> Line:
    first, last = reminded[0][0], max(told[-1] for _, told in reminded)
    return Line(
        key="",
        section=Section.SILENT,
        title=", ".join(edge.requirement.title for edge, _ in reminded),
        why=why_open(first, desk.today, for_others=True),
        act=phrase("worklist.call"),
        person=person,
        name=named(desk, person),
        status=status_of(desk, first),
        due=None if first.ends else first.deadline,
        ends=first.ends,
        days=first.days(desk.today),
        url=links(f"person/{person}/"),
        knows=phrase("worklist.reminded", count=max(len(set(told)) for _, told in reminded), day=show(last)),
    )

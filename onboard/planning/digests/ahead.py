"""What comes next in a digest: ends within a month, starts, and overdue work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from onboard.dates import plus_days, show, show_to_act
from onboard.folding import fold
from onboard.judging.appointments import stay
from onboard.judging.estimates import first_start
from onboard.judging.readiness import status_on
from onboard.model import Assignment, Horizon, Line, Role, Section, Status
from onboard.model.phrases import Phrase, joined, made, phrase
from onboard.planning.blockers import blocks
from onboard.planning.causes import short
from onboard.planning.deadlines import Edge, announced, edges, own_act
from onboard.planning.digests.escalations import Calls
from onboard.planning.digests.scope import View
from onboard.planning.digests.today import approvals_ending, renewal_sent
from onboard.planning.lab_day import Desk
from onboard.planning.lines import ready_words
from onboard.planning.people import codes, green_light, here, is_new_hire, named, present_appointment
from onboard.planning.told import knows, welcomed

# next 30 days ---------------------------------------------------------------------------------------------------------


def next_lines(desk: Desk, view: View, calls: Calls) -> list[Line]:
    """Return ends of approvals, and of trainings whose holders were told in time.

    By date; on one day the reader's own come first.
    """
    found = _approval_lines(desk, view) + [line for person in view.people for line in _ends(desk, view, person, calls)]
    return sorted(found, key=lambda line: (line.ends or desk.today, line.person != view.reader, line.name, line.title))


def _ends(desk: Desk, view: View, person: str, calls: Calls) -> list[Line]:
    until = plus_days(desk.today, desk.lab.cadence.next_days)
    return [
        Line(
            key="",
            section=Section.NEXT,
            title=edge.requirement.title,
            person=person,
            name=named(desk, person),
            protocol=codes(desk, [edge.scope.protocol]) if edge.scope.protocol else "",
            status=status_on(edge.finding, desk.today),
            ends=edge.ends,
            days=edge.days(desk.today),
            knows=knows(desk, person, edge),
            owner="",
            act=_begun_words(edge),
            also=calls.keys(person, edge.of),
        )
        for edge in edges(desk.findings(person), desk.today)
        if edge.ends and desk.today <= edge.ends <= until and own_act(edge.requirement) and here(desk, person)
        if edge.scope.protocol in ("", *view.protocols) and (person == view.reader or announced(desk, edge))
    ]


def _begun_words(edge: Edge) -> str:
    """What the person did about it so far; "" for nothing."""
    if edge.claimed:
        return phrase("digest.received")
    signed = max((e.on for e in edge.finding.obligation.evidence.enrolments if isinstance(e.on, date)), default=None)
    if edge.in_hand and signed:
        return phrase("digest.signed_up", day=show(signed))
    return phrase("digest.under_way") if edge.started else ""


def _approval_lines(desk: Desk, view: View) -> list[Line]:
    """One line a protocol whose renewal was sent: the last day of the approval that holds today. The rest needs the PI."""
    ends = approvals_ending(desk, view, desk.lab.cadence.next_days)
    return [
        _approval_line(desk, record, last, sent) for record, last in ends.items() if (sent := renewal_sent(desk, record, last))
    ]


def _approval_line(desk: Desk, record: str, last: date, sent: date) -> Line:
    code = codes(desk, [record])
    return Line(
        key="",
        section=Section.NEXT,
        title=phrase("digest.approval_ends", protocol=code),
        why=phrase("digest.renewal_sent", day=show(sent)),
        protocol=code,
        status=Status.EXPIRING,
        ends=last,
        days=(last - desk.today).days,
    )


# starting -------------------------------------------------------------------------------------------------------------


def starting_lines(desk: Desk, view: View) -> list[Line]:
    """People who start within the next days, or are in their first weeks and not among the blocked: ready about when, and
    what takes longest once they have their list."""
    found = []
    until = plus_days(desk.today, desk.lab.cadence.next_days)
    for person in view.people:
        run = stay(desk.assessment, person, desk.today)
        if not run or run[0] > until or not is_new_hire(desk, person) or not green_light(desk, person):
            continue
        if not blocks(desk, person, view.protocols):
            found.append(_starting_line(desk, person, run[0]))
    return sorted(found, key=lambda line: (line.since or desk.today, line.name))


def _starting_line(desk: Desk, person: str, start: date) -> Line:
    ready = first_start(desk.assessment, person, desk.today, desk.calendar)
    code = codes(desk, [ready.protocol]) if ready and ready.about and ready.protocol else ""
    when = [ready_words(desk, ready.about if ready else None)]
    if ready and ready.about and ready.bottleneck and welcomed(desk, person):
        when.append(phrase("digest.slowest", title=short(ready.bottleneck.title)))
    begins = "lines.starts" if start > desk.today else "lines.started"
    today, day = start == desk.today, show_to_act(start, desk.today)
    return Line(
        key="",
        section=Section.STARTING,
        title=phrase("lines.starts_today") if today else phrase(begins, day=day),
        why=joined(" ", when),
        person=person,
        name=named(desk, person),
        protocol=code,
        since=start,
    )


# work that is off -----------------------------------------------------------------------------------------------------

_SOON = 14
_MANY = 4


def stack_lines(desk: Desk, view: View) -> list[Line]:
    """Pieces of work of people past their first weeks who have any: what is overdue, what waits for it, much due at once, and
    once a month which lengths of work are missing; facts only."""
    found = []
    for person in view.people:
        pieces = desk.assessment.assignments.get(person, ())
        settled = here(desk, person) and not is_new_hire(desk, person) and _does_research(desk, person)
        facts = _stack_facts(desk, pieces) if pieces and settled else []
        if facts:
            found.append(Line(key="", section=Section.STACK, title=joined("; ", facts), person=person, name=named(desk, person)))
    return sorted(found, key=lambda line: (line.person != view.reader, line.name))


def _does_research(desk: Desk, person: str) -> bool:
    """Whether short, medium and long pieces are meant for them: not for the PI, the coordinator and the office."""
    appointment = present_appointment(desk, person)
    return appointment is None or appointment.role not in (Role.PI, Role.COORDINATOR, Role.ADMIN)


def _held_up(live: Sequence[Assignment], today: date) -> Iterable[str]:
    """Pieces that wait for another open one, where that one is overdue or due after the piece itself."""
    open_pieces = {fold(piece.title): piece for piece in live}
    for piece in live:
        first = open_pieces.get(fold(piece.depends_on)) if piece.depends_on.strip() else None
        if first is None or first is piece or not isinstance(first.due, date):
            continue
        if first.due < today or (isinstance(piece.due, date) and piece.due < first.due):
            yield phrase("digest.waits_for", title=piece.title, first=first.title)


def _alternatives(between: str, *words: str) -> str:
    return between.join(words)


def _stack_facts(desk: Desk, pieces: tuple[Assignment, ...]) -> list[str]:
    live = [p for p in pieces if p.done is None and not (isinstance(p.first, date) and p.first > desk.today)]
    due = [(p, p.due) for p in live if isinstance(p.due, date)]
    late = [
        phrase("digest.was_due", title=p.title, day=show(day))
        for p, day in sorted(due, key=lambda pair: (pair[1], pair[0].title))
        if day < desk.today
    ]
    soon = sum(desk.today <= day <= plus_days(desk.today, _SOON) for _, day in due)
    empty = _empty(live) if desk.today.day <= _WEEK else []
    facts = [*late, *_held_up(live, desk.today)]
    if soon >= _MANY:
        facts.append(phrase("digest.due_soon", count=soon, days=_SOON))
    if empty:
        facts.append(phrase("digest.no_work", horizons=made(_alternatives, phrase("digest.or"), *empty)))
    return facts


#: Once a month, in its first digest.
_WEEK = 7


def _empty(live: Sequence[Assignment]) -> list[Phrase]:
    """The lengths of work of which a person has none; nothing where a length is not known."""
    has = {p.horizon for p in live}
    return [phrase(f"horizons.{h.value}") for h in Horizon if h not in has] if None not in has else []

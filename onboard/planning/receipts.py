"""Receipts: complete records, and what became of evidence sent in.

Comes out: those that were not sent yet.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from onboard.dates import known_day, plus_days, show, show_near, show_to_act
from onboard.judging.appointments import renewal
from onboard.judging.readiness import cleared_on, ready_span
from onboard.model import Checked, Cleared, Completion, ItemState, Line, Readiness, Section
from onboard.model.phrases import made, phrase
from onboard.planning import item_keys
from onboard.planning.lab_day import Desk
from onboard.planning.lines import coordinator
from onboard.planning.people import codes
from onboard.timeline import Answer, Coverage


def cleared_lines(desk: Desk, person: str, address: str) -> list[Line]:
    """`Your records for P are complete`, once per cleared stretch of each protocol the person works on."""
    found = []
    for row in desk.rows(person):
        if not row.protocol or row.task or cleared_on(row, desk.today) is not Cleared.CLEARED or not desk.working(row):
            continue
        if goes_on(desk, row):
            continue
        first, until = ready_span(row, desk.today)
        key = _key_of_news(desk, row, first, address)
        if key:
            found.append(_cleared_line(desk, key, codes(desk, [row.protocol]), row, until))
    return found


def _key_of_news(desk: Desk, row: Readiness, first: date | None, address: str) -> str:
    """The key under which a cleared row is told; "" where the person knows.

    A record that is put right later may clear days long gone, told already or before reminders began. Who was asked to stop
    meanwhile is told all the same, once for each stop.
    """
    key, stopped = item_keys.cleared(row.person, row.protocol, first), _stopped(desk, row)
    if stopped and not _said_in(desk, key, stopped):
        again = item_keys.cleared_again(key, stopped) if key in desk.history.items else key
        return "" if desk.said.settled(again, address) else again
    return "" if desk.said.settled(key, address) or _said_in(desk, key, first) else key


def _stopped(desk: Desk, row: Readiness) -> date | None:
    """The last day on which a mail asked the person to stop for something that the row asks for on that day."""
    days = (
        day
        for clause in row.clauses
        for stem in desk.said.told_episodes(row.person, clause.finding.requirement.id, clause.finding.scope)
        for day in desk.said.stopped_on(stem)
        if clause.asked.at(day) is Answer.YES
    )
    return max(days, default=None)


def resolved_lines(desk: Desk, person: str, address: str) -> list[Line]:
    """That a task may go on, once, to who was told to stop it; of a whole protocol `cleared_lines` tells."""
    found = []
    for row in desk.rows(person):
        if row.task and cleared_on(row, desk.today) is Cleared.CLEARED and desk.working(row):
            told = [f for clause in row.clauses if (f := clause.finding).scope.task is row.task]
            stems = [
                s for f in told for s in desk.said.told_episodes(person, f.requirement.id, f.scope) if desk.said.stopped_on(s)
            ]
            keys = [key for key in map(item_keys.resolved, stems) if not desk.said.settled(key, address)]
            if keys:
                found.append(_resolved_line(desk, row, row.task.label, keys))
    return found


def _resolved_line(desk: Desk, row: Readiness, task: str, keys: list[str]) -> Line:
    code = codes(desk, [row.protocol])
    return Line(
        key=keys[0],
        section=Section.CLEARED,
        title=phrase("receipts.task_again", task=task, protocol=code),
        why=phrase("receipts.task_complete", task=task, protocol=code),
        act=phrase("receipts.mirrors"),
        person=row.person,
        protocol=code,
        task=task,
        status=Cleared.CLEARED,
        also=tuple(keys[1:]),
    )


def goes_on(desk: Desk, row: Readiness) -> bool:
    """Whether a row is cleared as it was before a gap between two appointments of one stay."""
    first, _ = ready_span(row, desk.today)
    found = renewal(desk.assessment, row.person, first) if first else None
    return found is not None and found[0].first == first and row.cleared.sure.covers(found[1])


def _cleared_line(desk: Desk, key: str, code: str, row: Readiness, until: date | None) -> Line:
    first = ready_span(row, desk.today)[0]
    day = show_to_act(first, desk.today) if first else ""
    why = phrase("receipts.stay_complete", protocol=code, day=show_near(until, desk.today)) if until else None
    return Line(
        key=key,
        section=Section.CLEARED,
        title=phrase("receipts.complete", protocol=code),
        headline=phrase("receipts.cleared_since", protocol=code, day=day) if day else "",
        why=why or phrase("receipts.no_end", protocol=code),
        act=phrase("receipts.mirrors"),
        person=row.person,
        protocol=code,
        status=Cleared.CLEARED,
        ends=until,
        days=(until - desk.today).days if until else None,
    )


def _said_in(desk: Desk, key: str, first: date | None) -> bool:
    """Whether it was said within this very stretch: a corrected date must not say it again."""
    said = desk.said.under(key.rpartition("/")[0]).values()
    return any(record.state is not ItemState.REFUSED and (first is None or record.on >= first) for record in said)


#: A renewal that began longer ago is no news.
_RENEWED_DAYS = 14


def renewed_lines(desk: Desk, person: str, address: str) -> list[Line]:
    """That an appointment goes on, once; with the days between, which no appointment covers."""
    found = renewal(desk.assessment, person, plus_days(desk.today, -_RENEWED_DAYS))
    if found is None:
        return []
    row, last = found
    key = item_keys.renewed(person, row.evidence)
    first = known_day(row.first)
    if first is None or desk.said.settled(key, address):
        return []
    free = [plus_days(last, 1), plus_days(first, -1)]
    gap = phrase("renewed.no_work", first=show(free[0]), last=show(free[1])) if free[0] <= free[1] else ""
    through = known_day(row.last)
    return [
        Line(
            key=key,
            section=Section.RECEIPT,
            title=phrase("renewed.through", day=show(through)) if through else phrase("renewed.goes_on"),
            why=phrase("renewed.why", last=show(last), first=show(first)),
            act=gap,
            person=person,
            status="renewed",
        )
    ]


def receipts(desk: Desk, person: str, address: str) -> list[Line]:
    """Return what became of a person's evidence, each outcome once.

    Received, then accepted or not accepted.
    """
    handed = sorted(desk.assessment.completions.get(person, ()), key=_by_day)
    found = (_receipt(desk, c, address) for c in handed)
    return [line for line in found if line]


def _by_day(completion: Completion) -> tuple[date, str]:
    return (completion.completed if isinstance(completion.completed, date) else date.max), completion.evidence


def _receipt(desk: Desk, completion: Completion, address: str) -> Line | None:
    state = _receipt_state(desk, completion)
    key = item_keys.receipt(completion.person, completion.evidence, state)
    if not state or desk.said.settled(key, address):
        return None
    name, course = coordinator(desk), completion.course
    line = Line(key=key, section=Section.RECEIPT, title=course, person=completion.person, status=state)
    received = item_keys.receipt(completion.person, completion.evidence, "received")
    if state == "received":
        return replace(line, headline=phrase("receipts.received_news", course=course), why=phrase("receipts.received", name=name))
    skips = () if received in desk.history.items else (received,)
    if state == "declined":
        reason = completion.reason.strip().rstrip(".")
        why = phrase("receipts.declined", name=name, reason=made(_capitalized, reason)) if reason else None
        return replace(
            line,
            headline=phrase("receipts.declined_news", course=course),
            why=why or phrase("receipts.not_said_why", name=name),
            act=phrase("receipts.ask_first", name=name),
            skips=skips,
        )
    ends = _counts_through(desk, completion)
    day = show_near(ends, desk.today) if ends else ""
    return replace(
        line,
        headline=phrase("receipts.accepted_news", course=course, day=day)
        if day
        else phrase("receipts.accepted_open", course=course),
        why=phrase("receipts.counts_through", name=name, day=day) if day else phrase("receipts.counts_for", name=name),
        skips=skips,
    )


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _receipt_state(desk: Desk, completion: Completion) -> str:
    """received, accepted, declined; "" when there is nothing to tell: not handed in by the person, or still in doubt."""
    if completion.checked is Checked.WAITING:
        return "received"
    if completion.checked is Checked.DECLINED:
        return "declined"
    if completion.passed is False:  # the worklist asks which of score and decision is right
        return ""
    handed_in = completion.source == "survey" or isinstance(completion.checked_on, date)
    received = item_keys.receipt(completion.person, completion.evidence, "received") in desk.history.items
    return "accepted" if (handed_in or received) and not _in_doubt(desk, completion) else ""


def _grounds(desk: Desk, completion: Completion) -> list[Coverage]:
    findings = desk.findings(completion.person)
    return [g.gives for f in findings for g in f.grounds if g.evidence == completion.evidence]


def _in_doubt(desk: Desk, completion: Completion) -> bool:
    gives = _grounds(desk, completion)
    return bool(gives) and not any(days.sure for days in gives)


def _counts_through(desk: Desk, completion: Completion) -> date | None:
    """The last day it surely counts for anything; None for no end or nothing sure."""
    ends = [days.sure.end() for days in _grounds(desk, completion) if days.sure]
    return max((day for day in ends if day), default=None) if ends and None not in ends else None

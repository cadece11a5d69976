"""What a reader should know beside the verdict: starters, leavers still listed, what ends soon, waivers, work before training.
Decides no verdict; each remark is one sentence read off the same timelines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import plus_days, show
from onboard.judging import kinds
from onboard.judging.readiness import belongs_on, met_until, status_on
from onboard.model import Assessment, Clause, Finding, Readiness, Status
from onboard.model.choices import Choice
from onboard.questions.spells import rows_of
from onboard.questions.wording import task_words
from onboard.timeline import ALWAYS, Answer, Timeline

#: Days for which a delegation before its training is told after the training came; the history keeps it for good.
_RECENT = 30


def remarks(assessment: Assessment, row: Readiness, day: date) -> tuple[str, ...]:
    """Sentences about one row on `day`, most pressing first."""
    told = (
        *_standing(assessment, row, day),
        *_listed_by(row, assessment, day),
        *_waived(row, day),
        *_ending(row, day),
        *_before_training(assessment, row, day),
        *_green_light(assessment, row),
    )
    return tuple(dict.fromkeys(told))


def _standing(assessment: Assessment, row: Readiness, day: date) -> Iterable[str]:
    """Starts, left, never appointed, or an appointment nobody can read."""
    answer = belongs_on(assessment, row.person, day)
    if answer is Answer.UNKNOWN:
        yield "Whether they belong to the lab on this day cannot be told."
    if answer is not Answer.NO:
        return
    starts = row.belongs.sure.first_day(day)
    left = (row.belongs.sure & Timeline.between(None, day)).end()
    if starts:
        yield f"Starts {show(starts)}{_open_by(row, starts)}."
    elif left:
        yield f"Left {show(left)}."
    else:
        yield "No appointment is on record."


def _open_by(row: Readiness, starts: date) -> str:
    """What is not there yet on the first day."""
    titles = (c.finding.requirement.title for c in row.clauses if c.holds.at(starts) is not Answer.YES)
    named = ", ".join(dict.fromkeys(titles))
    return f"; not there yet for that day: {named}" if named else "; the records are complete for that day"


def _listed_by(row: Readiness, assessment: Assessment, day: date) -> Iterable[str]:
    """Who stays listed as external collaborator; and who left but is still listed, which is a mismatch."""
    gone = belongs_on(assessment, row.person, day) is Answer.NO and row.belongs.sure.first_day(day) is None
    for finding in assessment.by_person.get(row.person, ()):
        if not kinds.of(finding.requirement).filed or finding.scope.protocol != row.protocol:
            continue
        if finding.met.at(day) is not Answer.NO:
            where = assessment.protocol_label(row.protocol)
            if any(listing.stays for listing in finding.obligation.evidence.listings):
                yield f"Stays listed on {where} as external collaborator."
            elif gone:
                yield f"Still on the IRB list of {where}."


def _asked_with(row: Readiness, day: date, status: Status) -> list[Clause]:
    return [clause for clause in row.clauses if status_on(clause.finding, day, clause.asked) is status]


def _waived(row: Readiness, day: date) -> Iterable[str]:
    for clause in _asked_with(row, day, Status.WAIVED):
        until = met_until(clause.finding, day)
        yield f"{clause.finding.requirement.title}: met by a waiver" + (f" until {show(until)}." if until else ".")


def _ending(row: Readiness, day: date) -> Iterable[str]:
    ending = [(met_until(clause.finding, day), clause.finding) for clause in _asked_with(row, day, Status.EXPIRING)]
    for until, finding in sorted(((u, f) for u, f in ending if u), key=lambda pair: pair[0]):
        yield f"{finding.requirement.title} ends {show(until)}."


def _green_light(assessment: Assessment, row: Readiness) -> Iterable[str]:
    person = assessment.people.get(row.person)
    if person and not person.complete:
        yield "Their person form is not marked Complete, so nobody writes to them yet."


def _before_training(assessment: Assessment, row: Readiness, day: date) -> Iterable[str]:
    """Tasks delegated before their training was there (ICH E6(R3) 2.3.2), those of one date together, while it still matters."""
    found: dict[tuple[date, date | None], list[str]] = {}
    rows = [row] if row.task else [r for r in rows_of(assessment, row.person) if r.protocol == row.protocol and r.task]
    for task_row in rows:
        early = _early(task_row, day)
        if early:
            found.setdefault(early, []).append(task_words(task_row.task))
    for (first, trained), tasks in found.items():
        since = f"trained only from {show(trained)}" if trained else "not trained yet"
        yield f"Delegated from {show(first)} before the training was there: {', '.join(tasks)} ({since})."


def _early(row: Readiness, day: date) -> tuple[date, date | None] | None:
    """First delegated day and first trained day of a delegation before its training that lasted to within a month of `day`."""
    delegated = _delegated(row)
    trained = ALWAYS
    for clause in row.clauses:
        if kinds.of(clause.finding.requirement).before_tasks:
            trained = trained & clause.holds.possible
    for first, last in delegated.ranges():
        start = trained.first_day(first) if first else None
        ended = start is not None and start <= plus_days(day, -_RECENT)
        if first and first <= day and start != first and not ended and (last is None or last >= plus_days(day, -_RECENT)):
            return first, start
    return None


def _delegated(row: Readiness) -> Timeline:
    found: list[Finding] = [clause.finding for clause in row.clauses if kinds.of(clause.finding.requirement).delegates]
    days = Timeline()
    for finding in found:
        days = days | finding.met.sure
    return days


def roles_over_time(assessment: Assessment, person: str) -> tuple[str, ...]:
    """One line an appointment, in order of their first days: ``fellow, employee, 1 Jan 2024 to 30 Jun 2026``; without a last day
    ``from 1 Jan 2024 on``."""
    rows = assessment.appointments.get(person, ())
    dated = sorted(rows, key=lambda a: a.first if isinstance(a.first, date) else date.max)
    return tuple(
        f"{_word(a.role)}, {_word(a.kind)}, {_days(a.first, a.last)}"
        + (f", supervisor {assessment.person_label(a.supervisor)}" if a.supervisor else "")
        for a in dated
    )


def _word(value: Choice | None) -> str:
    return value.label if value else "not stated"


def _days(first: object, last: object) -> str:
    return f"from {_day(first)} on" if last is None else f"{_day(first)} to {_day(last)}"


def _day(day: object) -> str:
    return show(day) if isinstance(day, date) else "a day that cannot be read"

"""Remarks beside the verdict, each one sentence read off the same timelines.

Starters, leavers still listed, what ends soon, waivers, work before training.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import plus_days, show
from onboard.judging import kinds
from onboard.judging.readiness import belongs_on, met_until, status_on
from onboard.model import Appointment, Assessment, Clause, Finding, Readiness, Status
from onboard.model.choices import Choice
from onboard.model.phrases import Phrase, phrase
from onboard.questions.spells import rows_of
from onboard.questions.wording import task_words
from onboard.timeline import ALWAYS, Answer, Timeline

#: Days for which a delegation before its training is shown after the training came; the history keeps it permanently.
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
    """Say that the person starts, left, was never appointed, or cannot be placed.

    The last: an appointment that cannot be read.
    """
    answer = belongs_on(assessment, row.person, day)
    if answer is Answer.UNKNOWN:
        yield phrase("remarks.unknown")
    if answer is not Answer.NO:
        return
    starts = row.belongs.sure.first_day(day)
    left = (row.belongs.sure & Timeline.between(None, day)).end()
    if starts:
        yield _starts(row, starts)
    elif left:
        yield phrase("remarks.left", day=show(left))
    else:
        yield phrase("remarks.never")


def _starts(row: Readiness, starts: date) -> Phrase:
    """The first day, and what is not there yet on it."""
    titles = (c.finding.requirement.title for c in row.clauses if c.holds.at(starts) is not Answer.YES)
    named = ", ".join(dict.fromkeys(titles))
    if not named:
        return phrase("remarks.starts", day=show(starts))
    return phrase("remarks.starts_without", day=show(starts), titles=named)


def _listed_by(row: Readiness, assessment: Assessment, day: date) -> Iterable[str]:
    """Who stays listed as external collaborator; and who left but is still listed, which is a mismatch."""
    gone = belongs_on(assessment, row.person, day) is Answer.NO and row.belongs.sure.first_day(day) is None
    for finding in assessment.by_person.get(row.person, ()):
        if not kinds.of(finding.requirement).filed or finding.scope.protocol != row.protocol:
            continue
        if finding.met.at(day) is not Answer.NO:
            where = assessment.protocol_label(row.protocol)
            if any(listing.stays for listing in finding.obligation.evidence.listings):
                yield phrase("remarks.stays_listed", protocol=where)
            elif gone:
                yield phrase("remarks.still_listed", protocol=where)


def _asked_with(row: Readiness, day: date, status: Status) -> list[Clause]:
    return [clause for clause in row.clauses if status_on(clause.finding, day, clause.asked) is status]


def _waived(row: Readiness, day: date) -> Iterable[str]:
    for clause in _asked_with(row, day, Status.WAIVED):
        until, title = met_until(clause.finding, day), clause.finding.requirement.title
        yield phrase("remarks.waived_until", title=title, day=show(until)) if until else phrase("remarks.waived", title=title)


def _ending(row: Readiness, day: date) -> Iterable[str]:
    ending = [(met_until(clause.finding, day), clause.finding) for clause in _asked_with(row, day, Status.EXPIRING)]
    for until, finding in sorted(((u, f) for u, f in ending if u), key=lambda pair: pair[0]):
        yield phrase("remarks.ends", title=finding.requirement.title, day=show(until))


def _green_light(assessment: Assessment, row: Readiness) -> Iterable[str]:
    person = assessment.people.get(row.person)
    if person and not person.complete:
        yield phrase("remarks.not_complete")


def _before_training(assessment: Assessment, row: Readiness, day: date) -> Iterable[str]:
    """Tasks delegated before their training was there (ICH E6(R3) 2.3.2), those of one date together, while it still matters."""
    found: dict[tuple[date, date | None], list[str]] = {}
    rows = [row] if row.task else [r for r in rows_of(assessment, row.person) if r.protocol == row.protocol and r.task]
    for task_row in rows:
        early = _early(task_row, day)
        if early:
            found.setdefault(early, []).append(task_words(task_row.task))
    for (first, trained), tasks in found.items():
        since = phrase("remarks.trained_from", day=show(trained)) if trained else phrase("remarks.not_trained")
        yield phrase("remarks.before_training", first=show(first), tasks=", ".join(tasks), since=since)


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
    return tuple(_appointment_words(assessment, a) for a in dated)


def _appointment_words(assessment: Assessment, row: Appointment) -> Phrase:
    role, kind, days = _word(row.role), _word(row.kind), _days(row.first, row.last)
    if not row.supervisor:
        return phrase("remarks.appointment", role=role, kind=kind, days=days)
    name = assessment.person_label(row.supervisor)
    return phrase("remarks.appointment_under", role=role, kind=kind, days=days, name=name)


def _word(value: Choice | None) -> str:
    return value.label if value else phrase("answers.not_stated")


def _days(first: object, last: object) -> str:
    if last is None:
        return phrase("days.from_on", day=_day(first))
    return phrase("days.from_to", first=_day(first), last=_day(last))


def _day(day: object) -> str:
    return show(day) if isinstance(day, date) else phrase("grounds.unreadable_day")

"""Disagreements between IRB listings, delegations, training and appointments.

Who is listed or delegated and not certainly in the lab is one: with no appointment, with one that begins later, with one that
ended, or with one whose days cannot be read. It compares the lab's own records on one day; what the IRB itself lists is another
list. It files and clears nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from onboard.dates import plus_days, show
from onboard.judging import kinds
from onboard.judging.appointments import stays
from onboard.judging.closed import closed_on
from onboard.judging.coverage import filed, listing_presence, span
from onboard.judging.readiness import belongs_on, status_on, status_span
from onboard.model import Assessment, Delegation, Finding, Listing, Readiness, Status, Task
from onboard.model.phrases import Phrase, phrase
from onboard.timeline import Answer, Coverage, Timeline, all_of, any_of


class MismatchKind(StrEnum):
    """What disagrees with what."""

    LEFT_LISTED = "left_listed"  # left the lab, still on an IRB list, and not marked as staying
    LEFT_DELEGATED = "left_delegated"  # left the lab, a delegation still runs
    NO_APPOINTMENT = "no_appointment"  # listed or delegated, no appointment on record
    APPOINTMENT_UNREADABLE = "appointment_unreadable"  # listed or delegated, and perhaps not in the lab
    BEFORE_FIRST_DAY = "before_first_day"  # listed or delegated, the appointment on record begins later
    WORK_UNLISTED = "work_unlisted"  # has tasks on a protocol that must list them and does not
    LISTED_UNTRAINED = "listed_untrained"  # listed, a training of the protocol is not met
    DELEGATED_BEFORE_TRAINED = "delegated_before_trained"  # the delegation begins before the training of its task


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One disagreement. `since` and `until` are inclusive; `until` None: ongoing."""

    kind: MismatchKind
    words: str  # one sentence, with dates
    people: tuple[str, ...]  # record ids
    protocol: str  # record id
    evidence: tuple[str, ...]
    since: date | None
    until: date | None = None


def reconcile(assessment: Assessment, today: date) -> list[Mismatch]:
    """Return every disagreement on `today`, by protocol and person.

    Includes delegations that began before their training. A closed protocol has none: all of its rows are to be ended.
    """
    rows: dict[str, list[Readiness]] = {}
    for row in assessment.readiness:
        rows.setdefault(row.person, []).append(row)
    found = [
        *_left_listed(assessment, today),
        *_left_delegated(assessment, today),
        *_not_here(assessment, today),
        *_unlisted(assessment, today),
        *_listed_untrained(assessment, rows, today),
        *_before_trained(assessment, rows, today),
    ]
    closed = closed_on(assessment, today)
    return sorted((m for m in found if m.protocol not in closed), key=lambda m: (m.protocol, m.people, m.kind, m.evidence))


# left the lab ---------------------------------------------------------------------------------------------------------


def _left(assessment: Assessment, person: str, today: date) -> date | None:
    """Return the last day of a person who certainly left, with no next appointment on record; None otherwise."""
    if person not in assessment.people or belongs_on(assessment, person, today) is not Answer.NO:
        return None
    days = stays(assessment, person)
    return None if days.first_day(today) else (days & Timeline.between(None, plus_days(today, -1))).end()


def _left_listed(assessment: Assessment, today: date) -> Iterable[Mismatch]:
    for row in assessment.listings:
        last = _left(assessment, row.person, today)
        if last and _listed(assessment, row, today):
            name, code = assessment.person_label(row.person), assessment.protocol_label(row.protocol)
            words = phrase("mismatches.left_listed", name=name, last=show(last), protocol=code)
            yield _mismatch(MismatchKind.LEFT_LISTED, words, row, plus_days(last, 1))


def _listed(assessment: Assessment, row: Listing, today: date) -> bool:
    """Whether a row certainly lists the person today, and is not of somebody who was here and stays listed from outside."""
    if not row.protocol or listing_presence(row).at(today) is not Answer.YES:
        return False
    return not (row.stays and _was_here(assessment, row.person, today))


def _was_here(assessment: Assessment, person: str, today: date) -> bool:
    """Whether an appointment may have begun before today."""
    rows = assessment.appointments.get(person, ())
    return bool(any_of(span(a.first, a.last) for a in rows).possible & Timeline.between(None, plus_days(today, -1)))


def _left_delegated(assessment: Assessment, today: date) -> Iterable[Mismatch]:
    for row in assessment.delegations:
        last = _left(assessment, row.person, today)
        if last and _delegated(row, today):
            name, code = assessment.person_label(row.person), assessment.protocol_label(row.protocol)
            words = phrase("mismatches.left_delegated", name=name, last=show(last), protocol=code)
            yield _mismatch(MismatchKind.LEFT_DELEGATED, words, row, plus_days(last, 1))


def _delegated(row: Delegation, today: date) -> bool:
    return bool(row.protocol) and span(row.first, row.last).at(today) is Answer.YES


# not in the lab, and did not leave it ---------------------------------------------------------------------------------


def _not_here(assessment: Assessment, today: date) -> Iterable[Mismatch]:
    """One for each person and protocol, from all rows that list or delegate them."""
    rows: dict[tuple[str, str], list[Listing | Delegation]] = {}
    for listing in assessment.listings:
        if _listed(assessment, listing, today):
            rows.setdefault((listing.person, listing.protocol), []).append(listing)
    for delegation in assessment.delegations:
        if _delegated(delegation, today):
            rows.setdefault((delegation.person, delegation.protocol), []).append(delegation)
    for (person, protocol), mine in rows.items():
        kind, words = _absence(assessment, person, protocol, mine, today)
        if kind:
            starts = [day for row in mine if (day := _begins(row, today))]
            evidence = tuple(sorted(row.evidence for row in mine))
            since = min(starts, default=None)
            yield Mismatch(kind=kind, words=words, people=(person,), protocol=protocol, evidence=evidence, since=since)


def _absence(
    assessment: Assessment, person: str, protocol: str, rows: Sequence[Listing | Delegation], today: date
) -> tuple[MismatchKind | None, str]:
    """Why a listed or delegated person is not certainly in the lab; (None, "") of one who is, or who left."""
    answer = belongs_on(assessment, person, today)
    if person not in assessment.people or answer is Answer.YES or _left(assessment, person, today):
        return None, ""
    values = {"name": assessment.person_label(person), "where": _where(rows, assessment.protocol_label(protocol))}
    first = stays(assessment, person).first_day(today)
    if answer is Answer.UNKNOWN or (first is None and assessment.appointments.get(person)):
        return MismatchKind.APPOINTMENT_UNREADABLE, phrase("mismatches.appointment_unreadable", **values)
    if first is None:
        return MismatchKind.NO_APPOINTMENT, phrase("mismatches.no_appointment", **values)
    if all(isinstance(row, Listing) and filed(row).covers(today) for row in rows):
        return None, ""  # a change that waits for the IRB's answer is filed before the first day
    return MismatchKind.BEFORE_FIRST_DAY, phrase("mismatches.before_first_day", **values, first=show(first))


def _where(rows: Sequence[Listing | Delegation], code: str) -> Phrase:
    listed = any(isinstance(row, Listing) for row in rows)
    delegated = any(isinstance(row, Delegation) for row in rows)
    how = "listed_and_delegated" if listed and delegated else "listed" if listed else "delegated"
    return phrase(f"mismatches.{how}", protocol=code)


def _begins(row: Listing | Delegation, today: date) -> date | None:
    """The first day of the run of days that holds today."""
    days = listing_presence(row) if isinstance(row, Listing) else span(row.first, row.last)
    run = days.sure.run_at(today)
    return run[0] if run else None


def _mismatch(
    kind: MismatchKind, words: str, row: Listing | Delegation, since: date | None, until: date | None = None
) -> Mismatch:
    return Mismatch(
        kind=kind,
        words=words,
        people=(row.person,),
        protocol=row.protocol,
        evidence=(row.evidence,),
        since=since,
        until=until,
    )


# work without a listing -----------------------------------------------------------------------------------------------


def _unlisted(assessment: Assessment, today: date) -> Iterable[Mismatch]:
    for finding in assessment.findings:
        if not kinds.of(finding.requirement).filed:
            continue
        evidence = _work(assessment, finding, today)
        if evidence and status_on(finding, today) in (Status.MISSING, Status.EXPIRED):
            name, code = assessment.person_label(finding.person), assessment.protocol_label(finding.scope.protocol)
            yield Mismatch(
                kind=MismatchKind.WORK_UNLISTED,
                words=phrase("mismatches.unlisted", name=name, protocol=code),
                people=(finding.person,),
                protocol=finding.scope.protocol,
                evidence=evidence,
                since=status_span(finding, today)[0],
            )


def _work(assessment: Assessment, finding: Finding, today: date) -> tuple[str, ...]:
    """Ids of the delegations and assignments that are certainly the person's on the protocol today."""
    person, protocol = finding.person, finding.scope.protocol
    rows = [d for d in assessment.delegations if (d.person, d.protocol) == (person, protocol)]
    given = [d.evidence for d in rows if span(d.first, d.last).at(today) is Answer.YES]
    pieces = [a for a in assessment.assignments.get(person, ()) if a.protocol == protocol]
    return tuple(sorted([*given, *(a.evidence for a in pieces if span(a.first, a.done).at(today) is Answer.YES)]))


# training -------------------------------------------------------------------------------------------------------------


def trained(rows: Iterable[Readiness], protocol: str, task: Task | None = None) -> Coverage:
    """Return the days on which a person meets every training of a protocol's row.

    Or of the row of a task on it. `rows` are the person's.
    """
    here = [row for row in rows if row.protocol == protocol]
    row = next((r for r in here if r.task is task), next((r for r in here if r.task is None), None))
    return all_of(c.holds for c in (row.clauses if row else ()) if kinds.of(c.finding.requirement).taught)


def _listed_untrained(assessment: Assessment, rows: Mapping[str, Sequence[Readiness]], today: date) -> Iterable[Mismatch]:
    for row in assessment.listings:
        belongs = belongs_on(assessment, row.person, today) is Answer.YES
        if not belongs or not row.protocol or listing_presence(row).at(today) is not Answer.YES:
            continue
        missing = missing_training(rows.get(row.person, ()), row.protocol, today)
        if missing:
            name, code = assessment.person_label(row.person), assessment.protocol_label(row.protocol)
            titles = ", ".join(f.requirement.title for f in missing)
            words = phrase("mismatches.listed_untrained", name=name, protocol=code, titles=titles)
            yield _mismatch(MismatchKind.LISTED_UNTRAINED, words, row, status_span(missing[0], today)[0])


def missing_training(rows: Iterable[Readiness], protocol: str, day: date) -> list[Finding]:
    """The trainings a protocol asks of a person on a day that are certainly not met."""
    row = next((r for r in rows if r.protocol == protocol and r.task is None), None)
    clauses = row.clauses if row else ()
    return [c.finding for c in clauses if kinds.of(c.finding.requirement).taught and c.holds.at(day) is Answer.NO]


def _before_trained(assessment: Assessment, rows: Mapping[str, Sequence[Readiness]], today: date) -> Iterable[Mismatch]:
    for row in assessment.delegations:
        if not row.protocol or not isinstance(row.first, date) or row.first > today:
            continue
        days = any_of(~trained(rows.get(row.person, ()), row.protocol, task) for task in row.tasks)
        short = days.sure.run_at(row.first)
        if short is None:
            continue
        end = span(row.first, row.last).possible.end()
        until = min((day for day in (short[1], end) if day), default=None)
        words = _before_trained_words(assessment, row, row.first, until if until and until < today else None)
        still = until is None or until >= today
        yield _mismatch(MismatchKind.DELEGATED_BEFORE_TRAINED, words, row, row.first, None if still else until)


def _before_trained_words(assessment: Assessment, row: Delegation, first: date, until: date | None) -> Phrase:
    values = {
        "name": assessment.person_label(row.person),
        "tasks": ", ".join(task.label for task in row.tasks),
        "protocol": assessment.protocol_label(row.protocol),
        "first": show(first),
    }
    if until is None:
        return phrase("mismatches.before_trained", **values)
    return phrase("mismatches.before_trained_until", **values, until=show(until))

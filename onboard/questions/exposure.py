"""Days a person worked, or could have worked, while not cleared.

There are three kinds, never added up.

Certain: a log entry on a day certainly not cleared. Cannot be excluded: a log entry on a day whose verdict is unknown. Could have
worked: certainly listed or delegated, no entry, not cleared, and not before the protocol's first approval on record. Entries that
fit no day or protocol are listed as unplaced. With a task in the entry, the task's verdict counts; with one that cannot be told
it cannot be excluded that the task was not cleared. For coordinator and PI only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from onboard.dates import show
from onboard.judging.coverage import listing_coverage, signed, span
from onboard.model import AppointmentKind, ApprovalKind, Assessment, LogEntry, PersonnelMode, Readiness, Task
from onboard.model.phrases import Phrase, phrase
from onboard.questions.clauses import ClauseOn, failing_on
from onboard.questions.spells import row_of, rows_of
from onboard.timeline import NEVER, NOT_EVER, Answer, Coverage, Timeline, any_of


def advice() -> Phrase:
    """What a reader should do about it."""
    return phrase("exposure.advice")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedDay:
    """One log entry on a day not surely cleared, with what stood in the way."""

    person: str  # record id
    protocol: str  # record id
    task: Task | None
    task_unknown: str  # the task as typed, where it names none there is; else ""
    on: date
    evidence: str
    what: str
    reasons: tuple[ClauseOn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRun:
    """Days certainly listed or delegated, without an entry and not cleared; inclusive."""

    person: str
    protocol: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A log entry that could not be placed on a day and a protocol, and why."""

    person: str
    evidence: str
    why: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The three kinds apart, and what could not be placed."""

    certain: tuple[WorkedDay, ...]
    not_excluded: tuple[WorkedDay, ...]
    could_have_worked: tuple[IdleRun, ...]
    unplaced: tuple[Unplaced, ...]
    first: date | None
    last: date  # never later than the read


def exposure(
    assessment: Assessment,
    person: str | None = None,
    protocol: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Exposure:
    """Of one person or protocol (record ids) or of the whole lab, from `first` to `last` inclusive, never beyond the read."""
    people = [person] if person is not None else list(assessment.people)
    end = min(last, assessment.read_on) if last else assessment.read_on
    window = Timeline.between(first, end)
    entries = [entry for who in people for entry in assessment.log.get(who, ()) if protocol in (None, entry.protocol)]
    worked = [found for entry in entries if (found := _worked(assessment, entry, window))]
    unknown = [entry for who in people for entry in assessment.log.get(who, ()) if protocol and not entry.protocol]
    return Exposure(
        certain=tuple(day for answer, day in worked if answer is Answer.NO),
        not_excluded=tuple(day for answer, day in worked if answer is Answer.UNKNOWN),
        could_have_worked=tuple(run for who in people for run in _idle(assessment, who, protocol, window)),
        unplaced=tuple(lost for entry in (*entries, *unknown) if (lost := _unplaced(assessment, entry))),
        first=first,
        last=end,
    )


def _unplaced(assessment: Assessment, entry: LogEntry) -> Unplaced | None:
    """Why an entry has no place; None when it has one, or names no protocol at all."""
    why: str = ""
    if not isinstance(entry.on, date):
        why = phrase("exposure.no_day" if entry.on is None else "exposure.day_unreadable")
    elif entry.on > assessment.read_on:
        why = phrase("exposure.day_later", day=show(entry.on))
    elif not entry.protocol and entry.protocol_text.strip():
        why = phrase("exposure.protocol_unknown", protocol=repr(entry.protocol_text.strip()))
    return Unplaced(person=entry.person, evidence=entry.evidence, why=why, what=entry.what) if why else None


def _worked(assessment: Assessment, entry: LogEntry, window: Timeline) -> tuple[Answer, WorkedDay] | None:
    """The answer for a placed entry of the window; None for one that is cleared, unplaced or outside."""
    day = entry.on
    if not isinstance(day, date) or not window.covers(day) or _unplaced(assessment, entry):
        return None
    row = row_of(assessment, entry.person, entry.protocol, entry.task) or row_of(assessment, entry.person, entry.protocol)
    if row is None or not entry.protocol:
        return None
    strange = entry.task_text.strip() if entry.task is None else ""
    cleared = row.cleared.at(day)
    answer = Answer.UNKNOWN if strange and cleared is Answer.YES else cleared
    if answer is Answer.YES:
        return None
    found = WorkedDay(
        person=entry.person,
        protocol=entry.protocol,
        task=entry.task,
        task_unknown=strange,
        on=day,
        evidence=entry.evidence,
        what=entry.what,
        reasons=failing_on(row, day, assessment),
    )
    return answer, found


# could have worked ----------------------------------------------------------------------------------------------------


def _idle(assessment: Assessment, person: str, protocol: str | None, window: Timeline) -> Iterable[IdleRun]:
    for row in rows_of(assessment, person):
        if row.task is None and row.protocol and protocol in (None, row.protocol):
            begun = _begun(assessment, row.protocol) & window
            days = (_on_record(assessment, row) - row.cleared.sure - _logged(assessment, row)) & begun
            for first, last in days.ranges():
                yield IdleRun(person=person, protocol=row.protocol, first=first, last=last)


def _begun(assessment: Assessment, protocol: str) -> Timeline:
    """The days from the protocol's first approval on record: before it there was no study to work on."""
    days = [row.first for row in assessment.approvals if row.protocol == protocol and row.placed and row.kind in _BEGINS]
    first = min((day for day in days if isinstance(day, date)), default=None)
    return Timeline.between(first, None) if first else NEVER


#: A row of a kind that cannot be read may be the first approval.
_BEGINS = (ApprovalKind.INITIAL, ApprovalKind.RENEWAL, ApprovalKind.DETERMINATION, ApprovalKind.UNKNOWN)


def _logged(assessment: Assessment, row: Readiness) -> Timeline:
    """Days with an entry on the protocol."""
    entries = (e for e in assessment.log.get(row.person, ()) if e.protocol == row.protocol)
    return Timeline.of((e.on, e.on) for e in entries if isinstance(e.on, date))


def _on_record(assessment: Assessment, row: Readiness) -> Timeline:
    """Days certainly listed by the IRB or delegated with the PI's approval."""
    mode = assessment.protocols[row.protocol].mode
    if mode is PersonnelMode.BLANK:
        mode = assessment.rules.default_mode
    external = NOT_EVER if assessment.rules.automatic_for_external else _external(assessment, row.person)
    listings = (x for x in assessment.listings if (x.person, x.protocol) == (row.person, row.protocol))
    mine = (x for x in assessment.delegations if (x.person, x.protocol) == (row.person, row.protocol))
    given = (x for x in mine if signed(x.approved_by, x.approved_on, assessment.read_on))
    listed = any_of(listing_coverage(listing, mode, external) for listing in listings)
    return (listed | any_of(span(x.first, x.last) for x in given)).sure


def _external(assessment: Assessment, person: str) -> Coverage:
    """Days of an external appointment; one of no stated kind may be."""
    rows = assessment.appointments.get(person, ())
    known = any_of(span(a.first, a.last) for a in rows if a.kind is AppointmentKind.EXTERNAL)
    return known | any_of(span(a.first, a.last) for a in rows if a.kind is None).doubted()

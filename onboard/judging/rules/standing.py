"""Rules of the built-in clauses; a lab cannot switch them off.

The person belongs to the lab, nothing stops the protocol (hold, suspension, closure), the facts that select rules are known.
"""

from __future__ import annotations

from datetime import date

from onboard.dates import DayWithin, known_day
from onboard.judging.coverage import span
from onboard.judging.rules.grounds import ended_words, finding, show_reading
from onboard.model import Absence, Appointment, Approval, ApprovalKind, Finding, Ground, Hold, Obligation
from onboard.model.phrases import Phrase, phrase, shared
from onboard.timeline import ALWAYS, NEVER, NOT_EVER, Coverage, any_of


def judge_hold(obligation: Obligation) -> Finding:
    """Return the days on which nothing stops the work.

    An unreadable row is unknown, never green. Each of the requirements (hold, suspension, closure; absence where the lab counts
    it) comes with its own rows.
    """
    evidence, title = obligation.evidence, obligation.requirement.id
    held = any_of(span(row.first, row.last) for row in evidence.holds)
    away = any_of(span(row.first, row.last) for row in evidence.absences)
    stopped = any_of(_stopped(row) for row in evidence.approvals)
    free = Ground(evidence="", what=shared("grounds.nothing_stops", title=title), gives=~(held | away | stopped))
    spans = (*map(_span_ground, evidence.holds), *map(_span_ground, evidence.absences))
    return finding(obligation, [free, *spans, *map(_stop_ground, evidence.approvals)])


def _stopped(row: Approval) -> Coverage:
    """Return the days a row stops the protocol.

    A suspension from its first to its last day, and open when that is blank; a closure without an end, also after a renewal. A
    row of unknown kind may be a closure from its first day on; one that may be another protocol's may stop this one.
    """
    days = span(row.first, row.last if row.kind is ApprovalKind.SUSPENSION else None)
    return days if row.kind is not ApprovalKind.UNKNOWN and row.placed else days.doubted()


def _stop_ground(row: Approval) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=_stop_words(row),
        gives=NOT_EVER,
        dated=known_day(row.first),
        until=row.last if row.kind is ApprovalKind.SUSPENSION and isinstance(row.last, date) else None,
    )


def _stop_words(row: Approval) -> Phrase:
    if row.kind is ApprovalKind.SUSPENSION:
        return _span_words("suspension", row)
    name = "grounds.closure" if row.kind is ApprovalKind.CLOSURE else "grounds.closure_perhaps"
    return phrase(name, first=show_reading(row.first))


def _span_words(what: str, row: Approval | Hold | Absence | Appointment) -> Phrase:
    first = show_reading(row.first)
    if row.last is None:
        return phrase(f"grounds.{what}_open", first=first)
    if isinstance(row.last, DayWithin):
        return phrase(f"grounds.{what}_ended", first=first, last=ended_words(row.last))
    return phrase(f"grounds.{what}_through", first=first, last=show_reading(row.last))


def _span_ground(row: Hold | Absence) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=_span_words("hold" if isinstance(row, Hold) else "away", row),
        gives=NOT_EVER,
        dated=known_day(row.first),
        until=row.last if isinstance(row.last, date) else None,
    )


def judge_fact(obligation: Obligation) -> Finding:
    """A fact that selects rules is known on these days; an unknown one is never green."""
    known, unplaced = obligation.evidence.known or Coverage(NEVER, ALWAYS), obligation.evidence.unplaced
    if unplaced:
        words = phrase("grounds.fact_unplaced")
        return finding(obligation, [Ground(evidence=row, what=words, gives=known) for row in unplaced])
    words = phrase("grounds.fact_unrecorded")
    return finding(obligation, [Ground(evidence="", what=words, gives=known)])


def judge_appointment(obligation: Obligation) -> Finding:
    """The person belongs to the lab."""
    return finding(obligation, [_appointment_ground(row) for row in obligation.evidence.appointments])


def _appointment_ground(row: Appointment) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=_span_words("appointment", row),
        gives=span(row.first, row.last),
        dated=known_day(row.first),
        until=row.last if isinstance(row.last, date) else None,
    )

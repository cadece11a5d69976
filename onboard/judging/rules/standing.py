"""Built-in clauses: the person belongs to the lab, nothing stops the protocol (hold, suspension, closure), the facts that select
rules are known. Decides what those rows give; a lab cannot switch them off."""

from __future__ import annotations

from datetime import date

from onboard.judging.coverage import span
from onboard.judging.rules.grounds import finding, show_reading
from onboard.model import Absence, Appointment, Approval, ApprovalKind, Finding, Ground, Hold, Obligation, Reading
from onboard.timeline import ALWAYS, NEVER, NOT_EVER, Coverage, any_of


def judge_hold(obligation: Obligation) -> Finding:
    """Nothing stops the work on the day; an unreadable row is unknown, never green. Each of the requirements (hold, suspension,
    closure; absence where the lab counts it) comes with its own rows."""
    evidence, title = obligation.evidence, obligation.requirement.id
    held = any_of(span(row.first, row.last) for row in evidence.holds)
    away = any_of(span(row.first, row.last) for row in evidence.absences)
    stopped = any_of(_stopped(row) for row in evidence.approvals)
    free = Ground(evidence="", what=f"No {title} is recorded.", gives=~(held | away | stopped))
    spans = (*(_span_ground(row, "On hold") for row in evidence.holds), *(_span_ground(row, "Away") for row in evidence.absences))
    return finding(obligation, [free, *spans, *map(_stop_ground, evidence.approvals)])


def _stopped(row: Approval) -> Coverage:
    """A suspension from its first to its last day, still standing when that is blank; a closure for ever, also after a renewal.
    A row of unknown kind may be a closure from its first day on."""
    if row.kind is ApprovalKind.SUSPENSION:
        return span(row.first, row.last)
    closed = span(row.first, None)
    return closed if row.kind is ApprovalKind.CLOSURE else closed.doubted()


def _stop_ground(row: Approval) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=_stop_words(row),
        gives=NOT_EVER,
        dated=row.first if isinstance(row.first, date) else None,
        until=row.last if row.kind is ApprovalKind.SUSPENSION and isinstance(row.last, date) else None,
    )


def _stop_words(row: Approval) -> str:
    since = f"from {show_reading(row.first)}"
    if row.kind is ApprovalKind.SUSPENSION:
        return f"Suspension {since}" + _until(row.last, ", not lifted.")
    if row.kind is ApprovalKind.CLOSURE:
        return f"Closure {since}."
    return f"A row of unknown kind {since}, which may be a closure."


def _until(last: Reading, otherwise: str) -> str:
    return f" through {show_reading(last)}." if last is not None else otherwise


def _span_ground(row: Hold | Absence, words: str) -> Ground:
    open_end = ", not lifted." if isinstance(row, Hold) else ", open."
    return Ground(
        evidence=row.evidence,
        what=f"{words} from {show_reading(row.first)}" + _until(row.last, open_end),
        gives=NOT_EVER,
        dated=row.first if isinstance(row.first, date) else None,
        until=row.last if isinstance(row.last, date) else None,
    )


def judge_fact(obligation: Obligation) -> Finding:
    """A fact that selects rules is known on these days; an unknown one is never green."""
    known, unplaced = obligation.evidence.known or Coverage(NEVER, ALWAYS), obligation.evidence.unplaced
    if unplaced:
        words = "This row is about a protocol that nobody can tell from it, so nobody can tell which rules apply."
        return finding(obligation, [Ground(evidence=row, what=words, gives=known) for row in unplaced])
    words = "It is not recorded for every day, so nobody can tell which rules apply then."
    return finding(obligation, [Ground(evidence="", what=words, gives=known)])


def judge_appointment(obligation: Obligation) -> Finding:
    """The person belongs to the lab."""
    return finding(obligation, [_appointment_ground(row) for row in obligation.evidence.appointments])


def _appointment_ground(row: Appointment) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=f"Appointment from {show_reading(row.first)}" + _until(row.last, ", open."),
        gives=span(row.first, row.last),
        dated=row.first if isinstance(row.first, date) else None,
        until=row.last if isinstance(row.last, date) else None,
    )

"""Built-in clauses: the person belongs to the lab, the protocol is not on hold, the facts that select rules are known. Decides
what those rows give; a lab cannot switch them off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.grounds import finding, show_reading
from onboard.model import Appointment, Finding, Ground, Hold, Obligation, Reading
from onboard.spans import span
from onboard.timeline import ALWAYS, NEVER, NOT_EVER, Coverage, any_of


def judge_hold(obligation: Obligation) -> Finding:
    """No hold covers the day; an unreadable hold is unknown, never green. Absences count only where the lab says so."""
    evidence = obligation.evidence
    held, away = (any_of(span(row.first, row.last) for row in evidence.holds), any_of(_absent(obligation)))
    free = Ground(evidence="", what="No hold is recorded.", gives=~(held | away))
    return finding(obligation, [free, *(_hold_ground(row) for row in evidence.holds)])


def _absent(obligation: Obligation) -> Iterable[Coverage]:
    return (span(row.first, row.last) for row in obligation.evidence.absences)


def _until(last: Reading, otherwise: str) -> str:
    return f" through {show_reading(last)}." if last is not None else otherwise


def _hold_ground(row: Hold) -> Ground:
    return Ground(
        evidence=row.evidence,
        what=f"On hold from {show_reading(row.first)}" + _until(row.last, ", not lifted."),
        gives=NOT_EVER,
        dated=row.first if isinstance(row.first, date) else None,
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

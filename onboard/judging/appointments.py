"""When a person belongs to the lab: appointments in order, and stays.

Only what is certain counts.
"""

from __future__ import annotations

from datetime import date

from onboard.dates import known_day, plus_days
from onboard.judging.coverage import joined_days, span
from onboard.model import Appointment, Assessment
from onboard.timeline import Timeline


def appointments(assessment: Assessment, person: str) -> list[Appointment]:
    """The readable appointments, earliest first."""
    found = assessment.appointments.get(person, ())
    return sorted((a for a in found if certain_days(a)), key=_key)


def _key(appointment: Appointment) -> tuple[date, str]:
    first = appointment.first
    return (first if isinstance(first, date) else date.max), appointment.evidence


def certain_days(appointment: Appointment) -> Timeline:
    """The days it certainly covers: none when an end cannot be read."""
    return span(appointment.first, appointment.last).sure


def stays(assessment: Assessment, person: str) -> Timeline:
    """The days the person certainly belongs to the lab. Gaps within a stay are none of them: they cover nobody."""
    return Timeline.of(days for a in appointments(assessment, person) for days in certain_days(a).ranges())


def stay(assessment: Assessment, person: str, day: date) -> tuple[date, date | None] | None:
    """Return first and last day (None = open) of the stay that holds `day`.

    Else of the next stay; None when no appointment covers the day or one to come. Appointments at most `same_stay_days` apart are
    one stay.
    """
    days = stays(assessment, person)
    near = days.first_day(day)
    run = joined_days(days, assessment.rules.same_stay_days).run_at(near) if near else None
    return (run[0], run[1]) if run and run[0] else None


def left_before(assessment: Assessment, person: str, day: date) -> date | None:
    """The last day of the stay before the one that holds `day`, or comes next; None for who was never here before."""
    run = stay(assessment, person, day)
    before = stays(assessment, person) & Timeline.between(None, plus_days(run[0], -1)) if run else None
    return before.end() if before else None


def renewal(assessment: Assessment, person: str, day: date) -> tuple[Appointment, date] | None:
    """The newest appointment that continues a stay on `day` or later, with the last day before it.

    None where none does: it begins a stay, or goes on beside another one.
    """
    found = None
    rows = appointments(assessment, person)
    for row in rows:
        first = known_day(row.first)
        before = (stays(assessment, person) & Timeline.between(None, plus_days(first, -1))).end() if first else None
        if first is None or before is None or first < day:
            continue
        beside = any(certain_days(other).covers(first) for other in rows if other is not row)
        if not beside and (first - before).days - 1 <= assessment.rules.same_stay_days:
            found = row, before
    return found

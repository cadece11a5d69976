"""When a person belongs to the lab: appointments in order, and stays.

Only what is certain counts.
"""

from __future__ import annotations

from datetime import date

from onboard.judging.coverage import span
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
    """The days the person certainly belongs to the lab; appointments that touch are one stay."""
    return Timeline.of(days for a in appointments(assessment, person) for days in certain_days(a).ranges())


def stay(assessment: Assessment, person: str, day: date) -> tuple[date, date | None] | None:
    """Return first and last day (None = open) of the stay that holds `day`.

    Else of the next stay; None when there is none.
    """
    days = stays(assessment, person)
    near = days.first_day(day)
    run = days.run_at(near) if near else None
    return (run[0], run[1]) if run and run[0] else None

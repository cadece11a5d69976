"""Mail to people who are not new hires, and to supervisors and PIs.

It decides the notices of send_reminders and of `onboard start`; planning/checklists.py writes to new hires.
"""

from __future__ import annotations

from datetime import date

from onboard.model import Assessment, History, Lab, Notice, Section
from onboard.planning.lab_day import Desk, desk_of
from onboard.planning.notices import digest_comes
from onboard.planning.reminders.escalations import escalations
from onboard.planning.reminders.introductions import introductions
from onboard.planning.reminders.personal import personal_notices

__all__ = ["plan_introductions", "plan_reminders", "plan_true_already"]


def plan_reminders(assessment: Assessment, history: History, lab: Lab, today: date) -> list[Notice]:
    """Return the reminders and escalations due today.

    One reminder for each person who is not a new hire and has something due, and one escalation for each supervisor or PI. A
    reader with both gets the one about work that stops today, and the other on the next working day; it stays due until then. The
    same holds for a PI's own reminder on the day of their digest. Most urgent first, people before supervisors and PIs.
    """
    desk = desk_of(assessment, history, lab, today)
    personal = personal_notices(desk)
    about_others = escalations(desk, personal)
    first = {n.reader.address for n in about_others if n.hard} - {n.reader.address for n in personal if _pressing(n)}
    own = [n for n in personal if n.reader.address not in first and (_pressing(n) or not _digest_comes(desk, n))]
    taken = {n.reader.address for n in own}
    planned = own + [n for n in about_others if n.reader.address not in taken]
    return sorted(planned, key=lambda n: not _pressing(n))


def plan_true_already(assessment: Assessment, history: History, lab: Lab, today: date) -> list[Notice]:
    """Return what `plan_reminders` says at go-live, nothing left for another day, and of those who are away as well.

    It is recorded and never mailed; the introductions tell each person where they stand.
    """
    desk = desk_of(assessment, history, lab, today)
    personal = personal_notices(desk, away_too=True)
    return [*personal, *escalations(desk, personal)]


def _digest_comes(desk: Desk, own: Notice) -> bool:
    return digest_comes(desk, own.reader.record, own.reader.address)


def _pressing(notice: Notice) -> bool:
    return notice.hard or bool(notice.section(Section.BLOCKED))


def plan_introductions(assessment: Assessment, history: History, lab: Lab, today: date) -> list[Notice]:
    """Return one mail for each person already here who was never introduced.

    On whatever day `onboard start` is run.
    """
    return introductions(desk_of(assessment, history, lab, today))

"""Onboarding steps and disclosures: an act with a date; blank is not done."""

from __future__ import annotations

from datetime import date

from onboard.dates import DayWithin, known_day, plus_days, show
from onboard.judging.coverage import stay_starts
from onboard.judging.rules.grounds import dated_coverage, finding, since_words
from onboard.model import Finding, Ground, Obligation, Reading, WhoseDate
from onboard.model.phrases import Phrase, phrase, shared
from onboard.timeline import NOT_EVER, Coverage, Timeline


def judge(obligation: Obligation) -> Finding:
    """Done from its date on; where it is asked in each stay, up to the first stay that begins more than 60 days later."""
    requirement = obligation.requirement
    starts = stay_starts(obligation.evidence.appointments, obligation.rules.same_stay_days) if requirement.each_stay else NOT_EVER
    return finding(
        obligation,
        [
            Ground(
                evidence=row.evidence,
                what=_done_words(row.on),
                gives=_in_stay(dated_coverage(row.on, None, requirement.validity, WhoseDate.POLICY)[0], row.on, starts),
                dated=known_day(row.on),
            )
            for row in obligation.evidence.steps
            if row.on is not None
        ],
    )


#: A step that each stay asks for may be done so many days before it.
BEFORE_STAY = 60


def _in_stay(days: Coverage, on: Reading, starts: Coverage) -> Coverage:
    """The days up to the first stay that begins too late for an act of that day."""
    if isinstance(on, DayWithin):
        earliest, latest = on.earliest, on.latest
    elif isinstance(on, date):
        earliest = latest = on
    else:
        return days
    perhaps = starts.possible.first_day(plus_days(earliest, BEFORE_STAY + 1) if earliest else date.min)
    surely = starts.sure.first_day(plus_days(latest, BEFORE_STAY + 1)) if latest else None
    return Coverage(days.sure & _up_to(perhaps), days.possible & _up_to(surely))


def _up_to(start: date | None) -> Timeline:
    return Timeline.between(None, plus_days(start, -1) if start else None)


def _done_words(on: Reading) -> Phrase:
    if isinstance(on, DayWithin):
        return phrase("grounds.done_as_read", day=since_words(on))
    return shared("grounds.done", day=show(on)) if isinstance(on, date) else phrase("grounds.done_unreadable")


def judge_disclosure(obligation: Obligation) -> Finding:
    """A conflict-of-interest disclosure covers by the requirement's validity (42 CFR 50.604: yearly)."""
    grounds = []
    for row in obligation.evidence.disclosures:
        days, ends = dated_coverage(row.on, row.expires, obligation.requirement.validity, obligation.requirement.whose_date)
        on = show(row.on) if isinstance(row.on, date) else ""
        handed = shared("grounds.disclosure_on", day=on) if on else phrase("grounds.date_unreadable")
        grounds.append(
            Ground(
                evidence=row.evidence,
                what=phrase("grounds.disclosure", handed=handed, ends=ends),
                gives=days,
                dated=known_day(row.on),
                until=days.possible.end(),
            )
        )
    return finding(obligation, grounds)

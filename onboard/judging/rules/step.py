"""Onboarding steps and disclosures: an act with a date; blank is not done."""

from __future__ import annotations

from datetime import date

from onboard.dates import DayWithin, known_day, show
from onboard.judging.rules.grounds import dated_coverage, finding, since_words
from onboard.model import Finding, Ground, Obligation, Reading, WhoseDate
from onboard.model.phrases import Phrase, phrase, shared


def judge(obligation: Obligation) -> Finding:
    """Done from its date on."""
    return finding(
        obligation,
        [
            Ground(
                evidence=row.evidence,
                what=_done_words(row.on),
                gives=dated_coverage(row.on, None, obligation.requirement.validity, WhoseDate.POLICY)[0],
                dated=known_day(row.on),
            )
            for row in obligation.evidence.steps
            if row.on is not None
        ],
    )


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

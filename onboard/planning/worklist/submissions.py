"""What must hold when a change of personnel goes to the IRB.

This comes on top of what must hold to work. It decides who would be returned; it clears and blocks no person.

A submission margin asks for the days [S, S + margin] (Chapman: not expiring within three months); some requirements
are judged at a submission only (NIH research security training).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import plus_days, show
from onboard.judging import kinds
from onboard.judging.readiness import met_until
from onboard.judging.rules.grounds import falls_on, on_protocol
from onboard.model import Assessment, Finding
from onboard.model.phrases import phrase
from onboard.timeline import Answer, Coverage


def good_to_submit(finding: Finding, protocol: str) -> Coverage:
    """Return the days on which a change could be submitted, by one finding.

    Not asked for, or met on the day and on each day of the margin after it.
    """
    margin, here = finding.requirement.submission_margin_days, on_protocol(finding, protocol).met
    met = Coverage(here.sure.shrink(0, margin), here.possible.shrink(0, margin))
    return ~falls_on(finding, protocol) | met


def short_at_submission(assessment: Assessment, person: str, protocol: str, day: date) -> list[Finding]:
    """Trainings and disclosures for which a change submitted on `day` would certainly be returned."""
    mine: Iterable[Finding] = assessment.by_person.get(person, ())
    taught = (f for f in mine if kinds.of(f.requirement).taught and f.requirement.tracked)
    return [on_protocol(f, protocol) for f in taught if good_to_submit(f, protocol).at(day) is Answer.NO]


def short_words(finding: Finding, day: date) -> str:
    """The title; of one that holds on the day but not long enough, also until when and how long is wanted."""
    title = finding.requirement.title
    if finding.met.at(day) is not Answer.YES:
        return title
    until, wanted = met_until(finding, day), plus_days(day, finding.requirement.submission_margin_days)
    if until is None:
        return title
    return phrase("worklist.irb_ends", title=title, until=show(until), wanted=show(wanted))

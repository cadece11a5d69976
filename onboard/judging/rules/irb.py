"""IRB rules: a person's listing and a protocol's approval.

They decide which days the lab's own records give, and what the IRB's own list leaves of them once it was taken in: from the day
of that list on, who is not on it is listed perhaps. Sources: 45 CFR 46.109 and 46.115, the 2018 Common Rule (a blank expiration
is normal), institutions' personnel modes (UTA, Northwestern, UTHSCSA).
"""

from __future__ import annotations

from datetime import date

from onboard.dates import DayWithin, known_day, plus_days, show
from onboard.judging.coverage import filed, listing_coverage, span
from onboard.judging.rules.grounds import as_typed, finding, show_reading
from onboard.model import (
    AppointmentKind,
    Approval,
    ApprovalKind,
    Finding,
    Ground,
    IrbAnswer,
    IrbUse,
    Listing,
    Obligation,
    PersonnelMode,
    Problem,
)
from onboard.model.phrases import Phrase, joined, phrase, shared
from onboard.timeline import NEVER, NOT_EVER, Answer, Coverage, Timeline, any_of

_COVERS = (ApprovalKind.INITIAL, ApprovalKind.RENEWAL, ApprovalKind.DETERMINATION)


def judge_listing(obligation: Obligation) -> Finding:
    """On the personnel list, by the protocol's personnel mode or the lab's default."""
    evidence, rules = obligation.evidence, obligation.rules
    mode = evidence.protocol.mode if evidence.protocol else PersonnelMode.UNKNOWN
    if mode is PersonnelMode.BLANK:
        mode = rules.default_mode
    external = NOT_EVER if rules.automatic_for_external else _external(obligation)
    grounds = [_listing_ground(row, mode, listing_coverage(row, mode, external), obligation) for row in evidence.listings]
    waiting = NEVER
    for row in evidence.listings:
        waiting = waiting | filed(row)
    return finding(obligation, grounds, in_hand=waiting)


def _listing_ground(row: Listing, mode: PersonnelMode, days: Coverage, obligation: Obligation) -> Ground:
    """One row of ours, held against the IRB's own list where that could know it."""
    placed = row.protocol == obligation.scope.protocol
    irb = obligation.evidence.irb if placed else None
    days = days if placed else days.doubted()
    heard = irb if irb and days.at(irb.as_of) is not Answer.NO else None
    doubted = heard if heard and _doubts_it(heard, obligation) else None
    return Ground(
        evidence=row.evidence,
        what=as_typed(_listing_words(row, mode, heard), placed),
        gives=_doubted_from(days, doubted.as_of) if doubted else days,
        dated=known_day(row.submitted if row.approved is None else row.approved),
        until=days.possible.end(),
        problem=_not_on_theirs(row, doubted) if doubted and days.at(obligation.read_on) is not Answer.NO else None,
    )


def _doubts_it(irb: IrbAnswer, obligation: Obligation) -> bool:
    return irb.on is not Answer.YES and not irb.days_old and obligation.rules.irb_list is IrbUse.JUDGES


def _doubted_from(days: Coverage, first: date) -> Coverage:
    """From the day of the IRB's list on the days of ours are possible alone."""
    return Coverage(days.sure & Timeline.between(None, plus_days(first, -1)), days.possible)


def _irb_words(irb: IrbAnswer) -> Phrase:
    day = show(irb.as_of)
    if irb.days_old:
        return phrase("grounds.irb_old", day=day, days=irb.days_old)
    if irb.on is Answer.UNKNOWN:
        return phrase("grounds.irb_unsure", day=day, why=irb.why)
    return phrase("grounds.irb_on" if irb.on is Answer.YES else "grounds.irb_off", day=day)


def _not_on_theirs(row: Listing, irb: IrbAnswer) -> Problem:
    """What a coordinator must settle: two lists that disagree."""
    day = show(irb.as_of)
    said = phrase("doubts.irb_off", day=day) if irb.on is Answer.NO else phrase("doubts.irb_unsure", day=day, why=irb.why)
    return Problem.in_row(
        row.evidence,
        key=f"irb-list/{row.evidence}",
        field="approved",
        what=said,
        next_step=phrase("doubts.irb_step"),
        people=(row.person,),
    )


def _external(obligation: Obligation) -> Coverage:
    """The days on which the person's appointment is an external one; a blank kind may be."""
    sure = any_of(span(a.first, a.last) for a in obligation.evidence.appointments if a.kind is AppointmentKind.EXTERNAL)
    blank = any_of(span(a.first, a.last) for a in obligation.evidence.appointments if a.kind is None)
    return sure | blank.doubted()


def _listing_words(row: Listing, mode: PersonnelMode, irb: IrbAnswer | None) -> Phrase:
    parts = []
    if row.submitted is not None:
        parts.append(phrase("grounds.listing_submitted", day=show_reading(row.submitted)))
    if row.approved is not None:
        name = "grounds.listing_as_read" if isinstance(row.approved, DayWithin) else "grounds.listing_approved"
        parts.append(phrase(name, day=show_reading(row.approved)))
    if row.removed is not None:
        parts.append(phrase("grounds.listing_removed", day=show_reading(row.removed)))
    if not parts:
        return phrase("grounds.listing_blank")
    if row.approved is None and mode is PersonnelMode.AMENDMENT:
        parts.append(phrase("grounds.listing_not_approved"))
    if irb:
        parts.append(_irb_words(irb))
    return phrase("grounds.listing", parts=joined(", ", parts))


def judge_approval(obligation: Obligation) -> Finding:
    """Some approval covers the day. What stops a protocol (suspension, closure) is a clause of its own."""
    grounds = [
        Ground(
            evidence=row.evidence,
            what=as_typed(_approval_words(row), row.placed),
            gives=_approved(row),
            dated=known_day(row.first),
            until=_approved(row).possible.end(),
        )
        for row in obligation.evidence.approvals
        if row.kind in (*_COVERS, ApprovalKind.UNKNOWN)
    ]
    return finding(obligation, grounds, in_hand=_in_review(obligation))


def _approved(row: Approval) -> Coverage:
    """The days a row approves; one that may be another protocol's approves this one perhaps."""
    return _its_days(row) if row.placed else _its_days(row).doubted()


def _its_days(row: Approval) -> Coverage:
    if row.kind is ApprovalKind.UNKNOWN:
        return span(row.first, row.last if row.open_ended is False else None).doubted()
    if row.open_ended is False:
        return span(row.first, row.last, blank_last_is_open=False)
    typed = span(row.first, row.last, blank_last_is_open=row.open_ended is True)
    # the box is ticked and a date typed as well, or cannot be read: certain to the date, possible after it
    return Coverage(typed.sure, span(row.first, None).possible)


def _approval_words(row: Approval) -> Phrase:
    kind, first = phrase(f"approval_kinds.{row.kind.value}"), show_reading(row.first)
    if row.open_ended is None:
        last = shared("grounds.through", day=show(row.last)) if isinstance(row.last, date) else ""
        return phrase("grounds.approval_doubtful", kind=kind, first=first, last=last)
    if isinstance(row.last, date):
        return phrase("grounds.approval_through", kind=kind, first=first, last=show(row.last))
    return phrase("grounds.approval_open" if row.open_ended else "grounds.approval_endless", kind=kind, first=first)


def _in_review(obligation: Obligation) -> Timeline:
    """From a submission to the day before the next row of the protocol's history starts."""
    days = NEVER
    starts = sorted(row.first for row in obligation.evidence.approvals if row.placed and isinstance(row.first, date))
    for submission in obligation.evidence.submissions:
        if isinstance(submission.on, date):
            answered = next((day for day in starts if day >= submission.on), None)
            days = days | Timeline.between(submission.on, plus_days(answered, -1) if answered else None)
    return days

"""Delegation: a task given to a person by the PI. Decides the days rows give; not whether the training was there before
(the other clauses say that), unless the lab is strict. Sources: ICH E6(R2) 4.1.5, E6(R3) 2.3.2 and
2.3.3."""

from __future__ import annotations

from datetime import date

from onboard.dates import show
from onboard.judging.coverage import signed, span
from onboard.judging.rules.grounds import approval_words, finding
from onboard.model import Delegation, Finding, Ground, Obligation
from onboard.timeline import NOT_EVER, Answer, Coverage

_WAITS = "waits for the PI's approval"


def judge(obligation: Obligation) -> Finding:
    """The union of the rows' days; a row without the PI's approval (a name, and a readable day not after the read) is a claim."""
    return finding(obligation, [_ground(row, obligation) for row in obligation.evidence.delegations])


def _ground(row: Delegation, obligation: Obligation) -> Ground:
    whole, evidence = span(row.first, row.last), obligation.evidence
    days, void = _strictly(row, whole, evidence.trained)
    accepted, _ = _strictly(row, whole, evidence.trained_if)
    claim = not signed(row.approved_by, row.approved_on, obligation.read_on)
    first = show(row.first) if isinstance(row.first, date) else "a day that cannot be read"
    last = f" through {show(row.last)}" if isinstance(row.last, date) else ""
    approval = approval_words(row.approved_by, row.approved_on, obligation.read_on) if row.approved_by else _WAITS
    words = f"Delegated from {first}{last}, {approval}."
    return Ground(
        evidence=row.evidence,
        what=words + void,
        gives=days.doubted() if claim else days,
        accepted=accepted,
        dated=row.first if isinstance(row.first, date) else None,
        until=row.last if isinstance(row.last, date) else None,
        claim=claim,
    )


def _strictly(row: Delegation, days: Coverage, trained: Coverage | None) -> tuple[Coverage, str]:
    """With `strict_delegation` a row signed before its training was met is void; later lapses need no new signature."""
    if trained is None or not isinstance(row.first, date):
        return days, ""
    answer = trained.at(row.first)
    if answer is Answer.YES:
        return days, ""
    if answer is Answer.UNKNOWN:
        return days.doubted(), " Whether the training was met on that day is unknown."
    return NOT_EVER, " It was signed before the training was met and must be signed again."

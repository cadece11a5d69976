"""Delegation: a task given to a person by the PI, and the days its rows give.

Whether the training was there before is left to the other clauses, unless the lab is strict. Sources: ICH E6(R2) 4.1.5,
E6(R3) 2.3.2 and 2.3.3.
"""

from __future__ import annotations

from datetime import date

from onboard.dates import known_day, show
from onboard.judging.coverage import signed, span
from onboard.judging.rules.grounds import approval_words, as_typed, finding, show_reading
from onboard.model import Delegation, Finding, Ground, Obligation
from onboard.model.phrases import joined, phrase, shared
from onboard.timeline import NOT_EVER, Answer, Coverage


def judge(obligation: Obligation) -> Finding:
    """Return the union of the rows' days.

    A row without the PI's approval (a name, and a readable day not after the read) is a claim.
    """
    return finding(obligation, [_ground(row, obligation) for row in obligation.evidence.delegations])


def _ground(row: Delegation, obligation: Obligation) -> Ground:
    whole, evidence = span(row.first, row.last), obligation.evidence
    days, void = _strictly(row, whole, evidence.trained)
    accepted, _ = _strictly(row, whole, evidence.trained_if)
    claim = not signed(row.approved_by, row.approved_on, obligation.read_on)
    last = shared("grounds.through", day=show(row.last)) if isinstance(row.last, date) else ""
    waits = phrase("grounds.delegation_waits")
    approval = approval_words(row.approved_by, row.approved_on, obligation.read_on) if row.approved_by else waits
    words = phrase("grounds.delegated", first=show_reading(row.first), last=last, approval=approval)
    placed = row.protocol == obligation.scope.protocol and obligation.scope.task in row.tasks
    return Ground(
        evidence=row.evidence,
        what=as_typed(joined(" ", (words, void)) if void else words, placed),
        gives=days.doubted() if claim or not placed else days,
        accepted=accepted if placed else accepted.doubted(),
        dated=known_day(row.first),
        until=row.last if isinstance(row.last, date) else None,
        claim=claim,
    )


def _strictly(row: Delegation, days: Coverage, trained: Coverage | None) -> tuple[Coverage, str]:
    """With `strict_delegation`, void a row signed before its training was met.

    Later lapses need no new signature.
    """
    if trained is None or not isinstance(row.first, date):
        return days, ""
    answer = trained.at(row.first)
    if answer is Answer.YES:
        return days, ""
    if answer is Answer.UNKNOWN:
        return days.doubted(), phrase("grounds.delegation_training_unknown")
    return NOT_EVER, phrase("grounds.delegation_before_training")

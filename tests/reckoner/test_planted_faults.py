"""Faults planted in the judge are found by the reckoner: a proof that agrees with everything proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from compare import compare
from labs import make_lab
from prove import days_of

from onboard.judging import courses, readiness
from onboard.judging.obligations import applicability, lab, person_rows
from onboard.judging.rules import delegation, grounds, irb, standing, step, training
from onboard.model import ApprovalKind, Listing
from onboard.timeline import ALWAYS, FOR_EVER, NEVER, NOT_EVER, Coverage

#: So many labs are asked at most before a fault counts as not found.
MOST = 160
#: The first lab that shows a fault, where it is not one of the first: asked first, to save time.
SHOWN_BY = {
    "a row of unknown kind stops nothing": 18,
    "a box that cannot be read is ticked": 38,
    "nothing waits for the IRB": 75,
    "a day to come signs a course": 18,
    "every refresher has a basic": 24,
    "every course was taken here": 26,
    "claims are accepted": 18,
    "a blank stage is a basic course": 151,
    "a step holds for every stay": 83,
    "a waiver for one protocol lifts nothing": 51,
    "a waiver for one protocol asks on": 251,
    "a missing role is no doubt": 81,
}

_span = standing.span


def _ends_a_day_early(first: Any, last: Any, **more: Any) -> Coverage:
    return _span(first, last - timedelta(days=1) if isinstance(last, date) and last > date.min else last, **more)


def _closure_ends(row: Any) -> Coverage:
    return _span(row.first, row.last)


def _unknown_kind_stops_nothing(row: Any) -> Coverage:
    return NOT_EVER if row.kind is ApprovalKind.UNKNOWN else standing_stopped(row)


standing_stopped = standing._stopped
_approved = irb._approved
_dated = grounds.dated_coverage
_training_of = courses.CourseMap.training_of
_listing_coverage = irb.listing_coverage


def _a_day_more(*arguments: Any) -> Any:
    days, words = _dated(*arguments)
    last = days.sure.end()
    more = Coverage.certain(type(days.sure).between(last, last + timedelta(days=1))) if last and last < date.max else NOT_EVER
    return days | more, words


def _ticked_perhaps(row: Any) -> Coverage:
    return _approved(replace(row, open_ended=row.open_ended is not False))


def _without_removal(row: Listing, *more: Any) -> Coverage:
    return _listing_coverage(replace(row, removed=None), *more)


#: What is planted: where, and what stands there instead.
FAULTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "holds end a day early": (standing, "span", _ends_a_day_early),
    "a closure ends on its last day": (standing, "_stopped", _closure_ends),
    "a row of unknown kind stops nothing": (standing, "_stopped", _unknown_kind_stops_nothing),
    "a box that cannot be read is ticked": (irb, "_approved", _ticked_perhaps),
    "a ticked box hides the date typed": (irb, "_approved", lambda row: _span(row.first, None if row.open_ended else row.last)),
    "removed people stay listed": (irb, "listing_coverage", _without_removal),
    "nothing waits for the IRB": (irb, "filed", lambda row: NEVER),
    "a name alone signs a delegation": (delegation, "signed", lambda by, on, read_on: bool(by)),
    "nobody needs to sign a delegation": (delegation, "signed", lambda by, on, read_on: True),
    "a name alone signs a waiver": (grounds, "signed", lambda by, on, read_on: bool(by)),
    "a day to come signs a course": (training, "signed", lambda by, on, read_on: bool(by)),
    "every refresher has a basic": (training, "_has_basic", lambda *arguments, **more: True),
    "every course was taken here": (training, "_whose", lambda completion, obligation: obligation.requirement.whose_date),
    "claims are accepted": (training, "_is_accepted", lambda completion, obligation: True),
    "an unmapped course may be every training": (
        training, "_may_count", lambda counts, accepts: counts in accepts if isinstance(counts, str) else True,
    ),
    "a blank stage is a basic course": (
        courses.CourseMap, "training_of", lambda self, c: _training_of(self, replace(c, stage=c.stage or 1)),
    ),
    "a course ends a day late": (training, "dated_coverage", _a_day_more),
    "a lead decides nothing": (grounds, "_led", lambda own, obligation: own),
    "a step holds for every stay": (step, "_in_stay", lambda days, on, starts: days),
    "versions are in force for ever": (applicability, "in_force", lambda requirement: ALWAYS),
    "a closed study goes on asking": (lab, "open_days", lambda rows: FOR_EVER),
    "a waiver for one protocol lifts nothing": (readiness, "on_protocol", lambda finding, protocol: finding),
    "a waiver for one protocol asks on": (person_rows.PersonRows, "lifted", lambda self, requirement, study: NOT_EVER),
    "a missing role is no doubt": (applicability, "appointment_fact_known", lambda rows, blank: FOR_EVER),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_reckoner_finds_it(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, planted = FAULTS[fault]
    monkeypatch.setattr(where, name, planted)
    for seed in (SHOWN_BY.get(fault, 0), *range(MOST)):
        one = make_lab(seed)
        if compare(one, days_of(one, 0)[::2]).stories:
            return
    pytest.fail(f"{MOST} labs agree although {fault}")


def test_there_are_enough() -> None:
    assert len(FAULTS) >= 20

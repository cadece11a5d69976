"""When can somebody start, what takes longest, and whose turn is it?"""

import json
from dataclasses import replace

import pytest

from onboard.dates import WorkCalendar
from onboard.judging.estimates import irb_turnaround, path
from onboard.model import Hold, Task
from onboard.questions.path_words import as_json, as_text
from tests.questions.cast import (
    ELENA,
    JOSE,
    LENA,
    LEO,
    P2,
    SAM,
    STEP,
    TODAY,
    UMA,
    assignment,
    d,
    delegation,
    judged,
    listing,
    records,
)

CALENDAR = WorkCalendar()


def route(lab, who, protocol, task=None, today=TODAY):
    return next(r for r in path(lab, who, today).routes if (r.protocol, r.task) == (protocol, task))


def with_listings(*rows):
    return judged(replace(records(), listings=rows))


def took(days: list[int]):
    """One listing for each number of working days from submission to approval."""
    start = d("2026-03-02")
    return [
        replace(listing(str(20 + n), P2, "2026-03-02", None), approved=CALENDAR.add(start, wait)) for n, wait in enumerate(days)
    ]


def test_five_listings_of_the_labs_own_give_their_median():
    found = irb_turnaround(with_listings(*took([3, 30, 7, 4, 6])), CALENDAR)
    assert (found.days, found.of, found.own) == (6, 5, True)


def test_four_are_too_few_and_the_text_says_it_is_assumed():
    found = irb_turnaround(with_listings(*took([3, 3, 3, 3])), CALENDAR)
    assert (found.days, found.of, found.own) == (10, 4, False)
    assert "10 working days, assumed: only 4 of this lab's listings have both dates" in found.words


def test_a_listing_approved_before_it_was_submitted_is_no_turnaround():
    assert irb_turnaround(with_listings(*took([5] * 4), listing("30", P2, "2026-03-02", "2026-03-01")), CALENDAR).of == 4


def test_jose_waits_for_the_list_and_the_coordinator_has_the_turn(lab):
    found = route(lab, JOSE, P2)
    assert [stage.requirement for stage in found.stages] == ["irb_listing"]
    assert (found.bottleneck.owner, found.about) == ("the coordinator", CALENDAR.add(TODAY, 6))


def test_a_change_already_filed_counts_from_its_filing():
    filed = judged(replace(records(), listings=(*records().listings, listing(JOSE, P2, "2026-11-19", None))))
    assert route(filed, JOSE, P2).about == CALENDAR.add(d("2026-11-19"), 6)


def test_a_change_that_waits_longer_than_usual_has_no_day_any_more():
    filed = judged(replace(records(), listings=(*records().listings, listing(JOSE, P2, "2026-10-01", None))))
    assert route(filed, JOSE, P2).about is None


def test_the_list_waits_for_the_course_and_the_delegation_for_both():
    rows = replace(
        records(),
        assignments=(assignment(UMA, STEP, Task.CONSENT, "2026-11-23"),),
        completions=tuple(c for c in records().completions if c.person != UMA),
    )
    found = route(judged(rows), UMA, STEP, Task.CONSENT)
    stages = {stage.requirement: stage for stage in found.stages}
    assert stages["irb_listing"].begins == max(stages["gcp"].about, stages["hsp"].about) == d("2026-11-24")
    assert stages["delegation"].begins == stages["irb_listing"].about
    assert stages["delegation"].owner == "Elena Rivera"
    assert found.about == stages["delegation"].about == CALENDAR.add(stages["irb_listing"].about, 1)
    assert found.bottleneck is stages["delegation"]


def test_who_is_cleared_needs_nothing(lab):
    found = route(lab, LENA, STEP)
    assert (found.stages, found.bottleneck, found.about) == ((), None, TODAY)


def test_a_starter_is_ready_on_the_first_day_when_everything_fits_before_it(lab):
    found = path(lab, SAM, TODAY)
    assert (found.start, found.routes[0].about) == (d("2026-12-07"), d("2026-12-07"))
    assert found.routes[0].stages[0].about == d("2026-11-24")


def test_somebody_who_left_gets_no_day(lab):
    found = path(lab, LEO, TODAY)
    assert not found.appointed
    assert found.routes[0].about is None
    assert "No appointment covers a day from now on" in as_text(found, lab)


def test_a_hold_without_an_end_is_the_bottleneck_nobody_can_date():
    hold = Hold(evidence="hold/S/1", protocol=STEP, first=d("2026-11-01"), last=None)
    found = route(judged(replace(records(), holds=(hold,))), LENA, STEP)
    assert (found.about, found.bottleneck.requirement) == (None, "hold")


def test_a_hold_with_an_end_has_a_known_day():
    hold = Hold(evidence="hold/S/1", protocol=STEP, first=d("2026-11-01"), last=d("2026-11-30"))
    found = route(judged(replace(records(), holds=(hold,))), LENA, STEP)
    assert (found.about, found.bottleneck.known) == (d("2026-12-01"), True)


def test_a_course_that_ends_before_the_rest_is_there_is_in_the_way_too():
    """Lena's GCP of 2023 ends on 18 May 2026, before the IRB can have listed her."""
    rows = replace(
        records(),
        completions=tuple(c for c in records().completions if c.evidence != "completion/2/3"),
        listings=tuple(x for x in records().listings if x.person != LENA),
    )
    found = route(judged(rows), LENA, STEP, today=d("2026-05-15"))
    assert [stage.requirement for stage in found.stages] == ["irb_listing", "gcp"]


def test_what_waits_to_be_looked_at_is_the_coordinators(lab):
    found = route(lab, UMA, P2)
    assert [(s.requirement, s.owner) for s in found.stages] == [("hsp", "the coordinator")]


def test_the_end_of_an_appointment_never_looks_like_a_day_to_start():
    """From the day after the last one nothing is asked any more; that is no day of being ready."""
    ends = [replace(a, last=d("2026-11-30")) if a.person == JOSE else a for a in records().appointments]
    found = route(judged(replace(records(), appointments=tuple(ends))), JOSE, P2)
    assert found.about is None
    assert {stage.requirement for stage in found.stages} == {"irb_listing", "appointment"}


@pytest.mark.parametrize("who", [ELENA, JOSE, LEO, SAM, UMA])
def test_the_text_says_it_is_an_estimate_and_where_the_turnaround_comes_from(lab, who):
    text = as_text(path(lab, who, TODAY), lab)
    assert "estimated on 23 Nov 2026" in text
    assert "IRB turnaround: 6 working days, the median of this lab's 6 listings." in text
    assert max(map(len, text.splitlines())) <= 80


def test_json_keeps_its_keys(lab):
    data = as_json(path(lab, JOSE, TODAY), lab)
    assert json.loads(json.dumps(data)) == data
    assert data["turnaround"] == {"days": 6, "of": 6, "own": True}
    assert data["routes"][0]["bottleneck"] == "irb_listing"


def test_a_delegation_that_waits_for_the_pi_is_the_pis_turn():
    waits = tuple(delegation(LENA, "2024-02-01", Task.CONSENT, approved_by="") for _ in range(1))
    found = route(judged(replace(records(), delegations=waits)), LENA, STEP, Task.CONSENT)
    assert [(s.requirement, s.owner) for s in found.stages] == [("delegation", "Elena Rivera")]


def test_a_task_that_wants_nothing_more_than_its_protocol_is_one_line(lab):
    routes = path(lab, JOSE, TODAY).routes
    whole = next(r for r in routes if r.task is None)
    twin = replace(whole, task=Task.CONSENT)
    text = as_text(replace(path(lab, JOSE, TODAY), routes=(whole, twin)), lab)
    assert "\nP2, consent: same as P2\n" in text
    other = replace(twin, about=None)
    assert "as for" not in as_text(replace(path(lab, JOSE, TODAY), routes=(whole, other)), lab)

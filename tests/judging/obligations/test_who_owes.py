"""Who owes what, on the sample lab under the shipped rules and on Ada's: engaged or not, barred tasks, a protocol's own demand,
refreshers one after another, a course that is repeated, what is not tracked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onboard.judging.readiness import cleared_on, reasons_on, status_on
from onboard.model import Cleared, Course, Finding, Rules, Selectors, Status, Task
from onboard.timeline import Answer
from tests.judging.cast import (
    COURSES,
    HSP,
    LISTING,
    appointment,
    completion,
    d,
    finding_of,
    lab,
    listing,
    row_of,
    rules,
    training,
)
from tests.judging.sample import MONDAY, judged_sample, shipped_rules

TODAY = d("2026-11-22")

# engaged or not -------------------------------------------------------------------------------------------------------


def test_lawful_work_that_is_not_engaged_asks_for_no_course_and_no_listing() -> None:
    """Administration, coded samples, literature: assignable without HSP, or the tool cries wolf."""
    desk = judged_sample(
        {
            ("people.appointment", "3", "1"): {"appt_engaged": "0", "appt_role": "admin"},
            ("people.completion", "3", "1"): {"comp_checked": "declined"},
        }
    )
    row = next(r for r in desk.readiness if (r.person, r.protocol, r.task) == ("3", "3", None))
    asked = {clause.finding.requirement.id for clause in row.clauses if clause.asked.at(MONDAY) is Answer.YES}
    assert not asked & {"hsp", "gcp", "hipaa", "irb_listing", "coi_training"}
    assert cleared_on(row, MONDAY) is Cleared.CLEARED


def test_engaged_left_blank_is_unknown_not_free_of_duties() -> None:
    desk = judged_sample({("people.appointment", "3", "1"): {"appt_engaged": ""}})
    row = next(r for r in desk.readiness if (r.person, r.protocol, r.task) == ("3", "3", None))
    assert cleared_on(row, MONDAY) is Cleared.UNKNOWN
    assert "fact_engaged" in {reason.requirement for reason in reasons_on(row, MONDAY)}


# barred tasks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "word"), [("volunteer", Cleared.BLOCKED), ("visiting", Cleared.BLOCKED), ("", Cleared.UNKNOWN)])
def test_volunteers_and_visitors_may_not_consent_whatever_else_they_have(kind: str, word: Cleared) -> None:
    desk = judged_sample({("people.appointment", "2", "1"): {"appt_kind": kind}})
    rows = {row.task: row for row in desk.readiness if (row.person, row.protocol) == ("2", "1")}
    assert cleared_on(rows[Task.CONSENT], MONDAY) is word
    if kind:
        assert cleared_on(rows[Task.REGULATORY], MONDAY) is Cleared.CLEARED
        (reason,) = reasons_on(rows[Task.CONSENT], MONDAY)
        assert reason.why == "This task may not be given under this kind of appointment."


def test_only_a_waiver_lifts_the_bar() -> None:
    desk = judged_sample(
        {
            ("people.appointment", "2", "1"): {"appt_kind": "volunteer"},
            ("people.waiver", "2", "1"): {
                "waiver_requirement": "not_for_guests",
                "waiver_protocol": "step hf",
                "waiver_from": "2026-11-01",
                "waiver_to": "2026-12-31",
                "waiver_approved_by": "Elena Rivera",
                "waiver_approved_on": "2026-11-01",
            },
        }
    )
    row = next(r for r in desk.readiness if (r.person, r.protocol, r.task) == ("2", "1", Task.CONSENT))
    assert cleared_on(row, MONDAY) is Cleared.CLEARED


# a protocol's own demand ----------------------------------------------------------------------------------------------


def test_a_protocol_may_ask_for_more_by_a_date_and_of_its_own_people_only() -> None:
    """A sponsor wants the new GCP content from 1 December on."""
    e6r3 = training(
        id="e6r3",
        title="ICH E6(R3) content",
        accepts=("e6r3",),
        when=Selectors(protocols=frozenset({"step"})),
        in_force_from=d("2026-12-01"),
    )
    book, records = rules(*rules().requirements, e6r3), lab(listings=(listing(), listing("CHART")))
    step, chart = row_of(records, "STEP", by=book), row_of(records, "CHART", by=book)
    assert [cleared_on(step, d(day)) for day in ("2026-11-30", "2026-12-01")] == [Cleared.CLEARED, Cleared.BLOCKED]
    assert cleared_on(chart, d("2026-12-01")) is Cleared.CLEARED


# one course after another ---------------------------------------------------------------------------------------------

_CHAIN = Course(training="hsp", curriculum=("Human Research",), group=("Biomedical Research",), stages=(1, 2, 3, 4))


def hsp_of(*stages_and_days: tuple[int, str]) -> Finding:
    """Ada's HSP after these stages; the map knows a basic course and three refreshers."""
    rows: tuple[Any, ...] = tuple(
        completion("hsp", d(day), number, stage=stage) for number, (stage, day) in enumerate(stages_and_days, start=1)
    )
    book = Rules(requirements=(HSP, LISTING), courses=(_CHAIN, *COURSES[2:]))
    return finding_of(lab(completions=rows), "hsp", book)


def test_each_refresher_counts_from_its_own_date_and_after_the_third_comes_the_basic_course_again() -> None:
    taken = ((1, "2014-03-10"), (2, "2017-03-01"), (3, "2020-02-20"), (4, "2023-02-10"))
    assert hsp_of(*taken).met.sure.end() == d("2026-02-10")
    fifth = hsp_of(*taken, (5, "2026-02-01"))
    assert fifth.met.sure.end() == d("2026-02-10")
    assert status_on(fifth, TODAY) is Status.UNKNOWN
    (problem,) = (ground.problem for ground in fifth.grounds if ground.problem)
    assert "the lab has not said what this course counts as" in problem.what
    assert status_on(hsp_of(*taken, (1, "2026-02-01")), TODAY) is Status.CURRENT


def test_a_refresher_before_its_basic_course_proves_nothing() -> None:
    assert status_on(hsp_of((2, "2026-01-05"), (1, "2026-01-06")), d("2026-01-05")) is Status.UNKNOWN
    assert status_on(hsp_of((2, "2026-01-06"), (1, "2026-01-06")), d("2026-01-06")) is Status.CURRENT


def test_a_course_without_a_refresher_is_repeated_and_the_later_pass_counts() -> None:
    twice = lab(completions=(completion(completed=d("2022-05-01")), completion(completed=d("2025-04-01"), number=2)))
    days = list(finding_of(twice, "gcp", rules(training())).met.sure.ranges())
    assert days == [(d("2022-05-01"), d("2028-04-01"))]


# not tracked ----------------------------------------------------------------------------------------------------------


def test_what_is_not_tracked_blocks_nobody_and_is_named_with_every_verdict() -> None:
    assert shipped_rules().not_tracked() == ("Yearly disclosure of financial interests (COI)",)
    everything = replace(shipped_rules(), requirements=tuple(replace(r, tracked=True) for r in shipped_rules().requirements))
    for book, asked in ((shipped_rules(), False), (everything, True)):
        row = next(r for r in judged_sample(rules=book).readiness if (r.person, r.protocol, r.task) == ("2", "1", None))
        assert ("coi_disclosure" in {clause.finding.requirement.id for clause in row.clauses}) is asked


def test_one_appointment_may_be_engaged_and_another_not_and_the_engaged_one_decides() -> None:
    both = (appointment(engaged=False), appointment(engaged=True, evidence="appointment/ada/2"))
    assert status_on(finding_of(lab(appointments=both, completions=()), "hsp"), TODAY) is Status.MISSING

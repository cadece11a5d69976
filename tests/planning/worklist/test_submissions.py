"""What must hold when a change goes to the IRB: a margin after the day, and requirements judged at a submission only."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from onboard.judging.kinds import assess
from onboard.judging.obligations import find_obligations
from onboard.judging.readiness import cleared_on, status_on
from onboard.model import Cleared, RequirementKind, Rules, Selectors, Status
from onboard.pipeline.judging import judge_records
from onboard.planning.worklist.submissions import good_to_submit, short_at_submission, short_words
from tests.judging.cast import READ_ON, completion, d, finding_of, lab, row_of, rules, training

sys.path.insert(0, str(Path(__file__).parents[2] / "reckoner"))
from compare import compare
from labs import Lab, make_lab
from prove import days_of
from reckon import Reckoner

#: Valid to 10 Mar 2028.
PASSED = completion(completed=d("2025-03-10"))
QUARTER = training(submission_margin_days=90)


def test_a_change_needs_the_course_for_its_margin_and_work_does_not() -> None:
    finding = finding_of(lab(completions=(PASSED,)), "gcp", rules(QUARTER))
    answers = good_to_submit(finding, "STEP")
    assert [answers.at(day).value for day in (d("2027-12-11"), d("2027-12-12"))] == ["yes", "no"]
    assert status_on(finding, d("2028-03-10")) is Status.EXPIRING


def test_the_worklist_can_say_until_when_it_holds_and_how_long_is_wanted() -> None:
    noon = datetime.fromisoformat("2028-01-10T12:00:00+00:00")
    assessment = judge_records(lab(completions=(PASSED,)), (), rules(QUARTER), noon, noon.date())
    (short,) = short_at_submission(assessment, "ada", "STEP", d("2028-01-10"))
    assert short_words(short, d("2028-01-10")) == "Good Clinical Practice (GCP) (ends 10 Mar 2028, wanted through 9 Apr 2028)"
    assert short_words(short, d("2028-03-11")) == "Good Clinical Practice (GCP)"
    assert short_at_submission(assessment, "ada", "CHART", d("2028-01-10")) == []


def test_one_judged_at_a_submission_only_blocks_and_reminds_nobody_but_returns_the_change() -> None:
    security = training(id="security", title="Research security", accepts=("rcr",), only_at_submission=True)
    by = rules(training(), security)
    assert cleared_on(row_of(lab(), by=by), READ_ON) is Cleared.CLEARED
    finding = finding_of(lab(), "security", by)
    assert status_on(finding, READ_ON) is Status.NOT_DUE
    assert good_to_submit(finding, "STEP").at(READ_ON).value == "no"


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_reckoner_agrees_on_margins_and_on_what_is_judged_at_a_submission_only(first: int) -> None:
    for seed in range(first, first + 20):
        changed = with_submissions(make_lab(seed))
        tally = compare(changed, days_of(changed, 5)[::3])
        assert not tally.stories, min(tally.stories, key=len)
        assert_margins(changed)


def with_submissions(found: Lab) -> Lab:
    """Every training gets a margin by its place, every third is judged at a submission only."""
    requirements = tuple(
        replace(r, submission_margin_days=(0, 5, 20)[n % 3], only_at_submission=n % 3 == 1)
        if r.kind is RequirementKind.TRAINING
        else r
        for n, r in enumerate(found.rules.requirements)
    )
    return replace(found, rules=replace(found.rules, requirements=requirements))


def assert_margins(found: Lab) -> None:
    reckoner = Reckoner(found.records, found.rules, found.read_on)
    number = {id(r): n for n, r in enumerate(found.rules.requirements)}
    for finding in assess(find_obligations(found.records, found.rules, found.read_on)):
        version = finding.requirement
        if version.kind is not RequirementKind.TRAINING or version.per == "task" or version.when.tasks:
            continue
        for protocol in reckoner.protocols_of(finding.person):
            if finding.scope.protocol in ("", protocol):
                for day in (found.read_on, found.read_on + timedelta(days=40), *found.edges()[::9]):
                    mine = good_to_submit(finding, protocol).at(day).value
                    assert mine == reckoner.good_to_submit(number[id(version)], finding.person, protocol, day)


def test_neither_key_is_refused_for_what_is_taught_and_both_are_elsewhere() -> None:
    from onboard.config.rules_file import load_rules

    block = {"id": "x", "title": "X", "only_at_submission": True, "submission_margin_days": 90}
    course = {"training": "hsp", "group": ["HSP"]}
    mistakes: list[str] = []
    taught = {**block, "kind": "training", "per": "person", "accepts": ["hsp"]}
    found = load_rules({"requirement": [taught], "course": [course]}, "", mistakes)
    assert found and isinstance(found[0], Rules) and found[0].requirements[0].submission_margin_days == 90
    load_rules({"requirement": [{**block, "kind": "listing", "per": "protocol"}], "course": [course]}, "", mistakes)
    assert [m.split(": means")[0].rsplit(", ", 1)[-1] for m in mistakes] == ["submission_margin_days", "only_at_submission"]
    assert Selectors() == found[0].requirements[0].when

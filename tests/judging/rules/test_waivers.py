"""Waivers that count for nothing are told: of a requirement nobody has, and of what must be there whatever is waived."""

from __future__ import annotations

import pytest

from onboard.model import Problem
from tests.judging.sample import judged_sample

NOOR = ("people.waiver", "3", "1")


def told(requirement: str) -> list[Problem]:
    found = judged_sample({NOOR: {"waiver_requirement": requirement}})
    return [p for p in found.problems if p.instrument == "waiver"]


def test_a_waiver_of_a_requirement_nobody_has_names_the_nearest() -> None:
    (problem,) = told("hippa")
    what = "so this row leaves unknown what it may be a waiver of, until it is corrected."
    assert problem.what == f"“hippa” is not a requirement of requirements.toml, {what}"
    assert (problem.next_step, problem.people, problem.instance) == ("Did you mean hipaa?", ("3",), 1)


@pytest.mark.parametrize("requirement", ["irb_listing", "irb_approval", "delegation"])
def test_no_waiver_lifts_what_must_be_there(requirement: str) -> None:
    (problem,) = told(requirement)
    assert problem.what == f"No waiver lifts “{requirement}”: it must be on record. This row counts for nothing."
    assert problem.next_step.startswith("Enter it once it is there")


def test_a_waiver_of_a_course_is_no_problem() -> None:
    assert not told("hipaa")

"""What an edit of the course map changes for days already judged, in the words of a refusal."""

from __future__ import annotations

from onboard.judging.rule_changes import rule_changes
from onboard.model import Course, Rules

HSP = Course(training="hsp", group=("Biomedical Research", "IRB Members"))


def words(old: tuple[Course, ...], new: tuple[Course, ...]) -> list[str]:
    """The sentences of an edit of the map alone."""
    return [change.words for change in rule_changes(Rules(requirements=(), courses=old), Rules(requirements=(), courses=new))]


def test_the_same_map_in_other_spellings_changes_nothing() -> None:
    assert words((HSP,), (Course(training="hsp", group=("biomedical  RESEARCH", "IRB–Members")),)) == []


def test_a_name_taken_out_is_said_once() -> None:
    assert words((HSP,), (Course(training="hsp", group=("IRB Members",)),)) == [
        "the course “Biomedical Research” counted as hsp, is in no course map"
    ]


def test_a_new_name_may_come_at_any_time() -> None:
    assert words((HSP,), (HSP, Course(training="gcp", group=("GCP FDA Refresher",)))) == []


def test_a_line_put_before_another_for_one_curriculum_takes_it_away_there() -> None:
    shadow = Course(training="", curriculum=("Human Research",), group=("IRB Members",))
    assert words((HSP,), (shadow, HSP)) == ["the course “Human Research / IRB Members” counted as hsp, counts as nothing"]


def test_a_third_refresher_that_counts_no_more_is_named_by_its_stage() -> None:
    every, two = (Course(training="hsp", group=("Biomedical Research",), stages=stages) for stages in ((), (1, 2)))
    assert words((every,), (two,)) == ["the course “Biomedical Research” at stage 3 counted as hsp, is in no course map"]


def test_a_curriculum_asked_for_where_none_was_is_a_change() -> None:
    narrower = Course(training="hsp", curriculum=("Human Research",), group=("Biomedical Research",))
    (said,) = words((Course(training="hsp", group=("Biomedical Research",)),), (narrower,))
    assert said == "the course “Biomedical Research” counted as hsp, is in no course map"

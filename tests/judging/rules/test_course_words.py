"""A course that the map does not place may be what its words say, never every training of its holder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboard.judging.courses import CourseMap, telling_words
from onboard.judging.readiness import status_on
from onboard.model import Cleared, Completion, Status, Unmapped
from tests.judging.cast import completion
from tests.judging.sample import MONDAY, judged_sample, shipped_rules

MAP = CourseMap(shipped_rules().courses)
EVERY = frozenset({"hsp", "hsp_data_only", "gcp", "gcp_sbr", "hipaa", "coi_training"})


def course(group: str, curriculum: str = "", name: str = "", stage: int | None = 1, *unclear: str) -> Completion:
    return replace(completion(), curriculum=curriculum, group=group, course=name, stage=stage, unclear=frozenset(unclear))


@pytest.mark.parametrize(
    ("group", "may_be"),
    [
        ("Human Subjects Research Essentials", {"hsp"}),
        ("Protection of Human Subjects", {"hsp"}),
        ("HIPAA annual update", {"hipaa"}),
        ("Patient privacy at Northlake", {"hipaa"}),
        ("COI refresher", {"coi_training"}),
        ("Conflict-of-interest module", {"coi_training"}),
        ("Fire Safety", set()),
        ("Basic Course for New Research Staff", set()),
        ("Curso básico de investigación", set()),
        ("", set()),
    ],
)
def test_words_say_what_a_course_may_be(group: str, may_be: set[str]) -> None:
    found = MAP.counts(course(group))
    assert isinstance(found, Unmapped)
    assert (found.trainings, found.named) == (may_be, False)


def test_gcp_may_be_either_kind_of_gcp_and_no_privacy_course() -> None:
    found = MAP.counts(course("GCP (E6 R3) for sponsors"))
    assert isinstance(found, Unmapped)
    assert {"gcp", "gcp_sbr"} <= found.trainings
    assert not found.trainings & {"hipaa", "coi_training"}


@pytest.mark.parametrize("stage", [None, 1])
def test_what_is_mapped_to_nothing_stays_nothing(stage: int | None) -> None:
    assert MAP.counts(course("Biomedical Responsible Conduct of Research", stage=stage)) == ""


def test_names_of_the_map_without_a_stage_are_that_training_perhaps() -> None:
    assert MAP.counts(course("Biomedical Research Investigators", stage=None)) == Unmapped(
        trainings=frozenset({"hsp"}), named=True
    )
    assert MAP.counts(course("Biomedical Research Investigators")) == "hsp"


def test_a_group_that_cannot_be_read_leaves_the_words_of_the_rest() -> None:
    found = MAP.counts(course("", "", "Human subjects", 1, "group"))
    assert found == Unmapped(trainings=frozenset({"hsp"}), named=False)


def test_no_course_is_every_training() -> None:
    names = [name for one in shipped_rules().courses for name in (*one.curriculum, *one.group)]
    for name in names:
        found = MAP.counts(course(f"Another {name}"))
        assert isinstance(found, Unmapped)
        assert found.trainings < EVERY, name


def test_telling_words() -> None:
    assert telling_words("GCP – Social & Behavioral Research, Best Practices 2") == {"gcp", "social", "behavioral", "best"}
    assert telling_words("Refresher Course 1 for Students") == frozenset()
    assert telling_words("Conflicts of Interest") == telling_words("conflict in interests")


def test_a_blank_stage_is_told_with_the_next_step() -> None:
    found = judged_sample({("people.completion", "2", "1"): {"comp_stage": ""}})
    told = [p for p in found.problems if p.record == "2" and "its stage is missing" in p.what]
    assert [p.next_step for p in told] == ["The stage is missing: enter the one on the certificate."]
    assert not any("course map" in p.what for p in found.problems if p.record == "2")


def test_a_stage_that_cannot_be_read_is_told_otherwise() -> None:
    found = judged_sample({("people.completion", "2", "1"): {"comp_stage": "second"}})
    assert [p for p in found.problems if p.record == "2" and "its stage cannot be read" in p.what]


@pytest.mark.parametrize(
    ("cells", "unknown"),
    [
        ({"comp_group": "Human Subjects Research Essentials"}, {"hsp"}),
        ({"comp_stage": ""}, {"hsp"}),
        ({"comp_group": "Fire Safety", "comp_curriculum": "Northlake Learning"}, set()),
    ],
)
def test_only_what_the_course_could_be_is_unknown(cells: dict[str, str], unknown: set[str]) -> None:
    """Every other course of the person is missing, which it is."""
    rows = {("people.completion", "2", str(number)): {"comp_checked": "declined"} for number in range(2, 8)}
    found = judged_sample({("people.completion", "2", "1"): cells} | {key: row for key, row in rows.items() if _there(key)})
    words = {
        f.requirement.id: status_on(f, MONDAY)
        for f in found.findings
        if f.person == "2" and f.requirement.accepts and status_on(f, MONDAY) is not Status.NOT_DUE
    }
    assert {name for name, word in words.items() if word is Status.UNKNOWN} == unknown
    assert Cleared.CLEARED not in words.values()
    assert len(words) > 1
    course_row = [p for p in found.problems if p.record == "2" and p.key.startswith("training/completion/2/1/")]
    assert course_row, "the coordinator has it the same day, whatever it may be"


def _there(key: tuple[str, str, str]) -> bool:
    from tests.judging.sample import sample_export

    record, instance = key[1], key[2]
    return f"\n{record},completion,{instance}," in sample_export().instruments["people.completion"]

"""The course map and what to choose, as data: CITI's own names, keys of words, and a renamed course as one line."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date

import pytest

from onboard.config.rules_file import load_rules
from onboard.intake.claims import Claimed, Layout
from onboard.intake.planning import as_completion
from onboard.judging.courses import CourseMap, map_block, map_step
from onboard.judging.rule_changes import rule_changes
from onboard.model import Completion, Course, Rules, Unmapped
from onboard.shipped import shipped

TEXT = shipped("config/requirements.toml").read_text(encoding="utf-8")
KEYS = ("provider", "menu", "choose", "choose_again", "minutes_again")


def rules(text: str = TEXT) -> Rules:
    """The rules of a text that must be right."""
    mistakes: list[str] = []
    found = load_rules(tomllib.loads(text), "Northlake University", mistakes)
    assert found is not None, mistakes
    return found[0]


def completion(group: str, stage: int = 1, curriculum: str = "") -> Completion:
    """A course as a certificate prints it."""
    claim = Claimed(
        file="c.pdf", line=0, layout=Layout.REPORT, curriculum=curriculum, group=group, stage=stage, earned=date(2026, 1, 2)
    )
    return as_completion(claim, "1")


#: CITI's names as institutions print them, dashes and marks as they arrive, with what each counts as.
NAMES = {
    "gcp": (
        "GCP for Clinical Trials with Investigational Drugs and Medical Devices (U.S. FDA Focus)",
        "GCP for Clinical Trials with Investigational Drugs and Biologics (ICH Focus)",
        "GCP for Clinical Investigations of Devices", "Good Clinical Practice (U.S. FDA Focus)",
        "Good Clinical Practice – U.S. FDA Focus", "Group 1: GCP for Clinical Trials (FDA Focus)", "GCP FDA Refresher",
        "GCP ICH Refresher", "GCP Device Refresher",
    ),
    "gcp_sbr": (
        "GCP – Social and Behavioral Research Best Practices for Clinical Research",
        "GCP ¿ SOCIAL AND BEHAVIORAL RESEARCH BEST PRACTICES FOR CLINICAL RESEARCH",
    ),
    "hsp": (
        "Biomedical Research - Basic/Refresher", "Biomedical Research with GCP- Basic/Refresher",
        "Biomedical Research Investigators",
        "Social & Behavioral Research Investigators", "Social & Behavioral Research - Basic/Refresher",
        "Group 1 Biomedical Investigators", "Group 2: Human Subjects Researchers-Biomedical", "CITI Biomedical Researchers",
        "CITI Social Behavioral Researchers", "Basic/Refresher Course - Human Subjects Research", "IRB Members",
        "HSR for Social & Behavioral Faculty, Graduate Students & Postdoctoral Scholars",
        "Students conducting no more than minimal risk",
    ),
    "hsp_data_only": ("Data or Specimens Only Research",),
    "hipaa": (
        "Information Privacy Security (IPS)", "Health Information Privacy and Security (HIPS) for Clinical Investigators",
    ),
    "coi_training": ("Conflicts of Interest", "NIH/PHS Conflict of Interest course"),
    "": (
        "Biomedical Responsible Conduct of Research", "ICH GCP E6(R3): An Introduction", "Responsible Conduct of Research",
        "CRC Foundations", "Undue Foreign Influence",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("training", "name"), [(training, name) for training, names in NAMES.items() for name in names])
def test_the_shipped_map_knows_citis_own_names(training: str, name: str) -> None:
    assert CourseMap(rules().courses).training_of(completion(name)) == training


class TestWhatToChoose:
    """Five keys of words on a training block."""

    def test_each_shipped_training_names_a_provider_a_menu_and_a_course_that_counts(self) -> None:
        shipped_rules = rules()
        courses = CourseMap(shipped_rules.courses)
        for requirement in (one for one in shipped_rules.requirements if one.accepts):
            assert requirement.provider and requirement.menu, requirement.id
            for name, stage in ((requirement.choose, 1), (requirement.choose_again.removesuffix(", Refresher"), 2)):
                assert not name or courses.training_of(completion(name, stage)) in requirement.accepts, requirement.id

    def test_editing_them_changes_no_verdict_and_is_never_refused(self) -> None:
        before = rules()
        edited = TEXT
        for line in [line for line in TEXT.splitlines() if line.split(" = ")[0] in KEYS]:
            key = line.split(" = ")[0]
            edited = edited.replace(line, f"{key} = {7 if key == 'minutes_again' else chr(34) + 'other words' + chr(34)}", 1)
        after = rules(edited)
        assert after.version != before.version and rule_changes(before, after) == ()

    def test_left_out_they_change_no_version(self) -> None:
        """A lab that wrote its rules before the keys keeps the version of then."""
        lines = TEXT.splitlines()
        without = rules("\n".join(line for line in lines if line.split(" = ")[0] not in KEYS))
        blank = rules("\n".join(f'{line.split(" = ")[0]} = {0 if "minutes" in line else chr(34) * 2}'
                                if line.split(" = ")[0] in KEYS else line for line in lines))  # fmt: skip
        assert without.version == blank.version

    @pytest.mark.parametrize("key", KEYS)
    def test_they_mean_nothing_for_other_kinds(self, key: str) -> None:
        value = "5" if key == "minutes_again" else '"words"'
        mistakes: list[str] = []
        block = TEXT.replace('id = "irb_listing"\n', f'id = "irb_listing"\n{key} = {value}\n', 1)
        assert load_rules(tomllib.loads(block), "", mistakes) is None
        assert any(key in one and "means nothing" in one for one in mistakes)


class TestRenamed:
    """A course CITI renamed is one line."""

    @pytest.mark.parametrize(
        ("group", "training"),
        [
            ("Human Subjects Protections Essentials", "hsp"), ('Privacy "and" Security \\ 2027', "hipaa"),
            ("Conflict of Interest mini-course 2027", "coi_training"),
        ],
    )  # fmt: skip
    def test_the_block_is_ready_to_paste(self, group: str, training: str) -> None:
        courses = CourseMap(rules().courses)
        counts = courses.counts(completion(group))
        assert isinstance(counts, Unmapped) and training in counts.trainings
        block = map_block(completion(group), replace(counts, trainings=frozenset({training})))
        pasted = rules(TEXT + "\n" + "\n".join(block) + "\n")
        assert CourseMap(pasted.courses).training_of(completion(group)) == training

    def test_the_one_line_goes_into_the_group_of_its_block(self) -> None:
        renamed = completion("Human Subjects Research Essentials")
        counts = Unmapped(trainings=frozenset({"hsp"}), named=False)
        line = str(map_step(renamed, counts)).split("add ")[1].split(" to the group")[0]
        assert line == '"Human Subjects Research Essentials",'
        pasted = rules(
            TEXT.replace('  "Biomedical Research Investigators",\n', f'  "Biomedical Research Investigators",\n  {line}\n')
        )
        assert CourseMap(pasted.courses).training_of(renamed) == "hsp"

    def test_where_its_words_fit_several_or_none_it_counts_for_nothing_until_a_person_says(self) -> None:
        for trainings in (frozenset({"gcp", "gcp_sbr"}), frozenset[str]()):
            block = map_block(completion("Odd Course"), Unmapped(trainings=trainings, named=False))
            assert block[1].startswith('training = ""  #') and all(one in block[1] for one in trainings)

    def test_a_group_whose_name_tells_nothing_comes_with_its_curriculum(self) -> None:
        block = map_block(
            completion("Group 1", curriculum="Good Clinical Practice"), Unmapped(trainings=frozenset({"gcp"}), named=False)
        )
        (course,) = tomllib.loads("\n".join(block))["course"]
        assert course == {"training": "gcp", "curriculum": ["Good Clinical Practice"], "group": ["Group 1"]}
        mapped = CourseMap([Course(training="gcp", curriculum=("Good Clinical Practice",), group=("Group 1",))])
        assert mapped.training_of(completion("Group 1", curriculum="Information Privacy Security (IPS)")) is None

    def test_a_placeholder_is_never_offered(self) -> None:
        paper = completion("Same as Curriculum Group", curriculum="Odd Course")
        block = map_block(paper, Unmapped(trainings=frozenset(), named=False))
        assert 'group = ["Odd Course"]' in block and "Same as" not in "".join(block)

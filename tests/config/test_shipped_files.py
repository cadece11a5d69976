"""The shipped files: every key is explained where it stands, every demand has its source, look-alikes count for nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from onboard.config import load_config
from onboard.config import settings as models
from onboard.config.requirements import CourseBlock, JudgingTable, RequirementBlock
from onboard.judging.courses import CourseMap
from onboard.model import Checked, Completion, Per, RequirementKind, StudyType, WhoseDate

CONFIG = Path("config")
SECTIONS = {
    "lab": models.LabTable,
    "sending": models.SendingTable,
    "redcap": models.RedcapTable,
    "mail": models.MailTable,
    "calendar": models.CalendarTable,
    "cadence": models.CadenceTable,
    "ledger": models.LedgerTable,
    "m365": models.MicrosoftTable,
    "bounces": models.BouncesTable,
    "digest": models.DigestTable,
}


@pytest.fixture
def rules(home):
    return load_config(home).rules


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_of_the_settings_stands_in_the_file_with_a_comment(section):
    text = (CONFIG / "settings.toml").read_text(encoding="utf-8")
    block = text.split(f"[{section}]\n")[1].split("\n[")[0]
    for key in SECTIONS[section].model_fields:
        line = rf"^# \[{section}\.{key}\] +# \S" if key == "urls" else rf"^{key} = .+# \S"
        assert re.search(line, text if key == "urls" else block, re.MULTILINE), f"[{section}] {key} has no line with a comment"


def test_every_key_of_the_rules_is_explained_in_the_comments():
    comments = "\n".join(
        line for line in (CONFIG / "requirements.toml").read_text(encoding="utf-8").splitlines() if line.startswith("#")
    )
    for model in (JudgingTable, RequirementBlock, CourseBlock):
        for key in model.model_fields:
            assert re.search(rf"^#   (?:\w+, )?{key}\b", comments, re.MULTILINE), f"{key} is not explained"


def test_every_demand_has_its_source_and_somebody_to_ask(rules):
    for requirement in rules.requirements:
        assert requirement.citation and requirement.ask, requirement.id
        if requirement.kind in (RequirementKind.TRAINING, RequirementKind.DISCLOSURE):
            assert requirement.minutes and requirement.does_not_count, requirement.id


def test_the_defaults_of_the_field(rules):
    by_id = {requirement.id: requirement for requirement in rules.requirements}
    assert (str(by_id["gcp"].validity), by_id["gcp"].whose_date) == ("months:36", WhoseDate.EARLIER)
    assert by_id["gcp_behavioral"].whose_date is WhoseDate.EARLIER
    assert (str(by_id["coi_training"].validity), str(by_id["coi_disclosure"].validity)) == ("months:48", "months:12")
    assert by_id["hsp"].whose_date is WhoseDate.ISSUED
    assert StudyType.CHART_REVIEW in by_id["hsp"].when.study_types and StudyType.EXEMPT in by_id["hsp"].when.study_types
    assert StudyType.CHART_REVIEW not in by_id["gcp"].when.study_types
    assert StudyType.BESH in by_id["gcp_behavioral"].when.study_types
    assert (by_id["irb_listing"].per, by_id["delegation"].per, by_id["hsp"].per) == (Per.PROTOCOL, Per.TASK, Per.PERSON)
    assert rules.not_tracked() == ("Yearly disclosure of financial interests (COI)",)


def test_a_systematic_review_asks_for_an_approval_row_only(rules):
    asked = {
        r.id
        for r in rules.requirements
        if r.when.asks_protocol() is False or StudyType.SYSTEMATIC_REVIEW in (r.when.study_types or {StudyType.SYSTEMATIC_REVIEW})
    }
    assert not {"hsp", "gcp", "gcp_behavioral", "irb_listing", "delegation"} & asked
    assert "irb_approval" in asked


def completion(group: str, stage: int = 1, curriculum: str = "Human Research") -> Completion:
    """A course passed, named as on the certificate."""
    return Completion(
        evidence="people.completion/1/1", person="1", course="", curriculum=curriculum, group=group, stage=stage,
        completed=None, expires=None, institution="", record_id="", passed=None, checked=Checked.ACCEPTED, checked_by="",
        checked_on=None, reason="", source="typed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("group", "training"),
    [
        ("GCP for Clinical Trials with Investigational Drugs and Medical Devices (U.S. FDA Focus)", "gcp"),
        ("GCP ICH Refresher", "gcp"),
        ("Good Clinical Practice – U.S. FDA Focus", "gcp"),
        ("GCP ¿ SOCIAL AND BEHAVIORAL RESEARCH BEST PRACTICES FOR CLINICAL RESEARCH", "gcp_sbr"),
        ("Biomedical Research - Basic/Refresher", "hsp"),
        ("Group 1: Biomedical  Investigators", "hsp"),
        ("Data or Specimens Only Research", "hsp_data_only"),
        ("Health Information Privacy and Security (HIPS) for Clinical Investigators", "hipaa"),
        ("Conflicts of Interest", "coi_training"),
        ("Biomedical Responsible Conduct of Research", ""),
        ("Responsible Conduct of Research", ""),
        ("ICH GCP E6(R3): An Introduction", ""),
        ("Undue Foreign Influence", ""),
        ("Biomedical Research Basics for Poets", None),
    ],
)
def test_course_names_as_they_appear(rules, group, training):
    assert CourseMap(rules.courses).training_of(completion(group)) == training


def test_the_shipped_files_are_valid_toml_without_a_bom():
    for path in sorted(CONFIG.glob("*.toml")):
        assert tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_paths_in_the_steps_for_redcap_lead_somewhere():
    """The folder is copied into a home, whose other files stand beside it."""
    steps = CONFIG / "redcap_project" / "README.md"
    named = re.findall(r"`([\w./]+/[\w.]+\.toml)`", steps.read_text(encoding="utf-8"))
    assert named
    for path in named:
        assert (steps.parent / path).is_file(), path

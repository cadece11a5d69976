"""requirements.toml becomes Rules, or every reason why not."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import date

import pytest

from onboard.config.rules_file import load_rules, rules_from_text
from onboard.errors import ConfigError
from onboard.model import Course, Funding, Per, PersonnelMode, Phi, RequirementKind, Role, StudyType, Task, WhoseDate

LEAN = """
[[requirement]]
id = "hsp"
kind = "training"
title = "Human subjects course"
per = "person"
accepts = ["hsp"]
validity = "months:36"

[[course]]
training = "hsp"
group = ["Biomedical Research"]
"""


def load(text, institution="Northlake University"):
    """The rules of a text; it must be right."""
    mistakes = []
    found = load_rules(tomllib.loads(text), institution, mistakes)
    assert mistakes == [] and found is not None
    return found


def wrong(text):
    """What is said about a text."""
    mistakes = []
    assert load_rules(tomllib.loads(text), "", mistakes) is None
    return mistakes


def test_a_lean_block_takes_the_defaults():
    rules, _ = load(LEAN)
    (hsp,) = rules.requirements
    assert (hsp.kind, hsp.per, str(hsp.validity), hsp.whose_date) == (
        RequirementKind.TRAINING, Per.PERSON, "months:36", WhoseDate.ISSUED,
    )  # fmt: skip
    assert (hsp.tracked, hsp.lead_days, hsp.expiring_days, hsp.tiers[:2]) == (True, 0, 30, (90, 60))
    assert rules.courses == (Course(training="hsp", group=("Biomedical Research",)),)
    assert (rules.institution, rules.default_mode) == ("Northlake University", PersonnelMode.AMENDMENT)


def test_every_selector_arrives():
    text = LEAN.replace(
        'accepts = ["hsp"]',
        'accepts = ["hsp"]\nroles = ["pi"]\nkinds = ["volunteer"]\nengaged = false\nstudy_types = ["besh"]\nfunding = ["nih"]\n'
        'phi = ["yes"]\ntasks = ["consent"]\nprotocols = ["STEP - HF"]',
    )
    when = load(text)[0].requirements[0].when
    assert (when.roles, when.engaged, when.study_types) == ({Role.PI}, False, {StudyType.BESH})
    assert (when.funding, when.phi, when.tasks, when.protocols) == ({Funding.NIH}, {Phi.YES}, {Task.CONSENT}, {"stephf"})
    assert when.asks_protocol()


def test_judging_arrives():
    rules, _ = load(LEAN + '[judging]\ndefault_mode = "automatic"\nstrict_delegation = true\ntyped_counts = false\n')
    assert (rules.default_mode, rules.strict_delegation, rules.typed_counts) == (PersonnelMode.AUTOMATIC, True, False)


def test_two_versions_one_after_the_other():
    later = LEAN.split("[[course]]")[0].replace("months:36", "months:24") + "in_force_from = 2027-01-01\n"
    rules, _ = load(LEAN.replace("[[course]]", "in_force_to = 2026-12-31\n[[course]]") + later)
    assert [r.in_force_from for r in rules.requirements] == [None, date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("old_end", "new_start", "day"),
    [("", "", "every day"), ("in_force_to = 2026-12-31", "in_force_from = 2026-12-31", "2026-12-31")],
    ids=["both open", "one day in both"],
)
def test_overlapping_versions_are_a_mistake(old_end, new_start, day):
    later = LEAN.split("[[course]]")[0] + f"{new_start}\n"
    (said,) = wrong(LEAN.replace("[[course]]", f"{old_end}\n[[course]]") + later)
    assert f"[[requirement]] 2 (hsp), in_force_from: two versions of 'hsp' are in force on {day}." in said


def changed(*pairs):
    """LEAN with texts exchanged."""
    text = LEAN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("validity =", "validty =")], "validty: is not a known key. Did you mean 'validity'?"),
        ([('kind = "training"', 'kind = "trainning"')], "kind: 'trainning' is not a known value. Did you mean 'training'?"),
        ([('kind = "training"', 'kind = "fact"')], "kind: 'fact' is not a known value."),
        ([('title = "Human subjects course"', "")], "title: is missing."),
        ([('title = "Human', 'title = "Human\\nBcc: ')], "title: "),
        ([('id = "hsp"', 'id = "h/p"')], "id: 'h/p' will not do."),
        ([('accepts = ["hsp"]', 'accepts = ["hps"]')], "accepts: no [[course]] block maps to 'hps'. Did you mean 'hsp'?"),
        ([('accepts = ["hsp"]', "")], "accepts: is missing."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nstep = "badge"')], "step: means nothing for kind 'training'."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nblocks = false')], "blocks: means nothing for kind 'training'."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\ndepends_on = ["gcp"]')], "depends_on: 'gcp' is not another requirement."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\ndepends_on = ["hsp"]')], "depends_on: 'hsp' is not another requirement."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nstudy_types = ["besch"]')], "study_types entry 1: 'besch' is not a known"),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\ntiers = [30, -1]')], "tiers entry 2: -1 will not do."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nask = "boss"')], "ask: 'boss' is not a known value."),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nhow_to = "javascript:x"')], "how_to: "),
        (
            [("months:36", "as_issued"), ('accepts = ["hsp"]', 'accepts = ["hsp"]\nwhose_date = "policy"')],
            "whose_date: 'policy'",
        ),
        ([('accepts = ["hsp"]', 'accepts = ["hsp"]\nin_force_from = 2027-01-01\nin_force_to = 2026-01-01')], "in_force_to: "),
        (
            [('kind = "training"', 'kind = "listing"'), ('accepts = ["hsp"]', "")],
            "per: 'person' is not possible for kind 'listing'",
        ),
        ([('kind = "training"', 'kind = "step"'), ('accepts = ["hsp"]', "")], "step: is missing."),
        ([('group = ["Biomedical Research"]', "")], "names neither curriculum nor group"),
        ([('group = ["Biomedical Research"]', 'group = [" - "]')], "names neither curriculum nor group"),
        ([("[[course]]", "[[courses]]")], "courses: is not known. Did you mean 'course'?"),
        ([("[[requirement]]", "[requirement]")], "requirement: must be blocks. Begin each with [[requirement]]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_in_the_rules(pairs, said):
    assert any(said in line for line in wrong(changed(*pairs)))


def test_two_lines_of_the_course_map_may_not_disagree():
    second = '[[course]]\ntraining = ""\ngroup = ["BIOMEDICAL – research"]\n'
    (said,) = wrong(LEAN + second)
    assert said.endswith("group: 'BIOMEDICAL – research' is mapped to 'hsp' above. Take one of the two out.")


@pytest.mark.parametrize("apart", ['curriculum = ["Ethics"]', "stages = [2]"], ids=["by curriculum", "by stage"])
def test_the_same_group_name_may_mean_two_things_when_kept_apart(apart):
    first = {"curriculum": 'curriculum = ["Human Research"]', "stages": "stages = [1]"}[apart.split(" ", 1)[0]]
    load(LEAN + f"{first}\n" + f'[[course]]\ntraining = ""\ngroup = ["Biomedical Research"]\n{apart}\n')


def test_a_circle_of_needs_is_told_as_one():
    step = '[[requirement]]\nid = "{0}"\nkind = "step"\ntitle = "x"\nper = "person"\nstep = "{0}"\ndepends_on = ["{1}"]\n'
    (said,) = wrong(LEAN + step.format("a", "b") + step.format("b", "a"))
    assert said in (
        "requirements.toml, depends_on: a needs b needs a: a circle. Take one of them out.",
        "requirements.toml, depends_on: b needs a needs b: a circle. Take one of them out.",
    )


def test_rules_that_demand_nothing_clear_everybody_and_are_refused():
    assert "demands nothing, so everybody would be cleared" in wrong("[judging]\n")[0]


def test_a_mistake_in_one_block_hides_none_in_another():
    second = LEAN.split("[[course]]")[0].replace('id = "hsp"', 'id = "gcp"').replace("months:36", "36 months")
    told = wrong(LEAN.replace("[[course]]", "mintues = 5\n[[course]]") + second + 'depends_on = ["hsp"]\n')
    assert len(told) == 2 and "Did you mean 'minutes'?" in told[0] and "(gcp), validity" in told[1]


def test_the_version_is_of_the_meaning_not_of_the_layout():
    plain = load(LEAN)[0].version
    assert load("# a comment\n" + LEAN.replace('accepts = ["hsp"]', 'accepts = [\n "hsp", "hsp",\n]'))[0].version == plain
    assert load(LEAN.replace('per = "person"', 'per = "person"\nlead_days = 0'))[0].version == plain
    assert load(LEAN.replace("months:36", "months:24"))[0].version != plain
    assert load(LEAN, "Lakeside College")[0].version != plain
    assert len(plain) == 12


def test_the_canonical_text_reads_back(home):
    from onboard.config import load_config

    config = load_config(home)
    assert rules_from_text(config.rules_text) == config.rules


def test_a_stored_text_of_another_making_is_refused_in_words():
    document = json.loads(load(LEAN)[1])
    newer = copy.deepcopy(document)
    newer["rules"]["requirement"][0]["phase_of_moon"] = "full"
    with pytest.raises(ConfigError, match=r"cannot be read by this version:\n.*phase_of_moon"):
        rules_from_text(json.dumps(newer))

"""Random requirements: every policy, whose date, selector, version, lead and mode. What config would refuse is not drawn."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from dice import FUNDINGS, KINDS, PHIS, ROLES, TASKS, TYPES, Dice

from onboard.config.rules_file import load_rules
from onboard.dates import Validity, parse_validity
from onboard.model.choices import PersonnelMode
from onboard.model.requirements import Course, IrbUse, Per, Requirement, RequirementKind, Rules, Selectors, WhoseDate

POLICIES = (
    "as_issued", "once", "months:12", "months:12 minus_day", "months:6", "months:1", "months:36", "fiscal_year_end:1(07)",
    "fiscal_year_end:2(01)", "calendar_window(10-01..12-15)", "calendar_window(12-15..01-31)", "calendar_window(02-01..02-29)",
)  # fmt: skip
COURSES = (
    Course(training="hsp", curriculum=("Human Research",), group=("Biomedical Research – Basic/Refresher",), stages=(1, 2, 3)),
    Course(training="gcp", group=("GCP – Social and Behavioral", "GCP FDA Refresher"), stages=(1, 2)),
    Course(training="hipaa", curriculum=("Information Privacy",)),
    Course(training="", group=("Biomedical Responsible Conduct of Research",)),
    Course(training="", group=("Old course",), stages=(1,)),
    Course(training="hsp", group=("Old course",)),
)


def make_rules(dice: Dice) -> Rules:
    requirements: list[Requirement] = []
    for number in range(dice.one((2, 3, 4, 6))):
        requirements += _versions(dice, f"r{number}")
    return Rules(
        requirements=tuple(requirements),
        courses=COURSES,
        default_mode=dice.one((PersonnelMode.AMENDMENT, PersonnelMode.AUTOMATIC, PersonnelMode.PI_MAINTAINED)),
        automatic_for_external=dice.chance(0.3),
        institution="Our University",
        strict_delegation=dice.chance(0.3),
        absences_block=dice.chance(0.2),
        irb_list=dice.one((IrbUse.JUDGES, IrbUse.JUDGES, IrbUse.REPORTS)),
        typed_counts=dice.chance(0.85),
        same_stay_days=dice.one((30, 30, 0, 3, 100)),
    )


def _versions(dice: Dice, id_: str) -> list[Requirement]:
    """One or two versions of a requirement, the second perhaps after a hole."""
    kind = dice.one(
        (RequirementKind.TRAINING,) * 4
        + (RequirementKind.LISTING, RequirementKind.APPROVAL, RequirementKind.DELEGATION, RequirementKind.STEP)
        + (RequirementKind.DISCLOSURE, RequirementKind.TASK)
    )
    if dice.chance(0.6):
        return [_requirement(dice, id_, kind, None, None)]
    if dice.chance(0.4):
        return [_requirement(dice, id_, kind, dice.one((None, dice.day())), dice.one((None, date(2025, 3, 31))))]
    end = dice.day()
    start = end + timedelta(days=dice.one((1, 1, 5)))
    return [_requirement(dice, id_, kind, None, end), _requirement(dice, id_, kind, start, None)]


def _requirement(dice: Dice, id_: str, kind: RequirementKind, start: date | None, end: date | None) -> Requirement:
    per = _per(dice, kind)
    validity, whose = _validity(dice, kind)
    return Requirement(
        id=id_, kind=kind, title=id_, per=per, when=_selectors(dice, kind, per), in_force_from=start, in_force_to=end,
        tracked=dice.chance(0.93), blocks=kind is not RequirementKind.STEP or dice.chance(0.5),
        accepts=(dice.one((("hsp",), ("gcp",), ("hipaa",), ("hsp", "gcp"))) if kind is RequirementKind.TRAINING else ()),
        step=dice.one(("badge", "account")) if kind is RequirementKind.STEP else "", validity=validity, whose_date=whose,
        each_stay=kind is RequirementKind.STEP and dice.chance(0.6),
        in_progress_days=dice.one((0, 0, 0, 5, 40)) if kind is RequirementKind.TRAINING else 0,
        lead_days=dice.one((0, 3, 14)), enforce_lead=dice.chance(0.25 if kind in DATED else 0.05),
        expiring_days=dice.one((0, 7, 30)),
    )  # fmt: skip


DATED = (RequirementKind.TRAINING, RequirementKind.DISCLOSURE, RequirementKind.STEP)


def _per(dice: Dice, kind: RequirementKind) -> Per:
    if kind in (RequirementKind.LISTING, RequirementKind.APPROVAL):
        return Per.PROTOCOL
    if kind in (RequirementKind.DELEGATION, RequirementKind.TASK):
        return Per.TASK
    if kind is RequirementKind.TRAINING:
        per: Per = dice.one((Per.PERSON, Per.PERSON, Per.PERSON, Per.PROTOCOL, Per.TASK))
        return per
    if kind is RequirementKind.DISCLOSURE and dice.chance(0.2):
        return Per.PROTOCOL
    return Per.PERSON


def _validity(dice: Dice, kind: RequirementKind) -> tuple[Validity, WhoseDate]:
    if kind is RequirementKind.STEP:
        return parse_validity(dice.one(("once", "once", "months:12"))), WhoseDate.POLICY
    policy, whose = dice.one(POLICIES), dice.one(tuple(WhoseDate))
    if policy == "as_issued" and whose is WhoseDate.POLICY:
        whose = WhoseDate.ISSUED
    return parse_validity(policy), whose


def _selectors(dice: Dice, kind: RequirementKind, per: Per) -> Selectors:
    return Selectors(
        roles=dice.some_of(ROLES, 0.4),
        kinds=dice.some_of(KINDS, 0.5 if kind is RequirementKind.TASK else 0.2),
        engaged=dice.one((None, None, None, True, False)),
        study_types=dice.some_of(TYPES, 0.4),
        funding=dice.some_of(FUNDINGS, 0.25),
        phi=dice.some_of(PHIS, 0.25),
        tasks=dice.some_of(TASKS, 0.6 if per is Per.TASK else 0.15),
        protocols=frozenset({dice.one(("p1", "irb24p2"))}) if dice.chance(0.1) else frozenset(),
    )


def shipped_rules(dice: Dice) -> Rules:
    """What the shipped requirements ask, with the lab's own settings; also of what they do not track."""
    text = (Path(__file__).parents[2] / "config" / "requirements.toml").read_text(encoding="utf-8")
    found = load_rules(tomllib.loads(text), "Our University", [])
    assert found
    rules = found[0]
    return replace(
        rules,
        requirements=tuple(replace(one, tracked=one.tracked or dice.chance(0.5)) for one in rules.requirements),
        default_mode=dice.one((PersonnelMode.AMENDMENT, PersonnelMode.AUTOMATIC, PersonnelMode.PI_MAINTAINED)),
        automatic_for_external=dice.chance(0.3),
        strict_delegation=dice.chance(0.3),
        absences_block=dice.chance(0.3),
        typed_counts=dice.chance(0.85),
        same_stay_days=dice.one((30, 30, 0, 3, 100)),
    )

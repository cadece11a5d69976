"""Corners that random labs reach seldom, judged by both: each row is a lab of Ada's and the days that matter in it."""

from __future__ import annotations

from typing import Any

import pytest
from compare import compare
from labs import Lab
from rows import (
    READ_ON,
    appointment,
    approval,
    bare,
    completion,
    day,
    delegation,
    enrolment,
    listing,
    protocol,
    reckoner,
    requirement,
    rules,
    step,
    waiver,
)

from onboard.model.choices import UNREADABLE, AppointmentKind, ApprovalKind, Checked, PersonnelMode
from onboard.model.requirements import Rules

TRIAL, CLAIM = approval("2024-01-01"), {"checked": Checked.WAITING}
STRICT = rules(requirement("delegation"), requirement(id="hsp"), strict_delegation=True)
CORNERS: dict[str, tuple[Rules, tuple[Any, ...], tuple[str, ...]]] = {
    "a step with a validity expires": (
        rules(requirement("step", "months:12")),
        (TRIAL, listing("2024-01-01"), step("2024-03-10")),
        ("2025-03-10", "2025-03-11"),
    ),
    "a fiscal year of calendar years, passed on its last day": (
        rules(requirement(validity="fiscal_year_end:1(01)")),
        (TRIAL, listing("2024-01-01"), completion("2024-12-31")),
        ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"),
    ),
    "an enrolment nobody can date may be in progress": (
        rules(requirement(in_progress_days=30)),
        (TRIAL, listing("2024-01-01"), enrolment(UNREADABLE)),
        ("2024-03-10",),
    ),
    "a row of unknown kind with the box ticked and a date typed": (
        rules(requirement("approval")),
        (protocol(pi="ada"), approval("2024-05-01", "2024-06-01", True, kind=ApprovalKind.UNKNOWN)),
        ("2024-05-01", "2024-06-01", "2024-06-02"),
    ),
    "a closure after an unreadable suspension": (
        rules(requirement("approval")),
        (
            protocol(pi="ada"),
            TRIAL,
            bare(ApprovalKind.SUSPENSION, UNREADABLE, "2024-06-01"),
            bare(ApprovalKind.CLOSURE, "2025-01-01"),
        ),
        ("2024-06-01", "2024-06-02", "2025-01-01"),
    ),
    "a refresher whose basic is a claim is pending": (
        rules(requirement()),
        (TRIAL, listing("2024-01-01"), completion("2024-07-05", stage=2), completion("2024-01-05", "2024-02-01", **CLAIM)),
        ("2024-07-05",),
    ),
    "strict: a delegation whose training is a claim is pending": (
        STRICT,
        (TRIAL, delegation("2024-03-10"), completion("2024-03-01", **CLAIM)),
        ("2024-03-09", "2024-03-10"),
    ),
    "a filing answered by the IRB is no longer in hand": (
        rules(requirement("listing", lead_days=14, enforce_lead=True)),
        (TRIAL, protocol(pi="ada"), listing("2024-03-20", submitted="2024-03-10")),
        ("2024-03-10", "2024-03-19", "2024-03-20", "2024-04-03"),
    ),
    "a record id with a slash in it": (
        rules(requirement()),
        (TRIAL, listing("2024-01-01"), completion("2024-03-10", group="Something", evidence="completion/a/b/1")),
        ("2024-03-10",),
    ),
    "automatic for two appointments, one of them external": (
        rules(requirement("listing")),
        (
            TRIAL,
            protocol(mode=PersonnelMode.AUTOMATIC),
            listing(submitted="2024-03-10"),
            appointment(),
            appointment("2024-05-01", "2024-05-31", kind=AppointmentKind.EXTERNAL),
        ),
        ("2024-03-09", "2024-03-10", "2024-05-01", "2024-05-31", "2024-06-01"),
    ),
    "a waiver without an end over an unreadable completion": (
        rules(requirement()),
        (TRIAL, listing("2024-01-01"), completion(UNREADABLE, "2024-03-10"), waiver("2024-04-01", None)),
        ("2024-03-10", "2024-03-11", "2024-04-01"),
    ),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_the_two_agree_in_the_corner(corner: str) -> None:
    book, rows, days = CORNERS[corner]
    lab = Lab(seed=0, records=reckoner(book, *rows).records, rules=book, read_on=READ_ON)
    assert compare(lab, [day(text) for text in days]).stories == []

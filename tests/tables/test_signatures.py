"""Cells that ask who signed: a name signs, a stand-in does not, and the coordinator is told where it stands."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from onboard.judging.readiness import cleared_on
from onboard.model import Cleared, Task
from onboard.tables.signatures import read_signature
from tests.judging.sample import MONDAY, judged_sample

ZONE = ZoneInfo("America/New_York")

STAND_INS = (
    "tbd", "TBD", "t.b.d.", "n/a", "N.A.", "na", "-", "--", "—", "?", "???", "none", "None", "pending", "Pending Dr. Rivera",
    "unknown", "not yet", "not signed", "to be signed by Dr. Rivera", "Elena Rivera?", "awaiting signature", "x", "XX", "0", "1",
    "2026-04-03", "12-Mar-26", "2024-02-29T23:30:00Z", "1e400", "yes", "ok", "next week", "todo", "…", "_", "null", "no one",
)  # fmt: skip
NAMES = (
    "Elena Rivera", "Dr. Rivera", "ER", "E. R.", "erivera@northlake.example", "mgs4", "Rivera, Elena (PI)", "IRB office",
    "May Ng", "Elena Rivera 3 Apr 2026", "李", "Nonie Tobey", "Андрей Петров", "Dr. April May", "Yesenia Okafor", "The PI",
)  # fmt: skip


@pytest.mark.parametrize("text", STAND_INS)
def test_a_stand_in_signs_nothing_and_is_told(text: str) -> None:
    who, trouble = read_signature(text, ZONE)
    assert who == ""
    assert trouble
    assert "counts as not signed" in trouble.what
    assert trouble.next_step.startswith("Type the name of the person")


@pytest.mark.parametrize("text", NAMES)
def test_a_name_signs_as_typed(text: str) -> None:
    assert read_signature(text, ZONE) == (text, None)


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_blank_is_not_signed_and_no_trouble(text: str) -> None:
    assert read_signature(text, ZONE) == ("", None)


def test_a_bare_number_may_be_a_code_of_a_list() -> None:
    _, trouble = read_signature("3", ZONE)
    assert trouble
    assert "values in redcap.toml" in trouble.next_step


@pytest.mark.parametrize(("text", "word"), [("Elena Rivera", Cleared.CLEARED), ("tbd", Cleared.UNKNOWN), ("", Cleared.UNKNOWN)])
def test_a_delegation_approved_by_a_stand_in_clears_nobody(text: str, word: Cleared) -> None:
    found = judged_sample({("people.delegation", "2", "1"): {"deleg_approved_by": text}})
    row = next(r for r in found.readiness if (r.person, r.task) == ("2", Task.CONSENT))
    assert cleared_on(row, MONDAY) is word
    told = [p for p in found.problems if p.field == "deleg_approved_by"]
    assert [(p.record, p.instrument, p.instance) for p in told] == ([("2", "delegation", 1)] if text == "tbd" else [])


def test_a_waiver_approved_by_a_stand_in_is_a_claim() -> None:
    signed, stand_in = (
        next(
            ground
            for finding in judged_sample({("people.waiver", "3", "1"): {"waiver_approved_by": text}}).findings
            for ground in finding.grounds
            if ground.waiver
        )
        for text in ("Elena Rivera", "pending")
    )
    assert signed.gives.sure and not signed.claim
    assert stand_in.claim and not stand_in.gives.sure

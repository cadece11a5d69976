"""What is known now and what was said then: a lapse, a renewal, a correction, somebody who came later."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from onboard.errors import OnboardError
from tests.cli.conftest import GCP_ROW, HADDAD, MONDAY, Desk

MONTH_BEFORE, WEEK_AFTER = MONDAY - timedelta(days=30), MONDAY + timedelta(days=7)


def renew(desk: Desk) -> None:
    """Layla Haddad passes the refresher on Tuesday; Maria types the certificate."""
    desk.type_in(
        HADDAD,
        "completion",
        6,
        comp_curriculum="Good Clinical Practice",
        comp_group="GCP FDA Refresher",
        comp_stage="2",
        comp_completed="2024-06-04",
        comp_expires="2027-06-04",
        comp_score="90",
        comp_passing="80",
        comp_source="typed",
    )


def proof(desk: Desk, on: date, *more: str) -> dict[str, Any]:
    return json.loads(desk.ask("proof", "haddad", "STEP-HF", "--on", on.isoformat(), "--format", "json", *more))


def clause(found: dict[str, Any], requirement: str) -> Any:
    return next(clause for clause in found["clauses"] if clause["requirement"] == requirement)


def test_cleared_before_blocked_during_and_cleared_after_each_with_its_evidence(desk: Desk) -> None:
    renew(desk)
    before, during, after = proof(desk, MONTH_BEFORE), proof(desk, MONDAY), proof(desk, WEEK_AFTER)
    assert [found["verdict"] for found in (before, during, after)] == ["cleared", "blocked", "cleared"]
    assert [clause(found, "gcp")["decided_by"] for found in (before, during, after)] == [
        f"completion/{HADDAD}/{GCP_ROW}",
        f"completion/{HADDAD}/{GCP_ROW}",
        f"completion/{HADDAD}/6",
    ]
    assert (during["since"], during["until"]) == ("2024-05-31", "2024-06-03")


def test_the_text_says_the_verdict_and_the_row_that_decides_it(desk: Desk) -> None:
    renew(desk)
    said = [desk.ask("proof", "haddad", "STEP-HF", "--on", day.isoformat()) for day in (MONTH_BEFORE, MONDAY, WEEK_AFTER)]
    assert [word in text for word, text in zip(("CLEARED", "BLOCKED (31 May", "CLEARED"), said, strict=True)] == [True] * 3
    assert f"evidence: completion/{HADDAD}/{GCP_ROW}" in said[1]
    assert f"evidence: completion/{HADDAD}/6" in said[2]


def test_after_a_corrected_date_both_are_told_what_is_known_and_what_was_said(desk: Desk) -> None:
    desk.morning(MONDAY)
    desk.type_in(HADDAD, "completion", GCP_ROW, comp_completed="2022-05-30", comp_expires="2025-05-30")
    desk.morning(MONDAY + timedelta(days=1))
    desk.morning(MONDAY + timedelta(days=2))
    day = MONDAY.isoformat()
    text = desk.ask("proof", "haddad", "STEP-HF", "--on", day, "--known-on", day)
    now, then = text.index("AS KNOWN NOW"), text.index("AS KNOWN THEN (read 3 Jun 2024")
    assert "CLEARED" in text[now:then] and "BLOCKED" in text[then:]
    assert "Known since the read of 4 Jun 2024" in text
    found = proof(desk, MONDAY, "--known-on", day)
    assert (found["now"]["verdict"], found["then"]["verdict"], found["differs"]) == ("cleared", "blocked", True)
    assert found["known_since"].startswith("2024-06-04T")


def test_where_nothing_was_corrected_then_and_now_agree(desk: Desk) -> None:
    desk.morning(MONDAY)
    text = desk.ask("proof", "haddad", "STEP-HF", "--on", "2024-06-03", "--known-on", "2024-06-03")
    assert "give the same" in text


def test_somebody_who_came_later_was_not_on_record_then_and_that_is_said_in_words(desk: Desk) -> None:
    desk.morning(MONDAY)
    desk.type_in("40", "person", 0, greet_name="Ada", full_name="Ada Park", university_email="ada.park@northlake.example")
    text = desk.ask("proof", "Ada Park", "STEP-HF", "--on", "2024-06-03", "--known-on", "2024-06-03")
    assert "As known on 3 Jun 2024 (read 2024-06-03 07:00): Ada Park was not on record, so nothing was said." in text
    data = json.loads(
        desk.ask("proof", "Ada Park", "STEP-HF", "--on", "2024-06-03", "--known-on", "2024-06-03", "--format", "json")
    )
    assert data["then"] is None and data["now"]["name"] == "Ada Park"


def test_before_the_first_read_nothing_was_known(desk: Desk) -> None:
    with pytest.raises(OnboardError, match="Nothing was read up to 2024-06-01"):
        desk.ask("proof", "haddad", "STEP-HF", "--known-on", "2024-06-01")


def test_a_question_makes_no_ledger(desk: Desk) -> None:
    desk.ask("status")
    desk.ask("proof", "haddad", "STEP-HF")
    assert not (desk.home / "ledger.db").exists()

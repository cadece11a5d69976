"""Was X cleared for T on P on D, by which evidence, and what was said then?"""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from onboard.model import UNREADABLE, Cleared, Hold, Status, Task
from onboard.questions.proof import compare, prove
from onboard.questions.proof_words import as_json, as_text, comparison_json, comparison_text, page_context
from onboard.rendering.pages import render_page
from onboard.timeline import Answer
from tests.questions.cast import (
    GCP,
    JOSE,
    LENA,
    LEO,
    P2,
    RULES,
    SAM,
    STEP,
    TODAY,
    UMA,
    completion,
    d,
    judged,
    records,
)


def gcp_of(proof):
    return next(clause for clause in proof.clauses if clause.requirement == "gcp")


@pytest.mark.parametrize(
    ("day", "verdict", "decided_by"),
    [
        ("2026-05-18", Cleared.CLEARED, "completion/2/2"),
        ("2026-05-19", Cleared.BLOCKED, "completion/2/2"),
        ("2026-06-09", Cleared.BLOCKED, "completion/2/2"),
        ("2026-06-10", Cleared.CLEARED, "completion/2/3"),
    ],
)
def test_lena_before_during_and_after_her_lapse_with_the_row_that_decides(lab, day, verdict, decided_by):
    proof = prove(lab, LENA, STEP, Task.CONSENT, d(day))
    assert proof.verdict is verdict
    assert gcp_of(proof).decided_by == decided_by


def test_the_verdict_says_from_when_to_when(lab):
    proof = prove(lab, LENA, STEP, None, d("2026-06-01"))
    assert (proof.since, proof.until) == (d("2026-05-19"), d("2026-06-09"))
    assert "BLOCKED (19 May 2026 to 9 Jun 2026)." in as_text(proof)


def test_every_clause_has_a_sentence_and_its_evidence(lab):
    proof = prove(lab, LENA, STEP, Task.CONSENT, TODAY)
    assert all(clause.sentence for clause in proof.clauses)
    without = {clause.requirement for clause in proof.clauses if not clause.evidence}
    assert without == {"hold", "suspension", "closure"}


def test_facts_say_what_is_recorded_and_by_which_row(lab):
    facts = {c.requirement: (c.sentence, c.decided_by) for c in prove(lab, LENA, STEP, None, TODAY).clauses}
    assert facts["fact_study_type"] == ("Recorded: nih trial.", "approval/S/1")
    assert facts["fact_role"] == ("Recorded: research assistant.", "appointment/2/1")


def test_failing_clauses_come_first(lab):
    proof = prove(lab, LENA, STEP, None, d("2026-06-01"))
    assert [c.requirement for c in proof.failing] == ["gcp"]
    assert proof.clauses[0].requirement == "gcp"


def test_an_unknown_course_is_unknown_and_the_text_says_it_never_counts(lab):
    proof = prove(lab, UMA, P2, None, TODAY)
    assert proof.verdict is Cleared.UNKNOWN
    assert "never counts as cleared" in as_text(proof)


def test_a_hold_that_cannot_be_read_is_shown_as_the_row_in_doubt():
    hold = Hold(evidence="hold/S/1", protocol=STEP, first=UNREADABLE, last=None)
    proof = prove(judged(replace(records(), holds=(hold,))), LENA, STEP, None, TODAY)
    clause = next(c for c in proof.clauses if c.requirement == "hold")
    assert (proof.verdict, clause.holds, clause.decided_by) == (Cleared.UNKNOWN, Answer.UNKNOWN, "hold/S/1")
    assert clause.sentence.startswith("On hold from a day that cannot be read")


def test_a_hold_that_is_over_leaves_the_day_free():
    hold = Hold(evidence="hold/S/1", protocol=STEP, first=d("2026-08-01"), last=d("2026-08-10"))
    lab = judged(replace(records(), holds=(hold,)))
    sentences = {
        day: next(c.sentence for c in prove(lab, LENA, STEP, None, d(day)).clauses if c.requirement == "hold")
        for day in ("2026-08-10", "2026-08-11")
    }
    assert sentences["2026-08-10"] == "On hold from 1 Aug 2026 through 10 Aug 2026."
    assert sentences["2026-08-11"] == "No hold covers this day."


# no row ---------------------------------------------------------------------------------------------------------------


def test_nothing_connects_jose_with_the_trial(lab):
    proof = prove(lab, JOSE, STEP, Task.CONSENT, TODAY)
    assert (proof.verdict, proof.connected) == (Cleared.BLOCKED, False)
    assert proof.clauses[0].sentence.startswith("Nothing on record connects José Núñez and STEP-HF")
    assert {c.requirement for c in proof.clauses} >= {"connection", "appointment", "confidentiality"}


def test_who_is_not_in_the_lab_is_not_due_even_without_a_row(lab):
    assert prove(lab, SAM, STEP, None, TODAY).verdict is Cleared.NOT_DUE
    assert prove(lab, SAM, STEP, None, d("2026-12-07")).verdict is Cleared.BLOCKED
    assert prove(lab, LEO, STEP, None, TODAY).verdict is Cleared.NOT_DUE


def test_a_task_nobody_gave_needs_a_delegation_where_the_rules_ask_one(lab):
    proof = prove(lab, UMA, P2, Task.CONSENT, TODAY)
    assert "delegation" not in {c.requirement for c in proof.clauses}
    noor = prove(lab, "3", STEP, Task.CONSENT, TODAY)
    assert (noor.verdict, noor.task) == (Cleared.BLOCKED, Task.CONSENT)
    (missing,) = noor.failing
    assert (missing.requirement, missing.status) == ("delegation", Status.MISSING)
    assert missing.sentence == "Nothing on record gives Noor Weiss the task consent on STEP-HF."


def test_a_task_no_rule_asks_anything_for_is_as_cleared_as_the_protocol(lab):
    proof = prove(lab, "3", STEP, Task.LITERATURE, TODAY)
    assert proof.verdict is Cleared.CLEARED
    assert (proof.since, proof.until) == (d("2025-01-10"), d("2026-12-31"))


# then and now ---------------------------------------------------------------------------------------------------------

THEN = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


def said_then(day):
    """In June the old certificate still carried a wrong year, so Lena counted as cleared."""
    rows = [replace(c, completed=d("2024-05-18")) if c.evidence == "completion/2/2" else c for c in records().completions]
    rows = [c for c in rows if c.evidence != "completion/2/3"]
    return prove(judged(replace(records(), completions=tuple(rows)), read_at=THEN), LENA, STEP, None, day)


def test_after_a_corrected_date_both_are_printed_with_what_differs_and_since_when(lab):
    now = prove(lab, LENA, STEP, None, d("2026-05-30"))
    found = compare(now, said_then(d("2026-05-30")), since=datetime(2026, 6, 5, 6, 2, tzinfo=UTC))
    assert found.differs
    text = comparison_text(found)
    assert text.index("AS KNOWN NOW") < text.index("AS KNOWN THEN") < text.index("Known since the read of 5 Jun 2026 06:02 UTC")
    assert "The verdict was cleared, it is blocked." in text
    assert max(map(len, text.splitlines())) <= 80
    data = comparison_json(found)
    assert (data["now"]["verdict"], data["then"]["verdict"], data["known_since"]) == (
        "blocked",
        "cleared",
        "2026-06-05T06:02:00+00:00",
    )


def test_where_nothing_differs_one_proof_is_printed_and_says_so(lab):
    now = prove(lab, LENA, STEP, None, d("2025-06-01"))
    then = prove(judged(read_at=THEN), LENA, STEP, None, d("2025-06-01"))
    found = compare(now, then)
    assert not found.differs
    assert "The records read 1 Jun 2026 06:00 UTC give the same." in comparison_text(found)


def test_a_change_of_rules_is_a_difference_even_when_the_verdict_stands(lab):
    other = prove(judged(rules=replace(RULES, version="r0")), LENA, STEP, None, TODAY)
    assert compare(prove(lab, LENA, STEP, None, TODAY), other).changes == ("The rules changed from version r0 to r1.",)


# words ----------------------------------------------------------------------------------------------------------------


def test_a_proof_says_what_it_is_not_and_what_it_was_judged_on(lab):
    text = as_text(prove(lab, LENA, STEP, None, TODAY, decisions=("Accepted as retroactive on 1 Oct 2026 by Maria Chen.",)))
    flat = " ".join(text.split())
    for words in (
        "not the signed delegation log",
        "21 CFR Part 11",
        "not legal advice",
        "Not tracked here: Conflict of interest disclosure.",
        "snapshot aaaaaaaaaaaa",
        "rules version r1",
        "Accepted as retroactive on 1 Oct 2026 by Maria Chen.",
    ):
        assert words in flat
    assert max(map(len, text.splitlines())) <= 80


def test_what_is_met_shows_the_days_covered_not_the_days_of_a_word(lab):
    text = " ".join(as_text(prove(lab, LENA, STEP, None, TODAY)).split())
    assert "Good Clinical Practice course (GCP): valid (10 Jun 2026 to 10 Jun 2029)." in text


def test_json_keeps_its_keys(lab):
    data = as_json(prove(lab, LENA, STEP, Task.CONSENT, d("2026-06-01")))
    assert json.loads(json.dumps(data)) == data
    wanted = "person name protocol number code title task on verdict since until connected clauses rules_version read_at"
    assert " ".join(data) == f"{wanted} snapshot not_tracked decisions notes"
    assert (data["task"], data["on"], data["verdict"]) == ("consent", "2026-06-01", "blocked")
    assert data["clauses"][0]["status"] == "expired"


def test_the_page_prints_every_clause_and_escapes_what_records_hold():
    evil = replace(completion(LENA, 3, GCP, "2026-06-10"), course="<script>alert(1)</script>")
    rows = tuple(evil if c.evidence == evil.evidence else c for c in records().completions)
    proof = prove(judged(replace(records(), completions=rows)), LENA, STEP, None, TODAY)
    html = render_page("proof.html", **page_context(proof))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    for clause in proof.clauses:
        assert clause.title in html
    assert "not the signed delegation log" in html


def test_the_page_of_a_comparison_shows_both(lab):
    now = prove(lab, LENA, STEP, None, d("2026-05-30"))
    found = compare(now, said_then(d("2026-05-30")))
    html = render_page("proof.html", **page_context(found.now, found.then, found.changes))
    assert html.index("As known now") < html.index("As known then") < html.index("What differs")

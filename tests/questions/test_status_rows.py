"""`onboard status`: the contract for scripts, and the lines for people."""

import json
from dataclasses import replace
from datetime import date

from onboard.model import Task
from onboard.questions.status import as_text, status_rows, status_table
from tests.questions.cast import JOSE, LENA, LEO, NOOR, P2, SAM, STEP, TODAY, UMA, d, judged, records

KEYS = ["person", "protocol", "status", "ready_from", "ready_until", "protocol_state", "tasks", "reasons"]


def row(lab, person, protocol, day=TODAY):
    return next(r for r in status_rows(lab, day) if (r["person"], r["protocol"]) == (person, protocol))


def line(lab, name, protocol="", day=TODAY):
    return next(x for x in status_table(lab, day) if x.person == name and (not protocol or x.protocol == protocol))


def test_every_row_has_the_eight_keys_and_is_json(lab):
    rows = status_rows(lab, TODAY)
    assert all(list(r) == KEYS for r in rows)
    assert json.loads(json.dumps(rows)) == rows


def test_one_row_a_person_and_protocol_and_one_for_who_has_none(lab):
    found = [(r["person"], r["protocol"]) for r in status_rows(lab, TODAY)]
    assert len(found) == len(set(found)) == 8
    assert (SAM, None) in found


def test_lena_is_cleared_since_her_new_certificate_until_the_approval_ends(lab):
    found = row(lab, LENA, STEP)
    assert (found["status"], found["ready_from"], found["ready_until"]) == ("cleared", "2026-06-10", "2027-12-15")
    assert found["reasons"] == []
    assert found["tasks"] == [
        {"task": "consent", "status": "cleared", "ready_from": "2026-06-10", "ready_until": "2027-12-15"},
        {"task": "procedures", "status": "cleared", "ready_from": "2026-06-10", "ready_until": "2027-12-15"},
    ]


def test_in_her_lapse_lena_is_blocked_by_gcp_with_first_and_last_day_and_evidence(lab):
    found = row(lab, LENA, STEP, d("2026-06-01"))
    assert (found["status"], found["ready_from"]) == ("blocked", "2026-06-10")
    (reason,) = found["reasons"]
    assert reason == {
        "requirement": "gcp",
        "status": "expired",
        "since": "2026-05-19",
        "until": "2026-06-09",
        "evidence": ["completion/2/2", "completion/2/3"],
    }


def test_the_expiry_day_is_cleared_and_the_next_is_not(lab):
    assert row(lab, LENA, STEP, d("2026-05-18"))["status"] == "cleared"
    assert row(lab, LENA, STEP, d("2026-05-19"))["status"] == "blocked"


def test_umas_unmapped_course_is_unknown_never_cleared(lab):
    found = row(lab, UMA, P2)
    assert (found["status"], found["ready_from"], found["ready_until"]) == ("unknown", None, None)
    assert [reason["requirement"] for reason in found["reasons"]] == ["hsp"]


def test_who_left_and_who_starts_are_not_due(lab):
    assert row(lab, LEO, STEP)["status"] == "not_due"
    assert row(lab, SAM, None)["status"] == "not_due"


def test_a_task_that_is_only_assigned_is_no_delegated_task(lab):
    assert row(lab, JOSE, P2)["tasks"] == []


def test_open_ends_are_null(lab):
    rows = replace(records(), completions=(), listings=(), delegations=(), assignments=(), log=(), protocols=())
    found = next(r for r in status_rows(judged(rows), TODAY) if r["person"] == NOOR)
    assert (found["protocol"], found["ready_from"], found["ready_until"]) == (None, "2024-01-05", None)


# for people -----------------------------------------------------------------------------------------------------------


def test_the_table_says_each_state_in_words(lab):
    assert line(lab, "Noor Weiss").why == "Good Clinical Practice course (GCP): met by a waiver until 31 Dec 2026."
    assert "the lab has not said what this course counts as" in line(lab, "Uma Novak").why
    assert line(lab, "Leo Ortiz").why == "Left 20 Nov 2026. Still on the IRB list of STEP-HF."
    assert line(lab, "Sam Okafor").why.startswith("Starts 7 Dec 2026; not there yet for that day: Confidentiality")
    assert "Not on the IRB list." in line(lab, "José Núñez").why
    assert "is not Complete" in line(lab, "José Núñez").why


def test_an_external_collaborator_who_stays_is_no_mismatch():
    listings = tuple(replace(x, stays=True) if x.person == LEO else x for x in records().listings)
    found = line(judged(replace(records(), listings=listings)), "Leo Ortiz")
    assert found.why == "Left 20 Nov 2026. Stays listed on STEP-HF as external collaborator."


def test_what_ends_soon_is_said_while_it_still_counts(lab):
    found = line(lab, "Lena Haddad", day=d("2026-05-01"))
    assert (found.word, found.until) == ("cleared", "18 May 2026")
    assert "Good Clinical Practice course (GCP) ends 18 May 2026." in found.why


def test_delegated_before_trained_is_said_while_it_is_fresh_and_not_for_ever(lab):
    early = "Delegated from 1 Feb 2024 before the course was passed: consent, procedures (trained only from 10 Jan 2025)."
    assert early in line(lab, "Lena Haddad", day=d("2025-01-20")).why
    assert "Delegated" not in line(lab, "Lena Haddad").why


def test_a_cleared_row_names_the_tasks_that_are_not():
    given = [replace(x, approved_by="") if x.person == LENA else x for x in records().delegations]
    found = line(judged(replace(records(), delegations=tuple(given))), "Lena Haddad")
    assert found.word == "cleared"
    assert "Not for consent, procedures (unknown)." in found.why


def test_the_text_fits_a_terminal_and_says_what_is_left_out(lab):
    text = as_text(lab, TODAY, with_tasks=True)
    assert max(map(len, text.splitlines())) <= 80
    assert "Not tracked here: Conflict of interest disclosure." in text
    assert "23 Nov 2026 06:02 UTC" in text


def test_a_lab_without_anybody_is_an_empty_table():
    empty = judged(replace(records(), people=()))
    assert status_rows(empty, TODAY) == []
    assert as_text(empty, date(2026, 1, 1)).startswith("PERSON")


def test_a_task_row_is_shown_only_when_asked_for(lab):
    assert all(not x.task for x in status_table(lab, TODAY))
    assert Task.CONSENT.value in {x.task for x in status_table(lab, TODAY, with_tasks=True)}

"""What to fix first: the causes of unknown, by how many people each fix clears."""

import json
from dataclasses import replace

from onboard.model import UNREADABLE, ApprovalKind, Checked, Problem, Task
from onboard.questions.fixfirst import as_json, as_text, fix_first
from tests.questions.cast import (
    HSP,
    JOSE,
    LENA,
    P2,
    STEP,
    TODAY,
    UMA,
    appointment,
    approval,
    completion,
    delegation,
    judged,
    listing,
    records,
)


def problem(evidence: str, what: str, *people: str) -> Problem:
    return Problem.in_row(evidence, key=f"{evidence}/x", field="x", what=what, next_step="Correct the cell.", people=people)


def only(fixes, words):
    return next(fix for fix in fixes if words in fix.cause)


def test_mapping_umas_course_clears_her(lab):
    (fix,) = fix_first(lab, TODAY)
    assert fix.cause == "Human Research Basics: the lab has not said what this course counts as; it is not counted"
    assert (fix.clears, fix.touches, fix.where) == ((UMA,), (UMA,), ("completion/4/1",))


def test_one_course_that_several_people_took_is_one_fix_and_stands_first():
    same = completion(JOSE, 1, "Human Research Basics", "2025-02-01")
    rows = tuple(same if c.evidence == same.evidence else c for c in records().completions)
    listings = (*records().listings, listing(JOSE, P2, "2024-01-01", "2024-01-10"))
    away = problem("absence/2/1", "A day away cannot be read")
    found = fix_first(judged(replace(records(), completions=rows, listings=listings), problems=(away,)), TODAY)
    assert (found[0].clears, found[0].where) == ((UMA, JOSE), ("completion/4/1", "completion/7/1"))
    assert (found[-1].cause, found[-1].clears) == ("A day away cannot be read", ())


def test_an_unknown_study_type_is_one_cause_for_everybody_on_the_protocol():
    rows = tuple(replace(a, study_type=UNREADABLE) if a.protocol == STEP else a for a in records().approvals)
    fix = only(fix_first(judged(replace(records(), approvals=rows)), TODAY), "study type")
    assert fix.cause == "STEP-HF: study type is not recorded"
    assert fix.next_step == "Record it on an approval row of STEP-HF."
    assert LENA in fix.clears
    assert len(fix.touches) == 3


def test_a_blank_role_is_one_cause_a_person():
    rows = tuple(appointment(LENA, "2024-01-02", role=None) if a.person == LENA else a for a in records().appointments)
    fix = only(fix_first(judged(replace(records(), appointments=rows)), TODAY), "role")
    assert (fix.cause, fix.where, fix.clears) == (
        "Lena Haddad: role in the lab is not recorded",
        ("appointment/2/1",),
        (LENA,),
    )


def test_an_unreadable_date_is_put_down_to_the_problem_that_the_tables_told():
    rows = tuple(replace(c, completed=UNREADABLE) if c.evidence == "completion/2/3" else c for c in records().completions)
    told = problem("completion/2/3", "Completed on '6/10/26' is no date", LENA)
    fix = only(fix_first(judged(replace(records(), completions=rows), problems=(told,)), TODAY), "no date")
    assert (fix.clears, fix.next_step) == ((LENA,), "Correct the cell.")


def test_an_unreadable_suspension_is_the_cause_and_not_the_approval_it_spoils():
    bad = replace(approval(STEP, 2, ApprovalKind.SUSPENSION, "2026-01-01", None), first=UNREADABLE)
    told = problem("approval/S/2", "The suspension's first day cannot be read")
    found = fix_first(judged(replace(records(), approvals=(*records().approvals, bad)), problems=(told,)), TODAY)
    assert set(only(found, "suspension").clears) == {"1", LENA, "3"}
    assert not [fix for fix in found if "Initial from" in fix.cause]


def test_a_certificate_that_waits_is_one_look_away():
    waits = replace(completion(UMA, 1, HSP, "2025-02-01"), checked=Checked.WAITING, source="survey")
    rows = tuple(waits if c.evidence == waits.evidence else c for c in records().completions)
    (fix,) = fix_first(judged(replace(records(), completions=rows)), TODAY)
    assert fix.cause == "Uma Novak, Human subjects course: received, not checked yet"
    assert (fix.next_step, fix.clears) == ("Accept or decline it.", (UMA,))


def test_a_delegation_that_waits_asks_the_pi():
    rows = (delegation(LENA, "2024-02-01", Task.CONSENT, approved_by=""),)
    fix = only(fix_first(judged(replace(records(), delegations=rows)), TODAY), "Task delegated")
    assert fix.next_step.startswith("Ask the PI")


def test_two_causes_for_one_row_clear_nobody_alone():
    rows = tuple(appointment(UMA, "2024-01-02", role=None) if a.person == UMA else a for a in records().appointments)
    found = fix_first(judged(replace(records(), appointments=rows)), TODAY)
    assert [(fix.clears, fix.touches) for fix in found] == [((), (UMA,)), ((), (UMA,))]


def test_who_is_certainly_blocked_is_not_counted():
    """A fix that leaves somebody blocked by something else clears nobody."""
    rows = tuple(x for x in records().listings if x.person != UMA)
    found = fix_first(judged(replace(records(), listings=rows)), TODAY)
    assert [fix.clears for fix in found] == [()]


def test_a_clean_lab_says_so():
    clean = completion(UMA, 1, HSP, "2025-02-01")
    rows = tuple(clean if c.evidence == clean.evidence else c for c in records().completions)
    lab = judged(replace(records(), completions=rows))
    assert fix_first(lab, TODAY) == ()
    assert "Nothing is unknown and every record was read." in as_text((), lab)


def test_the_text_fits_and_json_is_json(lab):
    fixes = fix_first(lab, TODAY)
    text = as_text(fixes, lab)
    assert max(map(len, text.splitlines())) <= 80
    data = as_json(fixes, lab)
    assert json.loads(json.dumps(data)) == data
    assert data["fixes"][0]["clears"] == [UMA]


def test_in_a_project_with_events_a_row_is_joined_with_its_own_problem_alone():
    own, other = "completion/7/1@visit_1_arm_1", "completion/7/1@visit_2_arm_1"
    rows = tuple(replace(c, evidence=own, completed=UNREADABLE) if c.person == JOSE else c for c in records().completions)
    found = (problem(other, "Another's day", JOSE), problem(own, "Its own day", JOSE))
    listings = (*records().listings, listing(JOSE, P2, "2024-01-01", "2024-01-10"))
    fixes = fix_first(judged(replace(records(), completions=rows, listings=listings), problems=found), TODAY)
    assert only(fixes, "Its own day").touches == (JOSE,)
    assert only(fixes, "Another's day").touches == ()

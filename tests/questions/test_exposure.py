"""Work on days not cleared: certain, not to be excluded, and what could have been."""

import json
from dataclasses import replace

import pytest

from onboard.model import UNREADABLE, ApprovalKind, PersonnelMode, Task
from onboard.questions.exposure import exposure
from onboard.questions.exposure_words import as_json, as_text
from tests.questions.cast import (
    LENA,
    LEO,
    NOOR,
    P2,
    STEP,
    UMA,
    d,
    delegation,
    entry,
    judged,
    listing,
    records,
)


def with_log(*entries):
    return judged(replace(records(), log=entries))


def test_only_the_days_inside_the_lapse_are_certain_exposure(lab):
    found = exposure(lab, LENA)
    assert [(w.on, w.task, w.evidence) for w in found.certain] == [
        (d("2026-05-19"), Task.CONSENT, "research_log/2/2"),
        (d("2026-06-09"), None, "research_log/2/3"),
    ]
    assert [r.requirement for r in found.certain[0].reasons] == ["gcp"]
    assert found.not_excluded == ()


def test_work_on_a_day_nobody_can_tell_is_kept_apart(lab):
    found = exposure(lab, UMA)
    assert found.certain == ()
    assert [w.evidence for w in found.not_excluded] == ["research_log/4/1"]


def test_exposure_stays_after_the_repair(lab):
    assert len(exposure(lab, LENA, last=d("2026-11-23")).certain) == 2


def test_listed_days_without_an_entry_could_have_been_worked_and_worked_days_are_left_out(lab):
    runs = [(r.first, r.last) for r in exposure(lab, LENA).could_have_worked]
    assert runs == [(d("2024-01-20"), d("2025-01-09")), (d("2026-05-20"), d("2026-06-08"))]


def test_a_leaver_still_listed_could_have_worked_up_to_the_read_and_no_later(lab):
    run = exposure(lab, LEO).could_have_worked[-1]
    assert (run.first, run.last) == (d("2026-11-21"), d("2026-11-23"))


def test_the_verdict_of_the_task_in_the_entry_counts():
    """Noor is cleared for STEP-HF and for procedures, but nobody gave her consent."""
    found = exposure(with_log(entry(NOOR, 1, "2026-03-02", task=Task.CONSENT), entry(NOOR, 2, "2026-03-03")), NOOR)
    assert [w.evidence for w in found.certain] == ["research_log/3/1"]


def test_entries_without_a_place_are_listed_with_the_reason():
    lab = with_log(
        entry(LENA, 1, UNREADABLE),
        entry(LENA, 2, None),
        entry(LENA, 3, "2026-05-25", protocol=""),
        entry(LENA, 4, "2026-11-24"),
        entry(LENA, 5, "2026-05-25", protocol="", protocol_text=""),
    )
    found = exposure(lab, LENA)
    assert found.certain == ()
    assert [(u.evidence, u.why) for u in found.unplaced] == [
        ("research_log/2/1", "its day cannot be read"),
        ("research_log/2/2", "it has no day"),
        ("research_log/2/3", "the protocol 'IRB-99-9999' is not known"),
        ("research_log/2/4", "its day, 24 Nov 2026, lies after the records were read"),
    ]


def test_a_task_that_is_none_there_is_cannot_be_excluded_where_the_protocol_is_cleared_and_is_certain_where_it_is_not():
    strange = {"task_text": "consnet"}
    lab = with_log(entry(NOOR, 1, "2026-03-02", **strange), entry(LENA, 2, "2026-05-19", **strange))
    found = exposure(lab)
    assert [(w.evidence, w.task_unknown) for w in found.not_excluded] == [("research_log/3/1", "consnet")]
    assert [(w.evidence, w.task_unknown) for w in found.certain] == [("research_log/2/2", "consnet")]
    text = " ".join(as_text(found, lab).split())
    assert text.count("The task 'consnet' is not a task of the list") == 2
    assert [w["task_unknown"] for w in as_json(found, lab)["not_excluded"]] == ["consnet"]


def test_a_blank_task_and_a_task_that_is_known_are_judged_as_before():
    assert exposure(with_log(entry(NOOR, 1, "2026-03-02", task_text=" ")), NOOR).not_excluded == ()
    known = entry(NOOR, 2, "2026-03-02", task=Task.PROCEDURES, task_text="procedures")
    assert exposure(with_log(known), NOOR).not_excluded == ()


def test_a_day_before_the_first_approval_is_never_called_could_have_worked():
    """Lena was put on the list of an automatic protocol months before the IRB approved it."""
    early = listing(LENA, STEP, "2023-09-01", None)
    automatic = tuple(replace(p, mode=PersonnelMode.AUTOMATIC) for p in records().protocols)
    rows = replace(records(), listings=(early,), delegations=(), log=(), completions=(), protocols=automatic)
    (run,) = exposure(judged(rows), LENA).could_have_worked
    assert (run.first, run.last) == (d("2024-01-10"), d("2026-11-23"))


@pytest.mark.parametrize("kind", [ApprovalKind.AMENDMENT, ApprovalKind.SUSPENSION, ApprovalKind.CLOSURE])
def test_a_protocol_without_any_approval_has_no_day_on_which_somebody_could_have_worked(kind):
    rows = records()
    none = tuple(replace(a, kind=kind) if a.protocol == STEP else a for a in rows.approvals)
    assert [r for r in exposure(judged(replace(rows, approvals=none, log=()))).could_have_worked if r.protocol == STEP] == []
    unreadable = tuple(replace(a, first=UNREADABLE) if a.protocol == STEP else a for a in rows.approvals)
    runs = exposure(judged(replace(rows, approvals=unreadable, log=()))).could_have_worked
    assert [r for r in runs if r.protocol == STEP] == []


def test_work_in_the_log_before_the_first_approval_is_certain_all_the_same():
    (day,) = exposure(with_log(entry(LENA, 1, "2024-01-09")), LENA).certain
    assert day.on == d("2024-01-09")


def test_asking_for_one_protocol_still_shows_entries_that_may_belong_to_it():
    found = exposure(with_log(entry(LENA, 3, "2026-05-25", protocol="")), protocol=STEP)
    assert [u.evidence for u in found.unplaced] == ["research_log/2/3"]


def test_a_window_cuts_every_kind(lab):
    found = exposure(lab, LENA, first=d("2026-06-01"), last=d("2026-06-05"))
    assert found.certain == ()
    assert [(r.first, r.last) for r in found.could_have_worked] == [(d("2026-06-01"), d("2026-06-05"))]


def test_a_delegation_without_the_pis_word_is_no_certain_delegation():
    rows = replace(records(), listings=(), delegations=(delegation(LENA, "2024-02-01", Task.CONSENT, approved_by=""),), log=())
    assert exposure(judged(rows), LENA).could_have_worked == ()


def test_a_change_that_waits_lists_nobody_where_the_irb_must_approve_it():
    waits = listing(LENA, P2, "2026-10-01", None)
    rows = replace(records(), listings=(waits,), delegations=(), log=())
    assert exposure(judged(rows), LENA).could_have_worked == ()
    kept = tuple(replace(p, mode=PersonnelMode.PI_MAINTAINED) for p in rows.protocols)
    (run,) = exposure(judged(replace(rows, protocols=kept, completions=())), LENA).could_have_worked
    assert run.first == d("2026-10-01")


def test_it_is_worded_as_a_question_for_the_irb_office_and_nothing_is_added_up(lab):
    text = as_text(exposure(lab), lab)
    assert "May need reporting; ask the IRB office." in " ".join(text.split())
    assert text.index("WORKED WHILE NOT CLEARED") < text.index("CANNOT BE EXCLUDED") < text.index("COULD HAVE WORKED")
    assert "total" not in text.lower()
    assert max(map(len, text.splitlines())) <= 80


def test_json_keeps_the_kinds_apart(lab):
    data = as_json(exposure(lab), lab)
    assert json.loads(json.dumps(data)) == data
    assert [(w["person"], w["on"], w["task"]) for w in data["certain"]] == [
        (LENA, "2026-05-19", "consent"),
        (LENA, "2026-06-09", None),
    ]
    assert data["unplaced"] == []

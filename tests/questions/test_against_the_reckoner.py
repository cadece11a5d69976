"""Answers over random labs agree with the brute-force reckoner, which knows no timeline; no lab makes a question fall over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from labs import Lab, make_lab
from reckon import Reckoner

from onboard.dates import parse_validity
from onboard.judging.estimates import path
from onboard.model import (
    ApprovalKind,
    Assessment,
    Funding,
    History,
    Phi,
    Records,
    RequirementKind,
    Rules,
    StudyType,
    Task,
)
from onboard.pipeline.judging import judge_records
from onboard.questions import (
    explain,
    explain_words,
    exposure_words,
    fixfirst,
    history_picture,
    pack,
    path_words,
    proof,
    proof_words,
    status,
    whatif,
    whatif_words,
    worklog,
)
from onboard.questions.exposure import exposure
from onboard.questions.history import history
from onboard.questions.pack_people import Asked
from onboard.questions.spells import spell_on
from tests.questions.cast import approval, protocol
from tests.words.cast import LAB

SEEDS = range(60)


def judged(lab: Lab, records: Records | None = None, rules: Rules | None = None) -> Assessment:
    noon = datetime(lab.read_on.year, lab.read_on.month, lab.read_on.day, 12, tzinfo=UTC)
    return judge_records(records or lab.records, (), rules or lab.rules, noon, lab.read_on)


def days_of(lab: Lab) -> list[date]:
    return lab.edges()[::5]


@pytest.mark.parametrize("seed", SEEDS)
def test_proof_status_and_history_say_the_reckoners_word_on_every_day(seed):
    lab = make_lab(seed)
    assessment, reckoner = judged(lab), Reckoner(lab.records, lab.rules, lab.read_on)
    for day in days_of(lab):
        words = {(r["person"], r["protocol"] or ""): r["status"] for r in status.status_rows(assessment, day)}
        for row in assessment.readiness:
            word = reckoner.row_status(row.person, row.protocol, row.task, day)
            assert spell_on(row, day).verdict == word
            if row.task is None:
                assert words[row.person, row.protocol] == word
            if row.protocol:
                assert proof.prove(assessment, row.person, row.protocol, row.task, day).verdict == word


@pytest.mark.parametrize("seed", SEEDS)
def test_a_verdict_holds_on_the_ends_of_its_run_and_not_beside_them(seed):
    lab = make_lab(seed)
    assessment, reckoner = judged(lab), Reckoner(lab.records, lab.rules, lab.read_on)
    for row in assessment.readiness:
        spell = spell_on(row, lab.read_on)
        for end, beside in ((spell.first, -1), (spell.last, 1)):
            if end:
                scope = (row.person, row.protocol, row.task)
                assert reckoner.row_status(*scope, end) == spell.verdict
                assert reckoner.row_status(*scope, end + timedelta(days=beside)) != spell.verdict


@pytest.mark.parametrize("seed", SEEDS)
def test_exposure_is_what_the_reckoner_finds_entry_by_entry(seed):
    lab = make_lab(seed)
    reckoner = Reckoner(lab.records, lab.rules, lab.read_on)
    found = exposure(judged(lab))
    answers = {w.evidence: "no" for w in found.certain} | {w.evidence: "unknown" for w in found.not_excluded}
    unplaced = {u.evidence for u in found.unplaced}
    known = {row.record for row in lab.records.protocols}
    for entry in lab.records.log:
        if isinstance(entry.on, date) and entry.on <= lab.read_on and entry.protocol in known:
            expected = reckoner.cleared(entry.person, entry.protocol, entry.task, entry.on)
            assert answers.get(entry.evidence, "yes") == expected
            assert entry.evidence not in unplaced
        else:
            assert entry.evidence not in answers


# what if --------------------------------------------------------------------------------------------------------------

WINDOW = 60


def short_by_brute_force(before: Reckoner, after: Reckoner, rows: set, first: date) -> set[str]:
    """People with a row cleared before and not after on a day of the window."""
    days = [first + timedelta(days=n) for n in range(WINDOW)]
    return {row[0] for row in rows if any(before.row_status(*row, d) == "cleared" != after.row_status(*row, d) for d in days)}


@pytest.mark.parametrize("seed", range(40))
def test_a_course_cut_to_half_a_year_names_exactly_the_reckoners_people(seed):
    lab = make_lab(seed)
    shorter = tuple(
        replace(r, validity=parse_validity("months:6")) if r.kind is RequirementKind.TRAINING else r
        for r in lab.rules.requirements
    )
    rules = replace(lab.rules, requirements=shorter)
    before, after = judged(lab), judged(lab, rules=rules)
    found = whatif.compare_assessments(before, after, lab.read_on, lab.read_on + timedelta(days=WINDOW - 1))
    rows = {(r.person, r.protocol, r.task) for r in before.readiness}
    expected = short_by_brute_force(
        Reckoner(lab.records, lab.rules, lab.read_on), Reckoner(lab.records, rules, lab.read_on), rows, lab.read_on
    )
    assert set(found.people_short) == expected


@pytest.mark.parametrize("seed", range(40))
def test_a_new_nih_trial_names_exactly_the_reckoners_people(seed):
    lab = make_lab(seed)
    trial = replace(protocol("new", "IRB-27-0001", "NEW", "A new trial"), pi="")
    facts = {"study_type": StudyType.NIH_TRIAL, "funding": Funding.NIH, "phi": Phi.YES}
    opened = approval("new", 1, ApprovalKind.INITIAL, lab.read_on.isoformat(), None, **facts)
    start = lab.read_on + timedelta(days=20)
    people = [person.record for person in lab.records.people]
    records = whatif.propose(lab.records, trial, (opened,), people, start, (Task.CONSENT,))
    found = whatif.compare_assessments(judged(lab), judged(lab, records), start, start + timedelta(days=WINDOW - 1))
    after = Reckoner(records, lab.rules, lab.read_on)
    expected = set()
    for person in people:
        for task in (None, Task.CONSENT):
            words = (after.row_status(person, "new", task, start + timedelta(days=n)) for n in range(WINDOW))
            first = next((word for word in words if word != "not_due"), "cleared")
            expected |= {person} if first != "cleared" else set()
    assert {moved.person for moved in found.short if moved.protocol == "new"} == expected


# no lab makes a question fall over ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_every_question_answers_every_lab_within_the_terminal(seed):
    lab = make_lab(seed)
    assessment, today = judged(lab), lab.read_on
    texts = [
        status.as_text(assessment, today, with_tasks=True),
        fixfirst.as_text(fixfirst.fix_first(assessment, today), assessment),
        exposure_words.as_text(exposure(assessment), assessment),
        whatif_words.as_text(whatif.compare_assessments(assessment, assessment, today, today), assessment),
    ]
    for person in assessment.people:
        drawn = history(assessment, person)
        assert history_picture.as_svg(drawn).endswith("</svg>\n")
        texts.append(history_picture.as_text(drawn))
        texts.append(explain_words.as_text(explain.explain(assessment, History(), LAB, person, today)))
        texts.append(path_words.as_text(path(assessment, person, today), assessment))
        texts.append(worklog.as_text(worklog.work_log(assessment, person)))
        for record in assessment.protocols:
            for task in (None, *Task):
                texts.append(proof_words.as_text(proof.prove(assessment, person, record, task, today)))
    for record in assessment.protocols:
        assert "SHA256SUMS" in pack.pack(assessment, record, Asked(days=(today,)))
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80


@pytest.mark.parametrize("seed", SEEDS)
def test_a_task_or_protocol_without_a_row_is_never_cleared_more_easily_than_its_row(seed):
    """Asking about a task nobody gave never turns a row that is not cleared into one that is."""
    lab = make_lab(seed)
    assessment = judged(lab)
    for day in days_of(lab)[::4]:
        for row in assessment.readiness:
            if row.protocol and row.task is None:
                whole = spell_on(row, day).verdict
                for task in Task:
                    found = proof.prove(assessment, row.person, row.protocol, task, day).verdict
                    assert found == whole or found in ("blocked", "unknown")
                    assert whole == "cleared" or found != "cleared"


def test_giving_the_task_never_clears_what_asking_about_it_called_blocked():
    """What is said of a task nobody gave agrees with the row that an assignment of it would make, or is unknown."""
    checked = 0
    for seed in SEEDS:
        lab = make_lab(seed)
        assessment = judged(lab)
        for row in assessment.readiness:
            if not row.protocol or row.task is not None:
                continue
            given = {r.task for r in assessment.readiness if (r.person, r.protocol) == (row.person, row.protocol)}
            for task in {Task.CONSENT, Task.ANALYSIS, Task.CHART_REVIEW} - given:
                asked = proof.prove(assessment, row.person, row.protocol, task, lab.read_on).verdict
                work = whatif.propose(
                    lab.records, assessment.protocols[row.protocol], (), (row.person,), date(1990, 1, 1), (task,)
                )
                work = replace(work, approvals=lab.records.approvals, protocols=lab.records.protocols)
                made = proof.prove(judged(lab, work), row.person, row.protocol, task, lab.read_on).verdict
                assert asked in (made, "unknown"), (seed, row.person, row.protocol, task)
                checked += 1
    assert checked > 50

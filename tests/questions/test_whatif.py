"""What if the rules change, or a protocol opens: who is short, who gains, and from when?"""

import json
from dataclasses import replace

from onboard.dates import parse_validity
from onboard.model import ApprovalKind, Cleared, Funding, Phi, RequirementKind, StudyType, Task
from onboard.questions.whatif import compare_assessments, propose
from onboard.questions.whatif_words import as_json, as_text
from tests.questions.cast import (
    ELENA,
    JOSE,
    LENA,
    NOOR,
    P2,
    REQUIREMENTS,
    RULES,
    STEP,
    TODAY,
    UMA,
    approval,
    d,
    judged,
    protocol,
    records,
)

YEAR_ON = d("2027-11-23")


def rules_with(**changed):
    """The lab's rules with one requirement changed: id=(field, value)."""
    found = tuple(replace(r, **changed[r.id]) if r.id in changed else r for r in REQUIREMENTS)
    return replace(RULES, requirements=found, version="r2")


def hsp_two_years():
    return judged(rules=rules_with(hsp={"validity": parse_validity("months:24")}))


def new_trial(*people, tasks=(), pi=""):
    trial = replace(protocol("N", "IRB-27-0001", "NEW", "A new trial"), pi=pi)
    rows = (
        approval(
            "N",
            1,
            ApprovalKind.INITIAL,
            "2027-01-01",
            "2029-01-01",
            study_type=StudyType.NIH_TRIAL,
            funding=Funding.NIH,
            phi=Phi.NO,
        ),
    )
    return judged(propose(records(), trial, rows, people, d("2027-02-01"), tasks))


def test_hsp_cut_to_two_years_names_exactly_those_whose_course_is_older(lab):
    found = compare_assessments(lab, hsp_two_years(), TODAY, YEAR_ON)
    assert found.people_short == (ELENA, LENA)
    assert {moved.since for moved in found.short} == {d("2027-01-11")}
    assert all((moved.before, moved.after) == (Cleared.CLEARED, Cleared.BLOCKED) for moved in found.short)


def test_noor_is_not_short_of_it_because_her_waiver_had_ended_before(lab):
    found = compare_assessments(lab, hsp_two_years(), TODAY, YEAR_ON)
    assert NOOR not in found.people_short


def test_a_horizon_before_the_first_lapse_finds_nobody(lab):
    found = compare_assessments(lab, hsp_two_years(), TODAY, d("2027-01-10"))
    assert (found.short, found.gains) == ((), ())
    assert found.same == len(lab.readiness)


def test_looking_back_the_same_change_gains_and_loses_the_other_way(lab):
    found = compare_assessments(hsp_two_years(), lab, TODAY, YEAR_ON)
    assert found.short == ()
    assert {moved.person for moved in found.gains} == {ELENA, LENA}
    assert found.gains[0].earliest == d("2027-01-11")


def test_a_demand_dropped_gains_whoever_lacked_only_that(lab):
    without = replace(RULES, requirements=tuple(r for r in REQUIREMENTS if r.kind is not RequirementKind.LISTING))
    found = compare_assessments(lab, judged(rules=without), TODAY, TODAY)
    assert {(moved.person, moved.protocol) for moved in found.gains} == {(JOSE, P2)}


def test_nothing_changes_when_nothing_changes(lab):
    found = compare_assessments(lab, judged(), TODAY, YEAR_ON)
    assert (found.short, found.gains) == ((), ())


def test_on_a_new_trial_everybody_lacks_the_list_and_some_lack_courses(lab):
    after = new_trial(LENA, NOOR, UMA)
    found = compare_assessments(lab, after, d("2027-02-01"), d("2027-06-01"))
    assert found.people_short == (LENA, NOOR, UMA)
    lacks = {moved.person: {r.requirement for r in moved.reasons} for moved in found.short}
    assert lacks == {LENA: {"irb_listing"}, NOOR: {"irb_listing", "gcp"}, UMA: {"irb_listing", "gcp", "hsp"}}
    assert {moved.person for moved in found.short if moved.filing_only} == {LENA}
    assert all(moved.new and moved.before is None for moved in found.short)


def test_its_pi_is_on_it_without_being_named(lab):
    found = compare_assessments(lab, new_trial(LENA, pi=ELENA), d("2027-02-01"), d("2027-06-01"))
    assert set(found.people_short) == {ELENA, LENA}


def test_its_tasks_are_rows_of_their_own(lab):
    found = compare_assessments(lab, new_trial(LENA, tasks=(Task.CONSENT,)), d("2027-02-01"), d("2027-06-01"))
    assert [moved.task for moved in found.short] == [None, Task.CONSENT]
    assert {r.requirement for r in found.short[1].reasons} == {"irb_listing", "delegation"}


def test_what_can_be_mended_before_the_day_says_so_and_what_cannot_has_a_day(lab):
    after = new_trial(LENA)
    (later,) = compare_assessments(lab, after, d("2027-02-01"), d("2027-06-01")).short
    assert later.about == d("2027-02-01")
    (sooner,) = compare_assessments(lab, after, d("2027-01-02"), d("2027-06-01")).short
    assert sooner.about == d("2027-01-11")


def test_a_proposal_proves_nothing(lab):
    after = new_trial(LENA)
    assert after.listings == lab.listings
    assert after.delegations == lab.delegations


def test_a_proposal_of_a_known_protocol_replaces_what_it_says_now():
    changed = propose(records(), replace(records().protocols[0], code="STEP-2"), (), (), TODAY)
    assert [p.code for p in changed.protocols if p.record == STEP] == ["STEP-2"]
    assert not [a for a in changed.approvals if a.protocol == STEP]


def test_the_text_puts_courses_before_papers_and_fits_a_terminal(lab):
    after = new_trial(LENA, NOOR)
    text = as_text(compare_assessments(lab, after, d("2027-02-01"), d("2027-06-01")), after)
    assert text.startswith("From 1 Feb 2027 to 1 Jun 2027: 2 people short on 2 rows, 0 gained")
    assert (
        text.index("Noor Weiss, NEW") < text.index("SHORT OF THE IRB LIST OR A DELEGATION ONLY") < text.index("Lena Haddad, NEW")
    )
    assert max(map(len, text.splitlines())) <= 80


def test_a_change_of_rules_names_both_versions(lab):
    after = hsp_two_years()
    found = compare_assessments(lab, after, TODAY, YEAR_ON)
    assert "Rules r1 against r2." in as_text(found, after)
    data = as_json(found, after)
    assert json.loads(json.dumps(data)) == data
    assert data["people_short"] == [ELENA, LENA]
    assert data["short"][0]["since"] == "2027-01-11"

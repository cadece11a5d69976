"""The pitfalls of the field that concern judgement, one test each and numbered.

5 removed or retired · 9 pass mark · 10 date styles · 11 leap day · 12 last day · 13 no expiry · 14 local day · 15 spellings ·
16 look-alike · 17 refresher · 18 homonyms · 19 module rows · 20 older evidence · 21 delegation before training ·
22 half a read · 23 rule change · 24 review date. The others are about mail, and stand in tests/planning and tests/pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from onboard.dates import parse_validity
from onboard.errors import ReadInDoubt
from onboard.judging.readiness import cleared_on, met_until, status_on
from onboard.model import (
    UNREADABLE,
    Assessment,
    Cleared,
    Completion,
    Finding,
    Listing,
    Requirement,
    Rules,
    Selectors,
    Status,
    StudyType,
    Task,
    WhoseDate,
)
from onboard.tables import read_tables
from onboard.timeline import Answer
from tests.judging.cast import (
    READ_ON,
    appointment,
    completion,
    d,
    delegation,
    finding_of,
    lab,
    listing,
    row_of,
    rules,
    training,
)
from tests.judging.sample import ZONE, judged_sample, mapping, sample_export, shipped_rules

HADDAD = "5"
#: The GCP course of Layla Haddad in the sample lab.
GCP_ROW = ("people.completion", HADDAD, "2")


def gcp(*completions: Completion, requirement: Requirement | None = None) -> Finding:
    return finding_of(lab(completions=completions), "gcp", rules(requirement or training()))


def sample_gcp(assessment: Assessment) -> Finding:
    (found,) = [f for f in assessment.by_person[HADDAD] if f.requirement.id == "gcp"]
    return found


# 5 --------------------------------------------------------------------------------------------------------------------


def test_05_removed_from_the_protocol_its_trainings_are_not_asked_any_more() -> None:
    gone = lab(listings=(listing(removed=d("2026-06-01")),), delegations=(), completions=())
    assert status_on(finding_of(gone, "gcp", rules(training())), d("2026-06-01")) is Status.NOT_DUE
    assert status_on(finding_of(gone, "gcp", rules(training())), d("2026-05-31")) is Status.MISSING


def test_05_another_role_is_asked_what_that_role_is_asked() -> None:
    for_pis = training(when=Selectors(engaged=True))
    left = lab(appointments=(appointment(last=d("2026-06-30")), appointment(first=d("2026-07-01"), engaged=False)))
    finding = finding_of(replace(left, completions=()), "gcp", rules(for_pis))
    assert [status_on(finding, day) for day in (d("2026-06-30"), d("2026-07-01"))] == [Status.MISSING, Status.NOT_DUE]


def test_05_gone_from_the_lab_nobody_is_blocked() -> None:
    row = row_of(lab(appointments=(appointment(last=d("2026-06-30")),), completions=()))
    assert [cleared_on(row, day) for day in (d("2026-06-30"), d("2026-07-01"))] == [Cleared.BLOCKED, Cleared.NOT_DUE]


def test_05_a_course_that_was_retired_is_asked_until_its_last_day_in_force() -> None:
    finding = gcp(requirement=training(in_force_to=d("2026-06-30")))
    assert [status_on(finding, day) for day in (d("2026-06-30"), d("2026-07-01"))] == [Status.MISSING, Status.NOT_DUE]


# 9 to 14: scores and dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "status"), [("80", Status.CURRENT), ("79", Status.MISSING), ("80.0", Status.CURRENT)])
def test_09_a_score_equal_to_the_pass_mark_passes(score: str, status: Status) -> None:
    cells = {"comp_score": score, "comp_passing": "80", "comp_completed": "2026-11-01", "comp_expires": "2029-11-01"}
    assert status_on(sample_gcp(judged_sample({GCP_ROW: cells})), d("2026-11-23")) is status


@pytest.mark.parametrize(
    "typed", ["03/04/2026", "04/03/26", "3-4-2026", "2026-4-3", "03/04/2026 12:30:00 AM", "20260403", "April 3"]
)
def test_10_a_date_of_another_style_is_unknown_and_a_problem_never_a_guess(typed: str) -> None:
    assessment = judged_sample({GCP_ROW: {"comp_completed": typed, "comp_expires": ""}})
    finding = sample_gcp(assessment)
    assert {finding.met.at(day) for day in (d("2026-03-05"), d("2026-04-04"), d("2026-11-23"))} == {Answer.UNKNOWN}
    assert any(p.record == HADDAD and p.field == "comp_completed" for p in assessment.problems)


@pytest.mark.parametrize(
    ("passed", "months", "last"),
    [("2024-02-29", 36, "2027-02-28"), ("2024-02-29", 48, "2028-02-29"), ("2026-01-31", 1, "2026-02-28"),
     ("2025-10-31", 6, "2026-04-30")],
)  # fmt: skip
def test_11_leap_days_and_month_ends_clip_and_never_run_over(passed: str, months: int, last: str) -> None:
    finding = gcp(completion(completed=d(passed)), requirement=training(validity=parse_validity(f"months:{months}")))
    assert met_until(finding, d(passed)) == d(last)


def test_12_the_last_day_itself_is_valid_and_the_next_is_not() -> None:
    finding = gcp(completion(completed=d("2023-11-22"), expires=d("2026-11-22")))
    assert [finding.met.at(day) for day in (d("2026-11-22"), d("2026-11-23"))] == [Answer.YES, Answer.NO]


def test_13_where_no_expiry_is_printed_the_policy_says_so_and_under_as_issued_nobody_can() -> None:
    bare = completion(completed=d("2025-03-10"), expires=None)
    assert met_until(gcp(bare), READ_ON) == d("2028-03-10")
    assert "derived" in gcp(bare).grounds[0].what
    printed_only = training(validity=parse_validity("as_issued"), whose_date=WhoseDate.ISSUED)
    assert gcp(bare, requirement=printed_only).met.at(READ_ON) is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("stamped", "day"), [("2026-11-14T03:30:00Z", "2026-11-13"), ("2026-11-13T23:30:00-06:00", "2026-11-13"),
                         ("2026-11-13 23:30", "2026-11-13"), ("2026-11-14T06:30:00+00:00", "2026-11-14")],
)  # fmt: skip
def test_14_a_pass_shortly_before_midnight_is_of_the_labs_own_day(stamped: str, day: str) -> None:
    finding = sample_gcp(judged_sample({GCP_ROW: {"comp_completed": stamped, "comp_expires": "2029-11-13"}}))
    assert finding.met.sure.start() == d(day)


# 15 to 20: which evidence is which ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    ["GCP - Social and Behavioral Research", "gcp ¿ SOCIAL AND BEHAVIORAL RESEARCH", "GCP—Social  and Behavioral Research",
     "“GCP – Social and Behavioral Research”", "GCP â€“ Social and Behavioral Research"],
)  # fmt: skip
def test_15_dashes_quotes_spaces_and_case_do_not_matter(printed: str) -> None:
    assert status_on(gcp(completion(group=printed)), READ_ON) is Status.CURRENT


@pytest.mark.parametrize("printed", ["GCP – Social and Behavioural Research", "GCP – Social Research", "GCP"])
def test_15_yet_another_word_is_another_course(printed: str) -> None:
    assert gcp(completion(group=printed)).met.at(READ_ON) is Answer.UNKNOWN


def test_16_the_rcr_look_alike_does_not_satisfy_human_subjects_protection() -> None:
    """Nor does the E6(R3) introduction renew GCP: Layla Haddad holds one, and Priya Singh the other."""
    finding = finding_of(lab(completions=(completion("rcr"),)), "hsp")
    assert (finding.met.at(READ_ON), finding.grounds) == (Answer.NO, ())
    assert status_on(sample_gcp(judged_sample()), d("2026-11-23")) is Status.EXPIRED


def test_17_a_refresher_without_a_basic_is_unknown_and_told_and_one_with_it_counts() -> None:
    refresher = completion(completed=d("2026-03-10"), stage=2)
    assert gcp(refresher).met.at(READ_ON) is Answer.UNKNOWN
    assert gcp(refresher).grounds[0].problem is not None
    basic = completion(completed=d("2020-01-01"), number=2, institution="Lakeside University")
    assert met_until(gcp(refresher, basic), READ_ON) == d("2029-03-10")


def test_18_two_people_of_one_name_keep_their_own_evidence() -> None:
    """Jordan and Jamie Smith are both "J. Smith" in the records; only Jordan ever passed a course."""
    assessment = judged_sample()
    smiths = {r: assessment.people[r].name for r in assessment.people if assessment.people[r].name.startswith("J. Smith")}
    assert smiths == {"12": "J. Smith (Jordan)", "13": "J. Smith (Jamie)"}
    assert {c.person for c in assessment.completions["12"]} == {"12"}
    assert "13" not in assessment.completions


@pytest.mark.parametrize(
    "cells", [{"full_name": "Layla Mansour"}, {"citi_id": "0000100005"}, {"university_email": "L.H@Northlake.example"}]
)
def test_18_a_changed_name_a_padded_id_or_another_address_changes_no_verdict(cells: dict[str, str]) -> None:
    before, after = judged_sample(), judged_sample({("people.person", HADDAD, ""): cells})
    assert _words(after, HADDAD) == _words(before, HADDAD)


def _words(assessment: Assessment, person: str) -> list[tuple[str, Task | None, Cleared]]:
    rows = [row for row in assessment.readiness if row.person == person]
    return [(row.protocol, row.task, cleared_on(row, d("2026-11-23"))) for row in rows]


def test_19_one_completion_in_many_module_rows_is_one_finding_and_no_more_valid() -> None:
    once = completion(completed=d("2025-03-10"), record_id="555")
    often = [replace(once, evidence=f"completion/ada/{number}") for number in range(1, 13)]
    one, many = gcp(once), gcp(*often)
    assert (many.met, many.own, many.in_hand) == (one.met, one.own, one.in_hand)


def test_20_older_evidence_that_comes_in_later_does_not_shorten_validity() -> None:
    new, old = completion(completed=d("2026-03-10")), completion(completed=d("2024-03-10"), number=2)
    assert met_until(gcp(new, old), READ_ON) == met_until(gcp(new), READ_ON) == d("2029-03-10")
    assert gcp(new, old).grounds[0].evidence == new.evidence


# 21 to 24 -------------------------------------------------------------------------------------------------------------


def test_21_a_delegation_before_its_training_counts_from_the_first_trained_day() -> None:
    early = lab(delegations=(delegation(first=d("2025-02-01")),), completions=(completion(), completion("hsp", number=2)))
    row = row_of(early, task=Task.CONSENT)
    assert [cleared_on(row, day) for day in (d("2025-03-09"), d("2025-03-10"))] == [Cleared.BLOCKED, Cleared.CLEARED]


def test_21_where_the_lab_is_strict_it_is_void_until_signed_again() -> None:
    early = delegation(first=d("2025-02-01"))
    strict = rules(strict_delegation=True)
    assert cleared_on(row_of(lab(delegations=(early,)), task=Task.CONSENT, by=strict), READ_ON) is Cleared.BLOCKED
    again = delegation(evidence="delegation/ada/2", first=d("2025-03-10"))
    assert cleared_on(row_of(lab(delegations=(early, again)), task=Task.CONSENT, by=strict), READ_ON) is Cleared.CLEARED


@pytest.mark.parametrize(
    "cut", [lambda text: "", lambda text: "Database error", lambda text: text.replace("comp_completed", "x", 1)]
)
def test_22_an_empty_or_half_read_is_no_read(cut: Callable[[str], str]) -> None:
    export = sample_export()
    broken = {**export.instruments, "people.completion": cut(export.instruments["people.completion"])}
    with pytest.raises(ReadInDoubt):
        read_tables(replace(export, instruments=broken), mapping(), ZONE)


def test_23_a_rule_change_does_not_rewrite_past_verdicts() -> None:
    old = training(in_force_to=d("2026-06-30"))
    new = training(in_force_from=d("2026-07-01"), validity=parse_validity("months:12"))
    others = tuple(r for r in rules().requirements if r.id != "gcp")
    before, after = row_of(lab()), row_of(lab(), by=Rules(requirements=(old, new, *others), courses=rules().courses))
    days = [d(text) for text in ("2025-04-01", "2026-03-11", "2026-06-30")]
    assert [cleared_on(after, day) for day in days] == [cleared_on(before, day) for day in days] == [Cleared.CLEARED] * 3
    assert [cleared_on(row, d("2026-07-01")) for row in (before, after)] == [Cleared.CLEARED, Cleared.BLOCKED]


@pytest.mark.parametrize("looked_at", ["2026-11-20", "2026-12-24", "not a date", ""])
def test_24_the_day_somebody_looked_at_a_certificate_is_not_the_day_it_was_passed(looked_at: str) -> None:
    cells = {
        "comp_completed": "2026-11-10",
        "comp_expires": "2029-11-10",
        "comp_source": "survey",
        "comp_checked": "accepted",
        "comp_checked_by": "Maria Chen",
        "comp_checked_on": looked_at,
    }
    assert sample_gcp(judged_sample({GCP_ROW: cells})).met.sure.start() == d("2026-11-10")


# unknown is never green -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [listing(approved=UNREADABLE), listing(removed=UNREADABLE), listing(approved=None, submitted=UNREADABLE)],
    ids=["approved", "removed", "submitted"],
)
def test_an_unreadable_listing_never_clears(row: Listing) -> None:
    assert cleared_on(row_of(lab(listings=(row,))), READ_ON) is not Cleared.CLEARED


# what studies ask -----------------------------------------------------------------------------------------------------


def test_an_experiment_with_humans_asks_for_gcp_and_takes_the_behavioral_course() -> None:
    """BESH: registration may be delayed, GCP may not (NIH NOT-OD-18-212)."""
    besh = {"appr_study_type": "besh", "appr_funding": "nih"}
    assessment = judged_sample({("protocols.approval", "1", "1"): besh})
    assert "gcp_behavioral" in _asked(assessment, HADDAD, "1")
    assert "gcp" not in _asked(assessment, HADDAD, "1")


def test_a_review_elsewhere_lifts_no_local_requirement() -> None:
    """A single IRB reviews; training, conflict of interest and the local list stay what they were."""
    relying = judged_sample({("protocols.protocol", "1", ""): {"irb_of_record": "WCG IRB"}})
    here = judged_sample()
    assert relying.protocols["1"].irb == "WCG IRB"
    for person in here.people:
        assert _words(relying, person) == _words(here, person)
        assert _asked(relying, person, "1") == _asked(here, person, "1")


def _asked(assessment: Assessment, person: str, protocol: str) -> set[str]:
    """Requirements that the row of a protocol asks for on the Monday."""
    rows = [row for row in assessment.readiness if (row.person, row.protocol, row.task) == (person, protocol, None)]
    return {c.finding.requirement.id for row in rows for c in row.clauses if c.asked.at(d("2026-11-23")) is Answer.YES}


def test_every_study_type_is_named_by_a_shipped_requirement_or_needs_none() -> None:
    named = {kind for r in shipped_rules().requirements for kind in r.when.study_types}
    assert set(StudyType) - named == {StudyType.CASE_REPORT, StudyType.QUALITY, StudyType.SYSTEMATIC_REVIEW}

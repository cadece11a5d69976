"""Training, case by case as the field knows them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from onboard.dates import parse_validity
from onboard.judging.readiness import met_until, status_on, why
from onboard.model import UNREADABLE, Checked, Enrolment, Finding, Problem, Status, WhoseDate
from onboard.timeline import Answer
from tests.judging.cast import completion, d, finding_of, lab, rules, training, waiver

TODAY = d("2026-11-22")


def gcp(*completions: Any, requirement: Any = None, **more: Any) -> Finding:
    by = rules(requirement or training())
    return finding_of(lab(completions=completions, **more), "gcp", by)


def test_the_expiry_day_itself_is_valid_and_the_next_is_not() -> None:
    finding = gcp(completion(completed=d("2024-02-29")))
    assert finding.met.at(d("2027-02-28")) is Answer.YES
    assert finding.met.at(d("2027-03-01")) is Answer.NO
    assert status_on(finding, d("2027-03-01")) is Status.EXPIRED


def test_the_day_passed_is_covered_and_the_day_before_is_not() -> None:
    finding = gcp(completion(completed=d("2025-03-10")))
    assert finding.met.at(d("2025-03-10")) is Answer.YES
    assert finding.met.at(d("2025-03-09")) is Answer.NO


@pytest.mark.parametrize(
    ("whose", "printed", "until"),
    [
        (WhoseDate.ISSUED, "2027-01-01", "2027-01-01"),
        (WhoseDate.ISSUED, "2029-01-01", "2029-01-01"),
        (WhoseDate.ISSUED, None, "2028-03-10"),
        (WhoseDate.POLICY, "2027-01-01", "2028-03-10"),
        (WhoseDate.POLICY, None, "2028-03-10"),
        (WhoseDate.EARLIER, "2027-01-01", "2027-01-01"),
        (WhoseDate.EARLIER, "2029-01-01", "2028-03-10"),
        (WhoseDate.EARLIER, None, "2028-03-10"),
    ],
)
def test_whose_date_counts(whose: WhoseDate, printed: str | None, until: str) -> None:
    row = completion(completed=d("2025-03-10"), expires=d(printed) if printed else None)
    assert met_until(gcp(row, requirement=training(whose_date=whose)), TODAY) == d(until)


def test_where_two_dates_differ_the_sentence_names_both_and_why() -> None:
    finding = gcp(completion(completed=d("2025-03-10"), expires=d("2029-01-01")))
    assert "10 Mar 2028" in why(finding, TODAY)
    assert "1 Jan 2029" in why(finding, TODAY)


def test_a_completion_for_another_institution_always_falls_under_the_earlier_date() -> None:
    issued = training(whose_date=WhoseDate.ISSUED)
    row = completion(completed=d("2025-03-10"), expires=d("2030-01-01"), institution="Elsewhere U")
    assert met_until(gcp(row, requirement=issued), TODAY) == d("2028-03-10")
    home = rules(issued, institution="elsewhere-u.")
    assert met_until(finding_of(lab(completions=(row,)), "gcp", home), TODAY) == d("2030-01-01")


@pytest.mark.parametrize("institution", ["", "North University", "UNK"])
@pytest.mark.parametrize("whose", [WhoseDate.POLICY, WhoseDate.ISSUED, WhoseDate.EARLIER])
def test_of_an_institution_not_understood_what_ours_and_another_give_is_sure(whose: WhoseDate, institution: str) -> None:
    home = rules(training(whose_date=whose), institution="North University")
    for printed, sure in (("2027-01-01", "2027-01-01"), ("2030-01-01", "2028-03-10")):
        row = completion(completed=d("2025-03-10"), expires=d(printed), institution=institution)
        unclear = replace(row, unclear=frozenset({"institution"}))
        met = finding_of(lab(completions=(unclear,)), "gcp", home).met
        assert met.sure.end() == d(sure)
        ours = {WhoseDate.POLICY: "2028-03-10", WhoseDate.ISSUED: printed, WhoseDate.EARLIER: sure}[whose]
        assert met.possible.end() == max(d(sure), d(ours))


def test_a_blank_printed_date_under_as_issued_is_unknown_and_a_problem() -> None:
    finding = gcp(completion(), requirement=training(validity=parse_validity("as_issued")))
    assert finding.met.at(TODAY) is Answer.UNKNOWN
    (problem,) = [ground.problem for ground in finding.grounds if ground.problem]
    assert isinstance(problem, Problem)
    assert "expiry" in problem.next_step


def test_older_evidence_imported_later_does_not_shorten_validity() -> None:
    newer, older = completion(completed=d("2025-03-10")), completion(completed=d("2022-01-01"), number=2)
    for rows in ((newer, older), (older, newer)):
        finding = gcp(*rows)
        assert met_until(finding, TODAY) == d("2028-03-10")
        assert "10 Mar 2025" in why(finding, TODAY)
        assert finding.met.at(d("2023-05-05")) is Answer.YES


def test_score_equal_to_the_pass_mark_passes_and_below_does_not() -> None:
    assert status_on(gcp(completion(passed=True)), TODAY) is Status.CURRENT
    assert status_on(gcp(completion(passed=False)), TODAY) is Status.MISSING
    assert status_on(gcp(completion(passed=None)), TODAY) is Status.UNKNOWN


def test_a_score_below_the_pass_mark_is_named_where_nothing_else_is_on_record() -> None:
    failed = completion(passed=False, number=2)
    (ground,) = gcp(failed).grounds
    assert str(ground.what).endswith("the score is below the pass mark.")
    assert ground.evidence == failed.evidence
    assert [g.evidence for g in gcp(completion(number=1), failed).grounds] == [completion(number=1).evidence]
    assert gcp(replace(failed, checked=Checked.DECLINED)).grounds == ()


@pytest.mark.parametrize(
    "group",
    [
        "GCP – Social and Behavioral Research",
        "GCP - Social and Behavioral Research",
        "gcp—social and behavioral   research",
        "GCP ¿ SOCIAL AND BEHAVIORAL RESEARCH",
    ],
)
def test_dashes_case_and_spaces_do_not_matter(group: str) -> None:
    assert status_on(gcp(completion(group=group)), TODAY) is Status.CURRENT


def test_the_rcr_look_alike_does_not_satisfy_human_subjects_protection() -> None:
    finding = finding_of(lab(completions=(completion("rcr"),)), "hsp")
    assert status_on(finding, TODAY) is Status.MISSING


def test_an_unmapped_course_is_possible_evidence_and_a_problem() -> None:
    finding = gcp(completion("unheard", group="Good clinical practice elsewhere"))
    assert status_on(finding, TODAY) is Status.UNKNOWN
    assert [g.problem.next_step for g in finding.grounds if g.problem]


def test_an_unreadable_stage_is_unmapped() -> None:
    assert status_on(gcp(completion(stage=None)), TODAY) is Status.UNKNOWN


def test_a_refresher_without_a_basic_is_only_possible() -> None:
    assert status_on(gcp(completion(stage=2)), TODAY) is Status.UNKNOWN


def test_a_refresher_counts_from_its_own_date_when_a_basic_exists_even_an_expired_one_from_elsewhere() -> None:
    basic = completion(completed=d("2018-01-01"), institution="Elsewhere U", number=2)
    finding = gcp(completion(stage=2), basic)
    assert status_on(finding, TODAY) is Status.CURRENT
    assert met_until(finding, TODAY) == d("2028-03-10")


@pytest.mark.parametrize(
    "basic",
    [
        completion(completed=d("2025-03-11"), number=2),
        completion(completed=UNREADABLE, number=2),
        completion(completed=d("2018-01-01"), checked=Checked.WAITING, number=2),
        completion(completed=d("2018-01-01"), passed=None, number=2),
    ],
    ids=["later than the refresher", "unreadable", "not looked at", "score not readable"],
)
def test_a_basic_in_doubt_proves_no_refresher(basic: Any) -> None:
    finding = gcp(completion(stage=2), basic)
    refresher = next(ground for ground in finding.grounds if ground.evidence == "completion/ada/1")
    assert not refresher.gives.sure


def test_evidence_is_a_claim_until_a_person_accepts_it() -> None:
    claim = completion(checked=Checked.WAITING, source="survey")
    assert status_on(gcp(claim), TODAY) is Status.PENDING
    assert status_on(gcp(replace(claim, checked=Checked.DECLINED)), TODAY) is Status.MISSING
    assert status_on(gcp(replace(claim, checked=Checked.ACCEPTED)), TODAY) is Status.CURRENT


def test_a_completion_dated_after_the_read_is_possible_only() -> None:
    finding = gcp(completion(completed=d("2026-11-23")))
    assert finding.met.at(d("2026-12-01")) is Answer.UNKNOWN


def test_an_unreadable_date_is_unknown_never_green() -> None:
    assert status_on(gcp(completion(completed=UNREADABLE)), TODAY) is Status.UNKNOWN
    assert status_on(gcp(completion(expires=UNREADABLE)), TODAY) is Status.UNKNOWN


def test_expiring_is_the_last_thirty_days_and_a_gap_ends_it() -> None:
    finding = gcp(completion(completed=d("2023-12-10")))
    assert status_on(finding, d("2026-11-09")) is Status.CURRENT
    assert status_on(finding, d("2026-11-10")) is Status.EXPIRING
    renewed = gcp(completion(completed=d("2023-12-10")), completion(completed=d("2026-11-01"), number=2))
    assert status_on(renewed, d("2026-11-10")) is Status.CURRENT


def test_a_waiver_covers_its_days_and_after_it_the_training_is_missing() -> None:
    finding = gcp(waivers=(waiver(),))
    assert status_on(finding, TODAY) is Status.WAIVED
    assert status_on(finding, d("2027-01-01")) is Status.MISSING
    assert status_on(gcp(waivers=(waiver(approved_by=""),)), TODAY) is Status.PENDING
    for undated in (None, UNREADABLE, d("2026-11-23")):
        assert status_on(gcp(waivers=(waiver(approved_on=undated),)), TODAY) is Status.PENDING
    assert status_on(gcp(waivers=(waiver(last=None),)), TODAY) is Status.UNKNOWN


def test_enrolment_is_pending_and_counts_only_where_the_lab_says_so() -> None:
    enrolled = Enrolment(evidence="enrolment/ada/1", person="ada", training="gcp", on=d("2026-11-01"))
    assert status_on(gcp(enrolments=(enrolled,)), TODAY) is Status.PENDING
    lenient = training(in_progress_days=60)
    finding = gcp(requirement=lenient, enrolments=(enrolled,))
    assert finding.met.at(TODAY) is Answer.YES
    assert finding.met.at(d("2027-01-01")) is Answer.NO


def test_enforced_lead_asks_for_every_day_before() -> None:
    strict = training(lead_days=10, enforce_lead=True)
    finding = gcp(completion(completed=d("2025-03-10")), requirement=strict)
    assert finding.met.at(d("2025-03-19")) is Answer.NO
    assert finding.met.at(d("2025-03-20")) is Answer.YES


def test_a_rule_change_does_not_rewrite_the_past() -> None:
    old = training(in_force_to=d("2026-12-31"))
    new = training(in_force_from=d("2027-01-01"), validity=parse_validity("months:12"))
    found = list(_both(old, new))
    assert status_on(found[0], TODAY) is Status.CURRENT
    assert status_on(found[1], TODAY) is Status.NOT_DUE
    assert status_on(found[0], d("2027-01-01")) is Status.NOT_DUE
    assert status_on(found[1], d("2027-01-01")) is Status.EXPIRED


def _both(*versions: Any) -> Any:
    from tests.judging.cast import judged

    return [f for f in judged(lab(), rules(*versions)) if f.requirement.id == "gcp"]


def test_nothing_is_due_before_the_protocol_has_a_fact_or_the_person_an_appointment() -> None:
    finding = gcp(completion())
    assert status_on(finding, date(2023, 12, 31)) is Status.NOT_DUE

"""The reckoner checked by hand against the text: lead, waivers, listings, approvals, facts.

Every expected value was worked out on paper from the sentence it names, never copied from a run. Numbers in brackets are
those of rulings.md.
"""

from __future__ import annotations

from typing import Any

import pytest
from asking import met, row, status
from rows import (
    appointment,
    approval,
    bare,
    completion,
    day,
    listing,
    protocol,
    reckoner,
    requirement,
    rules,
    waiver,
)

from onboard.model.choices import UNREADABLE, AppointmentKind, ApprovalKind, PersonnelMode, Role, StudyType, Task


class TestLead:
    """`enforce_lead`: met on every day of [D - lead, D]; waivers are not shortened (14)."""

    def test_a_lead_that_is_not_enforced_changes_nothing(self) -> None:
        assert met(reckoner(rules(requirement(lead_days=14)), completion("2024-03-10")), "2024-03-10") == "yes"

    def test_an_enforced_lead_delays_and_a_renewal_leaves_no_gap(self) -> None:
        book = rules(requirement(lead_days=14, enforce_lead=True, validity="months:1"))
        lab = reckoner(book, completion("2024-03-10"), completion("2024-04-10"))
        answers = [met(lab, on) for on in ("2024-03-23", "2024-03-24", "2024-04-11", "2024-05-10", "2024-05-11")]
        assert answers == ["no", "yes", "yes", "yes", "no"]

    def test_a_waiver_is_not_shortened(self) -> None:
        book = rules(requirement(lead_days=14, enforce_lead=True))
        assert met(reckoner(book, waiver("2024-03-10", "2024-03-20")), "2024-03-10") == "yes"


class TestWaivers:
    """Dated, approved, ending; on some blocks only (9, 15, 20)."""

    def test_both_ends_are_inclusive(self) -> None:
        lab = reckoner(rules(requirement()), waiver("2024-03-10", "2024-03-20"))
        answers = [met(lab, on) for on in ("2024-03-09", "2024-03-10", "2024-03-20", "2024-03-21")]
        assert answers == ["no", "yes", "yes", "no"]

    def test_one_that_ends_stays_waived_and_then_is_missing(self) -> None:
        lab = reckoner(rules(requirement()), waiver("2024-03-10", "2024-03-20"))
        assert [status(lab, "2024-03-20"), status(lab, "2024-03-21")] == ["waived", "missing"]

    def test_without_an_approver_it_is_a_claim(self) -> None:
        lab = reckoner(rules(requirement()), waiver("2024-03-10", "2024-03-20", approved_by=""))
        assert [met(lab, "2024-03-15"), status(lab, "2024-03-15"), met(lab, "2024-03-21")] == ["unknown", "pending", "no"]

    def test_without_an_end_it_is_unknown(self) -> None:
        lab = reckoner(rules(requirement()), waiver("2024-03-10", None))
        assert [met(lab, "2024-03-09"), met(lab, "2024-03-10"), status(lab, "2024-03-10")] == ["no", "unknown", "unknown"]

    def test_one_protocol_only(self) -> None:
        book = rules(requirement(per="protocol"))
        lab = reckoner(book, protocol("p1"), protocol("p2"), waiver("2024-03-10", "2024-03-20", protocol="p2"))
        assert [met(lab, "2024-03-10", 0, (on, None)) for on in ("p1", "p2")] == ["no", "yes"]

    @pytest.mark.parametrize("kind", ["listing", "approval", "delegation"])
    def test_never_listing_approval_or_delegation(self, kind: str) -> None:
        lab = reckoner(rules(requirement(kind)), waiver("2024-03-10", "2024-03-20"))
        assert met(lab, "2024-03-15", 0, ("p1", Task.CONSENT)) == "no"

    def test_another_requirement_is_not_waived(self) -> None:
        other = rules(requirement(), requirement(id="other"))
        lab = reckoner(other, waiver("2024-03-10", "2024-03-20", requirement="other"))
        assert [met(lab, "2024-03-15", number) for number in (0, 1)] == ["no", "yes"]

    def test_a_word_that_names_no_requirement_may_mean_any(self) -> None:  # (61)
        lab = reckoner(rules(requirement()), waiver("2024-03-10", "2024-03-20", requirement="else"))
        assert [met(lab, on) for on in ("2024-03-09", "2024-03-15", "2024-03-21")] == ["no", "unknown", "no"]


class TestListing:
    """From approval (or the first of both) to the day before removal (dates, 18)."""

    def answer(self, mode: PersonnelMode, *rows: Any, on: str = "2024-03-15", **settings: Any) -> str:
        lab = reckoner(rules(requirement("listing"), **settings), protocol(mode=mode), *rows)
        return met(lab, on, 0, ("p1", None))

    def test_the_day_of_removal_is_not_covered(self) -> None:
        row_ = listing("2024-03-10", "2024-03-20")
        days = ("2024-03-09", "2024-03-10", "2024-03-19", "2024-03-20")
        assert [self.answer(PersonnelMode.AMENDMENT, row_, on=on) for on in days] == ["no", "yes", "yes", "no"]

    @pytest.mark.parametrize(
        ("mode", "answer"),
        [(PersonnelMode.AMENDMENT, "no"), (PersonnelMode.AUTOMATIC, "yes"), (PersonnelMode.PI_MAINTAINED, "yes"),
         (PersonnelMode.BLANK, "no"), (PersonnelMode.UNKNOWN, "unknown")],
    )  # fmt: skip
    def test_submitted_only(self, mode: PersonnelMode, answer: str) -> None:
        assert self.answer(mode, listing(submitted="2024-03-10")) == answer

    def test_a_blank_mode_takes_the_labs_default(self) -> None:
        row_ = listing(submitted="2024-03-10")
        assert self.answer(PersonnelMode.BLANK, row_, default_mode=PersonnelMode.AUTOMATIC) == "yes"

    def test_automatic_is_not_for_external_people_unless_set(self) -> None:
        rows = (listing(submitted="2024-03-10"), appointment(kind=AppointmentKind.EXTERNAL))
        assert self.answer(PersonnelMode.AUTOMATIC, *rows) == "no"
        assert self.answer(PersonnelMode.AUTOMATIC, *rows, automatic_for_external=True) == "yes"
        unsure = (listing(submitted="2024-03-10"), appointment(kind=None))
        assert self.answer(PersonnelMode.AUTOMATIC, *unsure) == "unknown"

    def test_unreadable_dates(self) -> None:
        assert self.answer(PersonnelMode.AMENDMENT, listing(UNREADABLE)) == "unknown"
        assert self.answer(PersonnelMode.AMENDMENT, listing("2024-03-10", UNREADABLE)) == "unknown"
        assert self.answer(PersonnelMode.AMENDMENT, listing(UNREADABLE, "2024-03-10")) == "no"
        assert self.answer(PersonnelMode.AMENDMENT, listing("2024-03-16", UNREADABLE)) == "no"

    def test_removed_before_approved_leaves_both_unreadable(self) -> None:
        assert self.answer(PersonnelMode.AMENDMENT, listing("2024-03-20", "2024-03-10")) == "unknown"

    def test_filed_and_not_yet_approved_is_pending(self) -> None:
        book = rules(requirement("listing"))
        lab = reckoner(book, listing("2024-03-20", submitted="2024-03-10"))
        days = ("2024-03-09", "2024-03-10", "2024-03-19", "2024-03-20")
        assert [status(lab, on, 0, ("p1", None)) for on in days] == ["not_due", "pending", "pending", "current"]


class TestApproval:
    """Inclusive ends, the box, bad ranges, closure, unheard-of kinds (dates, 10)."""

    def answer(self, on: str, *rows: Any) -> str:
        return met(reckoner(rules(requirement("approval")), *rows), on, 0, ("p1", None))

    def test_the_expiration_day_is_covered(self) -> None:
        row_ = approval("2024-03-10", "2025-03-09", open_ended=False)
        days = ("2024-03-09", "2024-03-10", "2025-03-09", "2025-03-10")
        assert [self.answer(on, row_) for on in days] == ["no", "yes", "yes", "no"]

    def test_the_box_decides_about_a_blank_end(self) -> None:
        assert self.answer("2050-01-01", approval("2024-03-10")) == "yes"
        assert self.answer("2024-03-10", approval("2024-03-10", open_ended=False)) == "unknown"

    def test_box_ticked_and_a_date_typed(self) -> None:
        row_ = approval("2024-03-10", "2025-03-09", open_ended=True)
        assert [self.answer("2025-03-09", row_), self.answer("2025-03-10", row_)] == ["yes", "unknown"]

    def test_an_amendment_never_covers_and_a_determination_does(self) -> None:
        assert self.answer("2024-05-01", approval("2024-03-10", kind=ApprovalKind.AMENDMENT)) == "no"
        assert self.answer("2024-05-01", approval("2024-03-10", kind=ApprovalKind.DETERMINATION)) == "yes"

    def test_an_unheard_of_kind_is_perhaps_an_approval(self) -> None:
        odd = bare(ApprovalKind.UNKNOWN, "2024-05-01", "2024-06-01")
        assert [self.answer(on, odd) for on in ("2024-04-30", "2024-05-01", "2024-06-02")] == ["no", "unknown", "no"]

    def test_a_suspension_or_closure_is_none_of_its_business(self) -> None:
        stops = (bare(ApprovalKind.SUSPENSION, "2024-05-01"), bare(ApprovalKind.CLOSURE, "2024-05-01"))
        assert self.answer("2024-06-01", approval("2024-03-10"), *stops) == "yes"


class TestStops:
    """What stops everybody on a protocol, whoever is asked for an approval (10, 27)."""

    def stopped(self, on: str, *rows: Any) -> tuple[str, str]:
        lab = reckoner(rules(), *rows)
        return lab.suspended("p1", day(on)), lab.closed("p1", day(on))

    def test_a_suspension_is_bad_from_to_inclusive(self) -> None:
        row_ = bare(ApprovalKind.SUSPENSION, "2024-05-01", "2024-05-10")
        days = ("2024-04-30", "2024-05-01", "2024-05-10", "2024-05-11")
        assert [self.stopped(on, row_)[0] for on in days] == ["no", "yes", "yes", "no"]

    def test_a_suspension_without_an_end_goes_on_and_an_unreadable_one_is_unknown(self) -> None:
        assert self.stopped("2040-01-01", bare(ApprovalKind.SUSPENSION, "2024-05-01"))[0] == "yes"
        assert self.stopped("2040-01-01", bare(ApprovalKind.SUSPENSION, UNREADABLE))[0] == "unknown"

    def test_a_closure_is_for_ever_even_after_a_renewal(self) -> None:
        rows = (bare(ApprovalKind.CLOSURE, "2024-05-01"), bare(ApprovalKind.RENEWAL, "2024-06-01", None, True))
        assert [self.stopped(on, *rows)[1] for on in ("2024-04-30", "2024-06-01")] == ["no", "yes"]

    def test_an_unheard_of_kind_is_perhaps_a_closure(self) -> None:
        odd = bare(ApprovalKind.UNKNOWN, "2024-05-01", "2024-06-01")
        assert [self.stopped(on, odd)[1] for on in ("2024-04-30", "2024-05-01", "2024-06-02")] == ["no", "unknown", "unknown"]

    def test_each_is_a_clause_of_the_row_and_no_waiver_lifts_it(self) -> None:
        rows = (approval("2024-03-10"), bare(ApprovalKind.SUSPENSION, "2024-05-01"), waiver("2024-01-01", "2024-12-31"))
        for wanted in (rules(), rules(requirement("approval", tracked=False))):
            found = reckoner(wanted, *rows).clauses("ada", "p1", None, day("2024-06-01"))
            assert (found["hold"], found["suspension"], found["closure"]) == ("yes", "no", "yes")


class TestFacts:
    """Facts over time (6)."""

    def fact(self, on: str, *rows: Any) -> Any:
        return reckoner(rules(), *rows).protocol_fact("p1", "study_type", day(on))

    def test_the_latest_row_that_says_something_counts_also_after_its_end(self) -> None:
        rows = (
            approval("2024-01-01", "2024-06-30", study_type=StudyType.CHART_REVIEW),
            approval("2024-03-01", kind=ApprovalKind.AMENDMENT, study_type=StudyType.NIH_TRIAL),
            bare(ApprovalKind.SUSPENSION, "2024-04-01"),
        )
        assert self.fact("2023-12-31", *rows) is None
        assert self.fact("2024-02-29", *rows) is StudyType.CHART_REVIEW
        assert self.fact("2030-01-01", *rows) is StudyType.NIH_TRIAL

    def test_two_rows_of_one_day_that_differ_are_unknown_until_the_next(self) -> None:
        rows = (approval("2024-01-01"), approval("2024-01-01", study_type=StudyType.BESH), approval("2024-02-01"))
        assert [self.fact("2024-01-31", *rows), self.fact("2024-02-01", *rows)] == [None, StudyType.NIH_TRIAL]

    def test_an_undated_row_that_says_something_else(self) -> None:
        undated = approval(UNREADABLE, study_type=StudyType.BESH)
        assert self.fact("2024-02-01", approval("2024-01-01"), undated) is None
        assert self.fact("2024-02-01", approval("2024-01-01"), approval(UNREADABLE)) is StudyType.NIH_TRIAL

    def test_a_value_not_understood_is_unknown(self) -> None:
        assert self.fact("2024-02-01", approval("2024-01-01", study_type=UNREADABLE)) is None

    @pytest.mark.parametrize("fact", ["study_type", "funding", "phi"])
    def test_an_unknown_fact_of_the_protocol_is_a_clause_of_its_own(self, fact: str) -> None:
        blank: dict[str, Any] = {fact: None}
        lab = reckoner(rules(), approval("2024-01-01", **blank))
        assert row(lab, "2024-02-01") == "unknown"

    def test_an_unknown_role_is_a_clause_and_no_waiver_clears_it(self) -> None:
        lab = reckoner(
            rules(), approval("2024-01-01"), appointment(role=None), waiver("2024-01-01", "2025-01-01", requirement="role")
        )
        assert row(lab, "2024-02-01") == "unknown"

    def test_kind_and_engaged_only_where_a_tracked_requirement_in_force_selects_on_them(self) -> None:
        rows = (approval("2024-01-01"), appointment(kind=None, engaged=None))
        assert row(reckoner(rules(), *rows), "2024-02-01") == "cleared"
        book = rules(requirement(when={"engaged": False, "roles": frozenset({Role.ADMIN})}, in_force_from=day("2024-02-02")))
        assert [row(reckoner(book, *rows), on) for on in ("2024-02-01", "2024-02-02")] == ["cleared", "unknown"]
        untracked = rules(requirement(when={"engaged": False}, tracked=False))
        assert row(reckoner(untracked, *rows), "2024-02-02") == "cleared"

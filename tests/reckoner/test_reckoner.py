"""The reckoner checked by hand against the text: who owes what, rows, delegations, words.

Every expected value was worked out on paper from the sentence it names, never copied from a run. Numbers in brackets are
those of rulings.md.
"""

from __future__ import annotations

from typing import Any

from asking import TRIAL, met, row, status
from rows import (
    appointment,
    approval,
    completion,
    day,
    delegation,
    hold,
    listing,
    protocol,
    reckoner,
    requirement,
    rules,
    step,
    submission,
)

from onboard.model.choices import UNREADABLE, AppointmentKind, Checked, Funding, Phi, Role, StudyType, Task
from onboard.model.requirements import WhoseDate


class TestWhoOwesWhat:
    """Selectors, scope, versions (1, 4, 7, 21)."""

    def test_a_selector_that_certainly_fails_makes_due_no_although_another_is_unknown(self) -> None:
        when = {"roles": frozenset({Role.COORDINATOR}), "phi": frozenset({Phi.YES})}
        lab = reckoner(rules(requirement(when=when)), approval("2024-01-01", phi=None))
        assert lab.asked(0, "ada", "p1", None, day("2024-02-01")) == "no"

    def test_blank_engaged_is_unknown(self) -> None:
        lab = reckoner(rules(requirement(when={"engaged": True})), appointment(engaged=None))
        assert lab.asked(0, "ada", "", None, day("2024-02-01")) == "unknown"

    def test_with_two_appointments_all_selectors_must_match_one_of_them(self) -> None:
        when = {"roles": frozenset({Role.COORDINATOR}), "engaged": True}
        apart = (appointment(role=Role.COORDINATOR, engaged=False), appointment(role=Role.DATA, engaged=True))
        one = (appointment(role=Role.COORDINATOR, engaged=True), appointment(role=Role.DATA, engaged=False))
        labs = [reckoner(rules(requirement(when=when)), *rows) for rows in (apart, one)]
        assert [lab.asked(0, "ada", "", None, day("2024-02-01")) for lab in labs] == ["no", "yes"]

    def test_a_trials_gcp_never_blocks_a_chart_review(self) -> None:
        lab = reckoner(
            rules(requirement(when=TRIAL)), protocol("p1"), protocol("p2"), listing("2024-01-01"),
            approval("2024-01-01", study_type=StudyType.CHART_REVIEW), approval("2024-01-01", protocol="p2"),
        )  # fmt: skip
        assert row(lab, "2024-02-01") == "cleared"
        assert lab.row_status("ada", "p2", None, day("2024-02-01")) == "blocked"
        assert status(lab, "2024-02-01") == "not_due"  # she is listed on the chart review alone

    def test_a_persons_finding_is_due_where_any_protocol_of_hers_asks(self) -> None:
        lab = reckoner(rules(requirement(when=TRIAL)), listing("2024-01-01", "2024-03-01"), approval("2024-01-01"))
        assert [status(lab, "2024-02-29"), status(lab, "2024-03-01")] == ["missing", "not_due"]

    def test_the_pi_is_always_on_the_protocol(self) -> None:
        lab = reckoner(rules(requirement("approval")), protocol(pi="ada"))
        assert status(lab, "2024-02-01", 0, ("p1", None)) == "missing"

    def test_an_unreadable_listing_makes_it_possible(self) -> None:
        lab = reckoner(rules(requirement(when=TRIAL)), listing(UNREADABLE), approval("2024-01-01"))
        assert status(lab, "2024-02-01") == "unknown"  # due unknown and met not YES (15)

    def test_a_tasks_selector_falls_on_the_task_only(self) -> None:
        book = rules(requirement(per="task", when={"tasks": frozenset({Task.CONSENT})}))
        lab = reckoner(book, approval("2024-01-01"), delegation("2024-01-01"))
        words = [row(lab, "2024-02-01", task) for task in (None, Task.CONSENT, Task.ANALYSIS)]
        assert words == ["cleared", "blocked", "cleared"]

    def test_a_task_is_cleared_only_if_the_row_is(self) -> None:
        lab = reckoner(rules(), approval("2024-01-01"), hold("2024-02-01"))
        assert [row(lab, "2024-01-31", Task.CONSENT), row(lab, "2024-02-01", Task.CONSENT)] == ["cleared", "blocked"]

    def test_a_task_not_allowed_for_a_kind(self) -> None:
        book = rules(
            requirement("task", when={"kinds": frozenset({AppointmentKind.VOLUNTEER}), "tasks": frozenset({Task.CONSENT})})
        )
        volunteer = appointment(kind=AppointmentKind.VOLUNTEER)
        assert row(reckoner(book, approval("2024-01-01"), volunteer), "2024-02-01", Task.CONSENT) == "blocked"
        assert row(reckoner(book, approval("2024-01-01"), volunteer), "2024-02-01", Task.ANALYSIS) == "cleared"
        assert row(reckoner(book, approval("2024-01-01")), "2024-02-01", Task.CONSENT) == "cleared"

    def test_versions_are_judged_on_their_own_days_and_a_hole_asks_nothing(self) -> None:
        book = rules(
            requirement(validity="months:36", in_force_to=day("2025-06-30")),
            requirement(validity="months:12", in_force_from=day("2025-07-02")),
        )
        lab = reckoner(book, approval("2024-01-01"), completion("2024-03-10"))
        assert [row(lab, on) for on in ("2025-06-30", "2025-07-01", "2025-07-02")] == ["cleared", "cleared", "blocked"]
        assert [status(lab, "2025-07-02", number) for number in (0, 1)] == ["not_due", "expired"]

    def test_not_tracked_is_left_out(self) -> None:
        assert row(reckoner(rules(requirement(tracked=False)), approval("2024-01-01")), "2024-02-01") == "cleared"

    def test_a_step_is_a_clause_only_when_it_blocks(self) -> None:
        rows = (approval("2024-01-01"), step(None))
        assert row(reckoner(rules(requirement("step", "once", blocks=False)), *rows), "2024-02-01") == "cleared"
        assert row(reckoner(rules(requirement("step", "once", blocks=True)), *rows), "2024-02-01") == "blocked"  # (3)

    def test_a_protocol_may_add_a_requirement_of_its_own(self) -> None:
        book = rules(requirement(when={"protocols": frozenset({"irbp1"})}))
        lab = reckoner(book, protocol("p1"), protocol("p2"), approval("2024-01-01"), approval("2024-01-01", protocol="p2"))
        assert [lab.row_status("ada", on, None, day("2024-02-01")) for on in ("p1", "p2")] == ["blocked", "cleared"]


class TestRows:
    """The roll-up (dates, 5, 7)."""

    def test_everything_in_place_is_cleared_and_nothing_missing_is_green(self) -> None:
        book = rules(requirement(when={"funding": frozenset({Funding.NIH})}), requirement("listing"), requirement("approval"))
        lab = reckoner(book, approval("2024-01-01"), listing("2024-02-01"), completion("2024-03-01"))
        assert [row(lab, "2024-02-29"), row(lab, "2024-03-01")] == ["blocked", "cleared"]

    def test_no_appointment_is_not_due_an_unreadable_one_unknown(self) -> None:
        over = appointment("2024-01-01", "2024-06-30")
        lab = reckoner(rules(), approval("2024-01-01"), over)
        assert [row(lab, "2024-06-30"), row(lab, "2024-07-01")] == ["cleared", "not_due"]
        assert row(reckoner(rules(), approval("2024-01-01"), appointment("2024-01-01", UNREADABLE)), "2024-06-30") == "unknown"
        assert row(reckoner(rules(), approval("2024-01-01"), appointment(None, "2024-06-30")), "2024-06-30") == "unknown"  # (9)

    def test_a_hold_blocks_inclusive_and_an_unreadable_one_is_never_green(self) -> None:
        lab = reckoner(rules(), approval("2024-01-01"), hold("2024-02-01", "2024-02-10"))
        days = ("2024-01-31", "2024-02-01", "2024-02-10", "2024-02-11")
        assert [row(lab, on) for on in days] == ["cleared", "blocked", "blocked", "cleared"]
        assert row(reckoner(rules(), approval("2024-01-01"), hold(UNREADABLE, "2024-02-10")), "2024-02-10") == "unknown"
        assert row(reckoner(rules(), approval("2024-01-01"), hold("2024-02-01")), "2040-01-01") == "blocked"

    def test_an_end_before_its_start_makes_both_unreadable(self) -> None:
        lab = reckoner(rules(), approval("2024-01-01"), appointment("2024-06-30", "2024-01-01"))
        assert [row(lab, on) for on in ("2024-03-01", "2030-01-01")] == ["unknown", "unknown"]  # (9)

    def test_the_row_without_a_protocol_asks_no_fact_of_a_protocol(self) -> None:
        lab = reckoner(rules(requirement(when=TRIAL)))
        assert lab.row_status("ada", "", None, day("2024-02-01")) == "cleared"
        assert reckoner(rules(requirement())).row_status("ada", "", None, day("2024-02-01")) == "blocked"


class TestDelegation:
    """From..to inclusive, approved by the PI, from the first day its training is met (dates, 15, 19)."""

    TASK = ("p1", Task.CONSENT)

    def answers(self, rows: Any, *days: str, trained: bool = False, **settings: Any) -> list[str]:
        book = rules(requirement("delegation"), *([requirement(id="hsp")] if trained else []), **settings)
        return [reckoner(book, *rows).delegated("ada", *self.TASK, day(on)) for on in days]

    def test_inclusive(self) -> None:
        days = ("2024-03-09", "2024-03-10", "2024-03-20", "2024-03-21")
        assert self.answers([delegation("2024-03-10", "2024-03-20")], *days) == ["no", "yes", "yes", "no"]

    def test_without_the_pis_approval_it_is_a_claim(self) -> None:
        book = rules(requirement("delegation"))
        lab = reckoner(book, delegation("2024-03-10", approved_by="", approved_on=None))
        assert [met(lab, "2024-03-15", 0, self.TASK), status(lab, "2024-03-15", 0, self.TASK)] == ["unknown", "pending"]

    def test_a_name_without_a_readable_day_that_has_come_is_a_claim_too(self) -> None:
        """Ruling 28; the records are read on 1 Jan 2030."""
        for on in (None, UNREADABLE, "2030-01-02"):
            assert self.answers([delegation("2024-03-10", approved_on=on)], "2024-03-15") == ["unknown"]
        assert self.answers([delegation("2024-03-10", approved_on="2030-01-01")], "2024-03-15") == ["yes"]

    def test_its_own_dates_count_even_if_approved_later(self) -> None:
        assert self.answers([delegation("2024-03-10", approved_on="2024-09-01")], "2024-03-10") == ["yes"]

    def test_it_counts_from_the_first_day_its_training_is_met(self) -> None:
        rows = [delegation("2024-03-10"), completion("2024-03-20", "2024-03-30")]
        answers = self.answers(rows, "2024-03-19", "2024-03-20", "2024-05-01", trained=True)
        assert answers == ["no", "yes", "yes"]  # the lapse is the training's clause, not the delegation's

    def test_strict_asks_on_the_rows_first_day_and_later_lapses_need_no_new_signature(self) -> None:
        late = [delegation("2024-03-10"), completion("2024-03-20")]
        early = [delegation("2024-03-10"), completion("2024-03-10", "2024-03-30")]
        assert self.answers(late, "2024-03-20", trained=True, strict_delegation=True) == ["no"]
        assert self.answers(early, "2024-05-01", trained=True, strict_delegation=True) == ["yes"]

    def test_possible_training_gives_possible_delegation(self) -> None:
        rows = [delegation("2024-03-10"), completion("2024-03-01", checked=Checked.WAITING)]
        assert self.answers(rows, "2024-03-10", trained=True) == ["unknown"]


class TestWords:
    """Status order (15) and the word "expiring" (14)."""

    def test_expiring_begins_so_many_days_before_the_last_sure_day(self) -> None:
        lab = reckoner(rules(requirement(expiring_days=30)), completion("2024-03-10", "2024-06-30"))
        words = [status(lab, on) for on in ("2024-05-30", "2024-05-31", "2024-06-30", "2024-07-01")]
        assert words == ["current", "expiring", "expiring", "expired"]

    def test_a_renewal_without_a_gap_is_not_expiring_one_with_a_gap_is(self) -> None:
        first = completion("2024-03-10", "2024-06-30")
        joined = reckoner(rules(requirement()), first, completion("2024-07-01", "2026-01-01"))
        apart = reckoner(rules(requirement()), first, completion("2024-07-02", "2026-01-01"))
        assert [status(joined, "2024-06-30"), status(apart, "2024-06-30")] == ["current", "expiring"]

    def test_a_claim_that_would_meet_it_is_pending_even_after_an_expiry(self) -> None:
        lab = reckoner(
            rules(requirement()), completion("2024-03-10", "2024-06-30"), completion("2024-07-05", checked=Checked.WAITING)
        )
        assert [status(lab, "2024-07-04"), status(lab, "2024-07-05")] == ["expired", "pending"]

    def test_unreadable_is_unknown_and_accepting_it_would_not_help(self) -> None:
        lab = reckoner(rules(requirement()), completion(UNREADABLE, checked=Checked.WAITING))
        assert status(lab, "2024-07-05") == "unknown"

    def test_accepting_every_claim_lets_a_refresher_find_its_basic(self) -> None:
        basic = completion("2020-03-10", "2020-04-01", checked=Checked.WAITING)
        lab = reckoner(rules(requirement()), completion("2024-07-05", stage=2), basic)
        assert status(lab, "2024-07-05") == "pending"

    def test_a_submission_to_the_irb_is_pending_where_approval_is_certainly_missing(self) -> None:
        lab = reckoner(rules(requirement("approval")), protocol(pi="ada"), submission("2024-03-10"))
        assert [status(lab, on, 0, ("p1", None)) for on in ("2024-03-09", "2024-03-10")] == ["missing", "pending"]

    def test_expired_needs_evidence_under_the_version_in_force(self) -> None:
        book = rules(
            requirement(accepts=("hsp",), in_force_to=day("2024-06-30")),
            requirement(accepts=("gcp",), in_force_from=day("2024-07-01")),
        )
        lab = reckoner(book, completion("2024-03-10", "2024-06-30"))
        assert [status(lab, "2024-06-30", 0), status(lab, "2024-07-01", 1)] == ["expiring", "missing"]

    def test_whose_date_is_the_versions_own(self) -> None:
        book = rules(requirement(whose_date=WhoseDate.EARLIER, validity="months:12"))
        assert met(reckoner(book, completion("2024-03-10", "2030-01-01")), "2025-03-11") == "no"

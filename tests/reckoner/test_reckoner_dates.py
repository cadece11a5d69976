"""The reckoner checked by hand against the text: validity, whose date, courses, completions.

Every expected value was worked out on paper from the sentence it names, never copied from a run. Numbers in brackets are
those of rulings.md.
"""

from __future__ import annotations

from typing import Any

import pytest
from almanac import evidence_on
from asking import met, status
from owing import fold
from rows import (
    completion,
    day,
    disclosure,
    enrolment,
    reckoner,
    requirement,
    rules,
    step,
)

from onboard.dates import parse_validity
from onboard.model.choices import UNREADABLE, Checked

LAST_DAYS = [
    # policy, passed, last day covered
    ("months:36", "2024-02-29", "2027-02-28"),  # 29 February and three years
    ("months:48", "2024-02-29", "2028-02-29"),
    ("months:1", "2024-01-31", "2024-02-29"),  # clipped to the month's end
    ("months:6", "2024-08-31", "2025-02-28"),
    ("months:36 minus_day", "2024-03-10", "2027-03-09"),
    ("months:36 minus_day", "2024-02-29", "2027-02-27"),  # minus_day after clipping (11)
    ("fiscal_year_end:1(07)", "2024-03-10", "2024-06-30"),  # both from the text
    ("fiscal_year_end:3(07)", "2024-03-10", "2026-06-30"),
    ("fiscal_year_end:1(07)", "2024-06-30", "2025-06-30"),  # strictly after the day passed (11)
    ("fiscal_year_end:1(07)", "2024-07-01", "2025-06-30"),
    ("fiscal_year_end:1(01)", "2024-12-30", "2024-12-31"),
    ("fiscal_year_end:1(03)", "2024-02-28", "2024-02-29"),
    ("calendar_window(10-01..12-15)", "2024-10-01", "2025-12-15"),  # inside window 2024
    ("calendar_window(10-01..12-15)", "2024-12-15", "2025-12-15"),
    ("calendar_window(10-01..12-15)", "2024-12-16", "2025-12-15"),  # outside: the next one
    ("calendar_window(10-01..12-15)", "2024-09-30", "2024-12-15"),
    ("calendar_window(12-15..01-31)", "2025-01-31", "2026-01-31"),  # inside the window that started in 2024
    ("calendar_window(12-15..01-31)", "2024-12-15", "2026-01-31"),
    ("calendar_window(12-15..01-31)", "2024-06-01", "2025-01-31"),
    ("calendar_window(02-01..02-29)", "2024-02-29", "2025-02-28"),  # 29 February clips
]


@pytest.mark.parametrize(("policy", "passed", "last"), LAST_DAYS)
def test_the_last_day_itself_is_covered_and_the_next_is_not(policy: str, passed: str, last: str) -> None:
    validity, start, end = parse_validity(policy), day(passed), day(last)

    def covers(on: Any) -> str:
        return evidence_on(start, None, "issued", validity, on)

    assert covers(start) == covers(end) == "yes"
    assert covers(end.fromordinal(end.toordinal() + 1)) == "no"
    assert covers(start.fromordinal(start.toordinal() - 1)) == "no"


WHOSE = [
    # whose date, policy, printed, a day, answer; passed on 2024-03-10
    ("issued", "months:12", "2026-03-10", "2026-03-10", "yes"),  # the printed date
    ("issued", "months:12", "2024-06-01", "2024-06-02", "no"),
    ("issued", "months:12", None, "2025-03-10", "yes"),  # the policy if none
    ("issued", "months:12", None, "2025-03-11", "no"),
    ("policy", "months:12", "2024-06-01", "2025-03-10", "yes"),  # printed is ignored
    ("policy", "months:12", UNREADABLE, "2025-03-10", "yes"),
    ("earlier", "months:12", "2024-06-01", "2024-06-02", "no"),  # a ceiling
    ("earlier", "months:12", "2026-03-10", "2025-03-11", "no"),
    ("earlier", "months:12", None, "2025-03-10", "yes"),
    ("earlier", "once", "2024-06-01", "2024-06-02", "no"),
    ("issued", "as_issued", None, "2024-03-10", "unknown"),  # unknown from the pass on (11)
    ("issued", "as_issued", None, "2024-03-09", "no"),
    ("issued", "as_issued", "2024-06-01", "2024-06-01", "yes"),
    ("earlier", "as_issued", "2024-06-01", "2024-06-01", "yes"),
    ("issued", "months:12", UNREADABLE, "2029-01-01", "unknown"),  # the printed one decides and may say anything
    ("earlier", "months:12", UNREADABLE, "2025-03-10", "unknown"),
    ("earlier", "months:12", UNREADABLE, "2025-03-11", "no"),  # never beyond the policy
    ("issued", "months:12", "2024-01-01", "2020-01-01", "unknown"),  # an end before its start: both unreadable (9)
]


@pytest.mark.parametrize(("whose", "policy", "printed", "on", "answer"), WHOSE)
def test_whose_date_counts(whose: str, policy: str, printed: Any, on: str, answer: str) -> None:
    printed = day(printed) if isinstance(printed, str) else printed
    assert evidence_on(day("2024-03-10"), printed, whose, parse_validity(policy), day(on)) == answer


def test_a_completion_for_another_institution_always_falls_under_earlier() -> None:
    book = rules(requirement(validity="months:12"))
    ours = reckoner(book, completion("2024-03-10", "2027-03-10", institution="OUR-university"))
    blank = reckoner(book, completion("2024-03-10", "2027-03-10"))
    theirs = reckoner(book, completion("2024-03-10", "2027-03-10", institution="Elsewhere College"))
    assert [met(lab, "2026-01-01") for lab in (ours, blank, theirs)] == ["yes", "yes", "no"]  # (12)


class TestCourses:
    """Ruling (16)."""

    book = rules(requirement(accepts=("gcp",), validity="once"))

    @pytest.mark.parametrize(
        "name",
        ["GCP – Social and Behavioral Research", "GCP ¿ SOCIAL AND BEHAVIORAL RESEARCH", "gcp - social and behavioral research",
         "“GCP” — Social and\tBehavioral  Research"],
    )  # fmt: skip
    def test_dash_quote_space_and_case_do_not_matter(self, name: str) -> None:
        assert met(reckoner(self.book, completion("2024-03-10", group=name)), "2024-03-10") == "yes"

    @pytest.mark.parametrize(
        "name", ["GCP – Social and Behavioral", "GCP: Social and Behavioral Research", "ICH GCP E6(R3): An Introduction"]
    )
    def test_likeness_is_not_enough_an_unmapped_course_is_only_possible(self, name: str) -> None:
        assert met(reckoner(self.book, completion("2024-03-10", group=name)), "2024-03-10") == "unknown"

    @pytest.mark.parametrize(
        "name", ["", "Something", "Basic Course for new research staff", "CITI training, refresher 2", "2", "B"]
    )
    def test_a_course_without_a_telling_word_is_nothing(self, name: str) -> None:
        """(41)"""
        assert met(reckoner(self.book, completion("2024-03-10", group=name)), "2024-03-10") == "no"

    @pytest.mark.parametrize(
        ("changed", "answer"),
        [
            ({"group": "Something", "course": "behavioral studies"}, "unknown"),
            ({"group": "Something", "curriculum": "GCP"}, "unknown"),
            ({"group": "Socials"}, "unknown"),  # one s
            ({"group": "Antisocial"}, "no"),  # a part of a word is no word
            ({"group": "GCP – Social and Behavioral Research", "unclear": frozenset({"curriculum"})}, "unknown"),
        ],
    )
    def test_a_course_may_be_what_its_words_say(self, changed: dict[str, Any], answer: str) -> None:
        """(40, 41)"""
        assert met(reckoner(self.book, completion("2024-03-10", **changed)), "2024-03-10") == answer

    def test_a_look_alike_mapped_to_nothing_is_none(self) -> None:
        look_alike = completion("2024-03-10", group="Biomedical Responsible Conduct of Research")
        assert met(reckoner(rules(requirement()), look_alike), "2024-03-10") == "no"

    def test_an_unmapped_course_is_possible_only_under_the_requirements_own_policy(self) -> None:
        lab = reckoner(rules(requirement(validity="months:12")), completion("2024-03-10", group="Biomedical: something"))
        assert [met(lab, on) for on in ("2024-03-09", "2024-03-10", "2025-03-10", "2025-03-11")] == [
            "no",
            "unknown",
            "unknown",
            "no",
        ]

    @pytest.mark.parametrize("stage", [None, 7])
    def test_an_unreadable_or_unknown_stage_is_unmapped(self, stage: int | None) -> None:
        course = completion("2024-03-10", stage=stage)
        answers = [met(reckoner(rules(requirement(accepts=(one,))), course), "2024-03-10") for one in ("hsp", "gcp")]
        assert answers == ["unknown", "no"]  # its names say what it may be (41)

    def test_another_training_is_no_evidence(self) -> None:
        assert met(reckoner(self.book, completion("2024-03-10")), "2024-03-10") == "no"

    def test_every_other_sign_counts(self) -> None:
        assert fold("GCP ¿ “E6(R3)”") == "gcpe6(r3)"


class TestEvidence:
    """Claims, scores, dates after the read, union."""

    book = rules(requirement())

    @pytest.mark.parametrize(
        ("change", "answer"),
        [
            ({"checked": Checked.WAITING}, "unknown"),  # a claim (15)
            ({"checked": Checked.DECLINED}, "no"),
            ({"passed": False}, "no"),
            ({"passed": None}, "unknown"),
            ({"completed": UNREADABLE}, "unknown"),
            ({"completed": None}, "unknown"),  # a blank first day is unreadable (9)
        ],
    )
    def test_what_makes_a_completion_less_than_sure(self, change: dict[str, Any], answer: str) -> None:
        assert met(reckoner(self.book, completion(**{"completed": "2024-03-10", **change})), "2024-05-05") == answer

    def test_a_completion_dated_after_the_read_is_possible_only(self) -> None:
        lab = reckoner(self.book, completion("2024-03-10"), read_on=day("2024-03-09"))
        assert [met(lab, "2024-03-09"), met(lab, "2024-03-10")] == ["no", "unknown"]
        assert met(reckoner(self.book, completion("2024-03-10"), read_on=day("2024-03-10")), "2024-03-10") == "yes"

    def test_only_completions_are_held_back(self) -> None:
        early = day("2024-01-01")
        assert met(reckoner(rules(requirement("step", "once")), step("2024-03-10"), read_on=early), "2024-03-10") == "yes"
        assert (
            met(reckoner(rules(requirement("disclosure")), disclosure("2024-03-10"), read_on=early), "2024-03-10") == "yes"
        )  # (13)

    def test_older_evidence_imported_later_does_not_shorten(self) -> None:
        lab = reckoner(self.book, completion("2024-03-10", "2027-03-10"), completion("2022-03-10", "2025-03-10"))
        assert met(lab, "2027-03-10") == "yes"  # union decides (12)

    def test_an_unreadable_printed_date_leaves_the_day_passed(self) -> None:
        lab = reckoner(self.book, completion("2024-03-10", UNREADABLE))
        assert [met(lab, "2024-03-09"), met(lab, "2024-03-10"), met(lab, "2050-01-01")] == ["no", "unknown", "unknown"]


class TestRefreshers:
    """Counts from its own date if a stage 1 of its family was passed on or before (16)."""

    book = rules(requirement(validity="months:12"))

    def answer(self, *basics: Any) -> str:
        return met(reckoner(self.book, completion("2026-03-10", stage=2), *basics), "2026-06-01")

    def test_without_a_basic_it_is_possible_only(self) -> None:
        assert self.answer() == "unknown"

    def test_an_expired_basic_of_another_institution_counts(self) -> None:
        assert self.answer(completion("2020-03-10", institution="Elsewhere College")) == "yes"

    def test_a_basic_of_the_same_day_counts_one_of_the_next_day_does_not(self) -> None:
        assert self.answer(completion("2026-03-10", "2026-03-11")) == "yes"
        assert self.answer(completion("2026-03-11", "2026-03-12")) == "unknown"

    @pytest.mark.parametrize(
        "change",
        [
            {"checked": Checked.WAITING},
            {"completed": UNREADABLE},
            {"passed": False},
            {"group": "Else"},
            {"person": "ben"},
            {"stage": 3},
        ],
    )
    def test_the_basic_must_be_accepted_readable_passed_of_the_family_and_a_basic(self, change: dict[str, Any]) -> None:
        assert self.answer(completion(**{"completed": "2020-03-10", "expires": "2020-04-01", **change})) == "unknown"

    def test_an_attested_basic_counts(self) -> None:
        assert self.answer(completion("2020-03-10", source="attested")) == "yes"

    def test_taken_early_it_counts_from_its_own_date(self) -> None:
        lab = reckoner(self.book, completion("2026-01-10"), completion("2026-03-10", stage=2))
        assert [met(lab, "2027-03-10"), met(lab, "2027-03-11")] == ["yes", "no"]


class TestInProgress:
    """From enrolled on until an accepted pass, so many days (17); pending where enrolled (15)."""

    def test_off_by_default_and_pending_in_words(self) -> None:
        lab = reckoner(rules(requirement()), enrolment("2024-03-10"))
        assert met(lab, "2024-03-10") == "no"
        assert [status(lab, "2024-03-09"), status(lab, "2024-03-10")] == ["missing", "pending"]

    def test_counts_from_the_day_enrolled(self) -> None:
        lab = reckoner(rules(requirement(in_progress_days=30)), enrolment("2024-03-10"))
        assert [met(lab, on) for on in ("2024-03-09", "2024-03-10", "2024-04-09", "2024-04-10")] == ["no", "yes", "yes", "no"]

    def test_an_accepted_pass_ends_it(self) -> None:
        lab = reckoner(rules(requirement(in_progress_days=30)), enrolment("2024-03-10"), completion("2024-03-12", "2024-03-14"))
        assert [met(lab, on) for on in ("2024-03-11", "2024-03-14", "2024-03-15")] == ["yes", "yes", "no"]
        assert status(lab, "2024-03-15") == "expired"

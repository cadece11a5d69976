"""The lab's own lists against each other."""

from dataclasses import replace
from datetime import date

import pytest

from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import UNREADABLE, History, Section, Task
from onboard.planning.lab_day import desk_of
from onboard.planning.worklist import worklist_lines
from onboard.questions.fixfirst import fix_first
from tests.planning.cast import (
    ADA,
    EVE,
    HADDAD,
    NOVAK,
    ORTIZ,
    START,
    TODAY,
    Book,
    days_ago,
    everybody,
    in_days,
    lab,
    member,
    study,
)


def found(book: Book, kind: MismatchKind) -> list[Mismatch]:
    return [m for m in reconcile(book.judge(), TODAY) if m.kind is kind]


def test_left_but_still_listed_and_an_external_collaborator_who_stays() -> None:
    left = found(everybody(), MismatchKind.LEFT_LISTED)
    assert {(m.people, m.protocol) for m in left} == {((ORTIZ,), "P1"), ((ORTIZ,), "P2")}
    assert EVE not in {p for m in left for p in m.people}
    assert left[0].since == date(2026, 11, 21)
    assert left[0].words == "Olga Ortiz left on 20 Nov 2026 and is still on the IRB list of STEP-HF."


def test_a_delegation_of_a_leaver_still_runs() -> None:
    (mismatch,) = found(everybody(), MismatchKind.LEFT_DELEGATED)
    assert (mismatch.people, mismatch.evidence) == ((ORTIZ,), ("delegation/9/1",))


def test_somebody_whose_leaving_cannot_be_read_has_not_certainly_left() -> None:
    book = study()
    book.person(ADA, "Ada Ready", last=UNREADABLE)
    book.listing(ADA, "P2")
    assert found(book, MismatchKind.LEFT_LISTED) == []


def test_tasks_without_a_listing() -> None:
    people = {m.people for m in found(everybody(), MismatchKind.WORK_UNLISTED)}
    assert (NOVAK,) in people
    book = everybody()
    book.listing(NOVAK, "P2", approved=None, submitted=days_ago(1))
    assert (NOVAK,) not in {m.people for m in found(book, MismatchKind.WORK_UNLISTED)}


def test_work_that_needs_no_listing_is_no_mismatch() -> None:
    book = study()
    book.person(ADA, "Ada Ready", engaged=False)
    book.assignment(ADA, "P2")
    assert found(book, MismatchKind.WORK_UNLISTED) == []


def test_listed_without_the_training() -> None:
    (mismatch,) = found(everybody(), MismatchKind.LISTED_UNTRAINED)
    assert (mismatch.people, mismatch.since) == ((HADDAD,), date(2026, 11, 19))
    assert mismatch.words == "Hana Haddad is on the IRB list of STEP-HF without: GCP."


def test_case_21_a_delegation_that_starts_before_training_names_the_days_that_do_not_count() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P1")
    book.completion(ADA, "hsp", date(2026, 3, 1))
    book.completion(ADA, "gcp", date(2026, 4, 6))
    book.delegation(ADA, "P1", Task.CONSENT, first=date(2026, 3, 10))
    (mismatch,) = found(book, MismatchKind.DELEGATED_BEFORE_TRAINED)
    assert (mismatch.since, mismatch.until) == (date(2026, 3, 10), date(2026, 4, 5))
    assert mismatch.words.endswith("the days through 5 Apr 2026 do not count.")


def test_case_21_still_untrained_stands_open() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P1")
    book.delegation(ADA, "P1", first=days_ago(30))
    (mismatch,) = found(book, MismatchKind.DELEGATED_BEFORE_TRAINED)
    assert mismatch.until is None


def test_a_lab_in_order_has_no_mismatch() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P1", "P2")
    book.trained(ADA)
    book.delegation(ADA, "P1", first=date(2026, 1, 5))
    book.person("30", "Coming Soon", first=in_days(30))
    assert reconcile(book.judge(), TODAY) == []


# listed or delegated, and not in the lab ------------------------------------------------------------------------------


def visitor(*, first: object = None, last: object = None) -> Book:
    """Vera Guest, listed on STEP-HF and delegated there; without an appointment unless a first day is given."""
    book = study()
    book.person("30", "Vera Guest", first=first, last=last)
    if first is None:
        book.drop("appointments", person="30")
    book.listing("30", "P1", submitted=date(2026, 1, 10), approved=date(2026, 1, 20))
    book.delegation("30", "P1", first=date(2026, 2, 2))
    return book


def test_somebody_listed_and_delegated_without_an_appointment_is_one_mismatch_a_protocol() -> None:
    book = visitor()
    (mismatch,) = found(book, MismatchKind.NO_APPOINTMENT)
    assert (mismatch.people, mismatch.protocol, mismatch.since) == (("30",), "P1", date(2026, 1, 10))
    assert mismatch.evidence == ("delegation/30/1", "listing/30/3")
    said = "Vera Guest is on the IRB list of STEP-HF, has a delegation there and has no appointment on record."
    assert mismatch.words == said


def test_a_delegation_alone_and_a_change_that_waits_count_as_well_without_an_appointment() -> None:
    book = visitor()
    book.drop("listings", person="30")
    (mismatch,) = found(book, MismatchKind.NO_APPOINTMENT)
    assert mismatch.words == "Vera Guest has a delegation on STEP-HF and has no appointment on record."
    book.drop("delegations", person="30")
    book.listing("30", "P2", submitted=days_ago(3), approved=None)
    (mismatch,) = found(book, MismatchKind.NO_APPOINTMENT)
    assert (mismatch.protocol, mismatch.since) == ("P2", days_ago(3))


def test_who_is_off_the_list_and_whose_delegation_ended_is_no_mismatch() -> None:
    book = visitor()
    book.rows["listings"] = [replace(row, removed=TODAY) for row in book.rows["listings"]]
    book.rows["delegations"] = [replace(row, last=days_ago(1)) for row in book.rows["delegations"]]
    assert [m for m in reconcile(book.judge(), TODAY) if m.people == ("30",)] == []


def test_an_appointment_that_begins_later_and_a_change_that_is_filed_before_it() -> None:
    (mismatch,) = found(visitor(first=in_days(14)), MismatchKind.BEFORE_FIRST_DAY)
    assert mismatch.words.endswith("and the appointment begins on 7 Dec 2026.")
    book = visitor(first=in_days(14))
    book.drop("delegations", person="30")
    book.rows["listings"] = [replace(row, approved=None) for row in book.rows["listings"]]
    assert found(book, MismatchKind.BEFORE_FIRST_DAY) == []


def test_who_left_and_comes_back_is_expected_and_not_taken_off_the_list() -> None:
    book = visitor(first=START, last=days_ago(3))
    assert len(found(book, MismatchKind.LEFT_LISTED)) == len(found(book, MismatchKind.LEFT_DELEGATED)) == 1
    book.appointment("30", in_days(4))
    assert found(book, MismatchKind.LEFT_LISTED) == found(book, MismatchKind.LEFT_DELEGATED) == []
    assert len(found(book, MismatchKind.BEFORE_FIRST_DAY)) == 1


@pytest.mark.parametrize("days", [{"first": UNREADABLE}, {"first": START, "last": UNREADABLE}], ids=str)
def test_an_appointment_whose_days_cannot_be_read(days: dict[str, object]) -> None:
    (mismatch,) = found(visitor(**days), MismatchKind.APPOINTMENT_UNREADABLE)
    assert mismatch.words.endswith("and the days of the appointment cannot be read.")


def test_who_was_here_and_stays_listed_from_outside_is_none_and_who_never_was_is_one() -> None:
    for book, kinds in ((visitor(first=START, last=days_ago(3)), set()), (visitor(), {MismatchKind.NO_APPOINTMENT})):
        book.drop("delegations", person="30")
        book.rows["listings"] = [replace(row, stays=True) for row in book.rows["listings"]]
        assert {m.kind for m in reconcile(book.judge(), TODAY) if m.people == ("30",)} == kinds


@pytest.mark.parametrize("last", [None, in_days(0), in_days(400)], ids=str)
def test_who_is_here_today_is_none(last: date | None) -> None:
    book = visitor(first=START, last=last)
    book.trained("30")
    assert [m for m in reconcile(book.judge(), TODAY) if m.people == ("30",)] == []


def test_the_worklist_and_fix_first_name_who_has_no_appointment() -> None:
    assessment = visitor().judge()
    lines = [line for line in worklist_lines(desk_of(assessment, History(), lab(), TODAY)) if line.person == "30"]
    assert [(line.section, line.title, line.protocol) for line in lines] == [
        (Section.MOVES, "no appointment on record", "STEP-HF")
    ]
    fixes = [fix for fix in fix_first(assessment, TODAY) if "Vera Guest" in fix.cause]
    assert [(fix.where, fix.next_step.split(";")[0]) for fix in fixes] == [
        (("delegation/30/1", "listing/30/3"), "Enter the appointment")
    ]
    silent = visitor(first=START).judge()
    assert [fix for fix in fix_first(silent, TODAY) if "appointment" in fix.cause] == []

"""The lab's own lists against each other."""

from datetime import date

from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import Task
from tests.planning.cast import (
    ADA,
    EVE,
    HADDAD,
    NOVAK,
    ORTIZ,
    TODAY,
    Book,
    days_ago,
    everybody,
    in_days,
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
    from onboard.model import UNREADABLE

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

"""What only time changed since the last digest is news as well: somebody left, came, or lapsed in a week without a typed cell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import JobName, Section
from tests.pipeline.office import Office
from tests.planning.cast import ADA, BRANDT, TODAY, Book, days_ago, in_days, member, study

NEXT = TODAY + timedelta(days=7)


def told(ledger: SqlLedger, book: Book, *days: date) -> list[list[str]]:
    """Titles under "since last week" of the digests of these Mondays; nothing is typed between them."""
    office = Office(ledger, book)
    office.go_live(days_ago(7))
    found = []
    for day in days:
        (report,) = office.morning(day, JobName.DIGESTS)
        lines = [line for notice in report.planned for line in notice.lines if line.section is Section.SINCE]
        found.append([f"{line.name}: {line.title}" for line in lines])
    return found


def lab(**days: object) -> Book:
    """Ada on CHART with these days in the lab, Jonas beside her."""
    book = study()
    for record, name in ((ADA, "Ada Ready"), (BRANDT, "Jonas Brandt")):
        member(book, record, name, "P2")
        book.trained(record)
    book.drop("appointments", person=ADA)
    book.appointment(ADA, **{"first": date(2024, 1, 8), **days})  # type: ignore[arg-type]
    return book


@pytest.mark.parametrize(
    ("days", "news"),
    [
        ({"last": in_days(4)}, ["Ada Ready: left, last day 27 Nov 2026"]),
        ({"first": in_days(4)}, ["Ada Ready: started 27 Nov 2026"]),
        ({}, []),
    ],
    ids=["left", "came", "neither"],
)
def test_a_week_without_a_typed_cell(ledger: SqlLedger, days: dict[str, object], news: list[str]) -> None:
    first, second, third = told(ledger, lab(**days), TODAY, NEXT, NEXT + timedelta(days=7))
    moved = [line for line in second if line.startswith("Ada Ready: ")]
    assert (moved, [line for line in first + third if line.startswith("Ada Ready: ")]) == (news, [])

"""Since which good read a cell has said the same: kept over reads, begun anew after a break, gone with its person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import RowSeen

FIRST = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(at: datetime, digest: str = "a") -> RowSeen:
    return RowSeen(record="7", row="people.irb/7/1#listings.approved:x", digest=digest, first=at, last=at)


def days(ledger: SqlLedger, digest: str = "a") -> tuple[datetime, datetime]:
    (one,) = [row for row in ledger.rows_seen().values() if row.digest == digest]
    return one.first, one.last


def test_a_row_that_stands_keeps_its_first_day_and_one_that_comes_back_does_not(tmp_path: Path) -> None:
    ledger = SqlLedger(f"sqlite:///{tmp_path / 'ledger.db'}", "rivera")
    ledger.see_rows([seen(FIRST)], None)
    ledger.see_rows([seen(FIRST + DAY)], FIRST)
    assert days(ledger) == (FIRST, FIRST + DAY)
    ledger.see_rows([seen(FIRST + DAY)], FIRST + DAY)  # the same read again changes nothing
    assert days(ledger) == (FIRST, FIRST + DAY)
    ledger.see_rows([seen(FIRST + 2 * DAY, "b")], FIRST + DAY)  # the cell says something else
    ledger.see_rows([seen(FIRST + 3 * DAY)], FIRST + 2 * DAY)
    assert days(ledger) == (FIRST + 3 * DAY, FIRST + 3 * DAY) and days(ledger, "b") == (FIRST + 2 * DAY, FIRST + 2 * DAY)
    ledger.close()


def test_each_lab_sees_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    one, other = SqlLedger(url, "rivera"), SqlLedger(url, "moss")
    one.see_rows([seen(FIRST)], None)
    assert other.rows_seen() == {} and len(one.rows_seen()) == 1
    one.close()
    other.close()

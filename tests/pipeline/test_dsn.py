"""Whole reports as servers write them, through a look into the mailbox: whose fault each says it is, and what stays said."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.plain_bounces import given_up
from onboard.model import Standing
from onboard.pipeline.bounce_reports import read_report
from onboard.planning.standing import standings
from tests.pipeline import reports
from tests.pipeline.delivery_cast import LIVE, MONDAY, HandClock, outgoing
from tests.pipeline.test_came_back import see, send

FOLDER = Path(__file__).parent / "refusals" / "dsn"
ANN, MAIL = "ann@northlake.example", "<0123456789abcdef0123456789abcdef@northlake.example>"


def expected() -> list[dict[str, str]]:
    """The table beside the reports."""
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", expected(), ids=lambda row: row["file"])
def test_each_report_is_read_and_acted_on(row: dict[str, str], sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mail = outgoing(ANN, "reminder/5/gcp/30")
    send(sqlite_ledger, clock, mail)
    raw = (FOLDER / row["file"]).read_bytes().replace(MAIL.encode(), mail.message_id.encode())
    (bounce,) = read_report(raw, given_up)
    assert (bounce.refusal.fault, bounce.refusal.action) == (row["fault"], row["action"])
    found = see(sqlite_ledger, clock, raw)
    assert sqlite_ledger.history(LIVE).said("reminder/5/gcp/30") is (row["still_said"] == "yes")
    assert len(found.noted) == (row["still_said"] == "no")
    accused = {a: one.standing for a, one in standings(sqlite_ledger.history(LIVE), MONDAY).items() if one.fault == "address"}
    assert accused == ({ANN: Standing.DOUBTED} if row["action"] == "count" else {})


@pytest.mark.parametrize(
    ("status", "words", "shuts"),
    [("5.1.1", "550 5.1.1 unknown", True), ("5.7.515", "550 5.7.515 not authenticated", False),
     ("5.1.8", "550 5.1.8 bad outbound sender", False), ("5.4.300", "550 5.4.300 expired", False),
     ("5.2.2", "552 5.2.2 full", False), ("4.4.7", "4.4.7 expired", False)],
)  # fmt: skip
def test_two_on_two_days_close_an_address_that_is_no_good_and_no_other(
    status: str, words: str, shuts: bool, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    for number in range(2):
        day = MONDAY + timedelta(days=number)
        mail = outgoing(ANN, f"r/{number}", slot=day)
        send(sqlite_ledger, clock, mail)
        raw = reports.postfix(mail.message_id, to=ANN, status=status, number=number)
        raw = raw.replace(b"550 5.1.1", words.encode())
        see(sqlite_ledger, clock, raw, today=day)
        assert not sqlite_ledger.history(LIVE).said(f"r/{number}"), "whatever came back is not said"
        clock.wait(days=1)
    found = standings(sqlite_ledger.history(LIVE), MONDAY + timedelta(days=2)).get(ANN)
    assert (found is not None and found.standing is Standing.CLOSED) is shuts


def test_a_report_with_an_empty_recipient_about_a_mail_of_somebody_else_changes_nothing(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    send(sqlite_ledger, clock, outgoing(ANN, "r/1"))
    assert see(sqlite_ledger, clock, (FOLDER / "d05-empty-recipient.eml").read_bytes()).noted == ()
    assert sqlite_ledger.history(LIVE).said("r/1") and not sqlite_ledger.history(LIVE).addresses

"""An envelope sender of its own for each mail: what comes back to it is about that mail, whatever the report holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.plain_bounces import given_up
from onboard.pipeline.bounce_reports import read_report
from onboard.pipeline.delivering import MessageWriter, write_all
from onboard.ports import Outgoing
from tests.pipeline import reports
from tests.pipeline.delivery_cast import AMARA, LAB, LEILA, LIVE, MORNING, HandClock, outgoing, plain, reminder
from tests.pipeline.reports import MAIL
from tests.pipeline.test_came_back import see, send
from tests.pipeline.test_running import compose

OWN = replace(LAB, envelope_sender="bounces+KEY@northlake.example")


def key_of(mail: Outgoing) -> str:
    """What stands in KEY's place."""
    return mail.message_id[1:33]


def back_to(mail: Outgoing, raw: bytes) -> bytes:
    """A report about it, sent to the mail's own address, and nothing in it that names the mail."""
    lines = [line for line in raw.split(b"\r\n") if MAIL.encode() not in line]
    return b"\r\n".join([f"Delivered-To: {mail.envelope_from}".encode(), *lines])


@pytest.fixture
def mail(sqlite_ledger: SqlLedger, clock: HandClock) -> Outgoing:
    """Handed over under an envelope sender of its own."""
    blank = outgoing(LEILA.address, "r/1")
    own = replace(blank, envelope_from=OWN.envelope_of(blank.message_id))
    send(sqlite_ledger, clock, own)
    return own


def test_each_message_has_its_own_and_by_default_all_have_the_labs() -> None:
    writer = MessageWriter(render=plain, compose=compose, lab=OWN, mode=LIVE)
    first, second = write_all([reminder(LEILA), reminder(AMARA)], writer, MORNING).outgoing
    assert first.envelope_from == f"bounces+{key_of(first)}@northlake.example" != second.envelope_from
    shared = write_all([reminder(LEILA)], replace(writer, lab=LAB), MORNING).outgoing
    assert [one.envelope_from for one in shared] == [LAB.sender]


@pytest.mark.parametrize("report", [reports.postfix, reports.exchange, reports.gmail, reports.qmail, reports.exim])
def test_a_report_that_holds_nothing_of_the_mail_is_about_it(
    report, mail: Outgoing, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    raw = back_to(mail, report())
    (bounce, *_) = read_report(raw, given_up)
    assert (bounce.key, bounce.message_id) == (key_of(mail), "")
    assert len(see(sqlite_ledger, clock, raw).noted) == 1 and not sqlite_ledger.history(LIVE).said("r/1")
    assert see(sqlite_ledger, clock, raw, reports.postfix(mail.message_id)).noted == (), "both are about one mail"


def test_both_databases_find_it_and_remember_what_is_unclear(ledger: SqlLedger, clock: HandClock) -> None:
    blank = outgoing(LEILA.address, "r/1")
    own = replace(blank, envelope_from=OWN.envelope_of(blank.message_id))
    send(ledger, clock, own)
    assert len(see(ledger, clock, back_to(own, reports.qmail(to=AMARA.address))).unclear) == 1
    assert AMARA.address in ledger.history(LIVE).unclear[0]
    assert len(see(ledger, clock, back_to(own, reports.qmail())).noted) == 1 and ledger.history(LIVE).unclear == ()


def test_plain_words_to_the_right_address_about_somebody_else_are_looked_at(
    mail: Outgoing, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    found = see(sqlite_ledger, clock, back_to(mail, reports.qmail(to=AMARA.address)))
    assert len(found.unclear) == 1 and sqlite_ledger.history(LIVE).said("r/1")


def test_a_guessed_key_is_nobodys(mail: Outgoing, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    guessed = replace(mail, envelope_from=f"bounces+{'0' * 31}f@northlake.example")
    assert see(sqlite_ledger, clock, back_to(guessed, reports.postfix())).noted == ()
    assert sqlite_ledger.history(LIVE).said("r/1")


def test_a_key_counts_only_where_the_mail_went_out_under_it(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    """Who reads a Message-ID in a mail of a lab without own envelopes learns no address that counts."""
    shared = outgoing(LEILA.address, "r/1")
    send(sqlite_ledger, clock, shared)
    forged = replace(shared, envelope_from=OWN.envelope_of(shared.message_id))
    assert see(sqlite_ledger, clock, back_to(forged, reports.postfix())).noted == ()


def test_a_report_in_a_thread_is_about_the_last_mail_of_it() -> None:
    """Exim and Exchange repeat the mail's own references before its id."""
    raw = reports.exim().replace(b"References: ", b"References: <root@northlake.example>\r\n ")
    assert read_report(raw)[0].message_id == MAIL

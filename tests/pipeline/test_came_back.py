"""What a mail that came back changes: it counts as not said, the second one stops the address, and a doubt can be ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.plain_bounces import given_up
from onboard.errors import InDoubt, TransportDown
from onboard.model import JobName, Mode, Standing
from onboard.pipeline.bouncing import Looked, look, look_before_jobs
from onboard.pipeline.delivering import drain
from onboard.planning.standing import shut, standings
from onboard.ports import Outgoing
from tests.pipeline import reports
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, TRIAL, FakeMailer, HandClock, outgoing, queue
from tests.pipeline.office import Office
from tests.planning.cast import TODAY, everybody

DAY = timedelta(days=1)


@dataclass(slots=True)
class FakeMailbox:
    """A mailbox with these reports and these sent mails; `down` is raised instead."""

    mails: list[bytes] = field(default_factory=list)
    sent: frozenset[str] = frozenset()
    down: Exception | None = None
    asked: list[date] = field(default_factory=list)
    closed: int = 0

    def reports(self, since: date) -> Sequence[bytes]:
        """All of them, or the trouble."""
        self.asked.append(since)
        if self.down:
            raise self.down
        return self.mails

    def given_up(self, report: bytes) -> Sequence[str]:
        """What the product reads out of plain words."""
        return given_up(report)

    def in_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Those asked for that are there."""
        return self.sent & frozenset(message_ids)

    def close(self) -> None:
        """Count."""
        self.closed += 1


def send(ledger: SqlLedger, clock: HandClock, *messages: Outgoing, mode: Mode = LIVE, mailer: FakeMailer | None = None) -> None:
    """Queue and hand over, one run a day."""
    queue(ledger, *messages, slot=messages[0].slot, now=clock.now(), mode=mode)
    drain(mailer or FakeMailer(), ledger, clock, mode)


def see(ledger: SqlLedger, clock: HandClock, *mails: bytes, today: date = MONDAY, mode: Mode = LIVE) -> Looked:
    """One look at a mailbox with these mails."""
    return look(FakeMailbox(mails=list(mails)), ledger, clock, mode, today)


def test_once_is_noted_and_what_it_said_is_open_again(ledger: SqlLedger, clock: HandClock) -> None:
    mail = outgoing(LEILA.address, "reminder/5/gcp/30", skips=("reminder/5/gcp/60",))
    send(ledger, clock, mail)
    assert ledger.history(LIVE).said("reminder/5/gcp/30")
    found = see(ledger, clock, reports.postfix(mail.message_id))
    assert len(found.noted) == 1
    history = ledger.history(LIVE)
    assert not history.said("reminder/5/gcp/30") and not history.said("reminder/5/gcp/60")
    assert standings(history, MONDAY)[LEILA.address].standing is Standing.DOUBTED and ledger.outbox(LIVE) == {"refused": 1}
    assert ledger.told(LIVE, "5")[0]["state"] == "refused"


def test_twice_stops_the_address_and_the_worklist_shows_it(ledger: SqlLedger, clock: HandClock) -> None:
    first = outgoing(LEILA.address, "reminder/5/gcp/30")
    send(ledger, clock, first)
    see(ledger, clock, reports.postfix(first.message_id))
    clock.wait(days=1)
    again = outgoing(LEILA.address, "reminder/5/gcp/30", slot=MONDAY + DAY)
    send(ledger, clock, again)
    found = see(ledger, clock, reports.postfix(first.message_id), reports.exchange(again.message_id), today=MONDAY + DAY)
    assert [one.addresses for one in found.noted] == [(LEILA.address,)]
    closed = standings(ledger.history(LIVE), MONDAY + DAY)[LEILA.address]
    assert closed.standing is Standing.CLOSED and closed.until == MONDAY + 31 * DAY
    assert not ledger.history(LIVE).said("reminder/5/gcp/30"), "said again as soon as the address is right"


def test_looking_again_counts_nothing_twice(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mail = outgoing(LEILA.address, "reminder/5/gcp/30")
    send(sqlite_ledger, clock, mail)
    twice = (reports.postfix(mail.message_id), reports.gmail(mail.message_id))
    assert len(see(sqlite_ledger, clock, *twice).noted) == 1
    for day in range(3):
        found = see(sqlite_ledger, clock, *twice, today=MONDAY + day * DAY)
        assert found.reports == 2 and not found.noted
    assert standings(sqlite_ledger.history(LIVE), MONDAY)[LEILA.address].standing is Standing.DOUBTED


def test_a_full_or_slow_server_stops_nobody(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mail = outgoing(LEILA.address, "r/1")
    send(sqlite_ledger, clock, mail)
    delayed = reports.postfix(mail.message_id, status="4.4.7", action="delayed")
    assert see(sqlite_ledger, clock, delayed).noted == () and sqlite_ledger.outbox(LIVE) == {"sent": 1}
    given_up = [reports.postfix(mail.message_id, status="4.4.7", number=n) for n in range(3)]
    assert len(see(sqlite_ledger, clock, *given_up).noted) == 1
    assert sqlite_ledger.outbox(LIVE) == {"failed": 1} and not sqlite_ledger.history(LIVE).said("r/1"), "lost, so said again"
    assert shut(sqlite_ledger.history(LIVE), LEILA.address, MONDAY + DAY) is None


def test_a_stranger_cannot_silence_anybody(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    send(sqlite_ledger, clock, outgoing(LEILA.address, "r/1"))
    forged = [reports.postfix(f"<guess{n}@northlake.example>", number=n) for n in range(5)]
    assert see(sqlite_ledger, clock, *forged).noted == ()
    assert sqlite_ledger.history(LIVE).said("r/1") and not sqlite_ledger.history(LIVE).addresses


def test_a_report_without_the_mail_counts_for_the_last_one_to_that_address(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    send(sqlite_ledger, clock, outgoing(LEILA.address, "r/1"))
    bare = reports.postfix().replace(f"Message-ID: {reports.MAIL}\r\n".encode(), b"")
    assert len(see(sqlite_ledger, clock, bare).noted) == 1
    assert see(sqlite_ledger, clock, bare).noted == (), "the same report once"
    clock.wait(days=30)
    other = bare.replace(b"20261.4C2D1@", b"20262.4C2D1@")
    assert see(sqlite_ledger, clock, other, today=MONDAY + 30 * DAY).noted == (), "nothing was written there for weeks"


def test_two_that_lie_months_apart_are_two_accidents(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    for days in (0, 90):
        clock.at += timedelta(days=days)
        mail = outgoing(LEILA.address, f"r/{days}", slot=MONDAY + days * DAY)
        send(sqlite_ledger, clock, mail)
        found = see(sqlite_ledger, clock, reports.postfix(mail.message_id), today=MONDAY + days * DAY)
        assert len(found.noted) == 1


def test_a_corrected_address_starts_anew(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mails = [outgoing(LEILA.address, f"r/{n}", slot=MONDAY + n * DAY) for n in range(3)]
    for mail in mails[:2]:
        send(sqlite_ledger, clock, mail)
    see(sqlite_ledger, clock, *(reports.postfix(mail.message_id) for mail in mails[:2]), today=MONDAY + DAY)
    assert shut(sqlite_ledger.history(LIVE), LEILA.address, MONDAY + 5 * DAY)
    assert sqlite_ledger.reopen(LIVE, LEILA.address) == 2 and not sqlite_ledger.history(LIVE).addresses
    assert sqlite_ledger.reopen(LIVE, LEILA.address) == 0
    send(sqlite_ledger, clock, mails[2])
    assert len(see(sqlite_ledger, clock, reports.postfix(mails[2].message_id)).noted) == 1


def test_the_trial_and_the_live_lab_count_apart(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mail = outgoing(LEILA.address, "r/1")
    send(sqlite_ledger, clock, mail, mode=TRIAL)
    assert see(sqlite_ledger, clock, reports.postfix(mail.message_id)).noted == ()
    assert len(see(sqlite_ledger, clock, reports.postfix(mail.message_id), mode=TRIAL).noted) == 1


class TestInDoubt:
    def test_what_stands_among_the_sent_mail_left(self, ledger: SqlLedger, clock: HandClock) -> None:
        found, lost = outgoing("leila@x.example", "r/1"), outgoing("amara@x.example", "r/2")
        answers: dict[str, list[Exception | None]] = {one.to_addr: [InDoubt("link lost")] for one in (found, lost)}
        send(ledger, clock, found, lost, mailer=FakeMailer(answers=answers))
        assert ledger.outbox(LIVE) == {"in_doubt": 2}
        mailbox = FakeMailbox(sent=frozenset({found.message_id, "<other@x.example>"}))
        assert look(mailbox, ledger, clock, LIVE, MONDAY).settled == (found.message_id,)
        assert ledger.outbox(LIVE) == {"in_doubt": 1, "sent": 1} and mailbox.closed == 1
        assert [row["id"] for row in ledger.parked(LIVE)] == [lost.message_id], "absence proves nothing: a person decides"

    def test_a_report_about_it_ends_the_doubt_too(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        mail = outgoing(LEILA.address, "r/1")
        send(sqlite_ledger, clock, mail, mailer=FakeMailer(answers={LEILA.address: [InDoubt("link lost")]}))
        assert len(see(sqlite_ledger, clock, reports.postfix(mail.message_id)).noted) == 1
        assert sqlite_ledger.outbox(LIVE) == {"refused": 1}


def test_before_the_days_jobs_a_dead_mailbox_is_told_to_the_operator_once_and_stops_nothing(
    sqlite_ledger: SqlLedger,
) -> None:
    office = Office(ledger=sqlite_ledger, book=everybody())
    office.go_live()
    office.clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    dead = FakeMailbox(down=TransportDown("The mailbox at imap.northlake.example:993 cannot be read: it does not answer"))

    def look_now(mailbox: FakeMailbox) -> tuple[str, ...]:
        return look_before_jobs(office.tools(), mailbox, JobName.WORKLIST, TODAY, LIVE).trouble

    assert "cannot be read" in look_now(dead)[0] and office.reached() == [office.lab.operator]
    assert "Returned mail cannot be read" in office.text(office.lab.operator)
    look_now(dead)
    assert len(office.reached()) == 1, "once while it lasts"
    assert look_now(FakeMailbox()) == () and len(office.reached()) == 1
    office.morning(TODAY, JobName.REMINDERS)
    assert len(office.reached()) > 3


def test_a_mailbox_that_cannot_be_read_is_left_politely(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    mailbox = FakeMailbox(down=TransportDown("it does not answer"))
    with pytest.raises(TransportDown):
        look(mailbox, sqlite_ledger, clock, LIVE, MONDAY)
    assert mailbox.closed == 1 and mailbox.asked == [date(2026, 11, 9)]

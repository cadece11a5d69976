"""Reports in plain words: what they are worth, and what a person is asked to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.plain_bounces import given_up
from onboard.model import History, Section, Standing
from onboard.pipeline.bounce_reports import read_report
from onboard.planning.standing import standings
from tests.pipeline import reports
from tests.pipeline.delivery_cast import AMARA, LEILA, LIVE, MONDAY, TRIAL, HandClock, outgoing
from tests.pipeline.reports import MAIL, PLAIN
from tests.pipeline.test_came_back import DAY, see, send
from tests.planning.cast import TODAY, everybody, lab


@pytest.mark.parametrize("server", PLAIN)
def test_whoever_writes_it_mail_and_address_are_found(server: str) -> None:
    (bounce,) = read_report(PLAIN[server](), given_up)
    assert (bounce.message_id, bounce.addresses, bounce.failed, bounce.plain) == (MAIL, (LEILA.address,), True, True)
    assert bounce.refusal.words and "\n" not in bounce.refusal.words


@pytest.mark.parametrize("server", PLAIN)
def test_one_on_each_of_two_days_closes_the_address_where_a_number_or_words_say_so(
    server: str, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    seen: list[bytes] = []
    for number in range(2):
        mail = outgoing(LEILA.address, f"r/{number}", slot=MONDAY + number * DAY)
        send(sqlite_ledger, clock, mail)
        seen.append(PLAIN[server](mail.message_id).replace(b"Message-I", b"X-%d: y\r\nMessage-I" % number, 1))
        clock.wait(hours=2)
        day = MONDAY + number * DAY
        assert len(see(sqlite_ledger, clock, *seen, today=day).noted) == 1 and not sqlite_ledger.history(LIVE).said(f"r/{number}")
        assert see(sqlite_ledger, clock, *seen, today=day).noted == (), "the same report once"
        clock.wait(hours=22)
    found = standings(sqlite_ledger.history(LIVE), MONDAY + 2 * DAY)[LEILA.address]
    by_number = server != "exchange 5.5"
    assert found.standing is (Standing.CLOSED if by_number else Standing.DOUBTED) and sqlite_ledger.history(LIVE).unclear == ()


class TestWhatDoesNotAgree:
    """Anybody can type plain words: alone they change nothing, and a person looks."""

    @pytest.fixture
    def sent(self, sqlite_ledger: SqlLedger, clock: HandClock) -> str:
        mail = outgoing(LEILA.address, "r/1")
        send(sqlite_ledger, clock, mail)
        return mail.message_id

    def told(self, ledger: SqlLedger, clock: HandClock, *mails: bytes) -> tuple[str, ...]:
        """What a person is asked to look at; nothing else may have changed."""
        found = see(ledger, clock, *mails)
        assert not found.noted and ledger.history(LIVE).said("r/1") and not ledger.history(LIVE).addresses
        return ledger.history(LIVE).unclear

    @staticmethod
    def bare(raw: bytes) -> bytes:
        """A report that does not name the mail."""
        return b"\r\n".join(line for line in raw.split(b"\r\n") if MAIL.encode() not in line)

    @pytest.mark.parametrize("server", PLAIN)
    def test_an_address_of_ours_and_no_mail(self, server: str, sqlite_ledger: SqlLedger, clock: HandClock, sent: str) -> None:
        (said,) = self.told(sqlite_ledger, clock, self.bare(PLAIN[server]()))
        assert said.startswith(f"{LEILA.address}: ")

    def test_a_mail_of_ours_and_an_address_it_did_not_go_to(self, sqlite_ledger: SqlLedger, clock: HandClock, sent: str) -> None:
        assert AMARA.address in self.told(sqlite_ledger, clock, reports.qmail(sent, AMARA.address))[0]

    def test_somebody_elses_mail_from_the_same_mailbox_is_not_ours_to_judge(
        self, sqlite_ledger: SqlLedger, clock: HandClock, sent: str
    ) -> None:
        assert self.told(sqlite_ledger, clock, reports.qmail("<typed.by.maria@northlake.example>")) == ()

    def test_a_hundred_forgeries_silence_nobody(self, sqlite_ledger: SqlLedger, clock: HandClock, sent: str) -> None:
        bare = self.bare(reports.qmail())
        forged = [bare.replace(b"20261123.qmail", b"forged%d" % n) for n in range(100)]
        assert len(self.told(sqlite_ledger, clock, *forged)) == 1, "one sentence, however often"

    def test_it_is_gone_as_soon_as_the_report_is_and_each_mode_has_its_own(
        self, sqlite_ledger: SqlLedger, clock: HandClock, sent: str
    ) -> None:
        assert self.told(sqlite_ledger, clock, self.bare(reports.qmail())) and not sqlite_ledger.history(TRIAL).unclear
        clock.wait(days=1)
        assert self.told(sqlite_ledger, clock) == ()


def test_the_worklist_asks_a_person_to_look() -> None:
    from onboard.planning.worklist import plan_worklist

    history = replace(History(), unclear=("leila.haddad@northlake.example: Sorry, no mailbox here",))
    (notice, *_) = plan_worklist(everybody().judge(), history, lab(), TODAY, {})
    (line,) = [one for one in notice.section(Section.MAIL) if "came back" in one.title]
    assert "no mailbox here" in line.why and "mailbox" in line.act


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        reports.out_of_office(),
        b"From: leila@northlake.example\r\nSubject: Re: GCP\r\n\r\n550 is my extension\r\n",
    ],
)
def test_other_mail_is_no_report(raw: bytes) -> None:
    assert given_up(raw) == () and read_report(raw, given_up) == ()


def test_a_warning_that_it_is_still_tried_changes_nothing() -> None:
    raw = reports.exim_with_copy().replace(b"This is a permanent error. ", b"").replace(b"failed: returning", b"delayed: warning")
    warning = raw.replace(b"550 5.1.1 User unknown", b"451 4.4.1 try again later")
    assert not any(one.failed for one in read_report(warning, given_up))


@settings(max_examples=60, deadline=timedelta(seconds=2))
@given(st.binary(max_size=300), st.integers(0, 1500), st.sampled_from(sorted(PLAIN)))
def test_no_bytes_of_a_stranger_stop_the_reading(noise: bytes, at: int, server: str) -> None:
    raw = PLAIN[server]()
    for bounce in read_report(raw[:at] + noise + raw[at:], given_up):
        assert all(address.count("@") == 1 for address in bounce.addresses)

"""The fault table: a real SMTP server misbehaves; what was sent, and what the ledger says of it, at once and after an hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.errors import LedgerError
from onboard.pipeline.delivering import Drained, drain
from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage
from tests.adapters.mail.certificates import Certificates, make
from tests.pipeline.delivery_cast import LIVE, HandClock, outgoing, queue

BAD, GOOD = "bad@x.example", "good@x.example"


@dataclass(frozen=True)
class Fault:
    """A trouble that strikes the first of two messages; both states after the drain; what stands an hour later."""

    stage: Stage
    code: int | None
    states: dict[str, int]
    later: dict[str, int]
    arrived: tuple[int, int] = (1, 2)  # messages at the server after the first drain, and an hour later
    hard: bool = False
    kept: bool = False
    stops: bool = False
    said: bool = True  # whether the first message's item counts as said in the end


BOTH_SENT, ONE_WAITS, BOTH_WAIT = {"sent": 2}, {"queued": 1, "sent": 1}, {"queued": 2}

TABLE = {
    "greeting 421: nothing is tried": Fault(Stage.CONNECT, 421, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "greeting 554: nothing is tried": Fault(Stage.CONNECT, 554, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "hung up at greeting": Fault(Stage.CONNECT, None, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "login refused": Fault(Stage.LOGIN, 535, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "login 454, too many": Fault(Stage.LOGIN, 454, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "sender 451": Fault(Stage.MAIL, 451, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "sender 553, our mistake": Fault(Stage.MAIL, 553, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "recipient greylisted 450": Fault(Stage.RECIPIENT, 450, ONE_WAITS, BOTH_SENT),
    "recipient 421 and goodbye": Fault(Stage.RECIPIENT, 421, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "recipient 550, no number": Fault(
        Stage.RECIPIENT, 550, {"failed": 1, "sent": 1}, {"failed": 1, "sent": 1}, (1, 1), said=False
    ),
    "hung up at recipient": Fault(Stage.RECIPIENT, None, ONE_WAITS, BOTH_SENT),
    "data 452, full": Fault(Stage.DATA, 452, BOTH_WAIT, BOTH_SENT, (0, 2), stops=True),
    "data 554": Fault(Stage.DATA, 554, {"failed": 1, "sent": 1}, {"failed": 1, "sent": 1}, (1, 1), said=False),
    "hung up before the message": Fault(Stage.DATA, None, ONE_WAITS, BOTH_SENT),
    "message 451": Fault(Stage.BODY, 451, ONE_WAITS, BOTH_SENT),
    "message 554 spam": Fault(Stage.BODY, 554, {"failed": 1, "sent": 1}, {"failed": 1, "sent": 1}, (1, 1), said=False),
    "message 550 5.1.1 unknown": Fault(Stage.BODY, 550, {"refused": 1, "sent": 1}, {"refused": 1, "sent": 1}, (1, 1), said=False),
    "hung up after it, not taken, soft": Fault(Stage.BODY, None, {"in_doubt": 1, "sent": 1}, {"in_doubt": 1, "sent": 1}, (1, 1)),
    "hung up after it, taken, soft": Fault(
        Stage.BODY, None, {"in_doubt": 1, "sent": 1}, {"in_doubt": 1, "sent": 1}, (2, 2), kept=True
    ),
    "hung up after it, not taken, hard": Fault(Stage.BODY, None, ONE_WAITS, BOTH_SENT, (1, 2), hard=True),
    "hung up after it, taken, hard": Fault(Stage.BODY, None, ONE_WAITS, BOTH_SENT, (2, 3), hard=True, kept=True),
}


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with MailCatcher(users={"lab": "right"}) as server:
        yield server


def empty(ledger: SqlLedger, server: MailCatcher, clock: HandClock, **more: object) -> Drained:
    """One drain over a fresh connection."""
    given = {"user": "lab", "password": "right", "tls": Tls.NONE, "host": "127.0.0.1", **more}
    mailer = YagmailMailer(Smtp(sender="lab@northlake.example", port=server.port, timeout=5, **given))
    return drain(mailer, ledger, clock, LIVE)


@pytest.mark.parametrize("name", TABLE)
def test_what_was_sent_and_what_the_ledger_says(
    name: str, sqlite_ledger: SqlLedger, clock: HandClock, catcher: MailCatcher
) -> None:
    fault = TABLE[name]
    first = outgoing(BAD, "item/bad", hard=fault.hard)
    queue(sqlite_ledger, first, outgoing(GOOD, "item/good"))
    text = "5.1.1 no such user" if "5.1.1" in name else "says the script"
    # A login is tried in two ways, one after the other: both are refused.
    times = 2 if fault.stage is Stage.LOGIN else 1
    catcher.script.add(MailFault(stage=fault.stage, code=fault.code, text=text, kept=fault.kept, times=times))
    drained = empty(sqlite_ledger, catcher, clock)
    assert sqlite_ledger.outbox(LIVE) == fault.states
    assert bool(drained.down) is fault.stops and len(catcher.messages) == fault.arrived[0]
    catcher.script.clear()
    clock.wait(hours=1)
    empty(sqlite_ledger, catcher, clock)
    assert sqlite_ledger.outbox(LIVE) == fault.later and len(catcher.messages) == fault.arrived[1]
    assert sqlite_ledger.history(LIVE).said("item/bad") is fault.said
    contents = [caught.content for caught in catcher.messages if caught.rcpt_tos == (BAD,)]
    assert len(set(contents)) <= 1, "the same message goes again as the same bytes"


def test_a_slow_server_gets_the_message_once(sqlite_ledger: SqlLedger, clock: HandClock, catcher: MailCatcher) -> None:
    queue(sqlite_ledger, outgoing(BAD, "item/bad"))
    catcher.script.add(MailFault(stage=Stage.BODY, code=250, text="OK", delay=1.0, kept=True))
    empty(sqlite_ledger, catcher, clock, data_timeout=10)
    assert sqlite_ledger.outbox(LIVE) == {"sent": 1} and len(catcher.messages) == 1


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("ca"))


class TestNothingLeavesUnprotected:
    @pytest.fixture
    def waiting(self, sqlite_ledger: SqlLedger) -> SqlLedger:
        queue(sqlite_ledger, outgoing(BAD, "item/bad"), outgoing(GOOD, "item/good"))
        return sqlite_ledger

    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
    def test_a_wrong_certificate_is_refused(
        self, tls: Tls, waiting: SqlLedger, clock: HandClock, certificates: Certificates
    ) -> None:
        with MailCatcher(tls=certificates.server_context(), implicit_tls=tls is Tls.IMPLICIT, users={"lab": "right"}) as server:
            down = empty(waiting, server, clock, tls=tls, host="localhost").down
            assert "certificate is not trusted" in down and server.messages == [] and server.counts.logins == 0
        assert waiting.outbox(LIVE) == BOTH_WAIT

    def test_stripped_starttls_is_refused(self, waiting: SqlLedger, clock: HandClock, catcher: MailCatcher) -> None:
        down = empty(waiting, catcher, clock, tls=Tls.STARTTLS).down
        assert "offers no STARTTLS" in down and catcher.messages == [] and catcher.counts.logins == 0
        assert waiting.outbox(LIVE) == BOTH_WAIT

    def test_an_expired_token_burns_no_attempt(self, waiting: SqlLedger, clock: HandClock, catcher: MailCatcher) -> None:
        down = empty(waiting, catcher, clock, token=lambda: "expired", password="").down
        assert down and waiting.outbox(LIVE) == BOTH_WAIT
        assert {post.attempts for post in waiting.claim(LIVE, clock.now())} == {0}


class _Filling(YagmailMailer):
    """After the second message nothing more can be written to the ledger."""

    def __init__(self, ledger: SqlLedger, port: int) -> None:
        super().__init__(Smtp(host="127.0.0.1", port=port, sender="lab@northlake.example", tls=Tls.NONE, timeout=5))
        self._ledger, self._count = ledger, 0

    def deliver(self, post, before_data) -> str:
        said = super().deliver(post, before_data)
        self._count += 1
        if self._count == 2:
            with self._ledger._door.reading() as connection:
                connection.exec_driver_sql("PRAGMA query_only=ON")
        return said


def test_a_disk_that_fills_between_two_messages_costs_one_doubt_and_no_second_copy(tmp_path: Path, clock: HandClock) -> None:
    url = f"sqlite:///{tmp_path / 'l.db'}"
    ledger = SqlLedger(url, "rivera")
    queue(ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(4)))
    with MailCatcher() as server:
        with pytest.raises(LedgerError):
            drain(_Filling(ledger, server.port), ledger, clock, LIVE)
        assert [one.rcpt_tos[0] for one in server.messages] == ["p0@x.example", "p1@x.example"], "the third was not offered"
        ledger.close()
        freed = SqlLedger(url, "rivera")
        assert freed.outbox(LIVE) == {"sending": 3, "sent": 1}
        clock.wait(hours=1)
        drain(YagmailMailer(Smtp(host="127.0.0.1", port=server.port, sender=BAD, tls=Tls.NONE, timeout=5)), freed, clock, LIVE)
        assert freed.outbox(LIVE) == {"in_doubt": 1, "sent": 3}
        assert sorted(one.rcpt_tos[0] for one in server.messages) == [f"p{n}@x.example" for n in range(4)]


def test_a_ledger_that_cannot_be_written_stops_before_anything_is_offered(
    tmp_path: Path, clock: HandClock, catcher: MailCatcher
) -> None:
    ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera")
    queue(ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(4)))
    with ledger._door.reading() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(LedgerError, match="it is read-only"):
        empty(ledger, catcher, clock)
    assert catcher.messages == []

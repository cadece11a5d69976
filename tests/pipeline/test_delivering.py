"""Out of the outbox: what is handed over, what waits, what is given up, and what the ledger says of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import DeliveryError, InDoubt, LedgerError, OnboardError, TransportDown
from onboard.model import Message, MessageKind, Notice
from onboard.pipeline.delivering import MessageWriter, drain, stale_at, write_all
from tests.pipeline.delivery_cast import (
    AMARA,
    GONE,
    LAB,
    LATER_TODAY,
    LEILA,
    LIVE,
    MONDAY,
    MORNING,
    TRIAL,
    FakeMailer,
    HandClock,
    answered,
    outgoing,
    plain,
    queue,
    reminder,
)


def compose(message: Message, to: str, message_id: str, now) -> bytes:
    """Bytes that name their address; refuses a name with a line break, as the real one does."""
    if "\n" in message.notice.reader.name:
        raise DeliveryError("a header contains a line break")
    return f"To: {to}\r\nMessage-ID: {message_id}\r\nSubject: {message.subject}\r\n\r\n{message.text}".encode()


WRITER = MessageWriter(render=plain, compose=compose, lab=LAB, mode=LIVE)


def states(drained) -> list[tuple[str, str]]:
    """(reader, state) of each delivery."""
    return [(one.reader, one.state) for one in drained.deliveries]


class TestWriting:
    def test_a_message_carries_its_items_its_bytes_and_its_end(self) -> None:
        notice = reminder(LEILA, "a/5/x/14", hard=True, skips=("a/5/x/30",))
        (one,) = write_all([notice], WRITER, MORNING).outgoing
        assert one.keys == ("a/5/x/14",) and one.skips == ("a/5/x/30",) and one.hard and one.person == "5"
        assert one.to_addr == one.reader == LEILA.address and one.envelope_from == LAB.sender
        assert one.message_id.endswith("@northlake.example>") and one.message_id.encode() in one.mime
        assert one.expires_at == MORNING.replace(hour=5) + timedelta(days=1)  # midnight in Indiana

    def test_every_message_has_an_id_of_its_own(self) -> None:
        written = write_all([reminder(LEILA, f"a/{n}") for n in range(50)], WRITER, MORNING)
        assert len({one.message_id for one in written.outgoing}) == 50

    def test_in_a_trial_the_real_reader_keeps_the_key_and_the_trial_address_gets_the_mail(self) -> None:
        from dataclasses import replace

        lab = replace(LAB, limits=replace(LAB.limits, trial_address="maria.chen@northlake.example"))
        (one,) = write_all([reminder(LEILA)], replace(WRITER, lab=lab, mode=TRIAL), MORNING).outgoing
        assert one.reader == LEILA.address and one.to_addr == "maria.chen@northlake.example"
        assert one.subject.startswith("[Trial, for Leila Haddad]")

    def test_one_broken_template_or_person_stops_no_other(self) -> None:
        def render(notice: Notice) -> Message:
            if notice.kind is MessageKind.WELCOME:
                raise OnboardError("welcome.body.txt, line 3: no such thing. Correct it.")
            if notice.reader.record == "13":
                raise KeyError("greet")
            return plain(notice)

        from dataclasses import replace

        broken = [replace(reminder(LEILA, f"w/{n}"), kind=MessageKind.WELCOME) for n in range(3)]
        odd, injected = replace(LEILA, record="13"), replace(LEILA, record="14", name="A\nBcc: x@y.example")
        written = write_all(
            [*broken, reminder(odd), reminder(injected), reminder(AMARA)], replace(WRITER, render=render), MORNING
        )
        assert [one.reader for one in written.outgoing] == [AMARA.address]
        assert len(written.failed) == 5
        assert [one.title for one in written.troubles] == [
            "welcome mails cannot be written", "reminder mails cannot be written", f"No mail can be made for {injected.name}",
        ]  # fmt: skip
        assert "line 3" in written.troubles[0].text and "KeyError" in written.troubles[1].text

    def test_a_digest_lives_longer_than_a_reminder(self) -> None:
        from dataclasses import replace

        digest = replace(reminder(), kind=MessageKind.DIGEST)
        assert stale_at(digest, LAB, MORNING) - stale_at(reminder(), LAB, MORNING) == timedelta(days=3)

    def test_a_late_catch_up_is_not_stale_at_once(self) -> None:
        assert stale_at(reminder(slot=date(2026, 11, 20)), LAB, MORNING) > MORNING


class TestDraining:
    def test_everything_due_is_handed_over_once(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(45)))
        mailer = FakeMailer()
        drained = drain(mailer, sqlite_ledger, clock, LIVE)
        assert len(mailer.delivered) == len(set(mailer.delivered)) == 45 and {s for _, s in states(drained)} == {"sent"}
        assert sqlite_ledger.outbox(LIVE) == {"sent": 45} and mailer.closed == 1
        assert drain(mailer, sqlite_ledger, clock, LIVE).deliveries == ()

    def test_a_refusal_a_delay_and_a_doubt_stop_nobody_else(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        names = ("gone", "grey", "lost", "hard", "fine")
        queue(sqlite_ledger, *(outgoing(f"{n}@x.example", f"k/{n}", hard=n == "hard") for n in names))
        mailer = FakeMailer(
            answers={
                "gone@x.example": [answered(GONE)],
                "grey@x.example": [answered(LATER_TODAY)],
                "lost@x.example": [InDoubt("link lost")],
                "hard@x.example": [InDoubt("link lost")],
            }
        )
        drained = drain(mailer, sqlite_ledger, clock, LIVE)
        assert dict(states(drained)) == {
            "gone@x.example": "refused", "grey@x.example": "queued", "lost@x.example": "in_doubt",
            "hard@x.example": "in_doubt", "fine@x.example": "sent",
        }  # fmt: skip
        assert sqlite_ledger.outbox(LIVE) == {"refused": 1, "queued": 2, "in_doubt": 1, "sent": 1}
        clock.wait(minutes=61)
        assert dict(states(drain(mailer, sqlite_ledger, clock, LIVE))) == {"grey@x.example": "sent", "hard@x.example": "sent"}
        ids = [post for post, to in mailer.delivered if to == "hard@x.example"]
        assert mailer.offered.count(ids[0]) == 2

    def test_a_dead_transport_stops_everything_and_burns_nothing(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(30)))
        mailer = FakeMailer(down=TransportDown("relay: nothing listens there"))
        drained = drain(mailer, sqlite_ledger, clock, LIVE)
        assert drained.down == "relay: nothing listens there" and len(drained.deliveries) == 1
        assert sqlite_ledger.outbox(LIVE) == {"queued": 30}
        mailer.down = None
        assert drain(mailer, sqlite_ledger, clock, LIVE).deliveries == (), "it waits a while"
        clock.wait(minutes=16)
        assert len(drain(mailer, sqlite_ledger, clock, LIVE).deliveries) == 30
        assert all(post.attempts == 0 for post in sqlite_ledger.claim(LIVE, clock.now()))

    def test_asked_to_stop_it_finishes_the_message_in_hand(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(30)))
        mailer = FakeMailer()
        drain(mailer, sqlite_ledger, clock, LIVE, stop=lambda: len(mailer.delivered) >= 7)
        assert len(mailer.delivered) == 7 and sqlite_ledger.outbox(LIVE) == {"sent": 7, "queued": 23}

    def test_a_message_another_process_took_over_is_not_offered(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        queue(sqlite_ledger, outgoing(LEILA.address, "a/1"), outgoing(AMARA.address, "b/1"))

        class Slow(FakeMailer):
            """Takes so long over its first message that others recover the second."""

            def deliver(self, post, before_data) -> str:
                said = super().deliver(post, before_data)
                if len(self.delivered) == 1:
                    clock.wait(minutes=30)
                    sqlite_ledger.recover(clock.now())
                    (taken,) = sqlite_ledger.claim(LIVE, clock.now())
                    assert taken.to_addr == AMARA.address
                return said

        mailer = Slow()
        drain(mailer, sqlite_ledger, clock, LIVE)
        assert [to for _, to in mailer.delivered] == [LEILA.address]
        assert sqlite_ledger.outbox(LIVE) == {"in_doubt": 1, "sending": 1}

    @pytest.mark.parametrize("slow", [False, True])
    def test_sent_is_saved_with_the_next_offer_unless_the_mailer_waits(
        self, sqlite_ledger: SqlLedger, clock: HandClock, slow: bool
    ) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(3)))
        seen: list[int] = []

        class Watching(FakeMailer):
            """Looks into the ledger before it takes the next message."""

            def deliver(self, post, before_data) -> str:
                seen.append(sqlite_ledger.outbox(LIVE).get("sent", 0))
                return super().deliver(post, before_data)

        drain(Watching(slow=slow), sqlite_ledger, clock, LIVE)
        assert seen == ([0, 1, 2] if slow else [0, 0, 1]) and sqlite_ledger.outbox(LIVE) == {"sent": 3}

    def test_when_the_ledger_cannot_be_written_nothing_more_is_offered(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(5)))

        class Full:
            """The same ledger on a disk that fills up after the second message."""

            def __init__(self) -> None:
                self.marks = 0

            def __getattr__(self, name: str):
                return getattr(sqlite_ledger, name)

            def mark_data(self, *given, **named) -> bool:
                self.marks += 1
                if self.marks > 2:
                    raise LedgerError("the disk is full")
                return sqlite_ledger.mark_data(*given, **named)

            def mark_sent(self, *given) -> None:
                raise LedgerError("the disk is full")

        mailer = FakeMailer()
        with pytest.raises(LedgerError, match="disk is full"):
            drain(mailer, Full(), clock, LIVE)
        assert len(mailer.delivered) == 2 and mailer.closed == 1
        # The second was handed over and could not be saved: it is in doubt, not sent again by itself.
        clock.wait(hours=1)
        drained = drain(mailer, sqlite_ledger, clock, LIVE)
        assert len(drained.deliveries) == 3 and sqlite_ledger.outbox(LIVE) == {"sent": 4, "in_doubt": 1}
        assert len({to for _, to in mailer.delivered}) == len(mailer.delivered) == 5

    def test_what_the_server_took_is_written_down_though_the_next_one_breaks_the_program(
        self, sqlite_ledger: SqlLedger, clock: HandClock
    ) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}", hard=True) for n in range(2)))

        class Breaks(FakeMailer):
            def deliver(self, post, before_data) -> str:
                if self.delivered:
                    raise ZeroDivisionError
                return super().deliver(post, before_data)

        mailer = Breaks()
        with pytest.raises(ZeroDivisionError):
            drain(mailer, sqlite_ledger, clock, LIVE)
        clock.wait(hours=1)
        drain(FakeMailer(), sqlite_ledger, clock, LIVE)
        assert len(mailer.delivered) == 1 and sqlite_ledger.outbox(LIVE) == {"sent": 2}
        assert sqlite_ledger.history(LIVE).said("r/0")

    def test_monday_is_monday(self) -> None:
        assert MONDAY.weekday() == 0

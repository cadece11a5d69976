"""What the mailer promises against a real SMTP server on 127.0.0.1: one attempt, no clear text, words that help."""

from __future__ import annotations

import inspect
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yagmail

from onboard.adapters.mail.smtp_answers import Step, no_connection, refusal
from onboard.adapters.mail.yagmail_client import LabClient
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.errors import ConfigError, DeliveryError, InDoubt, LedgerError, TransportDown
from onboard.model import Action, Fault, MessageKind
from onboard.ports import Posted, Refused, Stopped
from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage
from tests.adapters.mail.certificates import Certificates, make

SENDER = "rivera-lab@northlake.example"
BODY = b"Subject: Hi\r\nMessage-ID: <1@northlake.example>\r\n\r\nLine one.\r\n.dot\r\n..two\r\nend\r\n"


def post(to: str = "leila@northlake.example", mime: bytes = BODY) -> Posted:
    """A row in hand."""
    return Posted(
        id="<1@northlake.example>", kind=MessageKind.REMINDER, reader=to, envelope_from=SENDER, to_addr=to, mime=mime,
        token="t", attempts=0, hard=False,
    )  # fmt: skip


class Tape:
    """A clock for the mailer, and a record of what it did."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.pauses: list[float] = []
        self.offers = 0

    def monotonic(self) -> float:
        return self.at

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds

    def offer(self) -> None:
        self.offers += 1


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with MailCatcher() as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def strangers_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("stranger"), "mail.elsewhere.example")


Mailers = Callable[..., YagmailMailer]


@pytest.fixture
def mailer(tape: Tape) -> Iterator[Mailers]:
    made: list[YagmailMailer] = []

    def to(server: MailCatcher, tls: Tls = Tls.NONE, **more: object) -> YagmailMailer:
        settings = replace(Smtp(host="127.0.0.1", port=server.port, sender=SENDER, tls=tls, timeout=5), **more)
        made.append(YagmailMailer(settings, tape.monotonic, tape.pause))
        return made[-1]

    yield to
    for one in made:
        one.close()


class TestDelivering:
    def test_the_frozen_bytes_arrive_as_they_are(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        said = mailer(catcher).deliver(post(), tape.offer)
        (caught,) = catcher.messages
        assert caught.content == BODY and caught.rcpt_tos == ("leila@northlake.example",) and caught.envelope_from == SENDER
        assert said == "250 OK: caught" and tape.offers == 1

    @pytest.mark.parametrize(
        "mime", [b"Subject: x\n\nbare\n.\nend", b"Subject: x\r\n\r\n.", b"Subject: x\r\n\r\n" + (b"y" * 70 + b"\r\n") * 3000]
    )
    def test_any_bytes_end_where_they_end(self, catcher: MailCatcher, mailer: Mailers, tape: Tape, mime: bytes) -> None:
        mailer(catcher).deliver(post(mime=mime), tape.offer)
        assert catcher.messages[0].content.replace(b"\r\n", b"\n").rstrip(b"\n") == mime.replace(b"\r\n", b"\n").rstrip(b"\n")

    def test_one_connection_for_many_and_a_new_one_every_fifty(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        one = mailer(catcher)
        for _ in range(120):
            one.deliver(post(), tape.offer)
        one.close()
        assert len(catcher.messages) == 120 and catcher.counts.connections == 3 and catcher.counts.quits == 3

    def test_an_idle_link_is_tried_first_and_made_again_when_it_is_dead(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        one = mailer(catcher)
        one.deliver(post(), tape.offer)
        tape.at += 31
        one.deliver(post(), tape.offer)
        assert catcher.counts.connections == 1
        port = catcher.port
        catcher.stop()
        with MailCatcher(port=port) as again:
            tape.at += 31
            one.deliver(post(), tape.offer)
            assert len(again.messages) == 1 and again.counts.connections == 1

    def test_a_link_the_server_closed_while_idle_costs_no_message(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        one = mailer(catcher)
        one.deliver(post(), tape.offer)
        catcher.script.add(MailFault(stage=Stage.MAIL))
        one.deliver(post(), tape.offer)
        assert len(catcher.messages) == 2 and catcher.counts.connections == 2

    def test_a_rate_spaces_messages_and_says_so_before(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        one = mailer(catcher, per_minute=25)
        assert one.will_wait()
        for _ in range(3):
            one.deliver(post(), tape.offer)
        assert tape.pauses == pytest.approx([2.4, 2.4]) and one.will_wait()
        tape.at += 3
        assert not one.will_wait()

    def test_a_domain_beyond_ascii_is_encoded_and_an_address_beyond_ascii_refused(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        mailer(catcher).deliver(post("leila@bücher.example"), tape.offer)
        assert catcher.messages[0].rcpt_tos == ("leila@xn--bcher-kva.example",)
        with pytest.raises(DeliveryError):
            mailer(catcher).deliver(post("zoë@northlake.example"), tape.offer)
        assert tape.offers == 1

    def test_the_ledger_is_written_while_the_server_makes_ready(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        asked = MailFault(stage=Stage.DATA, code=451, text="not now")
        catcher.script.add(asked)

        def write() -> None:
            patience = time.monotonic() + 5
            while asked.times and time.monotonic() < patience:
                time.sleep(0.005)
            assert not asked.times, "the server was not asked yet"
            tape.offer()

        with pytest.raises(Stopped, match="not now"):
            mailer(catcher).deliver(post(), write)
        assert tape.offers == 1

    def test_when_the_ledger_says_no_nothing_is_offered_and_the_next_goes_over_a_link_of_its_own(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        def full() -> None:
            raise LedgerError("disk full")

        one = mailer(catcher)
        with pytest.raises(LedgerError):
            one.deliver(post(), full)
        assert catcher.messages == []
        one.deliver(post("amara@home.example"), tape.offer)
        assert [c.rcpt_tos for c in catcher.messages] == [("amara@home.example",)]
        assert catcher.counts.connections == 2 and catcher.counts.quits == 0, "no word may follow DATA but the message"


#: stage, code, what it raises, attributes, whether the bytes were offered
FAULTS = {
    "greeting 421": (Stage.CONNECT, 421, TransportDown, {}, 0),
    "greeting 554": (Stage.CONNECT, 554, TransportDown, {}, 0),
    "hung up at greeting": (Stage.CONNECT, None, TransportDown, {}, 0),
    "sender 451": (Stage.MAIL, 451, Stopped, {"action": Action.HOLD}, 0),
    "sender 553 is our mistake": (Stage.MAIL, 553, TransportDown, {}, 0),
    "hung up at sender": (Stage.MAIL, None, Refused, {"action": Action.LATER}, 0),
    "recipient 450 greylisted": (Stage.RECIPIENT, 450, Refused, {"action": Action.LATER, "fault": Fault.NETWORK}, 0),
    "recipient 550 and no number": (Stage.RECIPIENT, 550, Refused, {"action": Action.TELL, "fault": Fault.UNKNOWN}, 0),
    "recipient 421": (Stage.RECIPIENT, 421, Stopped, {"action": Action.HOLD}, 0),
    "hung up at recipient": (Stage.RECIPIENT, None, Refused, {"action": Action.LATER}, 0),
    "data 452": (Stage.DATA, 452, Stopped, {"action": Action.HOLD}, 1),
    "data 554": (Stage.DATA, 554, Refused, {"action": Action.TELL}, 1),
    "hung up at data": (Stage.DATA, None, Refused, {"action": Action.LATER}, 1),
    "body 451": (Stage.BODY, 451, Refused, {"action": Action.LATER}, 1),
    "body 550 spam": (Stage.BODY, 550, Refused, {"action": Action.TELL}, 1),
    "hung up after the body": (Stage.BODY, None, InDoubt, {}, 1),
}


class TestFaults:
    @pytest.mark.parametrize("name", FAULTS)
    def test_each_fault_is_one_attempt_and_one_meaning(
        self, name: str, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        stage, code, expected, attributes, offers = FAULTS[name]
        catcher.script.add(MailFault(stage=stage, code=code, text="no, says the script"))
        one = mailer(catcher)
        with pytest.raises(expected) as caught:
            one.deliver(post(), tape.offer)
        assert {key: getattr(caught.value.refusal, key) for key in attributes} == attributes
        assert tape.offers == offers and catcher.messages == []
        if code:
            assert "no, says the script" in str(caught.value)
        one.deliver(post(), tape.offer)
        assert len(catcher.messages) == 1

    def test_a_message_taken_before_the_link_broke_is_one_message_and_a_doubt(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        catcher.script.add(MailFault(stage=Stage.BODY, kept=True))
        with pytest.raises(InDoubt):
            mailer(catcher).deliver(post(), tape.offer)
        assert len(catcher.messages) == 1

    def test_a_slow_answer_after_the_body_is_waited_for(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        catcher.script.add(MailFault(stage=Stage.BODY, code=250, text="at last", delay=0.8, kept=True))
        said = mailer(catcher, timeout=0.3, data_timeout=5).deliver(post(), tape.offer)
        assert said == "250 at last" and len(catcher.messages) == 1

    def test_a_server_that_answers_too_late_is_a_doubt(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        catcher.script.add(MailFault(stage=Stage.BODY, code=250, delay=3, kept=True))
        with pytest.raises(InDoubt):
            mailer(catcher, timeout=5, data_timeout=0.3).deliver(post(), tape.offer)

    def test_nobody_there(self, mailer: Mailers, tape: Tape) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        one = YagmailMailer(Smtp(host="127.0.0.1", port=port, sender=SENDER, tls=Tls.NONE, timeout=2))
        with pytest.raises(TransportDown, match=r"nothing listens there\. Check host and port"):
            one.deliver(post(), tape.offer)

    def test_a_black_hole_does_not_hold_us_for_ever(self, tape: Tape) -> None:
        with socket.create_server(("127.0.0.1", 0)) as hole:
            port = hole.getsockname()[1]
            one = YagmailMailer(Smtp(host="127.0.0.1", port=port, sender=SENDER, tls=Tls.NONE, timeout=0.3))
            with pytest.raises(TransportDown, match="does not answer"):
                one.deliver(post(), tape.offer)


class TestEncryption:
    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
    def test_a_private_authority_is_trusted_when_named(
        self, tls: Tls, certificates: Certificates, mailer: Mailers, tape: Tape
    ) -> None:
        implicit = tls is Tls.IMPLICIT
        users = {"lab": "s3cret-words"}
        with MailCatcher(tls=certificates.server_context(), implicit_tls=implicit, users=users) as server:
            one = mailer(server, tls, host="localhost", ca_file=certificates.authority, user="lab", password="s3cret-words")
            one.deliver(post(), tape.offer)
            one.deliver(post(), tape.offer)
            assert len(server.messages) == 2 and server.counts.logins == 1

    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
    def test_an_unknown_authority_is_refused_before_the_password(
        self, tls: Tls, certificates: Certificates, mailer: Mailers, tape: Tape
    ) -> None:
        with MailCatcher(tls=certificates.server_context(), implicit_tls=tls is Tls.IMPLICIT, users={"lab": "x"}) as server:
            with pytest.raises(TransportDown, match="certificate is not trusted"):
                mailer(server, tls, host="localhost", user="lab", password="x").deliver(post(), tape.offer)
            assert server.messages == [] and server.counts.logins == 0

    def test_a_certificate_for_another_name_is_refused(
        self, strangers_certificate: Certificates, mailer: Mailers, tape: Tape
    ) -> None:
        with MailCatcher(tls=strangers_certificate.server_context()) as server:
            one = mailer(server, Tls.STARTTLS, host="localhost", ca_file=strangers_certificate.authority)
            with pytest.raises(TransportDown, match="certificate is not trusted"):
                one.deliver(post(), tape.offer)
            assert server.messages == []

    def test_a_server_whose_starttls_was_stripped_gets_nothing_in_clear(
        self, catcher: MailCatcher, mailer: Mailers, tape: Tape
    ) -> None:
        with pytest.raises(TransportDown, match="offers no STARTTLS"):
            mailer(catcher, Tls.STARTTLS).deliver(post(), tape.offer)
        assert catcher.messages == [] and tape.offers == 0

    def test_the_wrong_port_is_named(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        with pytest.raises(TransportDown, match="587 is starttls, 465 is implicit"):
            mailer(catcher, Tls.IMPLICIT).deliver(post(), tape.offer)

    def test_clear_text_to_another_machine_must_be_said_in_words(self) -> None:
        with pytest.raises(ConfigError, match="unencrypted_is_fine"):
            Smtp(host="relay.northlake.example", sender=SENDER, tls=Tls.NONE)
        assert Smtp(host="relay.northlake.example", sender=SENDER, tls=Tls.NONE, unencrypted_is_fine=True).real_port == 25
        with pytest.raises(ConfigError, match="the password"):
            Smtp(host="relay.x.example", sender=SENDER, tls=Tls.NONE, unencrypted_is_fine=True, user="lab", password="x")

    def test_a_missing_authority_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="does not exist"):
            Smtp(host="mail.x.example", sender=SENDER, ca_file=tmp_path / "none.pem")


class TestLogin:
    def test_a_wrong_password_stops_everything_and_is_not_quoted(self, mailer: Mailers, tape: Tape) -> None:
        with MailCatcher(users={"lab": "right"}) as server:
            one = mailer(server, user="lab", password="wr0ng-and-secret")
            with pytest.raises(TransportDown) as caught:
                one.deliver(post(), tape.offer)
        assert (
            "535" in str(caught.value)
            and "wrong" in str(caught.value)
            and "secret" not in str(caught.value).replace("correct the secret", "")
        )

    def test_a_password_beyond_ascii_is_not_quoted(self, mailer: Mailers, tape: Tape) -> None:
        with MailCatcher(users={"lab": "x"}) as server, pytest.raises(TransportDown) as caught:
            mailer(server, user="lab", password="pässwörd-9").deliver(post(), tape.offer)
        assert "9" not in str(caught.value) and caught.value.__cause__ is None and caught.value.__suppress_context__

    def test_a_relay_without_logins_is_named(self) -> None:
        found = no_connection(OSError("SMTP AUTH extension not supported by server."), "relay:25")
        assert "offers no login" in str(found) and "needs no user" in str(found)

    def test_secrets_are_in_no_repr(self) -> None:
        settings = Smtp(host="127.0.0.1", sender=SENDER, tls=Tls.NONE, user="lab", password="hush-hush")
        assert "hush" not in repr(settings) + repr(YagmailMailer(settings))

    def test_a_token_is_offered_as_xoauth2(self, mailer: Mailers, tape: Tape) -> None:
        with MailCatcher(users={"lab": "x"}) as server:
            one = mailer(server, user="lab@northlake.example", token=lambda: "t0ken-secret")
            with pytest.raises(TransportDown) as caught:
                one.deliver(post(), tape.offer)
        assert "t0ken" not in str(caught.value)


WORDS = {
    "no passwords at Microsoft": (Step.LOGIN, 550, "5.7.30 Basic authentication is not supported", "xoauth2", TransportDown),
    "mailbox without SMTP AUTH": (Step.LOGIN, 535, "5.7.139 Authentication unsuccessful", "SMTP AUTH", TransportDown),
    "wrong password": (Step.LOGIN, 535, "5.7.8 Username and Password not accepted", "app password", TransportDown),
    "daily limit": (Step.BODY, 554, "5.2.0 exceeded the recipient limit", "limit of recipients for today", TransportDown),
    "three connections": (Step.BODY, 432, "4.3.2 Concurrent connections limit exceeded", "close other programs", TransportDown),
    "many logins": (Step.LOGIN, 454, "4.7.0 Too many login attempts", "wait an hour", TransportDown),
    "may not send as": (Step.SENDER, 550, "5.7.60 Client does not have permissions", "Send As", TransportDown),
    "may not send as, after the message": (Step.BODY, 554, "5.2.252 SendAsDenied; lab not allowed", "Send As", TransportDown),
    "mailbox stopped": (Step.BODY, 550, "5.1.8 Access denied, bad outbound sender", "administrator", TransportDown),
    "daily recipients": (Step.BODY, 550, "5.1.90 Your message can't be sent", "rest is sent tomorrow", TransportDown),
    "no relaying": (Step.RECIPIENT, 554, "5.7.1 <a@b>: Relay access denied", "other domains", TransportDown),
    "no relaying at Exchange": (Step.RECIPIENT, 550, "5.7.54 SMTP; Unable to relay recipient", "other domains", TransportDown),
    "login wanted": (Step.SENDER, 530, "5.7.57 Client was not authenticated", "set user and password", TransportDown),
}


@pytest.mark.parametrize("name", WORDS)
def test_the_usual_refusals_name_the_next_step(name: str) -> None:
    step, code, text, next_step, kind = WORDS[name]
    found = refusal(step, code, text, "smtp.office365.com:587")
    assert isinstance(found, kind) and next_step in str(found) and str(code) in str(found)


@pytest.mark.parametrize(
    ("step", "code", "said", "action"),
    [
        (Step.RECIPIENT, 550, "5.1.1 User unknown", Action.COUNT),
        (Step.RECIPIENT, 550, "No such user", Action.COUNT),
        (Step.BODY, 552, "5.2.2 Mailbox full", Action.LATER),
        (Step.RECIPIENT, 554, "5.7.1 Relay access denied", Action.HOLD),
        (Step.RECIPIENT, 504, "5.5.2 <labbox>: Helo command rejected: need fully-qualified hostname", Action.HOLD),
        (Step.BODY, 554, "5.7.1 Message looks like spam", Action.TELL),
    ],
)
def test_what_follows_is_the_laws_and_travels_with_the_exception(step: Step, code: int, said: str, action: Action) -> None:
    found = refusal(step, code, said, "relay.northlake.example:25")
    assert isinstance(found, Stopped if action is Action.HOLD else Refused) and found.refusal.action is action
    assert "other domains" not in str(found) or "Relay" in said
    assert ("`helo`" in str(found)) == ("Helo" in said)


class TestYagmail:
    """The three methods we replace, as they are in the pinned version: a new version must be looked at."""

    @pytest.mark.parametrize(
        ("name", "parameters"),
        [
            ("login", ["self"]),
            ("_attempt_send", ["self", "recipients", "msg_strings"]),
            (
                "prepare_send",
                [
                    "self",
                    "to",
                    "subject",
                    "contents",
                    "attachments",
                    "cc",
                    "bcc",
                    "headers",
                    "prettify_html",
                    "message_id",
                    "group_messages",
                ],
            ),
            ("_login", ["self", "password"]),
        ],
    )
    def test_signatures(self, name: str, parameters: list[str]) -> None:
        assert list(inspect.signature(getattr(yagmail.Client, name)).parameters) == parameters

    def test_send_calls_the_three_in_order(self) -> None:
        source = inspect.getsource(yagmail.Client.send)
        places = [source.index(call) for call in ("self.login()", "self.prepare_send(", "self._attempt_send(")]
        assert places == sorted(places)

    def test_the_stock_client_still_sends_three_times_what_we_send_once(self) -> None:
        assert "while attempts < 3" in inspect.getsource(yagmail.Client._attempt_send)
        assert "while" not in inspect.getsource(LabClient._attempt_send)

    def test_login_is_ours_once_per_link(self, catcher: MailCatcher, mailer: Mailers, tape: Tape) -> None:
        one = mailer(catcher)
        for _ in range(5):
            one.deliver(post(), tape.offer)
        assert catcher.counts.connections == 1

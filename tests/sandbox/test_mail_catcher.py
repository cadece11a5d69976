"""The mail catcher, driven by yagmail and by raw sockets."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yagmail

from onboard.sandbox.mail.catcher import Caught, MailCatcher, MailFault, Stage

PARTS = {"to": "ada@example.org", "subject": "Hello", "contents": "One line"}


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    """A running catcher."""
    with MailCatcher() as running:
        yield running


def sender(catcher: MailCatcher, password: str = "secret") -> yagmail.SMTP:
    """yagmail without encryption; it logs in when the catcher asks for it."""
    return yagmail.SMTP(
        "lab@example.org",
        password,
        host=catcher.host,
        port=catcher.port,
        smtp_starttls=False,
        smtp_ssl=False,
        smtp_skip_login=not catcher.asks_login,
    )


class Talk:
    """A hand-written SMTP client that shows every answer."""

    def __init__(self, catcher: MailCatcher) -> None:
        self.socket = socket.create_connection((catcher.host, catcher.port), timeout=5)
        self.file = self.socket.makefile("rb")
        self.greeting = self.read()

    def close(self) -> None:
        """Hang up."""
        self.file.close()
        self.socket.close()

    def read(self) -> str:
        """One whole answer; blank when the connection is gone."""
        lines: list[str] = []
        while True:
            try:
                line = self.file.readline().decode()
            except ConnectionResetError:
                return ""
            lines.append(line)
            if line[3:4] != "-":
                return "".join(lines).strip()

    def say(self, text: str) -> str:
        """Send a line (or lines), return the answer."""
        self.socket.sendall(text.encode() + b"\r\n")
        return self.read()

    def until_data(self, *recipients: str) -> list[str]:
        """Everything up to the message."""
        answers = [self.say("EHLO test"), self.say("MAIL FROM:<lab@example.org>")]
        answers += [self.say(f"RCPT TO:<{address}>") for address in recipients]
        return [*answers, self.say("DATA")]


@pytest.fixture
def call_up() -> Iterator[Callable[[MailCatcher], Talk]]:
    """Start conversations; all of them end with the test."""
    talks: list[Talk] = []

    def start(catcher: MailCatcher) -> Talk:
        talks.append(Talk(catcher))
        return talks[-1]

    yield start
    for talk in talks:
        talk.close()


def whole_answer(connection: socket.socket) -> bytes:
    """Every line of one answer."""
    answer = b""
    while not answer.endswith(b"\r\n") or answer.splitlines()[-1][3:4] == b"-":
        piece = connection.recv(500)
        assert piece, "the connection was closed"
        answer += piece
    return answer


class TestCatching:
    """Messages come in whole."""

    def test_yagmail_delivers(self, catcher: MailCatcher) -> None:
        with sender(catcher) as mail:
            assert mail.send(**PARTS) == {}
        (caught,) = catcher.wait_for(1)
        assert caught.envelope_from == "lab@example.org"
        assert caught.rcpt_tos == ("ada@example.org",)
        assert b"Subject: Hello" in caught.content
        assert catcher.counts.connections == 1

    def test_bytes_are_kept_as_they_came(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        talk = call_up(catcher)
        assert talk.until_data("a@example.org", "b@example.org")[-1].startswith("354")
        assert talk.say("Subject: x\r\n\r\n..dot\r\nend\r\n.").startswith("250")
        assert talk.say("QUIT").startswith("221")
        expected = b"Subject: x\r\n\r\n.dot\r\nend\r\n"
        assert catcher.messages == [
            Caught(envelope_from="lab@example.org", rcpt_tos=("a@example.org", "b@example.org"), content=expected)
        ]
        assert catcher.counts.quits == 1

    def test_files_are_numbered_on(self, tmp_path: Path) -> None:
        for _ in range(2):
            with MailCatcher(directory=tmp_path / "mail") as catcher, sender(catcher) as mail:
                mail.send(**PARTS)
                assert len(catcher.wait_for(1)) == 1
        names = sorted(path.name for path in (tmp_path / "mail").iterdir())
        assert names == ["0001.eml", "0002.eml"]
        assert b"Subject: Hello" in (tmp_path / "mail" / "0002.eml").read_bytes()

    def test_nothing_is_left_running(self, call_up: Callable[[MailCatcher], Talk]) -> None:
        before = threading.active_count()
        with MailCatcher() as catcher:
            talk = call_up(catcher)
            port = catcher.port
        assert threading.active_count() == before
        assert talk.read() == ""
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=1)

    def test_a_catcher_starts_again_on_its_port(self) -> None:
        catcher = MailCatcher()
        catcher.start()
        port = catcher.port
        catcher.stop()
        catcher.start()
        assert catcher.port == port
        catcher.stop()


class TestTroubles:
    """Scripted refusals and lost connections."""

    def test_one_recipient_of_two_is_refused(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        catcher.script.add(MailFault(Stage.RECIPIENT, 550, "5.1.1 no such user", address="b@example.org"))
        answers = call_up(catcher).until_data("a@example.org", "B@example.org")
        assert answers[2].startswith("250")
        assert answers[3] == "550 5.1.1 no such user"
        assert answers[4].startswith("354")

    @pytest.mark.parametrize(("stage", "index"), [(Stage.HELLO, 0), (Stage.MAIL, 1), (Stage.RECIPIENT, 2), (Stage.DATA, 3)])
    def test_each_command_can_be_refused_once(
        self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher, stage: Stage, index: int
    ) -> None:
        catcher.script.add(MailFault(stage, 451, "4.3.0 later"))
        assert call_up(catcher).until_data("a@example.org")[index] == "451 4.3.0 later"
        assert call_up(catcher).until_data("a@example.org")[-1].startswith("354")

    def test_the_greeting_can_be_a_refusal(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        catcher.script.add(MailFault(Stage.CONNECT, 421, "4.7.0 too many connections"))
        assert call_up(catcher).greeting == "421 4.7.0 too many connections"
        assert call_up(catcher).greeting.startswith("220")

    def test_a_message_refused_after_data_is_not_kept(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        catcher.script.add(MailFault(Stage.BODY, 552, "5.3.4 too big"))
        talk = call_up(catcher)
        talk.until_data("a@example.org")
        assert talk.say("Subject: x\r\n\r\nx\r\n.") == "552 5.3.4 too big"
        assert catcher.messages == []

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_connection_lost_after_the_message_leaves_doubt(
        self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher, kept: bool
    ) -> None:
        catcher.script.add(MailFault(Stage.BODY, kept=kept))
        talk = call_up(catcher)
        talk.until_data("a@example.org")
        assert talk.say("Subject: x\r\n\r\nx\r\n.") == ""
        assert len(catcher.messages) == kept

    def test_a_connection_lost_before_the_message(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        catcher.script.add(MailFault(Stage.DATA))
        assert call_up(catcher).until_data("a@example.org")[-1] == ""
        assert catcher.messages == []

    def test_times_after_and_delay(self, call_up: Callable[[MailCatcher], Talk], catcher: MailCatcher) -> None:
        catcher.script.add(MailFault(Stage.MAIL, 450, "busy", after=1, times=2, delay=0.2))
        begin = time.monotonic()
        answers = [call_up(catcher).until_data("a@example.org")[1][:3] for _ in range(4)]
        assert answers == ["250", "450", "450", "250"]
        assert time.monotonic() - begin >= 0.4
        catcher.script.add(MailFault(Stage.MAIL, 450, times=None))
        catcher.script.clear()
        assert call_up(catcher).until_data("a@example.org")[1].startswith("250")


class TestLogin:
    """Users and passwords."""

    @pytest.fixture
    def closed(self) -> Iterator[MailCatcher]:
        """A catcher that asks for a login."""
        with MailCatcher(users={"lab@example.org": "secret"}) as running:
            yield running

    def test_the_right_password(self, closed: MailCatcher) -> None:
        with sender(closed) as mail:
            mail.send(**PARTS)
        assert len(closed.wait_for(1)) == 1
        assert closed.counts.logins == 1

    def test_the_wrong_password(self, closed: MailCatcher) -> None:
        with pytest.raises(OSError, match="535"):
            sender(closed, password="wrong").login()
        assert closed.counts.logins == 0

    def test_a_login_can_be_scripted_to_fail(self, closed: MailCatcher) -> None:
        closed.script.add(MailFault(Stage.LOGIN, 454, "4.7.0 temporary failure", times=None))
        with pytest.raises(OSError, match="454"):
            sender(closed).login()

    def test_no_mail_without_a_login(self, call_up: Callable[[MailCatcher], Talk], closed: MailCatcher) -> None:
        assert call_up(closed).until_data("a@example.org")[1].startswith("530")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make a certificate")
@pytest.mark.parametrize("implicit", [True, False])
def test_tls(tmp_path: Path, implicit: bool) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with MailCatcher(tls=context, implicit_tls=implicit, users={"lab": "secret"}) as catcher:
        plain = socket.create_connection((catcher.host, catcher.port), timeout=5)
        if not implicit:
            whole_answer(plain)
            plain.sendall(b"EHLO test\r\n")
            assert b"STARTTLS" in whole_answer(plain)
            plain.sendall(b"STARTTLS\r\n")
            assert whole_answer(plain).startswith(b"220")
        trusting = ssl.create_default_context(cafile=str(certificate))
        with trusting.wrap_socket(plain, server_hostname="127.0.0.1") as safe:
            if implicit:
                assert whole_answer(safe).startswith(b"220")
            safe.sendall(b"EHLO test\r\n")
            assert b"AUTH" in whole_answer(safe)
            safe.sendall(b"AUTH PLAIN AGxhYgBzZWNyZXQ=\r\n")
            assert whole_answer(safe).startswith(b"235")
    assert catcher.counts.logins == 1

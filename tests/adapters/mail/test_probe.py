"""What `onboard check` tries of the mail: the server up to the sender, the mailbox up to its folders; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.demo_home import make_home
from onboard.adapters.mail.file_mailer import FileMailer
from onboard.adapters.mail.smtp_settings import Smtp, Tls
from onboard.adapters.mail.yagmail_mailer import YagmailMailer
from onboard.app import open_app
from onboard.cli.check import _mail_server, _mailbox
from onboard.connecting.advice import State
from onboard.errors import TransportDown
from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage

LAB = "rivera-lab@northlake.example"


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with MailCatcher(users={"lab": "right"}) as server:
        yield server
        assert server.messages == []


def mailer(catcher: MailCatcher, password: str = "right") -> YagmailMailer:
    """A mailer with a login."""
    return YagmailMailer(
        Smtp(host="127.0.0.1", port=catcher.port, sender=LAB, tls=Tls.NONE, user="lab", password=password, timeout=5)
    )  # fmt: skip


def test_a_server_is_tried_up_to_the_sender(catcher: MailCatcher) -> None:
    own = "bounces+0123@northlake.example"
    opened = mailer(catcher)
    assert opened.probe(own) == f"127.0.0.1:{catcher.port} takes mail from {own} (none, logged in as lab)"
    assert opened.probe(own) and catcher.counts.logins == 1, "the sender was taken back, and the link is still good"
    opened.close()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (MailFault(stage=Stage.MAIL, code=550, text="5.7.60 not permitted to send as this sender"), "Send As right"),
        (MailFault(stage=Stage.MAIL, code=553, text="5.7.1 not yours"), "leave `envelope_sender` blank"),
        (MailFault(stage=Stage.CONNECT, code=554, text="go away"), "whether this machine may send"),
    ],
)
def test_a_refusal_says_the_next_step(catcher: MailCatcher, trouble: MailFault, words: str) -> None:
    catcher.script.add(trouble)
    with pytest.raises(TransportDown, match=words):
        mailer(catcher).probe(LAB)


def test_a_wrong_password_is_said_and_not_shown(catcher: MailCatcher) -> None:
    with pytest.raises(TransportDown, match="refused") as caught:
        mailer(catcher, "wr0ng-horse").probe(LAB)
    assert "wr0ng-horse" not in str(caught.value)


def test_a_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    assert "takes files" in FileMailer(tmp_path / "mail").probe(LAB) and list((tmp_path / "mail").iterdir()) == []
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TransportDown, match="cannot be written"):
        FileMailer(tmp_path / "file").probe(LAB)


class TestTheCheck:
    """The lines of `onboard check`."""

    @pytest.fixture
    def home(self, tmp_path: Path, catcher: MailCatcher) -> Path:
        home = tmp_path / "home"
        make_home(home, redcap="https://redcap.northlake.example/api/", host="127.0.0.1", port=catcher.port, tokens={})
        return home

    def test_a_relay_that_wants_a_login_needs_a_person(self, home: Path) -> None:
        found = _mail_server(open_app(home))
        assert found.state is State.LOOK and "530" in found.words and "set user and password" in found.words

    def test_a_password_that_is_nowhere_is_one_line_and_hides_no_other(self, home: Path) -> None:
        settings = (home / "settings.toml").read_text()
        box = '\n[bounces]\nhost = "127.0.0.1"\nport = 1\nuser = "lab"\n'
        (home / "settings.toml").write_text(settings + box)
        found = _mailbox(open_app(home))
        assert found.state is State.LOOK and "ONBOARD_BOUNCES_PASSWORD" in found.words

    def test_a_lab_without_a_mailbox_is_told_what_it_misses(self, home: Path) -> None:
        found = _mailbox(open_app(home))
        assert found.state is State.NOTE and "[bounces]" in found.words

"""`onboard mail test` and `onboard bounces` as a person at a terminal meets them, against a mail catcher on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jobs.__main__ import app
from onboard.config import load_config
from onboard.errors import ConfigError
from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage
from onboard.shipped import shipped

ANN = "ann@home.example"


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with MailCatcher() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, catcher: MailCatcher) -> Path:
    """The shipped settings, mailing to the catcher; mode dry."""
    text = (shipped("config") / "settings.toml").read_text(encoding="utf-8")
    text = text.replace('transport = "files"', 'transport = "relay"').replace('host = "" ', 'host = "127.0.0.1" ', 1)
    text = text.replace("port = 587", f"port = {catcher.port}").replace('tls = "starttls"', 'tls = "none"')
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    """One text of the settings for another."""
    file = home / "settings.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def onboard(home: Path, *words: str) -> Result:
    """The command line, as typed."""
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def test_one_mail_goes_to_one_address_even_before_go_live(home: Path, catcher: MailCatcher) -> None:
    said = onboard(home, "mail", "test", ANN)
    assert said.exit_code == 0, said.output
    (caught,) = catcher.messages
    assert caught.rcpt_tos == (ANN,)
    mail = message_from_bytes(caught.content, policy=default)
    assert mail["Subject"] == "My Lab onboarding: this is a test, nothing is wrong"
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    for sign in ("EXTERNAL", "spam", "safelinks", "https://about.citiprogram.org/"):
        assert sign in text
    for sign in ("EXTERNAL", "spam", "rewrite links"):
        assert sign in said.output
    assert "needs somebody" not in text and "this address was given to" in text
    assert not (home / "ledger.db").exists(), "a test is no item"


def test_nobody_is_written_to_without_an_address(home: Path, catcher: MailCatcher) -> None:
    for words in (("test",), ("test", "not an address"), ("test", "a@b.example\nBcc: c@d.example")):
        assert isinstance(onboard(home, "mail", *words).exception, ConfigError)
    assert catcher.messages == []


def test_the_guest_list_counts_for_tests_too(home: Path, catcher: MailCatcher) -> None:
    change(home, "guest_list = []", 'guest_list = ["maria.chen@northlake.example"]')
    assert "guest list" in str(onboard(home, "mail", "test", ANN).exception)
    assert onboard(home, "mail", "test", "Maria.Chen@northlake.example").exit_code == 0
    assert [one.rcpt_tos for one in catcher.messages] == [("maria.chen@northlake.example",)]


def test_a_refusal_is_said_in_words(home: Path, catcher: MailCatcher) -> None:
    catcher.script.add(MailFault(stage=Stage.MAIL, code=550, text="5.7.60 SMTP; Client has no permission to send as this"))
    assert "Send As" in str(onboard(home, "mail", "test", ANN).exception)


def test_the_test_mail_tries_an_envelope_sender_of_its_own(home: Path, catcher: MailCatcher) -> None:
    change(home, 'envelope_sender = ""', 'envelope_sender = "bounces+KEY@northlake.example"')
    assert onboard(home, "mail", "test", ANN).exit_code == 0
    (caught,) = catcher.messages
    own = str(message_from_bytes(caught.content, policy=default)["Message-ID"])[1:33]
    assert caught.envelope_from == f"bounces+{own}@northlake.example"
    catcher.script.add(MailFault(stage=Stage.MAIL, code=553, text="5.7.1 not yours"))
    assert "envelope_sender" in str(onboard(home, "mail", "test", ANN).exception)


def test_a_lost_link_is_a_doubt(home: Path, catcher: MailCatcher) -> None:
    catcher.script.add(MailFault(stage=Stage.BODY, kept=True))
    said = onboard(home, "mail", "test", ANN)
    assert said.exit_code == 1 and "Look whether it arrived" in said.output


def test_files_are_a_transport_too(home: Path) -> None:
    change(home, 'transport = "relay"', 'transport = "files"')
    assert onboard(home, "mail", "test", ANN).exit_code == 0
    assert len(list((home / "mail").glob("*.eml"))) == 1


def test_signing_in_is_only_for_microsoft_365(home: Path) -> None:
    assert "xoauth2" in str(onboard(home, "mail", "login").exception)


def test_looking_for_bounces_needs_a_mailbox_and_a_mode(home: Path) -> None:
    assert "[bounces]" in str(onboard(home, "bounces").exception)
    change(home, '\nhost = ""', '\nhost = "127.0.0.1"')
    change(home, "# login name of the mailbox", "#")
    assert "user: is missing" in str(onboard(home, "bounces").exception)


class TestPresets:
    @pytest.mark.parametrize(
        ("preset", "host", "port", "login", "rate"),
        [("gmail", "smtp.gmail.com", 587, "basic", 20), ("m365", "smtp.office365.com", 587, "xoauth2", 25)],
    )
    def test_a_provider_is_one_word(self, tmp_path: Path, preset: str, host: str, port: int, login: str, rate: int) -> None:
        mail = load_config(written(tmp_path, preset=preset)).mail
        assert (mail.host, mail.port, mail.tls, mail.login, mail.rate_per_minute) == (host, port, "starttls", login, rate)
        assert mail.transport == "files", "a preset never switches sending on"

    def test_a_lab_that_means_to_send_is_told_that_nothing_would_leave(self, tmp_path: Path) -> None:
        home = written(tmp_path, preset="gmail")
        change(home, 'mode = "dry"', 'mode = "live"')
        with pytest.raises(ConfigError, match=r"transport: 'files' writes mail into a folder, though preset = 'gmail'"):
            load_config(home)

    def test_a_relay_still_wants_its_name(self, tmp_path: Path) -> None:
        home = written(tmp_path, preset="relay")
        change(home, 'transport = "files"', 'transport = "relay"')
        with pytest.raises(ConfigError, match="host: is missing"):
            load_config(home)
        change(home, '\nhost = ""', '\nhost = "smtp.northlake.example"')
        mail = load_config(home).mail
        assert (mail.host, mail.port, mail.tls) == ("smtp.northlake.example", 25, "starttls")

    def test_what_the_lab_changed_stays(self, tmp_path: Path) -> None:
        home = written(tmp_path, preset="gmail")
        change(home, "rate_per_minute = 25", "rate_per_minute = 5")
        change(home, "port = 587", "port = 465")
        change(home, 'tls = "starttls"', 'tls = "implicit"')
        mail = load_config(home).mail
        assert (mail.port, mail.tls, mail.rate_per_minute) == (465, "implicit", 5)

    def test_a_token_wants_its_application(self, tmp_path: Path) -> None:
        home = written(tmp_path, preset="m365")
        change(home, 'transport = "files"', 'transport = "login"')
        change(home, '\nuser = ""', '\nuser = "lab@northlake.example"')
        with pytest.raises(ConfigError, match=r"\[m365\], tenant: is missing") as caught:
            load_config(home)
        assert "client_id: is missing" in str(caught.value)


def written(home: Path, *, preset: str) -> Path:
    """The shipped settings with one preset."""
    text = (shipped("config") / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(text.replace('preset = ""', f'preset = "{preset}"'), encoding="utf-8")
    return home

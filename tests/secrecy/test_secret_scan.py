"""The look for secrets after all tests can fail: each way a secret may get out is planted and found, and nothing is shown."""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.secrecy.finding import Secrets, is_meant_to_hold, leaks_in, leaks_in_file, written_in

ROOT = Path(__file__).parents[2]
#: Tests that each let one secret out; they read it from a file beside them, so that no text of theirs holds it.
LEAKS = """
import logging, os, subprocess, sys
from pathlib import Path
import pytest, typer
from typer.testing import CliRunner

TOKEN, PASSWORD = (Path(__file__).parent / "known.txt").read_text().split()

def test_a_log(): logging.getLogger("redcap").warning("sent token=%s&content=record", TOKEN)
def test_a_print(): print("token", TOKEN)
def test_what_a_test_read_away(capsys):
    print("token", TOKEN)
    capsys.readouterr()
def test_an_error_that_was_expected():
    with pytest.raises(ValueError):
        try:
            raise KeyError(TOKEN)
        except KeyError as error:
            raise ValueError("could not connect") from error
def test_a_command():
    app = typer.Typer()
    app.command()(lambda: typer.echo("token " + TOKEN))
    CliRunner().invoke(app, [])
def test_a_child(): subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1])", TOKEN], capture_output=True)
def test_a_file(tmp_path): (tmp_path / "report.json").write_text("{\\n\\"error\\": \\"" + TOKEN + "\\"}")
def test_a_password(tmp_path, monkeypatch):
    monkeypatch.setenv("ONBOARD_MAIL_PASSWORD", PASSWORD)
    (tmp_path / "smtp.log").write_text("AUTH with " + PASSWORD)
def test_a_file_of_secrets(tmp_path): (tmp_path / "secrets.env").write_text("ONBOARD_PEOPLE_TOKEN=" + TOKEN)
"""
CLEAN = """
import logging

def test_nothing(tmp_path, capsys):
    logging.getLogger("redcap").warning("read 16 people; snapshot %s", "0f" * 16)
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "secrets.env").write_text("ONBOARD_MAIL_PASSWORD=quite-l0ng-enough")
"""


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that the look after this run does not reach: what is planted here is planted on purpose."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def token() -> str:
    return secrets.token_hex(16).upper()


def run(folder: Path, tests: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run these tests in a process of their own, with the look at the end."""
    (folder / "test_planted.py").write_text(tests)
    asked = ["-p", "tests.secrecy.overhearing", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *asked, "--basetemp", str(folder / "base"), *more, str(folder)],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


@pytest.mark.one_date("runs pytest inside pytest, and no day matters")
def test_every_planted_leak_fails_a_run_of_two_processes(elsewhere: Path, token: str) -> None:
    password = secrets.token_urlsafe(12)
    (elsewhere / "known.txt").write_text(f"{token}\n{password}")
    said = run(elsewhere, LEAKS, "-p", "xdist", "-n", "2")
    assert said.returncode == 1 and "9 passed" in said.stdout, said.stdout + said.stderr
    for place in (
        "test_a_log, Captured log call, line 1: a token",
        "test_a_print, Captured stdout call, line 1: a token",
        "test_what_a_test_read_away, output, line 1: a token",
        "test_an_error_that_was_expected, error",
        "test_a_command, command, line 1: a token",
        "test_a_child, child process, line 1: a token",
        "report.json, line 2: a token",
        "smtp.log, line 1: the value of ONBOARD_MAIL_PASSWORD",
    ):
        assert place in said.stdout, said.stdout
    assert token not in said.stdout + said.stderr and password not in said.stdout + said.stderr


@pytest.mark.one_date("runs pytest inside pytest, and no day matters")
def test_a_run_without_leaks_passes_and_says_what_was_looked_through(elsewhere: Path) -> None:
    said = run(elsewhere, CLEAN)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "tokens, passwords and keys left lying about: none found" in said.stdout
    assert "texts, 1 files, " in said.stdout


def mail(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Your checklist"
    message.set_content(f"ä {text}", cte="base64")
    return bytes(message)


def workbook(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>" * 3)


def ledger(path: Path, text: str) -> None:
    base = sqlite3.connect(path)
    base.execute("pragma journal_mode = wal")
    base.execute("create table bodies (id integer, mime blob)")
    # Longer than a page: the file alone holds it in pieces.
    base.execute("insert into bodies values (1, ?)", (b"x" * 9000 + b"\n" + mail("y" * 5000 + text),))
    base.commit()
    base.close()


@pytest.mark.parametrize(
    ("name", "write", "where"),
    [
        ("mail.eml", lambda path, text: path.write_bytes(mail(text)), "line 1 of a decoded part"),
        ("digest.xlsx", workbook, "line 1 of xl/sharedStrings.xml"),
        ("ledger.db", ledger, "bodies, line 1 of a decoded part"),
        ("page.html", lambda path, text: path.write_text(f"<p>\n\n{text}"), "line 3"),
        ("soft.eml", lambda path, text: path.write_text(f"a\n{text[:9]}=\n{text[9:]}"), "line 2 of the decoded text"),
    ],
    ids=["a mail's body", "a workbook", "a frozen mail in the ledger", "a page", "a line broken by the mail"],
)
def test_a_token_is_found_wherever_it_is_packed(
    elsewhere: Path, token: str, name: str, write: Callable[[Path, str], None], where: str
) -> None:
    write(elsewhere / name, token)
    assert f"{elsewhere / name}, {where}: a token" in list(map(str, leaks_in_file(elsewhere / name, Secrets())))


def test_a_password_is_found_as_it_goes_over_the_wire() -> None:
    known = Secrets([("PASSWORD", "hu5h-hush-hush")])
    for user in ("lab", "labs", "lab-x"):
        sent = base64.b64encode(f"\0{user}\0hu5h-hush-hush".encode())
        assert [leak.what for leak in leaks_in("log", b"AUTH PLAIN " + sent, known)] == ["the value of PASSWORD as base64"]


def test_hashes_numbers_and_short_words_are_no_secrets() -> None:
    harmless = f"{'0f' * 16} {'0' * 32} {'12345678' * 4} {secrets.token_hex(32)} user=lab password=wrong".encode()
    assert list(leaks_in("log", harmless, Secrets([("PASSWORD", "wrong")]))) == []


def test_a_private_key_is_found_but_in_the_files_that_are_keys(tmp_path: Path) -> None:
    found = list(leaks_in("log", b"-----BEGIN RSA " + b"PRIVATE KEY-----\nMII", Secrets()))
    assert [str(leak) for leak in found] == ["log, line 1: a private key"]
    assert is_meant_to_hold(tmp_path / "key.pem") and not is_meant_to_hold(tmp_path / "ledger.db")


def test_a_password_in_the_address_of_a_database_is_found() -> None:
    found = list(
        leaks_in("log", b"could not connect to postgresql+psycopg://lab:" + b"tr0ub4dor@db.northlake.example/ob", Secrets())
    )
    assert [leak.what for leak in found] == ["a password in an address"]
    assert not list(leaks_in("log", b"postgresql://lab@db.northlake.example/ob https://x.example/a:b@c", Secrets()))


def test_passwords_that_tests_write_down_are_known(elsewhere: Path) -> None:
    (elsewhere / "test_x.py").write_text('mailer(user="lab", password="s3cret-words")\nBAD_PASSWORD = "wrong"\n')
    assert list(written_in(elsewhere)) == [("password of test_x.py", "s3cret-words")]

"""Commands used in odd ways: no home, two at once, Ctrl-C in the middle. Never a traceback, never a mail twice."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from onboard.model import JobName
from onboard.sandbox.faults import Fault
from onboard.sandbox.mail.catcher import MailFault, Stage
from tests.hostile.conftest import OPERATOR, HostileLab, Start, apart, begin, has_next_step, onboard, text_of


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("frobnicate",), "frobnicate"),
        (("status", "--as-of", "nonsense"), "2026-12-07"),
        (("status", "--as-of", "2026-02-30"), "2026-12-07"),
        (("status", "--format", "xml"), "json"),
        (("explain",), "PERSON"),
        (("run",), "JOB"),
        (("run", "send_remindrs"), "send_reminders"),
        (("release", "abc"), "RUN"),
        (("status", "--hom", "x"), "--home"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_ends_with_two_and_names_what_would_be_right(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in onboard(*words, code=2).text


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    said = onboard("status", "--home", str(tmp_path / "nowhere"), code=2)
    assert "nowhere" in said.text and "onboard init" in said.text


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "onboard init" in onboard("status", "--home", str(tmp_path / "file"), code=2).text


def test_a_folder_without_settings_is_no_home(lab: HostileLab) -> None:
    (lab.home / "settings.toml").unlink()
    said = lab.onboard("run", "send_reminders", "--send", code=2)
    assert "settings.toml" in said.text and has_next_step(said.text), said.text
    assert not lab.mails()


def test_a_new_home_says_which_token_is_missing(tmp_path: Path) -> None:
    onboard("init", str(tmp_path / "lab"), code=0)
    said = onboard("status", "--home", str(tmp_path / "lab"), code=2)
    assert "ONBOARD_PEOPLE_TOKEN" in said.text and "secrets.env" in said.text
    assert "already holds" in onboard("init", str(tmp_path / "lab"), code=2).text


def dump(home: Path) -> list[str]:
    """Every row of the ledger."""
    with closing(sqlite3.connect(home / "ledger.db")) as connection:
        return list(connection.iterdump())


def test_a_dry_run_and_a_question_write_nothing_and_mail_nobody(lab: HostileLab) -> None:
    before = dump(lab.home)
    for words in (("run", "send_reminders"), ("run", "due"), ("status",), ("preview",), ("explain", "haddad"), ("start",)):
        lab.onboard(*words, code=0)
    assert dump(lab.home) == before
    assert not lab.mails()


def test_a_question_makes_no_ledger(start: Start) -> None:
    lab = start(new=True)
    lab.onboard("status", code=0)
    lab.onboard("explain", "haddad", code=0)
    assert not list(lab.home.glob("ledger.db*"))


def test_two_commands_at_once_on_one_ledger_say_everything_once(lab: HostileLab, good_day: Counter[str]) -> None:
    words = ("run", "send_reminders", "--send", "--home", str(lab.home))
    running = [begin(*words), begin(*words)]
    texts = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], texts
    assert not any("Traceback" in text for text in texts)
    assert lab.readers() == good_day


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a service's stop"])
def test_a_run_stopped_in_the_middle_loses_nothing_and_repeats_nothing(
    lab: HostileLab, good_day: Counter[str], sign: signal.Signals
) -> None:
    lab.catcher.script.add(MailFault(Stage.BODY, 250, "taken, slowly", delay=0.7, times=None, kept=True))
    with begin("run", "send_reminders", "--send", "--home", str(lab.home)) as process:
        deadline = time.monotonic() + 60
        while not lab.catcher.counts.connections and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(sign)
        text, _ = process.communicate(timeout=60)
    assert "Traceback" not in text, text
    lab.catcher.script.clear()
    lab.later(JobName.REMINDERS)
    mails = lab.mails()
    ids = Counter(str(mail["Message-ID"]) for mail in mails)
    doubt = " ".join(text_of(mail) for mail in mails if OPERATOR in str(mail["To"]))
    for reader in good_day:
        mine = {str(mail["Message-ID"]) for mail in mails if reader in str(mail["To"])}
        assert len(mine) == 1 or (not mine and reader in doubt), (reader, text)
    assert max(ids.values()) <= 2 if sign is signal.SIGINT else max(ids.values()) == 1


def test_ctrl_c_while_redcap_is_read(lab: HostileLab, good_day: Counter[str]) -> None:
    lab.sample.server.faults.add(Fault.SLOW, content="metadata", delay=3.0, times=1)
    with begin("run", "send_reminders", "--send", "--home", str(lab.home)) as process:
        deadline = time.monotonic() + 60
        while not any(seen.content == "metadata" for seen in lab.sample.server.requests) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in text, text
    assert lab.readers() == Counter()


def test_a_closed_pipe_is_no_fault(lab: HostileLab) -> None:
    said = apart("--version", code=0)
    assert said.text.startswith("onboard ")

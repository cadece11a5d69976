"""A ledger that cannot be written: nothing is mailed, the command says so, and the next good run says what is owed."""

from __future__ import annotations

import resource
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from onboard.model import JobName
from tests.hostile.conftest import HostileLab, apart, has_next_step


def recovers(lab: HostileLab, good_day: Counter[str]) -> None:
    """The next good run says what is owed, once: an hour later, since a run that could not write could not sign off either."""
    assert not lab.later(JobName.REMINDERS).needs_person
    assert lab.readers() == good_day
    lab.send("send_reminders", code=0)
    assert lab.readers() == Counter()


def test_a_ledger_that_is_read_only(lab: HostileLab, good_day: Counter[str]) -> None:
    ledger = lab.home / "ledger.db"
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    whole = ledger.read_bytes()
    # The file's own mark "may be read, not written", which binds root, too.
    ledger.write_bytes(whole[:18] + b"\x03" + whole[19:])
    said = lab.send("send_reminders", code=1)
    assert "ledger" in said.text and "read-only" in said.text and has_next_step(said.text), said.text
    assert lab.readers() == Counter()
    ledger.write_bytes(whole)
    recovers(lab, good_day)


def test_a_disk_that_is_full(lab: HostileLab, good_day: Counter[str]) -> None:
    size = max(path.stat().st_size for path in lab.home.glob("ledger.db*"))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, resource.RLIM_INFINITY))

    said = apart("run", "send_reminders", "--send", "--home", str(lab.home), code=1, limit=limit)
    assert "ledger" in said.text and "disk" in said.text and has_next_step(said.text), said.text
    assert lab.readers() == Counter()
    recovers(lab, good_day)


@pytest.mark.parametrize("content", [b"this is no database, it is a shopping list" * 50, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_ledger(lab: HostileLab, content: bytes) -> None:
    for path in lab.home.glob("ledger.db*"):
        path.unlink()
    (lab.home / "ledger.db").write_bytes(content)
    said = lab.send("send_reminders", code=1)
    assert "ledger" in said.text and has_next_step(said.text), said.text
    assert lab.readers() == Counter()
    assert (lab.home / "ledger.db").read_bytes() == content


def test_a_ledger_whose_folder_is_gone(lab: HostileLab) -> None:
    lab.setting("[ledger]\n", '[ledger]\nurl = "sqlite:////nowhere/at/all/ledger.db"\n')
    said = lab.send("send_reminders", code=1)
    assert "/nowhere/at/all" in said.text and has_next_step(said.text)
    assert not lab.mails()

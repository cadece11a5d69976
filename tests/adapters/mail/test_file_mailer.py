"""Mail as files: whole or not at all, never over another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from onboard.adapters.mail.file_mailer import FileMailer
from onboard.errors import DeliveryError, LedgerError, TransportDown
from onboard.model import MessageKind
from onboard.ports import Posted

POST = Posted(
    id="<00ff00ff00ff00ff00ff00ff00ff00ff@northlake.example>", kind=MessageKind.REMINDER, reader="leila/..@x.example",
    envelope_from="lab@x.example", to_addr="leila@x.example", mime=b"Subject: x\r\n\r\nHi\r\n",
    token="t", attempts=0, hard=False,
)  # fmt: skip


def nothing() -> None:
    """The ledger agrees."""


def test_one_file_a_message_named_by_kind_and_reader(tmp_path: Path) -> None:
    name = FileMailer(tmp_path / "mail").deliver(POST, nothing)
    assert name == "reminder-leila_..@x.example-00ff00ff00ff00ff.eml"
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "mail").iterdir()] == [(name, POST.mime)]


def test_the_same_message_twice_is_one_file_and_another_is_never_overwritten(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path)
    mailer.deliver(POST, nothing)
    mailer.deliver(POST, nothing)
    with pytest.raises(DeliveryError, match="another message"):
        mailer.deliver(replace(POST, mime=b"other"), nothing)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [POST.mime]


def test_when_the_ledger_says_no_nothing_is_left_behind(tmp_path: Path) -> None:
    def full() -> None:
        raise LedgerError("disk full")

    with pytest.raises(LedgerError):
        FileMailer(tmp_path).deliver(POST, full)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    with pytest.raises(TransportDown, match="cannot be written"):
        FileMailer(tmp_path / "mail").deliver(POST, nothing)

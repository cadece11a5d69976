"""The book of sent mails, as a file of the lab's home.

One JSON object a line, written as soon as a server took a mail. It decides the form of a line, and that the next line can be
written on a full disk; the ledger decides what it does with the book.

A second file only reserves room. When the disk is full that file is deleted, which makes room for the line; the next mail is
offered only when it is there again. Both are readable for their owner only: a line holds a record id and an address, as the
ledger does.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from onboard.errors import LedgerError
from onboard.model import HandedOver, JobName, MessageKind, Mode, UsedSlot
from onboard.ports import BookStart

BOOK, ROOM = "handed_over.jsonl", "handed_over.room"
#: Bytes kept free: many lines, since the ledger may need some of them, too.
_ROOM_BYTES = 256 * 1024
_BLOCK = 64 * 1024


class HandedOverFile:
    """The book in a lab's home."""

    def __init__(self, home: Path) -> None:
        self._book, self._room = home / BOOK, home / ROOM

    def begin(self, start: BookStart) -> None:
        self.make_ready()
        self._append({"after": start.after, "since": start.since.astimezone(UTC).isoformat()})

    def start(self) -> BookStart | None:
        one = next((line for line in self._objects() if "after" in line), None)
        return BookStart(after=one["after"], since=_instant(one["since"])) if one else None

    def make_ready(self) -> None:
        if self._room.exists():
            return
        try:
            _take_room(self._room)
        except OSError as error:
            raise LedgerError(
                f"{self._room} cannot be written ({error.strerror}), so what goes out could not be written down. Free some space "
                "on the disk, let this account write there, then run again."
            ) from error

    def write(self, line: HandedOver | UsedSlot) -> None:
        self._append(_mail(line) if isinstance(line, HandedOver) else _slot(line))

    def newest_first(self, *, whole: bool = False) -> Iterator[HandedOver | UsedSlot]:
        for one in self._objects():
            if "after" not in one:
                yield self._line(one)
            elif not whole:
                return

    def _line(self, one: dict[str, Any]) -> HandedOver | UsedSlot:
        try:
            return _read(one)
        except (KeyError, TypeError, ValueError) as error:
            raise LedgerError(
                f"{self._book} holds a line that this version cannot read ({error!r}). Upgrade this program; where the file was "
                "changed by hand, put that line right."
            ) from error

    def rewrite(self, change: Callable[[str], str]) -> int:
        """Put every text of every line through `change`. Returns how many lines changed.

        Used when a person is forgotten.
        """
        lines = list(self._objects())[::-1]
        new = [_changed(one, change) for one in lines]
        number = sum(old != one for old, one in zip(lines, new, strict=True))
        if number:
            _in_place(self._book, "".join(_text(one) for one in new))
        return number

    def _append(self, line: dict[str, Any]) -> None:
        text = _text(line)
        try:
            _add(self._book, text)
        except OSError:
            self._add_in_the_room(text)

    def _add_in_the_room(self, text: str) -> None:
        """On a full disk, write into the reserved room.

        On a line of its own, because half of it may be there already.
        """
        try:
            self._room.unlink(missing_ok=True)
            _add(self._book, f"\n{text}")
        except OSError as error:
            raise LedgerError(
                f"{self._book} cannot be written ({error.strerror}): free some space on the disk, let this account write there, "
                "then run again."
            ) from error

    def _objects(self) -> Iterator[dict[str, Any]]:
        """The lines as objects, the newest first; half a line, left by a disk that was full, is written whole below it."""
        for line in _lines_backwards(self._book):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


def _text(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def _add(path: Path, text: str) -> None:
    """Write whole lines at the end of the file in one call, safe with other writers."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        data = text.encode()
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(handle)


def _take_room(path: Path) -> None:
    """The room, whole or not at all."""
    _in_place(path, " " * (_ROOM_BYTES - 1) + "\n")


def _in_place(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _lines_backwards(path: Path) -> Iterator[str]:
    """The lines of a file from its end on, without reading all of it. Raises LedgerError when it cannot be read."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerError(f"{path} cannot be read ({error.strerror}): let this account read it, then run again.") from error
    with file:
        at, rest = file.seek(0, os.SEEK_END), b""
        while at > 0:
            start = max(at - _BLOCK, 0)
            file.seek(start)
            rest, *lines = (file.read(at - start) + rest).split(b"\n")
            at = start
            yield from (line.decode(errors="replace") for line in reversed(lines) if line.strip())
        if rest.strip():
            yield rest.decode(errors="replace")


def _mail(one: HandedOver) -> dict[str, Any]:
    return {
        "mail": one.id, "mode": one.mode, "job": one.job, "slot": one.slot.isoformat(), "kind": one.kind, "reader": one.reader,
        "person": one.person, "to": one.to_addr, "hard": one.hard, "keys": one.keys, "skips": one.skips,
        "at": one.at.astimezone(UTC).isoformat() if one.at else None,
    }  # fmt: skip


def _slot(one: UsedSlot) -> dict[str, Any]:
    return {"used": one.slot.isoformat(), "mode": one.mode, "job": one.job, "at": one.at.astimezone(UTC).isoformat()}


def _read(one: dict[str, Any]) -> HandedOver | UsedSlot:
    mode, job = Mode(one["mode"]), JobName(one["job"])
    if "used" in one:
        return UsedSlot(mode=mode, job=job, slot=date.fromisoformat(one["used"]), at=_instant(one["at"]))
    return HandedOver(
        id=one["mail"],
        mode=mode,
        job=job,
        slot=date.fromisoformat(one["slot"]),
        kind=MessageKind(one["kind"]),
        reader=one["reader"],
        person=one["person"],
        to_addr=one["to"],
        hard=one["hard"],
        keys=tuple(one["keys"]),
        skips=tuple(one["skips"]),
        at=_instant(one["at"]) if one["at"] else None,
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _changed(one: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    return {name: _through(value, change) for name, value in one.items()}


def _through(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_through(part, change) for part in value]
    return change(value) if isinstance(value, str) else value

"""The files of a lab's home: a person's part removed or exported.

It decides what each kind of file of `pipeline/kept.py` needs; pipeline/forgetting.py decides whose a name is.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from onboard.adapters.files.handed_over_file import BOOK, HandedOverFile
from onboard.adapters.files.intake_home import LISTS, QUEUE, queued, save_queue
from onboard.adapters.files.owner_alone import begin_file
from onboard.errors import OnboardError
from onboard.folding import fold
from onboard.intake.queue import Queued
from onboard.model.rows import csv_line, csv_lines
from onboard.ports.erasing import Eraser, MailEraser, PersonTraces

#: What is left where, and how often.
Left = Counter[tuple[str, str]]
#: What a person wrote: the places that name a person are reported, and left.
_WRITTEN = ("settings.toml", "closures.csv", "protocols.csv", "templates/*")
_PREVIEW = "preview.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesDone:
    """Names of files, seen from the home where they are in it: what was dropped, what has other words; what was left where."""

    dropped: tuple[str, ...]
    changed: tuple[str, ...]
    left: Left


@dataclass(slots=True, kw_only=True)
class HomeKeeping:
    """The files of one home; `mail` is the folder of mails as files, `board` the board's page, None for none."""

    home: Path
    mail: Path
    board: Path | None
    _dropped: list[str] = field(default_factory=list)
    _changed: list[str] = field(default_factory=list)
    _left: Left = field(default_factory=Counter)

    def forget(self, alias: Eraser, mails: MailEraser, own_mails: Collection[str], *, really: bool) -> FilesDone:
        """Take a person out of every file; without `really` only say what would change. `own_mails`: ids of mails to them.

        Raises OnboardError when a file cannot be written.
        """
        for act in (self._queue, self._lists, self._pages, self._book, self._written):
            act(alias, really)
        self._mails(alias.traces, mails, frozenset(own_mails), really)
        return FilesDone(dropped=tuple(self._dropped), changed=tuple(self._changed), left=self._left)

    def kept_about(self, traces: PersonTraces) -> dict[str, Any]:
        """What the files hold of a person, by the keys of `export-person`."""
        waits = [one for one in queued(self.home) if _is_theirs(one, traces)]
        listed = [
            {"file": self._name(path), "row": row} for path in self._list_files() for row in _rows(path) if _is_row(row, traces)
        ]
        mails = [
            self._name(path) for path in self._mail_files() if set(_addressed_to(path.read_bytes())) & {*traces.sure_addresses}
        ]
        return {"waiting": [_shown(one) for one in waits], "irb_lists": listed, "mail_files": mails}

    def _queue(self, alias: Eraser, really: bool) -> None:
        """A row that waits for them goes, with its paper; one that only may be theirs is named."""
        found = queued(self.home)
        kept = [one for one in found if not _is_theirs(one, alias.traces)]
        for one in (one for one in kept if not one.person):
            words = (one.claim.name, *one.claim.addresses)
            names = [name for word in words for name in alias.in_doubt(word, alone=True)]
            names += [one.claim.name] if alias.traces.record in one.near and not names else []
            self._left.update((f"{QUEUE}, row {one.key}", name) for name in names)
        if len(kept) < len(found):
            gone = [Path(one.claim.document).name for one in found if one not in kept and one.claim.document]
            self._changed.append(QUEUE)
            self._dropped += [f"intake_papers/{name}" for name in gone]
            if really:
                save_queue(self.home, kept)

    def _lists(self, alias: Eraser, really: bool) -> None:
        """Their row of the IRB's lists; one that only may be theirs is named."""
        for path in self._list_files():
            out = []
            for raw, row in csv_lines(_read(path)):
                if {cell.strip().lower() for cell in row} & set(alias.traces.elsewhere):
                    out.append(raw)
                    continue
                new = [alias.whole(cell) for cell in row]
                self._left.update((self._name(path), name) for cell in new for name in alias.in_doubt(cell, alone=True))
                out.append(raw if new == row else csv_line(new))
            self._put(path, "".join(out), really)

    def _pages(self, alias: Eraser, really: bool) -> None:
        """The board and a preview: their name where it is certainly theirs."""
        for path in (self.board, self.home / _PREVIEW):
            if path is not None and path.is_file():
                new = alias.scrub(_read(path))
                self._left.update((self._name(path), name) for name in alias.in_doubt(new))
                self._put(path, new, really)

    def _book(self, alias: Eraser, really: bool) -> None:
        """Handle the book of sent mails: the person's address, and keys that hold it."""
        path = self.home / BOOK
        if path.is_file() and alias.scrub(_read(path)) != _read(path):
            self._changed.append(BOOK)
            if really:
                _guarded(path, lambda: HandedOverFile(self.home).rewrite(alias.scrub))

    def _written(self, alias: Eraser, really: bool) -> None:
        for path in (path for kind in _WRITTEN for path in sorted(self.home.glob(kind)) if path.is_file()):
            self._left.update((self._name(path), name) for name in alias.left_in(_read(path)))

    def _mails(self, traces: PersonTraces, mails: MailEraser, own: frozenset[str], really: bool) -> None:
        """A mail to them goes, for its very name is their address; in another one their name is replaced."""
        for path in self._mail_files():
            mime = path.read_bytes()
            if _message_id(mime) in own or set(_addressed_to(mime)) & set(traces.sure_addresses):
                self._dropped.append(self._name(path))
                if really:
                    _guarded(path, path.unlink)
                continue
            if set(_addressed_to(mime)) & set(traces.elsewhere):
                continue
            new = mails.without(mime)
            self._left.update((self._name(path), name) for name in mails.left_in(new))
            self._put(path, new, really)

    def _mail_files(self) -> list[Path]:
        return sorted(path for path in self.mail.glob("*") if path.is_file())

    def _list_files(self) -> list[Path]:
        return sorted((self.home / LISTS).glob("*.csv"))

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.home)) if path.is_relative_to(self.home) else str(path)

    def _put(self, path: Path, content: str | bytes, really: bool) -> None:
        """Replace a file whole, with the rights it had, when its content is another."""
        new = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        if new == path.read_bytes():
            return
        self._changed.append(self._name(path))
        if really:
            _guarded(path, lambda: _replace(path, new))


def _addressed_to(mime: bytes) -> tuple[str, ...]:
    """The addresses a mail is for, in lower case."""
    found = email.message_from_bytes(mime, policy=email.policy.compat32)
    return tuple(address.lower() for _, address in getaddresses(found.get_all("To", [])))


def _message_id(mime: bytes) -> str:
    """The Message-ID, "" where there is none."""
    return str(email.message_from_bytes(mime, policy=email.policy.compat32).get("Message-ID", "")).strip()


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    begin_file(part)
    part.write_bytes(content)
    shutil.copymode(path, part)
    part.replace(path)


def _guarded(path: Path, act: Callable[[], object]) -> None:
    try:
        act()
    except OSError as error:
        raise OnboardError(
            f"{path} could not be changed ({error.strerror}). The ledger was not touched: correct its rights, then run it again."
        ) from error


def _read(path: Path) -> str:
    """Return the text with every byte: what is not UTF-8 goes back as it came."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    yield from csv.DictReader(io.StringIO(_read(path), newline=""))


def _is_row(row: Mapping[str, str], traces: PersonTraces) -> bool:
    return row.get("address", "").lower() in traces.sure_addresses or _named(row.get("name", ""), traces)


def _is_theirs(item: Queued, traces: PersonTraces) -> bool:
    """Whether a row is this person's.

    By the record it was matched to while that was theirs; a row without a match, by an address or whole name that is theirs
    alone.
    """
    if item.person:
        return item.person == traces.record and _was_theirs(item.since, traces)
    return bool({*item.claim.addresses} & {*traces.sure_addresses}) or _named(item.claim.name, traces)


def _was_theirs(day: date, traces: PersonTraces) -> bool:
    """Whether the record id was this person's on a day."""
    began, ended = traces.held_from, traces.held_until
    return (began is None or began <= day) and (ended is None or day < ended)


def _named(name: str, traces: PersonTraces) -> bool:
    return fold(name) in map(fold, traces.sure_names)


def _shown(item: Queued) -> dict[str, Any]:
    claim = item.claim
    return {
        "id": item.key, "since": item.since, "why": item.why, "name": claim.name, "addresses": list(claim.addresses),
        "course": claim.group, "completed": claim.earned, "paper": Path(claim.document).name if claim.document else "",
    }  # fmt: skip

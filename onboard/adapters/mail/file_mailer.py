"""Mail into a folder, one ``.eml`` file a message; no file is overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from onboard.adapters.files.owner_alone import begin_file, for_owner
from onboard.errors import TransportDown
from onboard.model import Step
from onboard.planning.refusals import lost
from onboard.ports import Posted, Refused

_ODD = re.compile(r"[^A-Za-z0-9.@_+-]+")


class FileMailer:
    """Writes each message whole or not at all; the same message twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def will_wait(self) -> bool:
        """Never: a folder is always there."""
        return False

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        """Write the bytes; returns the file's name. Raises TransportDown when the folder cannot be written, Refused
        when another message has the name."""
        target = self._folder / file_name(post)
        try:
            self._make_folder()
            part = _write_aside(self._folder / f".{target.name}.{post.token}", post.mime)
        except OSError as error:
            raise _not_writable(self._folder, error) from error
        try:
            before_data()
            _name_it(part, target, post.mime)
        finally:
            part.unlink(missing_ok=True)
        return target.name

    def probe(self, envelope_from: str) -> str:
        """Check that a file can be made in the folder."""
        try:
            self._make_folder()
            _write_aside(self._folder / f".probe.{os.getpid()}", b"").unlink()
        except OSError as error:
            raise _not_writable(self._folder, error) from error
        return f"{self._folder} takes files"

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for_owner(self._folder)

    def close(self) -> None:
        """Nothing is open."""


def _not_writable(folder: Path, error: OSError) -> TransportDown:
    return TransportDown(f"{folder} cannot be written ({error.strerror}): free it, then run again")


def file_name(post: Posted) -> str:
    """``<kind>-<reader>-<start of the message id>.eml``, fit for any disk."""
    local = post.id.strip("<>").split("@")[0]
    return _ODD.sub("_", f"{post.kind}-{post.reader}"[:120]) + f"-{_ODD.sub('_', local)[:16]}.eml"


def _write_aside(part: Path, content: bytes) -> Path:
    begin_file(part)
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return part


def _name_it(part: Path, target: Path, content: bytes) -> None:
    """A link, unlike a rename, refuses to overwrite. A disk without links gets a check and a rename."""
    try:
        os.link(part, target)
    except FileExistsError:
        _same(target, content)
    except OSError:
        if target.exists():
            _same(target, content)
        else:
            part.rename(target)


def _same(target: Path, content: bytes) -> None:
    if target.read_bytes() != content:
        told = f"{target} holds another message already: move it away, then run again"
        raise Refused(told, lost(Step.RECIPIENT, told))

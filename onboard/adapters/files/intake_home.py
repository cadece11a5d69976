"""What intake stores in the lab's home: the queue, its papers, the IRB's lists.

A file is replaced whole or not at all. Only the owner may read them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.adapters.files.owner_alone import begin_file, for_owner
from onboard.errors import ConfigError, OnboardError
from onboard.intake.irb_list import list_of, list_text

if TYPE_CHECKING:
    from onboard.intake.irb_list import IrbList
    from onboard.intake.queue import Queued

QUEUE, PAPERS, LISTS = "intake_queue.jsonl", "intake_papers", "irb_lists"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def queued(home: Path) -> Sequence[Queued]:
    """What waits for a person after intake, oldest first; empty without a queue. Raises ConfigError for a damaged one, because
    whoever writes it anew must have read all of it."""
    found, damaged = readable_queue(home)
    if damaged:
        number, why = damaged[0]
        raise ConfigError(f"{home / QUEUE}, line {number} cannot be read ({why}). Take the line out.")
    return found


def readable_queue(home: Path) -> tuple[Sequence[Queued], Sequence[tuple[int, str]]]:
    """The same as far as it can be read, and the other lines: their numbers and why. One line hides no other."""
    path = home / QUEUE
    if not path.exists():
        return (), ()
    from onboard.intake.queue import queue_item

    found, damaged = [], []
    # a name may hold letters that end lines elsewhere
    for number, line in enumerate(_read(path).rstrip("\n").split("\n"), start=1):
        try:
            found += [queue_item(line)] if line.strip() else []
        except ValueError as error:
            damaged.append((number, str(error)))
    return tuple(found), tuple(damaged)


def save_queue(home: Path, items: Sequence[Queued]) -> None:
    """Replace the queue; papers that nothing waits for any more are removed."""
    from onboard.intake.queue import queue_line

    _write(home / QUEUE, "".join(queue_line(item) + "\n" for item in items))
    kept = {Path(item.claim.document).name for item in items if item.claim.document}
    for paper in (home / PAPERS).glob("*.pdf"):
        if paper.name not in kept:
            paper.unlink()


def keep_paper(home: Path, document: str) -> str:
    """A copy of a PDF in the home, so that it is still there when its row is settled; returns its path."""
    source, folder = Path(document), home / PAPERS
    if source.parent.resolve() == folder.resolve():
        return document
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for_owner(folder)
        name = f"{sha256(source.read_bytes()).hexdigest()[:16]}-{_ODD.sub('_', source.name)}"
        begin_file(folder / name)
        shutil.copyfile(source, folder / name)
    except OSError as error:
        raise OnboardError(f"{source} cannot be kept in {folder} ({error.strerror}). Free the disk, run it again.") from error
    return str(folder / name)


def save_irb_list(home: Path, irb: IrbList, code: str) -> Path:
    """Store the IRB's list of a protocol in place of the one before. Raises ConfigError when the file is another's."""
    path = _list_path(home, code)
    if path.exists() and (held := _stored(path)) and held.protocol != irb.protocol:
        raise ConfigError(f"{path} is the list of protocol record {held.protocol}. Give the protocols different short codes.")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for_owner(path.parent)
    _write(path, list_text(irb))
    return path


def irb_lists(home: Path) -> dict[str, IrbList]:
    """Protocol record id -> the IRB's list last taken in; empty when there is none."""
    found = (_stored(path) for path in sorted((home / LISTS).glob("*.csv")))
    return {irb.protocol: irb for irb in found if irb}


def _list_path(home: Path, code: str) -> Path:
    return home / LISTS / f"{_ODD.sub('_', code) or 'protocol'}.csv"


def _stored(path: Path) -> IrbList | None:
    return list_of(_read(path), str(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({type(error).__name__}). Look at its rights, or take it away.") from error


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner only."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OnboardError(f"{path} cannot be written ({error.strerror}). Free the disk or correct its rights.") from error

"""Whose eyes a file is for: the owner's alone, but for the board, which is made for readers. Decides rights, nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: What everybody may do with a file that is made for readers, before the umask takes from it.
_READERS = 0o644


def _umask() -> int:
    found = os.umask(_OTHERS)
    os.umask(found)
    return found


_given = _umask()


def given_umask() -> int:
    """The umask this process was started with."""
    return _given


def guard(given: int | None = None) -> None:
    """From now on whatever this process makes is for its owner alone. `given`: the umask of whoever started it, where that one
    was guarded already."""
    global _given
    _given = _given if given is None else given
    os.umask(_OTHERS)


def for_readers(path: Path) -> None:
    """A file that is made for others: 0644 less the umask that the program was started with."""
    path.chmod(_READERS & ~_given)


def for_owner(path: Path) -> None:
    """Take a file or folder away from everybody else, where there is one and it is ours to take."""
    try:
        found = path.stat()
        if stat.S_IMODE(found.st_mode) & _OTHERS and found.st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
    except (OSError, AttributeError):
        # There is none; or the disk, or Windows, knows no such rights, and whoever gave it to others did so by its folder.
        return


def is_open(folder: Path) -> bool:
    """Whether other accounts of this machine may look into a folder."""
    return os.name != "nt" and bool(folder.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def begin_file(path: Path) -> None:
    """An empty file for its owner alone, where there is none; one that is there is taken from the others. What cannot be made is
    left to whoever opens it, who knows the words."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
    except FileExistsError:
        if path.is_file():
            for_owner(path)
    except OSError:
        return

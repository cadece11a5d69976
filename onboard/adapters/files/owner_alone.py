"""File rights: readable for the owner only, except the board.

The board is made for readers.
"""

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
    """Make every new file of this process readable for its owner only.

    `given`: the umask of the calling process, where that one was guarded already.
    """
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
        # There is none; or the disk, or Windows, has no such rights, and others were given access by its folder.
        return


def is_open(folder: Path) -> bool:
    """Whether other accounts of this machine may look into a folder."""
    return os.name != "nt" and bool(folder.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def begin_file(path: Path) -> None:
    """Make an empty file for its owner only, where there is none.

    An existing file is closed to others. A file that cannot be made is left to the caller, which knows the error to give.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
    except FileExistsError:
        if path.is_file():
            for_owner(path)
    except OSError:
        return

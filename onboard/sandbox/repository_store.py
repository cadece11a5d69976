"""A project's File Repository: folders in folders, and files in them.

It gives out the ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

#: The top level, where files without a folder are.
TOP = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file, and the folder it is in."""

    folder: int
    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Folders:
    """Folders by id (name, and the folder they are in) and files by id."""

    folders: dict[int, tuple[str, int]] = field(default_factory=dict)
    files: dict[int, Kept] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def known(self, folder: int) -> bool:
        """Whether there is such a folder; the top level always is."""
        return folder == TOP or folder in self.folders

    def new_folder(self, name: str, inside: int) -> int:
        """Make a folder and return its id."""
        number = next(self._ids)
        self.folders[number] = (name, inside)
        return number

    def keep(self, file: Kept) -> int:
        """Keep a file and return its id."""
        number = next(self._ids)
        self.files[number] = file
        return number

"""The project's log: who did what when. Deletions are visible only here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onboard.sandbox.clock import ServerClock


class Kind(StrEnum):
    """What `logtype` filters by."""

    EXPORT = "export"  # data left the project
    MANAGE = "manage"  # design and everything else
    RECORD_ADD = "record_add"  # a record came into being
    RECORD_EDIT = "record_edit"  # values changed
    RECORD_DELETE = "record_delete"  # a record is gone
    USER = "user"  # a user or a role was added, changed or taken away


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log; `at` is server local time."""

    at: datetime
    username: str
    kind: Kind
    action: str
    details: str
    record: str = ""


class Journal:
    """Entries in the order they happened, stamped by the clock it was given."""

    def __init__(self, clock: ServerClock) -> None:
        self.clock = clock
        self._entries: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def add(self, username: str, kind: Kind, action: str, details: str = "", record: str = "") -> None:
        """Write one line."""
        self._entries.append(Entry(at=self.clock(), username=username, kind=kind, action=action, details=details, record=record))

    def managed(self, username: str, details: str) -> None:
        """Write a `Manage/Design ` line (the trailing space is REDCap's)."""
        self.add(username, Kind.MANAGE, "Manage/Design ", details)

    def touched(self, begin: datetime | None, end: datetime | None) -> set[str]:
        """Records created or modified from begin to end, both inclusive."""
        kinds = {Kind.RECORD_ADD, Kind.RECORD_EDIT}
        return {
            entry.record
            for entry in self._entries
            if entry.kind in kinds and (begin is None or entry.at >= begin) and (end is None or entry.at <= end)
        }

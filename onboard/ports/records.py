"""The ports of the lab's records, filled by REDCap or a folder of files.

Read whole, written into fields of the program's own, and the survey links on which people send evidence in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from onboard.model import Export


class RecordSource(Protocol):
    """Where the lab's records come from."""

    def fetch(self, last: Mapping[str, str]) -> Export:
        """One whole read. `last` holds the instruments of the last good read as CSV; empty when there was none.

        Raises ReadInDoubt, with what, where and the next step, for anything less than a whole, plausible read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """Fields of one record to be given these values; an empty one is blanked."""

    record: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one change. `words` say why when it is not ``written``."""

    record: str
    state: Literal["written", "locked", "refused", "unconfirmed"]
    words: str = ""


class RecordWriter(Protocol):
    """The program's own fields in the lab's records, and nothing else."""

    def current(self) -> Mapping[str, Mapping[str, str]]:
        """Return record -> its own fields as they are. Raises ReadInDoubt."""
        ...

    def write(self, changes: Sequence[RecordChange]) -> Sequence[Written]:
        """Write, read back, and say what became of each. A record that cannot be written hides no other.

        Raises ReadInDoubt when the server fails; what was written by then is seen at the next `current`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """The next row of evidence of one person, still empty."""

    person: str
    instance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Address by person, for those who have one.

    `trouble` says in a sentence why the others have none, "" when all do. With an address evidence can be sent in that person's
    name: it goes to that person, and into no log.
    """

    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    trouble: str = ""


class HandInPages(Protocol):
    """Everybody's own page for the next piece of evidence."""

    def addresses(self, wanted: Sequence[HandIn]) -> Pages:
        """Return the links, one call for each, and no more of them after a refusal.

        Raises nothing for a server that refuses or fails: mails go without the link then.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The file of one row of evidence, under the name it was uploaded with."""

    evidence: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """The files that were had. `troubles` say in a sentence each which were not, and why."""

    found: Sequence[Upload] = ()
    troubles: Sequence[str] = ()


class EvidenceFiles(Protocol):
    """The certificates that people attached to their evidence."""

    def fetch(self, evidence: Sequence[str]) -> Uploads:
        """Return the files of these rows (evidence ids without a field), as they are now; a row without a file has none.

        Raises nothing for a file that is not had: it hides no other.
        """
        ...

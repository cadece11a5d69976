"""The port that records which person had which record id.

pipeline/persons.py decides who is another person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from onboard.model import PersonSeen


class PeopleSeen(Protocol):
    """The people of the good reads. Every method raises LedgerError when it cannot."""

    def people_seen(self) -> Mapping[str, Sequence[PersonSeen]]:
        """Everybody seen, by record id, the first one first."""
        ...

    def see_people(self, seen: Sequence[PersonSeen]) -> None:
        """Store these people as they are now.

        Where a number is new under its record id, the person who had it before is a former one: items sent to or about them are
        kept under their former name, and what waits for them is taken back.
        """
        ...

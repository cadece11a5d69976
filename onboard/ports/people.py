"""Who stood under which record id, seen from inside. Decides the seam; who is another person is pipeline/persons.py's."""

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
        """Remember these as they are now. Where a number is new under its record id, whoever had that before is a former one:
        what was said to or about them is kept under their former name, and what waits for them is taken back."""
        ...

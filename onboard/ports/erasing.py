"""The port for forgetting a person, used where people are named.

pipeline/forgetting.py decides what names a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol


class PersonTraces(Protocol):
    """What names one person in what was kept; addresses in lower case."""

    @property
    def record(self) -> str:
        """The record id."""
        ...

    @property
    def sure_names(self) -> Sequence[str]:
        """Names that can mean no other person and no other thing."""
        ...

    @property
    def sure_addresses(self) -> Sequence[str]:
        """Addresses that no other record has."""
        ...

    @property
    def elsewhere(self) -> Collection[str]:
        """Addresses of others who have one of the names."""
        ...

    @property
    def held_from(self) -> date | None:
        """The first day on which the record id was theirs; None: from the beginning."""
        ...

    @property
    def held_until(self) -> date | None:
        """The first day on which it was another person's; None: it still is theirs."""
        ...


class Eraser(Protocol):
    """The person to forget, and what replaces their name."""

    @property
    def traces(self) -> PersonTraces:
        """What names the person."""
        ...

    @property
    def namesakes(self) -> Collection[str]:
        """Records of others with one of the names: a mail to one of them is theirs."""
        ...

    def scrub(self, text: str) -> str:
        """A text without what certainly names the person."""
        ...

    def own_address(self, text: str) -> str:
        """Replace an address that is the person's; return any other as it is."""
        ...

    def whole(self, cell: str) -> str:
        """A cell that holds people: replaced where it is their name as a whole, or holds their address."""
        ...

    def left_in(self, text: str) -> Sequence[str]:
        """The person's names in a text, sure or not."""
        ...

    def in_doubt(self, text: str, *, alone: bool = False) -> Sequence[str]:
        """The names in a text that may be another person's or no name; `alone`: the text holds nothing but a person."""
        ...


class MailEraser(Protocol):
    """What becomes of a mail's bytes."""

    def without(self, mime: bytes) -> bytes:
        """The mail without what certainly names the person."""
        ...

    def left_in(self, mime: bytes) -> Sequence[str]:
        """The person's names in a mail, sure or not."""
        ...

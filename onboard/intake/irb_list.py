"""The IRB's own personnel list of a protocol: as it is kept, and how old it may be.

A list is of one protocol and one day. One that is older than 90 days says nothing about today.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from onboard.dates import show
from onboard.errors import ConfigError

#: A list older than so many days says nothing about today.
STALE_DAYS = 90
OWN_LIST_ONLY = "compared with our own list only"
HEADER = ("protocol", "as_of", "name", "address", "role", "doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person on the IRB's list. `doubt`: a cell of the row that is not understood and may say that it ended."""

    name: str
    address: str = ""
    role: str = ""
    doubt: str = ""

    def __str__(self) -> str:
        about = ", ".join(part for part in (self.role, self.address) if part)
        return f"{self.name or self.address}" + (f" ({about})" if self.name and about else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class IrbList:
    """The IRB's list of one protocol (record id), as of a day."""

    protocol: str
    as_of: date
    people: tuple[Listed, ...]

    def age(self, day: date) -> int:
        """How many days old it is on a day."""
        return (day - self.as_of).days

    def stale(self, day: date) -> bool:
        """Whether it is too old on a day to be compared with."""
        return self.age(day) > STALE_DAYS


def list_text(irb: IrbList) -> str:
    """A list as it is kept: CSV, one row a person."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in irb.people:
        writer.writerow((irb.protocol, irb.as_of.isoformat(), one.name, one.address, one.role, one.doubt))
    return out.getvalue()


def list_of(text: str, where: str = "The IRB's list") -> IrbList | None:
    """What `list_text` wrote, now or in an earlier version; None for a list without people.

    Raises ConfigError for any other text.
    """
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    if not rows:
        return None
    try:
        as_of = date.fromisoformat(rows[0].get("as_of") or "")
    except ValueError as error:
        raise ConfigError(f"{where}: as_of is not a date. Take the IRB's list in again: onboard intake --irb-list.") from error
    people = tuple(Listed(**{name: row.get(name) or "" for name in HEADER[2:]}) for row in rows)
    return IrbList(protocol=rows[0].get("protocol") or "", as_of=as_of, people=people)


def basis_words(as_of: date | None, today: date) -> str:
    """What a comparison rests on, in words."""
    if as_of is None:
        return f"{OWN_LIST_ONLY}: the IRB's list was never taken in"
    days = (today - as_of).days
    if days > STALE_DAYS:
        return f"{OWN_LIST_ONLY}: the IRB's list is of {show(as_of)}, {days} days old"
    return f"compared with the IRB's list of {show(as_of)}"

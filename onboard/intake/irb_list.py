"""The IRB's own personnel list of a protocol, compared with ours.

It decides who is on one and not on the other.

Ours is compared as of the day the IRB's list was taken, since what changed later cannot be on it. Without a list, or with one
older than 90 days, a comparison is one with our own list only, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import plus_days, show
from onboard.intake.claims import Refused, Table, one_line
from onboard.intake.columns import squeezed
from onboard.intake.names import name_words, words_of
from onboard.judging.appointments import stays
from onboard.judging.coverage import listing_presence
from onboard.judging.readiness import belongs_on
from onboard.model import Assessment, Listing, Person
from onboard.model.records import record_order
from onboard.planning.addresses import normal
from onboard.timeline import Answer, Timeline

#: A list older than so many days says nothing about today.
STALE_DAYS = 90
OWN_LIST_ONLY = "compared with our own list only"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "personnel", "personnelname", "studyteammember", "member", "person", "researcher",
             "investigator"),
    "first": ("firstname", "first", "givenname"),
    "last": ("lastname", "last", "surname", "familyname"),
    "address": ("email", "emailaddress", "address", "mail"),
    "role": ("role", "studyrole", "personnelrole", "projectrole", "function", "roleonstudy"),
}  # fmt: skip
_CANONICAL = {spelling: column for column, spellings in _NAMES.items() for spelling in spellings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person on the IRB's list."""

    name: str
    address: str = ""
    role: str = ""

    def __str__(self) -> str:
        about = ", ".join(part for part in (self.role, self.address) if part)
        return f"{self.name or self.address}" + (f" ({about})" if self.name and about else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class IrbList:
    """The IRB's list of one protocol (record id), as of a day."""

    protocol: str
    as_of: date
    people: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two lists of one protocol held against each other; sentences for people, and how many agree."""

    protocol: str  # record id
    code: str
    basis: str  # "compared with the IRB's list of 3 Nov 2026", or OWN_LIST_ONLY and why
    theirs_only: tuple[str, ...] = ()  # on the IRB's list, not on ours
    ours_only: tuple[str, ...] = ()  # on ours, not on the IRB's
    left: tuple[str, ...] = ()  # on the IRB's list, gone from the lab and not marked as staying
    unsure: tuple[str, ...] = ()  # cannot be told apart
    agreed: int = 0
    compared: bool = False  # False: there was no list to compare with, or it is too old

    @property
    def differs(self) -> bool:
        """Whether anything needs a person."""
        return bool(self.theirs_only or self.ours_only or self.left or self.unsure)


def read_personnel(table: Table) -> tuple[Listed, ...] | Refused:
    """Return the people of an IRB's personnel table.

    Refused when it has no column of names or addresses, or no people.
    """
    places: dict[str, int] = {}
    for number, header in enumerate(table.header):
        column = _CANONICAL.get(squeezed(header))
        if column:
            places.setdefault(column, number)
    if not {"name", "last", "address"} & places.keys():
        seen = ", ".join(repr(header) for header in table.header)
        return Refused(
            file=table.file, words=f"It has no column of names or addresses. Seen: {seen}. Name one “Name” and one “Email”."
        )
    rows = ({column: one_line(row[place]) for column, place in places.items()} for row in table.rows)
    found = tuple(listed for listed in map(_listed, rows) if listed.name or listed.address)
    if not found:
        return Refused(file=table.file, words="It contains no names. Take the personnel table from the IRB's system again.")
    return found


def _listed(cell: Mapping[str, str]) -> Listed:
    parts = f"{cell.get('first', '')} {cell.get('last', '')}".strip()
    name = cell.get("name", "") or parts
    if name.count(",") == 1 and "name" in cell:
        last, first = (part.strip() for part in name.split(","))
        # "Chen, Maria" is turned round; "Chiara Rossi, MD" is not.
        name = f"{first} {last}" if name_words(first) and len(name_words(last)) < 2 else name
    return Listed(name=name, address=normal(cell.get("address", "")), role=cell.get("role", ""))


def basis_words(as_of: date | None, today: date) -> str:
    """What a comparison rests on, in words."""
    if as_of is None:
        return f"{OWN_LIST_ONLY}: the IRB's list was never taken in"
    days = (today - as_of).days
    if days > STALE_DAYS:
        return f"{OWN_LIST_ONLY}: the IRB's list is of {show(as_of)}, {days} days old"
    return f"compared with the IRB's list of {show(as_of)}"


def compare(irb: IrbList | None, assessment: Assessment, protocol: str, today: date) -> Comparison:
    """The IRB's list of a protocol (record id) against our listings; nothing is compared with a list that is too old."""
    record = assessment.protocols[protocol]
    code, basis = record.label, basis_words(irb.as_of if irb else None, today)
    if irb is None or (today - irb.as_of).days > STALE_DAYS:
        return Comparison(protocol=protocol, code=code, basis=basis)
    placed = _place(irb.people, assessment.people)
    theirs = {record for record, _ in placed if record}
    ours = _ours(assessment.listings, protocol, irb.as_of)
    unsure = [f"{listed}: {why}" for record, (listed, why) in placed if not record and why]
    unsure += [_words(assessment, r, "our listing has dates that cannot be read") for r, sure in ours.items() if not sure]
    strangers = [f"{listed}: nobody in our records" for record, (listed, why) in placed if not record and not why]
    gone = {r: words for r in _ordered(theirs) if (words := _left_words(assessment, r, protocol, today))}
    added = [_words(assessment, r, "enter the listing, or ask the IRB") for r in _ordered(theirs - ours.keys() - gone.keys())]
    return Comparison(
        protocol=protocol,
        code=code,
        basis=basis,
        theirs_only=(*added, *strangers),
        left=tuple(gone.values()),
        ours_only=tuple(_words(assessment, r, "file it, or end our listing") for r in _ordered(_sure(ours) - theirs)),
        unsure=tuple(unsure),
        agreed=len(_sure(ours) & theirs),
        compared=True,
    )


def _sure(ours: Mapping[str, bool]) -> set[str]:
    return {record for record, sure in ours.items() if sure}


def _ours(listings: Iterable[Listing], protocol: str, day: date) -> dict[str, bool]:
    """Record id -> whether the person is certainly on our list on a day; those who certainly are not are left out."""
    found: dict[str, bool] = {}
    for listing in listings:
        answer = listing_presence(listing).at(day) if listing.protocol == protocol else Answer.NO
        if answer is not Answer.NO:
            found[listing.person] = found.get(listing.person, False) or answer is Answer.YES
    return found


def _place(listed: Sequence[Listed], people: Mapping[str, Person]) -> list[tuple[str, tuple[Listed, str]]]:
    """Whom each name on the IRB's list means here: by address, else by a name that only one person has."""
    addresses: dict[str, set[str]] = {}
    for record, person in people.items():
        for address in (person.university_email, person.other_email, person.personal_email):
            if normal(address):
                addresses.setdefault(normal(address), set()).add(record)
    words = {record: words_of(person) for record, person in people.items()}
    return [_one(one, addresses, words) for one in listed]


def _one(
    listed: Listed, addresses: Mapping[str, set[str]], words: Mapping[str, frozenset[str]]
) -> tuple[str, tuple[Listed, str]]:
    found = addresses.get(listed.address, set()) if listed.address else set()
    if not found:
        mine = frozenset(name_words(listed.name))
        found = {record for record, known in words.items() if len(mine) > 1 and mine <= known}
    if len(found) == 1:
        return next(iter(found)), (listed, "")
    why = f"fits records {' and '.join(_ordered(found))}" if found else ""
    return "", (listed, why)


def _ordered(records: Iterable[str]) -> list[str]:
    return sorted(records, key=record_order)


def _left_words(assessment: Assessment, record: str, protocol: str, today: date) -> str:
    """Return words for a person who certainly left the lab, else "".

    Also "" where our listing says that they stay.
    """
    end = (stays(assessment, record) & Timeline.between(None, plus_days(today, -1))).end()
    if belongs_on(assessment, record, today) is not Answer.NO or end is None:
        return ""
    if any(row.stays for row in assessment.listings if (row.person, row.protocol) == (record, protocol)):
        return ""
    return _words(assessment, record, f"left on {show(end)}; have them removed")


def _words(assessment: Assessment, record: str, what: str) -> str:
    return f"{assessment.person_label(record)} (record {record}): {what}"

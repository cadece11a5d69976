"""Whether a record id now belongs to another person than before.

It decides by what two people never share: names, addresses, the member id at CITI (ruling 30 of tests/reckoner/rulings.md).
Pure.

REDCap numbers a new record one above the highest, so the number of a deleted last record comes back. Without this the next person
would inherit the welcome, the reminders and the letters of the former one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from onboard.errors import ReadInDoubt
from onboard.folding import fold
from onboard.model import Assessment, History, Person, PersonSeen
from onboard.model.records import record_order
from onboard.planning.addresses import normal
from onboard.planning.item_keys import part, person_of

_Row = TypeVar("_Row")
#: The only mark of a person who was gone before marks were stored.
_GONE = "gone"
#: Fewer new people under old numbers are shown on the worklist only.
_MANY = 3
#: What separates two other names in one cell.
_BORDERS = re.compile(r"[();/\n]")


def marks_of(person: Person) -> frozenset[str]:
    """Return hashes of what a person is recognized by; empty for an empty form.

    A greeting does not count: many share it.
    """
    whole = person.name.removesuffix(f" ({person.greet})").removesuffix(f" (record {person.record})")
    names = [whole] if whole != f"record {person.record}" else []
    names += [name for name in _BORDERS.split(person.other_names) if len(name.split()) > 1]
    found = {f"name {_words(name)}" for name in names if _words(name)}
    addresses = (person.university_email, person.other_email, person.personal_email)
    found |= {f"address {normal(address)}" for address in addresses if normal(address)}
    found |= {f"citi {fold(person.citi_id)}"} if fold(person.citi_id) else set()
    return frozenset(hashlib.sha256(mark.encode()).hexdigest()[:16] for mark in found)


def _words(name: str) -> str:
    """A name whichever way round it is written."""
    return " ".join(sorted(fold(word) for word in re.split(r"[\s,]+", name) if fold(word)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNow:
    """What one read changes: the rows to be remembered, and the record ids that are another person's now."""

    rows: tuple[PersonSeen, ...] = ()
    replaced: frozenset[str] = frozenset()


def seen_now(known: Mapping[str, Sequence[PersonSeen]], people: Iterable[Person], read_at: datetime) -> SeenNow:
    """Compare the people of a read with those seen before.

    A person without any mark does not count as new yet.
    """
    rows, replaced = [], set()
    for person in people:
        marks, before = marks_of(person), known.get(person.record, ())
        if not marks:
            continue
        if not before:
            rows.append(PersonSeen(record=person.record, number=1, since=read_at, marks=marks))
        elif not marks & before[-1].marks:
            rows.append(PersonSeen(record=person.record, number=before[-1].number + 1, since=read_at, marks=marks))
            replaced.add(person.record)
        elif marks != before[-1].marks:
            rows.append(replace(before[-1], marks=marks))
    return SeenNow(rows=tuple(rows), replaced=frozenset(replaced))


def gone_before(history: History, present: Collection[str], read_at: datetime) -> tuple[PersonSeen, ...]:
    """Return record ids with items that no record has any more.

    In a ledger of an earlier version: the next person with such a number is another one, because nothing is known of the former.
    """
    said = {person_of(key) for key in history.items} - {"", *present}
    return tuple(PersonSeen(record=record, number=1, since=read_at, marks=frozenset({_GONE})) for record in sorted(said))


def refuse_many(replaced: Collection[str], known: int) -> None:
    """Refuse a read in which too many record ids changed their person.

    Several at once, and more than a tenth of the people, are not new people: the rows were shifted or renumbered, and all of them
    would be welcomed again. Raises ReadInDoubt.
    """
    if len(replaced) >= _MANY and len(replaced) * 10 > known:
        raise ReadInDoubt(
            f"{len(replaced)} of {known} record ids have other names, addresses and CITI ids than in the last good read "
            f"({', '.join(sorted(replaced, key=record_order)[:5])} ...). No mail went out. Look whether an import shifted the "
            "rows or the project was numbered anew, and put it right. If they are all new people, run it once with "
            "--accept-fewer-rows."
        )


def refuse_moved(
    known: Mapping[str, Sequence[PersonSeen]], people: Iterable[Person], replaced: Collection[str], gone: Collection[str]
) -> None:
    """Refuse a read in which a person is under another record id than in the last good one.

    Two record ids were exchanged, or one was renamed: what was sent is remembered by the number, so it would go again to one, and
    count for the other. `gone`: the record ids that the last good read had and this one lacks. Raises ReadInDoubt.
    """
    present = {person.record: person for person in people}
    left = {one: known[one][-1].marks for one in {*replaced, *(set(gone) - present.keys())} if one in known}
    moved = [
        (old, person.record)
        for person in present.values()
        if person.record in replaced or person.record not in known
        for old, marks in left.items()
        if old != person.record and marks & marks_of(person)
    ]
    if moved:
        named = ", ".join(f"{old} is {new} now" for old, new in sorted(moved)[:5])
        raise ReadInDoubt(
            f"People of the last good read have other record ids: record {named}. No mail went out, since what was sent is "
            "remembered by record id. Give the records their old ids back in REDCap. If the new ones shall stay, run it once "
            "with --accept-fewer-rows: these people then begin anew, and may get again what they had."
        )


def new_since(known: Mapping[str, Sequence[PersonSeen]], instant: datetime) -> frozenset[str]:
    """The record ids that became another person's after an instant."""
    return frozenset(record for record, seen in known.items() if len(seen) > 1 and seen[-1].since > instant)


def own_history(history: History, known: Mapping[str, Sequence[PersonSeen]], assessment: Assessment) -> History:
    """Return the history as the next run will see it.

    Without the items of former people, where that is not stored yet.
    """
    replaced = seen_now(known, assessment.people.values(), assessment.read_at).replaced
    if not replaced:
        return history
    parts = {part(record) for record in replaced}
    items = {key: one for key, one in history.items.items() if parts.isdisjoint(key.split("/")[1:2])}
    mails = tuple(replace(one, person="") if one.person in replaced else one for one in history.mails)
    new = {**history.new_people, **dict.fromkeys(replaced, assessment.read_at)}
    return replace(history, items=items, mails=mails, new_people=new)


def without(assessment: Assessment, records: Collection[str]) -> Assessment:
    """An assessment without some people: as it was before they came."""
    if not records:
        return assessment

    def rest(rows: Mapping[str, _Row]) -> dict[str, _Row]:
        return {record: row for record, row in rows.items() if record not in records}

    return replace(
        assessment,
        people=rest(assessment.people),
        appointments=rest(assessment.appointments),
        assignments=rest(assessment.assignments),
        absences=rest(assessment.absences),
        snoozes=rest(assessment.snoozes),
        log=rest(assessment.log),
        completions=rest(assessment.completions),
        by_person=rest(assessment.by_person),
        listings=tuple(row for row in assessment.listings if row.person not in records),
        delegations=tuple(row for row in assessment.delegations if row.person not in records),
        findings=tuple(row for row in assessment.findings if row.person not in records),
        readiness=tuple(row for row in assessment.readiness if row.person not in records),
    )

"""Whom each name on the IRB's list means here.

By address, held against the name, or by two words of a name; middle initials and letters behind a name make no stranger. A
surname with an initial, or a name that several people have, leave it unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from onboard.intake.irb_list import Listed
from onboard.intake.names import agrees, name_words, telling_words, words_of
from onboard.model import Person
from onboard.model.records import record_order
from onboard.planning.addresses import normal


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One name of the list: the record it surely means (`person`), or the records it may mean, with why."""

    listed: Listed
    person: str = ""
    near: tuple[str, ...] = ()
    why: str = ""


class _Fit(IntEnum):
    NONE, PERHAPS, SURE = 0, 1, 2


class Names:
    """Everybody of the lab by address and by the words of their names."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people
        self._words = {record: words_of(person) for record, person in people.items()}
        self._addresses: dict[str, set[str]] = {}
        self._by_word: dict[str, set[str]] = {}
        for record, person in people.items():
            for address in (person.university_email, person.other_email, person.personal_email):
                if normal(address):
                    self._addresses.setdefault(normal(address), set()).add(record)
            for word in self._words[record]:
                self._by_word.setdefault(word, set()).add(record)

    def place(self, listed: Sequence[Listed]) -> list[Placed]:
        """Each name of a list with whom it means, in order. A row in doubt means its person perhaps."""
        first = _initials_apart([self._one(one) for one in listed])
        certain = {one.person for one in first if one.person and not one.listed.doubt}
        sure = certain | {one.person for one in first if one.person}
        return [_rest(one, sure) if not one.person else one if one.person in certain else _doubted(one) for one in first]

    def _one(self, listed: Listed) -> Placed:
        known = self._addresses.get(listed.address, set()) if listed.address else set()
        if known:
            return self._by_address(listed, known)
        fits = self._fits(listed.name)
        certain = {record for record, fit in fits.items() if fit is _Fit.SURE}
        if len(certain) == 1:
            return Placed(listed=listed, person=next(iter(certain)))
        near = certain or {record for record, fit in fits.items() if fit is _Fit.PERHAPS}
        return Placed(listed=listed, near=_ordered(near), why=f"fits {_records(certain)}" if certain else "")

    def _by_address(self, listed: Listed, known: set[str]) -> Placed:
        named = {record for record in known if self._may_be(listed.name, record)}
        if len(named) == 1:
            return Placed(listed=listed, person=next(iter(named)))
        near = named or known
        why = f"its address fits {_records(near)}" + ("" if named else ", its name does not")
        return Placed(listed=listed, near=_ordered(near), why=why)

    def _may_be(self, name: str, record: str) -> bool:
        words = self._words[record]
        return not name or agrees(name, words) or self._fit(name, record) is not _Fit.NONE

    def _fits(self, name: str) -> dict[str, _Fit]:
        """The people with whom a name has a word in common, with how well it fits them."""
        words = telling_words(name) or name_words(name)
        some = set[str]().union(*(self._by_word.get(word, set()) for word in words))
        return {record: self._fit(name, record) for record in some}

    def _fit(self, name: str, record: str) -> _Fit:
        mine, words, telling = frozenset(name_words(name)), self._words[record], telling_words(name)
        if len(mine) > 1 and mine <= words:
            return _Fit.SURE
        own = telling_words(self._people[record].name)
        within = len(set(telling)) > 1 and set(telling) <= words
        around = len(own) > 1 and len(telling) > 1 and set(own) <= set(telling) and {telling[0], telling[-1]} <= set(own)
        if within or around:
            return _Fit.PERHAPS if _contradicted(mine, words) else _Fit.SURE
        return _Fit.PERHAPS if any(_beside(mine, words, common) for common in words.intersection(telling)) else _Fit.NONE


def _contradicted(mine: frozenset[str], words: frozenset[str]) -> bool:
    """Whether the initials of a name speak against a person whose middle name or initial is on record."""
    initials = {word for word in mine if len(word) == 1}
    more = {word for word in words - mine if word.isascii()}
    return bool(initials and more) and not any(word[0] in initials for word in more)


def _beside(mine: frozenset[str], words: frozenset[str], common: str) -> bool:
    """Whether another word begins alike beside one that is the same."""
    rest = mine - {common}
    return not rest or any(one[0] == other[0] for one in rest for other in words - {common})


def _initials_apart(placed: Sequence[Placed]) -> list[Placed]:
    """Two rows of one person whose middle initials differ may be two people, so they mean that person perhaps."""
    initials: dict[str, set[str]] = {}
    for one in placed:
        if _by_name(one):
            found = "".join(word for word in name_words(one.listed.name) if len(word) == 1)
            initials.setdefault(one.person, set()).update({found} - {""})
    several = {record for record, found in initials.items() if len(found) > 1}
    return [_as_another(one) if _by_name(one) and one.person in several else one for one in placed]


def _by_name(one: Placed) -> bool:
    return bool(one.person) and not one.listed.address


def _as_another(one: Placed) -> Placed:
    why = f"fits record {one.person}, as another row with other initials does"
    return Placed(listed=one.listed, near=(one.person,), why=why)


def _doubted(one: Placed) -> Placed:
    return Placed(listed=one.listed, near=(one.person,), why=one.listed.doubt) if one.listed.doubt else one


def _rest(one: Placed, sure: set[str]) -> Placed:
    """A name without a sure match: perhaps one of those whom no other row means, else a stranger."""
    if one.why:
        return one
    near = tuple(record for record in one.near if record not in sure)
    return Placed(listed=one.listed, near=near, why=f"may be {_records(near)}" if near else "")


def _records(records: Iterable[str]) -> str:
    """``record 3``, ``records 12 and 13``."""
    found = _ordered(records)
    return f"{'record' if len(found) == 1 else 'records'} {' and '.join(found)}"


def _ordered(records: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(records, key=record_order))

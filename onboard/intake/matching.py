"""Whose completion it is.

By CITI member id, addresses and user name, each compared with the name; a name alone only suggests a person, and two keys that
point to different people decide nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from onboard.intake.claims import Claimed, plain_id
from onboard.intake.names import agrees, may_be, telling_words, words_of
from onboard.model import Person
from onboard.model.records import record_order
from onboard.planning.addresses import normal


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whose it is and by what (`how`).

    Or "", why not, and record ids of people it might be (`near`).
    """

    person: str = ""
    how: str = ""
    why: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of a claim that is known here."""

    kind: str  # "member", "address", "mailbox"
    words: str
    records: frozenset[str]


class Roster:
    """Everybody of the lab by each key. `mailboxes`: domains in which a user name is the part before the @."""

    def __init__(self, people: Iterable[Person], mailboxes: Collection[str] = ()) -> None:
        self._people = {person.record: person for person in people}
        self._words = {record: words_of(person) for record, person in self._people.items()}
        self._members: dict[str, set[str]] = {}
        self._addresses: dict[str, set[str]] = {}
        self._mailboxes = tuple(domain.lower().lstrip("@") for domain in mailboxes)
        self._by_word: dict[str, set[str]] = {}
        for record, person in self._people.items():
            self._add(record, person)

    def _add(self, record: str, person: Person) -> None:
        if member := _member_id(person.citi_id):
            self._members.setdefault(member, set()).add(record)
        for address in (person.university_email, person.other_email, person.personal_email):
            if address.strip():
                self._addresses.setdefault(normal(address), set()).add(record)
        for word in self._words[record]:
            self._by_word.setdefault(word, set()).add(record)

    def name(self, record: str) -> str:
        """The person's name for people to read."""
        return self._people[record].label if record in self._people else record

    def same_name(self, record: str, name: str) -> bool:
        """Whether a name agrees with that of a person; a claim without one contradicts none."""
        return not name or agrees(name, self._words.get(record, frozenset()))

    def match(self, claim: Claimed, told: str = "") -> Match:
        """Return whose a claim is.

        `told`: the record id a user gave by hand for it; the name must still agree.
        """
        if told:
            return self._told(claim, told)
        keys = list(self._keys(claim))
        if not keys:
            return Match(why=_no_key(claim), near=self._near(claim))
        common = frozenset.intersection(*(key.records for key in keys))
        if len(common) != 1:
            return Match(why=self._quarrel(keys), near=_ordered(frozenset[str]().union(*(key.records for key in keys))))
        (record,) = common
        return self._one(claim, record, keys)

    def _told(self, claim: Claimed, told: str) -> Match:
        if self.same_name(told, claim.name):
            return Match(person=told, how="as you said")
        why = f"You said record {told} ({self.name(told)}), but the file says {claim.name}. Add it to “other names” if it is so."
        return Match(why=why, near=(told,))

    def _keys(self, claim: Claimed) -> Iterable[_Key]:
        if found := self._members.get(_member_id(claim.member_id)):
            yield _Key("member", f"CITI member ID {claim.member_id}", frozenset(found))
        for address in claim.addresses:
            if found := self._addresses.get(normal(address)):
                yield _Key("address", address, frozenset(found))
        if claim.username and "@" not in claim.username:
            boxes = (self._addresses.get(f"{claim.username.lower()}@{domain}", set()) for domain in self._mailboxes)
            if found := set[str]().union(*boxes):
                yield _Key("mailbox", f"user name {claim.username}", frozenset(found))

    def _one(self, claim: Claimed, record: str, keys: Collection[_Key]) -> Match:
        """One person fits every key. Where only one kind of key speaks, a name that wholly differs is a reason to doubt."""
        words = " and ".join(key.words for key in keys)
        known = _member_id(self._people[record].citi_id)
        other_id = bool(claim.member_id and known and known != _member_id(claim.member_id))
        agreed = bool(claim.name) and self.same_name(record, claim.name)
        alone = len({key.kind for key in keys}) == 1
        if alone and claim.name and not agreed:
            why = f"Only {words} fits record {record} ({self.name(record)}); the name {claim.name} does not."
            return Match(why=f"{why} Add it to “other names” if it is the same person.", near=(record,))
        if other_id and not agreed:
            why = f"{words} fits record {record} ({self.name(record)}), but another CITI member ID is recorded there."
            return Match(why=why, near=(record,))
        notes = [f"another CITI member ID ({claim.member_id}) than recorded"] if other_id else []
        notes += [f"the file says {claim.name}"] if claim.name and not agreed else []
        return Match(person=record, how="; ".join([words, *notes]))

    def _quarrel(self, keys: Collection[_Key]) -> str:
        said = "; ".join(f"{key.words} fits record {' and '.join(_ordered(key.records))}" for key in keys)
        return f"Cannot tell whose it is: {said}. Correct the records, then run intake again."

    def _near(self, claim: Claimed) -> tuple[str, ...]:
        """People the name suggests."""
        some = set[str]().union(*(self._by_word.get(word, set()) for word in telling_words(claim.name)))
        return _ordered(record for record in some if may_be(claim.name, self._words[record]))


def _ordered(records: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(records, key=record_order))


def _member_id(text: str) -> str:
    """A member id without padding and without words typed around it; "" for what identifies no one."""
    return "".join(letter for letter in plain_id(text) if letter.isdigit()).lstrip("0")


def _no_key(claim: Claimed) -> str:
    given: Mapping[str, str] = {
        f"CITI member ID {claim.member_id}": claim.member_id,
        ", ".join(claim.addresses): " ".join(claim.addresses),
        f"user name {claim.username}": "" if claim.addresses and "@" in claim.username else claim.username,
    }
    said = ", ".join(words for words, value in given.items() if value)
    if not said:
        return "The file gives only a name, and a name alone decides nothing. Say whose it is with --person."
    return f"Nobody here has {said}. If it is one of you, write the CITI member ID or the address into their record."

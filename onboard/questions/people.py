"""Which person or protocol a user at a terminal means.

A match, or a refusal that names the nearest; it never guesses between two.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from onboard.errors import OnboardError
from onboard.folding import fold
from onboard.model import Assessment, Person, Protocol

_Noun = TypeVar("_Noun", Person, Protocol)
#: Letters that carry no accent to strip off but are typed without it.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})


def plain(text: str) -> str:
    """Text without case and accents, one space between words: ``Núñez-Ibáñez`` is ``nunez ibanez``."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = "".join(c if c.isalnum() or c in "@._+'" else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.replace("'", "").split())


def find_person(assessment: Assessment, text: str) -> Person:
    """Return the one person meant by a record id, a name, or a part of either.

    A part of an address counts too; accents and case do not. An exact match goes before a part. Raises OnboardError that names
    the several that fit, or the nearest when none does.
    """
    people = list(assessment.people.values())
    return _found("person", text, people, (_same_record, _same_person, _part_of_person), _person_in_full)


def find_protocol(assessment: Assessment, text: str) -> Protocol:
    """The one protocol meant by a record id, number, short code or a part of number, code or title; raises as `find_person`."""
    protocols = list(assessment.protocols.values())
    return _found("protocol", text, protocols, (_same_record, _same_protocol, _part_of_protocol), _protocol_in_full)


def _found(
    what: str,
    text: str,
    nouns: Sequence[_Noun],
    ways: Sequence[Callable[[_Noun, str], bool]],
    label: Callable[[_Noun], str],
) -> _Noun:
    wanted = text.strip()
    for fits in ways if wanted else ():
        hits = [noun for noun in nouns if fits(noun, wanted)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            named = "; ".join(label(noun) for noun in hits[:8]) + ("; ..." if len(hits) > 8 else "")
            raise OnboardError(f"{text!r} matches {len(hits)} {_many(what)}: {named}. Give the record id.")
    raise OnboardError(f"No {what} matches {text!r}. {_nearest(what, wanted, nouns, label)}")


def _many(what: str) -> str:
    return "people" if what == "person" else f"{what}s"


def _nearest(what: str, wanted: str, nouns: Sequence[_Noun], label: Callable[[_Noun], str]) -> str:
    """The likest names, or the way to see them all."""
    names = {plain(name): label(noun) for noun in nouns for name in _names(noun) if name}
    close = difflib.get_close_matches(plain(wanted), list(names), n=3, cutoff=0.6) if wanted else []
    if close:
        return f"Did you mean {' or '.join(dict.fromkeys(names[name] for name in close))}?"
    return f"`onboard status` lists every {what}."


def _names(noun: Person | Protocol) -> list[str]:
    if isinstance(noun, Protocol):
        return [noun.number, noun.code, noun.title]
    return [noun.name, noun.greet, *noun.name.split(), *noun.other_names.split(";"), noun.university_email]


def _same_record(noun: Person | Protocol, wanted: str) -> bool:
    return noun.record == wanted


def _same_person(person: Person, wanted: str) -> bool:
    """The whole name, name to greet, another name or an address."""
    names = (person.name, person.greet, *person.other_names.split(";"), *_addresses(person))
    return any(plain(name) == plain(wanted) for name in names if plain(name))


def _part_of_person(person: Person, wanted: str) -> bool:
    """Every word typed is found somewhere in the names or addresses, in any order; a domain counts only behind an @."""
    addresses = (address if "@" in wanted else address.partition("@")[0] for address in _addresses(person))
    heap = plain(" ".join((person.name, person.greet, person.other_names, *addresses)))
    words = plain(wanted).split()
    return bool(words) and all(word in heap for word in words)


def _addresses(person: Person) -> tuple[str, str, str]:
    return person.university_email, person.other_email, person.personal_email


def _same_protocol(protocol: Protocol, wanted: str) -> bool:
    """Number or short code, compared without case, spaces and dashes as everywhere."""
    return fold(wanted) in {fold(name) for name in (protocol.number, protocol.code) if name}


def _part_of_protocol(protocol: Protocol, wanted: str) -> bool:
    heap = plain(" ".join((protocol.number, protocol.code, protocol.title)))
    words = plain(wanted).split()
    return bool(words) and all(word in heap for word in words)


def _person_in_full(person: Person) -> str:
    return f"{person.name or person.greet or 'no name'} (record {person.record})"


def _protocol_in_full(protocol: Protocol) -> str:
    named = " ".join(name for name in (protocol.code, protocol.number) if name)
    return f"{named or protocol.title or 'no name'} (record {protocol.record})"

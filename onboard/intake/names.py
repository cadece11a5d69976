"""When two names may be one person's; a name alone never identifies a person.

Surnames change, given names are shortened, accents and titles come and go: one word in common is agreement, none is not.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from onboard.model import Person

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
_TITLES = frozenset({"md", "phd", "dr", "prof", "mph", "rn", "jr", "sr", "ii", "iii", "mr", "ms", "mrs"})


@lru_cache(maxsize=65536)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents and titles, in order; an initial is a word of one letter."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    plain = "".join(c if c.isalnum() else "" if c in "'’" or unicodedata.combining(c) else " " for c in letters)
    return tuple(word for word in plain.split() if word not in _TITLES)


def words_of(person: Person) -> frozenset[str]:
    """Every word a person is known by: the name, the name to greet, other names."""
    return frozenset(name_words(f"{person.name} {person.greet} {person.other_names}"))


def share_a_name(first: str, second: str) -> bool:
    """Whether two names have a whole word in common."""
    return agrees(first, frozenset(name_words(second)))


def agrees(name: str, words: frozenset[str]) -> bool:
    """Whether a name has a whole word in common with those of a person."""
    return any(len(word) > 1 and word in words for word in name_words(name))


def may_be(name: str, words: frozenset[str]) -> bool:
    """Whether a name alone would suggest a person: the last word and the first letter agree. A hint, never a match."""
    mine = name_words(name)
    if len(mine) < 2 or mine[-1] not in words:
        return False
    return any(word[0] == mine[0][0] for word in words - {mine[-1]})

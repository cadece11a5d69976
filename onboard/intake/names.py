"""When two names may be one person's; a name alone never identifies a person.

Surnames change, given names are shortened, accents and titles come and go: one telling word in common is agreement, none is not.
A particle (al, van, de, bin), a stand-in for a missing name (FNU) and letters behind a name (CCRC, BSN, PhD) tell no one from
another. Some of them are also names (Ma, Le, Do), so a name of such words alone agrees as a whole.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from onboard.model import Person

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
#: Titles, degrees and certificates that are no one's name; they are left out of a name.
_LETTER_WORDS = """
dr prof professor mr mrs ms mx miss jr sr ii iii iv esq md phd dphil mph mba msc bsc bsn msn adn dnp rn lpn lvn aprn arnp crnp
fnp crna cnm cna dds dmd dvm pharmd rph drph scd psyd edd jd llm mhs mha msw lcsw mbbs mbchb bds mrcp frcp frcs facc facs
facp faha fesc ccrc ccrp ccra acrp socra cphq cphrm cip cim rdcs rdms rvt rcis emt otr dpt ccc slp bcps
"""
_LETTERS = frozenset(_LETTER_WORDS.split())
#: Words that agree by chance: particles, stand-ins for a name that is missing, and letters that are names elsewhere.
_WEAK_WORDS = """
al el ul ad ar as ash at az an en abd abu abi umm bin ibn bint ould van von vom der den dem de del della dello delle degli dei
di da das do dos du des la le las los zu zum zur ter ten te op af av of the san santa sao st ste saint
fnu lnu nfn nln nmi nmn unknown none null na nn tba tbd xx xxx
ma ba bs pa np rd pt ot ra cra crc mt rt ld
"""
_WEAK = frozenset(_WEAK_WORDS.split())


@lru_cache(maxsize=65536)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents, titles and degrees, in order; an initial is a word of one letter."""
    letters = unicodedata.normalize("NFKD", text.replace("Ph.D", "PhD").replace("M.D", "MD").casefold().translate(_PLAIN))
    plain = "".join(c if c.isalnum() else "" if c in "'’" or unicodedata.combining(c) else " " for c in letters)
    return tuple(word for word in plain.split() if word not in _LETTERS)


def words_of(person: Person) -> frozenset[str]:
    """Every word a person is known by: the name, the name to greet, other names."""
    return frozenset(name_words(f"{person.name} {person.greet} {person.other_names}"))


def telling_words(name: str) -> tuple[str, ...]:
    """The words of a name that tell one person from another, in order: whole words that are no particle and no stand-in."""
    return tuple(word for word in name_words(name) if len(word) > 1 and word not in _WEAK)


def share_a_name(first: str, second: str) -> bool:
    """Whether two names have a telling word in common, or one is wholly in the other."""
    return agrees(first, frozenset(name_words(second)))


def agrees(name: str, words: frozenset[str]) -> bool:
    """Whether a name has a telling word in common with those of a person; two words and more may also agree as a whole."""
    mine = frozenset(name_words(name))
    return not words.isdisjoint(telling_words(name)) or (len(mine) > 1 and mine <= words and any(len(one) > 1 for one in mine))


def may_be(name: str, words: frozenset[str]) -> bool:
    """Whether a name alone would suggest a person: the last word and the first letter agree. A hint, never a match."""
    mine = name_words(name)
    if len(mine) < 2 or mine[-1] not in words:
        return False
    return any(word[0] == mine[0][0] for word in words - {mine[-1]})

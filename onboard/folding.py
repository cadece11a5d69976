"""When two printed texts are the same text, and words for counts.

Equality after folding decides, never likeness or meaning: what a text is a slip of (`slips_of`) only leaves in doubt.

Course names and protocol numbers arrive retyped, pasted and mangled: another case, curly quotes, a dash that became
``¿``. What is left after folding must be equal, letter by letter ("Biomedical Research" is not "Biomedical Responsible
Conduct of Research").
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

#: UTF-8 dashes and quotes that were read as Windows-1252 on their way.
_MOJIBAKE = re.compile("â€[\x80-\x9f‐-‟“”˜™œ\x9d]?")
_QUOTES = frozenset("'\"`´‘’‚‛“”„‟‹›«»′″")
#: The dash as it arrives mangled, the minus sign, the replacement character, invisible marks.
_UNSEEN = frozenset("¿\u2212\ufffd\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """A course or institution without case, spaces, quotes and dashes of every kind. Folding twice changes nothing more."""
    return _settled(fold_reference(text), _QUOTES)


@lru_cache(maxsize=65536)
def fold_reference(text: str) -> str:
    """A protocol's number or short code without case, spaces and dashes of every kind. Folding twice changes nothing more."""
    return _settled(text, frozenset())


def _settled(text: str, noise: frozenset[str]) -> str:
    """Fold case and normalize until nothing changes.

    Each may uncover work for the other. Plain letters need no second pass.
    """
    if text.isascii():
        return "".join(letter for letter in text.lower() if letter not in noise and not _is_gap(letter))
    plain = _without(text, noise)
    while plain != (again := _without(plain, noise)):
        plain = again
    return plain


def _without(text: str, noise: frozenset[str]) -> str:
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _MOJIBAKE.sub("", text)).casefold())
    return "".join(letter for letter in _MOJIBAKE.sub("", lowered) if letter not in noise and not _is_gap(letter))


def _is_gap(letter: str) -> bool:
    return letter in _UNSEEN or letter.isspace() or unicodedata.category(letter) in ("Pd", "Cc")


def counted(number: int, one: str, many: str = "") -> str:
    """``1 step``, ``3 steps``, ``2 people``; `many` for plurals that are not one + s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


# slips ----------------------------------------------------------------------------------------------------------------

#: A name of so many letters is short: two slips would make any other of it.
_SHORT = 4


def slips_of(text: str, named: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return what a text may be a slip of, the nearest first: each of which a folded name differs in at most two letters.

    In one of a short text. Where a name is the text itself, only what bears it. `named`: id, names.
    """
    wanted, near = fold_reference(text), list[tuple[int, str]]()
    most = 1 if len(wanted) <= _SHORT else 2
    for identity, names in named:
        folded = [name for name in map(fold_reference, names) if name and abs(len(name) - len(wanted)) <= most]
        slips = min((letters_apart(wanted, name) for name in folded), default=most + 1)
        if slips <= most:
            near.append((slips, identity))
    if any(slips == 0 for slips, _ in near):
        most = 0
    return [identity for slips, identity in sorted(near, key=lambda one: one[0]) if slips <= most]


def letters_apart(one: str, other: str) -> int:
    """How many letters to add, leave out, change or swap with the next one make one text of the other."""
    before, row = list[int](), list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        older, before, row = before, row, [place]
        for at, wanted in enumerate(other, start=1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and (letter, one[place - 2]) == (other[at - 2], wanted):
                cost = min(cost, older[at - 2] + 1)
            row.append(cost)
    return row[-1]

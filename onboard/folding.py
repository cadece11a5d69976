"""When two printed texts are the same text, and words for counts.

Equality after folding decides, never likeness or meaning.

Course names and protocol numbers arrive retyped, pasted and mangled: another case, curly quotes, a dash that became
``¿``. What is left after folding must be equal, letter by letter ("Biomedical Research" is not "Biomedical Responsible
Conduct of Research").
"""

import re
import unicodedata
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

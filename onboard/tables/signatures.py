"""Whether a cell that asks for a signature names a person.

A stand-in ("tbd", "n/a", "-", "pending Dr. Rivera") signs nothing. Whether the person named may sign is not decided here.

A delegation, a waiver and an acceptance hold because a person gave them. A cell filled so that it is not empty does not name one,
and what is unknown is never ready: it is read as blank, and reported.
"""

from __future__ import annotations

import re
from itertools import pairwise
from zoneinfo import ZoneInfo

from onboard.tables.cells import Cell, CellProblem, clean, quoted
from onboard.tables.stand_ins import ALONE, BEFORE, COMING, NOT_YET, PROSE, WHOLE, WITHIN, plain

#: REDCap's own missing data codes; written exactly so they name no person, since Oth and Msk may.
_MISSING = frozenset(
    {
        "NI", "INV", "UNK", "NASK", "ASKU", "NAV", "MSK", "NA", "NAVU", "NP", "QS", "QI", "TRC", "UNC", "DER", "PINF", "NINF",
        "OTH",
    }
)  # fmt: skip
#: "#REF!" and its kin, as a spreadsheet writes them, and "didn't" with any apostrophe.
_BROKEN_CELL = re.compile(r"#(REF|VALUE|NAME|NUM|NULL|DIV|N/A|SPILL|CALC)\b")
_CONTRACTION = re.compile(r"\w+n['’`´]t\b")
_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"})


def read_signature(text: str, zone: ZoneInfo) -> Cell:
    """Return who signed, in one line; "" when blank.

    Also "", with a problem, when the text names no person.
    """
    line = clean(text)
    if not line or names_somebody(line):
        return line, None
    code = " A code of a list is named under values in redcap.toml." if line.isascii() and line.isdigit() else ""
    return "", CellProblem(
        slug="no-signature",
        what=f"holds {quoted(line)}, which is not a name. It counts as not signed.",
        next_step="Type the name of the person who signed, once they have; until then leave it blank." + code,
    )


def names_somebody(line: str) -> bool:
    """Whether a text may be the name of the person who signed.

    It has letters, is not a date, asks nothing and waits for nothing.
    """
    folded = plain(line)
    bare = re.sub(r"^\W+|\W+$", "", folded)
    if _BROKEN_CELL.search(line) or _CONTRACTION.search(folded):
        return False
    if line in _MISSING or "?" in line or bare in WHOLE or bare.startswith(BEFORE) or any(part in folded for part in WITHIN):
        return False
    tokens = re.findall(r"\w+", folded)
    words = [token for token in tokens if not token[0].isdigit()]
    together = "".join(letter for word in words for letter in word if letter.isalpha())
    letters = "".join(filter(str.isalpha, line))
    if not together or together in ALONE or len(letters) < 1 + letters.isascii():
        return False
    if len(words) < len(tokens) and _MONTHS.issuperset(words):
        return False
    if not NOT_YET.isdisjoint((*words, together)) or any(pair in COMING for pair in pairwise(words)):
        return False
    return not _is_prose(line)


def _is_prose(line: str) -> bool:
    """Whether a text tells of a signature: it has a word that is never a name in small letters, or in a text of capitals."""
    told = PROSE.intersection
    words = re.findall(r"\w+", line)
    if all(word == word.upper() for word in words) and len(words) > 1:
        return len(told(plain(word) for word in words)) > 0
    return bool(told(plain(word) for word in words if word == word.lower()))

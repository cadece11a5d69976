"""When two texts name one person: without case, accents, titles and middle initials, and whichever way round they are written.

Equality after folding decides, never likeness. "Kim, Vera", "Dr. Vera Kim" and "Vera J. Kim" are one name; a nickname is another.
"""

from __future__ import annotations

import re
from functools import lru_cache

from onboard.model.written_days import plain_letters

#: Titles and forms of address in the languages that are read; with or without a dot.
_TITLES = frozenset(
    {
        "dr", "dra", "prof", "profa", "professor", "professora", "mr", "mrs", "ms", "mx", "miss", "sir", "md", "phd", "rn", "ba",
        "msc", "frau", "herr", "fr", "hr", "dipl", "ing", "priv", "doz", "pd", "mag", "sr", "sra", "srta", "don", "dona", "lic",
        "mme", "mlle", "m", "me", "pr", "sig", "sigra", "dott", "dottssa", "dottoressa", "mevr", "mevrouw", "dhr", "drs", "ir",
    }
)  # fmt: skip


@lru_cache(maxsize=65536)
def name_key(text: str) -> str:
    """What is left of a name: its words in their order; "" where nothing is."""
    last, comma, first = text.partition(",")
    whole = f"{first} {last}" if comma and _words(first) else text
    words = _words(whole)
    return " ".join(words)


@lru_cache(maxsize=65536)
def last_name_key(text: str) -> str:
    """The last name alone: before a comma, else the last word."""
    last, comma, first = text.partition(",")
    words = _words(last if comma and _words(first) else text)
    return " ".join(words) if comma else (words[-1] if words else "")


def _words(text: str) -> list[str]:
    parts = re.findall(r"[^\W\d_]+(?:['’`´-][^\W\d_]+)*|\d+", plain_letters(text))
    words = [part for part in (re.sub(r"['’`´-]", "", part) for part in parts) if part not in _TITLES]
    long = [word for word in words if len(word) > 1]
    return long or words

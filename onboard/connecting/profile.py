"""The cells of a field as counts, so that a guess rests on what is there and no value of a person is kept.

A day is counted by the orders it fits; a column decides its order by at least three cells that fit one order only, and none that
fits the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from onboard.model.person_names import last_name_key, name_key
from onboard.model.written_days import day_kind

#: So many cells that fit one order only decide a column.
DECIDE = 3
_STAND_INS = frozenset({"n/a", "na", "none", "tbd", "?", "-", "pending", "unknown", "yes", "no", "see cert", "see binder", "x"})


@dataclass(slots=True)
class Profile:
    """What one field's cells are."""

    filled: int = 0
    days: Counter[str] = field(default_factory=Counter)  # iso, mdy, dmy, both, named, part, words
    languages: Counter[str] = field(default_factory=Counter)  # of named months that are not English
    codes: Counter[str] = field(default_factory=Counter)  # code -> cells, of fields with choices
    addresses: int = 0
    names: int = 0  # cells that are a name of somebody here
    last_names: int = 0
    logins: int = 0
    people: int = 0  # cells that name somebody here in any exact way
    studies: int = 0
    numbers: int = 0
    distinct: int = 0
    words: Counter[str] = field(default_factory=Counter)  # stand-ins, by word

    @property
    def day_cells(self) -> int:
        """Cells that are days or parts of days."""
        return sum(self.days[kind] for kind in ("iso", "mdy", "dmy", "both", "named", "part"))

    @property
    def is_day(self) -> bool:
        """Whether most cells are days."""
        return self.filled > 0 and self.day_cells * 2 > self.filled

    @property
    def order(self) -> str:
        """The order its cells decide: mdy, dmy, "mixed", or "" where none does."""
        if self.days["mdy"] and self.days["dmy"]:
            return "mixed"
        for order in ("mdy", "dmy"):
            if self.days[order] >= DECIDE:
                return order
        return ""

    def share(self, count: int) -> float:
        """A part of the filled cells."""
        return count / self.filled if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What cells may refer to."""

    names: Collection[str] = ()  # as `name_key`
    last_names: Collection[str] = ()
    logins: Collection[str] = ()  # lower case
    addresses: Collection[str] = ()  # lower case
    records: Collection[str] = ()
    studies: Collection[str] = ()  # folded


def profile(cells: Iterable[str], known: Known, fold: Mapping[str, str] | None = None) -> Profile:
    """The counts of a column's cells."""
    found = Profile()
    counted = Counter(cell.strip() for cell in cells)
    counted.pop("", None)
    for text, number in counted.items():
        found.filled += number
        found.distinct += 1
        kind, language = day_kind(text)
        found.days[kind] += number
        if language:
            found.languages[language] += number
        if len(counted) <= 40:
            found.codes[text] += number
        lower = text.lower()
        if lower in _STAND_INS:
            found.words[text] += number
        found.addresses += number * bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text))
        found.numbers += number * text.replace(".", "", 1).lstrip("-").isdigit()
        by_name = name_key(text) in known.names and not text.isdigit()
        by_last = not by_name and last_name_key(text) == name_key(text) and last_name_key(text) in known.last_names
        by_login, by_mail = lower in known.logins, lower in known.addresses
        found.names += number * by_name
        found.last_names += number * by_last
        found.logins += number * by_login
        found.people += number * (by_name or by_last or by_login or by_mail or text in known.records)
        found.studies += number * (re.sub(r"[^a-z0-9]", "", lower) in known.studies)
    return found

"""A day written as people write it: by a named month, or in an order that the lab states.

Year first is read always, elsewhere; a month by name in any order always; day and month as numbers only in a stated order. Whole
or not at all: a month or a year alone is no day, and 15/04/2026 under month/day/year is none either (ruling 55 of
tests/reckoner/rulings.md). Two-digit years are 20yy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

#: The orders a lab may state: the places of year, month and day.
ORDERS: Mapping[str, str] = {"ymd": "year-month-day", "mdy": "month/day/year", "dmy": "day/month/year"}
#: Month names by language, in the order of the year. English is read always.
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december"),
    "de": ("januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
           "diciembre"),
    "fr": ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
           "decembre"),
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre",
           "dicembre"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
           "december"),
    "pt": ("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
           "dezembro"),
}  # fmt: skip
#: Written otherwise than by the first letters of the name.
_ALSO: Mapping[str, Mapping[str, int]] = {
    "en": {"sept": 9},
    "de": {"maerz": 3, "janner": 1, "jaenner": 1, "mrz": 3},
    "es": {"set": 9, "setiembre": 9},
    "nl": {"mrt": 3},
}
_NUMBERS = re.compile(r"(\d{1,4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{1,4})")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
#: What may stand between the parts of a day with a named month.
_BETWEEN = re.compile(r"[\d\w\s.,/\-]+")
_FILLERS = frozenset({"de", "del", "of", "the", "st", "nd", "rd", "th", "er"})


def written_day(text: str, order: str = "ymd", months: Sequence[str] = ()) -> date | None:
    """The day a text says in a stated order or by a named month; None where it says none, or not a whole one."""
    return _written(text.strip(), order, tuple(months))


@lru_cache(maxsize=16_384)
def _written(text: str, order: str, months: tuple[str, ...]) -> date | None:
    found = _NUMBERS.fullmatch(text)
    if found:
        return _by_numbers(found.groups(), order)
    return _by_name(text, months) if any(map(str.isalpha, text)) else None


def _by_numbers(parts: tuple[str, ...], order: str) -> date | None:
    if len(parts[0]) == 4:
        return _whole(*parts) if order != "ymd" and len(parts[2]) <= 2 else None
    if order not in ("mdy", "dmy") or len(parts[0]) > 2 or len(parts[2]) not in (2, 4):
        return None
    month, day = (parts[0], parts[1]) if order == "mdy" else (parts[1], parts[0])
    return _whole(parts[2], month, day)


def _by_name(text: str, months: tuple[str, ...]) -> date | None:
    plain = plain_letters(text)
    if not _BETWEEN.fullmatch(plain):
        return None
    parts = [part for part in _PARTS.findall(plain) if part not in _FILLERS]
    named = [(place, number) for place, part in enumerate(parts) if (number := _month(part, months))]
    if len(parts) != 3 or len(named) != 1:
        return None
    (place, month), others = named[0], [part for part in parts if part.isdigit()]
    if len(others) != 2:
        return None
    if len(others[0]) == 4 or place == 0 or place == 1:
        year, day = (others[0], others[1]) if len(others[0]) == 4 else (others[1], others[0])
        return _whole(year, str(month), day) if len(year) in (2, 4) and len(day) <= 2 else None
    return None


def _month(word: str, languages: tuple[str, ...]) -> int:
    """The number of a month's name or of its beginning, three letters at least; 0 for any other word, and for two months."""
    found: set[int] = set()
    for language in ("en", *languages):
        if word in _ALSO.get(language, {}):
            return _ALSO[language][word]
        found |= {
            place for place, name in enumerate(MONTHS.get(language, ()), start=1) if len(word) > 2 and name.startswith(word)
        }
    return found.pop() if len(found) == 1 else 0


def _whole(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def plain_letters(text: str) -> str:
    """A text in lower case without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


#: Kinds of cells that are days or parts of days, beside year-month-day.
_YEAR_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")
_SHORT_NUMBERS = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*(?:\d{2}|\d{4})")
_MONTH_OR_YEAR = re.compile(r"(?:[^\W\d_]{3,}\.?\s+)?(?:19|20)\d\d|\d{1,2}[/.\-](?:19|20)\d\d")


@lru_cache(maxsize=65536)
def day_kind(text: str) -> tuple[str, str]:
    """What kind of day a cell is, and the language of its month where that is not English."""
    if _YEAR_FIRST.fullmatch(text) and written_day(text[:10], "mdy"):
        return "iso", ""
    if _SHORT_NUMBERS.fullmatch(text):
        orders = [order for order in ("mdy", "dmy") if written_day(text, order)]
        return ("both" if len(orders) == 2 else orders[0] if orders else "words"), ""
    if written_day(text):
        return "named", ""
    language = next((one for one in MONTHS if one != "en" and written_day(text, "ymd", (one,))), "")
    if language:
        return "named", language
    return ("part" if _MONTH_OR_YEAR.fullmatch(text) else "words"), ""

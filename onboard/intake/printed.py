"""Dates, numbers and stages as completion files print them; nothing is guessed.

Seen in the wild: ``2023-03-13T17:03:34.18-04:00``, ``03/13/2023 05:03:34 PM``, ``03/13/2023``, ``03/12/23``; PDFs print
``13-Mar-2023``. A day is a local one of the lab: an offset moves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]([0-2]\d:[0-5]\d)(?::[0-5]\d(?:\.\d+)?)? ?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII | re.IGNORECASE
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: +(.+))?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4}|\d{2})", re.ASCII)
_TIME_12 = re.compile(r"(?:0?[1-9]|1[0-2]):[0-5]\d(?::[0-5]\d)? ?[AP]M", re.ASCII | re.IGNORECASE)
_TIME_24 = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\.\d+)?", re.ASCII)
_NOTHING = frozenset({"", "n/a", "na", "n.a.", "none", "null", "nil", "-", "--", "---"})
_STAGE = re.compile(r"(?:stage )?(\d{1,2})(?: ?\W.*)?", re.ASCII)
_STAGE_NAME = re.compile(r"(basic|refresher)(?: course)?(?: #?(\d{1,2}))?(?: course)?", re.ASCII)


def printed_day(text: str, zone: ZoneInfo, *, day_first: bool = False) -> date | None:
    """The local day a text prints, None when it is none. Slashed dates are month first unless `day_first`; a year of two
    digits is of this century, since CITI began in 2000."""
    line = " ".join(text.split())
    if found := _ISO.fullmatch(line):
        return _iso(found[1], found[2], found[3], zone)
    if found := _SLASHED.fullmatch(line):
        if found[4] and not (_TIME_12.fullmatch(found[4]) or _TIME_24.fullmatch(found[4])):
            return None
        month, day = (found[2], found[1]) if day_first else (found[1], found[2])
        return _day(found[3], int(month), day)
    if (found := _NAMED.fullmatch(line)) and found[2].lower() in _MONTHS:
        return _day(found[3], _MONTHS.index(found[2].lower()) + 1, found[1])
    return None


def has_offset(text: str) -> bool:
    """Whether a printed day comes with a time and an offset, so that its local day is certain."""
    found = _ISO.fullmatch(" ".join(text.split()))
    return bool(found and found[3])


def _iso(day: str, time: str | None, offset: str | None, zone: ZoneInfo) -> date | None:
    try:
        if time is None or offset is None:
            return datetime.fromisoformat(f"{day}T{time or '00:00'}").date()
        hours = "+00:00" if offset.upper() == "Z" else offset
        return datetime.fromisoformat(f"{day}T{time}{hours}").astimezone(zone).date()
    except (ValueError, OverflowError):
        return None


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, int(day))
    except ValueError:
        return None


def wrong_order(texts: Iterable[str], *, day_first: bool) -> str:
    """The first slashed date that can only be read in the other order, "" when there is none. One such date puts every
    other date of its file in doubt: 01/02 would be read as well, and wrongly."""
    for text in texts:
        found = _SLASHED.match(" ".join(text.split()))
        if found:
            month, day = (int(found[2]), int(found[1])) if day_first else (int(found[1]), int(found[2]))
            if month > 12 >= day:
                return text.strip()
    return ""


def printed_number(text: str) -> Decimal | None:
    """A score in per cent; None when it is none. Blank is asked for with `is_nothing`."""
    line = text.strip().removesuffix("%").strip()
    try:
        number = Decimal(line) if line.isascii() and "_" not in line else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().casefold() in _NOTHING


def number_text(number: Decimal) -> str:
    """A number as REDCap takes it: ``92``, ``92.5``; never ``92.0`` or ``9.2E+1``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def printed_stage(number: str, name: str) -> int | None:
    """The stage's number: 1 basic, Refresher 1 is 2. The number decides where both are given (titles are the
    institution's own); None when neither can be read."""
    for text in (number, name):
        line = " ".join(text.casefold().split())
        found = _STAGE.fullmatch(re.sub(r"\.0+$", "", line))
        if found and int(found[1]) > 0:
            return int(found[1])
        named = _STAGE_NAME.fullmatch(line)
        if named:
            return 1 if named[1] == "basic" else int(named[2] or 1) + 1
    return None

"""Small words: dates, spans, counts, hosts, and text made safe for one line.

Spelling never depends on the machine's locale. Text from records may hold anything; all of it passes `one_line`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from onboard.folding import counted
from onboard.model.phrases import Phrase, made

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: A date as `day_name` or `onboard.dates.show` writes it.
DAY_WORDS = re.compile(rf"(?:(?:{'|'.join(_DAYS)}) )?\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}")
_FIRST_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
#: Marks that turn the order of the text around them: a record never needs them, a forger does.
_BIDI_MARKS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RTL_RUN = re.compile(f"[{_RTL}](?:[^A-Za-z0-9.;:!?()\\[\\]<>]*[{_RTL}])*")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_name(day: date) -> str:
    """``Mon 7 Dec 2026``, for the day of a mail and for days to act on; `onboard.dates` has the rule for all others."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """``7 Dec``, where the year is plain from the text around it."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def yearless(words: str) -> str:
    """``Mon 7 Dec 2026`` as ``Mon 7 Dec`` and ``7 Dec 2026`` as ``7 Dec``, for subjects; other words as they are."""
    return words[:-5] if DAY_WORDS.fullmatch(words) else words


def gone_by(words: str) -> str:
    """``Mon 16 Nov 2026`` as ``16 Nov 2026``, for a day that is past; other words as they are."""
    return words[4:] if DAY_WORDS.fullmatch(words) and not words[0].isdigit() else words


def distance(days: int) -> str:
    """Days from today in words: ``today``, ``tomorrow``, ``in 5 days``, ``yesterday``, ``8 days ago``."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def length(minutes: int) -> str:
    """``45 minutes``, ``about 4 hours``, ``about 1½ hours``; "" for none."""
    if minutes <= 0:
        return ""
    if minutes < 75:
        return counted(minutes, "minute")
    halves = round(minutes / 30)
    hours, half = divmod(halves, 2)
    return f"about {hours}{'½' if half else ''} hours"


def listed(names: list[str] | tuple[str, ...]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def one_line(text: str) -> str:
    """Text as one line that cannot steer what is around it.

    Every kind of white space becomes one space, so nothing can start a header of its own; control characters, half
    surrogates and direction marks go; right-to-left runs are isolated, so they order only themselves.
    """
    return made(_one_line, text) if isinstance(text, Phrase) else _one_line(text)


def _one_line(text: str) -> str:
    if not text or (text.isprintable() and "  " not in text and (text.isascii() or not _RTL_RUN.search(text))):
        return text.strip()
    spaced = (" " if c.isspace() else c for c in text.translate(_BIDI_MARKS))
    plain = " ".join("".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs")).split())
    return _RTL_RUN.sub(lambda run: f"{_FIRST_ISOLATE}{run[0]}{_POP_ISOLATE}", plain)


def sentence_start(text: str) -> str:
    """The text with its first letter upper case; the rest untouched."""
    return text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already. Escaped text stays escaped text: it is added to."""
    return text if text.endswith((".", "!", "?", "…", ":")) else text + "."


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut after a whole word where one ends in the second half, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at = cut.rfind(" ")
    return _closed((cut[:at] if at > most // 2 else cut).rstrip(" ,;:-") + "…")


def _closed(text: str) -> str:
    """Isolates opened before a cut are closed after it."""
    return text + _POP_ISOLATE * (text.count(_FIRST_ISOLATE) - text.count(_POP_ISOLATE))


@lru_cache(maxsize=1024)  # courses have one page each, and every reader is sent to it
def safe_url(text: str) -> str:
    """The address if it is one a person may follow (http, https, mailto), else ""."""
    url = text.strip()
    if any(c.isspace() or unicodedata.category(c) == "Cc" or c in '"<>\\' for c in url):
        return ""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return url if (parts.scheme in ("http", "https") and named) or (parts.scheme == "mailto" and parts.path) else ""


@lru_cache(maxsize=1024)
def host(url: str) -> str:
    """Where a link really leads: ``citiprogram.org``, or the address of a mailto; "" for no safe link."""
    if not safe_url(url):
        return ""
    parts = urlsplit(url.strip())
    return parts.path if parts.scheme == "mailto" else (parts.hostname or "").removeprefix("www.")


def fact_words(text: str) -> str:
    """A fact for the frame: an ISO date becomes ``Mon 7 Dec 2026``, everything else one safe line."""
    if _ISO_DATE.fullmatch(text):
        try:
            return day_name(date.fromisoformat(text))
        except ValueError:
            return text
    return one_line(text)

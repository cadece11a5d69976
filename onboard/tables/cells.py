"""One cell of text to one value, or to what is wrong with it.

It decides what is readable; it knows no row, no table and no frame.

Readable is year-month-day, with or without a local time, or ISO 8601 with an offset moved to the lab's zone; whole or not at all,
because 03/04/2026 is two days. A blank first day is unreadable; an undefined value is a claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from onboard.model import UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProblem:
    """What is wrong with a cell, or with a row as a whole, before `Problems` says where. `what` continues
    the field's label; `slug` names the kind of problem in keys."""

    slug: str
    what: str
    next_step: str


Cell: TypeAlias = tuple[Any, CellProblem | None]
Reader: TypeAlias = Callable[[str, ZoneInfo], Cell]

#: Day, hour and minute, offset. Seconds never move a day and are left out.
_DAY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[ T]([0-9]{2}:[0-9]{2})(?::[0-5][0-9](?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}+(?<!-)"
#: At most 64 letters before the @ (RFC 5321 4.5.3.1.1), at least two after the last dot, a letter first.
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*+@(?:{_LABEL}\.)+(?=[A-Za-z][A-Za-z0-9-]){_LABEL}")
_ADDRESS_LINES = re.compile(rf"(?>(?:{_ADDRESS.pattern})?\n)*+")
#: Marks that reorder what is read; they have no place in a name.
_REORDER = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_YES = frozenset({"1", "yes", "y", "true", "checked"})
_NO = frozenset({"0", "no", "n", "false", "unchecked"})


def quoted(text: str) -> str:
    """Return the cell as it may be in a sentence: one line, at most 60 letters."""
    line = clean(text)
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"


def clean(text: str) -> str:
    """The text in one line, without control characters or marks that reorder it, spaces collapsed."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join("".join(" " if is_control(letter) else letter for letter in text).split())


def all_clean(texts: Collection[str]) -> bool:
    """Whether `clean` would leave each of the texts as it is: told from all of them at once, for most columns are. False may
    be said of texts that hold a bar."""
    line = f"|{'|'.join(texts)}|"
    return line.isprintable() and "  " not in line and "| " not in line and " |" not in line


def all_addresses(texts: Collection[str]) -> bool:
    """Whether each of the texts is blank or a well-formed address, told from all of them at once."""
    lines = "".join(f"{text}\n" for text in texts)
    return lines.count("\n") == len(texts) and _ADDRESS_LINES.fullmatch(lines) is not None


def is_control(letter: str) -> bool:
    """Whether a letter could end a line, a header or change the direction of what follows."""
    return letter in _REORDER or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


#: A text that no reader of dates, choices, numbers or signatures can make anything of.
_NO_VALUE = "\ufffd"


def missing_code(text: str, reader: Reader, zone: ZoneInfo) -> Cell:
    """A cell that holds one of its project's missing data codes: unreadable.

    A text stays, for blank would say more than the cell does; a name is none.
    """
    value = text if reader is read_text else "" if reader is read_name else reader(_NO_VALUE, zone)[0]
    return value, _missing(text)


def _missing(text: str) -> CellProblem:
    return CellProblem(
        slug="missing-code",
        what=f"holds {quoted(text)}, one of the project's codes for missing data. It counts as unknown.",
        next_step="Enter the value; or, where that code means that there is none, name it in missing_codes of redcap.toml.",
    )


def missing_reference(text: str) -> Cell:
    """The same in a cell that names a record: it fits none."""
    return "", _missing(text)


def read_text(text: str, zone: ZoneInfo) -> Cell:
    """Any text, in one line."""
    return clean(text), None


def read_name(text: str, zone: ZoneInfo) -> Cell:
    """Return a text that is used in subjects and salutations.

    Control characters are removed and reported.
    """
    if not text.isprintable() and any(map(is_control, text.strip())):
        return clean(text), CellProblem(
            slug="control-characters",
            what=f"holds a line break or another control character; {quoted(text)} is used instead.",
            next_step="Type it again in one line.",
        )
    return clean(text), None


#: From this year on a date is not a real day: forms that ask for a last day hold it (9999-12-31) to say there is none.
NO_END = 2900
#: A day before this year is a slip of the hand: 0206 for 2026.
FIRST_YEAR = 1900


def read_date(text: str, zone: ZoneInfo) -> Cell:
    """Return a day on which something begins, happens or ends; None when blank.

    UNREADABLE, with a problem, when it is not wholly a day, or lies before 1900 or in the year 2900 or later.
    """
    if not text.strip():
        return None, None
    day = parse_day(text.strip(), zone)
    if day is None:
        return UNREADABLE, _unreadable(text)
    if day.year < FIRST_YEAR:
        return UNREADABLE, _long_ago(text)
    return (day, None) if day.year < NO_END else (UNREADABLE, _far_off(text))


def read_last_day(text: str, zone: ZoneInfo) -> Cell:
    """The day something ends: as `read_date`, but a day in the year 2900 or later says that there is none, and reads as blank."""
    return (None, None) if is_no_end(text, zone) else read_date(text, zone)


def read_until(text: str, zone: ZoneInfo) -> Cell:
    """The day up to which something is done, where blank is never: "no end" is the last date there is."""
    return (date.max, None) if is_no_end(text, zone) else read_date(text, zone)


def is_no_end(text: str, zone: ZoneInfo) -> bool:
    """Whether a cell that asks for a last day says that there is none."""
    day = parse_day(text.strip(), zone)
    return day is not None and day.year >= NO_END


def _long_ago(text: str) -> CellProblem:
    return CellProblem(
        slug="unreadable-date",
        what=f"holds {quoted(text)}, a day before {FIRST_YEAR}; a digit of the year is probably missing. It counts as unknown.",
        next_step="Type the real day as year-month-day, for example 2026-04-03.",
    )


def _far_off(text: str) -> CellProblem:
    return CellProblem(
        slug="unreadable-date",
        what=f"holds {quoted(text)}, too far ahead for a day on which something begins or happens. It counts as unknown.",
        next_step="Type the real day as year-month-day, for example 2026-04-03.",
    )


def _unreadable(text: str) -> CellProblem:
    return CellProblem(
        slug="unreadable-date",
        what=f"holds {quoted(text)}, which cannot be read as a date. It counts as unknown.",
        next_step="Type it as year-month-day, for example 2026-04-03.",
    )


def read_first_day(text: str, zone: ZoneInfo) -> Cell:
    """A day from which something holds: blank is unreadable too."""
    if text.strip():
        return read_date(text, zone)
    return UNREADABLE, CellProblem(
        slug="no-first-day",
        what="is blank, so it is unknown when this began.",
        next_step="Type the day as year-month-day, for example 2026-04-03.",
    )


@lru_cache(maxsize=16_384)
def parse_day(text: str, zone: ZoneInfo) -> date | None:
    """The day written in `text`, an offset moved to `zone` where the calendar goes so far; None for anything else."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    day, time, offset = found.groups()
    try:
        if time is None:
            return date.fromisoformat(day)
        if offset is None:
            return datetime.fromisoformat(f"{day}T{time}").date()
        return _moved(datetime.fromisoformat(f"{day}T{time}{_plain_offset(offset)}"), zone)
    except ValueError:
        return None


def _moved(moment: datetime, zone: ZoneInfo) -> date | None:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # after the last day there is, which is no end all the same, or before the first one
        return date.max if moment.year == date.max.year else None


def _plain_offset(offset: str) -> str:
    if offset == "Z":
        return "+00:00"
    return offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"


def read_address(text: str, zone: ZoneInfo) -> Cell:
    """A mail address; a malformed one is read as blank, and told."""
    address = text.strip()
    if not address:
        return "", None
    if _ADDRESS.fullmatch(address):
        return address, None
    return "", CellProblem(
        slug="malformed-address",
        what=f"holds {quoted(text)}, which is not an e-mail address; it is not used.",
        next_step="Type one address, for example name@university.edu, without a name around it.",
    )


def read_addresses(text: str, zone: ZoneInfo) -> Cell:
    """Addresses separated by commas, semicolons, spaces or line breaks; malformed ones are left out, and told."""
    found, problem = [], None
    for part in re.split(r"[,;\s]+", text.strip()):
        address, wrong = read_address(part, zone)
        problem = problem or wrong
        if address:
            found.append(address)
    return tuple(dict.fromkeys(found)), problem


def yes_no(blank: bool | None, bad: bool | None) -> Reader:
    """A reader of yes/no cells; `blank` and `bad` are what a blank cell and one not understood are read as."""

    def read(text: str, zone: ZoneInfo) -> Cell:
        word = text.strip().lower()
        if not word:
            return blank, None
        if word in _YES or word in _NO:
            return word in _YES, None
        return bad, _not_a_choice(text, ("yes", "no"))

    return read


def choice(words: type[StrEnum], *, blank: object = None, bad: object = None) -> Reader:
    """A reader of cells that hold one of our words; `blank` and `bad` as for `yes_no`."""
    known = {member.value: member for member in words}
    offered = tuple(word for word, member in known.items() if member not in (blank, bad))

    def read(text: str, zone: ZoneInfo) -> Cell:
        word = text.strip().lower()
        if not word:
            return blank, None
        return (known[word], None) if word in known else (bad, _not_a_choice(text, offered))

    return read


def _not_a_choice(text: str, offered: tuple[str, ...]) -> CellProblem:
    return CellProblem(
        slug="unknown-choice",
        what=f"holds {quoted(text)}, which is none of its choices. It counts as unknown.",
        next_step=f"Choose one of {', '.join(offered)}, or name this code under values in redcap.toml.",
    )


_STAGE = re.compile(
    r"(?:stage )?([0-9]{1,2})(?: ?[-–—.:)¿].*| \(.*| stage.*)?"
    r"|(basic|refresher)(?: course)?(?: ?#?([0-9]{1,2}))?(?: course)?(?: \(?stage\)?)?"
)


def read_stage(text: str, zone: ZoneInfo) -> Cell:
    """The number of a stage: 1 for a basic course, Refresher 1 is 2; as printed ("2 - Refresher Course") or as a number."""
    line = clean(text).lower()
    if not line:
        return None, None
    found = _STAGE.fullmatch(line)
    if found and found[1] and found[1].isascii() and int(found[1]) > 0:
        return int(found[1]), None
    if found and found[2] == "basic":
        return 1, None
    if found and found[2] == "refresher":
        return int(found[3] or 1) + 1, None
    return None, CellProblem(
        slug="unknown-stage",
        what=f"holds {quoted(text)}, which is not a stage; the course counts as not recognized.",
        next_step="Choose the stage printed on the certificate, for example 1 - Basic Course.",
    )


#: The highest score there is, in per cent.
_WHOLE = 100


def read_number(text: str, zone: ZoneInfo) -> Cell:
    """A score in per cent as Decimal, None when blank, UNREADABLE and a problem for anything else.

    -99 and 999 stand for a missing one; a number between 0 and 1 is a share as a spreadsheet writes it, or a slip.
    """
    line = text.strip().removesuffix("%").strip()
    if not line:
        return None, None
    try:
        number = Decimal(line) if line.isascii() and "_" not in line else None
    except InvalidOperation:
        number = None
    if number is not None and number.is_finite() and (number == 0 or 1 <= number <= _WHOLE):
        return number, None
    return UNREADABLE, CellProblem(
        slug="unreadable-number",
        what=f"holds {quoted(text)}, which is not a number of per cent from 1 to {_WHOLE}. It counts as unknown.",
        next_step="Type per cent as a number alone, for example 85.",
    )


def read_row_number(text: str, zone: ZoneInfo) -> Cell:
    """The number of a row of a repeating form, from 1; None, and told, for a blank cell and for anything else."""
    line = text.strip()
    if line.isascii() and line.isdigit() and len(line) <= 9 and int(line):
        return int(line), None
    said = f"holds {quoted(text)}, which is not a number of a row" if line else "is blank, so it names no row"
    return None, CellProblem(
        slug="no-row", what=f"{said}. This review counts for nothing.", next_step="Type the number of the row that was looked at."
    )


#: What tells of a whole column's texts that the reader would leave each as it is.
AS_THEY_STAND: Mapping[Reader, Callable[[Collection[str]], bool]] = {
    read_text: all_clean,
    read_name: all_clean,
    read_address: all_addresses,
}

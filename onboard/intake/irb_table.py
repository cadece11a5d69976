"""The IRB's personnel table as a file: who is on the list, and what could not be understood.

A row that ended by its status or its last day is not on the list. A status that no one here knows is said, with its row in doubt;
so is a column that may end a row. No two IRB systems name their columns alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from onboard.dates import show
from onboard.intake.claims import Refused, Table, one_line
from onboard.intake.columns import squeezed
from onboard.intake.irb_list import Listed
from onboard.intake.names import name_words
from onboard.intake.printed import is_nothing, printed_day, wrong_order
from onboard.planning.addresses import normal

_UTC = ZoneInfo("UTC")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "personnel", "personnelname", "studyteammember", "member", "person", "researcher",
             "investigator", "teammember", "staffname", "studystaff"),
    "first": ("firstname", "first", "givenname"),
    "last": ("lastname", "last", "surname", "familyname"),
    "middle": ("middlename", "middle", "mi", "middleinitial"),
    "address": ("email", "emailaddress", "address", "mail"),
    "role": ("role", "studyrole", "personnelrole", "projectrole", "function", "roleonstudy"),
    "status": ("status", "personnelstatus", "memberstatus", "currentstatus", "activitystatus", "studystatus", "rolestatus",
               "active", "isactive", "activeinactive", "current", "iscurrent", "onstudy"),
    "off": ("inactive", "isinactive", "removed", "isremoved", "ended", "terminated", "withdrawn", "deactivated", "former",
            "left", "offstudy"),
    "removed_on": ("removedon", "dateremoved", "removaldate", "removeddate", "inactivedate", "dateinactive", "deactivateddate",
                   "withdrawndate", "datewithdrawn", "removalapproved"),
    "last_day": ("enddate", "end", "endson", "endedon", "dateended", "to", "until", "through", "thru", "stopdate", "stop",
                 "terminationdate", "leavedate", "lastday", "validuntil", "validthrough", "activeuntil", "roleenddate"),
    "first_day": ("startdate", "start", "from", "begindate", "dateadded", "addedon", "effectivedate", "effective",
                  "approvedon", "dateapproved", "approvaldate", "since", "rolestartdate"),
}  # fmt: skip
_CANONICAL = {spelling: column for column, spellings in _NAMES.items() for spelling in spellings}
#: How words begin by which a column may say that a row ended.
_ENDINGS = re.compile(
    r"status|activ|inactiv|deactiv|end(?:s|ed|ing)?$|remov|terminat|term$|expir|withdr|former|left$|leav|stop|clos|until$|thr(?:u|ough)$"
    r"|disposition|archiv|delet|drop|discontin|current$|valid"
)
_ON_WORDS = """
active current approved yes y true 1 x open enrolled on onstudy listed added ok ongoing present activated accepted
"""
_OFF_WORDS = """
inactive ended removed terminated withdrawn no n false 0 closed former left deleted dropped expired off offstudy notactive retired
deactivated past completed discontinued archived departed resigned declined denied rejected notapproved
"""
_ON, _OFF = frozenset(_ON_WORDS.split()), frozenset(_OFF_WORDS.split())
_OPEN_YEAR = 2900


@dataclass(frozen=True, slots=True, kw_only=True)
class Personnel:
    """The people of a table, those who are no longer on the list left out, and sentences about what was not understood."""

    people: tuple[Listed, ...]
    ended: int  # rows that are not on the list any more, or not yet
    said: tuple[str, ...]


class _Is(StrEnum):
    ON, OFF, UNCLEAR = "on", "off", "unclear"


def read_personnel(table: Table, as_of: date) -> Personnel | Refused:
    """The people on the list on `as_of`. Refused when it has no column of names or addresses, or no people."""
    places: dict[str, list[int]] = {}
    for number, header in enumerate(table.header):
        if column := _CANONICAL.get(squeezed(header)):
            places.setdefault(column, []).append(number)
    if not {"name", "last", "address"} & places.keys():
        seen = ", ".join(repr(header) for header in table.header)
        return Refused(
            file=table.file, words=f"It has no column of names or addresses. Seen: {seen}. Name one “Name” and one “Email”."
        )
    judged = [_row(row, places, table, as_of) for row in table.rows]
    if not any(listed.name or listed.address for listed, _ in judged):
        return Refused(file=table.file, words="It contains no names. Take the personnel table from the IRB's system again.")
    real = [(listed, state) for listed, state in judged if listed.name or listed.address]
    people = tuple(dict.fromkeys(listed for listed, state in real if state is not _Is.OFF))
    return Personnel(people=people, ended=sum(state is _Is.OFF for _, state in real), said=tuple(_said(table, people)))


def _row(row: Sequence[str], places: Mapping[str, list[int]], table: Table, as_of: date) -> tuple[Listed, _Is]:
    cell = {column: one_line(row[numbers[0]]) for column, numbers in places.items()}
    listed = _listed(cell)
    states = []
    for column in ("status", "off", "removed_on", "last_day", "first_day"):
        for number in places.get(column, ()):
            odd = wrong_order((other[number] for other in table.rows), day_first=False) if column not in ("status", "off") else ""
            state = _Is.UNCLEAR if odd and row[number].strip() else _state(column, one_line(row[number]), as_of)
            states.append((state, f"“{table.header[number]}” holds “{one_line(row[number])}”"))
    if any(state is _Is.OFF for state, _ in states):
        return listed, _Is.OFF
    unclear = "; ".join(words for state, words in states if state is _Is.UNCLEAR)
    return Listed(name=listed.name, address=listed.address, role=listed.role, doubt=unclear), _Is.UNCLEAR if unclear else _Is.ON


def _state(column: str, text: str, as_of: date) -> _Is:
    """What one cell says of its row; a blank one says nothing against it."""
    word = "".join(letter for letter in text.casefold() if letter.isalnum())
    if is_nothing(text) or not word:
        return _Is.ON
    if column == "status":
        return _Is.ON if word in _ON else _Is.OFF if word in _OFF else _Is.UNCLEAR
    day = printed_day(text, _UTC)
    if column == "off" and day is None:
        return _Is.OFF if word in _ON | {"inactive", "removed", "ended"} else _Is.ON if word in _OFF else _Is.UNCLEAR
    if column == "first_day":
        return _Is.OFF if day is not None and day > as_of else _Is.ON
    if day is None:
        return _Is.UNCLEAR
    still = day >= as_of if column == "last_day" else day > as_of
    return _Is.ON if still or day.year >= _OPEN_YEAR else _Is.OFF


def _listed(cell: Mapping[str, str]) -> Listed:
    parts = " ".join(cell[part] for part in ("first", "middle", "last") if cell.get(part))
    name = cell.get("name", "") or parts
    if name.count(",") == 1 and "name" in cell:
        last, first = (part.strip() for part in name.split(","))
        # "Chen, Maria" is turned round; "Chiara Rossi, MD" is not.
        name = f"{first} {last}" if name_words(first) and len(name_words(last)) < 2 else name
    return Listed(name=name, address=normal(cell.get("address", "")), role=cell.get("role", ""))


def _said(table: Table, people: Iterable[Listed]) -> Iterable[str]:
    """Columns that may end a row and are not known here; rows in which a known column holds what is not understood."""
    for header in table.header:
        words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", header)
        if squeezed(header) not in _CANONICAL and any(_ENDINGS.match(word.casefold()) for word in words):
            yield (
                f"Column “{header}” may say who is off the list, and it is not understood: each of its rows was taken to be on "
                "it. If it ends rows, name it “Status” (active, inactive) or “End date”."
            )
    for one in people:
        if one.doubt:
            yield f"{one}: {one.doubt}, which is not understood, so it is unknown whether they are on the list."


def ended_words(personnel: Personnel, as_of: date) -> str:
    """How many rows are not on the list on a day, "" for none."""
    if not personnel.ended:
        return ""
    rows = "1 row is" if personnel.ended == 1 else f"{personnel.ended} rows are"
    return f"{rows} not on the list on {show(as_of)}, by status or date."

"""Rows of a recognized file as claims.

matching.py decides whose a claim is, planning.py what is new.

Rows of one completion (one row a module, the same completion in two files, a PDF beside a row) become one claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from onboard.dates import show
from onboard.intake.claims import (
    Claimed,
    Habits,
    Layout,
    Member,
    ReadFile,
    Refused,
    Table,
    claim_key,
    course_of,
    one_line,
    plain_id,
)
from onboard.intake.columns import ADDRESSES, Recognised, recognise
from onboard.intake.names import share_a_name
from onboard.intake.printed import (
    has_offset,
    is_nothing,
    number_text,
    printed_day,
    printed_number,
    printed_stage,
    wrong_order,
)
from onboard.judging.courses import named_course

_DATES = ("earned", "expires", "module_done")


def read_table(table: Table, habits: Habits) -> ReadFile | Refused:
    """The claims of one file, one a row, or why the file is not used."""
    found = recognise(table)
    if isinstance(found, Refused):
        return found
    odd = _odd_date(table, found, habits)
    if odd:
        return Refused(file=table.file, words=odd)
    cells = [_named(found, row) for row in table.rows]
    if found.layout is Layout.MEMBERS:
        members = tuple(_member(cell) for cell in cells)
        return ReadFile(file=table.file, layout=found.layout, rows=len(cells), members=members)
    claims = tuple(_claim(table.file, line, found.layout, cell, habits) for line, cell in zip(table.lines, cells, strict=True))
    return ReadFile(file=table.file, layout=found.layout, rows=len(cells), claims=claims)


def _named(found: Recognised, row: Sequence[str]) -> dict[str, str]:
    return {column: one_line(row[place]) for column, place in found.places.items()}


def _odd_date(table: Table, found: Recognised, habits: Habits) -> str:
    """A date in the other order puts all in doubt: a spreadsheet most likely saved the file again in its own way."""
    places = [found.places[column] for column in _DATES if column in found.places]
    odd = wrong_order((row[place] for place in places for row in table.rows), day_first=habits.day_first)
    if not odd:
        return ""
    expected, other = ("day/month/year", "month/day/year") if habits.day_first else ("month/day/year", "day/month/year")
    step = "leave --day-first out" if habits.day_first else "add --day-first"
    return (
        f"{odd!r} is not a {expected} date, so every date of the file is in doubt; a spreadsheet may have saved it again. Take "
        f"the file as it was downloaded; or, if all its dates are {other}, {step}."
    )


def _member(cell: Mapping[str, str]) -> Member:
    return Member(
        member_id=cell.get("member_id", ""),
        name=_name(cell),
        addresses=_addresses(cell),
        username=cell.get("username", ""),
        employee_number=cell.get("employee_number", ""),
    )


def _name(cell: Mapping[str, str]) -> str:
    parts = f"{cell.get('first_name', '')} {cell.get('last_name', '')}".strip()
    return parts or cell.get("full_name", "")


def _addresses(cell: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses in lower case, whichever field holds them; a user name at the institution that is an address is one."""
    texts = (cell.get(column, "").lower() for column in (*ADDRESSES, "username"))
    return tuple(dict.fromkeys(text for text in texts if "@" in text))


def _claim(file: str, line: int, layout: Layout, cell: Mapping[str, str], habits: Habits) -> Claimed:
    earned, expires = (_day(cell.get(column, ""), habits) for column in ("earned", "expires"))
    # In rows of modules both numbers are those of a module, not of the completion.
    scored = layout is not Layout.MODULES
    score, passing = (cell.get(column, "") if scored else "" for column in ("score", "passing"))
    return finished(
        Claimed(
            file=file,
            line=line,
            layout=layout,
            member_id=cell.get("member_id", ""),
            name=_name(cell),
            addresses=_addresses(cell),
            username=_username(layout, cell),
            employee_number=cell.get("employee_number", ""),
            curriculum=cell.get("curriculum", ""),
            group=named_course(cell.get("group", ""), cell.get("curriculum", "")),
            stage=printed_stage(cell.get("stage_number", ""), cell.get("stage_name", "")),
            stage_name=cell.get("stage_name", "") or cell.get("stage_number", ""),
            earned=earned if isinstance(earned, date) else None,
            expires=expires if isinstance(expires, date) else None,
            exact=has_offset(cell.get("earned", "")),
            score=score,
            passing=passing,
            record_id=_number(cell.get("record_id", "")),
            fault=_fault(earned, expires),
        ),
        habits,
    )


def _number(text: str) -> str:
    """A record number as printed; blank where it identifies nothing."""
    return text if plain_id(text) else ""


def _username(layout: Layout, cell: Mapping[str, str]) -> str:
    """The name at the institution; CITI's own user name says nothing here, except in Kuali's file, which has only one."""
    return cell.get("username", "") or (cell.get("citi_username", "") if layout is Layout.KUALI else "")


def _day(text: str, habits: Habits) -> date | str | None:
    """Return the day; None when blank; the text itself when it is not a day."""
    if is_nothing(text):
        return None
    return printed_day(text, habits.zone, day_first=habits.day_first) or text


def _fault(earned: date | str | None, expires: date | str | None) -> str:
    for what, day in (("completed on", earned), ("expires on", expires)):
        if isinstance(day, str):
            return f"“{what}” holds “{day[:40]}”, which is not a known date."
    return ""


def finished(claim: Claimed, habits: Habits) -> Claimed:
    """The claim with its scores read and its dates held against each other and against today."""
    fault, numbers = claim.fault, []
    for what, text in (("score", claim.score), ("passing score", claim.passing)):
        number = None if is_nothing(text) else printed_number(text)
        if number is None and not is_nothing(text):
            fault = fault or f"“{what}” holds “{text[:40]}”, which is not a number."
        numbers.append(number)
    score, passing = numbers
    return replace(
        claim,
        score="" if score is None else number_text(score),
        passing="" if passing is None else number_text(passing),
        passed=score is None or passing is None or score >= passing,
        fault=fault or _impossible(claim, habits.today),
    )


def _impossible(claim: Claimed, today: date) -> str:
    # A day of grace: CITI's clock may be ahead of the lab's.
    if claim.earned and claim.earned > today + timedelta(days=1):
        return f"“completed on” is {show(claim.earned)}, which is still to come."
    if claim.earned and claim.expires and claim.expires < claim.earned:
        return f"it expires on {show(claim.expires)}, before it was completed on {show(claim.earned)}."
    return ""


# one completion, one claim --------------------------------------------------------------------------------------------


def merged(claims: Iterable[Claimed], members: Iterable[Member] = ()) -> list[Claimed]:
    """One claim a completion, in the order first met, with what a list of members adds about who it is.

    One record number on two courses is two completions: a number alone does not tell them apart.
    """
    found: list[Claimed] = []
    alike: dict[str, list[int]] = {}
    for claim in claims:
        places = alike.setdefault(plain_id(claim.record_id) or claim_key(claim), [])
        at = next((place for place in places if _one_course(found[place], claim)), None)
        if at is None:
            places.append(len(found))
            found.append(claim)
        else:
            found[at] = _one(found[at], claim)
    everybody = tuple(members)
    known = {number: member for member in everybody if (number := plain_id(member.member_id))}
    known_names = {member.username.casefold(): member for member in everybody if not is_nothing(member.username)}
    return [_with_member(claim, known, known_names) for claim in found]


def _one_course(first: Claimed, second: Claimed) -> bool:
    """Whether two rows may be about one course; what one of them leaves out contradicts nothing."""
    return all(one == other or not (one and other) for one, other in zip(course_of(first), course_of(second), strict=True))


def _one(first: Claimed, second: Claimed) -> Claimed:
    """Two rows of one completion: blanks are filled; what disagrees is told and never chosen.

    A pass about midnight has one day where it was printed with an offset, and perhaps another where it was printed without.
    """
    texts = {
        name: getattr(first, name) or getattr(second, name)
        for name in ("member_id", "name", "username", "employee_number", "curriculum", "group", "stage", "stage_name",
                     "earned", "expires", "score", "passing", "institution", "fault")
    }  # fmt: skip
    clash = first.clash or second.clash or _disagreement(first, second)
    if not clash and _days_apart(first, second):
        texts["earned"] = (first if first.exact else second).earned
        texts["expires"] = min((day for day in (first.expires, second.expires) if day), default=None)
    return replace(
        first,
        **texts,
        exact=first.exact or second.exact,
        passed=first.passed and second.passed,
        addresses=tuple(dict.fromkeys((*first.addresses, *second.addresses))),
        document=_document(first, second),
        clash=clash,
        note=first.note or second.note or ("" if clash else _days_apart(first, second)),
    )


def _days_apart(first: Claimed, second: Claimed) -> str:
    """Words for two rows that print one pass, or its end, with two neighboring days; "" when they print the same."""
    for what, ours, theirs in (("passed", first.earned, second.earned), ("ends", first.expires, second.expires)):
        if ours and theirs and ours != theirs:
            return (
                f"Its day differs by midnight: {what} {show(ours)} in {first.place}, {show(theirs)} in {second.place}. The day "
                "of the pass is that of the lab's time zone, the end the earlier of the two."
            )
    return ""


def _document(first: Claimed, second: Claimed) -> str:
    """The report goes before the certificate: it names the member, the marks and the modules."""
    papers = [claim for claim in (first, second) if claim.document]
    return next((c.document for c in papers if c.layout is Layout.REPORT), papers[0].document if papers else "")


def _disagreement(first: Claimed, second: Claimed) -> str:
    most = timedelta(days=1 if first.exact != second.exact else 0)
    if first.earned and second.earned and abs(first.earned - second.earned) > most:
        return f"{first.place} says {show(first.earned)}, {second.place} says {show(second.earned)}."
    if first.expires and second.expires and abs(first.expires - second.expires) > most:
        days = f"{show(first.expires)} and {show(second.expires)}"
        return f"{first.place} and {second.place} print different ends: {days}."
    ids = {plain_id(claim.member_id) for claim in (first, second)} - {""}
    if len(ids) > 1 or (first.name and second.name and not share_a_name(first.name, second.name)):
        return f"{first.place} and {second.place} give the same record number to different people."
    return ""


def _with_member(claim: Claimed, by_id: Mapping[str, Member], by_username: Mapping[str, Member]) -> Claimed:
    number = plain_id(claim.member_id)
    member = by_id.get(number) if number else by_username.get(claim.username.casefold())
    if member is None:
        return claim
    return replace(
        claim,
        member_id=claim.member_id or member.member_id,
        name=claim.name or member.name,
        addresses=tuple(dict.fromkeys((*claim.addresses, *member.addresses))),
        username=claim.username or member.username,
        employee_number=claim.employee_number or member.employee_number,
    )

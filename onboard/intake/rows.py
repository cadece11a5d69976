"""Rows of a recognized file as claims.

matching.py decides whose a claim is, planning.py what is new.

Rows of one completion (one row a module, the same completion in two files, a PDF beside a row) become one claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from onboard.dates import show
from onboard.intake.claims import Claimed, Habits, Layout, Member, ReadFile, Refused, Table, claim_key, one_line, plain_id
from onboard.intake.columns import Recognised, recognise
from onboard.intake.names import share_a_name
from onboard.intake.printed import is_nothing, number_text, printed_day, printed_number, printed_stage, wrong_order

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
        member_id=cell["member_id"],
        name=_name(cell),
        addresses=_addresses(cell),
        username=cell.get("username", ""),
        employee_number=cell.get("employee_number", ""),
    )


def _name(cell: Mapping[str, str]) -> str:
    parts = f"{cell.get('first_name', '')} {cell.get('last_name', '')}".strip()
    return parts or cell.get("full_name", "")


def _addresses(cell: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses in lower case; a user name at the institution that is an address is one."""
    texts = (cell.get(column, "").lower() for column in ("email", "other_email", "username"))
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
            group=cell["group"],
            stage=printed_stage(cell.get("stage_number", ""), cell.get("stage_name", "")),
            stage_name=cell.get("stage_name", "") or cell.get("stage_number", ""),
            earned=earned if isinstance(earned, date) else None,
            expires=expires if isinstance(expires, date) else None,
            score=score,
            passing=passing,
            record_id=cell.get("record_id", ""),
            fault=_fault(earned, expires),
        ),
        habits,
    )


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
    """One claim a completion, in the order first met, with what a list of members adds about who it is."""
    found: dict[str, Claimed] = {}
    for claim in claims:
        key = claim_key(claim)
        found[key] = _one(found[key], claim) if key in found else claim
    known = {plain_id(member.member_id): member for member in members}
    known_names = {member.username.casefold(): member for member in known.values() if member.username}
    return [_with_member(claim, known, known_names) for claim in found.values()]


def _one(first: Claimed, second: Claimed) -> Claimed:
    """Two rows of one completion: blanks are filled; what disagrees is told and never chosen."""
    texts = {
        name: getattr(first, name) or getattr(second, name)
        for name in ("member_id", "name", "username", "employee_number", "curriculum", "group", "stage", "stage_name",
                     "earned", "expires", "score", "passing", "institution", "fault")
    }  # fmt: skip
    return replace(
        first,
        **texts,
        passed=first.passed and second.passed,
        addresses=tuple(dict.fromkeys((*first.addresses, *second.addresses))),
        document=_document(first, second),
        clash=first.clash or second.clash or _disagreement(first, second),
    )


def _document(first: Claimed, second: Claimed) -> str:
    """The report goes before the certificate: it names the member, the marks and the modules."""
    papers = [claim for claim in (first, second) if claim.document]
    return next((c.document for c in papers if c.layout is Layout.REPORT), papers[0].document if papers else "")


def _disagreement(first: Claimed, second: Claimed) -> str:
    if first.earned and second.earned and first.earned != second.earned:
        return f"{first.place} says {show(first.earned)}, {second.place} says {show(second.earned)}."
    if first.expires and second.expires and first.expires != second.expires:
        days = f"{show(first.expires)} and {show(second.expires)}"
        return f"{first.place} and {second.place} print different ends: {days}."
    ids = {plain_id(claim.member_id) for claim in (first, second)} - {""}
    if len(ids) > 1 or (first.name and second.name and not share_a_name(first.name, second.name)):
        return f"{first.place} and {second.place} give the same record number to different people."
    return ""


def _with_member(claim: Claimed, by_id: Mapping[str, Member], by_username: Mapping[str, Member]) -> Claimed:
    member = by_id.get(plain_id(claim.member_id)) if claim.member_id else by_username.get(claim.username.casefold())
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

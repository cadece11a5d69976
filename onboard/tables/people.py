"""The people table: what makes a usable person; two records are never merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from onboard.tables.cells import CellProblem
from onboard.tables.problems import Problems
from onboard.tables.references import Directory, Index
from onboard.tables.shapes import READERS
from onboard.tables.sheet import Sheet, pick, rows_of

Columns = dict[str, list[Any]]
_ADDRESSES = ("university_email", "other_email", "personal_email")


def unique_records(sheet: Sheet, problems: Problems, seen: set[str]) -> Sheet:
    """The sheet without rows that have no record id, and without the second row of one record; both are told.

    `seen` holds the records of the sheets before, and grows.
    """

    if "" not in sheet.records and seen.isdisjoint(sheet.records) and len(set(sheet.records)) == len(sheet):
        seen.update(sheet.records)
        return sheet

    def keep(number: int) -> bool:
        record = sheet.records[number]
        if record and record not in seen:
            seen.add(record)
            return True
        problems.row(sheet.row(number), _SECOND_ROW if record else _NO_RECORD)
        return False

    return pick(sheet, keep)


_NO_RECORD = CellProblem(
    slug="no-record",
    what="A row has no record ID, so it was left out.",
    next_step="Give the row its record ID, or delete it.",
)
_SECOND_ROW = CellProblem(
    slug="second-row",
    what="A second row has the same record ID; only the first one was used.",
    next_step="Keep one row a record; if the form is in several events, name the event in redcap.toml.",
)


def read_people(sheet: Sheet, zone: ZoneInfo, problems: Problems) -> Columns:
    """The columns of the people table from one source."""
    columns: Columns = {"record": sheet.records}
    for name, reader in READERS["people"].items():
        columns[name] = sheet.read(name, reader, zone, problems)
    _name_them(sheet, columns, problems)
    reachable = zip(*(columns[name] for name in _ADDRESSES), columns["complete"], strict=True)
    for number, (university, other, personal, complete) in enumerate(reachable):
        if complete and not (university or other or personal):
            problems.row(sheet.row(number), _nowhere(columns["name"][number]))
    return columns


def _name_them(sheet: Sheet, columns: Columns, problems: Problems) -> None:
    """A missing name to greet, or on certificates, is taken from the other; with neither the record id must do."""
    for number, (greet, name) in enumerate(zip(columns["greet"], columns["name"], strict=True)):
        if not greet or not name:
            known = name or greet or f"record {sheet.records[number]}"
            columns["greet"][number], columns["name"][number] = greet or known, known
            if not name and not greet:
                problems.row(sheet.row(number), _NAMELESS)


_NAMELESS = CellProblem(slug="no-name", what="This person has no name.", next_step="Type the name as on certificates.")


def _nowhere(name: str) -> CellProblem:
    return CellProblem(
        slug="no-address",
        what=f"{name} has no usable e-mail address, so nothing can be sent.",
        next_step="Type the university e-mail address.",
    )


def directory_of(columns: Columns, ways: Sequence[str] = ("record", "email")) -> Directory:
    """Everybody, in the ways that cells name them."""
    names = dict(zip(columns["record"], columns["name"], strict=True))
    rows = zip(columns["record"], *(columns[name] for name in _ADDRESSES), strict=True)
    logins = dict(zip(columns["record"], columns["login"], strict=True))
    return Directory(names, [(address, record) for record, *addresses in rows for address in addresses if address], logins, ways)


def note_duplicates(sheets: Sequence[Sheet], columns: Columns, directory: Directory, problems: Problems) -> None:
    """Report people who seem to be in two records; they are never merged.

    Seem: the same address, or the same CITI member id.
    """
    members = Index([row for row in zip(columns["citi_id"], columns["record"], strict=True) if row[0]])
    shared = [(f"the address {address}", records) for address, records in directory.shared().items()]
    shared += [(f"the CITI member ID {member}", records) for member, records in members.shared().items()]
    if not shared:
        return
    names, row_of = dict(zip(columns["record"], columns["name"], strict=True)), rows_of(sheets)
    for what, records in shared:
        who = " and ".join(f"{names[record]} (record {record})" for record in records)
        said = f"{who} have {what} in common. They count as different people."
        problem = CellProblem(slug=f"duplicate: {what}", what=said, next_step=_ONE_OR_TWO)
        problems.add(row_of(records[0]), "", problem, said, records)


_ONE_OR_TWO = "If they are one person, move everything into one record and delete the other; else correct one of them."

"""Rows whose record is not the person's: whose they are, by what they name (ruling 57 of tests/reckoner/rulings.md)."""

from __future__ import annotations

from dataclasses import replace

from onboard.folding import counted
from onboard.tables.cells import CellProblem
from onboard.tables.problems import Problems
from onboard.tables.references import Directory
from onboard.tables.sheet import Sheet, pick

_NOUNS = {"completions": "training", "listings": "listing", "delegations": "delegation", "appointments": "appointment"}


def of_people(sheet: Sheet, people: Directory, problems: Problems) -> Sheet:
    """The rows that name one person of this lab, with whose each is; how many do not is told once."""
    columns = [sheet.raw[column] for column in sheet.source.person]
    owners = [next((found for text in cells if (found := people.find(text))), "") for cells in zip(*columns, strict=True)]
    if all(owners):
        return replace(sheet, people=owners)
    others = [number for number, owner in enumerate(owners) if not owner]
    noun = _NOUNS.get(sheet.source.table, "row")
    number = counted(len(others), noun)
    what = f"{number} {'is' if len(others) == 1 else 'are'} of people who are not in People."
    step = "Nothing is to be done where they belong to another group; else correct how they name the person, or add person_by."
    row = sheet.row(others[0])
    problems.add(row, sheet.source.person[0], CellProblem(slug="other-people", what=what, next_step=step), what, ())
    return pick(replace(sheet, people=owners), lambda number: bool(owners[number]))

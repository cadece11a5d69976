"""Ways to learn what a lab did not know: one unreadable, blank or waiting cell replaced by evidence of either sign."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from labs import Lab

from onboard.model.choices import UNREADABLE, AppointmentKind, ApprovalKind, Checked, Funding, PersonnelMode, Phi, Role, StudyType

#: (table, field, what stands there) -> what somebody may find out.
ANSWERS: dict[tuple[str, str, Any], tuple[Any, ...]] = {
    ("appointments", "kind", None): tuple(AppointmentKind),
    ("appointments", "role", None): tuple(Role),
    ("appointments", "engaged", None): (True, False),
    ("completions", "stage", None): (1, 2, 7),
    ("completions", "passed", None): (True, False),
    ("completions", "checked", Checked.WAITING): (Checked.ACCEPTED, Checked.DECLINED),
    ("delegations", "approved_by", ""): ("pi",),
    ("waivers", "approved_by", ""): ("pi",),
    ("approvals", "kind", ApprovalKind.UNKNOWN): tuple(kind for kind in ApprovalKind if kind is not ApprovalKind.UNKNOWN),
    ("approvals", "study_type", UNREADABLE): tuple(StudyType),
    ("approvals", "funding", UNREADABLE): tuple(Funding),
    ("approvals", "phi", UNREADABLE): tuple(Phi),
    ("protocols", "mode", PersonnelMode.UNKNOWN): (
        PersonnelMode.AMENDMENT,
        PersonnelMode.AUTOMATIC,
        PersonnelMode.PI_MAINTAINED,
    ),
}
ENDS = (("first", "last"), ("completed", "expires"), ("on", "expires"), ("first", "done"), ("approved", "removed"))


@dataclass(frozen=True)
class Learnt:
    """A lab in which one cell has been cleared up."""

    what: str
    lab: Lab


def learnings(lab: Lab, at_most: int) -> Iterator[Learnt]:
    """Up to so many of the lab's doubts, each cleared up by itself."""
    dice = random.Random(lab.seed)
    doubts = list(_doubts(lab))
    for table, place, field, answers in dice.sample(doubts, min(at_most, len(doubts))):
        rows = list(getattr(lab.records, table))
        value = dice.choice(answers)
        row = replace(rows[place], **{field: value})
        if _reversed(row):
            continue  # its dates would be unreadable again, so nothing was learnt
        what = f"seed {lab.seed}: {field} of {table} number {place} is {value}"
        rows[place] = row
        yield Learnt(what, replace(lab, records=replace(lab.records, **{table: tuple(rows)})))


def _doubts(lab: Lab) -> Iterator[tuple[str, int, str, tuple[Any, ...]]]:
    days = tuple(lab.edges())
    for table in fields(lab.records):
        for place, row in enumerate(getattr(lab.records, table.name)):
            for field in row.__slots__:
                value = getattr(row, field)
                answers = ANSWERS.get((table.name, field, value)) or (days if value is UNREADABLE else ())
                if answers:
                    yield table.name, place, field, answers


def _reversed(row: Any) -> bool:
    for first, last in (*ENDS, ("submitted", "removed")):
        start, end = getattr(row, first, None), getattr(row, last, None)
        if isinstance(start, date) and isinstance(end, date) and end < start:
            return True
    return False

"""The tables of a lab: one frame per noun, columns = the noun's fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from onboard.model import (
    Absence,
    Appointment,
    Approval,
    Assignment,
    Completion,
    Delegation,
    Disclosure,
    Enrolment,
    Hold,
    Listing,
    LogEntry,
    Person,
    Protocol,
    Review,
    Snooze,
    StepDone,
    Submission,
    Waiver,
)

#: Table -> the noun that is one row of it.
NOUNS: Mapping[str, type[Any]] = {
    "people": Person,
    "appointments": Appointment,
    "steps": StepDone,
    "reviews": Review,
    "completions": Completion,
    "listings": Listing,
    "delegations": Delegation,
    "assignments": Assignment,
    "absences": Absence,
    "waivers": Waiver,
    "snoozes": Snooze,
    "log": LogEntry,
    "enrolments": Enrolment,
    "disclosures": Disclosure,
    "protocols": Protocol,
    "approvals": Approval,
    "submissions": Submission,
    "holds": Hold,
}
#: Table -> its columns, in the order of the noun's fields.
COLUMNS: Mapping[str, tuple[str, ...]] = {table: tuple(field.name for field in fields(noun)) for table, noun in NOUNS.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """One frame per noun: object columns, cells already parsed, one row a noun."""

    people: pd.DataFrame
    appointments: pd.DataFrame
    steps: pd.DataFrame
    reviews: pd.DataFrame
    completions: pd.DataFrame
    listings: pd.DataFrame
    delegations: pd.DataFrame
    assignments: pd.DataFrame
    absences: pd.DataFrame
    waivers: pd.DataFrame
    snoozes: pd.DataFrame
    log: pd.DataFrame
    enrolments: pd.DataFrame
    disclosures: pd.DataFrame
    protocols: pd.DataFrame
    approvals: pd.DataFrame
    submissions: pd.DataFrame
    holds: pd.DataFrame


def frame(table: str, columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    """The frame of one table from its columns as lists of parsed cells."""
    return pd.DataFrame({name: columns[name] for name in COLUMNS[table]}, dtype=object, copy=False)

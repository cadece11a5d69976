"""All rows of a lab as nouns, ungrouped, as `obligations.gather` returns them."""

from __future__ import annotations

from dataclasses import dataclass

from onboard.model.lab import (
    Absence,
    Appointment,
    Approval,
    Assignment,
    Completion,
    Delegation,
    Disclosure,
    Enrolment,
    Hold,
    IrbAnswer,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """One field per table of `Tables`, under the same name, and what lists of others say of them."""

    people: tuple[Person, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    steps: tuple[StepDone, ...] = ()
    reviews: tuple[Review, ...] = ()
    completions: tuple[Completion, ...] = ()
    listings: tuple[Listing, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    absences: tuple[Absence, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    snoozes: tuple[Snooze, ...] = ()
    log: tuple[LogEntry, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    approvals: tuple[Approval, ...] = ()
    submissions: tuple[Submission, ...] = ()
    holds: tuple[Hold, ...] = ()
    irb_answers: tuple[IrbAnswer, ...] = ()  # from the IRB's own lists, not from a table


def record_order(record: str) -> tuple[int, int, str]:
    """Record ids in the order a person counts them: 2 before 10."""
    return (0, int(record), record) if record.isdecimal() else (1, 0, record)

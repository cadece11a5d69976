"""Three people as the program sees them, row by row in our words.

It is the quickest way to find a wrong line in a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any

from onboard.dates import show
from onboard.model import UNREADABLE, Completion, Person, Problem
from onboard.model.records import Records

#: Tables whose rows belong to a person, with the words for them.
_TABLES = {
    "appointments": "appointment",
    "steps": "step",
    "completions": "course",
    "listings": "on IRB list",
    "delegations": "delegation",
    "assignments": "work",
    "absences": "away",
    "waivers": "waiver",
    "snoozes": "snooze",
    "log": "log",
    "enrolments": "signed up",
    "disclosures": "disclosure",
}
#: Said elsewhere on the line, or nowhere.
_LEFT_OUT = ("evidence", "person", "protocol_text", "record", "unclear")
_NAMED_BY_THE_LINE = ("step", "course", "training", "title")


def three_people(records: Records, problems: Sequence[Problem]) -> tuple[Person, ...]:
    """The person with most rows, the one with most problems, the one who came last; fewer when there are fewer."""
    rows = {person.record: sum(1 for _ in _rows(records, person.record)) for person in records.people}
    wrong = {person.record: sum(person.record in problem.people for problem in problems) for person in records.people}
    came = {person.record: max(_first_days(records, person.record), default=date.min).toordinal() for person in records.people}
    chosen: dict[str, Person] = {}
    for rating in (rows, wrong, came):
        left = [person for person in records.people if person.record not in chosen]
        rated = [(rating[person.record], -place, person) for place, person in enumerate(left)]
        if rated:
            best = max(rated, key=lambda pair: pair[:2])[2]
            chosen[best.record] = best
    return tuple(chosen.values())


def _first_days(records: Records, record: str) -> list[date]:
    return [one.first for one in records.appointments if one.person == record and isinstance(one.first, date)]


def person_lines(
    records: Records, person: Person, problems: Sequence[Problem], training_of: Callable[[Completion], str | None]
) -> list[str]:
    """Return everything read about one person, then what could not be read.

    `training_of` maps a completion: None = not mapped, "" = it counts for nothing.
    """
    names = {one.record: one.label for one in records.people}
    protocols = {one.record: one.label for one in records.protocols}
    lines = [f"{person.name} (record {person.record})"]
    lines += [f"  {what:<18}{text}" for what, text in _about(person)]
    for what, row in _rows(records, person.record):
        text = _said(row, names, protocols)
        if isinstance(row, Completion):
            text += f"; {_counts(training_of(row))}"
        lines.append(f"  {what:<18}{text}  [{row.evidence}]")
    lines += [f"  ! {one.what} {one.next_step}" for one in problems if person.record in one.people]
    return lines


def _rows(records: Records, record: str) -> Iterator[tuple[str, Any]]:
    for table, what in _TABLES.items():
        for row in getattr(records, table):
            if row.person == record:
                yield what, row


def _about(person: Person) -> Iterable[tuple[str, str]]:
    green = "yes: the program may write to this person" if person.complete else "no: nothing is sent to this person"
    yield "green light", green
    yield "greeted as", person.greet
    for name in ("other_names", "university_email", "other_email", "personal_email", "personal_until", "citi_id"):
        value = getattr(person, name)
        if value:
            yield name.replace("_", " "), _value(value)


def _said(row: Any, names: dict[str, str], protocols: dict[str, str]) -> str:
    """The filled fields of a row, references by name."""
    said = []
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name in _LEFT_OUT or value in (None, "", ()):
            continue
        if field.name == "protocol":
            value = protocols.get(value, value)
        if field.name == "supervisor":
            value = names.get(value, value)
        if field.name == "course" and value in (row.group, row.curriculum):
            continue
        label = "" if field.name in _NAMED_BY_THE_LINE else f"{field.name.replace('_', ' ')} "
        said.append(f"{label}{_value(value)}")
    return ", ".join(said)


def _value(value: object) -> str:
    if value is UNREADABLE:
        return "(cannot be read)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return show(value)
    if isinstance(value, tuple):
        return " + ".join(map(_value, value))
    return value.value if isinstance(value, StrEnum) else str(value)


def _counts(training: str | None) -> str:
    if training is None:
        return "this course is not mapped in requirements.toml, so it does not count yet"
    return f"counts for {training}" if training else "counts for nothing, as requirements.toml says"

"""Where mail to a person goes, and the order people are counted in. Decides which address may be used on a day."""

from __future__ import annotations

from datetime import date

from onboard.model import Person


def record_order(record: str) -> tuple[int, int, str]:
    """Record ids in the order a person counts them: 2 before 10."""
    return (0, int(record), record) if record.isdecimal() else (1, 0, record)


def normal(address: str) -> str:
    """An address as it is compared: trimmed, lower case."""
    return address.strip().lower()


def address_of(person: Person, day: date) -> str:
    """The university address; while there is none the personal one, up to `personal_until`; "" when nothing may be used."""
    if normal(person.university_email):
        return normal(person.university_email)
    until = person.personal_until
    return normal(person.personal_email) if isinstance(until, date) and day <= until else ""

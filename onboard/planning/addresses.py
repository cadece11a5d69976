"""Where mail to a person goes. Decides which address may be used on a day."""

from __future__ import annotations

from datetime import date

from onboard.model import Person


def normal(address: str) -> str:
    """An address as it is compared: trimmed, lower case."""
    return address.strip().lower()


def address_of(person: Person, day: date) -> str:
    """The university address; while there is none the personal one, up to `personal_until`; "" when nothing may be used."""
    if normal(person.university_email):
        return normal(person.university_email)
    until = person.personal_until
    return normal(person.personal_email) if isinstance(until, date) and day <= until else ""

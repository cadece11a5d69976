"""Which address may be used for a person on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from onboard.model import Assessment, Lab, Person


def normal(address: str) -> str:
    """An address as it is compared: trimmed, lower case."""
    return address.strip().lower()


def lies_within(address: str, domains: Collection[str]) -> bool:
    """Whether a mail with others' names may go to this address.

    It must be an address of the institution (34 CFR 99.3), in one of its domains or below one. With no domains configured every
    address counts; "" never does.
    """
    host = normal(address).rpartition("@")[2]
    own = [domain.lower().lstrip("@") for domain in domains]
    return bool(host) and (not own or any(host == one or host.endswith(f".{one}") for one in own))


def address_of(person: Person, day: date) -> str:
    """Return the university address, or the personal one while there is none.

    The personal one up to `personal_until`; "" when nothing may be used.
    """
    if normal(person.university_email):
        return normal(person.university_email)
    until = person.personal_until
    return normal(person.personal_email) if isinstance(until, date) and day <= until else ""


def addresses_in_use(assessment: Assessment, lab: Lab) -> frozenset[str]:
    """Return every address that a record or the lab's settings hold, usable or not.

    Of people, for digests, of those who run the lab.
    """
    people = (a for person in assessment.people.values() for a in (person.university_email, person.personal_email))
    digests = (address for protocol in assessment.protocols.values() for address in protocol.digest_to)
    settings = (lab.operator, lab.limits.trial_address, *(coordinator.address for coordinator in lab.coordinators))
    return frozenset(normal(address) for address in (*people, *digests, *settings) if normal(address))


def never_shut(lab: Lab) -> frozenset[str]:
    """Return addresses that are written to at every slot, whatever they refused.

    The coordinators', the operator's, and the trial's.
    """
    written = (lab.operator, lab.limits.trial_address, *(coordinator.address for coordinator in lab.coordinators))
    return frozenset(normal(address) for address in written if normal(address))

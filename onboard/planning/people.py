"""Who may be written to on a day, and by which job that writes to people.

Also appointments, addresses, supervisors, PIs, new hires and absences. Only what is certain counts: a person whose appointment
cannot be read is not written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import WorkCalendar, plus_days
from onboard.judging.appointments import appointments, certain_days, stay, stays
from onboard.judging.coverage import span
from onboard.model import Appointment, Reader, ReaderRole, Role
from onboard.model.records import record_order
from onboard.planning.addresses import address_of, lies_within, never_shut, normal
from onboard.planning.lab_day import Desk
from onboard.planning.standing import shut
from onboard.timeline import Timeline, any_of

#: How far back a hard deadline may move to find a day on which mail may go.
_FARTHEST_MOVE = 60


# appointments ---------------------------------------------------------------------------------------------------------


def here(desk: Desk, person: str) -> bool:
    """Whether an appointment certainly covers today."""
    return stays(desk.assessment, person).covers(desk.today)


def present_appointment(desk: Desk, person: str) -> Appointment | None:
    """The newest appointment that covers today, else the next to come."""
    found = appointments(desk.assessment, person)
    now = [a for a in found if certain_days(a).covers(desk.today)]
    coming = [a for a in found if isinstance(a.first, date) and a.first > desk.today]
    return now[-1] if now else next(iter(coming), None)


def appointments_of_stay(desk: Desk, person: str) -> list[Appointment]:
    """Return the appointments of the present or coming stay, earliest first.

    A change within a stay does not make a new hire.
    """
    run = stay(desk.assessment, person, desk.today)
    days = Timeline.between(*run) if run else Timeline()
    return [a for a in appointments(desk.assessment, person) if certain_days(a) & days]


# addresses ------------------------------------------------------------------------------------------------------------


def inside(desk: Desk, address: str) -> bool:
    """Whether a mail with others' names may go there, as `lies_within` says."""
    return lies_within(address, desk.lab.limits.institution_domains)


def green_light(desk: Desk, record: str) -> bool:
    """Whether a person may be written to at all: form complete, and a current or coming appointment."""
    person = desk.assessment.people.get(record)
    return person is not None and person.complete and stay(desk.assessment, record, desk.today) is not None


def address_for(desk: Desk, record: str) -> str:
    """Return where a mail to a person about themselves goes.

    "" when none may, or when nothing is sent there today. Of records that allow mail and share an address the first by record id
    is written to.
    """
    person = desk.assessment.people.get(record)
    address = address_of(person, desk.today) if person and green_light(desk, record) else ""
    if address and refuses_today(desk, address):
        return ""
    return address if address and next(iter(_sharers(desk, address)), "") == record else ""


def refuses_today(desk: Desk, address: str) -> bool:
    """Whether an address refused mail and nothing is sent there today."""
    return address not in never_shut(desk.lab) and shut(desk.history, address, desk.today) is not None


def cannot_be_told(desk: Desk, record: str) -> bool:
    """Whether a person has an address, and it refuses our mail."""
    person = desk.assessment.people.get(record)
    address = address_of(person, desk.today) if person and green_light(desk, record) else ""
    return bool(address) and refuses_today(desk, address)


def _sharers(desk: Desk, address: str) -> tuple[str, ...]:
    return tuple(record for record in desk.records_at(address) if green_light(desk, record))


def writable(desk: Desk) -> dict[str, str]:
    """Everybody who may get a mail about themselves: record id to address, by record id."""
    records = sorted(desk.assessment.people, key=record_order)
    return {record: address for record in records if (address := address_for(desk, record))}


def typed(desk: Desk) -> list[str]:
    """Return record ids of the people whose Person form is marked Complete."""
    return [record for record, person in desk.assessment.people.items() if person.complete]


def sharing(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Addresses that several people with a green light share, with their record ids in order."""
    addresses = {address_of(person, desk.today) for person in desk.assessment.people.values()} - {""}
    found = {address: _sharers(desk, address) for address in sorted(addresses)}
    return {address: records for address, records in found.items() if len(records) > 1}


def myself(desk: Desk, record: str, address: str) -> Reader:
    """A person as reader of a mail about themselves."""
    person = desk.assessment.people[record]
    return Reader(address=address, name=person.name, greet=person.greet, role=ReaderRole.PERSON, record=record)


def overseer(desk: Desk, record: str, role: ReaderRole) -> Reader | None:
    """Return a reader about others, else None.

    Such a reader is here today and has a university address inside the institution.
    """
    person = desk.assessment.people.get(record)
    if person is None or not person.complete or not here(desk, record):
        return None
    address = normal(person.university_email)
    if not address or not inside(desk, address):
        return None
    return Reader(address=address, name=person.name, greet=person.greet, role=role, record=record)


# supervisors and PIs --------------------------------------------------------------------------------------------------


def supervisor_of(desk: Desk, person: str) -> str:
    """Return the record id of the supervisor.

    "" when none is recorded, when the name fits no person, or when it is the person.
    """
    appointment = present_appointment(desk, person)
    found = appointment.supervisor if appointment else ""
    return found if found in desk.assessment.people and found != person else ""


def heads(desk: Desk) -> tuple[str, ...]:
    """People who are here as PI today."""
    found = (r for r in desk.assessment.people if here(desk, r) and _is_pi(present_appointment(desk, r)))
    return tuple(sorted(found, key=record_order))


def _is_pi(appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.role is Role.PI


def pis_over(desk: Desk, person: str) -> tuple[str, ...]:
    """Return PIs of the protocols the person works on today.

    Else the supervisor if a PI, else the lab's PIs; never the person.
    """
    own = {desk.assessment.protocols[p].pi for p in desk.protocols_today(person)} - {"", person}
    if not own:
        above = supervisor_of(desk, person)
        own = {above} if above in heads(desk) else set(heads(desk)) - {person}
    return tuple(sorted(own, key=record_order))


def named(desk: Desk, record: str) -> str:
    """What a person is called; the record id where no such person is on record."""
    return desk.assessment.person_label(record)


def greeted(desk: Desk, record: str) -> str:
    """How the person wants to be greeted, for sentences in which their name was said; else the name."""
    person = desk.assessment.people.get(record)
    return (person.greet if person else "") or named(desk, record)


def codes(desk: Desk, protocols: Iterable[str]) -> str:
    """Short codes of protocols for people, in the lab's order: ``STEP-HF, P4``."""
    known = desk.assessment.protocols
    found = [known[record] for record in set(protocols) if record in known]
    return ", ".join(sorted(p.label for p in found))


def listed_codes(desk: Desk, protocols: Iterable[str]) -> str:
    """Short codes within a sentence: ``CASE-TTS and STEP-HF``."""
    names = sorted({desk.assessment.protocols[p].label for p in protocols if p in desk.assessment.protocols})
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


# new hires, quiet days ------------------------------------------------------------------------------------------------


def is_new_hire(desk: Desk, person: str) -> bool:
    """Whether send_checklists has the person: until the first clearance or so many days after the start."""
    run = stay(desk.assessment, person, desk.today)
    if run is None or desk.today > plus_days(run[0], desk.lab.cadence.new_hire_days):
        return False
    so_far = Timeline.between(run[0], desk.today)
    return not any(row.cleared.sure & so_far for row in desk.rows(person) if row.task is None)


def away(desk: Desk, person: str) -> Timeline:
    """Days the person is certainly absent; a blank last day is still away."""
    return any_of(span(a.first, a.last) for a in desk.assessment.absences.get(person, ())).sure


def mail_day(desk: Desk, person: str, day: date | None = None) -> bool:
    """Whether mail may reach a person on a day (today by default): a working day, and they are not away."""
    day = day or desk.today
    return desk.calendar.works(day) and not away(desk, person).covers(day)


def not_later(desk: Desk, person: str, day: date) -> date:
    """Return the last day up to `day` on which mail may reach the person.

    The lab's last working day when they are long away.
    """
    absent, calendar = away(desk, person), desk.calendar
    for back in range(_FARTHEST_MOVE):
        found = plus_days(day, -back)
        if calendar.works(found) and not absent.covers(found):
            return found
    return _worked(calendar, day)


def _worked(calendar: WorkCalendar, day: date) -> date:
    return next((d for d in (plus_days(day, -n) for n in range(400)) if calendar.works(d)), day)

"""Lookups for the planners of one day: rows, findings and work by person.

Everything is indexed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from onboard.dates import WorkCalendar, plus_days
from onboard.judging.closed import NEWS_DAYS, closed_on
from onboard.judging.coverage import listing_presence, span
from onboard.judging.readiness import belongs_on
from onboard.model import Assessment, Finding, History, Lab, MailRecord, Readiness, Task
from onboard.model.records import record_order
from onboard.planning.addresses import address_of
from onboard.planning.item_keys import SentIndex
from onboard.timeline import FOR_EVER, NOT_EVER, Answer, Coverage

_Work = Mapping[tuple[str, str], Coverage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One lab on one day: what was judged, what was said, and today. Build it with `desk_of`."""

    assessment: Assessment
    history: History
    lab: Lab
    today: date
    said: SentIndex
    _rows: Mapping[str, tuple[Readiness, ...]]
    _findings: Mapping[str, tuple[Finding, ...]]
    _work: _Work
    _tasks: Mapping[tuple[str, str, Task], Coverage]
    _pis: Mapping[str, str]
    _addresses: Mapping[str, tuple[str, ...]]
    _may_work_on: Mapping[str, tuple[str, ...]]
    _mails: Mapping[str, tuple[MailRecord, ...]]
    #: protocols that are certainly closed today, with the first day of it: nothing is asked or counted on them
    closed: Mapping[str, date]

    @property
    def calendar(self) -> WorkCalendar:
        """The lab's working days."""
        return self.lab.cadence.calendar

    def rows(self, person: str) -> tuple[Readiness, ...]:
        """Every readiness row of a person."""
        return self._rows.get(person, ())

    def findings(self, person: str) -> tuple[Finding, ...]:
        """Every finding of a person."""
        return self._findings.get(person, ())

    def involved(self, person: str, protocol: str) -> Coverage:
        """The days a person is on a protocol: listed or filed, delegated, assigned, or its PI."""
        if self._pis.get(protocol) == person:
            return FOR_EVER
        return self._work.get((person, protocol), NOT_EVER)

    def tasked(self, person: str, protocol: str, task: Task) -> Coverage:
        """The days a task on a protocol is delegated or assigned to a person."""
        return self._tasks.get((person, protocol, task), NOT_EVER)

    def working(self, row: Readiness, day: date | None = None) -> bool:
        """Whether the work a row is about is certainly the person's on a day (today by default); on a closed protocol none is."""
        if row.protocol in self.closed and day in (None, self.today):
            return False
        days = self.tasked(row.person, row.protocol, row.task) if row.task else self.involved(row.person, row.protocol)
        return days.at(day or self.today) is Answer.YES

    def over(self, protocol: str) -> bool:
        """Whether a protocol closed so long ago that it is no news."""
        day = self.closed.get(protocol)
        return day is not None and plus_days(day, NEWS_DAYS) < self.today

    def protocols_today(self, person: str) -> tuple[str, ...]:
        """Record ids of the protocols a person certainly works on today."""
        mine = (p for p in self._may_work_on.get(person, ()) if p not in self.closed)
        return tuple(p for p in mine if self.involved(person, p).at(self.today) is Answer.YES)

    def records_at(self, address: str) -> tuple[str, ...]:
        """Record ids of the people who have this address today, in order."""
        return self._addresses.get(address, ())

    def mails(self, address: str) -> tuple[MailRecord, ...]:
        """Return every remembered mail to an address, whatever became of it.

        Indexed, since a year of a lab is too much to search for each reader.
        """
        return self._mails.get(address, ())

    def title_of(self, protocol: str) -> str:
        """A protocol's title without its short code, "" where none is on record."""
        known = self.assessment.protocols.get(protocol)
        return known.title.strip().removeprefix(f"{known.code}:").strip() if known else ""

    def belongs(self, person: str) -> Answer:
        """Whether an appointment covers today."""
        return belongs_on(self.assessment, person, self.today)


def desk_of(assessment: Assessment, history: History, lab: Lab, today: date) -> Desk:
    """Index one day. O(rows of the lab)."""
    rows: dict[str, list[Readiness]] = {}
    for row in assessment.readiness:
        rows.setdefault(row.person, []).append(row)
    findings: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        findings.setdefault(finding.person, []).append(finding)
    work = _work(assessment)
    return Desk(
        assessment=assessment,
        history=history,
        lab=lab,
        today=today,
        said=SentIndex.of(history),
        _rows={person: tuple(sorted(found, key=_row_order)) for person, found in rows.items()},
        _findings={person: tuple(found) for person, found in findings.items()},
        _work=work,
        _tasks=_tasks(assessment),
        _pis={record: protocol.pi for record, protocol in assessment.protocols.items()},
        _addresses=_addresses(assessment, today),
        _may_work_on=_may_work_on(assessment, work),
        _mails=_mails(history),
        closed=closed_on(assessment, today),
    )


def _mails(history: History) -> Mapping[str, tuple[MailRecord, ...]]:
    found: dict[str, list[MailRecord]] = {}
    for mail in history.mails:
        found.setdefault(mail.reader, []).append(mail)
    return {address: tuple(mails) for address, mails in found.items()}


def _may_work_on(assessment: Assessment, work: _Work) -> Mapping[str, tuple[str, ...]]:
    """Return person -> protocols with any day of work, in the lab's order.

    To ask about all protocols for each person is too slow.
    """
    place = {record: number for number, record in enumerate(assessment.protocols)}
    found: dict[str, set[str]] = {}
    for person, protocol in work:
        found.setdefault(person, set()).add(protocol)
    for one in assessment.protocols.values():
        found.setdefault(one.pi, set()).add(one.record)
    return {person: tuple(sorted(some & place.keys(), key=place.__getitem__)) for person, some in found.items()}


def _row_order(row: Readiness) -> tuple[tuple[int, int, str], str]:
    """Sort by protocol, the protocol as a whole before its tasks.

    No text then depends on the order of the export.
    """
    return record_order(row.protocol), row.task or ""


def _addresses(assessment: Assessment, today: date) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for record in sorted(assessment.people, key=record_order):
        address = address_of(assessment.people[record], today)
        if address:
            found.setdefault(address, []).append(record)
    return {address: tuple(records) for address, records in found.items()}


def _work(assessment: Assessment) -> _Work:
    found: dict[tuple[str, str], Coverage] = {}

    def add(person: str, protocol: str, days: Coverage) -> None:
        if protocol:
            found[person, protocol] = found.get((person, protocol), NOT_EVER) | days

    for listing in assessment.listings:
        add(listing.person, listing.protocol, listing_presence(listing))
    for delegation in assessment.delegations:
        add(delegation.person, delegation.protocol, span(delegation.first, delegation.last))
    for person, pieces in assessment.assignments.items():
        for piece in pieces:
            add(person, piece.protocol, span(piece.first, piece.done))
    return found


def _tasks(assessment: Assessment) -> Mapping[tuple[str, str, Task], Coverage]:
    found: dict[tuple[str, str, Task], Coverage] = {}

    def add(person: str, protocol: str, task: Task, days: Coverage) -> None:
        found[person, protocol, task] = found.get((person, protocol, task), NOT_EVER) | days

    for delegation in assessment.delegations:
        for task in delegation.tasks:
            add(delegation.person, delegation.protocol, task, span(delegation.first, delegation.last))
    for person, pieces in assessment.assignments.items():
        for piece in pieces:
            if piece.task:
                add(person, piece.protocol, piece.task, span(piece.first, piece.done))
    return found

"""The reckoner's first floor: who is here, what is known of people and protocols, and what is asked of whom on a day.

Sources: rulings 1, 4, 6, 7 and 21. It judges no evidence. Numbers in brackets are those of rulings.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from almanac import NO, UNKNOWN, YES, at_most, every, happened_by, is_date, nay, some, straight, within

from onboard.model.choices import UNREADABLE, ApprovalKind, Task
from onboard.model.lab import Assignment, Delegation, Listing, LogEntry, Protocol
from onboard.model.records import Records
from onboard.model.requirements import Per, Requirement, RequirementKind, Rules

WAIVABLE = {RequirementKind.TRAINING, RequirementKind.DISCLOSURE, RequirementKind.STEP, RequirementKind.TASK}
QUOTES = "\"'`´‘’‚‛“”„‟«»‹›"
DASHES = "-‐‑‒–—―−﹘﹣－¿\ufffd"


def letters(text: str) -> str:
    """Institutions compare by letters and digits alone (12)."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def fold(text: str) -> str:
    """Course names compare without case, spaces, quotes and dashes, also mangled; other signs count."""
    return "".join(sign for sign in text.casefold() if not sign.isspace() and sign not in QUOTES and sign not in DASHES)


def remembered(question: Callable[..., Any]) -> Callable[..., Any]:
    """Asks each question once for each set of arguments; changes no answer."""

    @wraps(question)
    def ask(self: Owing, *arguments: Any) -> Any:
        key = (question.__name__, *arguments)
        if key not in self.memory:
            self.memory[key] = question(self, *arguments)
        return self.memory[key]

    return ask


def listed(row: Listing, day: date, approved_only: bool = False) -> str:
    """Whether one listing covers the day, from approval (or the first of both) to the day before removal."""
    submitted, approved, removed = row.submitted, row.approved, row.removed
    if not approved_only:
        dates = [value for value in (submitted, approved) if value is not None]
        if is_date(removed) and dates and all(is_date(value) and value > removed for value in dates):
            return UNKNOWN
        begun = some([happened_by(submitted, day), happened_by(approved, day)])
    else:
        if is_date(removed) and is_date(approved) and removed < approved:
            return UNKNOWN
        begun = happened_by(approved, day)
    return every([begun, nay(happened_by(removed, day))])


class Owing:
    """Who belongs to the lab, which facts are known, what is asked of whom, and why."""

    def __init__(self, records: Records, rules: Rules, read_on: date) -> None:
        self.records, self.rules, self.read_on = records, rules, read_on
        self.memory: dict[Any, Any] = {}
        self.number = {id(version): number for number, version in enumerate(rules.requirements)}
        self.tracked = [number for number, version in enumerate(rules.requirements) if version.tracked]

    def version(self, number: int) -> Requirement:
        return self.rules.requirements[number]

    def study(self, protocol: str) -> Protocol:
        return next(row for row in self.records.protocols if row.record == protocol)

    # ---- who is here, and what is known of them

    @remembered
    def belongs(self, person: str, day: date) -> str:
        """An appointment covers the day."""
        return some(within(row.first, row.last, day) for row in self.records.appointments if row.person == person)

    @remembered
    def starts_stay(self, person: str, day: date) -> str:
        """A stay begins: an appointment does, and none covers any of the `same_stay_days` + 1 days before (44)."""
        begins = []
        for row in self.records.appointments:
            if row.person == person and (row.first == day or not is_date(row.first)):
                begins.append(within(row.first, row.last, day))
        if some(begins) == NO:
            return NO
        days = [date.fromordinal(day.toordinal() - back) for back in range(1, self.rules.same_stay_days + 2)]
        return every([some(begins), nay(some(self.belongs(person, before) for before in days))])

    @remembered
    def person_selected(self, number: int, person: str, day: date) -> str:
        """All selectors on a person must match one appointment; any such appointment will do (4)."""
        when = self.version(number).when
        found = []
        for row in self.records.appointments:
            if row.person != person:
                continue
            tests = [within(row.first, row.last, day)]
            if when.roles:
                tests.append(UNKNOWN if row.role is None else YES if row.role in when.roles else NO)
            if when.kinds:
                tests.append(UNKNOWN if row.kind is None else YES if row.kind in when.kinds else NO)
            if when.engaged is not None:
                tests.append(UNKNOWN if row.engaged is None else YES if row.engaged == when.engaged else NO)
            found.append(every(tests))
        return some(found)

    @remembered
    def protocol_fact(self, protocol: str, fact: str, day: date) -> Any:
        """The value of study_type, funding or phi on a day; None = unknown (6)."""
        says: list[tuple[date, Any]] = []
        undated: list[Any] = []
        for row in self.records.approvals:
            value = getattr(row, fact)
            if row.protocol != protocol or value is None:
                continue
            first, _ = straight(row.first, row.last)
            if not is_date(first):
                undated.append(value)
            elif first <= day:
                says.append((first, value))
        if not says:
            return None
        latest = max(first for first, _ in says)
        values = {value for first, value in says if first == latest}
        if len(values) > 1 or UNREADABLE in values:
            return None
        value = values.pop()
        return None if any(other != value for other in undated) else value

    @remembered
    def protocol_selected(self, number: int, protocol: str, day: date) -> str:
        """The selectors that look at the protocol; "" has no facts to look at."""
        when = self.version(number).when
        if not protocol:
            return YES
        tests = []
        for fact, wanted in (("study_type", when.study_types), ("funding", when.funding), ("phi", when.phi)):
            if wanted:
                value = self.protocol_fact(protocol, fact, day)
                tests.append(UNKNOWN if value is None else YES if value in wanted else NO)
        if when.protocols:
            study = self.study(protocol)
            names = {fold(study.number), fold(study.code)} - {""}
            tests.append(YES if names & {fold(name) for name in when.protocols} else NO)
        return every(tests)

    def asks_protocol(self, number: int) -> bool:
        when = self.version(number).when
        return bool(when.study_types or when.funding or when.phi or when.protocols)

    def in_force(self, number: int, day: date) -> bool:
        """Both ends inclusive (21)."""
        version = self.version(number)
        if version.in_force_from is not None and day < version.in_force_from:
            return False
        return version.in_force_to is None or day <= version.in_force_to

    @remembered
    def asked(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Whether this version is asked of this person for this scope, whatever they really work on."""
        if not self.in_force(number, day):
            return NO
        tasks = self.version(number).when.tasks
        if tasks and (task is None or task not in tasks):
            return NO
        return every([self.person_selected(number, person, day), self.protocol_selected(number, protocol, day)])

    # ---- what somebody really works on

    def on_an_unknown_protocol(self, person: str) -> bool:
        """A row puts the person on a protocol that nobody can tell; asked of those with no protocol that can be told (25)."""
        blank: list[Listing | Delegation] = [*self.records.listings, *self.records.delegations]
        worded: list[Assignment | LogEntry] = [*self.records.assignments, *self.records.log]
        mine = [row for row in blank if row.person == person] + [w for w in worded if w.person == person and w.protocol_text]
        return any(not row.protocol for row in mine)

    def still_open(self, protocol: str, day: date) -> str:
        """Not certainly closed: only then is work on it asked about in mails (43)."""
        for row in self.records.approvals:
            if row.protocol == protocol and row.kind is ApprovalKind.CLOSURE:
                first, _ = straight(row.first, row.last)
                if is_date(first) and first <= day:
                    return NO
        return YES

    @remembered
    def involved(self, person: str, protocol: str, day: date) -> str:
        """Listed or filed, delegated, assigned, or the PI."""
        if self.still_open(protocol, day) == NO:
            return NO
        if self.study(protocol).pi == person:
            return YES
        found = []
        for listing in self.records.listings:
            if listing.person == person and listing.protocol == protocol:
                found.append(listed(listing, day))
        for delegation in self.records.delegations:
            if delegation.person == person and delegation.protocol == protocol:
                found.append(within(delegation.first, delegation.last, day))
        for assignment in self.records.assignments:
            if assignment.person == person and assignment.protocol == protocol:
                found.append(within(assignment.first, assignment.done, day))
        return some(found)

    @remembered
    def has_task(self, person: str, protocol: str, task: Task, day: date) -> str:
        """The task on the protocol is delegated or assigned."""
        if self.still_open(protocol, day) == NO:
            return NO
        found = []
        for delegation in self.records.delegations:
            if delegation.person == person and delegation.protocol == protocol and task in delegation.tasks:
                found.append(within(delegation.first, delegation.last, day))
        for assignment in self.records.assignments:
            if assignment.person == person and assignment.protocol == protocol and task == assignment.task:
                found.append(within(assignment.first, assignment.done, day))
        return some(found)

    @remembered
    def waived(self, number: int, person: str, protocol: str, day: date, everywhere: bool = True) -> str:
        """A dated, approved, ending exemption from this requirement, on this protocol or on all (20)."""
        version = self.version(number)
        if version.kind not in WAIVABLE:
            return NO
        found = []
        for row in self.records.waivers:
            there = row.protocol == protocol or (everywhere and not row.protocol)
            if row.person == person and row.requirement == version.id and there:
                approved = bool(row.approved_by) and is_date(row.approved_on) and row.approved_on <= self.read_on  # (28)
                found.append(at_most(within(row.first, row.last, day), doubt=row.last is None or not approved))
        return some(found)

    def let_off(self, number: int, person: str, protocol: str, day: date) -> bool:
        """A waiver for this protocol alone surely takes away what the protocol asks of the person (24)."""
        return bool(self.waived(number, person, protocol, day, False) == YES)

    @remembered
    def due(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Whether this version is asked of this person because of the work they really have (1)."""
        version = self.version(number)
        if version.only_at_submission:
            return NO
        if version.per is Per.TASK:
            return every([self.has_task(person, protocol, task, day), self.asked(number, person, protocol, task, day)])
        if version.per is Per.PROTOCOL and version.when.tasks:
            return some(
                every([self.has_task(person, protocol, one, day), self.asked(number, person, protocol, one, day)])
                for one in version.when.tasks
            )
        if version.per is Per.PROTOCOL:
            return every([self.involved(person, protocol, day), self.asked(number, person, protocol, task, day)])
        asking = [row.record for row in self.records.protocols if not self.let_off(number, person, row.record, day)]
        if version.when.tasks:
            return some(
                every([self.has_task(person, on, one, day), self.asked(number, person, on, one, day)])
                for on in asking
                for one in version.when.tasks
            )
        if self.asks_protocol(number):
            return some(every([self.involved(person, on, day), self.asked(number, person, on, None, day)]) for on in asking)
        answer: str = self.asked(number, person, "", None, day)
        return answer

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
from onboard.model.lab import Assignment, Delegation, Listing, LogEntry, Protocol, Waiver
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


def fold_slip(text: str) -> str:
    """Names of protocols and requirements compare without case, spaces and dashes (61)."""
    return "".join(sign for sign in text.casefold() if not sign.isspace() and sign not in DASHES)


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


def slips(text: str, name: str) -> int:
    """Letters to add, leave out, change or swap with their neighbour to make one of the other, by trying each (61)."""
    seen: dict[tuple[int, int], int] = {}

    def rest(i: int, j: int) -> int:
        if (i, j) not in seen:
            if i == len(text) or j == len(name):
                seen[i, j] = len(text) - i + len(name) - j
            elif text[i] == name[j]:
                seen[i, j] = rest(i + 1, j + 1)
            else:
                ways = [rest(i + 1, j), rest(i, j + 1), rest(i + 1, j + 1)]
                if text[i : i + 2] == name[j : j + 2][::-1] and len(text) - i > 1 and len(name) - j > 1:
                    ways.append(rest(i + 2, j + 2))
                seen[i, j] = 1 + min(ways)
        return seen[i, j]

    return rest(0, 0)


def may_be_on(row: Listing | Delegation, protocol: str) -> bool:
    """The row names no protocol there is, and this one may be meant by it (61)."""
    return row.protocol == "" and (row.may_mean == () or protocol in row.may_mean)


def can_only_be_on(row: Listing | Delegation) -> str:
    """The protocol that a row names, or the only one it may mean; "" where it may mean several or none (61)."""
    if row.protocol:
        return row.protocol
    return row.may_mean[0] if len(row.may_mean) == 1 else ""


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
            if not is_date(first) or not row.placed:
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
            if row.protocol == protocol and row.kind is ApprovalKind.CLOSURE and row.placed:
                first, _ = straight(row.first, row.last)
                if is_date(first) and first <= day:
                    return NO
        return YES

    # ---- which rows there are

    @remembered
    def protocols_of(self, person: str) -> set[str]:
        """Protocols the person has anything to do with, ever; also where a row that names none can mean no other (61)."""
        by_name: list[Listing | Delegation] = [*self.records.listings, *self.records.delegations]
        worded: list[Assignment | LogEntry] = [*self.records.assignments, *self.records.log]
        found = {can_only_be_on(row) for row in by_name if row.person == person}
        found |= {row.protocol for row in worded if row.person == person}
        return (found - {""}) | {row.record for row in self.records.protocols if row.pi == person}

    @remembered
    def tasks_of(self, person: str, protocol: str) -> set[Task]:
        """Tasks delegated or assigned to the person on the protocol, or logged, ever; or where nothing else can be meant (61)."""
        found: set[Task] = set()
        for row in self.records.delegations:
            if row.person == person and can_only_be_on(row) == protocol:
                found |= set(row.tasks)
                if len(row.may_tasks) == 1:
                    found |= set(row.may_tasks)
        for work in self.records.assignments:
            if work.person == person and work.protocol == protocol and work.task is not None:
                found.add(work.task)
        for entry in self.records.log:
            if entry.person == person and entry.protocol == protocol and entry.task is not None:
                found.add(entry.task)
        return found

    def surely_on(self, person: str, protocol: str) -> bool:
        """A row names this protocol, or it is the person's own (61)."""
        if self.study(protocol).pi == person:
            return True
        by_name: list[Listing | Delegation] = [*self.records.listings, *self.records.delegations]
        worded: list[Assignment | LogEntry] = [*self.records.assignments, *self.records.log]
        return any((row.person, row.protocol) == (person, protocol) for row in [*by_name, *worded])

    def surely_has(self, person: str, protocol: str, task: Task) -> bool:
        """A row names this task on this protocol (61)."""
        worded: list[Assignment | LogEntry] = [*self.records.assignments, *self.records.log]
        if any((row.person, row.protocol, row.task) == (person, protocol, task) for row in worded):
            return True
        return any(self.gives(row, person, protocol, task) == YES for row in self.records.delegations)

    def gives(self, row: Delegation, person: str, protocol: str, task: Task) -> str:
        """Whether a delegation is the person's for this task on this protocol, whatever its days (61)."""
        if row.person != person:
            return NO
        if row.protocol == protocol and task in row.tasks:
            return YES
        here = row.protocol == protocol or may_be_on(row, protocol)
        return UNKNOWN if here and task in row.tasks + row.may_tasks else NO

    @remembered
    def involved(self, person: str, protocol: str, day: date) -> str:
        """Listed or filed, delegated, assigned, or the PI."""
        if protocol not in self.protocols_of(person):
            return NO
        if self.still_open(protocol, day) == NO:
            return NO
        if self.study(protocol).pi == person:
            return YES
        found = []
        for listing in self.records.listings:
            if listing.person == person and (listing.protocol == protocol or may_be_on(listing, protocol)):
                found.append(at_most(listed(listing, day), doubt=listing.protocol != protocol))
        for delegation in self.records.delegations:
            if delegation.person == person and (delegation.protocol == protocol or may_be_on(delegation, protocol)):
                days = within(delegation.first, delegation.last, day)
                found.append(at_most(days, doubt=delegation.protocol != protocol))
        for assignment in self.records.assignments:
            if assignment.person == person and assignment.protocol == protocol:
                found.append(within(assignment.first, assignment.done, day))
        return some(found)

    @remembered
    def has_task(self, person: str, protocol: str, task: Task, day: date) -> str:
        """The task on the protocol is delegated or assigned."""
        if self.still_open(protocol, day) == NO:
            return NO
        if protocol not in self.protocols_of(person) or task not in self.tasks_of(person, protocol):
            return NO
        found = []
        for delegation in self.records.delegations:
            theirs = self.gives(delegation, person, protocol, task)
            found.append(every([theirs, within(delegation.first, delegation.last, day)]))
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
        mine = [row for row in self.records.waivers if row.person == person]
        return some(self.waiver_on(row, version, protocol, day, everywhere) for row in mine)

    def signed(self, row: Waiver) -> bool:
        """Approved by a name and a day that is not after the read (28)."""
        return bool(row.approved_by) and is_date(row.approved_on) and row.approved_on <= self.read_on

    def waiver_on(self, row: Waiver, version: Requirement, protocol: str, day: date, everywhere: bool) -> str:
        """What one waiver says of a requirement on a protocol and a day; of what it may mean perhaps (61)."""
        if row.may_mean is None:
            there = YES if row.protocol == protocol or (everywhere and not row.protocol) else NO
        else:
            there = UNKNOWN if protocol and (protocol in row.may_mean or not row.may_mean) else NO
        covers = at_most(within(row.first, row.last, day), doubt=row.last is None or not self.signed(row))
        return every([there, self.is_of(row, version), covers])

    @remembered
    def is_of(self, row: Waiver, version: Requirement) -> str:
        """The waiver is of this requirement; one that names none may be of what its text is a slip of, else of any (61)."""
        versions = self.rules.requirements
        if row.requirement == version.id:
            return YES
        if not row.requirement or any(row.requirement == other.id for other in versions):
            return NO
        text = fold_slip(row.requirement)
        most = 1 if len(text) <= 4 else 2
        apart = {other.id: most + 1 for other in versions}
        for other in versions:
            for name in {fold_slip(other.id), fold_slip(other.title)} - {""}:
                apart[other.id] = min(apart[other.id], slips(text, name))
        if 0 in apart.values():
            most = 0
        near = [one for one, letters_off in apart.items() if letters_off <= most]
        return UNKNOWN if not near or version.id in near else NO

    def let_off(self, number: int, person: str, protocol: str, day: date) -> str:
        """A waiver for this protocol alone takes away what the protocol asks of the person; a claim takes nothing (24, 61)."""
        version = self.version(number)
        if version.kind not in WAIVABLE:
            return NO
        mine = [row for row in self.records.waivers if row.person == person and self.signed(row)]
        return some(self.waiver_on(row, version, protocol, day, False) for row in mine)

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
        asking = {row.record: nay(self.let_off(number, person, row.record, day)) for row in self.records.protocols}
        if version.when.tasks:
            return some(
                every([asks, self.has_task(person, on, one, day), self.asked(number, person, on, one, day)])
                for on, asks in asking.items()
                for one in version.when.tasks
            )
        if self.asks_protocol(number):
            return some(
                every([asks, self.involved(person, on, day), self.asked(number, person, on, None, day)])
                for on, asks in asking.items()
            )
        answer: str = self.asked(number, person, "", None, day)
        return answer

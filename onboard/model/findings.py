"""What was judged: obligations, findings, clauses, readiness.

It decides how a status is read off on a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from onboard.model.choices import Task
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
    Problem,
    Protocol,
    Snooze,
    StepDone,
    Submission,
    Waiver,
)
from onboard.model.requirements import Requirement, Rules
from onboard.model.rows import Row, RowSeen
from onboard.timeline import Coverage, Timeline


class Status(StrEnum):
    """The word for a finding on a day, first that fits."""

    NOT_DUE = "not_due"  # not asked for on this day
    WAIVED = "waived"  # met only by a waiver
    EXPIRING = "expiring"  # met, and the end lies within the window
    CURRENT = "current"  # met
    PENDING = "pending"  # evidence sent in, or work under way, waits for a person
    UNKNOWN = "unknown"  # cannot be told; never counts as ready
    EXPIRED = "expired"  # was met, is not any more
    MISSING = "missing"  # never met


class Cleared(StrEnum):
    """The combined verdict of a row. Never an authorization."""

    CLEARED = "cleared"  # every clause certainly holds
    BLOCKED = "blocked"  # a clause certainly fails
    UNKNOWN = "unknown"  # neither
    NOT_DUE = "not_due"  # certainly no appointment on the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a finding is about beside the person: nothing, a protocol (record id), or a task on it."""

    protocol: str = ""
    task: Task | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.protocol, self.task or "") if part) or "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """What a course may count as that the course map does not place."""

    trainings: frozenset[str]
    named: bool  # the map knows its names: the stage alone is missing


#: What a completion counts as: a training, "" for none, or what it may be.
Counts: TypeAlias = str | Unmapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All rows that may bear on one obligation; each rule looks at its own."""

    completions: tuple[tuple[Completion, Counts], ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    steps: tuple[StepDone, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    listings: tuple[Listing, ...] = ()
    irb: IrbAnswer | None = None  # listing: what the IRB's own list says of the person
    delegations: tuple[Delegation, ...] = ()
    approvals: tuple[Approval, ...] = ()
    submissions: tuple[Submission, ...] = ()
    holds: tuple[Hold, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    local_waivers: tuple[Waiver, ...] = ()  # for one protocol, of a requirement that is asked once for all of them
    appointments: tuple[Appointment, ...] = ()
    protocol: Protocol | None = None
    absences: tuple[Absence, ...] = ()
    tasks: tuple[Task, ...] = ()  # hold: the tasks this person has on the protocol; each gives a row
    known: Coverage | None = None  # fact: the days on which it is known
    unplaced: tuple[str, ...] = ()  # fact: ids of the rows that leave it unknown
    trained: Coverage | None = None  # delegation: the trainings of the task, judged
    trained_if: Coverage | None = None  # the same, were every waiting claim accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A requirement version as it falls on one person, with what may meet it.

    `due`: days on which it is asked of this person because of the work they really have (for mails and lists).
    `asked`: by protocol record id, days on which a row of that protocol asks for it by the facts alone;
    the key "" means every row, also the one without a protocol.
    """

    person: str
    requirement: Requirement
    scope: Scope
    due: Coverage
    asked: Mapping[str, Coverage]
    evidence: Evidence
    read_on: date
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One piece of evidence and the days it gives."""

    evidence: str  # instrument/record/instance
    what: str  # a sentence for people, naming the dates that count and why
    gives: Coverage
    dated: date | None = None  # the day it is from; the newest is shown first
    until: date | None = None  # the last day it gives, inclusive
    claim: bool = False  # waits for a person to accept it
    accepted: Coverage | None = None  # what a claim would give, were it accepted
    waiver: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An obligation, judged."""

    obligation: Obligation
    met: Coverage  # waivers included
    own: Coverage  # met without waivers
    if_accepted: Coverage  # `met`, were every waiting claim accepted
    in_hand: Timeline  # enrolled, or submitted to the IRB
    grounds: tuple[Ground, ...]
    #: waivers for one protocol of what is asked once for all, by protocol: they lift it in that protocol's rows alone
    local: Mapping[str, tuple[Ground, ...]] = field(default_factory=dict)

    @property
    def person(self) -> str:
        return self.obligation.person

    @property
    def requirement(self) -> Requirement:
        return self.obligation.requirement

    @property
    def scope(self) -> Scope:
        return self.obligation.scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a row's readiness: a finding, with the days on which this row asks for it."""

    finding: Finding
    asked: Coverage

    @property
    def holds(self) -> Coverage:
        """``~asked | met``: the days on which this clause does not block work."""
        return ~self.asked | self.finding.met


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One clause that does not hold on a day; `since` to `until` is the run of its status, inclusive."""

    requirement: str  # id
    title: str
    status: Status
    since: date | None
    until: date | None
    evidence: tuple[str, ...]
    why: str  # one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The intersection of a row's clauses. Without a protocol: the person's own requirements. With a task: that task's too."""

    person: str
    protocol: str  # record id, "" for the row of a person without a protocol
    task: Task | None
    clauses: tuple[Clause, ...]
    cleared: Coverage
    belongs: Coverage  # an appointment covers the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something outside the records that waits for a coordinator.

    Rows of files that matched no person, or no course.
    """

    title: str
    why: str
    act: str
    person: str = ""  # record id, "" for none or several
    since: date | None = None
    paste: tuple[str, ...] = ()  # lines to paste into a file of the lab's home


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedPaper:
    """What the file says that a person handed in with a row of evidence, as it was read once."""

    evidence: str
    name: str  # of the file
    digest: str  # of the row as it was typed then
    kind: str = ""  # "report", "certificate", "" where it could not be read
    person_name: str = ""
    theirs: bool = True  # the name agrees with that of the person
    curriculum: str = ""
    group: str = ""
    stage: int | None = None
    earned: date | None = None
    expires: date | None = None
    institution: str = ""  # blank = ours
    record_id: str = ""
    fault: str = ""  # why it could not be read, or what of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything judged from one read; holds nouns, never frames, and answers every question."""

    people: Mapping[str, Person]
    protocols: Mapping[str, Protocol]
    appointments: Mapping[str, tuple[Appointment, ...]]  # by person
    assignments: Mapping[str, tuple[Assignment, ...]]
    absences: Mapping[str, tuple[Absence, ...]]
    snoozes: Mapping[str, tuple[Snooze, ...]]
    log: Mapping[str, tuple[LogEntry, ...]]
    completions: Mapping[str, tuple[Completion, ...]]
    listings: tuple[Listing, ...]
    delegations: tuple[Delegation, ...]
    approvals: tuple[Approval, ...]
    submissions: tuple[Submission, ...]
    findings: tuple[Finding, ...]
    readiness: tuple[Readiness, ...]
    problems: tuple[Problem, ...]
    rules: Rules
    read_at: datetime  # aware
    read_on: date  # the same, as a local date of the lab
    snapshot: str = ""
    waiting: tuple[Waiting, ...] = ()
    papers: Mapping[str, HandedPaper] = field(default_factory=dict)  # by evidence; worklists alone
    forms: Mapping[str, str] = field(default_factory=dict)  # instrument -> base URL of a record's page in REDCap
    #: person -> the highest row of evidence they have, on the form people send evidence in on; None where there is no such form
    evidence_rows: Mapping[str, int] | None = None
    review_form: str = ""  # the form on which is decided about what came in by survey; "" where that form is its own
    rows_seen: tuple[RowSeen, ...] = ()  # cells of the read that say "now", for the ledger to remember
    gone: tuple[Row, ...] = ()  # rows that the read lacks and the last run of the same job had; worklists alone
    clock_ahead: timedelta = timedelta()  # how far this machine's clock was before REDCap's, where REDCap said a time
    #: findings by person, built once by `readiness.assess_lab`
    by_person: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    def person_label(self, record: str) -> str:
        """What a person is called; the record id where no such person is on record."""
        return self.people[record].label if record in self.people else record

    def protocol_label(self, record: str) -> str:
        """What a protocol is called; the record id where no such protocol is on record, "" for none."""
        return self.protocols[record].label if record in self.protocols else record

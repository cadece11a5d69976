"""The nouns of a lab as REDCap holds them.

Rows are parsed once, with what was unreadable marked as such. Each class is the schema of one table of `Tables`: the frame's
columns are the class's fields, in order, so that a row of the frame is `cls(**row)`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date

from onboard.model.choices import (
    AppointmentKind,
    ApprovalKind,
    Checked,
    Funding,
    Horizon,
    PersonnelMode,
    Phi,
    Reading,
    Reviewed,
    Role,
    StudyType,
    Task,
    Unreadable,
    YesNo,
)
from onboard.model.evidence_id import EvidenceId
from onboard.timeline import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One lab member. `complete` is the green light: the form is marked Complete in REDCap."""

    record: str
    greet: str
    name: str
    other_names: str
    university_email: str
    other_email: str
    personal_email: str
    personal_until: Reading
    citi_id: str
    complete: bool
    login: str = ""  # a network id, by which cells may name the person

    @property
    def label(self) -> str:
        """What the person is called: the name, else the name to greet, else the record id."""
        return self.name or self.greet or self.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A person's kind, role and supervisor from `first` to `last`, inclusive; a change is a new one."""

    evidence: str
    person: str
    kind: AppointmentKind | None
    role: Role | None
    engaged: YesNo
    supervisor: str
    first: Reading
    last: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """The date an onboarding step was done; blank is not done."""

    evidence: str
    person: str
    step: str
    on: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Evidence that a course was passed. `stage` is 1 for a basic course, 2 and more for refreshers, None if not readable.

    `score` and `passing` are None when blank; `passed` is False only when a readable score lies below a readable pass mark,
    None when either cannot be read. `unclear` names the cells that hold something not understood, of `stage`, `curriculum`,
    `group` and `institution`.
    """

    evidence: str
    person: str
    course: str
    curriculum: str
    group: str
    stage: int | None
    completed: Reading
    expires: Reading
    institution: str
    record_id: str
    passed: YesNo
    checked: Checked
    checked_by: str
    checked_on: Reading
    reason: str
    source: str
    unclear: frozenset[str] = frozenset()
    training: str = ""  # the training it counts as, where the lab's mapping says so; "none" = nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person decided about one row of another form: `row` is its instance there, None when it names none. `seen` is the
    hash of the cells that were looked at, "" when the review was typed by hand."""

    evidence: str
    person: str
    what: Reviewed | None
    row: int | None
    event: str
    decision: Checked | None
    by: str
    on: Reading
    reason: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A person on a protocol's IRB personnel list. `protocol` is the protocol's record id, "" when the text fits none.

    Then `may_mean` are those of which the text may be a slip; empty: any of the lab.
    """

    evidence: str
    person: str
    protocol: str
    submitted: Reading
    approved: Reading
    removed: Reading
    stays: bool
    may_mean: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IrbAnswer:
    """What the IRB's own list of a protocol says of a person who is listed with us: on it, not on it, or unknown and why."""

    person: str
    protocol: str
    as_of: date  # the day the list was taken
    on: Answer
    why: str = ""
    days_old: int = 0  # of a list that is too old to say anything about today; else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Tasks on a protocol given to a person by the PI, `first` to `last` inclusive. `protocol` and `may_mean` as of a listing;
    `may_tasks` are the tasks that its cells may mean beside those they name."""

    evidence: str
    person: str
    protocol: str
    tasks: tuple[Task, ...]
    first: Reading
    last: Reading
    approved_by: str
    approved_on: Reading
    may_mean: tuple[str, ...] = ()
    may_tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A piece of lab work, perhaps on a protocol and of a task, `first` to `done`."""

    evidence: str
    person: str
    protocol: str
    task: Task | None
    title: str
    horizon: Horizon | None
    first: Reading
    due: Reading
    done: Reading
    depends_on: str
    protocol_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days away, inclusive. No reason is kept anywhere."""

    evidence: str
    person: str
    first: Reading
    last: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A dated, approved, expiring exemption from one requirement, on one protocol or on all ("").

    `may_mean` of one whose protocol fits none: those of which the text may be a slip; empty: any of the lab; None: it is as
    `protocol` says. `placed` False: `protocol` or `requirement` is one that the row may mean.
    """

    evidence: str
    person: str
    requirement: str
    protocol: str
    first: Reading
    last: Reading
    approved_by: str
    approved_on: Reading
    may_mean: tuple[str, ...] | None = None
    placed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Reminders silenced up to and including `until`.

    About one requirement ("" = all). `opt_out` silences reminders without an end.
    """

    evidence: str
    person: str
    requirement: str
    until: Reading
    opt_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the research log: work done on a day. `task_text` is the task as typed; it may be none that there is."""

    evidence: str
    person: str
    protocol: str
    protocol_text: str
    task: Task | None
    on: Reading
    hours: str
    what: str
    outcome: str
    task_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A person signed up for a training on a day."""

    evidence: str
    person: str
    training: str
    on: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A conflict-of-interest disclosure handed in."""

    evidence: str
    person: str
    on: Reading
    expires: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One IRB protocol. `pi` is the PI's record id, "" when it fits no person."""

    record: str
    number: str
    code: str
    title: str
    pi: str
    digest_to: tuple[str, ...]
    irb: str
    mode: PersonnelMode

    @property
    def label(self) -> str:
        """What the protocol is called: its short code, else its number, else the record id."""
        return self.code or self.number or self.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One row of a protocol's history with the facts as of then (None = as before).

    A fact cell that holds something not understood is UNREADABLE; `open_ended` is the box "no expiration date", None when what it
    holds is not understood. `placed` False: the row names no protocol of the lab, and `protocol` is one that it may mean.
    """

    evidence: str
    protocol: str
    kind: ApprovalKind
    first: Reading
    last: Reading
    open_ended: YesNo
    study_type: StudyType | Unreadable | None
    funding: Funding | Unreadable | None
    phi: Phi | Unreadable | None
    placed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Something sent to the IRB about a protocol."""

    evidence: str
    protocol: str
    what: str
    on: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Days on which work on a protocol must stop, inclusive; a blank last day is still held."""

    evidence: str
    protocol: str
    first: Reading
    last: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A record that could not be read or trusted.

    It comes with the result and never hides another problem.

    What is wrong has three words. A *problem* lies in a record, and the lab corrects it in REDCap. A *trouble* befalls a run, and
    the operator is told of it (`pipeline/troubles.py`). A *mistake* is in a file that the lab wrote, settings or a template
    (`config/mistakes.py`). A *fault* is none of these: an error of the program itself, or one that the stand-in plays.
    """

    #: Stable over runs: says the same of the same cell.
    key: str
    record: str
    instrument: str
    instance: int | None
    field: str
    what: str
    next_step: str
    #: Whose verdicts it touches: record ids of people, empty when a protocol or no particular person.
    people: tuple[str, ...] = ()
    event: str = ""
    #: The kind of problem, as its key begins; "" where judging found it.
    trouble: str = ""
    #: What the cell holds. It goes to the screen and the coordinator, never into a log or the ledger.
    cell: str = dataclasses.field(default="", repr=False)
    #: Lines to paste into a file of the lab's home.
    paste: tuple[str, ...] = ()

    @classmethod
    def in_row(
        cls,
        evidence: str,
        *,
        key: str,
        field: str,
        what: str,
        next_step: str,
        people: tuple[str, ...],
        trouble: str = "",
        cell: str = "",
    ) -> Problem:
        """The problem of the row with that evidence id; `field` is "" for the row as a whole."""
        at = EvidenceId.parse(evidence)
        return cls(
            key=key,
            record=at.record,
            instrument=at.instrument,
            instance=at.instance,
            event=at.event,
            field=field,
            what=what,
            next_step=next_step,
            people=people,
            trouble=trouble,
            cell=cell,
        )

    @property
    def place(self) -> EvidenceId:
        """The row that it is in."""
        return EvidenceId(instrument=self.instrument, record=self.record, instance=self.instance, event=self.event)

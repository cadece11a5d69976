"""Rows with everything ordinary filled in, so that a test names only what it is about. Ada is on protocol p1."""

from __future__ import annotations

from datetime import date
from typing import Any

from reckon import Reckoner

from onboard.dates import parse_validity
from onboard.model.choices import AppointmentKind, ApprovalKind, Checked, Funding, PersonnelMode, Phi, Role, StudyType, Task
from onboard.model.lab import (
    Appointment,
    Approval,
    Completion,
    Delegation,
    Disclosure,
    Enrolment,
    Hold,
    Listing,
    LogEntry,
    Person,
    Protocol,
    StepDone,
    Submission,
    Waiver,
)
from onboard.model.records import Records
from onboard.model.requirements import Course, Per, Requirement, RequirementKind, Rules, Selectors

READ_ON = date(2030, 1, 1)
COURSES = (
    Course(training="hsp", group=("Biomedical Research - Basic/Refresher",), stages=(1, 2, 3)),
    Course(training="gcp", group=("GCP – Social and Behavioral Research",)),
    Course(training="", group=("Biomedical Responsible Conduct of Research",)),
)


def day(text: str) -> date:
    """2024-02-29 as a date."""
    return date.fromisoformat(text)


def cell(text: Any) -> Any:
    """A date written as text; anything else (None, UNREADABLE) as it is."""
    return day(text) if isinstance(text, str) else text


def appointment(first: Any = "2024-01-01", last: Any = None, **other: Any) -> Appointment:
    usual: dict[str, Any] = {"kind": AppointmentKind.EMPLOYEE, "role": Role.RESEARCH_ASSISTANT, "engaged": True}
    return Appointment(
        evidence="appointment/ada/1", person="ada", supervisor="", first=cell(first), last=cell(last), **(usual | other)
    )


def completion(completed: Any, expires: Any = None, **other: Any) -> Completion:
    usual: dict[str, Any] = {
        "evidence": "completion/ada/1", "person": "ada", "course": "", "curriculum": "Human Research", "stage": 1,
        "institution": "",
        "group": "Biomedical Research - Basic/Refresher", "record_id": "", "passed": True, "checked": Checked.ACCEPTED,
        "checked_by": "", "checked_on": None, "reason": "", "source": "typed",
    }  # fmt: skip
    return Completion(completed=cell(completed), expires=cell(expires), **(usual | other))


def listing(approved: Any = None, removed: Any = None, submitted: Any = None) -> Listing:
    dates = {"approved": cell(approved), "removed": cell(removed), "submitted": cell(submitted)}
    return Listing(evidence="listing/ada/1", person="ada", protocol="p1", stays=False, **dates)


def delegation(first: Any, last: Any = None, approved_by: str = "pia", approved_on: Any = "2024-01-01") -> Delegation:
    return Delegation(
        evidence="delegation/ada/1", person="ada", protocol="p1", tasks=(Task.CONSENT,), first=cell(first), last=cell(last),
        approved_by=approved_by, approved_on=cell(approved_on),
    )  # fmt: skip


def waiver(
    first: Any, last: Any, protocol: str = "", approved_by: str = "pia", requirement: str = "r", approved_on: Any = "2024-01-01"
) -> Waiver:
    return Waiver(
        evidence="waiver/ada/1", person="ada", requirement=requirement, protocol=protocol, first=cell(first), last=cell(last),
        approved_by=approved_by, approved_on=cell(approved_on),
    )  # fmt: skip


def enrolment(on: Any, training: str = "hsp") -> Enrolment:
    return Enrolment(evidence="enrolment/ada/1", person="ada", training=training, on=cell(on))


def step(on: Any, name: str = "badge") -> StepDone:
    return StepDone(evidence="onboarding/ada/1", person="ada", step=name, on=cell(on))


def disclosure(on: Any, expires: Any = None) -> Disclosure:
    return Disclosure(evidence="disclosure/ada/1", person="ada", on=cell(on), expires=cell(expires))


def hold(first: Any, last: Any = None) -> Hold:
    return Hold(evidence="hold/p1/1", protocol="p1", first=cell(first), last=cell(last))


def submission(on: Any) -> Submission:
    return Submission(evidence="submission/p1/1", protocol="p1", what="renewal", on=cell(on))


def approval(first: Any, last: Any = None, open_ended: bool = True, protocol: str = "p1", **other: Any) -> Approval:
    """An initial approval of an NIH trial with PHI, "no expiration date" ticked, unless said otherwise."""
    usual: dict[str, Any] = {
        "kind": ApprovalKind.INITIAL, "study_type": StudyType.NIH_TRIAL, "funding": Funding.NIH, "phi": Phi.YES,
    }  # fmt: skip
    dates = {"first": cell(first), "last": cell(last), "open_ended": open_ended}
    return Approval(evidence="approval/p1/1", protocol=protocol, **dates, **(usual | other))


def bare(kind: ApprovalKind, first: Any, last: Any = None, open_ended: bool = False) -> Approval:
    """A row of the history that states no fact."""
    return approval(first, last, open_ended, kind=kind, study_type=None, funding=None, phi=None)


def logged(on: str, task: Task) -> LogEntry:
    """An entry of Ada's log on a protocol: it makes the rows of the protocol and the task, and decides nothing in them."""
    return LogEntry(
        evidence=f"log/{on}/{task}", person="ada", protocol=on, protocol_text=on, task=task, on=READ_ON, hours="", what="",
        outcome="",
    )  # fmt: skip


def protocol(record: str = "p1", pi: str = "", mode: PersonnelMode = PersonnelMode.AMENDMENT) -> Protocol:
    return Protocol(record=record, number=f"IRB-{record}", code=record, title="", pi=pi, digest_to=(), irb="", mode=mode)


def requirement(
    kind: str = "training", validity: str = "months:36", per: str = "", when: Any = None, **other: Any
) -> Requirement:
    """One requirement called "r": human-subjects training unless said otherwise."""
    if kind == "training":
        other.setdefault("accepts", ("hsp",))
    if kind == "step":
        other.setdefault("step", "badge")
    level = {"listing": "protocol", "approval": "protocol", "delegation": "task", "task": "task"}.get(kind, "person")
    other.setdefault("id", "r")
    return Requirement(
        kind=RequirementKind(kind), title="r", per=Per(per or level), when=Selectors(**(when or {})),
        validity=parse_validity(validity), **other,
    )  # fmt: skip


def rules(*requirements: Requirement, **other: Any) -> Rules:
    """Rules of "Our University"."""
    return Rules(requirements=requirements, courses=COURSES, **{"institution": "Our University", **other})


_TABLES = {
    Appointment: "appointments", Completion: "completions", Listing: "listings", Delegation: "delegations", Waiver: "waivers",
    Enrolment: "enrolments", StepDone: "steps", Disclosure: "disclosures", Hold: "holds", Submission: "submissions",
    Approval: "approvals", Protocol: "protocols",
}  # fmt: skip


def reckoner(book: Rules, *rows: Any, read_on: date = READ_ON, appointed: bool = True) -> Reckoner:
    """Ada's lab: these rows, with an open appointment unless one is given, and protocol p1 unless one is given.

    Her log names every protocol with every task, so that each row that a test asks about is there.
    """
    tables: dict[str, list[Any]] = {name: [] for name in _TABLES.values()}
    for row in rows:
        tables[_TABLES[type(row)]].append(row)
    if appointed and not tables["appointments"]:
        tables["appointments"].append(appointment())
    if not tables["protocols"]:
        tables["protocols"].append(protocol())
    ada = Person(
        record="ada", greet="Ada", name="Ada", other_names="", university_email="", other_email="", personal_email="",
        personal_until=None, citi_id="", complete=True,
    )  # fmt: skip
    log = tuple(logged(row.record, task) for row in tables["protocols"] for task in Task)
    return Reckoner(Records(people=(ada,), log=log, **{name: tuple(found) for name, found in tables.items()}), book, read_on)

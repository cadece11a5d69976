"""The named cast of the judge's tests: one lab, two protocols, rows built by hand.

Ada is ready; everybody else is Ada with one thing different. STEP is an NIH drug trial, CHART an exempt chart review.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from onboard.dates import parse_validity
from onboard.judging.kinds import assess
from onboard.judging.obligations import find_obligations
from onboard.judging.readiness import summarize
from onboard.model import (
    Appointment,
    AppointmentKind,
    Approval,
    ApprovalKind,
    Assignment,
    Checked,
    Completion,
    Course,
    Delegation,
    Finding,
    Funding,
    Hold,
    Listing,
    LogEntry,
    Per,
    Person,
    PersonnelMode,
    Phi,
    Protocol,
    Readiness,
    Records,
    Requirement,
    RequirementKind,
    Role,
    Rules,
    Selectors,
    StudyType,
    Task,
    Waiver,
    WhoseDate,
)

READ_ON = date(2026, 11, 22)
TRIALS = frozenset({StudyType.NIH_TRIAL})


def d(text: str) -> date:
    """A date as it is written."""
    return date.fromisoformat(text)


def training(**changed: Any) -> Requirement:
    """GCP: 36 months, the earlier date, asked by trials."""
    base = Requirement(
        id="gcp",
        kind=RequirementKind.TRAINING,
        title="Good Clinical Practice (GCP)",
        per=Per.PERSON,
        accepts=("gcp",),
        when=Selectors(study_types=TRIALS),
        validity=parse_validity("months:36"),
        whose_date=WhoseDate.EARLIER,
    )
    return replace(base, **changed)


HSP = training(
    id="hsp",
    title="Human subjects protection (HSP)",
    accepts=("hsp",),
    when=Selectors(engaged=True),
    whose_date=WhoseDate.ISSUED,
)
LISTING = Requirement(
    id="irb_listing", kind=RequirementKind.LISTING, title="IRB list", per=Per.PROTOCOL, when=Selectors(engaged=True)
)
APPROVAL = Requirement(id="irb_approval", kind=RequirementKind.APPROVAL, title="IRB approval", per=Per.PROTOCOL)
DELEGATION = Requirement(
    id="delegation", kind=RequirementKind.DELEGATION, title="Delegation", per=Per.TASK, when=Selectors(study_types=TRIALS)
)
COURSES = (
    Course(training="gcp", curriculum=("Good Clinical Practice",), group=("GCP – Social and Behavioral Research",), stages=()),
    Course(training="hsp", curriculum=("Human Research",), group=("Biomedical Research",)),
    Course(training="", curriculum=("Responsible Conduct of Research",)),
)


def rules(*requirements: Requirement, **settings: Any) -> Rules:
    """The lab's rules; all five when none are given."""
    return Rules(requirements=requirements or (training(), HSP, LISTING, APPROVAL, DELEGATION), courses=COURSES, **settings)


def completion(what: str = "gcp", completed: Any = d("2025-03-10"), number: int = 1, **changed: Any) -> Completion:
    """A basic course, typed by the coordinator."""
    curriculum, group = {
        "gcp": ("Good Clinical Practice", "GCP – Social and Behavioral Research"),
        "hsp": ("Human Research", "Biomedical Research"),
        "rcr": ("Responsible Conduct of Research", "Biomedical Responsible Conduct of Research"),
        "unheard": ("Dragons", "Feeding of"),
    }[what]
    base = Completion(
        evidence=f"completion/ada/{number}",
        person="ada",
        course=f"{curriculum}, {group}",
        curriculum=curriculum,
        group=group,
        stage=1,
        completed=completed,
        expires=None,
        institution="",
        record_id="",
        passed=True,
        checked=Checked.ACCEPTED,
        checked_by="",
        checked_on=None,
        reason="",
        source="typed",
    )
    return replace(base, **changed)


def appointment(**changed: Any) -> Appointment:
    """Ada works here since 2024."""
    base = Appointment(
        evidence="appointment/ada/1",
        person="ada",
        kind=AppointmentKind.EMPLOYEE,
        role=Role.RESEARCH_ASSISTANT,
        engaged=True,
        supervisor="",
        first=d("2024-01-01"),
        last=None,
    )
    return replace(base, **changed)


def approval(protocol: str = "STEP", **changed: Any) -> Approval:
    """STEP is approved for two years, CHART without an end."""
    trial = protocol == "STEP"
    base = Approval(
        evidence=f"approval/{protocol}/1",
        protocol=protocol,
        kind=ApprovalKind.INITIAL if trial else ApprovalKind.DETERMINATION,
        first=d("2025-01-01"),
        last=d("2026-12-31") if trial else None,
        open_ended=not trial,
        study_type=StudyType.NIH_TRIAL if trial else StudyType.CHART_REVIEW,
        funding=Funding.NIH if trial else Funding.NONE,
        phi=Phi.YES,
    )
    return replace(base, **changed)


def protocol(record: str = "STEP", **changed: Any) -> Protocol:
    """A protocol in amendment mode."""
    base = Protocol(
        record=record,
        number=f"IRB-{record}",
        code=record,
        title=record,
        pi="",
        digest_to=(),
        irb="",
        mode=PersonnelMode.AMENDMENT,
    )
    return replace(base, **changed)


def listing(protocol: str = "STEP", **changed: Any) -> Listing:
    """Ada is listed since 2025."""
    base = Listing(
        evidence=f"listing/ada/{protocol}",
        person="ada",
        protocol=protocol,
        submitted=d("2025-01-02"),
        approved=d("2025-01-10"),
        removed=None,
        stays=False,
    )
    return replace(base, **changed)


def delegation(**changed: Any) -> Delegation:
    """Ada obtains consent on STEP since April 2025."""
    base = Delegation(
        evidence="delegation/ada/1",
        person="ada",
        protocol="STEP",
        tasks=(Task.CONSENT,),
        first=d("2025-04-01"),
        last=None,
        approved_by="Dr. Rivera",
        approved_on=d("2025-04-01"),
    )
    return replace(base, **changed)


def waiver(**changed: Any) -> Waiver:
    """GCP waived for Ada until the end of the year."""
    base = Waiver(
        evidence="waiver/ada/1",
        person="ada",
        requirement="gcp",
        protocol="",
        first=d("2026-01-01"),
        last=d("2026-12-31"),
        approved_by="IRB office",
        approved_on=d("2026-01-01"),
    )
    return replace(base, **changed)


def assignment(**changed: Any) -> Assignment:
    """A piece of work on no protocol."""
    base = Assignment(
        evidence="assignment/ada/1",
        person="ada",
        protocol="",
        task=None,
        title="Read the field",
        horizon=None,
        first=d("2026-01-01"),
        due=None,
        done=None,
        depends_on="",
    )
    return replace(base, **changed)


def entry(**changed: Any) -> LogEntry:
    """A line of the research log on no protocol."""
    base = LogEntry(
        evidence="research_log/ada/1",
        person="ada",
        protocol="",
        protocol_text="",
        task=None,
        on=d("2026-03-02"),
        hours="2",
        what="Read the field",
        outcome="",
    )
    return replace(base, **changed)


def hold(**changed: Any) -> Hold:
    """STEP is on hold in June 2026."""
    base = Hold(evidence="hold/STEP/1", protocol="STEP", first=d("2026-06-01"), last=d("2026-06-30"))
    return replace(base, **changed)


ADA = Person(
    record="ada",
    greet="Ada",
    name="Ada Okafor",
    other_names="",
    university_email="ada@northlake.example",
    other_email="",
    personal_email="",
    personal_until=None,
    citi_id="",
    complete=True,
)


def lab(**changed: Any) -> Records:
    """Ada, ready for consent on STEP; pass other rows to change the story."""
    base = Records(
        people=(ADA,),
        appointments=(appointment(),),
        completions=(completion("gcp"), completion("hsp", number=2)),
        listings=(listing(),),
        delegations=(delegation(),),
        protocols=(protocol(), protocol("CHART")),
        approvals=(approval(), approval("CHART")),
    )
    return replace(base, **changed)


def judged(records: Records, by: Rules | None = None, read_on: date = READ_ON) -> list[Finding]:
    """Every finding."""
    return assess(find_obligations(records, by or rules(), read_on))


def finding_of(records: Records, requirement: str, by: Rules | None = None, read_on: date = READ_ON) -> Finding:
    """The one finding of a requirement."""
    (found,) = [f for f in judged(records, by, read_on) if f.requirement.id == requirement]
    return found


def row_of(records: Records, protocol: str = "STEP", task: Task | None = None, by: Rules | None = None) -> Readiness:
    """The row of a protocol, or of a task on it."""
    (row,) = [r for r in summarize(judged(records, by)) if (r.protocol, r.task) == (protocol, task)]
    return row

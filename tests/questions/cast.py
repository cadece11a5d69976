"""The named cast of the questions: one small lab on Mon 23 Nov 2026, built by hand and judged by the real judge.

Elena Rivera leads the trial STEP-HF (record S) and the chart review P2 (record C). Lena Haddad let her GCP lapse in spring and
worked. Noor Weiss has a waiver. Uma Novak took a course nobody has mapped. Leo Ortiz left on Friday and is still listed. Sam
Okafor starts in two weeks. José Núñez is assigned to P2, is not listed there, and his form is half typed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from onboard.dates import parse_validity
from onboard.model import (
    Appointment,
    AppointmentKind,
    Approval,
    ApprovalKind,
    Assessment,
    Assignment,
    Checked,
    Completion,
    Course,
    Delegation,
    Funding,
    Horizon,
    Listing,
    LogEntry,
    Per,
    Person,
    PersonnelMode,
    Phi,
    Problem,
    Protocol,
    Records,
    Requirement,
    RequirementKind,
    Role,
    Rules,
    Selectors,
    StepDone,
    StudyType,
    Task,
    Waiver,
    WhoseDate,
)
from onboard.pipeline.judging import judge_records

TODAY = date(2026, 11, 23)
READ_AT = datetime(2026, 11, 23, 6, 2, tzinfo=UTC)
ELENA, LENA, NOOR, UMA, LEO, SAM, JOSE = "1", "2", "3", "4", "5", "6", "7"
STEP, P2 = "S", "C"


def d(text: str) -> date:
    """A date as it is written."""
    return date.fromisoformat(text)


def person(record: str, name: str, **changed: Any) -> Person:
    address = f"{name.split()[-1].lower()}@northlake.example"
    base = Person(
        record=record,
        greet=name.split()[0],
        name=name,
        other_names="",
        university_email=address,
        other_email="",
        personal_email="",
        personal_until=None,
        citi_id="",
        complete=True,
    )
    return replace(base, **changed)


def appointment(who: str, first: str, last: str | None = None, **changed: Any) -> Appointment:
    base = Appointment(
        evidence=f"appointment/{who}/1",
        person=who,
        kind=AppointmentKind.EMPLOYEE,
        role=Role.RESEARCH_ASSISTANT,
        engaged=True,
        supervisor="" if who == ELENA else ELENA,
        first=d(first),
        last=d(last) if last else None,
    )
    return replace(base, **changed)


def completion(who: str, n: int, course: str, passed: str, expires: str | None = None, **changed: Any) -> Completion:
    base = Completion(
        evidence=f"completion/{who}/{n}",
        person=who,
        course=course,
        curriculum="",
        group=course,
        stage=1,
        completed=d(passed),
        expires=d(expires) if expires else None,
        institution="",
        record_id=str(1000 + n),
        passed=True,
        checked=Checked.ACCEPTED,
        checked_by="",
        checked_on=None,
        reason="",
        source="typed",
    )
    return replace(base, **changed)


def listing(who: str, protocol: str, submitted: str | None, approved: str | None, n: int = 1, **changed: Any) -> Listing:
    base = Listing(
        evidence=f"listing/{who}/{n}",
        person=who,
        protocol=protocol,
        submitted=d(submitted) if submitted else None,
        approved=d(approved) if approved else None,
        removed=None,
        stays=False,
    )
    return replace(base, **changed)


def delegation(who: str, first: str, *tasks: Task, protocol: str = STEP, **changed: Any) -> Delegation:
    base = Delegation(
        evidence=f"delegation/{who}/1",
        person=who,
        protocol=protocol,
        tasks=tasks,
        first=d(first),
        last=None,
        approved_by="Elena Rivera",
        approved_on=d(first),
    )
    return replace(base, **changed)


def entry(who: str, n: int, on: Any, protocol: str = STEP, task: Task | None = None, **changed: Any) -> LogEntry:
    base = LogEntry(
        evidence=f"research_log/{who}/{n}",
        person=who,
        protocol=protocol,
        protocol_text="STEP-HF" if protocol == STEP else "P2" if protocol == P2 else "IRB-99-9999",
        task=task,
        on=d(on) if isinstance(on, str) else on,
        hours="2",
        what="Study visit",
        outcome="",
    )
    return replace(base, **changed)


def assignment(who: str, protocol: str, task: Task | None, first: str, **changed: Any) -> Assignment:
    base = Assignment(
        evidence=f"assignment/{who}/1",
        person=who,
        protocol=protocol,
        task=task,
        title="Abstract 40 charts",
        horizon=Horizon.SHORT,
        first=d(first),
        due=None,
        done=None,
        depends_on="",
    )
    return replace(base, **changed)


ENGAGED = Selectors(engaged=True)
TRIALS = Selectors(engaged=True, study_types=frozenset({StudyType.NIH_TRIAL}))
REQUIREMENTS = (
    Requirement(
        id="hsp",
        kind=RequirementKind.TRAINING,
        title="Human subjects course",
        per=Per.PERSON,
        when=replace(ENGAGED, study_types=frozenset({StudyType.NIH_TRIAL, StudyType.CHART_REVIEW})),
        accepts=("hsp",),
        validity=parse_validity("months:36"),
        lead_days=7,
        ask="you",
    ),
    Requirement(
        id="gcp",
        kind=RequirementKind.TRAINING,
        title="Good Clinical Practice course (GCP)",
        per=Per.PERSON,
        when=TRIALS,
        accepts=("gcp",),
        validity=parse_validity("months:36"),
        whose_date=WhoseDate.EARLIER,
        lead_days=7,
        ask="you",
        citation="NIH NOT-OD-16-148",
    ),
    Requirement(
        id="irb_listing",
        kind=RequirementKind.LISTING,
        title="On the IRB list",
        per=Per.PROTOCOL,
        when=ENGAGED,
        ask="coordinator",
    ),
    Requirement(id="irb_approval", kind=RequirementKind.APPROVAL, title="Approval by the IRB", per=Per.PROTOCOL, ask="pi"),
    Requirement(
        id="delegation",
        kind=RequirementKind.DELEGATION,
        title="Task delegated by the PI",
        per=Per.TASK,
        when=replace(TRIALS, tasks=frozenset({Task.CONSENT, Task.PROCEDURES})),
        ask="pi",
    ),
    Requirement(
        id="confidentiality",
        kind=RequirementKind.STEP,
        title="Confidentiality agreement",
        per=Per.PERSON,
        step="confidentiality",
        lead_days=7,
        tiers=(7, 1, 0),
        ask="you",
    ),
    Requirement(
        id="coi", kind=RequirementKind.DISCLOSURE, title="Conflict of interest disclosure", per=Per.PERSON, tracked=False
    ),
)
COURSES = (
    Course(training="hsp", group=("Biomedical Research", "Human Subjects Research")),
    Course(training="gcp", group=("Good Clinical Practice (U.S. FDA Focus)",)),
)
RULES = Rules(requirements=REQUIREMENTS, courses=COURSES, version="r1")
HSP, GCP = "Biomedical Research", "Good Clinical Practice (U.S. FDA Focus)"

PEOPLE = (
    person(ELENA, "Elena Rivera"),
    person(LENA, "Lena Haddad"),
    person(NOOR, "Noor Weiss"),
    person(UMA, "Uma Novak"),
    person(LEO, "Leo Ortiz"),
    person(SAM, "Sam Okafor"),
    person(JOSE, "José Núñez", complete=False, university_email="jnunez@northlake.example"),
)


def protocol(record: str, number: str, code: str, title: str) -> Protocol:
    return Protocol(
        record=record, number=number, code=code, title=title, pi=ELENA, digest_to=(), irb="", mode=PersonnelMode.AMENDMENT
    )


def approval(record: str, n: int, kind: ApprovalKind, first: str, last: str | None, **changed: Any) -> Approval:
    base = Approval(
        evidence=f"approval/{record}/{n}",
        protocol=record,
        kind=kind,
        first=d(first),
        last=d(last) if last else None,
        open_ended=last is None,
        study_type=None,
        funding=None,
        phi=None,
    )
    return replace(base, **changed)


STEP_HF = protocol(STEP, "IRB-24-0117", "STEP-HF", "Stepped care in heart failure")
CHARTS = protocol(P2, "IRB-23-0042", "P2", "Charts of readmission")
STEP_APPROVAL = approval(
    STEP, 1, ApprovalKind.INITIAL, "2024-01-10", "2027-12-15", study_type=StudyType.NIH_TRIAL, funding=Funding.NIH, phi=Phi.YES
)
P2_DETERMINATION = approval(
    P2, 1, ApprovalKind.DETERMINATION, "2023-03-01", None, study_type=StudyType.CHART_REVIEW, funding=Funding.NONE, phi=Phi.YES
)


def trained(who: str, hsp: str = "2025-01-10", gcp: str | None = "2025-01-12") -> tuple[Completion, ...]:
    found = (completion(who, 1, HSP, hsp),)
    return (*found, completion(who, 2, GCP, gcp)) if gcp else found


def signed(*people: str) -> tuple[StepDone, ...]:
    return tuple(StepDone(evidence=f"onboarding/{p}/1", person=p, step="confidentiality", on=d("2024-01-05")) for p in people)


def records(**changed: Any) -> Records:
    """The whole lab; `changed` replaces tables."""
    base = Records(
        people=PEOPLE,
        appointments=(
            appointment(ELENA, "2020-01-01", role=Role.PI),
            *(appointment(who, "2024-01-02") for who in (LENA, NOOR, UMA, JOSE)),
            appointment(LEO, "2024-01-02", "2026-11-20"),
            appointment(SAM, "2026-12-07", role=Role.FELLOW),
        ),
        steps=signed(ELENA, LENA, NOOR, UMA, LEO, JOSE),
        completions=(
            *trained(ELENA),
            completion(LENA, 1, HSP, "2025-01-10"),
            completion(LENA, 2, GCP, "2023-05-18"),
            completion(LENA, 3, GCP, "2026-06-10"),
            *trained(NOOR, gcp=None),
            completion(UMA, 1, "Human Research Basics", "2025-02-01"),
            *trained(LEO),
            *trained(JOSE, gcp=None),
        ),
        listings=(
            *(listing(who, STEP, "2024-01-11", "2024-01-20") for who in (ELENA, LENA, NOOR, LEO)),
            listing(ELENA, P2, "2023-03-01", "2023-03-05", n=2),
            listing(UMA, P2, "2024-02-01", "2024-02-10"),
        ),
        delegations=(
            delegation(LENA, "2024-02-01", Task.CONSENT, Task.PROCEDURES),
            delegation(NOOR, "2024-02-01", Task.PROCEDURES),
        ),
        assignments=(assignment(JOSE, P2, Task.CHART_REVIEW, "2026-11-02"),),
        waivers=(
            Waiver(
                evidence=f"waiver/{NOOR}/1",
                person=NOOR,
                requirement="gcp",
                protocol="",
                first=d("2024-01-01"),
                last=d("2026-12-31"),
                approved_by="Elena Rivera",
                approved_on=d("2024-01-01"),
            ),
        ),
        log=(
            entry(LENA, 1, "2026-05-18", task=Task.CONSENT),
            entry(LENA, 2, "2026-05-19", task=Task.CONSENT),
            entry(LENA, 3, "2026-06-09"),
            entry(LENA, 4, "2026-06-10", task=Task.PROCEDURES),
            entry(UMA, 1, "2026-03-03", protocol=P2),
        ),
        protocols=(STEP_HF, CHARTS),
        approvals=(STEP_APPROVAL, P2_DETERMINATION),
    )
    return replace(base, **changed)


def judged(
    rows: Records | None = None, rules: Rules = RULES, problems: tuple[Problem, ...] = (), read_at: datetime = READ_AT
) -> Assessment:
    """The assessment of the lab as read on Monday morning."""
    return judge_records(records() if rows is None else rows, problems, rules, read_at, read_at.date(), "a" * 12)

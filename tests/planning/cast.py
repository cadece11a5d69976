"""The people every test of planning knows, a book to write their records in, and a ledger that remembers what was sent.

Monday 23 November 2026 is today. Dr. Rivera leads STEP-HF (P1, a trial: human subjects course and GCP) and CHART (P2, a chart
review: human subjects course). Everybody is judged by the real rules; only the records are made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from onboard.dates import WorkCalendar, parse_validity
from onboard.model import (
    Absence,
    Appointment,
    AppointmentKind,
    Approval,
    ApprovalKind,
    Assessment,
    Assignment,
    Cadence,
    Checked,
    Completion,
    Coordinator,
    Course,
    Delegation,
    Enrolment,
    Funding,
    History,
    Horizon,
    ItemRecord,
    ItemState,
    Lab,
    Limits,
    Listing,
    MailRecord,
    Notice,
    Per,
    Person,
    PersonnelMode,
    Phi,
    Problem,
    Protocol,
    Reading,
    Records,
    Requirement,
    RequirementKind,
    Role,
    Rules,
    Selectors,
    Snooze,
    StepDone,
    StudyType,
    Submission,
    Task,
    Waiver,
)
from onboard.pipeline.judging import judge_records

TODAY = date(2026, 11, 23)
START = date(2024, 1, 8)

RIVERA, CHEN, ADA, BRANDT, HADDAD = "1", "2", "3", "4", "5"
NINA, OKAFOR, HALF, ORTIZ, EVE = "6", "7", "8", "9", "10"
WADE, UNA, NOVAK, TANAKA = "11", "12", "13", "14"

HSP = Requirement(
    id="hsp",
    kind=RequirementKind.TRAINING,
    title="Human subjects course",
    per=Per.PERSON,
    when=Selectors(study_types=frozenset({StudyType.NIH_TRIAL, StudyType.CHART_REVIEW})),
    accepts=("hsp",),
    validity=parse_validity("months:36"),
    lead_days=7,
    how_to="https://citi.example/hsp",
    minutes=240,
    does_not_count="Responsible Conduct of Research",
)
GCP = replace(
    HSP,
    id="gcp",
    title="GCP",
    when=Selectors(study_types=frozenset({StudyType.NIH_TRIAL})),
    accepts=("gcp",),
    minutes=180,
    does_not_count="",
)
LISTING = Requirement(
    id="irb_listing",
    kind=RequirementKind.LISTING,
    title="IRB list",
    per=Per.PROTOCOL,
    when=Selectors(engaged=True),
    lead_days=5,
    ask="coordinator",
)
APPROVAL = Requirement(
    id="irb_approval", kind=RequirementKind.APPROVAL, title="IRB approval", per=Per.PROTOCOL, lead_days=30, ask="pi"
)
DELEGATION = Requirement(
    id="delegation",
    kind=RequirementKind.DELEGATION,
    title="Delegation",
    per=Per.TASK,
    when=Selectors(study_types=frozenset({StudyType.NIH_TRIAL}), tasks=frozenset({Task.CONSENT})),
    ask="pi",
)
BADGE = Requirement(
    id="step_badge",
    kind=RequirementKind.STEP,
    title="Badge",
    per=Per.PERSON,
    step="badge",
    blocks=False,
    ask="coordinator",
    tiers=(7, 1, 0),
)
MANUAL = replace(BADGE, id="step_manual", title="Lab manual read", step="manual", ask="you", minutes=60)
RULES = Rules(
    requirements=(HSP, GCP, LISTING, APPROVAL, DELEGATION),
    courses=(Course(training="hsp", group=("hsp",), stages=(1,)), Course(training="gcp", group=("gcp",), stages=(1,))),
    version="rules-1",
)


def lab(cadence: Cadence | None = None, *, domains: Iterable[str] = ("northlake.example",)) -> Lab:
    """The Rivera Lab with Maria Chen on duty."""
    return Lab(
        id="rivera",
        name="Rivera Lab",
        zone=ZoneInfo("America/New_York"),
        sender="rivera-lab@northlake.example",
        coordinators=(Coordinator(name="Maria Chen", address="mchen@northlake.example"),),
        operator="ops@northlake.example",
        cadence=cadence or Cadence(),
        limits=Limits(institution_domains=frozenset(domains)),
    )


def closed(*days: date) -> Cadence:
    """A cadence whose calendar has these days off."""
    return Cadence(calendar=WorkCalendar(frozenset(days)))


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def in_days(count: int) -> date:
    return TODAY + timedelta(days=count)


def passed_for(last: date) -> date:
    """The day a 36 month course was passed that ends on `last`."""
    return last.replace(year=last.year - 3)


@dataclass
class Book:
    """The lab's records, written row by row. Row numbers count on by themselves."""

    rows: dict[str, list[object]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, table: str, row: object) -> None:
        self.rows.setdefault(table, []).append(row)

    def _evidence(self, instrument: str, record: str, table: str) -> str:
        return f"{instrument}/{record}/{len(self.rows.get(table, [])) + 1}"

    def person(
        self,
        record: str,
        name: str,
        *,
        first: Reading = START,
        last: Reading = None,
        role: Role | None = Role.RESEARCH_ASSISTANT,
        kind: AppointmentKind | None = AppointmentKind.EMPLOYEE,
        engaged: bool | None = True,
        supervisor: str = "",
        email: str | None = None,
        personal: str = "",
        personal_until: Reading = None,
        complete: bool = True,
    ) -> None:
        """A person with one appointment."""
        address = f"{name.split()[-1].lower()}@northlake.example" if email is None else email
        self.add(
            "people",
            Person(
                record=record,
                greet=name.split()[0],
                name=name,
                other_names="",
                university_email=address,
                other_email="",
                personal_email=personal,
                personal_until=personal_until,
                citi_id="",
                complete=complete,
            ),
        )
        self.appointment(record, first, last, role=role, kind=kind, engaged=engaged, supervisor=supervisor)

    def appointment(
        self,
        record: str,
        first: Reading,
        last: Reading = None,
        *,
        role: Role | None = Role.RESEARCH_ASSISTANT,
        kind: AppointmentKind | None = AppointmentKind.EMPLOYEE,
        engaged: bool | None = True,
        supervisor: str = "",
    ) -> None:
        row = Appointment(
            evidence=self._evidence("appointment", record, "appointments"),
            person=record,
            kind=kind,
            role=role,
            engaged=engaged,
            supervisor=supervisor,
            first=first,
            last=last,
        )
        self.add("appointments", row)

    def protocol(
        self,
        record: str,
        code: str,
        study_type: StudyType,
        *,
        pi: str = RIVERA,
        last: Reading = None,
        digest_to: Sequence[str] = (),
    ) -> None:
        """A protocol with one approval since 2023; without a last day it has no expiration date."""
        self.add(
            "protocols",
            Protocol(
                record=record,
                number=f"IRB-{record}",
                code=code,
                title=code,
                pi=pi,
                digest_to=tuple(digest_to),
                irb="",
                mode=PersonnelMode.AMENDMENT,
            ),
        )
        self.add(
            "approvals",
            Approval(
                evidence=self._evidence("approval", record, "approvals"),
                protocol=record,
                kind=ApprovalKind.INITIAL,
                first=date(2023, 1, 2),
                last=last,
                open_ended=last is None,
                study_type=study_type,
                funding=Funding.NIH,
                phi=Phi.NO,
            ),
        )

    def completion(
        self,
        record: str,
        course: str,
        passed: Reading,
        *,
        expires: Reading = None,
        checked: Checked = Checked.ACCEPTED,
        checked_on: Reading = None,
        source: str = "typed",
        reason: str = "",
    ) -> str:
        """A basic course named like its group; returns its evidence id."""
        evidence = self._evidence("completion", record, "completions")
        row = Completion(
            evidence=evidence,
            person=record,
            course=course.upper(),
            curriculum="",
            group=course,
            stage=1,
            completed=passed,
            expires=expires,
            institution="",
            record_id="",
            passed=True,
            checked=checked,
            checked_by="",
            checked_on=checked_on,
            reason=reason,
            source=source,
        )
        self.add("completions", row)
        return evidence

    def trained(self, record: str, *courses: str, ends: date | None = None) -> None:
        """Courses that hold well beyond the test, or through `ends`."""
        for course in courses or ("hsp", "gcp"):
            self.completion(record, course, passed_for(ends or date(2028, 6, 1)))

    def listing(
        self, record: str, protocol: str, *, approved: Reading = START, submitted: Reading = None, stays: bool = False
    ) -> None:
        row = Listing(
            evidence=self._evidence("listing", record, "listings"),
            person=record,
            protocol=protocol,
            submitted=submitted,
            approved=approved,
            removed=None,
            stays=stays,
        )
        self.add("listings", row)

    def delegation(
        self,
        record: str,
        protocol: str,
        task: Task = Task.CONSENT,
        *,
        first: Reading = START,
        last: Reading = None,
        by: str = "Dr. Rivera",
    ) -> None:
        row = Delegation(
            evidence=self._evidence("delegation", record, "delegations"),
            person=record,
            protocol=protocol,
            tasks=(task,),
            first=first,
            last=last,
            approved_by=by,
            approved_on=first if by else None,
        )
        self.add("delegations", row)

    def assignment(
        self,
        record: str,
        protocol: str = "",
        title: str = "Visits",
        *,
        task: Task | None = None,
        first: Reading = START,
        due: Reading = None,
        horizon: Horizon | None = Horizon.SHORT,
        depends_on: str = "",
    ) -> None:
        row = Assignment(
            evidence=self._evidence("assignment", record, "assignments"),
            person=record,
            protocol=protocol,
            task=task,
            title=title,
            horizon=horizon,
            first=first,
            due=due,
            done=None,
            depends_on=depends_on,
        )
        self.add("assignments", row)

    def absence(self, record: str, first: Reading, last: Reading) -> None:
        self.add(
            "absences", Absence(evidence=self._evidence("absence", record, "absences"), person=record, first=first, last=last)
        )

    def snooze(self, record: str, requirement: str = "", *, until: Reading = None, opt_out: bool = False) -> None:
        evidence = self._evidence("snooze", record, "snoozes")
        self.add("snoozes", Snooze(evidence=evidence, person=record, requirement=requirement, until=until, opt_out=opt_out))

    def waiver(self, record: str, requirement: str, first: date, last: date, *, by: str = "IRB office") -> None:
        row = Waiver(
            evidence=self._evidence("waiver", record, "waivers"),
            person=record,
            requirement=requirement,
            protocol="",
            first=first,
            last=last,
            approved_by=by,
            approved_on=first if by else None,
        )
        self.add("waivers", row)

    def enrolment(self, record: str, training: str, on: date) -> None:
        evidence = self._evidence("enrolment", record, "enrolments")
        self.add("enrolments", Enrolment(evidence=evidence, person=record, training=training, on=on))

    def step(self, record: str, step: str, on: Reading) -> None:
        self.add("steps", StepDone(evidence=f"onboarding/{record}/1", person=record, step=step, on=on))

    def submission(self, protocol: str, on: date) -> None:
        evidence = self._evidence("submission", protocol, "submissions")
        self.add("submissions", Submission(evidence=evidence, protocol=protocol, what="renewal", on=on))

    def drop(self, table: str, **match: object) -> None:
        """Take the rows away whose fields have these values."""
        keep = [row for row in self.rows.get(table, []) if any(getattr(row, name) != value for name, value in match.items())]
        self.rows[table] = keep

    def records(self) -> Records:
        found = {f.name: tuple(self.rows.get(f.name, ())) for f in fields(Records)}
        return Records(**found)

    def judge(self, today: date = TODAY, rules: Rules = RULES) -> Assessment:
        """Judged as read at six in the morning of `today`."""
        read_at = datetime(today.year, today.month, today.day, 11, 2, tzinfo=UTC)
        return judge_records(self.records(), tuple(self.problems), rules, read_at, today)


def study() -> Book:
    """The two protocols with their PI and their coordinator, both cleared."""
    book = Book()
    book.person(RIVERA, "Elena Rivera", role=Role.PI)
    book.person(CHEN, "Maria Chen", role=Role.COORDINATOR, engaged=False, email="mchen@northlake.example")
    book.protocol("P1", "STEP-HF", StudyType.NIH_TRIAL)
    book.protocol("P2", "CHART", StudyType.CHART_REVIEW)
    for record in ("P1", "P2"):
        book.listing(RIVERA, record)
    book.trained(RIVERA)
    return book


def member(book: Book, record: str, name: str, *protocols: str, supervisor: str = RIVERA) -> None:
    """Somebody of the lab for years, listed on these protocols, nothing said about training yet."""
    book.person(record, name, supervisor=supervisor)
    for protocol in protocols:
        book.listing(record, protocol)


def everybody() -> Book:
    """The whole cast."""
    book = study()
    member(book, ADA, "Ada Ready", "P1", "P2")
    book.trained(ADA)
    member(book, BRANDT, "Ben Brandt", "P2")
    book.trained(BRANDT, "hsp", ends=date(2026, 12, 12))
    member(book, HADDAD, "Hana Haddad", "P1")
    book.trained(HADDAD, "hsp")
    book.trained(HADDAD, "gcp", ends=date(2026, 11, 18))
    book.person(NINA, "Nina New", first=TODAY, supervisor=ADA)
    book.assignment(NINA, "P2", first=TODAY)
    book.person(
        OKAFOR,
        "Amara Okafor",
        first=date(2026, 12, 7),
        email="",
        personal="amara@home.example",
        personal_until=date(2026, 12, 31),
    )
    book.assignment(OKAFOR, "P2", first=date(2026, 12, 7))
    book.person(HALF, "Otto Half", first=TODAY, complete=False)
    book.assignment(HALF, "P2", first=TODAY)
    book.person(ORTIZ, "Olga Ortiz", last=date(2026, 11, 20))
    book.trained(ORTIZ)
    book.listing(ORTIZ, "P1")
    book.listing(ORTIZ, "P2")
    book.delegation(ORTIZ, "P1")
    book.person(EVE, "Eve External", last=date(2026, 10, 30))
    book.trained(EVE)
    book.listing(EVE, "P1", stays=True)
    member(book, WADE, "Wade Waived", "P2")
    book.waiver(WADE, "hsp", START, date(2028, 1, 1))
    member(book, UNA, "Una Unmapped", "P2")
    book.completion(UNA, "Another hsp course", days_ago(1))
    book.person(NOVAK, "Nora Novak", supervisor=ADA)
    book.trained(NOVAK, "hsp")
    book.assignment(NOVAK, "P2")
    member(book, TANAKA, "Taro Tanaka", "P1")
    book.trained(TANAKA)
    book.delegation(TANAKA, "P1", first=date(2026, 11, 19), by="")
    return book


# the ledger -----------------------------------------------------------------------------------------------------------


def send(history: History, notices: Iterable[Notice], slot: date = TODAY, state: ItemState = ItemState.SENT) -> History:
    """The history after these notices were handed over: items settled, lower tiers skipped, mails remembered."""
    items, mails = dict(history.items), list(history.mails)
    for notice in notices:
        address = notice.reader.address
        for line in notice.lines:
            for key in line.skips:
                items.setdefault(key, ItemRecord(key=key, state=ItemState.SKIPPED, reader="", on=slot))
        settled = notice.keys()
        for key in settled:
            items[key] = ItemRecord(key=key, state=state, reader=address, on=slot)
        mails.append(MailRecord(kind=notice.kind, reader=address, person=notice.reader.record, slot=slot, state=state.value))
    return replace(history, version=history.version + 1, items=items, mails=tuple(mails))


def for_person(notices: Iterable[Notice], record: str) -> Notice | None:
    """The one notice to a person about themselves."""
    found = [n for n in notices if n.reader.record == record and n.reader.role.value == "person"]
    assert len(found) <= 1, f"{record} gets {len(found)} mails"
    return found[0] if found else None

"""A lab over three simulated years, and the list of every mail it sent: ``python -m tests.story.three_years`` prints its words.

With ``--keys`` it prints what each mail settles, by the keys under which the ledger remembers it, and the news of digests: a new
wording leaves these as they are. That is the list three_years.txt; the words were read line by line when it was made. A changed
list is read again before it replaces that file.

Records are typed cell by cell into what REDCap would send; reading, judging, planning, the gate, the words, the ledger and the
outbox are the real ones, and only the mail server is a fake. It steps over days on which no job has anything to say.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.mime import build
from onboard.model import (
    Assessment,
    Course,
    Export,
    History,
    JobName,
    Lab,
    Line,
    Message,
    MessageKind,
    Mode,
    Notice,
    Requirement,
    Rules,
    RunReport,
    Section,
)
from onboard.model.rows import csv_table
from onboard.pipeline.judging import judge
from onboard.pipeline.plans import PLANS, plan_of
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import Tools
from onboard.rendering import Renderer
from onboard.tables import read_tables
from tests.judging.sample import mapping
from tests.pipeline.delivery_cast import FakeMailer, HandClock
from tests.planning.cast import HSP, RULES, lab

FIRST, LIVE, LAST = date(2026, 1, 5), date(2026, 1, 19), date(2028, 12, 29)
DAY = timedelta(days=1)
SINGLE = ("person", "onboarding", "protocol")
TASKS = ("consent", "data_entry")
BASIC, RENAMED = "Biomedical Research - Basic/Refresher", "Biomedical Human Research Investigators"
GOOD = "GCP for Clinical Trials (U.S. FDA Focus)"


# what is typed --------------------------------------------------------------------------------------------------------


@dataclass
class Cells:
    """The lab's two projects as they are typed, row by row."""

    rows: dict[str, dict[tuple[str, str], dict[str, str]]] = field(default_factory=dict)
    version: int = 0
    _sent: tuple[int, Mapping[str, str]] = (-1, {})

    def put(self, form: str, record: str, number: int = 1, **cells: str) -> None:
        """Type into a row, new or old."""
        self.rows.setdefault(form, {}).setdefault((record, "" if form in SINGLE else str(number)), {}).update(cells)
        self.version += 1

    def export(self, now: datetime) -> Export:
        """What REDCap would send."""
        if self._sent[0] != self.version:
            found = {}
            for project in mapping().projects:
                for form, fields in mapping().instruments(project).items():
                    found[f"{project}.{form}"] = self._form(form, fields, "record_id" if project == "people" else "protocol_id")
            self._sent = self.version, found
        return Export(instruments=self._sent[1], read_at=now)

    def _form(self, form: str, fields: tuple[str, ...], identity: str) -> str:
        keys = [] if form in SINGLE else ["redcap_repeat_instrument", "redcap_repeat_instance"]
        columns = [
            column for name in fields for column in ([f"{name}___{t}" for t in TASKS] if name == "deleg_tasks" else [name])
        ]
        stamp = [f"{form}_timestamp"] if form == "completion" else []
        columns = [*stamp, *columns]
        lines = [[identity, *keys, *columns, f"{form}_complete"]]
        for (record, number), cells in self.rows.get(form, {}).items():
            lines.append([record, *([form, number] if keys else []), *(cells.get(c, "") for c in columns), "2"])
        return csv_table(lines)


def person(
    cells: Cells, record: str, name: str, first: str, last: str = "", role: str = "research_assistant", engaged: str = "1"
) -> None:
    """A person with a first appointment."""
    address = f"{name.split()[-1].lower()}@northlake.example"
    cells.put("person", record, full_name=name, greet_name=name.split()[0], university_email=address, person_complete="2")
    appointment(cells, record, 1, first, last, role, engaged)


def appointment(
    cells: Cells, record: str, number: int, first: str, last: str = "", role: str = "research_assistant", engaged: str = "1"
) -> None:
    cells.put(
        "appointment", record, number, appt_kind="employee", appt_role=role, appt_engaged=engaged, appt_from=first, appt_to=last,
        appt_supervisor="" if record == "1" else "1",
    )  # fmt: skip


def work(cells: Cells, record: str, code: str, first: str) -> None:
    """A first piece of work: it asks for what the protocol asks for."""
    cells.put("assignment", record, 1, work_title="First visits", work_protocol=code, work_from=first)


def hired(cells: Cells, record: str, name: str, code: str, first: str, last: str = "") -> None:
    """Somebody new, with work from the first day on."""
    person(cells, record, name, first, last)
    work(cells, record, code, first)


def passed(cells: Cells, record: str, number: int, course: str, on: str) -> None:
    cells.put("completion", record, number, comp_group=course, comp_stage="1", comp_completed=on, comp_source="typed")


def listed(cells: Cells, record: str, number: int, protocol: str, approved: str, submitted: str = "", removed: str = "") -> None:
    cells.put(
        "listing", record, number, list_protocol=protocol, list_submitted=submitted, list_approved=approved, list_removed=removed
    )


def taken_off(cells: Cells, *rows: tuple[str, int]) -> None:
    """The IRB takes people off the list of OBS."""
    for record, number in rows:
        listed(cells, record, number, "OBS", "2025-03-03", removed="2027-03-20")


def delegated(cells: Cells, record: str, protocol: str, on: str) -> None:
    signed = {"deleg_approved_by": "Elena Rivera", "deleg_approved_on": on}
    cells.put("delegation", record, 1, deleg_protocol=protocol, deleg_tasks___consent="1", deleg_from=on, **signed)


def protocol(cells: Cells, record: str, number: str, code: str) -> None:
    cells.put("protocol", record, protocol_number=number, short_code=code, protocol_title=code, protocol_pi="1")


def approved(cells: Cells, record: str, number: int, kind: str, first: str, last: str = "", study_type: str = "") -> None:
    facts = {"appr_study_type": study_type, "appr_funding": "internal", "appr_phi": "no"} if study_type else {}
    covers = kind in ("initial", "renewal", "determination")
    cells.put(
        "approval",
        record,
        number,
        appr_kind=kind,
        appr_from=first,
        appr_to=last,
        appr_open=str(int(covers and not last)),
        **facts,
    )


def as_it_was(cells: Cells) -> None:
    """The lab before onboard: three protocols, five people."""
    protocol(cells, "101", "IRB-24-0117", "STEP-HF")
    approved(cells, "101", 1, "initial", "2025-01-15", "2027-01-14", "nih_trial")
    protocol(cells, "102", "IRB-25-0200", "CHART")
    approved(cells, "102", 1, "initial", "2025-01-15", "", "chart_review")
    protocol(cells, "103", "IRB-25-0300", "OBS")
    approved(cells, "103", 1, "initial", "2025-02-03", "", "chart_review")
    person(cells, "1", "Elena Rivera", "2020-01-06", role="pi")
    person(cells, "2", "Maria Chen", "2021-03-01", role="coordinator", engaged="0")
    person(cells, "4", "Ben Brandt", "2024-02-05")
    person(cells, "5", "Cleo Costa", "2024-05-06")
    person(cells, "7", "Eve Egan", "2024-01-08", "2026-06-30")
    for record, basic, good in (("1", "2025-06-02", "2025-06-03"), ("5", "2026-04-01", "2024-09-10"), ("4", "2024-01-29", "")):
        passed(cells, record, 1, BASIC, basic if record != "5" else "2025-04-01")
        if good:
            passed(cells, record, 2, GOOD, good)
    passed(cells, "7", 1, BASIC, "2023-09-01")
    for record, protocols in (
        ("1", ("STEP-HF", "CHART", "OBS")),
        ("4", ("CHART", "OBS")),
        ("5", ("STEP-HF", "IRB-25-0200")),
        ("7", ("CHART",)),
    ):
        for number, code in enumerate(protocols, start=1):
            listed(cells, record, number, code, "2025-03-03")
    delegated(cells, "5", "STEP-HF", "2025-03-04")


#: Day -> what is typed before the jobs of that day.
TYPED: Mapping[str, Callable[[Cells], None]] = {
    # Ada is hired, and everything is there in time
    "2026-02-16": lambda c: hired(c, "3", "Ada Adeyemi", "STEP-HF", "2026-03-02"),
    "2026-02-23": lambda c: (passed(c, "3", 1, BASIC, "2026-02-21"), passed(c, "3", 2, GOOD, "2026-02-22"))[0],
    "2026-03-02": lambda c: listed(c, "3", 1, "STEP-HF", "", submitted="2026-03-02"),
    "2026-03-16": lambda c: listed(c, "3", 1, "STEP-HF", "2026-03-16", submitted="2026-03-02"),
    "2026-03-17": lambda c: delegated(c, "3", "STEP-HF", "2026-03-17"),
    # Dan comes for the summer, and is hired again over a weekend
    "2026-05-18": lambda c: hired(c, "6", "Dan Diaz", "CHART", "2026-06-01", "2026-08-28"),
    "2026-05-26": lambda c: passed(c, "6", 1, BASIC, "2026-05-25"),
    "2026-05-27": lambda c: listed(c, "6", 1, "CHART", "", submitted="2026-05-27"),
    "2026-06-08": lambda c: listed(c, "6", 1, "CHART", "2026-06-08", submitted="2026-05-27"),
    "2026-08-26": lambda c: appointment(c, "6", 2, "2026-08-31", "2027-06-30"),
    # Eve leaves
    "2026-07-02": lambda c: listed(c, "7", 1, "CHART", "2025-03-03", removed="2026-07-01"),
    # STEP-HF is renewed in time; Ben renews his course after two reminders
    "2026-12-14": lambda c: approved(c, "101", 2, "renewal", "2027-01-15", "2029-06-30"),
    "2027-01-11": lambda c: passed(c, "4", 2, BASIC, "2027-01-09"),
    # OBS closes
    "2027-03-15": lambda c: approved(c, "103", 2, "closure", "2027-03-15"),
    "2027-03-22": lambda c: taken_off(c, ("1", 3), ("4", 2)),
    # Dan leaves, and stays on the list for a week
    "2027-07-07": lambda c: listed(c, "6", 1, "CHART", "2026-06-08", submitted="2026-05-27", removed="2027-07-06"),
    # Cleo lets her GCP course lapse for two weeks
    "2027-09-24": lambda c: passed(c, "5", 3, GOOD, "2027-09-23"),
    # STEP-HF is suspended, and the suspension ends
    "2027-10-04": lambda c: approved(c, "101", 3, "suspension", "2027-10-04"),
    "2027-10-22": lambda c: approved(c, "101", 3, "suspension", "2027-10-04", "2027-10-22"),
    # CHART gets another number; Cleo's row says the old one for a day
    "2028-02-07": lambda c: c.put("protocol", "102", protocol_number="IRB-28-0009"),
    "2028-02-08": lambda c: listed(c, "5", 2, "CHART", "2025-03-03"),
    # Fay is hired; CITI has renamed the course
    "2028-02-21": lambda c: hired(c, "8", "Fay Flores", "CHART", "2028-03-06"),
    "2028-02-28": lambda c: passed(c, "8", 1, RENAMED, "2028-02-26"),
    "2028-03-06": lambda c: listed(c, "8", 1, "CHART", "", submitted="2028-03-06"),
    "2028-03-20": lambda c: listed(c, "8", 1, "CHART", "2028-03-20", submitted="2028-03-06"),
    # Cleo and Elena renew in time
    "2028-03-13": lambda c: passed(c, "5", 4, BASIC, "2028-03-11"),
    "2028-05-15": lambda c: passed(c, "1", 3, BASIC, "2028-05-13"),
    "2028-05-16": lambda c: passed(c, "1", 4, GOOD, "2028-05-14"),
    # Eve comes back after two years
    "2028-06-12": lambda c: (appointment(c, "7", 2, "2028-07-03"), work(c, "7", "CHART", "2028-07-03"))[0],
    "2028-06-20": lambda c: passed(c, "7", 2, BASIC, "2028-06-19"),
    "2028-06-26": lambda c: listed(c, "7", 2, "CHART", "", submitted="2028-06-26"),
    "2028-07-10": lambda c: listed(c, "7", 2, "CHART", "2028-07-10", submitted="2028-06-26"),
}  # fmt: skip


# the rules ------------------------------------------------------------------------------------------------------------


def rules(version: str, hsp: Requirement = HSP, *names: str, more: tuple[Requirement, ...] = ()) -> Rules:
    """The lab's rules: the human subjects course of 36 months unless said otherwise, under these names."""
    others = tuple(r for r in RULES.requirements if r.id != "hsp")
    courses = (Course(training="hsp", group=(BASIC, *names)), Course(training="gcp", group=(GOOD,)))
    return replace(RULES, version=version, requirements=(hsp, *more, *others), courses=courses)


def _months(months: int, requirement: Requirement = HSP, **changed: object) -> Requirement:
    from onboard.dates import parse_validity

    return replace(requirement, validity=parse_validity(f"months:{months}"), **changed)  # type: ignore[arg-type]


_OLD = replace(HSP, in_force_to=date(2028, 8, 31))
_NEW = _months(48, in_force_from=date(2028, 9, 1))
#: Day -> the rules from then on: wrong in trial and corrected there; edited for the past and put right; a renamed course; a
#: change from a day on.
RULES_OF: Mapping[str, Rules] = {
    "2026-01-05": rules("r1", _months(12)),
    "2026-01-12": rules("r2"),
    "2026-11-09": rules("r3", _months(24)),
    "2026-11-10": rules("r2"),
    "2028-03-01": rules("r4", HSP, RENAMED),
    "2028-08-14": rules("r5", _OLD, RENAMED, more=(_NEW,)),
}


# the lab --------------------------------------------------------------------------------------------------------------


@dataclass
class Kept(FakeMailer):
    """A server that keeps every mail in order."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)

    def deliver(self, post, before_data) -> str:
        answer = super().deliver(post, before_data)
        self.taken.append((post.to_addr, post.mime))
        return answer


@dataclass
class Years:
    """The lab, its clock and its server."""

    ledger: SqlLedger
    cells: Cells = field(default_factory=Cells)
    clock: HandClock = field(default_factory=HandClock)
    mailer: Kept = field(default_factory=Kept)
    mode: Mode = Mode.TRIAL
    rules: Rules = RULES_OF[FIRST.isoformat()]
    mails: list[str] = field(default_factory=list)
    keys: bool = True  # what each mail settles; False: its words
    _judged: dict[tuple[int, str], Assessment] = field(default_factory=dict)
    _histories: dict[JobName, History] = field(default_factory=dict)
    _owed: bool = False  # a digest that was refused goes on the next day
    _shown: set[str] = field(default_factory=set)

    @property
    def lab(self) -> Lab:
        base = lab()
        return replace(base, limits=replace(base.limits, mode=self.mode, trial_address="mchen@northlake.example"))

    def fetch(self, last: Mapping[str, str]) -> Export:
        return self.cells.export(self.clock.now())

    def judge(self, export: Export, book: Rules, snapshot: str) -> Assessment:
        """Judged once for the same cells and rules: nothing is typed before its day, so the day of the read decides nothing."""
        key = hash(tuple(sorted(export.instruments.items()))), book.version
        if key not in self._judged:
            tables, problems = read_tables(export, mapping(), self.lab.zone)
            day = export.read_at.astimezone(self.lab.zone).date()
            self._judged[key] = judge(tables, problems, book, export.read_at, day, snapshot)
        day = export.read_at.astimezone(self.lab.zone).date()
        return replace(self._judged[key], read_at=export.read_at, read_on=day, snapshot=snapshot)

    def tools(self) -> Tools:
        renderer = Renderer(self.lab, None)
        books = {book.version: book for book in RULES_OF.values()}
        return Tools(
            source=self, mailer=self.mailer, ledger=self.ledger, clock=self.clock, lab=self.lab, rules=self.rules,
            rules_text=self.rules.version, rules_of=books.__getitem__, judge=self.judge, render=renderer.render,
            compose=self._compose,
        )  # fmt: skip

    def _compose(self, message: Message, to: str, message_id: str, now: datetime) -> bytes:
        here = self.lab
        return build(
            message, to, message_id, now.astimezone(here.zone), sender=here.sender, sender_name="Rivera Lab onboarding",
            reply_to=here.coordinators[0].address, reply_name="Maria Chen", lab_id=here.id,
        )  # fmt: skip

    def live_through(self, last: date = LAST) -> list[str]:
        """Every day from the first to `last`; returns the list of mails."""
        as_it_was(self.cells)
        day = FIRST
        while day <= last:
            if day == LIVE:
                self.mode = Mode.LIVE
            self._day(day)
            day += DAY
        return self.mails

    def _day(self, day: date) -> None:
        typed, book = TYPED.get(day.isoformat()), RULES_OF.get(day.isoformat())
        if typed:
            typed(self.cells)
        self.rules = book or self.rules
        if not self.lab.cadence.calendar.works(day):
            return
        self.clock.at = datetime.combine(day, time(7), tzinfo=self.lab.zone).astimezone(UTC)
        for job in self._jobs(day, bool(typed or book)):
            begins = day in (FIRST, LIVE) and job in (JobName.CHECKLISTS, JobName.REMINDERS)
            before = len(self.mailer.taken)
            report = run_job(self.tools(), job, plan_of(job), day, begins=begins)
            self._histories.clear()
            if job is JobName.DIGESTS:
                self._owed = bool(report.trouble)
            self._note(day, report, before)

    def _jobs(self, day: date, news: bool) -> Iterator[JobName]:
        """The jobs that have anything to say. The digest is of Mondays; of the daily worklist those of days on which something
        was typed, and of Mondays with a new line."""
        first = day in (FIRST, LIVE)
        yield from (job for job in (JobName.CHECKLISTS, JobName.REMINDERS) if first or news or self._says_something(job, day))
        if first:
            yield JobName.START
        if first or self._owed or day.weekday() == 0:
            yield JobName.DIGESTS
        if first or news or (day.weekday() == 0 and self._has_a_new_line(day)):
            yield JobName.WORKLIST

    def _says_something(self, job: JobName, day: date) -> bool:
        """Whether the job's plan is not empty: asked without a run, which would only note that there was nothing."""
        assessment = self.judge(self.fetch({}), self.rules, "")
        if job not in self._histories:
            self._histories[job] = self.ledger.history(self.mode, ignoring=job)
        history = self._histories[job]
        return bool(PLANS[job](assessment, history, self.lab, day, assessment))

    def _has_a_new_line(self, day: date) -> bool:
        assessment = self.judge(self.fetch({}), self.rules, "")
        history = self.ledger.history(self.mode, ignoring=JobName.WORKLIST)
        notices = PLANS[JobName.WORKLIST](assessment, history, self.lab, day, assessment)
        return any(_said(line) not in self._shown for notice in notices for line in notice.lines)

    def _note(self, day: date, report: RunReport, before: int) -> None:
        """The mails of a run: when, what, to whom, the subject, and what it says of whom."""
        notices = {notice.reader.name: notice for notice in report.planned}
        by_address = {notice.reader.address: notice for notice in report.planned}
        if report.trouble:
            self.mails.append(f"{day:%Y-%m-%d %a}  {report.job.value} refused" + ("" if self.keys else f": {report.trouble[0]}"))
        for address, mime in self.mailer.taken[before:]:
            subject = str(message_from_bytes(mime, policy=default)["Subject"])
            trial = re.match(r"\[Trial, for (.+?)\]", subject)
            self._one(day, address, subject, notices[trial[1]] if trial else by_address.get(address))

    def _one(self, day: date, address: str, subject: str, notice: Notice | None) -> None:
        kind = notice.kind.value if notice else "operator"
        lines = list(notice.lines) if notice else []
        if notice and notice.kind is MessageKind.WORKLIST:
            said = set(map(_said, lines))
            lines, self._shown = [line for line in lines if _said(line) not in self._shown], said
            if not lines:
                return  # the daily list, with nothing new
        to = f"{kind} to {address.split('@')[0]}" + (f" for {notice.reader.name}" if notice and self.mode is Mode.TRIAL else "")
        if not self.keys:
            self.mails += [f"{day:%Y-%m-%d %a}  {to}: {subject}", *(f"    {_said(line)}" for line in lines)]
        elif notice is None or notice.kind is not MessageKind.WORKLIST:
            self.mails += [f"{day:%Y-%m-%d %a}  {to}", *(f"    {one}" for one in (_settled(notice, lines) if notice else ()))]


def _said(line: Line) -> str:
    """What a line says, in its words."""
    words = [line.section.value, line.name, line.protocol, line.title, line.why, line.act, line.knows]
    due = f"due {line.due}" if line.due else f"ends {line.ends}" if line.ends else ""
    return " | ".join(word for word in (*words, due) if word)


def _settled(notice: Notice, lines: list[Line]) -> list[str]:
    """What a mail settles, and of a digest its news: who, about which protocol, since when."""
    keys = [key for key in notice.keys() if not key.startswith(("digest/", "worklist/"))]
    news = [line for line in lines if line.section is Section.SINCE]
    told = [" ".join(filter(None, ("news:", line.name, line.protocol, str(line.status), str(line.since or "")))) for line in news]
    return sorted(keys) + sorted(told)


def three_years(last: date = LAST, *, keys: bool = True) -> list[str]:
    """The list."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        years = Years(SqlLedger(f"sqlite:///{Path(folder) / 'ledger.db'}", "rivera"), keys=keys)
        return years.live_through(last)


if __name__ == "__main__":
    print("\n".join(three_years(keys="--keys" in sys.argv)))

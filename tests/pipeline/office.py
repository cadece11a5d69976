"""The Rivera Lab's mail room for tests: records in a hand-written book, real judge, planners, gate, words, ledger and outbox;
only the server is a fake that keeps what it is handed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.mime import build
from onboard.errors import ReadInDoubt
from onboard.model import Assessment, Export, JobName, Lab, Message, Mode, Rules, RunReport
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import Tools
from onboard.rendering import Renderer
from tests.pipeline.delivery_cast import FakeMailer, HandClock
from tests.planning.cast import RULES, TODAY, Book, lab

#: In the order they run on one morning.
ALL = (JobName.CHECKLISTS, JobName.REMINDERS, JobName.DIGESTS, JobName.WORKLIST)


@dataclass
class Office:
    """One lab: `morning` runs the jobs of a day, `mails` are those of the last one, by address."""

    ledger: SqlLedger
    book: Book
    lab: Lab = field(default_factory=lambda: replace(lab(), limits=replace(lab().limits, mode=Mode.LIVE)))
    clock: HandClock = field(default_factory=HandClock)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    templates: object = None
    read_trouble: str = ""
    rules: Rules = RULES
    reads: list[Book] = field(default_factory=list)
    before: int = 0

    def go_live(self, day: date = TODAY) -> None:
        """Every job starts with nothing said and nothing known as old."""
        for job in ALL:
            self.ledger.record_baseline(Mode.LIVE, job, (), self._at(day), day)

    def morning(self, day: date = TODAY, *jobs: JobName, at: time = time(7)) -> list[RunReport]:
        """The jobs of one morning, seven o'clock in New York."""
        self.clock.at = self._at(day, at)
        self.before = len(self.mailer.delivered)
        return [run_job(self.tools(), job, PLANS[job], day) for job in jobs or ALL]

    def reached(self) -> list[str]:
        """The addresses that got a mail in the last morning, in order."""
        return [to for _, to in self.mailer.delivered[self.before :]]

    def mail(self, address: str) -> EmailMessage:
        """The last mail to an address, read as a mail program would."""
        read = message_from_bytes(self.mailer.bodies[address], policy=default)
        assert isinstance(read, EmailMessage)
        return read

    def text(self, address: str) -> str:
        """Its words, on one line."""
        body = self.mail(address).get_body(("plain",))
        assert body is not None
        return " ".join(str(body.get_content()).split())

    def fetch(self, last: Mapping[str, str]) -> Export:
        """The book as it stands: `ports.RecordSource`."""
        if self.read_trouble:
            raise ReadInDoubt(self.read_trouble)
        self.reads.append(deepcopy(self.book))
        return Export(instruments={"people.person": f"read\n{len(self.reads) - 1}\n"}, read_at=self.clock.now())

    def _judge(self, export: Export, rules: Rules, snapshot: str) -> Assessment:
        number = int(export.instruments["people.person"].split()[1])
        day = export.read_at.astimezone(self.lab.zone).date()
        return replace(self.reads[number].judge(day, rules), snapshot=snapshot)

    def _at(self, day: date, at: time = time(7)) -> datetime:
        return datetime.combine(day, at, tzinfo=self.lab.zone).astimezone(UTC)

    def _compose(self, message: Message, to: str, message_id: str, now: datetime) -> bytes:
        (chen, *_) = self.lab.coordinators
        return build(
            message, to, message_id, now.astimezone(self.lab.zone), sender=self.lab.sender, sender_name="Rivera Lab onboarding",
            reply_to=chen.address, reply_name=chen.name, lab_id=self.lab.id,
        )  # fmt: skip

    def tools(self) -> Tools:
        """Everything a run needs."""
        renderer = Renderer(self.lab, self.templates)
        return Tools(
            source=self, mailer=self.mailer, ledger=self.ledger, clock=self.clock, lab=self.lab, rules=self.rules,
            rules_text=self.rules.version, rules_of=lambda text: self.rules, judge=self._judge, render=renderer.render,
            compose=self._compose,
        )  # fmt: skip


def addresses(reports: Sequence[RunReport]) -> list[str]:
    """Who was planned for."""
    return [notice.reader.address for report in reports for notice in report.planned]

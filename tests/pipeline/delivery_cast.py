"""Who the tests of delivery know, in the Rivera Lab, and small makers of what they hand around."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.smtp_answers import refusal
from onboard.errors import OnboardError
from onboard.model import (
    AddressMemory,
    Coordinator,
    Fault,
    JobName,
    Lab,
    Limits,
    Line,
    Mark,
    Message,
    MessageKind,
    Mode,
    Notice,
    Reader,
    ReaderRole,
    Run,
    Section,
    Step,
)
from onboard.ports import Outgoing

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)
MORNING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # 07:00 in Indiana
LIVE, TRIAL, DRY = Mode.LIVE, Mode.TRIAL, Mode.DRY
REMINDERS, CHECKLISTS, DIGESTS, WORKLIST = JobName.REMINDERS, JobName.CHECKLISTS, JobName.DIGESTS, JobName.WORKLIST

LAB = Lab(
    id="rivera",
    name="Rivera Lab",
    zone=ZoneInfo("America/Indiana/Indianapolis"),
    sender="rivera-lab@northlake.example",
    coordinators=(Coordinator(name="Maria Chen", address="maria.chen@northlake.example"),),
    operator="it@northlake.example",
    limits=Limits(mode=Mode.LIVE),
)

LEILA = Reader(address="leila.haddad@northlake.example", name="Leila Haddad", greet="Leila", role=ReaderRole.PERSON, record="5")
AMARA = Reader(address="amara@home.example", name="Amara Okafor", greet="Amara", role=ReaderRole.PERSON, record="11")
ELENA = Reader(address="elena.rivera@northlake.example", name="Elena Rivera", greet="Dr. Rivera", role=ReaderRole.PI, record="1")
MARIA = Reader(address="maria.chen@northlake.example", name="Maria Chen", greet="Maria", role=ReaderRole.COORDINATOR, record="2")

_numbers = itertools.count(1)


@dataclass(slots=True)
class HandClock:
    """A clock that moves only when told to."""

    at: datetime = MORNING

    def now(self) -> datetime:
        """The instant it was put to."""
        return self.at

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


def answered(said: str, step: Step = Step.RECIPIENT) -> OnboardError:
    """What the mailer raises for a server's answer: ``550 5.1.1 User unknown``."""
    return refusal(step, int(said[:3]), said[4:], "relay.northlake.example:25")


#: The address is no good; this one later; this mail is not taken.
GONE, LATER_TODAY = "550 5.1.1 User unknown", "450 4.2.0 greylisted"


def spam() -> OnboardError:
    """This mail's words are refused."""
    return answered("554 5.6.0 looks odd", Step.BODY)


def refusing(*addresses: str, before: date = MONDAY) -> dict[str, AddressMemory]:
    """What is remembered of addresses that two days refused, the last one on the day before `before`: they are closed."""
    days = [before - timedelta(days=2), before - timedelta(days=1)]
    marks = tuple(
        Mark(at=datetime.combine(day, time(12), tzinfo=UTC), day=day, fault=Fault.ADDRESS, words="550 5.1.1 User unknown")
        for day in days
    )
    return {address: AddressMemory(marks=marks) for address in addresses}


@dataclass(slots=True)
class FakeMailer:
    """A mailer that keeps what it is handed; `answers` maps an address to what the next deliveries to it raise."""

    answers: dict[str, list[Exception | None]] = field(default_factory=dict)
    offered: list[str] = field(default_factory=list)
    delivered: list[tuple[str, str]] = field(default_factory=list)  # (message id, address)
    bodies: dict[str, bytes] = field(default_factory=dict)
    down: Exception | None = None
    slow: bool = False
    closed: int = 0

    def will_wait(self) -> bool:
        """Whether it pretends to have a rate limit."""
        return self.slow

    def deliver(self, post, before_data) -> str:
        """Keep the message, or raise what was scripted: refusals before the bytes, doubts after."""
        from onboard.errors import InDoubt

        if self.down:
            raise self.down
        answers = self.answers.get(post.to_addr)
        answer = answers.pop(0) if answers else None
        if answer is not None and not isinstance(answer, InDoubt):
            raise answer
        before_data()
        self.offered.append(post.id)
        if answer is not None:
            raise answer
        self.delivered.append((post.id, post.to_addr))
        self.bodies[post.to_addr] = post.mime
        return "250 OK"

    def close(self) -> None:
        """Count the goodbyes."""
        self.closed += 1


def reminder(reader: Reader = LEILA, *keys: str, slot: date = MONDAY, hard: bool = False, skips: tuple[str, ...] = ()) -> Notice:
    """A reminder with a line a key."""
    keys = keys or (f"reminder/{reader.record}/gcp/-/e1:2026-11-18/30",)
    lines = tuple(
        Line(key=key, section=Section.DUE, title="Good Clinical Practice (GCP)", hard=hard, skips=skips) for key in keys
    )
    return Notice(kind=MessageKind.REMINDER, reader=reader, slot=slot, lines=lines, read_at=MORNING)


def about(reader: Reader, *people: str, kind: MessageKind = MessageKind.ESCALATION) -> Notice:
    """A mail that lists people."""
    lines = tuple(
        Line(key=f"escalation/{person}/gcp/-/e1/supervisor:{reader.record}", section=Section.ABOUT, title="GCP", person=person)
        for person in people
    )
    return Notice(kind=kind, reader=reader, slot=MONDAY, lines=lines, read_at=MORNING)


def plain(notice: Notice) -> Message:
    """The shortest words there are."""
    return Message(notice=notice, subject=f"{notice.kind} for {notice.reader.name}", text="Hello.\n", html="<p>Hello.</p>")


def outgoing(
    reader: str = LEILA.address,
    *keys: str,
    slot: date = MONDAY,
    hard: bool = False,
    skips: tuple[str, ...] = (),
    kind: MessageKind = MessageKind.REMINDER,
    expires_at: datetime | None = None,
) -> Outgoing:
    """A frozen message with its items."""
    number = next(_numbers)
    return Outgoing(
        kind=kind, reader=reader, person="5", slot=slot, message_id=f"<{number:032x}@northlake.example>",
        envelope_from=LAB.sender, to_addr=reader, subject=f"Subject {number}", mime=b"Subject: x\r\n\r\nbody %d\r\n" % number,
        keys=keys, skips=skips, hard=hard, expires_at=expires_at,
    )  # fmt: skip


def open_run(ledger: SqlLedger, job: JobName = REMINDERS, slot: date = MONDAY, now: datetime = MORNING, mode: Mode = LIVE) -> Run:
    """A run that was begun."""
    run = ledger.begin_run(mode, job, slot, now)
    assert run is not None
    return run


def queue(
    ledger: SqlLedger, *messages: Outgoing, job: JobName = REMINDERS, slot: date = MONDAY, now: datetime = MORNING,
    mode: Mode = LIVE, held: bool = False,
) -> Run:  # fmt: skip
    """Begin a run and put messages into the outbox."""
    run = open_run(ledger, job, slot, now, mode)
    assert ledger.enqueue(run, messages, ledger.history(mode, ignoring=job).version, now, held=held)
    return run

"""Plan, enqueue and drain over random days, bad reads, refusals, doubts and crashes: no item in two messages, none lost, at
most one mail a person and day, and planning twice plans nothing."""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import InDoubt, LedgerError, TransportDown
from onboard.model import History, JobName, Notice, Reader, ReaderRole, RunReport
from onboard.pipeline.delivering import ANYWHERE, MessageWriter, drain, write_all
from onboard.pipeline.doubting import end_doubts
from onboard.planning.gate import gate
from tests.pipeline.delivery_cast import (
    CHECKLISTS,
    LAB,
    LATER_TODAY,
    LIVE,
    MONDAY,
    MORNING,
    REMINDERS,
    FakeMailer,
    HandClock,
    answered,
    plain,
    reminder,
    spam,
)

PEOPLE = [
    Reader(address=f"p{n}@northlake.example", name=f"P{n}", greet="", role=ReaderRole.PERSON, record=str(n)) for n in range(6)
]


@dataclass
class Post(FakeMailer):
    """A mail server with bad luck: refuses, loses the link before or after taking a message, or is not there."""

    dice: random.Random = field(default_factory=random.Random)
    items: Callable[[str], tuple[str, ...]] = lambda _: ()
    taken: list[tuple[str, str, date]] = field(default_factory=list)  # (message id, address, day)
    day: date = MONDAY

    def deliver(self, post, before_data) -> str:
        """One attempt, with luck."""
        luck = self.dice.random()
        if luck < 0.05:
            raise TransportDown("no route")
        if luck < 0.12:
            raise answered(LATER_TODAY)
        before_data()
        if luck < 0.16:
            raise spam()
        if luck < 0.20:
            raise InDoubt("lost, not taken")
        self.taken.append((post.id, post.to_addr, self.day))
        if luck < 0.24:
            raise InDoubt("lost, but taken")
        if luck < 0.26:
            raise SystemExit("killed")
        return "250 OK"


@dataclass
class World:
    """A lab whose truths come and go; a planner that says what is true and not said."""

    dice: random.Random
    ledger: SqlLedger
    clock: HandClock = field(default_factory=HandClock)
    today: date = MONDAY
    truths: set[tuple[int, str]] = field(default_factory=set)
    post: Post = field(default_factory=Post)
    counter: int = 0

    def __post_init__(self) -> None:
        self.post.dice = self.dice

    def plan(self, history: History, job: JobName) -> list[Notice]:
        """Everything true and unsaid: a person with an odd number belongs to one job today, the others to the other."""
        found: dict[int, list[str]] = defaultdict(list)
        for person, key in sorted(self.truths):
            odd = (person + self.today.toordinal()) % 3 == 0
            if odd == (job is CHECKLISTS) and not history.said(key):
                found[person].append(key)
        return [reminder(PEOPLE[person], *keys, slot=self.today, hard=person % 2 == 0) for person, keys in sorted(found.items())]

    def run(self, job: JobName) -> None:
        """One run as the pipeline makes it, killed here and there."""
        run = self.ledger.begin_run(LIVE, job, self.today, self.clock.now(), lease_seconds=60)
        if run and self.dice.random() < 0.15:
            self.ledger.withdraw_queued(LIVE, self.clock.now())
            report = RunReport(job=job, slot=self.today, mode=LIVE, outcome="failed")
            self.ledger.end_run(run, report, self.clock.now())
        elif run:
            end_doubts(self.ledger, LIVE, self.clock.now(), ANYWHERE)
            history = self.ledger.history(LIVE, ignoring=job)
            ready, _, _ = gate(self.plan(history, job), LAB.limits, history, LAB)
            written = write_all(
                ready, MessageWriter(render=plain, compose=lambda *_: b"x", lab=LAB, mode=LIVE), self.clock.now(), history
            )
            if self.dice.random() < 0.1:
                return  # killed between the plan and the transaction
            try:
                self.ledger.enqueue(run, written.outgoing, history.version, self.clock.now())
            except LedgerError as error:
                raise AssertionError(error) from error
        self.drain()

    def drain(self) -> None:
        """Hand over, unless killed in the middle."""
        self.post.day = self.today
        with contextlib.suppress(SystemExit):
            drain(self.post, self.ledger, self.clock, LIVE, batch=3, lease_seconds=60)

    def change(self) -> None:
        """Something becomes true, something is over."""
        for _ in range(self.dice.randrange(4)):
            self.counter += 1
            self.truths.add((self.dice.randrange(len(PEOPLE)), f"reminder/x/{self.counter}"))
        if self.truths and self.dice.random() < 0.3:
            self.truths.discard(self.dice.choice(sorted(self.truths)))

    def next_day(self) -> None:
        self.today += timedelta(days=3 if self.today.weekday() == 4 else 1)
        self.clock.at = MORNING + (self.today - MONDAY)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_and_nothing_is_said_twice(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(dice=random.Random(seed), ledger=SqlLedger(f"sqlite:///{Path(folder) / 'l.db'}", "rivera"))
        for _ in range(15):
            world.change()
            for _ in range(world.dice.randrange(1, 5)):
                world.run(world.dice.choice((REMINDERS, CHECKLISTS)))
                world.clock.wait(minutes=world.dice.choice((1, 5, 30)))
            world.next_day()
        _quiet_days(world)
        _check(world)


def _quiet_days(world: World) -> None:
    """The server mends itself, and plain days pass until nothing rests any more."""
    world.post = Post()
    world.post.taken, lucky = [], FakeMailer()
    world.clock.wait(hours=5)
    for _ in range(12):
        for job in (REMINDERS, CHECKLISTS):
            run = world.ledger.begin_run(LIVE, job, world.today, world.clock.now())
            assert run
            end_doubts(world.ledger, LIVE, world.clock.now(), ANYWHERE)
            history = world.ledger.history(LIVE, ignoring=job)
            ready, _, _ = gate(world.plan(history, job), LAB.limits, history, LAB)
            written = write_all(
                ready, MessageWriter(render=plain, compose=lambda *_: b"x", lab=LAB, mode=LIVE), world.clock.now(), history
            )
            assert world.ledger.enqueue(run, written.outgoing, history.version, world.clock.now())
            drain(lucky, world.ledger, world.clock, LIVE)
            assert not world.plan(world.ledger.history(LIVE, ignoring=job), job) or _second_mail_only(world, job)
        world.next_day()
        world.clock.wait(hours=5)


def _second_mail_only(world: World, job: JobName) -> bool:
    """What is still planned is held only because the person already got a mail today, or an address rests."""
    history = world.ledger.history(LIVE, ignoring=job)
    ready, held, _ = gate(world.plan(history, job), LAB.limits, history, LAB)
    return not ready and all("today" in one.reason or "tried again" in one.reason for one in held)


def _check(world: World) -> None:
    items = world.ledger.history(LIVE).items
    for _, key in world.truths:
        assert key in items, f"{key} was never said"
    by_day = Counter((mail.reader, mail.slot) for mail in world.ledger.history(LIVE).mails if mail.state in ("sent", "in_doubt"))
    assert max(by_day.values(), default=0) <= 1
    assert "sending" not in world.ledger.outbox(LIVE)

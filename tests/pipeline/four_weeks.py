"""Four weeks of one lab beside a bad relay: ``python -m tests.pipeline.four_weeks``, or ``make relay``.

The Rivera Lab mails as ever, every job each working morning, and every few minutes what still waits, as the service does. The
relay does not know our name one morning, lists our address another, counts our mails on a third; one mailbox is full for days,
one reader does not exist, for two days no answer comes after the message, and for a whole day the password is wrong. Beside it a
lab with the same records and a relay that takes everything. What the quiet lab said, the other must have said in the end, once.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import InDoubt
from onboard.model import ItemState, JobName, MessageKind, Mode, Standing, Step, StudyType
from onboard.pipeline.running import deliver_waiting
from onboard.planning.notices import latest_slot
from onboard.planning.standing import standings
from tests.pipeline.delivery_cast import FakeMailer, HandClock, answered
from tests.pipeline.office import ALL, Office
from tests.planning.cast import TODAY, Book, lab

ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
UNKNOWN, FULL = "p3@northlake.example", "p5@northlake.example"
_EVENING = time(18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The day of work (counted from 0) on which something begins, and how many days there are."""

    helo: int = 1
    listed: int = 6
    counted: int = 11
    password: int = 16
    lost: tuple[int, ...] = (8, 9)
    full: range = range(3, 8)
    days: int = 20

    def words(self) -> dict[int, str]:
        """By day, for the table."""
        return {
            self.helo: "the relay does not know our name until 11:00", self.listed: "our address is listed until 09:00",
            self.counted: "three mails an hour until noon", self.password: "the password is wrong all day",
            **dict.fromkeys(self.lost, "no answers after the message"),
            self.full[0]: f"one mailbox is full for {len(self.full)} days",
        }  # fmt: skip


FOUR_WEEKS = Story()
#: The same troubles in a short time.
SHORT = Story(helo=1, full=range(2, 5), lost=(3,), listed=4, counted=5, password=6, days=11)


@dataclass
class Relay(FakeMailer):
    """A relay with such a month. It keeps what it took, also where it did not say so."""

    clock: HandClock = field(default_factory=HandClock)
    story: Story = FOUR_WEEKS
    day: int = 0
    logins: Counter[int] = field(default_factory=Counter)
    took: list[tuple[date, str, str]] = field(default_factory=list)  # local day, message, address
    hour: Counter[datetime] = field(default_factory=Counter)
    connected: bool = False

    def deliver(self, post, before_data) -> str:
        """One attempt."""
        here = self.clock.now().astimezone(ZONE)
        if not self.connected:
            self.logins[self.day] += 1
            if self.day == self.story.password and here.time() < _EVENING:
                raise answered("535 5.7.8 Username and Password not accepted", Step.LOGIN)
            self.connected = True
        trouble = self._at_rcpt(post.to_addr, here)
        if trouble:
            raise answered(trouble)
        before_data()
        self.offered.append(post.id)
        self.took.append((here.date(), post.id, post.to_addr))
        if self.day in self.story.lost:
            raise InDoubt("the link was lost after the message")
        self.delivered.append((post.id, post.to_addr))
        self.bodies[post.to_addr] = post.mime
        return "250 OK"

    def _at_rcpt(self, to: str, here: datetime) -> str:
        if self.day == self.story.helo and here.time() < time(11):
            return "504 5.5.2 <labbox>: Helo command rejected: need fully-qualified hostname"
        if self.day == self.story.listed and here.time() < time(9):
            return "554 5.7.1 Service unavailable; Client host [192.0.2.17] blocked using zen.spamhaus.example"
        if self.day == self.story.counted and here.time() < time(12):
            hour = here.replace(minute=0, second=0, microsecond=0)
            self.hour[hour] += 1
            if self.hour[hour] > 3:
                return "450 4.7.1 Error: too much mail from 192.0.2.17"
        if to == UNKNOWN:
            return "550 5.1.1 <p3>: Recipient address rejected: User unknown"
        return "552 5.2.2 Mailbox full" if to == FULL and self.day in self.story.full else ""

    def close(self) -> None:
        """The next drain connects anew."""
        self.connected = False


def people() -> Book:
    """Nine people whose human subjects courses end one after the other, so that each week says something to everybody."""
    book = Book()
    book.person("1", "Elena Rivera", email="erivera@northlake.example")
    book.protocol("P2", "CHART", StudyType.CHART_REVIEW, pi="1")
    book.listing("1", "P2")
    book.trained("1")
    for number in range(2, 11):
        book.person(str(number), f"Person Number{number}", email=f"p{number}@northlake.example")
        book.listing(str(number), "P2")
        book.trained(str(number), "hsp", ends=TODAY + timedelta(days=4 * number - 10))
    return book


@dataclass(slots=True)
class Verdict:
    """What both labs said, compared."""

    rows: list[str]
    missing: list[str]
    twice: list[str]
    operator: dict[date, Counter[str]]
    over: list[str]
    shut: dict[str, Standing]
    in_doubt: int
    logins: int
    taken: int

    @property
    def kept(self) -> bool:
        """Whether every promise was."""
        once_a_day = all(number == 1 for day in self.operator.values() for number in day.values())
        few = all(day.total() <= 6 for day in self.operator.values())
        return not (self.missing or self.twice or self.in_doubt) and once_a_day and few and list(self.shut) == [UNKNOWN]

    def table(self) -> str:
        """For people."""
        mails = sum(day.total() for day in self.operator.values())
        most = max((day.total() for day in self.operator.values()), default=0)
        last = [
            f"{self.taken} mails taken; said in the end: all but {len(self.missing)}; twice {len(self.twice)}; "
            f"in doubt at the end {self.in_doubt}",
            f"addresses not open at the end: {', '.join(f'{a} ({s})' for a, s in self.shut.items()) or 'none'}",
            f"{mails} mails to the operator, at most {most} a day; ends told: {len(self.over)}; "
            f"{self.logins} logins on the day of the wrong password",
        ]
        return "\n".join([*self.rows, *last])


def live_through(folder: Path, story: Story = FOUR_WEEKS, every: int = 10) -> Verdict:
    """Both labs, through all days of the story, with a look at what waits every so many minutes."""
    clock = HandClock()
    relay = Relay(clock=clock, story=story)
    bad, quiet = (_office(folder, name) for name in ("bad", "quiet"))
    bad.clock, bad.mailer = clock, relay
    for office in (bad, quiet):
        office.go_live(TODAY)
    rows = []
    for number, day in enumerate(_working_days(story.days)):
        relay.day = number
        before = len(relay.took)
        _lived(bad, day, every)
        _lived(quiet, day, 0)
        shown = f"{day:%a %d %b}  {len(relay.took) - before:>3} taken  {_counts(bad)}  {story.words().get(number, '')}"
        rows.append(shown.rstrip())
    return _judge(bad, quiet, relay, rows, day)


def _office(folder: Path, name: str) -> Office:
    own = lab()
    return Office(
        SqlLedger(f"sqlite:///{folder / name}.db", "rivera"), people(),
        lab=replace(own, limits=replace(own.limits, mode=Mode.LIVE)),
    )  # fmt: skip


def _working_days(number: int) -> list[date]:
    """All of them lie before the long holidays of the cast."""
    days = [TODAY + n * DAY for n in range(2 * number)]
    return [day for day in days if lab().cadence.calendar.works(day)][:number]


def _lived(office: Office, day: date, every: int) -> None:
    """The day's jobs at seven; then what waits, until the evening."""
    calendar = office.lab.cadence.calendar
    week = latest_slot(calendar, 0, day)
    assert week is not None
    jobs = [job for job in ALL if job is not JobName.DIGESTS or _digest_is_due(office, week, day)]
    office.morning(day, *jobs)
    while every and office.clock.now().astimezone(ZONE).time() < _EVENING:
        office.clock.wait(minutes=every)
        if office.ledger.outbox(Mode.LIVE).get("queued"):
            deliver_waiting(office.tools(), JobName.WORKLIST, day, mode=Mode.LIVE, stop=lambda: False)


def _digest_is_due(office: Office, week: date, day: date) -> bool:
    """As the service decides it."""
    last = office.ledger.last_slot(Mode.LIVE, JobName.DIGESTS)
    return last is None or last < week or (last < day and bool(office.ledger.digests_owed(Mode.LIVE, week)))


def _counts(office: Office) -> str:
    found = office.ledger.outbox(Mode.LIVE)
    return " ".join(f"{state} {number}" for state, number in sorted(found.items()))


def _judge(bad: Office, quiet: Office, relay: Relay, rows: list[str], last: date) -> Verdict:
    mine, theirs = (office.ledger.history(Mode.LIVE).items for office in (bad, quiet))
    settled = {key for key, one in mine.items() if one.state in (ItemState.SENT, ItemState.SKIPPED)}
    wanted = {key for key, one in theirs.items() if one.state is ItemState.SENT and one.reader != UNKNOWN}
    dated = {key for key in wanted if key.startswith(("worklist/", "calendar/", "checklist/"))}
    taken = Counter(message for _, message, _ in relay.took)
    operator: dict[date, Counter[str]] = defaultdict(Counter)
    over = []
    for mail in bad.ledger.history(Mode.LIVE).mails:
        assert mail.kind is not MessageKind.OPERATOR or mail.state == "sent", mail
    for key, one in mine.items():
        if key.startswith("operator/") and not key.startswith(("operator/parked_mail/", "operator/given_up_mail/")):
            name = key.split("/")[1]
            operator[one.on][key] += 1
            if name in ("transport_over", "over_address"):
                over.append(key)
    found = standings(bad.ledger.history(Mode.LIVE), last)
    return Verdict(
        rows=rows,
        missing=sorted(wanted - settled - dated),
        twice=sorted(message for message, number in taken.items() if number > 3),
        operator=dict(operator),
        over=over,
        shut={a: one.standing for a, one in found.items() if one.standing is not Standing.OPENED},
        in_doubt=len(bad.ledger.parked(Mode.LIVE)),
        logins=relay.logins[relay.story.password],
        taken=len(relay.took),
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--every", type=int, default=10, help="minutes between two looks at what waits")
    with tempfile.TemporaryDirectory() as made:
        verdict = live_through(Path(made), every=arguments.parse_args().every)
        print(verdict.table())
        for missing in verdict.missing:
            print("missing:", missing)
        raise SystemExit(0 if verdict.kept else 1)

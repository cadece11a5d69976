"""The service, for sixty simulated days: ``python -m tests.jobs.soak``, or ``make soak``.

A sample lab in Casablanca, where the clocks change twice within five weeks, working Sunday to Thursday, so that both days of
change are days of work. The service's own due logic runs under a clock of ours; records go over HTTP, mails over SMTP. On the
way REDCap and the mail server fail, the service is killed in the middle of sending and in the middle of reading, restarted, and
switched off for days.

Beside it a lab that nothing ever happens to runs each job once on each day the service was up. Both must have give the same to
the same readers on the same local days, and nothing twice.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time as wall
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from typer.testing import CliRunner

from jobs import JOBS, job
from jobs.__main__ import app as commands
from jobs.demo_home import make_home
from jobs.labs import LabHome
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.cli.start import begin
from onboard.model import Export, JobName, Mode
from onboard.pipeline.tools import never
from onboard.ports import RecordSource
from onboard.sandbox.faults import Fault
from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage
from onboard.sandbox.sample.lab import next_day, sample_lab, week_later
from onboard.sandbox.sample.server import SampleServer, newcomers, sample_server

ZONE = ZoneInfo("Africa/Casablanca")
FIRST = date(2027, 2, 4)  # a Thursday; the clocks go back on 7 February and forward on 14 March, both Sundays
DAYS, SHORT_DAYS = 60, 10
_NEW = frozenset({"4", "11", "13"})
_OFF = frozenset({4, 5})  # Friday, Saturday
_OPENS, _MENDED, _CLOSES = time(4, 0), time(7, 0), time(18, 30)
_EVERY = timedelta(minutes=10)
#: Day of the story -> what happens; days are counted from 0.
STORY = {
    0: "REDCap is down until 07:00",
    3: "killed while sending",  # on the day the clocks went back
    4: "mail is down until 07:00",
    5: "restarted every hour",
    6: "killed while reading",
    12: "switched off",
    17: "switched off",
    18: "switched off",
    24: "mail is down until 07:00",
    31: "REDCap is down until 07:00",
    38: "killed while sending",  # on the day the clocks went forward
    45: "switched off",
    46: "switched off",
    47: "switched off",
    52: "killed while reading",
    53: "restarted every hour",
}
_SCHEDULE = "".join(
    f'[{name}]\ndays = "{days}"\nat = "04:00"\n'
    for name, days in (
        ("send_checklists", "sun,mon-thu"), ("send_reminders", "sun,mon-thu"), ("send_digests", "sun"),
        ("send_worklist", "sun,mon-thu"),
    )
)  # fmt: skip


@dataclass(slots=True)
class Hand:
    """The clock both labs go by; it moves only when told to."""

    at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it was put to, UTC."""
        return self.at

    def set(self, day: date, at: time) -> None:
        """Go to a local time."""
        self.at = datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)

    @property
    def local(self) -> datetime:
        """The same instant as the lab's clock shows it."""
        return self.at.astimezone(ZONE)


@dataclass(slots=True)
class OnceADay:
    """The quiet lab's records: read once a day, because they change in the evening only."""

    source: RecordSource
    clock: Hand
    last: tuple[date, Export] | None = None

    def fetch(self, last: Mapping[str, str]) -> Export:
        """The day's read."""
        today = self.clock.local.date()
        if self.last is None or self.last[0] != today:
            self.last = (today, self.source.fetch(last))
        return self.last[1]


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One mail as a reader has it."""

    day: str
    kind: str
    to: str
    subject: str


@dataclass(slots=True)
class World:
    """Both labs, the servers they share, and what was counted."""

    clock: Hand
    sample: SampleServer
    catcher: MailCatcher
    home: Path
    quiet: App
    quiet_mail: Path
    service: LabHome
    kills: int = 0
    restarts: int = 0
    settled: int = 0
    digest_day: date | None = None
    rows: list[str] = field(default_factory=list)

    def restart(self) -> None:
        """As a new process would begin: nothing is remembered but the ledger."""
        self.service = LabHome(self.home, self.clock)
        self.restarts += 1

    def look(self) -> None:
        """One tick of the service."""
        if self.service.wants_look():
            self.service.look(never)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The lab as it stands a day before the story, live, its baseline noted."""
    clock = Hand()
    clock.set(FIRST - timedelta(days=3), time(9))
    with sample_server(FIRST, without=_NEW) as sample, MailCatcher() as catcher:
        home, quiet = folder / "lab", folder / "quiet"
        for one in (home, quiet):
            make_home(one, redcap=sample.server.url, host=catcher.host, port=catcher.port, tokens=sample.tokens)
            _in_casablanca(one, files=one is quiet)
        labs = [open_app(home, clock=clock), open_app(quiet, clock=clock)]
        labs[1].source = OnceADay(labs[1].source, clock)
        for app in labs:
            begin(app)
        labs[0].close()
        catcher.clear()
        shutil.rmtree(quiet / "mail", ignore_errors=True)
        yield World(
            clock=clock, sample=sample, catcher=catcher, home=home, quiet=labs[1], quiet_mail=quiet / "mail",
            service=LabHome(home, clock),
        )  # fmt: skip
        labs[1].close()


def _in_casablanca(home: Path, files: bool) -> None:
    settings = home / "settings.toml"
    text = settings.read_text(encoding="utf-8").replace("America/New_York", ZONE.key)
    text = text.replace('country = ""', 'country = ""\nweekend = ["fri", "sat"]')
    text = text.replace('transport = "relay"', 'transport = "files"') if files else text
    settings.write_text(text, encoding="utf-8")
    (home / "schedule.toml").write_text(_SCHEDULE, encoding="utf-8")


def live_through(at: World, days: int) -> None:
    """All days of the story, one after the other."""
    for number in range(days):
        day, event = FIRST + timedelta(days=number), STORY.get(number, "")
        before = len(at.catcher.messages)
        if event != "switched off":
            _begin_trouble(at, event, day)
            _day(at, day, event)
        at.clock.set(day, time(20))
        _records_change(at, number)
        at.rows.append(f"{day:%a %Y-%m-%d}  {len(at.catcher.messages) - before:>3} mails  {event}".rstrip())


def _day(at: World, day: date, event: str) -> None:
    at.clock.set(day, _OPENS)
    while at.clock.local.time() < _CLOSES:
        if event == "restarted every hour" and at.clock.local.minute == 0:
            at.restart()
        if event.startswith("killed") and at.clock.local.time() > _OPENS and at.kills < _kills_by(day):
            _killed(at, event)
        at.look()
        if at.clock.local.time() == _MENDED:
            _end_trouble(at)
            _settle_doubts(at)
        if at.clock.local.time() == time(7, 30):
            _quiet_day(at, day)
        at.clock.at += _EVERY


def _kills_by(day: date) -> int:
    return sum(event.startswith("killed") for number, event in STORY.items() if FIRST + timedelta(days=number) <= day)


def _begin_trouble(at: World, event: str, day: date) -> None:
    if event.startswith("REDCap is down"):
        at.sample.server.faults.add(Fault.OFFLINE, times=None)
    if event.startswith("mail is down"):
        at.catcher.script.add(MailFault(Stage.CONNECT, times=None))


def _end_trouble(at: World) -> None:
    at.sample.server.faults.clear()
    at.catcher.script.clear()


def _killed(at: World, event: str) -> None:
    """A look in a process of its own that gets SIGKILL when it has sent two mails, or while it reads."""
    at.kills += 1
    seen, calls = len(at.catcher.messages), len(at.sample.server.requests)
    sending = event.endswith("sending")
    if sending:
        at.catcher.script.add(MailFault(Stage.MAIL, code=451, after=1, delay=20.0))
        ready: Callable[[], bool] = lambda: len(at.catcher.messages) > seen  # noqa: E731
    else:
        at.sample.server.faults.add(Fault.SLOW, after=4, delay=20.0)
        ready = lambda: len(at.sample.server.requests) > calls + 3  # noqa: E731
    words = [sys.executable, "-m", "tests.jobs.soak", "--look", str(at.home), at.clock.at.isoformat()]
    victim = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = wall.monotonic() + 30
    while not ready() and victim.poll() is None and wall.monotonic() < until:
        wall.sleep(0.02)
    wall.sleep(0.2)
    assert victim.poll() is None, "the process ended before it could be killed"
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    at.sample.server.faults.clear()
    at.catcher.script.clear()
    at.restart()


def _settle_doubts(at: World) -> None:
    """A person looks into the Sent folder for each message in doubt, and says so with the command the operator's mail names."""
    app = open_app(at.home, clock=at.clock)
    waiting = [str(row["id"]) for row in app.ledger.parked(Mode.LIVE)]
    app.close()
    arrived = {_header(caught.content, "Message-ID") for caught in at.catcher.messages}
    for one in waiting:
        word = "--arrived" if one in arrived else "--again"
        said = CliRunner().invoke(commands, ["mail", "settle", one, word, "--home", str(at.home)])
        assert said.exit_code == 0, said.output
        at.settled += 1


def _quiet_day(at: World, day: date) -> None:
    """The other lab: every job once; the digest on the first day of work from Sunday on."""
    if day.weekday() in _OFF:
        return
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    due = [name for name in map(JobName, JOBS) if name is not JobName.DIGESTS or at.digest_day is None or at.digest_day < sunday]
    for name in due:
        report = job(name)(at.quiet, day)
        assert report.outcome in ("sent", "nothing"), report
    at.digest_day = day if JobName.DIGESTS in due else at.digest_day


def _records_change(at: World, number: int) -> None:
    """What the coordinator types in on some afternoons."""
    lab = sample_lab(FIRST)
    typed = {0: newcomers(lab, _NEW), 3: next_day(lab), 5: week_later(lab)}
    at.sample.put(typed.get(number, []))


def _header(mail: bytes, name: str) -> str:
    return str(email.message_from_bytes(mail, policy=email.policy.default)[name])


def said(mail: bytes) -> Said:
    """A mail by its own headers; the worklist by its reader alone, because it counts mails in doubt, too."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    kind = str(message["List-Id"]).rsplit("<", 1)[-1].split(".")[0]
    subject = "" if kind == "worklist" else str(message["Subject"])
    day = message["Date"].datetime.astimezone(ZONE).date().isoformat()
    return Said(day=day, kind=kind, to=str(message["To"]), subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What both labs said, compared."""

    mails: int
    operator: int
    lost: tuple[Said, ...]
    extra: tuple[Said, ...]
    twice: tuple[str, ...]
    wrong_items: tuple[tuple[str, str], ...]
    open_items: int
    table: str

    @property
    def kept(self) -> bool:
        """Whether every promise was."""
        return self.mails > 0 and not (self.lost or self.extra or self.twice or self.wrong_items or self.open_items)


def judge(at: World) -> Verdict:
    """Mails by mail, and memory by memory."""
    caught = [one.content for one in at.catcher.messages]
    got = Counter(said(mail) for mail in {_header(mail, "Message-ID"): mail for mail in caught}.values())
    operator = sum(number for one, number in got.items() if one.kind == "operator")
    got = Counter({one: number for one, number in got.items() if one.kind != "operator"})
    wanted = Counter(said(path.read_bytes()) for path in sorted(at.quiet_mail.rglob("*.eml")))
    ids = Counter(_header(mail, "Message-ID") for mail in caught)
    app = open_app(at.home, clock=at.clock)
    mine, theirs = (_items(one) for one in (app, at.quiet))
    states = app.ledger.outbox(Mode.LIVE)
    app.close()
    lost, extra = wanted - got, got - wanted
    allowed = _resent_hard(at.home)
    twice = tuple(name for name, number in ids.items() if number > 1 and not (name in allowed and number == 2))
    again = sum(number > 1 for number in ids.values()) - len(twice)
    differ = tuple(sorted(mine ^ theirs))
    waits = sum(states.get(state, 0) for state in ("queued", "sending", "in_doubt"))
    return Verdict(
        mails=got.total(),
        operator=operator,
        lost=tuple(sorted(lost.elements())),
        extra=tuple(sorted(extra.elements())),
        twice=twice,
        wrong_items=differ,
        open_items=waits,
        table=_table(
            at, got.total(), wanted.total(), operator, lost.total(), extra.total(), len(twice), again, states.get("in_doubt", 0)
        ),
    )


def _resent_hard(home: Path) -> set[str]:
    """Messages with a hard deadline that were offered without an answer: these, and no others, may be offered once more, as the
    same bytes under the same Message-ID, which mailboxes keep once."""
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        return {row[0] for row in ledger.execute("SELECT id FROM message WHERE hard AND doubtful")}


def _items(app: App) -> set[tuple[str, str]]:
    """What counts as said, with the local day it was said for; notices to the operator apart."""
    items = app.ledger.history(Mode.LIVE).items.values()
    return {(one.key, f"{one.state} {one.on}") for one in items if not one.key.startswith("operator/")}


def _table(at: World, got: int, wanted: int, operator: int, lost: int, extra: int, twice: int, again: int, left: int) -> str:
    offsets = {at.clock.local.utcoffset()} | {
        datetime.combine(FIRST + timedelta(days=n), time(4), tzinfo=ZONE).utcoffset() for n in range(len(at.rows))
    }
    return "\n".join(
        [
            *at.rows,
            f"{len(at.rows)} days, {len(offsets)} offsets from UTC, {at.kills} kills, {at.restarts} restarts, "
            f"{at.settled} doubts settled by a person, {left} left",
            f"{got} mails to readers, {wanted} due; lost {lost}, not due {extra}, twice {twice}; {operator} to the operator; "
            f"{again} with a hard deadline handed over again under the same Message-ID after a kill",
        ]
    )


def run(days: int, folder: Path) -> Verdict:
    """The whole story."""
    with world(folder) as at:
        live_through(at, days)
        return judge(at)


def _look(home: Path, instant: str) -> None:
    LabHome(home, FixedClock(datetime.fromisoformat(instant))).look(never)


def main() -> int:
    """Run the story and print its table; 1 when a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.jobs.soak", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--look", nargs=2, metavar=("HOME", "INSTANT"), help="one look of the service, for the kills")
    given = parser.parse_args()
    if given.look:
        _look(Path(given.look[0]), given.look[1])
        return 0
    with tempfile.TemporaryDirectory(prefix="onboard-soak-") as folder:
        verdict = run(given.days, Path(folder))
    print(verdict.table)
    for name in ("lost", "extra", "twice", "wrong_items"):
        for one in getattr(verdict, name)[:20]:
            print(f"  {name}: {one}")
    return 0 if verdict.kept else 1


if __name__ == "__main__":
    sys.exit(main())

"""A ledger that is an old copy of itself, or gone: no mail goes twice, none is lost, and the words say what happened."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import stat
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app as cli
from jobs.due import run_due
from onboard.adapters.files.handed_over_file import BOOK, ROOM
from onboard.app import open_app
from onboard.cli.check import _handed_over
from onboard.cli.start import begin
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import take_as_told
from onboard.pipeline.tools import never
from onboard.sandbox.sample.lab import next_day, sample_lab, week_later
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab

FRIDAY, NEXT_MONDAY = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
#: Working days on which the lab runs, the first one its go-live; Thursday is a holiday.
BEFORE = [MONDAY - timedelta(days=7), MONDAY, MONDAY + timedelta(days=1), FRIDAY]
AFTER = [NEXT_MONDAY + timedelta(days=n) for n in range(1, 3)]

Story = Counter[tuple[str, str]]


class Living:
    """A lab that lives day by day; each look is a process of its own."""

    def __init__(self, home: Path, sample: SampleServer) -> None:
        self.home, self.sample, self.clock = home, sample, HandClock()

    def begin(self) -> None:
        self.clock.set(BEFORE[0], time(8))
        app = open_app(self.home, clock=self.clock)
        begin(app)
        app.close()

    def day(self, day: date, at: time = time(9)) -> list[RunReport]:
        """Everything due on one day; the records move on as in the sample lab's story."""
        self.clock.set(day, at)
        if day == MONDAY + timedelta(days=1):
            self.sample.put(next_day(sample_lab(MONDAY)))
        if day == NEXT_MONDAY:
            self.sample.put(week_later(sample_lab(MONDAY)))
        app = open_app(self.home, clock=self.clock)
        try:
            return run_due(app, Mode.LIVE, never)
        finally:
            app.close()

    def said_by_check(self) -> str:
        app = open_app(self.home, clock=self.clock)
        try:
            return " ".join(f"{one.state.value} {one.words}" for one in _handed_over(app))
        finally:
            app.close()

    def mails(self) -> Story:
        """(address, subject) of every mail that ever went, with how often; the subject of a list bears its day."""
        found = Counter[tuple[str, str]]()
        for path in (self.home / "mail").glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            day = f" ({mail['Date'].datetime.date()})" if path.name.startswith(("digest-", "worklist-")) else ""
            found[str(mail["To"]), f"{mail['Subject']}{day}"] += 1
        return found


@contextmanager
def living(home: Path, ledger_url: str = "") -> Iterator[Living]:
    with sample_server(MONDAY - timedelta(days=7)) as sample:
        make_lab(home, sample)
        if ledger_url:
            use(home, ledger_url)
        yield Living(home, sample)


def use(home: Path, url: str) -> None:
    """Name another ledger."""
    path = home / "settings.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith('url = "postgresql')]
    path.write_text("\n".join(lines).replace("[ledger]", f'[ledger]\nurl = "{url}"') + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """What the lab mails on these days when nothing happens to its ledger."""
    with living(tmp_path_factory.mktemp("undisturbed") / "rivera") as lab:
        lab.begin()
        for day in [*BEFORE, NEXT_MONDAY, *AFTER]:
            lab.day(day)
        return lab.mails()


Copies = tuple[Callable[[], None], Callable[[], None]]


def of_sqlite(home: Path) -> Copies:
    def save() -> None:
        done = CliRunner().invoke(cli, ["backup", str(home / "friday.db"), "--home", str(home)])
        assert done.exit_code == 0, done.output

    def restore() -> None:
        for path in home.glob("ledger.db*"):
            path.unlink()
        shutil.copy(home / "friday.db", home / "ledger.db")

    return save, restore


def of_postgres(home: Path, postgres: PrivatePostgres, url: str) -> Copies:
    friday = f"friday{uuid.uuid4().hex}"

    def save() -> None:
        postgres.sql(f'CREATE DATABASE "{friday}" TEMPLATE "{url.rpartition("/")[2]}" OWNER lab', "postgres")

    def restore() -> None:
        use(home, f"{url.rpartition('/')[0]}/{friday}")

    return save, restore


@pytest.mark.parametrize(
    ("database", "restored_at"),
    [
        ("sqlite", NEXT_MONDAY),
        ("sqlite", AFTER[0]),  # the week's digest was lost with its slot
        pytest.param("postgresql", NEXT_MONDAY, marks=pytest.mark.postgres),
    ],
)
def test_fridays_backup_put_back_neither_repeats_nor_loses(
    database: str, restored_at: date, tmp_path: Path, undisturbed: Story, request: pytest.FixtureRequest
) -> None:
    url = ""
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")
        url = postgres.fresh_database(f"old{uuid.uuid4().hex}")
    with living(tmp_path / "rivera", url) as lab:
        save, restore = of_postgres(lab.home, postgres, url) if url else of_sqlite(lab.home)
        lab.begin()
        for day in BEFORE:
            lab.day(day)
        save()
        after_friday = lab.mails()
        later = [NEXT_MONDAY, *AFTER]
        for day in [one for one in later if one <= restored_at]:
            lab.day(day)
        number = lab.mails().total() - after_friday.total()
        assert number > 0 and lab.said_by_check() == ""
        restore()
        words = lab.said_by_check()
        assert f"note an older copy of itself: it does not know {number} mails handed over from {NEXT_MONDAY}" in words
        again = lab.day(restored_at, time(15))
        assert {report.exit_code for report in again} <= {0}, again
        assert lab.said_by_check() == ""
        for day in [one for one in later if one > restored_at]:
            lab.day(day)
        assert lab.mails() == undisturbed


def test_a_ledger_that_was_deleted_is_noticed_and_the_newest_backup_goes_on(tmp_path: Path, undisturbed: Story) -> None:
    with living(tmp_path / "rivera") as lab:
        save, restore = of_sqlite(lab.home)
        lab.begin()
        for day in BEFORE:
            lab.day(day)
        save()
        sent = lab.mails()
        for path in lab.home.glob("ledger.db*"):
            path.unlink()
        reports = lab.day(NEXT_MONDAY)
        assert {report.exit_code for report in reports} == {2} and lab.mails() == sent
        expected = f"handed_over.jsonl names {sent.total()} mails, the newest of {FRIDAY}: the ledger was deleted, emptied"
        assert expected in reports[0].trouble[0] and "onboard backup --help" in reports[0].trouble[0]
        assert expected in lab.said_by_check()
        restore()
        for day in [NEXT_MONDAY, *AFTER]:
            lab.day(day, time(10))
        assert lab.mails() == undisturbed


def test_an_emptied_ledger_without_any_backup_begins_again_and_repeats_nothing(tmp_path: Path) -> None:
    with living(tmp_path / "rivera") as lab:
        lab.begin()
        for day in BEFORE:
            lab.day(day)
        sent = lab.mails()
        for path in lab.home.glob("ledger.db*"):
            path.unlink()
        (lab.home / "ledger.db").touch()
        assert {report.exit_code for report in lab.day(NEXT_MONDAY)} == {2} and lab.mails() == sent
        app = open_app(lab.home, clock=lab.clock)
        begin(app)
        known = app.ledger.history(Mode.LIVE)
        app.close()
        for line in (lab.home / BOOK).read_text(encoding="utf-8").splitlines():
            assert all(known.said(key) for key in json.loads(line).get("keys", ()))
        lab.day(NEXT_MONDAY, time(10))
        twice = {what for what, times in lab.mails().items() if times > sent[what] > 0}
        assert not {subject for _, subject in twice if "introduc" in subject.lower()} and lab.mails().total() > sent.total()


def test_one_that_is_lost_after_the_jobs_of_the_day_begins_again_on_that_day(tmp_path: Path) -> None:
    with living(tmp_path / "rivera") as lab:
        lab.begin()
        for day in BEFORE:
            lab.day(day)
        sent = lab.mails()
        for path in lab.home.glob("ledger.db*"):
            path.unlink()
        lab.clock.set(BEFORE[-1], time(13))
        app = open_app(lab.home, clock=lab.clock)
        reports = begin(app)
        assert app.ledger.began(Mode.LIVE) >= {JobName.CHECKLISTS, JobName.REMINDERS} and not any(r.deliveries for r in reports)
        app.close()
        assert {report.exit_code for report in lab.day(NEXT_MONDAY)} == {0}
        assert not {what for what, times in lab.mails().items() if times > sent[what] > 0}


def test_a_backup_from_before_the_book_mails_nobody_until_a_person_takes_what_is_due_as_told(tmp_path: Path) -> None:
    """A home that was upgraded in between: what was mailed by the earlier version after the backup is known nowhere."""
    with living(tmp_path / "rivera") as lab:
        save, restore = of_sqlite(lab.home)
        lab.begin()
        save()
        for day in BEFORE:
            lab.day(day)
        for name in (BOOK, ROOM):
            (lab.home / name).unlink()
        lab.day(NEXT_MONDAY)
        sent = lab.mails()
        restore()
        reports = lab.day(NEXT_MONDAY, time(10))
        assert {report.exit_code for report in reports} == {2} and lab.mails() == sent
        assert "The ledger is an old copy" in reports[0].trouble[0] and "onboard start --told --send" in reports[0].trouble[0]
        assert "The ledger is an old copy" in lab.said_by_check()
        app = open_app(lab.home, clock=lab.clock)
        shown = take_as_told(app.tools(), PLANS, app.today, Mode.LIVE, really=False)
        assert shown and app.ledger.unknown(list(app.book.newest_first()))
        assert take_as_told(app.tools(), PLANS, app.today, Mode.LIVE, really=True) == shown
        app.close()
        lab.day(NEXT_MONDAY, time(11))
        assert lab.mails() == sent, "nothing more on that day, not even a view"
        assert {report.exit_code for report in lab.day(AFTER[0])} == {0} and lab.mails().total() > sent.total()


def test_the_book_names_nobody_and_is_its_owners_alone(tmp_path: Path) -> None:
    with living(tmp_path / "rivera") as lab:
        lab.begin()
        lab.day(BEFORE[0])
        for name in (BOOK, ROOM):
            assert stat.S_IMODE((lab.home / name).stat().st_mode) == 0o600
        text = (lab.home / BOOK).read_text(encoding="utf-8")
        assert "Haddad" not in text and "Okafor" not in text
        assert Mode.LIVE in text and text.count('"mail":') == lab.mails().total()

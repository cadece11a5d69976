"""A clock that was ahead once, or is wrong now: said where it matters, and no day of a lab is lost to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Date

from jobs.due import run_due, timings
from jobs.list_jobs import command as list_jobs
from jobs.upkeep import _newest_read
from onboard.adapters.ledger import dated_ahead
from onboard.adapters.ledger.schema import Instant, metadata
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.cli import check
from onboard.dates import clock_words
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.tools import never
from onboard.sandbox.server import SandboxServer
from tests.connecting.conftest import Served, make_home
from tests.connecting.read_faults import BEGAN, LATER, OPERATOR, Mails, _read, look
from tests.connecting.retell import shipped_projects

TOMORROW = BEGAN + timedelta(days=1)


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    projects = shipped_projects()
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        yield Served(server, projects, tokens)


@pytest.fixture
def served(running: Served) -> Served:
    running.server.state.clock = None
    return running


@pytest.fixture
def home(served: Served, tmp_path: Path) -> Path:
    return make_home(tmp_path / "home", served.server.url, served.tokens)


def opened(home: Path, moment: datetime) -> closing[App]:
    return closing(open_app(home, clock=FixedClock(moment)))


def ran(home: Path, moment: datetime) -> list[RunReport]:
    with opened(home, moment) as app:
        return run_due(app, Mode.LIVE, never)


@pytest.mark.parametrize("ahead", [timedelta(days=7), timedelta(days=364)], ids=["a week", "a year"])
def test_one_look_dated_ahead_stops_no_later_day(home: Path, ahead: timedelta) -> None:
    look(home, BEGAN)
    look(home, BEGAN + ahead)
    reports = ran(home, TOMORROW)
    assert {report.job for report in reports} >= {JobName.CHECKLISTS, JobName.REMINDERS, JobName.WORKLIST}
    assert all(report.run and report.needs_person for report in reports)
    last = (BEGAN + ahead).date().isoformat()
    assert all(f"days that are still to come, the last one {last}" in trouble for one in reports for trouble in one.trouble)
    with opened(home, TOMORROW) as app:
        assert all(one.waiting is None and one.last in (BEGAN.date(), TOMORROW.date()) for one in timings(app, Mode.LIVE))


def test_the_operator_hears_of_it_once_and_it_ends_by_itself(home: Path) -> None:
    look(home, BEGAN)
    look(home, LATER)
    told = [to_operator(home, BEGAN + timedelta(days=days)) for days in range(1, 3)]
    assert told == [1, 0]
    after = ran(home, LATER + timedelta(days=1))
    assert after and not any(report.trouble for report in after)


def to_operator(home: Path, moment: datetime) -> int:
    """How many mails the operator got of one look."""
    before = set((home / "mail").glob("*.eml"))
    ran(home, moment)
    new = set((home / "mail").glob("*.eml")) - before
    return sum(OPERATOR.encode() in _to(path) for path in new)


def _to(path: Path) -> bytes:
    return next(line for line in path.read_bytes().splitlines() if line.lower().startswith(b"to:"))


def test_the_newest_read_is_the_newest_not_after_now(home: Path) -> None:
    look(home, BEGAN)
    look(home, LATER)
    with opened(home, TOMORROW) as app:
        newest = _newest_read(app)
        assert newest is not None and newest.read_at == BEGAN
        assert app.ledger.newest_ahead(Mode.LIVE, TOMORROW.date(), TOMORROW) == LATER.date()
        judged = app.ledger.last_judged(Mode.LIVE, JobName.WORKLIST, TOMORROW.date())
        assert judged is not None and judged[0].read_at == BEGAN


def test_check_and_jobs_say_it(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    look(home, BEGAN)
    look(home, LATER)

    def on_tuesday(home: Path, **named: object) -> App:
        return open_app(home, clock=FixedClock(TOMORROW))

    monkeypatch.setattr("jobs.list_jobs.open_app", on_tuesday)
    list_jobs(home)
    assert "days that are still to come, the last one 2026-11-30" in " ".join(capsys.readouterr().out.split())
    with opened(home, TOMORROW) as app:
        found = check._ledger(app)
    assert found.state is check.State.LOOK and "the last one 2026-11-30" in found.words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(minutes=9), ""),
        (timedelta(minutes=11), "This machine's clock is 11 minutes ahead of REDCap's."),
        (timedelta(hours=-5), "This machine's clock is 5 hours behind REDCap's."),
    ],
    ids=str,
)
def test_a_difference_from_redcaps_clock_is_said_on_the_worklist_and_by_check(
    served: Served, home: Path, ahead: timedelta, words: str
) -> None:
    served.server.tell_time(lambda: BEGAN - ahead)
    mails = look(home, BEGAN)
    assert any(words in text for _, subject, text in mails) and mails
    assert bool(words) == any("This machine's clock" in text for _, _, text in mails)
    with opened(home, BEGAN) as app:
        assert [one.words.startswith(words) for one in check._clock(app)] == ([True] if words else [])


@pytest.mark.parametrize("ahead", [timedelta(hours=13), timedelta(days=-2), timedelta(days=365)], ids=str)
def test_another_day_than_redcaps_mails_nobody(served: Served, home: Path, ahead: timedelta) -> None:
    look(home, BEGAN)
    served.server.tell_time(lambda: LATER - ahead)
    assert look(home, LATER) == Mails()
    assert {(one.outcome, one.needs_person) for one in ran(home, LATER)} == {("failed", True)}
    served.server.tell_time(lambda: LATER)
    assert look(home, LATER)


def test_a_day_that_is_tried_is_not_held_against_redcaps_clock(served: Served, home: Path) -> None:
    served.server.tell_time(lambda: datetime(2026, 5, 4, tzinfo=UTC))
    with closing(open_app(home, as_of=BEGAN.date())) as app:
        assert app.assessment.people


@pytest.mark.parametrize("header", ["", "yesterday", "Mon, 99 Nov 2026 99:00:00 GMT"])
def test_a_date_that_is_none_says_nothing(header: str) -> None:
    from onboard.adapters.redcap.project import _time_of

    assert _time_of(header) is None
    assert clock_words(timedelta()) == ""


# the day that was taken -----------------------------------------------------------------------------------------------


def mails_of(home: Path, moment: datetime) -> Mails:
    """What people got of one look, by address, subject and words."""
    return look(home, moment)


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=7)], ids=["a day", "a week"])
def test_a_slot_that_a_clock_took_runs_on_its_own_day(home: Path, ahead: timedelta) -> None:
    """The slot was used a week early; in between the clock was right. On the day its jobs run, and no notice goes twice."""
    then = BEGAN + ahead
    early = look(home, BEGAN) + look(home, then)
    right = look(home, BEGAN + timedelta(hours=1)) if ahead.days == 1 else look(home, TOMORROW)
    with opened(home, BEGAN + timedelta(hours=2) if ahead.days == 1 else TOMORROW) as app:
        if ahead.days == 1:
            app.ledger.put_right(Mode.LIVE, BEGAN.date(), BEGAN + timedelta(hours=2), sure=True)
        assert app.ledger.last_slot(Mode.LIVE, JobName.WORKLIST, then.date()) in (BEGAN.date(), TOMORROW.date())
    reports = ran_with(home, then, own := Mails())
    assert {one.job for one in reports if one.run and one.outcome in ("sent", "nothing")} >= {
        JobName.CHECKLISTS,
        JobName.REMINDERS,
        JobName.WORKLIST,
    }
    assert any(" items, " in subject for _, subject, _ in own), "the coordinator's list of the day"
    about_people = Mails({mail: n for mail, n in own.items() if not _is_list(mail[1])})
    assert not about_people & (early + right), "no notice a second time"
    assert not any(report.trouble for report in reports)


def _is_list(subject: str) -> bool:
    """A digest or a worklist, of which each day has its own."""
    return " items, " in subject or _is_digest(subject)


def _is_digest(subject: str) -> bool:
    return any(
        words in subject for words in ("Nothing needs ", " needs you: ", " need you: ", " needs the PI: ", " need the PI: ")
    )


def ran_with(home: Path, moment: datetime, mails: Mails) -> list[RunReport]:
    """One look, with its mails to people."""
    before = set((home / "mail").glob("*.eml"))
    reports = ran(home, moment)
    new = sorted(set((home / "mail").glob("*.eml")) - before)
    mails.update(mail for mail in map(_read, new) if mail[0] != OPERATOR)
    return reports


def test_the_weeks_digest_goes_on_its_monday_though_a_clock_took_the_slot(home: Path) -> None:
    look(home, BEGAN)
    early = look(home, LATER)
    look(home, TOMORROW)
    own = look(home, LATER)
    pis = {address for address, subject, _ in early if _is_digest(subject)}
    assert pis and {address for address, subject, _ in own if _is_digest(subject)} == pis


def test_what_is_dated_anew_is_in_the_past_and_said(home: Path) -> None:
    look(home, BEGAN)
    look(home, LATER)
    with opened(home, LATER) as app:
        said = {key.split("/")[0]: len(key) for key in app.ledger.history(Mode.LIVE).items}
        number = len(app.ledger.history(Mode.LIVE).items)
    look(home, TOMORROW)
    with opened(home, TOMORROW) as app:
        history = app.ledger.history(Mode.LIVE)
        assert len(history.items) >= number and said.keys() <= {key.split("/")[0] for key in history.items}
        assert all(record.on <= TOMORROW.date() for record in history.items.values())
        assert all(mail.slot <= TOMORROW.date() for mail in history.mails)
        assert all(read_at <= TOMORROW for read_at, _ in app.ledger.reads(BEGAN - timedelta(days=1)))


def test_a_clock_that_is_behind_now_changes_nothing(home: Path) -> None:
    """More used days lie ahead than behind: without another clock that is no proof of a clock that was ahead."""
    look(home, BEGAN)
    for days in (7, 8, 9):
        look(home, BEGAN + timedelta(days=days))
    ran(home, TOMORROW)
    with opened(home, TOMORROW) as app:
        assert app.ledger.last_slot(Mode.LIVE, JobName.WORKLIST) == (BEGAN + timedelta(days=9)).date()


def test_redcaps_clock_proves_it_however_many_days_it_took(served: Served, home: Path) -> None:
    look(home, BEGAN)
    for days in (7, 8, 9):
        look(home, BEGAN + timedelta(days=days))
    served.server.tell_time(lambda: TOMORROW + timedelta(seconds=2))
    ran(home, TOMORROW)
    with opened(home, TOMORROW) as app:
        assert app.ledger.last_slot(Mode.LIVE, JobName.WORKLIST) == TOMORROW.date()


def test_a_day_that_is_tried_dates_nothing_anew(home: Path) -> None:
    look(home, BEGAN)
    look(home, LATER)
    with closing(open_app(home, as_of=TOMORROW.date())) as app:
        run_due(app, Mode.LIVE, never)
        assert app.ledger.last_slot(Mode.LIVE, JobName.WORKLIST) == LATER.date()


def test_every_day_and_instant_of_the_ledger_is_thought_of() -> None:
    """A new column fails this test until it is decided what a clock that was ahead leaves in it."""
    dated = {c for table in metadata.tables.values() for c in table.columns if isinstance(c.type, (Date, Instant))}
    thought_of = {*dated_ahead.HAPPENED, *dated_ahead.APART, *dated_ahead.ELSEWHERE}
    assert {str(c) for c in dated} == {str(c) for c in thought_of}

"""A clock that was ahead once, or is wrong now: said where it matters, and no day of a lab is lost to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.due import run_due, timings
from jobs.list_jobs import command as list_jobs
from jobs.upkeep import _newest_read
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.cli import check
from onboard.dates import clock_words
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.tools import never
from onboard.sandbox.server import SandboxServer
from tests.connecting.conftest import Served, make_home
from tests.connecting.read_faults import BEGAN, LATER, OPERATOR, Mails, look
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

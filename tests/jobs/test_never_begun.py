"""A ledger that never began mails nobody, however it is run: it may be a lost one. Beside each silence what must speak."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest

from jobs import JOBS
from jobs.due import run_due, run_safely
from onboard.app import App, open_app
from onboard.cli.start import begin
from onboard.model import JobName, MessageKind, Mode
from onboard.pipeline.tools import never
from tests.beginnings import begin_with_nothing
from tests.hostile.conftest import onboard
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY

NEXT_STEPS = ("onboard start --send", "onboard backup --help", "url under [ledger]")


@pytest.fixture
def clock() -> HandClock:
    made = HandClock()
    made.set(MONDAY, time(9))
    return made


@pytest.fixture
def app(home: Path, clock: HandClock) -> Iterator[App]:
    found = open_app(home, clock=clock)
    yield found
    found.close()


def mails(app: App) -> int:
    return len(list(app.config.mail.folder.glob("*.eml")))


@pytest.mark.parametrize("job", [JobName(name) for name in JOBS])
@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.TRIAL])
def test_no_job_mails_from_it(app: App, job: JobName, mode: Mode) -> None:
    report = run_safely(app, job, MONDAY, mode, never)
    assert (report.outcome, report.exit_code, report.deliveries) == ("no_memory", 2, ())
    assert all(step in report.trouble[0] for step in NEXT_STEPS), report.trouble
    assert mails(app) == 0 and not app.ledger.history(mode).items and app.ledger.last_slot(mode, job) is None


def test_what_is_due_mails_nobody_and_exits_2(app: App) -> None:
    reports = run_due(app, Mode.LIVE, never)
    assert len(reports) == len(JOBS) and {report.exit_code for report in reports} == {2}
    assert mails(app) == 0


def test_the_command_exits_2_and_says_how_to_begin(home: Path) -> None:
    said = onboard("run", "send_worklist", "--send", "--home", str(home), code=2)
    assert all(step in said.one_line() for step in NEXT_STEPS)


def test_a_lab_that_began_mails(app: App) -> None:
    begin(app)
    begun = mails(app)
    reports = run_due(app, Mode.LIVE, never)
    assert begun > 0 and mails(app) > begun and {report.exit_code for report in reports} == {0}


def test_a_lab_on_trial_has_no_memory_live(app: App) -> None:
    begin_with_nothing(app, MONDAY, Mode.TRIAL)
    assert run_safely(app, JobName.REMINDERS, MONDAY, Mode.LIVE, never).outcome == "no_memory"
    assert run_safely(app, JobName.WORKLIST, MONDAY, Mode.TRIAL, never).outcome != "no_memory"


def test_a_beginning_that_stopped_half_way_is_taken_up_again(app: App) -> None:
    """The first job of the beginning came through, the second did not: a run on it would not know what was true already."""
    app.ledger.record_baseline(Mode.LIVE, JobName.CHECKLISTS, (), app.clock.now(), MONDAY)
    assert run_safely(app, JobName.REMINDERS, MONDAY, Mode.LIVE, never).outcome == "no_memory"
    begin(app)
    assert app.ledger.began(Mode.LIVE) >= {JobName.CHECKLISTS, JobName.REMINDERS}
    assert run_safely(app, JobName.REMINDERS, MONDAY, Mode.LIVE, never).outcome == "already"


@pytest.mark.parametrize("stopped_at", [1, 2], ids=["between the jobs", "in the second job"])
def test_a_crash_in_the_beginning_mails_no_digest_and_no_worklist(
    app: App, clock: HandClock, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    """The process dies when the second job begins, or when it is about to note what is true: no other job may go before it is
    made good, on that day or a later one."""
    move = "begin_run" if stopped_at == 1 else "record_baseline"
    real, calls = getattr(app.ledger, move), []

    def dies(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise Killed
        return real(*given, **named)

    monkeypatch.setattr(app.ledger, move, dies)
    with pytest.raises(Killed):
        begin(app)
    monkeypatch.setattr(app.ledger, move, real)
    assert app.ledger.began(Mode.LIVE) == {JobName.CHECKLISTS}
    went = mails(app)
    for job in (JobName.DIGESTS, JobName.WORKLIST, JobName.REMINDERS):
        report = run_safely(app, job, MONDAY, Mode.LIVE, never)
        assert (report.outcome, report.exit_code, report.deliveries) == ("no_memory", 2, ())
        assert "only send_checklists began" in report.trouble[0] and "`onboard start --send` once more" in report.trouble[0]
    assert mails(app) == went
    week = dict(app.forecast(first=MONDAY, days=1))
    assert JobName.START in {one.job for one in week[MONDAY]}, "a forecast shows the beginning that is still to come"
    clock.set(MONDAY, time(9, 30))  # past the lease of the run that died: this process lives on, as that one would not
    reports = begin(app)
    assert MessageKind.INTRODUCTION in {notice.kind for one in reports for notice in one.planned}
    assert run_safely(app, JobName.DIGESTS, MONDAY, Mode.LIVE, never).outcome == "sent"


class Killed(BaseException):
    """What no handler of the product catches."""


def test_a_home_that_began_with_its_digest_alone_goes_on(app: App) -> None:
    """Earlier versions let any job begin by itself."""
    app.ledger.record_baseline(Mode.LIVE, JobName.DIGESTS, (), app.clock.now(), MONDAY)
    assert run_safely(app, JobName.WORKLIST, MONDAY, Mode.LIVE, never).outcome == "sent"

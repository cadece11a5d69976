"""A job that breaks takes nothing with it: the others run, the operator hears once, and nobody's name is in the log."""

from __future__ import annotations

import email
import email.policy
import logging
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from jobs.due import run_due, run_safely, timings
from onboard.adapters.log_lines import HumanLines, JsonLines
from onboard.app import App, open_app
from onboard.errors import TransportDown
from onboard.model import JobName, Mode
from onboard.pipeline.tools import never
from onboard.ports import HandIn
from tests.beginnings import begin_with_nothing
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY

NAMED = "Layla Haddad <layla.haddad@northlake.example> broke it"


class Lines(logging.Handler):
    """Keeps what a service would write."""

    def __init__(self, form: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(form)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written() -> Iterator[Lines]:
    handler = Lines(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    """The lab on Monday morning."""
    clock = HandClock()
    clock.set(MONDAY, time(9))
    opened = open_app(home, clock=clock)
    begin_with_nothing(opened, MONDAY)
    yield opened
    opened.close()


class _BrokenJudge:
    """Judging that breaks for one job's runs: the third and fourth read of the morning."""

    def __init__(self, app: App, breaks: set[int]) -> None:
        self._judge, self._breaks, self.calls = app.judge, breaks, 0

    def __call__(self, *given: object) -> object:
        self.calls += 1
        if self.calls in self._breaks:
            raise ZeroDivisionError(NAMED)
        return self._judge(*given)


def operator_mails(home: Path) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in (home / "mail").rglob("*.eml")]
    return [text for text in texts if "it-help@northlake.example" in text.partition("\n\n")[0]]


def test_a_crash_in_one_job_stops_no_other_and_is_told_once(app: App, home: Path, written: Lines) -> None:
    judge = _BrokenJudge(app, {2})
    app.judge = judge
    reports = run_due(app, Mode.LIVE, never)
    assert [report.outcome == "failed" for report in reports] == [False, True, False, False]
    assert "stopped by a fault of the program (ZeroDivisionError at test_crashes.py:" in reports[1].trouble[0]
    assert len(operator_mails(home)) == 1
    log = "\n".join(written.lines)
    assert "ZeroDivisionError" in log and "test_crashes.py" in log
    assert "Haddad" not in log and "@northlake" not in log
    assert [one.job for one in timings(app, Mode.LIVE) if one.waiting] == [JobName.REMINDERS]

    clock = app.clock
    assert isinstance(clock, HandClock)
    clock.at += timedelta(minutes=20)
    judge.calls, judge._breaks = 0, {1}
    (again,) = run_due(app, Mode.LIVE, never)
    assert again.outcome == "failed" and len(operator_mails(home)) == 1

    clock.at += timedelta(minutes=20)
    (well,) = run_due(app, Mode.LIVE, never)
    assert well.outcome in ("sent", "nothing")
    clock.set(MONDAY + timedelta(days=1), time(9))
    judge.calls, judge._breaks = 0, {2}
    run_due(app, Mode.LIVE, never)
    assert len(operator_mails(home)) == 2, "a fault that came back another day is told again"


def test_a_crash_that_cannot_even_be_told_ends_in_the_report(app: App, written: Lines) -> None:
    def broken(*given: object) -> object:
        raise RuntimeError(NAMED)

    app.judge = broken
    app.tools = broken
    report = run_safely(app, JobName.WORKLIST, MONDAY, Mode.LIVE, never)
    assert report.outcome == "failed" and report.needs_person
    assert any("could not be told" in line for line in written.lines)
    assert not any("Haddad" in line for line in written.lines)


def test_mail_that_could_not_go_at_its_hour_goes_later_the_same_day(app: App) -> None:
    class Flaky:
        """The lab's mailer, down for a while."""

        def __init__(self, real: object) -> None:
            self.real, self.down = real, True

        def will_wait(self) -> bool:
            return False

        def deliver(self, post: object, before_data: object) -> str:
            if self.down:
                raise TransportDown("no connection")
            return self.real.deliver(post, before_data)

        def close(self) -> None:
            return

    flaky = Flaky(app.mailer)
    app.mailer = flaky
    first = run_due(app, Mode.LIVE, never)
    assert {report.outcome for report in first} <= {"waiting", "nothing"} and not (app.config.mail.folder).exists()
    assert not any(one.waiting for one in timings(app, Mode.LIVE)), "the slots are used up"
    flaky.down = False
    assert isinstance(app.clock, HandClock)
    app.clock.at += timedelta(minutes=20)  # a hold is tried again after a quarter of an hour
    (later,) = run_due(app, Mode.LIVE, never)
    assert {one.state for one in later.deliveries} == {"sent"}
    assert run_due(app, Mode.LIVE, never) == []


def test_a_trace_in_the_log_says_where_and_never_what(written: Lines) -> None:
    try:
        try:
            raise ValueError(NAMED)
        except ValueError as first:
            raise KeyError("0123456789abcdef0123456789ABCDEF") from first
    except KeyError:
        logging.getLogger("onboard.test").exception("while writing to %s", "maria.chen@northlake.example")
    (line,) = written.lines
    assert "builtins.KeyError" in line and "after" in line and "builtins.ValueError" in line
    for secret in ("Haddad", "northlake", "0123456789abcdef"):
        assert secret not in line
    record = logging.LogRecord("onboard", logging.INFO, __file__, 1, "token 0123456789abcdef0123456789ABCDEF", (), None)
    assert "(token)" in HumanLines().format(record)


def test_a_token_that_is_lost_while_the_service_runs_is_a_read_that_failed(app: App, home: Path, written: Lines) -> None:
    secrets = home / "secrets.env"
    text = secrets.read_text(encoding="utf-8")
    secrets.write_text("", encoding="utf-8")
    assert {report.outcome for report in run_due(app, Mode.LIVE, never)} == {"failed"}
    (mail,) = operator_mails(home)
    body = email.message_from_string(mail, policy=email.policy.default).get_body(("plain",))
    assert body is not None and "ONBOARD_PEOPLE_TOKEN, ONBOARD_PROTOCOLS_TOKEN are not set" in " ".join(
        str(body.get_content()).split()
    )
    assert len(list((home / "mail").rglob("*.eml"))) == 1, "nobody else is mailed"

    clock = app.clock
    assert isinstance(clock, HandClock)
    clock.at += timedelta(minutes=20)
    secrets.write_text(text, encoding="utf-8")
    assert {report.outcome for report in run_due(app, Mode.LIVE, never)} <= {"sent", "nothing"}
    assert len(operator_mails(home)) == 1


def test_a_token_that_is_lost_between_the_read_and_the_mails_takes_the_page_alone(app: App, home: Path) -> None:
    pages = app.tools().hand_in
    assert pages is not None
    (home / "secrets.env").write_text("", encoding="utf-8")
    found = pages.addresses([HandIn(person="1", instance=1)])
    assert not found.addresses and "ONBOARD_PEOPLE_TOKEN is not set" in found.trouble

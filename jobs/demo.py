"""`onboard demo`: the whole story on a sample lab, and its days.

Everything else is the product as a lab runs it.

A stand-in for REDCap and a mail catcher run on this machine while the story lasts. Records go through PyCap over HTTP, mails
through yagmail over SMTP; nothing is short-cut, and nothing is left running.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from jobs import JOBS, job
from jobs.demo_home import make_home
from jobs.reporting import report_lines
from onboard.adapters.system_clock import SystemClock
from onboard.app import App, open_app
from onboard.cli.options import parse_day
from onboard.cli.output import say
from onboard.cli.start import begin
from onboard.cli.status import print_status
from onboard.errors import ConfigError
from onboard.folding import counted
from onboard.model import JobName, RunReport
from onboard.sandbox.faults import Fault
from onboard.sandbox.mail.catcher import MailCatcher
from onboard.sandbox.sample.lab import next_day, sample_lab, week_later
from onboard.sandbox.sample.server import SampleServer, newcomers, sample_server

_MARK = ".onboard-demo"
_ZONE = ZoneInfo("America/New_York")
#: The sample lab began so many days before the Monday of the story.
_BEGAN = 7
#: Record ids of those who are typed in on that Monday: starts next week, starts today, half-typed.
_NEW = frozenset({"4", "11", "13"})


@dataclass(slots=True)
class StoryClock:
    """A clock the story sets; its time does not move between two settings."""

    moment: datetime = field(default_factory=lambda: datetime(2000, 1, 1, tzinfo=_ZONE))

    def now(self) -> datetime:
        """The story's instant."""
        return self.moment

    def on_the_wall(self) -> datetime:
        """The same as local time without a zone, as a server in the lab's town stamps its log."""
        return self.moment.replace(tzinfo=None)

    def set(self, day: date, at: time = time(7, 0)) -> None:
        """Go to a local time of the sample lab."""
        self.moment = datetime.combine(day, at, tzinfo=_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything the story plays on."""

    app: App
    clock: StoryClock
    sample: SampleServer
    catcher: MailCatcher


def command(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where mails and pages are left; made anew each time.")
    ] = Path("demo"),
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Run it for the week of this day.")] = "",
) -> None:
    """Run a sample lab: a Monday, the same day again, the next day, one week later. All on this machine."""
    today = parse_day(as_of) if as_of else SystemClock().now().astimezone(_ZONE).date()
    monday = today - timedelta(days=today.weekday())
    _fresh(folder)
    clock = StoryClock()
    clock.set(monday - timedelta(days=_BEGAN))
    server = sample_server(monday, without=_NEW, clock=clock.on_the_wall)
    with server as sample, MailCatcher(directory=folder / "mail") as catcher:
        home = folder / "home"
        make_home(home, redcap=sample.server.url, host=catcher.host, port=catcher.port, tokens=sample.tokens)
        stage = Stage(app=open_app(home, clock=clock), clock=clock, sample=sample, catcher=catcher)
        _tell(stage, monday)
        _leave(stage, folder, monday)
        stage.app.close()


def _fresh(folder: Path) -> None:
    """An empty folder. One that is not an earlier demo's is never touched."""
    if folder.exists():
        if not (folder / _MARK).is_file() and any(folder.iterdir()):
            raise ConfigError(f"{folder} holds files that no demo made; nothing was changed. Give another one with --folder.")
        shutil.rmtree(folder)
    (folder / "mail").mkdir(parents=True)
    (folder / _MARK).touch()


def _tell(stage: Stage, monday: date) -> None:
    """The story, chapter by chapter."""
    _chapter(stage, "One week before: the lab begins. Existing gaps are recorded, not mailed one by one", _begin)
    stage.clock.set(monday)
    stage.sample.put(newcomers(sample_lab(monday), _NEW))
    first = _chapter(stage, f"Monday {monday}: read REDCap, judge, mail. Three people were typed in", _morning)
    again = _chapter(stage, "Monday, run again: no mail is sent twice", _morning)
    if again or not first:
        raise ConfigError("the demo told Monday's story wrongly; please report it with the lines above.")
    tuesday = monday + timedelta(days=1)
    stage.clock.set(tuesday)
    stage.sample.server.faults.add(Fault.OFFLINE, times=None)
    _chapter(stage, "Tuesday: REDCap cannot be read: no mail to people, one to the operator", _morning)
    stage.sample.server.faults.clear()
    stage.clock.set(tuesday, time(9, 0))
    stage.sample.put(next_day(sample_lab(monday)))
    _chapter(stage, "Tuesday, two hours later: it is back, and a certificate came", _morning)
    stage.clock.set(monday + timedelta(days=7))
    stage.sample.put(week_later(sample_lab(monday)))
    _chapter(stage, "One week later: what changed", _morning)


def _chapter(stage: Stage, title: str, act: Callable[[Stage], list[RunReport]]) -> int:
    """Play one act; returns how many mails arrived."""
    before = len(stage.catcher.messages)
    say(f"\n{title}.")
    for report in act(stage):
        for line in report_lines(report):
            say(f"  {line}")
    arrived = len(stage.catcher.messages) - before
    say(f"  -> {counted(arrived, 'mail')} arrived" if arrived else "  -> no mail")
    return arrived


def _begin(stage: Stage) -> list[RunReport]:
    return begin(stage.app)


def _morning(stage: Stage) -> list[RunReport]:
    """The jobs of one morning; the digest on Mondays."""
    monday = stage.app.today.weekday() == stage.app.lab.cadence.digest_weekday
    wanted = [name for name in map(JobName, JOBS) if name is not JobName.DIGESTS or monday]
    return [job(name)(stage.app, stage.app.today) for name in wanted]


def _leave(stage: Stage, folder: Path, monday: date) -> None:
    """The pages to open, and the status table."""
    from onboard.rendering.pages import inbox_page, shown_mail
    from onboard.rendering.status_page import status_page

    mails = [shown_mail(caught.content) for caught in reversed(stage.catcher.messages)]
    (folder / "inbox.html").write_text(inbox_page(mails, "Rivera Lab: every mail of the demo"), encoding="utf-8")
    stage.clock.set(monday + timedelta(days=7), time(12))
    assessment, today = stage.app.assessment, stage.app.today
    (folder / "status.html").write_text(
        status_page(assessment, today, stage.app.lab, stage.app.config.sentences), encoding="utf-8"
    )
    say("")
    print_status(stage.app)
    say(f"\n{len(stage.sample.server.requests)} calls of the REDCap API through PyCap, {len(mails)} mails through yagmail.")
    say(f"Open {folder / 'inbox.html'} and {folder / 'status.html'} in a browser; the mails are in {folder / 'mail'} as .eml.")
    say("Everything ran on this machine; nothing is left running.")

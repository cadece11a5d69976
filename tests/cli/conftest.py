"""The sample lab on the stand-in for REDCap, with a home, a ledger and a mail catcher: what a coordinator has on a Monday."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app as onboard_app
from jobs.demo_home import make_home
from jobs.send_worklist import run
from onboard.app import App, open_app
from onboard.model import RunReport
from onboard.sandbox.mail.catcher import MailCatcher
from onboard.sandbox.sample.lab import PEOPLE, Row
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.beginnings import begin_with_nothing

sys.path.insert(0, str(Path(__file__).parent.parent / "reckoner"))

#: A Monday long ago: commands are typed years later, on the day of the machine's clock.
MONDAY = date(2024, 6, 3)
ZONE = ZoneInfo("America/New_York")
HADDAD, GCP_ROW = "5", 2


@dataclass
class Clock:
    """A clock the test sets."""

    moment: datetime = field(default_factory=lambda: datetime.combine(MONDAY, time(7), tzinfo=ZONE))

    def now(self) -> datetime:
        """The story's instant."""
        return self.moment

    def set(self, day: date) -> None:
        """Seven in the morning of a local day."""
        self.moment = datetime.combine(day, time(7), tzinfo=ZONE)


@dataclass
class Desk:
    """The coordinator's desk: types into REDCap, edits rules, lets the morning's job run, asks on the command line."""

    home: Path
    sample: SampleServer
    catcher: MailCatcher
    clock: Clock = field(default_factory=Clock)

    def type_in(self, record: str, form: str, instance: int, complete: int = 2, **values: str) -> None:
        """One row of the People project, new or over the old one."""
        self.sample.put([(PEOPLE, Row(record, form, instance, values, complete))])

    def edit_rules(self, old: str, new: str) -> None:
        """Replace one text in requirements.toml."""
        path = self.home / "requirements.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def app(self) -> App:
        """The lab as configured now, on the story's clock."""
        return open_app(self.home, clock=self.clock)

    def morning(self, day: date) -> RunReport:
        """The worklist job of a day, the first one after the lab began: one read, judged, remembered, mailed to the catcher."""
        self.clock.set(day)
        app = self.app()
        try:
            if not app.ledger.began(app.lab.limits.mode):
                begin_with_nothing(app, day, app.lab.limits.mode)
            return run(app, day)
        finally:
            app.close()

    def ask(self, *words: str, code: int = 0) -> str:
        """A command as typed, in this home; what it printed."""
        found = CliRunner(env={"COLUMNS": "150"}).invoke(onboard_app, [*words, "--home", str(self.home)])
        if found.exception and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == code, found.output
        return found.output


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of one's own."""
    with sample_server(MONDAY) as sample, MailCatcher(directory=tmp_path / "mail") as catcher:
        yield _desk(tmp_path / "home", sample, catcher)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for questions only: nobody types or edits anything."""
    folder = tmp_path_factory.mktemp("shown")
    with sample_server(MONDAY) as sample, MailCatcher(directory=folder / "mail") as catcher:
        yield _desk(folder / "home", sample, catcher)


def _desk(home: Path, sample: SampleServer, catcher: MailCatcher) -> Desk:
    make_home(home, redcap=sample.server.url, host=catcher.host, port=catcher.port, tokens=sample.tokens)
    return Desk(home, sample, catcher)

"""A whole job on a bad day of REDCap: nobody gets a mail, the operator gets one, and the next good run catches up."""

from __future__ import annotations

import email
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest

from jobs import send_reminders
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.model import JobName
from onboard.sandbox.faults import Fault
from onboard.sandbox.server import SandboxServer
from tests.adapters.redcap.test_fault_table_of_reading import FAULTS, UNTOUCHED
from tests.beginnings import first_runs
from tests.connecting.conftest import Served, make_home
from tests.connecting.retell import shipped_projects

MONDAY = date(2026, 11, 23)
OPERATOR = "it-help@northlake.example"
#: What a read asks; without any of these nothing is known.
CONTENTS = ("version", "project", "metadata", "record")
#: What is asked for mails that are ready: without it they go, and ask to reply with the PDF.
AFTER = "surveyLink"


@pytest.fixture(scope="module")
def lab() -> Iterator[Served]:
    projects = shipped_projects()
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        yield Served(server, projects, tokens)


def at(home: Path, days: int) -> App:
    """The app on the morning so many days after Monday."""
    moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(days=days)
    return open_app(home, clock=FixedClock(moment))


def begin(home: Path) -> tuple[str, Counter[str]]:
    """Go live on Monday, with the reminders of that day; what `run` gives."""
    return run(home, 0, begins=True)


def run(home: Path, days: int, *, begins: bool = False) -> tuple[str, Counter[str]]:
    """What the reminders' job came to on a day, and how many mails each reader got."""
    before, day = set((home / "mail").glob("*.eml")), MONDAY + timedelta(days=days)
    with closing(at(home, days)) as app:
        report = first_runs(app, day, [JobName.REMINDERS])[0] if begins else send_reminders.run(app, day)
    new = set((home / "mail").glob("*.eml")) - before
    readers = Counter(parseaddr(email.message_from_bytes(path.read_bytes())["To"])[1] for path in new)
    return report.outcome, readers


@pytest.fixture
def home(lab: Served, tmp_path: Path) -> Path:
    """A lab that went live on Monday and wrote its reminders."""
    lab.server.faults.clear()
    folder = make_home(tmp_path / "home", lab.server.url, lab.tokens)
    begin(folder)
    return folder


@pytest.fixture(scope="module")
def good_day(lab: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Counter[str]]:
    """What the same lab gets eight days later when nothing is wrong."""
    lab.server.faults.clear()
    folder = make_home(tmp_path_factory.mktemp("good") / "home", lab.server.url, lab.tokens)
    begin(folder)
    before = len(lab.server.requests)
    found = run(folder, 8)
    # What the table goes through is all that a run asks.
    assert {seen.content for seen in lab.server.requests[before:]} == {*CONTENTS, AFTER}
    return found


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=str)
def test_a_bad_day_mails_nobody_and_the_next_good_run_catches_up(
    lab: Served,
    home: Path,
    good_day: tuple[str, Counter[str]],
    fault: Fault,
    status: int | None,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    if fault is Fault.SLOW:
        settings = home / "settings.toml"
        settings.write_text(settings.read_text().replace("retries = 0", "retries = 0\nread_seconds = 0.3"))
    caplog.set_level(logging.DEBUG)
    outcomes, mails = [], Counter[str]()
    contents = [content for content in CONTENTS if content not in UNTOUCHED.get(fault, ())]
    for content in contents:
        delay = 1.0 if fault is Fault.SLOW else 0.0
        lab.server.faults.add(fault, content=content, times=None, status=status, delay=delay)
        outcome, readers = run(home, 8)
        lab.server.faults.clear()
        outcomes.append(outcome)
        mails += readers
    assert outcomes == ["failed"] * len(contents)
    # One mail for each thing that is wrong, however often it is tried; different calls may fail in different words.
    assert set(mails) == {OPERATOR} and 1 <= mails[OPERATOR] <= len(contents)
    lab.server.faults.add(fault, content=AFTER, times=None, status=status, delay=1.0 if fault is Fault.SLOW else 0.0)
    outcome, readers = run(home, 8)
    # Without links people get the same mails, and the operator hears of it.
    assert (outcome, readers - Counter({OPERATOR: 1})) == good_day
    lab.server.faults.clear()
    assert run(home, 8) == ("already", Counter())
    kept = caplog.text.encode() + b"".join(path.read_bytes() for path in home.glob("ledger.db*"))
    assert not [token for token in lab.tokens.values() if token.encode() in kept]
    name = f"{fault} {status or ''}".strip()
    people = sum(count for reader, count in mails.items() if reader != OPERATOR)
    record_property(
        "table",
        f"{name:<18} during {', '.join(contents):<35} {people} mails to people, {mails[OPERATOR]} to the operator; "
        f"next good read, still {name} at {AFTER}: {sum(good_day[1].values())} mails",
    )

"""A lab to be mistreated: the sample lab on the stand-in, a mail catcher, and a home that went live eight days ago.

Everything goes the real way: the command in a process of its own, PyCap over HTTP, yagmail over SMTP, a ledger in a file. It is
noon on the machine, a Monday unless a test says otherwise, and every day is a working day.
"""

from __future__ import annotations

import email
import email.policy
import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobs.__main__ import main
from jobs.demo_home import make_home
from jobs.due import run_safely
from onboard.adapters.system_clock import FixedClock
from onboard.app import open_app
from onboard.model import JobName, Mode, RunReport
from onboard.sandbox.mail.catcher import MailCatcher
from onboard.sandbox.sample.lab import PEOPLE
from onboard.sandbox.sample.row_writer import Row
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.beginnings import first_runs
from tests.clocks import MACHINE, NOON, command_line

ZONE = ZoneInfo("America/New_York")
TODAY = NOON.astimezone(ZONE).date()
BEGAN = TODAY - timedelta(days=8)
OPERATOR = "it-help@northlake.example"
COORDINATOR = "maria.chen@northlake.example"
#: Words with which a sentence tells somebody what to do.
_ORDERS = (
    "check ask tell try write correct open look give put see add type enter make choose free mend wait restore create name set "
    "did"  # did you mean
)
_NEXT_STEP = re.compile(rf"\b({'|'.join(_ORDERS.split())})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    text: str

    def one_line(self) -> str:
        return " ".join(self.text.split())


@dataclass
class HostileLab:
    """A running lab: its home, the stand-in it reads, the catcher it mails to."""

    home: Path
    sample: SampleServer
    catcher: MailCatcher
    read: int = field(default=0)

    def onboard(self, *words: str, code: int | None = None) -> Said:
        """Run the command as a person would; with `code` it must end so, without a traceback."""
        return onboard(*words, "--home", str(self.home), code=code)

    def send(self, job: str, code: int | None = None) -> Said:
        """One job for real, now."""
        return self.onboard("run", job, "--send", code=code)

    def later(self, job: JobName, hours: float = 1) -> RunReport:
        """One job for real, some hours from now: after what had to be waited for."""
        app = open_app(self.home, clock=FixedClock(MACHINE.now(UTC) + timedelta(hours=hours)))
        try:
            return run_safely(app, job, app.today, Mode.LIVE, lambda: False)
        finally:
            app.close()

    def mails(self) -> list[EmailMessage]:
        """What arrived since the last time somebody looked."""
        caught = self.catcher.messages[self.read :]
        self.read += len(caught)
        return [parsed(one.content) for one in caught]

    def readers(self, stream: str = "") -> Counter[str]:
        """How many of them each address got; with `stream` of that kind alone, as its List-Id says: `reminder`."""
        return Counter(parseaddr(str(mail["To"]))[1] for mail in self.mails() if f"<{stream}" in str(mail["List-Id"]))

    def put(self, record: str, form: str, values: dict[str, str], instance: int | None = None, complete: int = 2) -> None:
        """Type a form in the people's project."""
        self.sample.put([(PEOPLE, Row(record, form, instance, values, complete))])

    def setting(self, old: str, new: str) -> None:
        """Change a line of settings.toml."""
        path = self.home / "settings.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def onboard(*words: str, code: int | None = None) -> Said:
    """Run the command in this process, from its first line to its exit code; a process of its own costs a second each."""
    said, before, ended = io.StringIO(), sys.argv, 0
    sys.argv = ["onboard", *words]
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main()
    except SystemExit as stop:
        ended = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    finally:
        sys.argv = before
    return checked(Said(ended, said.getvalue()), code)


def apart(*words: str, code: int | None = None, limit: Callable[[], None] | None = None) -> Said:
    """Run the command in a process of its own; `limit` is called in it first."""
    with begin(*words, limit=limit) as process:
        text, _ = process.communicate(timeout=120)
    return checked(Said(process.returncode, text), code)


def begin(*words: str, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """The command in a process of its own, running."""
    environment = {**os.environ, "COLUMNS": "240", "PYTHONDONTWRITEBYTECODE": "1"}

    def limited() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
        if limit:
            limit()

    return subprocess.Popen(
        command_line(*words),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        preexec_fn=limited,
    )  # fmt: skip


def checked(said: Said, code: int | None) -> Said:
    """No traceback, and the exit code that was expected."""
    assert "Traceback" not in said.text, said.text
    assert code in (None, said.code), f"exit code {said.code}: {said.text}"
    return said


def parsed(content: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    """The words of a mail, on one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def has_next_step(words: str) -> bool:
    """Whether a message tells its reader what to do."""
    return bool(_NEXT_STEP.search(words))


def settle(home: Path, sample: SampleServer, catcher: MailCatcher) -> None:
    """A home that reads and mails here, with every day a working day."""
    fresh = home.with_name(f"{home.name}-fresh")
    make_home(fresh, redcap=sample.server.url, host=catcher.host, port=catcher.port, tokens=sample.tokens)
    settings = (fresh / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace("[calendar]", "[calendar]\nweekend = []").replace("[sending]", "[sending]\nceiling = 500")
    (fresh / "settings.toml").write_text(settings, encoding="utf-8")
    home.mkdir(exist_ok=True)
    for path in fresh.iterdir():
        shutil.copy2(path, home / path.name)
    shutil.rmtree(fresh)


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lab that went live eight days ago, with its ledger; made once, to be copied."""
    home = tmp_path_factory.mktemp("begun") / "home"
    with sample_server(BEGAN) as sample, MailCatcher() as catcher:
        settle(home, sample, catcher)
        moment = datetime.combine(BEGAN, time(12), tzinfo=ZONE)
        app = open_app(home, clock=FixedClock(moment))
        first_runs(app, BEGAN)
        app.close()
    return home


Start = Callable[..., HostileLab]


@pytest.fixture
def start(begun: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a lab; `new` for one whose ledger is still empty."""
    with ExitStack() as stack:

        def make(*, new: bool = False, empty: bool = False, day: date = BEGAN) -> HostileLab:
            sample = stack.enter_context(sample_server(day, empty=empty))
            catcher = stack.enter_context(MailCatcher())
            home = tmp_path / "home"
            if not new:
                shutil.copytree(begun, home)
            settle(home, sample, catcher)
            return HostileLab(home, sample, catcher)

        yield make


@pytest.fixture
def lab(start: Start) -> HostileLab:
    """The lab that went live eight days ago."""
    return start()


@pytest.fixture(scope="session")
def good_day(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """Who gets how many reminders today when nothing is wrong."""
    return undisturbed(begun, tmp_path_factory.mktemp("good") / "home")


def undisturbed(begun: Path, home: Path) -> Counter[str]:
    """Who gets how many reminders on the machine's day when nothing is wrong."""
    shutil.copytree(begun, home)
    with sample_server(BEGAN) as sample, MailCatcher() as catcher:
        settle(home, sample, catcher)
        found = HostileLab(home, sample, catcher)
        found.send("send_reminders", code=0)
        return found.readers()

"""Progress on a terminal: a real one (a pseudo-terminal), words and counts, nothing left behind, and silence everywhere else."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from onboard.adapters.terminal_progress import Terminal, WatchedMailer
from onboard.errors import TransportDown
from onboard.model import Mode
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begun
from tests.clocks import command_line
from tests.jobs.conftest import MONDAY, make_lab

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run_at_a_terminal(*words: str) -> tuple[int, str, str]:
    """A command whose standard error is a terminal: exit code, standard output, what the terminal was sent."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(command_line(*words), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environ, text=True)
    os.close(theirs)
    sent = b""
    while True:
        try:
            got = os.read(ours, 65536)
        except OSError:
            break
        if not got:
            break
        sent += got
    out = process.communicate(timeout=60)[0]
    os.close(ours)
    return process.returncode, out, sent.decode()


@pytest.fixture
def trial(tmp_path: Path, sample: SampleServer) -> Path:
    """A lab on trial for which every hour of every day is a time to work."""
    home = make_lab(tmp_path / "rivera", sample)
    settings = home / "settings.toml"
    text = settings.read_text().replace('mode = "live"', 'mode = "trial"\ntrial_address = "maria.chen@northlake.example"')
    settings.write_text(text.replace('country = ""', 'country = ""\nweekend = []'))
    return begun(home, MONDAY, Mode.TRIAL)


def test_a_run_shows_what_it_does_and_leaves_the_terminal_as_it_was(trial: Path) -> None:
    code, out, sent = run_at_a_terminal("run", "send_worklist", "--send", "--home", str(trial))
    assert code == 0 and "send_worklist" in out and "sent" in out
    shown = _ESCAPES.sub("", sent)
    for words in ("Reading the records", "Judging", "Handing over mail 1 of 1"):
        assert words in shown, shown
    assert "\x1b[2K" in sent and sent.count("\x1b[?25l") == sent.count("\x1b[?25h"), "erased, and the cursor is back"
    for words in ("Reading", "Judging", "Handing"):
        assert words not in out


def test_where_nobody_looks_nothing_is_shown(trial: Path) -> None:
    words = command_line("run", "send_worklist", "--send", "--home", str(trial))
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == ""
    assert Terminal(wanted=False).bar() is None


class Posts:
    """A mailer that takes two mails and then is gone."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def will_wait(self) -> bool:
        return False

    def deliver(self, post: object, before_data: object) -> str:
        self.calls.append("deliver")
        if len(self.calls) > 2:
            raise TransportDown("gone")
        return "250 ok"

    def probe(self, envelope_from: str) -> str:
        return "ready"

    def close(self) -> None:
        self.calls.append("close")


class Screen(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_mails_are_counted_and_a_transport_that_goes_down_leaves_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen, posts = Screen(), Posts()
    mailer = WatchedMailer(posts, Terminal(), lambda: 5)
    with redirect_stderr(screen):
        assert mailer.deliver(None, None) == mailer.deliver(None, None) == "250 ok"
        with pytest.raises(TransportDown):
            mailer.deliver(None, None)
        mailer.close()
        mailer.close()
    assert posts.calls == ["deliver", "deliver", "deliver", "close", "close"]
    shown = _ESCAPES.sub("", screen.getvalue())
    assert "Handing over mail 1 of 5" in shown and "Handing over mail 3 of 5" in shown
    assert screen.getvalue().count("\x1b[?25l") == screen.getvalue().count("\x1b[?25h")

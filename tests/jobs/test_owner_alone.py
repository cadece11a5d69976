"""Under an ordinary umask only its owner reads a lab's home, whatever command wrote there; the board alone is for readers."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from onboard.adapters.files.owner_alone import is_open
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.file_mailer import FileMailer
from onboard.sandbox.sample.server import SampleServer
from tests.clocks import command_line
from tests.intake.papers import report
from tests.jobs.conftest import make_lab

ORDINARY = 0o022
BOARD = "board.html"
IRB_LIST = "Name,Email,Role\nElena Rivera,elena.rivera@northlake.example,PI\n"


def onboard(*words: object, umask: int = ORDINARY) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as a login shell starts it."""
    line = command_line(*map(str, words))
    return subprocess.run(line, capture_output=True, text=True, timeout=200, check=False, umask=umask)


def begin(home: Path, umask: int = ORDINARY) -> None:
    """Go live."""
    done = onboard("start", "--send", "--home", home, umask=umask)
    assert done.returncode == 0 and "Started." in done.stdout, done.stdout + done.stderr


def modes(folder: Path) -> dict[str, int]:
    """What is not for its owner alone, by its path."""
    paths = (folder, *folder.rglob("*"))
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in paths}
    return {str(path.relative_to(folder)): mode for path, mode in found.items() if mode & 0o077}


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def home(tmp_path: Path, sample: SampleServer) -> Path:
    """What `onboard init` makes in a folder that was there, with the sample lab's settings and a board."""
    home = tmp_path / "rivera"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    done = onboard("init", home)
    assert done.returncode == 0, done.stderr
    assert modes(home) == {} and not is_open(home)
    pattern = make_lab(tmp_path / "pattern", sample, more=f'\n[board]\nfile = "{BOARD}"\n')
    for name in ("settings.toml", "secrets.env"):
        (home / name).write_text((pattern / name).read_text())
    shutil.rmtree(pattern)
    return home


def test_every_command_that_writes_writes_for_the_owner_alone(home: Path, tmp_path: Path) -> None:
    (home.parent / "papers").mkdir()
    paper, irb, out = home.parent / "papers" / "novak.pdf", home.parent / "papers" / "irb.csv", home / "out"
    paper.write_bytes(report(name="Somebody Else"))
    irb.write_text(IRB_LIST)
    begin(home)
    assert onboard("run", "send_reminders", "--send", "--home", home).returncode in (0, 1)
    assert "ledger.db" in everything(home) and modes(home) == {}
    done = onboard("run", "due", "--send", "--home", home)
    assert {BOARD, "mail"} <= everything(home), done.stdout + done.stderr
    wrote = {
        "preview": ["preview", "--all", "--page", f"{out}/preview.html"],
        "proof": ["proof", "5", "STEP-HF", "--page", f"{out}/proof.html"],
        "history": ["history", "5", "--svg", f"{out}/history.svg"],
        "pack": ["pack", "STEP-HF", "--folder", f"{out}/pack"],
        "sheet": ["sheet", "successor", "--out", f"{out}/sheet.txt"],
        "export-person": ["export-person", "5", "--out", f"{out}/5.json"],
        "backup": ["backup", f"{out}/copy.db"],
        "intake": ["intake", paper, "--send"],
        "irb-list": ["intake", "--irb-list", irb, "--protocol", "STEP-HF"],
        "tidy": ["tidy"],
        "forget": ["forget", "5", "--yes"],
    }
    out.mkdir(mode=0o700)
    for name, words in wrote.items():
        before = everything(home)
        done = onboard(*words, "--home", home)
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr, (name, done.stdout, done.stderr)
        assert name in ("tidy", "forget") or everything(home) > before, (name, done.stdout, done.stderr)
        assert modes(home) == {BOARD: 0o644}, name
    demo = tmp_path / "demo"
    assert onboard("demo", "--folder", demo).returncode == 0 and len(everything(demo)) > 20 and modes(demo) == {}


@pytest.mark.parametrize(("umask", "board"), [(0o027, 0o640), (0o000, 0o644)])
def test_the_board_is_for_whom_the_umask_lets(home: Path, umask: int, board: int) -> None:
    begin(home, umask)
    onboard("run", "due", "--send", "--home", home, umask=umask)
    assert stat.S_IMODE((home / BOARD).stat().st_mode) == board
    assert set(modes(home)) <= {BOARD}


def test_a_worker_keeps_to_it_too(home: Path) -> None:
    """It is started by a process that is guarded already, so it is told the umask from before."""
    begin(home)
    code = (
        "from pathlib import Path; from datetime import datetime, UTC\n"
        "from jobs.workers import Workers, nothing; from onboard.adapters.files.owner_alone import guard\n"
        "from onboard.adapters.system_clock import FixedClock; from onboard.pipeline.tools import never\n"
        "if __name__ == '__main__':\n"
        "    guard(); workers = Workers(nothing); workers.start(1)\n"
        "    clock = FixedClock(datetime(2026, 11, 23, 18, tzinfo=UTC))\n"
        f"    found = workers.look_into(Path({str(home)!r}), 'rivera', clock, never)\n"
        "    workers.close(); assert found.last, found\n"
    )
    script = home.parent / "script.py"
    script.write_text(code)
    line, environ = [sys.executable, str(script)], {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(line, capture_output=True, text=True, timeout=200, check=False, umask=ORDINARY, env=environ)
    assert done.returncode == 0, done.stderr
    assert modes(home) == {BOARD: 0o644} and "mail" in everything(home)


def test_what_an_earlier_version_left_open_is_taken_back(tmp_path: Path) -> None:
    ledger, mail = tmp_path / "ledger.db", tmp_path / "mail"
    SqlLedger(f"sqlite:///{ledger}", "rivera").close()
    ledger.chmod(0o644)
    mail.mkdir()
    mail.chmod(0o755)
    SqlLedger(f"sqlite:///{ledger}", "rivera").close()
    FileMailer(mail).probe("a@x.example")
    assert modes(tmp_path) == {}

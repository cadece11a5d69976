"""The lines `onboard service` prints, taken apart as the program that takes them does: the Windows command line, root's shell,
the service's secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from jobs.reporting import logged
from jobs.service import needed_secrets, one_lines, service_unit
from onboard.model import JobName, Mode, RunReport
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.conftest import MONDAY, make_lab

#: "Value for '/TR' option cannot be more than 261 character(s)."
LONGEST_TASK = 261
PROTOCOLS = "number,title,code\n26-0001,Heart failure and sleep,STEP-HF\n"


def windows_words(line: str) -> list[str]:
    """A command line as Windows programs take it apart: blanks part words, quotes keep them, backslash-quote is a quote."""
    words: list[str] = []
    word, quoted, at = "", False, 0
    while at < len(line):
        slashes = len(list(takewhile(lambda letter: letter == "\\", line[at:])))
        after = line[at + slashes : at + slashes + 1]
        if after == '"':
            word += "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
            quoted ^= slashes % 2 == 0
            at += slashes + 1
        elif slashes:
            word, at = word + "\\" * slashes, at + slashes
        elif after == " " and not quoted:
            words, word, at = [*words, word], "", at + 1
        else:
            word, at = word + after, at + 1
    return [one for one in [*words, word] if one]


def task(text: str) -> list[str]:
    """The words of the line that makes the task."""
    return windows_words(next(line for line in text.splitlines() if line.startswith("schtasks")))


def program() -> str:
    return str(Path(sys.executable).parent / "onboard.exe").replace("/", "\\")


class TestWindows:
    @pytest.mark.parametrize("folder", ["lab", "the lab's own", "Users/Maria Chen/my lab"])
    def test_the_task_runs_what_is_due_wherever_the_lab_lies(self, tmp_path: Path, folder: str) -> None:
        words = task(one_lines(tmp_path / folder))
        assert words[:-1] == ["schtasks", "/Create", "/TN", "onboard", "/SC", "MINUTE", "/MO", "10", "/TR"]
        home = str(tmp_path / folder).replace("/", "\\")
        assert windows_words(words[-1]) == [program(), "run", "due", "--send", "--home", home]
        assert len(words[-1]) <= LONGEST_TASK

    @pytest.mark.parametrize("spare", [0, -1])
    def test_a_command_too_long_for_the_task_goes_into_a_file_it_runs(self, spare: int) -> None:
        short = Path("/l")
        home = Path("/" + "l" * (LONGEST_TASK - len(task(one_lines(short))[-1]) + 1 - spare))
        text = one_lines(home)
        (made,) = [line for line in text.splitlines() if line.startswith('> "')] or [""]
        if spare == 0:
            assert len(task(text)[-1]) == LONGEST_TASK and not made
            return
        file = r"%USERPROFILE%\onboard.cmd"
        assert windows_words(made)[:3] == [">", file, "echo"] and made.endswith(str(home).replace("/", "\\"))
        assert windows_words(task(text)[-1]) == [file], "quoted for schtasks: a user's folder may hold a blank"


class TestStepsBeforeTheUnit:
    def test_each_secret_gets_a_file_that_holds_its_value_alone(self, home: Path, tmp_path: Path) -> None:
        kept = dict(line.split("=", 1) for line in (home / "secrets.env").read_text().split())
        step = next(line for line in service_unit(home).splitlines() if line.startswith("#   for name in"))
        script = step.lstrip("# ").replace("/etc/onboard", str(tmp_path))
        subprocess.run(["sh", "-c", script], check=True, timeout=30, env={"PATH": os.environ["PATH"]})
        assert len(kept) == 2
        for name, value in kept.items():
            assert (tmp_path / name).read_text().strip() == value
            (tmp_path / name).unlink()  # a test leaves no token behind

    def test_whatever_ran_before_is_stopped_before_the_ledger_is_copied(self, home: Path) -> None:
        text = service_unit(home)
        assert text.index("out of cron") < text.index("disable --now onboard.timer") < text.index("cp -r")

    def test_protocols_kept_as_files_need_no_token(self, tmp_path: Path, sample: SampleServer) -> None:
        """systemd would refuse to start for want of a token that nobody has."""
        home = make_lab(tmp_path / "rivera", sample)
        (home / "protocols.csv").write_text(PROTOCOLS, encoding="utf-8")
        assert needed_secrets(home) == ["ONBOARD_PEOPLE_TOKEN"]

    def test_a_process_that_is_killed_leaves_no_core(self, home: Path) -> None:
        assert "\nLimitCORE=0\n" in service_unit(home)


class TestSaidAtOnce:
    def test_a_service_without_its_token_does_not_start(self, home: Path) -> None:
        """Whoever starts it still sits there, and reads it at once; at the first slot it would be a mail to the operator."""
        (home / "secrets.env").write_text("", encoding="utf-8")
        words = [sys.executable, "-m", "jobs", "serve", "--home", str(home)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2 and "ONBOARD_PEOPLE_TOKEN is not set" in done.stderr, done.stdout + done.stderr

    def test_what_fails_before_there_is_a_run_stands_in_the_log_itself(self) -> None:
        trouble = "TOKEN of layla@x.example cannot be read. Check LoadCredential of the service."
        report = RunReport(job=JobName.DIGESTS, slot=MONDAY, mode=Mode.LIVE, outcome="failed", trouble=(trouble,))
        assert logged(report) == (
            "send_digests 2026-11-23 (live): failed, no new mail to people; 1 trouble: "
            "TOKEN of (address) cannot be read. Check LoadCredential of the service."
        )

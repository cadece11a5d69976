"""Commands whose output nobody can read, or whose terminal knows few characters: they work on and say what was not shown."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from onboard.app import open_app
from onboard.sandbox.sample.server import SampleServer
from tests.bench.labs import A_COPY, an_export, write_folder
from tests.clocks import command_line
from tests.jobs.conftest import make_lab

#: From a shell, {} is the command.
LOST = {"full": "{} > /dev/full", "closed": "{} >&-", "a reader that left": "{{ {}; echo $? >&3; }} 3>&2 | true"}
#: Commands that print: by typer, by lines, by a table, as CSV.
PRINTS = (["--help"], ["service"], ["status"], ["status", "--format", "csv"])
_FROM_EXPORT = ("status",)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sample: SampleServer) -> Path:
    """A lab's home, and a folder of exports to read instead of REDCap."""
    place = tmp_path_factory.mktemp("streams")
    write_folder(an_export(A_COPY), place / "export")
    make_lab(place / "home", sample)
    return place


def command(place: Path, words: list[str]) -> str:
    """The command line, for a shell."""
    more = [] if words[0].startswith("-") else ["--home", str(place / "home")]
    more += ["--export", str(place / "export")] if words[0] in _FROM_EXPORT else []
    return " ".join([*command_line(*words), *more])


def shell(line: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell came to."""
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, timeout=100, check=False, env={**os.environ, "COLUMNS": "120", **environ}
    )


@pytest.mark.parametrize(
    ("words", "how"),
    [
        *((words, "full") for words in PRINTS),
        *((words, how) for words in (PRINTS[0], PRINTS[2]) for how in ("closed", "a reader that left")),
    ],
)
def test_output_that_nobody_can_read_is_said_and_is_no_traceback(place: Path, words: list[str], how: str) -> None:
    done = shell(LOST[how].format(command(place, words)))
    said = done.stderr.decode()
    assert "Traceback" not in said and "Exception ignored" not in said, said
    if how != "a reader that left":  # that one may have read all before it left
        assert done.returncode == 1 and "onboard: not all of it could be shown (" in said
    assert len(said.splitlines()) <= 2, said


def test_the_work_is_done_though_nobody_reads(place: Path, tmp_path: Path) -> None:
    """A file that is written afterwards never gets what was meant for the screen."""
    for number, redirect in enumerate((">&-", "> /dev/full", "<&- >&- 2>&-")):
        copy = tmp_path / f"{number}.db"
        open_app(place / "home").ledger.close()
        done = shell(f"{command(place, ['backup', str(copy)])} {redirect}")
        assert done.returncode == 1
        assert copy.read_bytes().startswith(b"SQLite format 3") and b"readable for its owner" not in copy.read_bytes()


def test_an_exit_code_that_is_worse_stays(place: Path) -> None:
    done = shell(f"{' '.join(command_line('status'))} --home {place / 'nowhere'} >&-")
    assert done.returncode == 2 and "does not exist" in done.stderr.decode()


ASCII = {"PYTHONIOENCODING": "ascii"}
OLD = ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"LANG": "C"}, {"PYTHONIOENCODING": "cp1252"})


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        *((words, ASCII) for words in (["status"], ["status", "--format", "csv"], ["sheet", "successor"], ["nonsénse–x"])),
        *((["status"], environ) for environ in OLD),
    ],
    ids=str,
)
def test_a_terminal_with_few_characters_shows_all(place: Path, words: list[str], environ: dict[str, str]) -> None:
    done = shell(command(place, words), **environ)
    said = done.stderr.decode(errors="replace")
    assert done.returncode in ((0, 2) if words[0].startswith("non") else (0, 1)), said
    assert "Traceback" not in said and "Error" not in said, said
    if environ.get("PYTHONIOENCODING") == "ascii" and words[0] == "status":
        assert done.stdout.isascii() and rb"Tom\xe1\u0161" in done.stdout
        assert "ascii has no sign for some characters; set PYTHONIOENCODING=utf-8" in said


def test_json_stays_json(place: Path) -> None:
    line = command(place, ["status", "--format", "json"])
    few, many = shell(line, PYTHONIOENCODING="ascii"), shell(line, PYTHONIOENCODING="utf-8")
    assert few.stdout.isascii() and json.loads(few.stdout) == json.loads(many.stdout)

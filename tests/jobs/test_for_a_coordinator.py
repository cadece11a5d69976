"""What a coordinator sees at a terminal of 80 columns: tables that can be read, held runs with what to do, unknown commands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS
from jobs.__main__ import TABLE
from jobs.__main__ import app as onboard_app
from jobs.due import run_due
from jobs.list_jobs import span
from jobs.reporting import report_lines, show
from onboard.app import App, open_app
from onboard.cli.group import nearest
from onboard.cli.output import print_table
from onboard.errors import ConfigError
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.tools import never
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import note_what_is_true
from tests.clocks import command_line
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, sample: SampleServer) -> Iterator[App]:
    """A lab whose ceiling is lower than one Monday's mail."""
    home = make_lab(tmp_path_factory.mktemp("held") / "rivera", sample)
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('mode = "live"', 'mode = "live"\nceiling = 1'))
    clock = HandClock()
    clock.set(MONDAY, time(9))
    app = open_app(home, clock=clock)
    note_what_is_true(app, MONDAY)
    run_due(app, Mode.LIVE, never)
    yield app
    app.close()


@pytest.fixture
def typed(held: App) -> Callable[..., str]:
    def run(*words: str) -> str:
        found = CliRunner(env={"COLUMNS": "80"}).invoke(onboard_app, [*words, "--home", str(held.config.home)])
        assert found.exit_code == 0, found.output
        return found.output

    return run


def test_runs_and_jobs_fit_80_columns_a_line_each(typed: Callable[..., str]) -> None:
    for command in ("runs", "jobs"):
        lines = [line.rstrip() for line in typed(command).splitlines() if not line.startswith("Run ")]
        assert all(len(line) <= 80 for line in lines)
        for name in JOBS:
            assert sum(name in line for line in lines) == 1, name


def test_a_held_run_says_how_to_look_at_it_and_how_to_let_it_go(held: App, typed: Callable[..., str]) -> None:
    number = next(run["run"] for run in held.ledger.last_runs() if run["held"])
    for command in ("runs", "jobs"):
        assert f"onboard release {number}" in typed(command)
    whole = typed("runs", str(number))
    assert f"Run {number} of Rivera Lab" in whole and "send_" in whole and f"`onboard release {number}`" in whole


def test_a_lab_without_runs_says_so(tmp_path: Path, sample: SampleServer) -> None:
    found = CliRunner().invoke(onboard_app, ["runs", "--home", str(make_lab(tmp_path / "new", sample))])
    assert found.exit_code == 0 and "Nothing ran yet" in found.output


def test_a_sentence_stands_below_its_row_where_it_has_no_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "Good Clinical Practice course (GCP) ended on 18 Nov 2026, and no later one is on record."
    rows = [["Layla Haddad", "STEP-HF", "blocked", sentence], ["Maria Chen", "CHART-AF", "cleared", ""]]
    shown = {}
    for columns in ("70", "140"):
        monkeypatch.setenv("COLUMNS", columns)
        print_table("Rivera Lab", ["person", "protocol", "records", "because"], rows)
        shown[columns] = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(shown["70"]) if "Layla" in line)
    assert shown["70"][at].split() == ["Layla", "Haddad", "STEP-HF", "blocked"]
    assert " ".join(" ".join(shown["70"][at + 1 : at + 3]).split()) == sentence
    assert any("Layla" in line and sentence in line for line in shown["140"])


@pytest.mark.parametrize(
    ("word", "meant"), [("statsu", "status"), ("fixfirst", "fix-first"), ("fix_first", "fix-first"), ("Explian", "explain")]
)
def test_a_mistyped_command_is_told_the_nearest(word: str, meant: str) -> None:
    found = CliRunner().invoke(onboard_app, [word])
    assert isinstance(found.exception, ConfigError)
    assert f"Did you mean {meant}" in str(found.exception) and "`onboard --help` lists them" in str(found.exception)


def test_the_list_of_commands_cuts_no_sentence_short() -> None:
    listed = CliRunner(env={"COLUMNS": "80"}).invoke(onboard_app, ["--help"]).output
    for name, entry in TABLE.items():
        assert f"  {name} " in listed and entry.help in " ".join(listed.split()), name


def test_a_word_that_is_near_nothing_gets_no_guess() -> None:
    assert nearest("xyzzy", JOBS) == "" and nearest("send_reminder", JOBS).startswith("Did you mean send_reminders")


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 min"), (25, "25 min"), (190, "3 h 10 min")])
def test_spans_are_said_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert span(timedelta(minutes=minutes)) == words


def test_quiet_says_nothing_while_nothing_needs_a_person(
    tmp_path: Path, sample: SampleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cron runs every ten minutes, and mails whenever something is printed."""
    home = make_lab(tmp_path / "rivera", sample)
    # It is Monday; a job of a single day would still wait for the one it missed.
    (home / "schedule.toml").write_text('[send_checklists]\ndays = "thu,fri"\nat = "07:00"\n')
    words = command_line("run", "due", "--send", "--home", str(home))
    for quiet, said in (([], "Nothing is due.\n"), (["--quiet"], "")):
        done = subprocess.run([*words, *quiet], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    good = RunReport(job=JobName.WORKLIST, slot=MONDAY, mode=Mode.LIVE, outcome="sent", run=1)
    bad = replace(good, outcome="failed", trouble=("REDCap cannot be reached.",))
    assert show([good, bad], troubles_only=True) == 1
    assert capsys.readouterr().out == "\n".join(report_lines(bad)) + "\n"

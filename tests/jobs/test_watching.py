"""What others can see of a lab that runs: the log, the run reports, the board, the dead man's switch."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from jobs import JOBS
from jobs.due import run_due
from jobs.list_jobs import lateness
from jobs.reporting import log, logged
from jobs.upkeep import after, good
from onboard.adapters.files.whole_file import write_whole
from onboard.adapters.log_lines import JsonLines
from onboard.adapters.ping_url import ping
from onboard.app import App, open_app
from onboard.errors import ConfigError, OnboardError
from onboard.model import JobName, MessageKind, Mode, RunReport
from onboard.pipeline.tools import never
from onboard.rendering.board_page import board_page
from onboard.sandbox.faults import Fault
from onboard.sandbox.sample.lab import PEOPLE, sample_lab
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begin_with_nothing
from tests.clocks import command_line
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab


class Lines(logging.Handler):
    """What a service would write into its journal."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory, sample: SampleServer) -> Iterator[tuple[App, list[str], Path]]:
    """A Monday with an outage first and a good run later, everything logged; the board goes to a shared folder."""
    shared = tmp_path_factory.mktemp("shared")
    home = make_lab(tmp_path_factory.mktemp("w") / "rivera", sample, more=f'\n[board]\nfile = "{shared / "board.html"}"\n')
    clock = HandClock()
    clock.set(MONDAY, time(9))
    app = open_app(home, clock=clock)
    begin_with_nothing(app, MONDAY)
    handler = Lines()
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for down in (True, False):
        if down:
            sample.server.faults.add(Fault.OFFLINE, times=None)
        reports = run_due(app, Mode.LIVE, never)
        after(app, reports)
        for report in reports:
            log(app.lab.id, report)
        sample.server.faults.clear()
        assert not (down and (shared / "board.html").exists()), "a bad run writes no page"
    root.removeHandler(handler)
    root.setLevel(before)
    yield app, handler.lines, shared
    app.close()


def names_and_addresses() -> set[str]:
    """Every name and address of the sample lab."""
    rows = [row for row in sample_lab(MONDAY).projects[PEOPLE].rows if row.form == "person"]
    fields = ("greet_name", "full_name", "other_names", "university_email", "other_email", "personal_email")
    found = {str(row.values.get(field, "")).strip() for row in rows for field in fields} - {""}
    assert len(found) > 30
    return found | {"@northlake", "@"}


def test_a_whole_morning_leaves_no_name_and_no_address_in_the_log(morning: tuple[App, list[str], Path]) -> None:
    _, lines, _ = morning
    assert len(lines) >= 8
    for line in lines:
        body = json.loads(line)
        assert {"at", "level", "logger", "lab", "text"} <= set(body)
        for secret in names_and_addresses():
            assert secret.casefold() not in body["text"].casefold(), line
    own = [json.loads(line) for line in lines if json.loads(line)["logger"] == "onboard.run"]
    assert {body["lab"] for body in own} == {"rivera"}
    assert {body["level"] for body in own} == {"info", "warning"}


def test_a_report_with_names_is_logged_as_counts() -> None:
    report = RunReport(
        job=JobName.REMINDERS, slot=MONDAY, mode=Mode.LIVE, outcome="failed", run=7, trouble=("layla@x.example is no good",)
    )
    assert logged(report) == ("send_reminders 2026-11-23 (live): failed, no new mail to people; 1 trouble: see onboard runs 7")


def test_the_board_holds_the_status_the_worklist_and_everybodys_timeline(morning: tuple[App, list[str], Path]) -> None:
    app, _, shared = morning
    page = (shared / "board.html").read_text(encoding="utf-8")
    for part in ("who is cleared", "The coordinator's list", "Records to correct", "Timelines"):
        assert part in page
    assert page.count('src="data:image/svg+xml;base64,') >= 10
    assert "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")
    assert [path.name for path in shared.iterdir()] == ["board.html"], "no half page is left beside it"
    assert "Kenji Tanaka" in page and app.lab.name in page


def test_the_board_lists_what_is_open_though_the_worklist_was_mailed(morning: tuple[App, list[str], Path]) -> None:
    app, _, shared = morning
    mailed = [mail for mail in app.ledger.history(Mode.LIVE).mails if mail.kind is MessageKind.WORKLIST]
    page = (shared / "board.html").read_text(encoding="utf-8")
    listed = page.partition("The coordinator's list")[2].partition("People and protocols")[0]
    assert mailed and "No open items" not in listed
    assert listed.index("You can clear these today") < listed.index("Starting and leaving") < listed.index("Records to correct")
    assert re.search(r"<tr><th scope=\"row\">GCP course ended 19 Nov 2026: [^<]*Layla Haddad\) \(STEP-HF\)</th>", listed)
    assert re.search(r"<th scope=\"row\">Starts ", listed)
    sunday = board_page(app.assessment, app.ledger.history(Mode.LIVE), MONDAY - timedelta(days=1), app.lab)
    assert "No open items" not in sunday


def test_the_status_on_the_board_says_who_left_and_who_is_still_listed(morning: tuple[App, list[str], Path]) -> None:
    page = (morning[2] / "board.html").read_text(encoding="utf-8")
    rows = page.partition("People and protocols")[2]
    lucia = rows.partition("Lucía Ortiz Peña")[2].partition("</tbody>")[0]
    assert "no appointment" in lucia and "Still on the IRB list of CHART-AF." in lucia
    assert "met by a waiver until" in rows


def test_a_page_that_cannot_be_written_is_said_and_the_old_one_stays(tmp_path: Path) -> None:
    with pytest.raises(OnboardError, match="check that its folder exists"):
        write_whole(tmp_path / "no" / "board.html", "new")
    write_whole(tmp_path / "board.html", "old")
    write_whole(tmp_path / "board.html", "new")
    assert (tmp_path / "board.html").read_text() == "new" and len(list(tmp_path.iterdir())) == 1


def onboard(app: App, *words: str) -> str:
    environ = {**os.environ, "COLUMNS": "220"}
    done = subprocess.run(
        command_line(*words, "--home", str(app.config.home)),
        capture_output=True, text=True, timeout=120, env=environ, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_runs_are_listed_with_their_results_and_one_with_its_words(morning: tuple[App, list[str], Path]) -> None:
    app, _, _ = morning
    rows = json.loads(onboard(app, "runs", "--format", "json"))
    assert {row["job"] for row in rows} == set(JOBS)
    assert {row["result"] for row in rows} <= {"sent", "nothing"}, "a slot that failed and then came through is one run"
    assert all(row["began"].startswith("2026-11-23 09:00") for row in rows)
    assert "send_worklist" in onboard(app, "runs", "1") + onboard(app, "runs", "4")
    said = onboard(app, "jobs")
    assert "late" in said and "send_digests" in said and "2026-11-23" in said


@pytest.mark.parametrize(("minutes", "words"), [(0, "on time"), (1, "on time"), (25, "25 min late"), (190, "3 h 10 min late")])
def test_lateness_is_said_in_hours_and_minutes(minutes: int, words: str) -> None:
    from datetime import timedelta

    assert lateness(timedelta(minutes=minutes)) == words
    assert lateness(None) == "-"


@pytest.mark.parametrize(
    ("outcome", "untold", "mode", "is_good"),
    [
        ("sent", False, Mode.LIVE, True),
        ("nothing", False, Mode.TRIAL, True),
        ("sent", True, Mode.LIVE, False),
        ("failed", False, Mode.LIVE, False),
        ("held", False, Mode.LIVE, False),
        ("waiting", False, Mode.LIVE, False),
        ("dry", False, Mode.DRY, False),
    ],
)
def test_a_good_run_came_through_and_everything_was_told(outcome: str, untold: bool, mode: Mode, is_good: bool) -> None:
    trouble = ("a mail is in doubt",)
    report = RunReport(job=JobName.WORKLIST, slot=MONDAY, mode=mode, outcome=outcome, run=1, trouble=trouble, untold=untold)
    assert good(report) == is_good


class Switch(HTTPServer):
    """A dead man's switch that counts its calls."""

    def __init__(self, code: int) -> None:
        calls: list[str] = []

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                calls.append(self.path)
                self.send_response(code)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Answer)
        self.calls = calls
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hush-hush"

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def test_the_switch_is_called_after_a_good_run_and_not_after_a_bad_one(home: Path) -> None:
    app = open_app(home, clock=HandClock())
    fine = RunReport(job=JobName.WORKLIST, slot=MONDAY, mode=Mode.LIVE, outcome="nothing", run=1)
    bad = RunReport(job=JobName.WORKLIST, slot=MONDAY, mode=Mode.LIVE, outcome="failed", run=1)
    with Switch(200) as switch:
        with (home / "secrets.env").open("a") as file:
            file.write(f"ONBOARD_PING_URL={switch.url}\n")
        after(app, [bad])
        after(app, [])
        assert switch.calls == []
        after(app, [fine])
        assert switch.calls == ["/hush-hush"]
    app.close()


def test_a_switch_that_does_not_answer_is_said_without_its_address() -> None:
    with Switch(500) as switch, pytest.raises(OnboardError, match=r"did not answer \(500\)") as caught:
        ping(switch.url)
    assert "hush" not in str(caught.value)
    with pytest.raises(OnboardError, match="did not answer"):
        ping("http://127.0.0.1:1/hush-hush", seconds=2)
    with pytest.raises(ConfigError, match="not a web address"):
        ping("ftp://hush-hush")


def test_a_board_in_no_folder_is_a_mistake_of_the_settings(tmp_path: Path, sample: SampleServer) -> None:
    home = make_lab(tmp_path / "rivera", sample, more='\n[board]\nfile = "nowhere/board.html"\n[retention]\nbodies_days = 0\n')
    with pytest.raises(ConfigError) as caught:
        open_app(home)
    assert "[retention], bodies_days: 0 will not do" in str(caught.value)
    home = make_lab(tmp_path / "second", sample, more='\n[board]\nfile = "nowhere/board.html"\n')
    with pytest.raises(ConfigError, match=r"\[board\], file: folder "):
        open_app(home)

"""The process that stays: what it tells the service manager, how it stops, and the lines that start it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from jobs.scheduler import Watch
from jobs.service import needed_secrets, one_lines, service_unit
from onboard.adapters.service_manager import ServiceManager
from onboard.adapters.status_port import Counts, StatusPort
from onboard.errors import ConfigError
from onboard.model import Delivery, JobName, MailNumbers, MessageKind, Mode, RunReport
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab


@contextmanager
def listening(path: str) -> Iterator[socket.socket]:
    """A service manager that hears everything."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.settimeout(60)
        yield ear


def heard(ear: socket.socket, until: str) -> list[str]:
    """Everything said up to a word."""
    said: list[str] = []
    while not said or not said[-1].startswith(until):
        said.append(ear.recv(4096).decode())
    return said


class TestServiceManager:
    def test_says_ready_alive_and_stopping_in_systemds_words(self, tmp_path: Path) -> None:
        with listening(str(tmp_path / "notify")) as ear:
            manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"})
            assert manager.every == 15
            manager.ready("rivera")
            manager.alive()
            manager.stopping()
            assert heard(ear, "STOPPING") == ["READY=1\nSTATUS=rivera", "WATCHDOG=1", "STOPPING=1"]

    def test_a_name_in_the_kernels_own_space_is_found(self) -> None:
        with listening(f"\0onboard-test-{os.getpid()}") as ear:
            ServiceManager({"NOTIFY_SOCKET": f"@onboard-test-{os.getpid()}"}).alive()
            assert ear.recv(100) == b"WATCHDOG=1"

    @pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}], ids=["nobody", "gone"])
    def test_nobody_listening_is_no_trouble(self, environ: dict[str, str]) -> None:
        ServiceManager(environ).ready("rivera")
        assert ServiceManager(environ).every == 0

    def test_a_watchdog_meant_for_another_process_is_not_ours(self) -> None:
        assert ServiceManager({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}).every == 0

    def test_a_process_whose_every_worker_is_stuck_is_not_alive(self) -> None:
        watch = Watch(workers=2)
        watch.begun["a"] = time.monotonic() - 7 * 3600
        assert watch.alive()
        watch.begun["b"] = time.monotonic() - 7 * 3600
        assert not watch.alive()


def test_sigterm_ends_the_process_with_0_after_ready_and_stopping(tmp_path: Path, sample: SampleServer) -> None:
    """A real `onboard serve` of a lab whose jobs may or may not be due now; it stops as it should either way."""
    home = make_lab(tmp_path / "rivera", sample)
    with listening(str(tmp_path / "notify")) as ear:
        environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
        words = [sys.executable, "-m", "jobs", "serve", "--home", str(home), "--log", "json"]
        served = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        heard(ear, "READY=1")
        heard(ear, "WATCHDOG=1")
        served.send_signal(signal.SIGTERM)
        heard(ear, "STOPPING=1")
        out, log = served.communicate(timeout=60)
    assert served.returncode == 0, out + log
    assert "Serving Rivera Lab in mode live" in out
    for line in log.splitlines():
        assert line.startswith("{"), log


@pytest.mark.usefixtures("true_clock")  # the scheduler's own clock is the true one
def test_the_run_in_hand_ends_before_the_process(tmp_path: Path, sample: SampleServer) -> None:
    """The scheduler itself, told to stop while a look is under way: the look ends, then `serve` returns."""
    import threading

    from jobs.labs import LabHome
    from jobs.scheduler import build

    started, go_on, ended = Event(), Event(), Event()

    class Slow(LabHome):
        """A lab whose look takes until it is let go."""

        def wants_look(self) -> bool:
            return True

        def look(self, stop) -> list[RunReport]:
            started.set()
            go_on.wait(30)
            assert stop(), "the run in hand was told to come to an end"
            ended.set()
            return []

    stop = Event()
    scheduler = build([Slow(tmp_path, HandClock())], lambda lab, report: None, stop, Watch(workers=1))
    scheduler.start()
    assert started.wait(30)
    stop.set()
    threading.Timer(0.2, go_on.set).start()
    scheduler.shutdown(wait=True)
    assert ended.is_set()


HANGS = """
import sys, threading, time
from datetime import timedelta
from pathlib import Path
from jobs import scheduler
from jobs.labs import LabHome
from onboard.adapters.service_manager import ServiceManager
from tests.jobs.clocks import HandClock

class Hanging(LabHome):
    def wants_look(self):
        return True
    def look(self, stop):
        print("hangs", flush=True)
        time.sleep(120)
        return []

stop = threading.Event()
threading.Timer(1.0, stop.set).start()
lab = Hanging(Path(sys.argv[1]), HandClock())
print(scheduler.serve([lab], print, ServiceManager({}), stop, timedelta(seconds=0.3)), flush=True)
import os; os._exit(0)
"""


def test_a_run_that_hangs_in_somebody_elses_server_does_not_outlast_the_grace(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", HANGS, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["hangs", "False"] and done.returncode == 0, done.stderr
    assert "the next start takes it over" in done.stderr
    assert time.monotonic() - begun < 30


class TestLines:
    def test_each_way_runs_what_is_due_and_sends(self, home: Path) -> None:
        text = one_lines(home)
        cron = next(line for line in text.splitlines() if line.startswith("*/10"))
        assert shlex.split(cron)[5:] == [
            str(Path(sys.executable).parent / "onboard"), "run", "due", "--send", "--quiet", "--home", str(home.absolute()),
        ]  # fmt: skip
        assert text.count("run due --send --home") == 2
        assert "enable --now onboard.timer" in text and "schtasks /Create" in text

    def test_the_user_timers_line_writes_both_files(self, home: Path, tmp_path: Path) -> None:
        lines = one_lines(home).splitlines()
        begin = next(n for n, line in enumerate(lines) if line.startswith("mkdir"))
        script = "\n".join(lines[begin : begin + 4]).replace("systemctl", "true ")
        subprocess.run(["sh", "-c", script], check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, timeout=30)
        folder = tmp_path / ".config/systemd/user"
        assert "OnCalendar=*:0/10\nPersistent=true" in (folder / "onboard.timer").read_text()
        service = (folder / "onboard.service").read_text()
        assert "Type=oneshot" in service and f"--home {home.absolute()}\n" in service

    def test_an_odd_folder_comes_out_of_each_way_as_it_went_in(self, tmp_path: Path) -> None:
        odd = tmp_path / "it's 5% off"
        lines = one_lines(odd).splitlines()
        cron = next(line for line in lines if line.startswith("*/10"))
        assert shlex.split(cron.replace(r"\%", "%"))[-1] == str(odd) and "%" not in cron.replace(r"\%", "")
        begin = next(n for n, line in enumerate(lines) if line.startswith("mkdir"))
        script = "\n".join(lines[begin : begin + 4]).replace("systemctl", "true ")
        subprocess.run(["sh", "-c", script], check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, timeout=30)
        service = (tmp_path / ".config/systemd/user/onboard.service").read_text()
        assert f'--home "{str(odd).replace("%", "%%")}"\n' in service

    def test_a_folder_of_labs_has_lines_and_a_unit_of_its_own_and_no_shared_secret(self, tmp_path: Path) -> None:
        assert one_lines(Path(), tmp_path / "labs").count(f"--labs {tmp_path / 'labs'}") == 2
        unit = service_unit(Path(), tmp_path / "labs")
        assert "serve --labs /var/lib/onboard --log json" in unit and "LoadCredential" not in unit

    def test_a_board_on_a_shared_drive_may_be_written(self, tmp_path: Path, sample: SampleServer) -> None:
        (tmp_path / "shared drive").mkdir()
        board = f'\n[board]\nfile = "{tmp_path / "shared drive" / "board.html"}"\n'
        unit = service_unit(make_lab(tmp_path / "rivera", sample, more=board))
        assert f'ReadWritePaths=/var/lib/onboard "{tmp_path / "shared drive"}"\n' in unit

    def test_the_unit_asks_for_the_secrets_this_lab_needs(self, home: Path) -> None:
        assert needed_secrets(home) == ["ONBOARD_PEOPLE_TOKEN", "ONBOARD_PROTOCOLS_TOKEN"]
        with (home / "secrets.env").open("a") as file:
            file.write("ONBOARD_PING_URL=https://ping.example/abc\n")
        assert "LoadCredential=ONBOARD_PING_URL:/etc/onboard/ONBOARD_PING_URL" in service_unit(home)
        assert needed_secrets(home / "nowhere") == ["ONBOARD_PEOPLE_TOKEN", "ONBOARD_PROTOCOLS_TOKEN"]

    def test_systemd_finds_the_unit_sound_and_well_locked(self, home: Path, tmp_path: Path) -> None:
        if shutil.which("systemd-analyze") is None:
            pytest.skip("systemd-analyze is not installed: apt-get install systemd")
        unit = tmp_path / "onboard.service"
        unit.write_text("[Unit]" + service_unit(home).partition("[Unit]")[2], encoding="utf-8")
        words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
        assert level, done.stdout + done.stderr
        assert float(level[1]) <= 2.0, done.stdout
        assert "Unknown" not in done.stderr


class TestStatusPort:
    @pytest.fixture
    def counts(self) -> Counts:
        counts = Counts()
        sent = Delivery(message_id="<1@x>", kind=MessageKind.REMINDER, reader="layla@northlake.example", state="sent", detail="")
        report = RunReport(
            job=JobName.REMINDERS, slot=MONDAY, mode=Mode.LIVE, outcome="sent", run=1, deliveries=(sent,), problems=4,
            read_at=HandClock().now(),
        )  # fmt: skip
        counts.add("rivera", report)
        return counts

    def test_metrics_count_runs_and_mails_and_name_nobody(self, counts: Counts) -> None:
        with StatusPort(0, counts, lambda: [("rivera", "")]) as port:
            text = urlopen(f"http://127.0.0.1:{port.port}/metrics", timeout=10).read().decode()
        assert 'onboard_runs_total{lab="rivera",job="send_reminders",outcome="sent"} 1' in text
        assert 'onboard_mails_total{lab="rivera",state="sent"} 1' in text
        assert 'onboard_unreadable_cells{lab="rivera"} 4' in text
        assert "layla" not in text
        for line in text.splitlines():
            assert re.fullmatch(r'# (HELP|TYPE) .*|[a-z_]+\{([a-z]+="[^"]*",?)*\} [\d.e+]+', line), line

    def test_metrics_tell_how_the_mail_stands(self, counts: Counts) -> None:
        stands = MailNumbers(held=True, closed=2, in_doubt=3, given_up=4)
        with StatusPort(0, counts, lambda: [("rivera", "")], lambda: {"rivera": stands}) as port:
            text = urlopen(f"http://127.0.0.1:{port.port}/metrics", timeout=10).read().decode()
        for line in ("mail_held 1", "addresses_closed 2", "mails_in_doubt 3", "mails_given_up_total 4"):
            name, number = line.split()
            assert f'onboard_{name}{{lab="rivera"}} {number}\n' in text

    @pytest.mark.parametrize(
        ("labs", "code"), [([("a", "")], 200), ([("a", ""), ("b", "broken")], 200), ([("a", "broken")], 503)]
    )
    def test_health_is_bad_when_no_lab_can_be_served(self, counts: Counts, labs: list[tuple[str, str]], code: int) -> None:
        with StatusPort(0, counts, lambda: labs) as port:
            try:
                answer = urlopen(f"http://127.0.0.1:{port.port}/healthz", timeout=10)
            except HTTPError as error:
                answer = error
            with answer:
                assert answer.status == code
                said = answer.read().decode()
        assert ("broken" not in said) and (said == "ok\n" or "cannot be used" in said)

    def test_other_pages_are_not_there_and_a_taken_port_is_named(self, counts: Counts) -> None:
        with StatusPort(0, counts, list) as port:
            with pytest.raises(HTTPError, match="404") as caught:
                urlopen(f"http://127.0.0.1:{port.port}/", timeout=10)
            caught.value.close()
            with pytest.raises(ConfigError, match="Give another one"):
                StatusPort(port.port, counts, list)

"""Many labs in a few processes: the same looks, nothing lost when one is killed, and nobody left behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.labs import PATIENCE, LabHome, Looked, look_into
from jobs.workers import Looking, Workers, _Manager, _Worker, looking, nothing, workers_wanted
from onboard.adapters.log_lines import set_up_log
from onboard.adapters.system_clock import FixedClock
from onboard.pipeline.tools import never
from onboard.ports import Clock
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begun
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab
from tests.jobs.test_service import heard, listening

MORNING = HandClock().at


@pytest.mark.parametrize(
    ("labs", "cores", "wanted"),
    [(1, 8, 0), (49, 8, 0), (50, 8, 2), (3000, 2, 2), (3000, 1, 0), (110, 64, 4)],
    ids=["one lab", "a few", "enough for two", "a small server", "one core", "a big server"],
)
def test_processes_are_for_many_labs_and_several_cores(labs: int, cores: int, wanted: int) -> None:
    assert workers_wanted(labs, cores) == wanted


def test_a_few_labs_are_looked_into_by_this_process(tmp_path: Path) -> None:
    lab = LabHome(tmp_path, FixedClock(MORNING))
    with looking([lab], nothing) as let_end:
        assert lab.look_by is look_into and let_end is nothing


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(set_up_log)
    found.start(2)
    yield found
    found.close()


def processes(workers: Workers) -> list[int]:
    return [worker.looking.process() for worker in workers._workers]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def test_a_look_by_another_process_is_the_same_look_and_a_killed_one_costs_what_it_had_in_hand(
    workers: Workers, tmp_path: Path, sample: SampleServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The Adeyemi Lab runs here and the Chen Lab there; then the system kills that process, and the Chen Lab is due again."""
    clock = HandClock()
    here, there = (
        LabHome(begun(make_lab(tmp_path / name, sample, lab=name), MONDAY, clock=clock), clock) for name in ("adeyemi", "chen")
    )
    there.load()
    there.look_by = workers.look_into
    with ThreadPoolExecutor(2) as pool:
        looks = [
            [(report.job, report.outcome, len(report.deliveries)) for report in reports]
            for reports in pool.map(lambda lab: lab.look(never), (here, there))
        ]
    assert looks[0] == looks[1] and len(looks[1]) == 4
    kinds = sorted(path.name.split("-")[0] for path in (there.home / "mail").glob("*.eml"))
    assert (there.home / "ledger.db").exists() and kinds == ["digest", "digest", "welcome", "welcome", "worklist"]
    assert not there.wants_look() and len(there.last) == 4

    clock.at += timedelta(days=1)
    first, other = processes(workers)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: gone(first))
    with caplog.at_level(logging.ERROR):
        assert there.look(never) == []
    assert [getattr(record, "lab", "") for record in caplog.records if record.name == "onboard.labs"] == ["chen"]
    assert not there.wants_look(), "it waits a little before it is tried again"
    clock.at += PATIENCE
    assert there.wants_look()
    assert [bool(report.run) for report in there.look(never)] == [True] * 3, "the digest is Monday's"
    still, second = processes(workers)
    assert still == other and second not in (first, os.getpid())


class Ending(_Manager):
    """The process of a worker, as far as it is ended."""

    ended = False

    def shutdown(self) -> None:
        self.ended = True


class Hand(Looking):
    """A worker without a process. One that was killed answers nothing more."""

    def __init__(self) -> None:
        super().__init__()
        self.killed, self.looks = False, 0

    def look_into(self, home: Path, name: str, clock: Clock) -> Looked:
        if self.killed:
            raise EOFError
        self.looks += 1
        return Looked(waits=False)


class Short(Workers):
    """A machine with room for so many more."""

    room, tried = 2, 0

    def _new(self) -> _Worker:
        assert not self._lock.locked(), "the looks of the others wait for nothing"
        self.tried += 1
        if not self.room:
            raise OSError(12, "Cannot allocate memory")
        self.room -= 1
        return _Worker(manager=Ending(), looking=Hand())


def test_one_that_cannot_be_replaced_costs_one_look_and_the_others_go_on(tmp_path: Path) -> None:
    clock, workers = HandClock(), Short(nothing)
    workers.start(2)
    lost, left = list(workers._workers)
    assert isinstance(lost.looking, Hand) and isinstance(left.looking, Hand) and isinstance(lost.manager, Ending)
    lost.looking.killed = True
    waits = [workers.look_into(tmp_path, "rivera", clock, never).waits for _ in range(6)]
    assert waits == [True] + [False] * 5 and left.looking.looks == 5 and lost.manager.ended
    assert workers.tried == 3, "what failed a moment ago is not tried at every look"
    clock.at += PATIENCE
    workers.look_into(tmp_path, "rivera", clock, never)
    assert (workers.tried, workers._workers) == (4, [left])
    workers.room = 1
    clock.at += PATIENCE
    workers.look_into(tmp_path, "rivera", clock, never)
    assert (workers.tried, len(workers._workers)) == (5, 2)
    clock.at += PATIENCE
    workers.look_into(tmp_path, "rivera", clock, never)
    assert workers.tried == 5, "nobody is missing"


def test_with_none_left_this_process_looks_and_is_told_to_stop_too(tmp_path: Path) -> None:
    stops: list[bool] = []

    def here(home: Path, name: str, clock: Clock, stop: Callable[[], bool]) -> Looked:
        stops.append(stop())
        return Looked(waits=False)

    clock, workers = HandClock(), Short(nothing, here)
    workers.start(2)
    for worker in workers._workers:
        assert isinstance(worker.looking, Hand)
        worker.looking.killed = True
    assert [workers.look_into(tmp_path, "rivera", clock, never).waits for _ in range(3)] == [True, True, False]
    workers.stop()
    workers.look_into(tmp_path, "rivera", clock, never)
    assert stops == [False, True] and not workers._workers


def test_who_asks_to_stop_is_heard_by_every_process(workers: Workers, tmp_path: Path, sample: SampleServer) -> None:
    home = make_lab(tmp_path / "rivera", sample)
    for process in processes(workers):
        # a service manager may tell everybody; who started them says when
        os.kill(process, signal.SIGTERM)
    workers.stop()
    looks = [workers.look_into(home, "rivera", FixedClock(MORNING), never) for _ in range(2)]
    assert [(look.reports, look.waits) for look in looks] == [([], True)] * 2
    assert not (home / "mail").exists()
    numbers = processes(workers)
    workers.close()
    assert until(lambda: all(map(gone, numbers)))


_STARTS = """
import os, time
from jobs.workers import Workers, nothing
if __name__ == "__main__":
    workers = Workers(nothing)
    workers.start(1)
    print(workers._workers[0].looking.process(), flush=True)
    time.sleep(60)
"""


@pytest.mark.one_date("starts a process with a PYTHONPATH of its own")
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "starts.py"
    script.write_text(_STARTS)
    started = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd(), env=_path())
    assert started.stdout is not None
    worker = int(started.stdout.readline())
    assert not gone(worker)
    started.kill()
    started.communicate(timeout=20)
    assert until(lambda: gone(worker))


def _path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


@pytest.mark.one_date("fifty labs with nothing due: no day matters, and it takes long")
def test_a_service_of_fifty_labs_ends_with_0_and_leaves_nobody(tmp_path: Path, sample: SampleServer) -> None:
    """The labs are in dry mode, so that nothing is due whatever the hour is."""
    first = make_lab(tmp_path / "labs" / "lab0", sample)
    for number in range(1, 50):
        (tmp_path / "labs" / f"lab{number}").mkdir()
    settings = (first / "settings.toml").read_text().replace('mode = "live"', 'mode = "dry"')
    for number in range(50):
        home = tmp_path / "labs" / f"lab{number}"
        for name in ("requirements.toml", "redcap.toml", "schedule.toml"):
            (home / name).write_bytes((first / name).read_bytes())
        (home / "settings.toml").write_text(settings.replace('id = "rivera"', f'id = "lab{number}"'))
    words = [sys.executable, "-m", "jobs", "serve", "--labs", str(tmp_path / "labs")]
    with listening(str(tmp_path / "notify")) as ear:
        environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        served = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        heard(ear, "READY=1")
        numbers = workers_of(Path(f"/proc/{served.pid}/task/{served.pid}/children"))
        served.send_signal(signal.SIGTERM)
        out, log = served.communicate(timeout=60)
    assert len(numbers) == workers_wanted(50)
    assert (served.returncode, log) == (0, ""), out + log
    assert until(lambda: all(map(gone, numbers)))


def workers_of(children: Path) -> list[int]:
    """The workers among the children of a process: those that were spawned and listen."""
    found = []
    for number in children.read_text().split():
        words = Path(f"/proc/{number}/cmdline").read_bytes()
        found += [int(number)] if b"spawn_main" in words else []
    return found

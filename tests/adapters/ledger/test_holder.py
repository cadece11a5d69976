"""Who holds a run: a killed process gives its slot back at once, a living or a foreign one keeps it until the lease ends."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import sys

import pytest

from onboard.adapters.ledger.holder import is_gone, this_process
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import LedgerError
from onboard.model import RunReport
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, REMINDERS, HandClock, outgoing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which process is gone")
_FORK = mp.get_context("fork")


def _hold(url: str, now, pipe) -> None:
    """Take the slot and wait to be killed."""
    SqlLedger(url, "rivera").begin_run(LIVE, REMINDERS, MONDAY, now)
    pipe.send(this_process())
    pipe.recv()


@pytest.fixture
def holder(sqlite_ledger: SqlLedger, tmp_path, clock: HandClock):
    """Another process that holds Monday's reminders: (process, what it is called)."""
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=_hold, args=(f"sqlite:///{sqlite_ledger._door._engine.url.database}", clock.now(), there))
    process.start()
    yield process, here.recv()
    process.kill()
    process.join()


def test_a_killed_process_gives_its_slot_back_at_once(sqlite_ledger: SqlLedger, clock: HandClock, holder) -> None:
    process, name = holder
    assert not is_gone(name) and sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now()) is None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert is_gone(name)
    run = sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now())
    assert run is not None and sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now()) is None


def test_one_that_ended_and_was_not_asked_how_is_gone_too(holder) -> None:
    process, name = holder
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(name)


def test_this_process_holds_what_it_holds() -> None:
    assert this_process() and not is_gone(this_process())


def test_a_number_used_again_is_another_process() -> None:
    place, number, started = this_process().split("/")
    assert is_gone(f"{place}/{number}/{int(started) - 1}")


@pytest.mark.parametrize("name", ["", "old-token", "other-boot:1/1/1", f"{'0' * 36}:4026531836/999999999/1", "//", "x/y/z"])
def test_what_is_not_known_is_not_gone(name: str) -> None:
    assert not is_gone(name)


def test_another_machine_keeps_its_slot_until_the_lease_ends(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    assert sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now())
    with sqlite_ledger._door.writing() as connection:
        connection.exec_driver_sql("UPDATE run SET token = 'another-boot:1/1/1#aa'")
    clock.wait(minutes=14)
    assert sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now()) is None
    clock.wait(minutes=2)
    assert sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now())


def test_one_wrongly_taken_for_gone_sends_nothing_twice(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    slow = sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now())
    with sqlite_ledger._door.writing() as connection:
        connection.exec_driver_sql("UPDATE run SET lease_until = '2020-01-01T00:00:00.000000Z'")
    quick = sqlite_ledger.begin_run(LIVE, REMINDERS, MONDAY, clock.now())
    assert slow and quick
    mail = outgoing(LEILA.address, "r/1")
    assert sqlite_ledger.enqueue(quick, [mail], sqlite_ledger.history(LIVE, ignoring=REMINDERS).version, clock.now())
    late = outgoing(LEILA.address, "r/2")
    with pytest.raises(LedgerError, match="taken over"):
        sqlite_ledger.enqueue(slow, [late], sqlite_ledger.history(LIVE, ignoring=REMINDERS).version, clock.now())
    sqlite_ledger.end_run(slow, RunReport(job=REMINDERS, slot=MONDAY, mode=LIVE, outcome="failed"), clock.now())
    assert sqlite_ledger.outbox(LIVE) == {"queued": 1}

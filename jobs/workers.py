"""Looks into many labs, in a few processes.

It decides how many processes there are and which one looks; labs.py defines a look.

Python does one thing at a time in a process, so one process keeps one core busy, however many labs wait. A process of its own
takes up to 220 MB and a second or two to begin, so there are none for a few labs. Nothing else moves: this process decides when a
lab is looked into, writes the log of the runs and answers the service manager; what makes a run happen once is its row in the
ledger, whichever process does it. A worker that is killed costs the looks it had in hand, which are tried again. One that cannot
be replaced (no memory, perhaps) costs no more: the others do its work, and this process when there are none.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.managers import BaseManager, RemoteError
from pathlib import Path
from threading import Event, Lock, Thread

from jobs.labs import PATIENCE, LabHome, Looked, LookInto, look_into
from onboard.adapters.files.owner_alone import given_umask, guard
from onboard.ports import Clock

LOG = logging.getLogger("onboard.labs")
#: So many labs are worth a process.
_LABS_EACH = 25
#: What a call of a process that was killed ends with.
_GONE = (EOFError, OSError)
#: The error of a start without enough memory.
_NO_START = (*_GONE, RemoteError)


def workers_wanted(labs: int, cores: int | None = None) -> int:
    """How many processes look into so many labs; 0: this one does."""
    wanted = min(cores or os.cpu_count() or 1, labs // _LABS_EACH)
    return wanted if wanted > 1 else 0


class Looking:
    """What a worker does, in its own process: any number of looks at once, a thread each."""

    def __init__(self) -> None:
        self._stop = Event()

    def look_into(self, home: Path, name: str, clock: Clock) -> Looked:
        """One look; it raises nothing."""
        return look_into(home, name, clock, self._stop.is_set)

    def stop(self) -> None:
        """Let the runs in hand come to an end."""
        self._stop.set()

    def process(self) -> int:
        """The number of the process."""
        return os.getpid()


class _Manager(BaseManager):
    """Calls from the threads of this process, each answered by a thread of the worker's."""

    looking: Callable[[], Looking]


_Manager.register("looking", Looking)


def _begin(set_up: Callable[[], None], umask: int) -> None:
    """The first thing a worker does. The one that started it says when to stop, and it never outlives that one."""
    from jobs.__main__ import rarely_collect

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    guard(umask)
    rarely_collect()
    set_up()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@dataclass(slots=True, eq=False)
class _Worker:
    manager: _Manager
    looking: Looking
    in_hand: int = 0


@dataclass(slots=True)
class Workers:
    """Some processes that look into labs, and what this one does when none is left. Threads may share it; close it."""

    set_up: Callable[[], None]
    by_itself: LookInto = look_into
    _workers: list[_Worker] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _missing: int = 0
    _not_before: datetime | None = None
    _stopping: bool = False

    def start(self, number: int) -> None:
        """Start so many."""
        self._workers += [self._new() for _ in range(number)]

    def _new(self) -> _Worker:
        manager = _Manager(ctx=multiprocessing.get_context("spawn"))
        manager.start(_begin, (self.set_up, given_umask()))
        return _Worker(manager=manager, looking=manager.looking())

    def look_into(self, home: Path, name: str, clock: Clock, stop: Callable[[], bool]) -> Looked:
        """See `labs.look_into`; it is told to stop by `stop` of this object."""
        self._replace(clock)
        worker = self._take()
        if worker is None:
            return self.by_itself(home, name, clock, lambda: self._stopping or stop())
        try:
            return worker.looking.look_into(home, name, clock)
        except _GONE:
            LOG.error("the process that looked into this lab was ended; it is looked into again later", extra={"lab": name})
            self._lose(worker)
            self._replace(clock)
        except RemoteError:
            LOG.exception("the look into this lab was stopped by a fault", extra={"lab": name})
        finally:
            with self._lock:
                worker.in_hand -= 1
        return Looked()

    def _take(self) -> _Worker | None:
        """The one with the least in hand; None when all are gone."""
        with self._lock:
            worker = min(self._workers, key=lambda one: one.in_hand, default=None)
            if worker is not None:
                worker.in_hand += 1
            return worker

    def _lose(self, worker: _Worker) -> None:
        """Give nothing more to one that is gone: having nothing in hand, it would be given every look."""
        with self._lock:
            if worker not in self._workers:
                return
            self._workers.remove(worker)
            self._missing += 1
        worker.manager.shutdown()

    def _replace(self, clock: Clock) -> None:
        """Start another worker in place of one that is gone.

        Unless that failed a moment ago. A start takes a second or two, so the looks of the others do not wait for it.
        """
        with self._lock:
            if not self._missing or self._stopping or (self._not_before is not None and clock.now() < self._not_before):
                return
            self._missing -= 1
        try:
            worker = self._new()
        except _NO_START:
            LOG.exception("no process could be started in the place of one that is gone; the others do its work for now")
            with self._lock:
                self._missing, self._not_before = self._missing + 1, clock.now() + PATIENCE
            return
        with self._lock:
            if not self._stopping:
                self._workers.append(worker)
                return
        worker.manager.shutdown()

    def stop(self) -> None:
        """Let the runs in hand come to an end."""
        for worker in self._last_ones():
            with suppress(*_GONE):
                worker.looking.stop()

    def close(self) -> None:
        """End the processes, with whatever is still in hand."""
        for worker in self._last_ones():
            worker.manager.shutdown()

    def _last_ones(self) -> list[_Worker]:
        """Return the present workers; no worker is added any more."""
        with self._lock:
            self._stopping = True
            return list(self._workers)


def nothing() -> None:
    """Nothing is to be done."""


@contextmanager
def looking(labs: Sequence[LabHome], set_up: Callable[[], None], cores: int | None = None) -> Iterator[Callable[[], None]]:
    """While the block runs, so many labs are looked into by as many processes as it takes; for a few, by this one.

    `set_up` is called in each of them as it begins, so it must be a plain function. Yields what lets the runs in hand end.
    """
    number = workers_wanted(len(labs), cores)
    if not number:
        yield nothing
        return
    workers = Workers(set_up)
    try:
        workers.start(number)
        for lab in labs:
            lab.look_by = workers.look_into
    except _GONE:
        LOG.exception("no further process could be started; this one looks into all labs alone")
    try:
        yield workers.stop
    finally:
        for lab in labs:
            lab.look_by = look_into
        workers.close()

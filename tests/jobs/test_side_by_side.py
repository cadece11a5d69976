"""Labs of one process open their ledgers side by side: none waits for another's database, none writes into another's."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Engine, create_engine, event

from onboard.adapters.ledger import engine, migrations
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.app import App, open_app
from onboard.app.once import Once
from onboard.errors import LedgerError
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.conftest import make_lab


def _tables(path: Path) -> tuple[str, set[str]]:
    with closing(sqlite3.connect(path)) as file:
        made = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return file.execute("SELECT version_num FROM alembic_version").fetchone()[0], made


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """The file is locked against everybody, readers too."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _somebody_connects() -> Iterator[threading.Event]:
    seen = threading.Event()

    def see(*_: object) -> None:
        seen.set()

    event.listen(Engine, "do_connect", see)
    try:
        yield seen
    finally:
        event.remove(Engine, "do_connect", see)


def test_a_stuck_ledger_holds_up_its_own_lab_only(tmp_path: Path, sample: SampleServer) -> None:
    stuck, fine = (open_app(make_lab(tmp_path / name, sample, lab=name)) for name in ("stuck", "fine"))
    with ThreadPoolExecutor(2) as pool:
        with _held(tmp_path / "stuck" / "ledger.db"), _somebody_connects() as connecting:
            waiting = pool.submit(lambda: stuck.ledger)
            assert connecting.wait(5)
            assert pool.submit(lambda: fine.ledger).result(timeout=5).last_runs() == []
            assert not waiting.done()
        assert waiting.result(timeout=5).last_runs() == []
    stuck.close()
    fine.close()


def test_a_room_is_built_once_and_known_by_its_name(tmp_path: Path, sample: SampleServer) -> None:
    app = open_app(make_lab(tmp_path / "rivera", sample))
    assert "ledger" not in app.__dict__ and not app.remembers
    assert app.ledger is app.ledger and app.__dict__["ledger"] is app.ledger and app.remembers
    assert App.ledger.__doc__ == "The lab's memory; tables are made or upgraded when it is opened."
    app.close()


def test_two_threads_that_build_a_room_at_once_share_the_first() -> None:
    both = threading.Barrier(2)

    class House:
        @Once
        def room(self) -> object:
            both.wait(5)
            return object()

    house = House()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: house.room, range(2))) == [house.room] * 2


def test_ledgers_made_at_once_are_all_whole(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.db" for number in range(16)]
    together = threading.Barrier(len(files))

    def opened(path: Path) -> None:
        together.wait(10)
        SqlLedger(f"sqlite:///{path}", path.stem).close()

    with ThreadPoolExecutor(len(files)) as pool:
        opening = [pool.submit(opened, path) for path in files]
    assert [each.exception() for each in opening] == [None] * len(files)
    SqlLedger(f"sqlite:///{tmp_path / 'alone.db'}", "alone").close()
    alone = _tables(tmp_path / "alone.db")
    assert alone[0] == migrations.HEAD
    assert [_tables(path) for path in files] == [alone] * len(files)


def test_an_upgrade_without_end_stops_no_ready_ledger_and_the_others_say_so(tmp_path: Path) -> None:
    ready = f"sqlite:///{tmp_path / 'ready.db'}"
    SqlLedger(ready, "ready").close()
    with migrations._ALEMBIC:
        SqlLedger(ready, "ready").close()
        fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
        with fresh.begin() as connection, pytest.raises(LedgerError, match="upgrade of another lab's ledger: run again"):
            migrations.upgrade(connection, patience=0.05)
    SqlLedger(f"sqlite:///{tmp_path / 'fresh.db'}", "fresh").close()
    assert _tables(tmp_path / "fresh.db") == _tables(tmp_path / "ready.db")


def test_a_server_that_never_answers_is_given_up() -> None:
    pytest.importorskip("psycopg")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        began = monotonic()
        with pytest.raises(LedgerError, match="the database does not answer"):
            SqlLedger(f"postgresql://rivera@127.0.0.1:{silent.getsockname()[1]}/ledger?connect_timeout=2", "rivera")
    assert monotonic() - began < 10


@pytest.mark.parametrize(("asked", "given"), [("", "10"), ("?connect_timeout=3", "3")])
def test_who_names_a_timeout_keeps_it(asked: str, given: str) -> None:
    url = engine._answering(engine._checked(f"postgresql://rivera@host/ledger{asked}"))
    assert url.query["connect_timeout"] == given

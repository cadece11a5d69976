"""Many labs, one installation: what happens in one is felt in no other, and no row, mail or log line crosses over."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import threading
import uuid
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from weakref import ref

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from jobs.labs import PATIENCE, TIDY_EVERY, LabHome, labs_in, look_into
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import ConfigError
from onboard.model import Mode
from onboard.pipeline.tools import never
from onboard.sandbox.sample.server import SampleServer
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.beginnings import begun
from tests.clocks import command_line
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab
from tests.pipeline.delivery_cast import LEILA, outgoing, queue


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    return clock


@pytest.fixture
def folder(tmp_path: Path, sample: SampleServer, clock: HandClock) -> Path:
    """Three labs; the second one's settings are broken."""
    for name in ("adeyemi", "brandt", "chen"):
        make_lab(tmp_path / "labs" / name, sample, lab=name)
    for name in ("adeyemi", "chen"):
        begun(tmp_path / "labs" / name, MONDAY, clock=clock)
    settings = tmp_path / "labs" / "brandt" / "settings.toml"
    settings.write_text(settings.read_text().replace('zone = "America/New_York"', 'zone = "Mars/Olympus"'))
    return tmp_path / "labs"


def test_a_bad_configuration_is_reported_and_the_others_go_on(
    folder: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        labs = labs_in(folder, clock)
    assert [(lab.name, bool(lab.trouble)) for lab in labs] == [("adeyemi", False), ("brandt", True), ("chen", False)]
    assert "'Mars/Olympus' is not a time zone" in labs[1].trouble
    assert any("Mars/Olympus" in record.message and record.lab == "brandt" for record in caplog.records)  # type: ignore[attr-defined]
    assert [lab.wants_look() for lab in labs] == [True, False, True]
    reports = labs[0].look(never)
    assert len(reports) == 4 and not labs[0].wants_look()
    assert not (folder / "chen" / "handed_over.jsonl").exists() and not (folder / "brandt" / "ledger.db").exists()
    for name in ("adeyemi", "chen"):
        assert (folder / name / "mail").exists() == (name == "adeyemi")

    settings = folder / "brandt" / "settings.toml"
    settings.write_text(settings.read_text().replace("Mars/Olympus", "America/Los_Angeles"))
    os.utime(settings, (1, 1))
    assert labs[1].wants_look() is False, "at six in the morning, in Los Angeles, nothing is due"
    clock.set(MONDAY, time(12))
    assert labs[1].wants_look() and not labs[1].trouble


def test_a_home_whose_files_cannot_be_read_is_reported_once_and_the_others_go_on(
    folder: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "adeyemi" / "requirements.toml").unlink()
    (folder / "adeyemi" / "requirements.toml").mkdir()
    (folder / "brandt" / "settings.toml").write_bytes(b"\xff\xfe[lab]")
    with caplog.at_level(logging.INFO):
        labs = labs_in(folder, clock)
        assert [bool(lab.trouble) for lab in labs] == [True, True, False]
        assert [lab.wants_look() for lab in labs] == [False, False, True]
    said = [record.message for record in caplog.records if getattr(record, "lab", "") == "adeyemi"]
    assert len(said) == 1 and labs[0].trouble in said[0]


def test_a_fault_that_passed_is_forgotten_though_no_watched_file_changed(
    folder: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A certificate that is put in its place later: the home is tried again now and then, not every minute, and says why once."""
    settings = folder / "chen" / "settings.toml"
    settings.write_text(settings.read_text().replace("retries = 0", 'retries = 0\nca_file = "ca.pem"'))
    lab = LabHome(folder / "chen", clock)
    with caplog.at_level(logging.INFO):
        assert not lab.wants_look() and "there is no file" in lab.trouble
        clock.at += PATIENCE
        assert not lab.wants_look()
    assert [record.message for record in caplog.records if "ca.pem" in record.message] == [f"chen: {lab.trouble}"]
    (folder / "chen" / "ca.pem").write_text("a certificate")
    clock.at += PATIENCE - timedelta(minutes=1)
    assert not lab.wants_look(), "its files are not read every minute"
    clock.at += timedelta(minutes=1)
    assert lab.wants_look() and not lab.trouble


def test_a_home_that_could_not_be_read_for_a_moment_is_read_again(folder: Path, clock: HandClock) -> None:
    """A folder in a file's place is no ConfigError; the time of the file is put back, so that only the wait can help."""
    rules = folder / "chen" / "requirements.toml"
    right, stamp = rules.read_bytes(), rules.stat().st_mtime
    rules.unlink()
    rules.mkdir()
    os.utime(rules, (stamp, stamp))
    lab = LabHome(folder / "chen", clock)
    assert not lab.wants_look() and "cannot be read" in lab.trouble
    rules.rmdir()
    rules.write_bytes(right)
    os.utime(rules, (stamp, stamp))
    assert not lab.wants_look()
    clock.at += PATIENCE
    assert lab.wants_look() and not lab.trouble


def test_a_fault_in_one_lab_is_logged_for_it_alone_and_waits_before_the_next_look(
    folder: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    lab = labs_in(folder, clock)[0]
    (folder / "adeyemi" / "ledger.db").write_text("this is no ledger " * 100)
    with caplog.at_level(logging.INFO):
        assert lab.look(never) == []
    assert "it is not a ledger" in caplog.records[-1].message
    assert caplog.records[-1].lab == "adeyemi"  # type: ignore[attr-defined]
    assert not lab.wants_look()
    clock.set(MONDAY, time(9, 11))
    assert lab.wants_look()


def test_a_slow_lab_holds_up_nobody(folder: Path, clock: HandClock) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from jobs.run_job import _run_lab

    blocked, others = threading.Event(), threading.Event()

    class Slow(LabHome):
        """Its REDCap answers only when the others are done."""

        def look(self, stop: Callable[[], bool]) -> list:
            blocked.set()
            assert others.wait(60)
            return []

    class Quick(LabHome):
        """Waits until the slow one is at work, then is done."""

        def look(self, stop: Callable[[], bool]) -> list:
            assert blocked.wait(60)
            others.set()
            return []

    with ThreadPoolExecutor(2) as pool:
        labs = [Slow(folder / "adeyemi", clock), Quick(folder / "chen", clock)]
        assert list(pool.map(lambda lab: _run_lab(lab, never), labs)) == [False, False]


def test_two_homes_of_one_id_share_nothing_because_neither_runs(tmp_path: Path, sample: SampleServer, clock: HandClock) -> None:
    for name in ("one", "two"):
        make_lab(tmp_path / name, sample, lab="same")
    labs = labs_in(tmp_path, clock)
    assert all("is the id of one, two" in lab.trouble for lab in labs)
    assert not any(lab.wants_look() for lab in labs)
    clock.at += PATIENCE
    assert not any(lab.wants_look() for lab in labs), "nobody put it right"
    rename(tmp_path / "two", "same", "other")
    assert [lab.wants_look() for lab in labs] == [False, True]
    clock.at += PATIENCE
    assert [lab.wants_look() for lab in labs] == [True, True] and not any(lab.trouble for lab in labs)


def test_a_home_that_takes_the_id_of_another_while_they_are_served_is_left_alone(
    tmp_path: Path, sample: SampleServer, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two"):
        make_lab(tmp_path / name, sample, lab=name)
    labs = labs_in(tmp_path, clock)
    rename(tmp_path / "two", "two", "one")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            assert [lab.wants_look() for lab in labs] == [True, False]
            clock.at += PATIENCE
    assert [record.message for record in caplog.records] == [f"two: {labs[1].trouble}"]
    assert "'one' is the id of one, two" in labs[1].trouble


def rename(home: Path, old: str, new: str) -> None:
    """Another id, in a file of another time."""
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace(f'id = "{old}"', f'id = "{new}"'))
    os.utime(settings, (1, 1))


def test_a_secret_every_lab_would_find_is_refused(folder: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONBOARD_PEOPLE_TOKEN", "0" * 32)
    with pytest.raises(ConfigError, match="every lab of the folder would use it"):
        labs_in(folder, clock)


def test_what_looks_leave_behind_is_let_go_though_python_waits(tmp_path: Path, clock: HandClock) -> None:
    class Left:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        left = ref(Left())
        assert left() is not None
        for _ in range(TIDY_EVERY):
            look_into(tmp_path, "rivera", clock, never)
        assert left() is None
    finally:
        gc.enable()


def test_an_empty_folder_is_named(tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(ConfigError, match="There is no lab in"):
        labs_in(tmp_path, clock)


def test_a_lab_in_dry_mode_is_left_alone(folder: Path, clock: HandClock) -> None:
    settings = folder / "chen" / "settings.toml"
    settings.write_text(settings.read_text().replace('mode = "live"', 'mode = "dry"'))
    assert [lab.wants_look() for lab in labs_in(folder, clock)] == [True, False, False]


def test_the_command_runs_them_all_and_says_that_one_needs_a_person(folder: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONBOARD_")}
    words = command_line("run", "due", "--send", "--labs", str(folder))
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, env=environ, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "of 3 labs had something due" in done.stdout
    assert "Mars/Olympus" in done.stderr and "@" not in done.stderr


@pytest.mark.postgres
class TestPostgres:
    @pytest.fixture
    def url(self, postgres: PrivatePostgres) -> str:
        """A database that two labs share, each with a message and an item."""
        url = postgres.fresh_database(f"labs{uuid.uuid4().hex}")
        for lab in ("rivera", "tanaka"):
            ledger = SqlLedger(url, lab)
            queue(ledger, outgoing(LEILA.address, f"reminder/5/{lab}"))
            ledger.close()
        return url

    def test_every_table_hides_other_labs_rows_even_from_its_owner(self, postgres: PrivatePostgres, url: str) -> None:
        database = url.rpartition("/")[2]
        bare = postgres.sql(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
            "AND n.nspname = 'public' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> 'alembic_version'",
            database,
        )
        assert bare.split() == []
        with create_engine(url.replace("postgresql://", "postgresql+psycopg://")).connect() as connection:
            tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
            assert len(tables) >= 10
            connection.execute(text("SELECT set_config('onboard.lab', 'rivera', false)"))
            for table in tables:
                labs = set(connection.execute(text(f'SELECT lab FROM "{table}"')).scalars())
                assert labs <= {"rivera"}, table

    def test_rows_of_another_lab_can_be_neither_written_nor_moved(self, postgres: PrivatePostgres, url: str) -> None:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            connection.execute(text("SELECT set_config('onboard.lab', 'rivera', false)"))
            connection.commit()
            add = "INSERT INTO suppressed VALUES ('tanaka', 'live', 'x@x.example', '', '2026-01-01T00:00:00.000000Z')"
            for statement in (add, "UPDATE item SET lab = 'tanaka'"):
                with pytest.raises(DBAPIError, match="row-level security"):
                    connection.execute(text(statement))
                connection.rollback()
            assert connection.execute(text("DELETE FROM message WHERE lab = 'tanaka'")).rowcount == 0
            connection.rollback()
        assert SqlLedger(url, "tanaka").outbox(Mode.LIVE) == {"queued": 1}

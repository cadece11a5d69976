"""Opening, upgrading and failing: the ledger says what is wrong and what to do, and never half-writes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import StatementError

from onboard.adapters.ledger import migrations
from onboard.adapters.ledger.schema import Instant, metadata
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import ConfigError, LedgerError
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, MORNING, REMINDERS, outgoing, queue


def raw_url(url: str) -> str:
    """The same database for SQLAlchemy alone."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def test_a_blank_ledger_works_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For looking at a lab that has no memory yet."""
    monkeypatch.chdir(tmp_path)
    blank = SqlLedger.blank("rivera")
    assert blank.snapshot_at() is None and not blank.history(LIVE).started and blank.last_slot(LIVE, REMINDERS) is None
    queue(blank, outgoing(LEILA.address, "r/1"), now=MORNING)
    assert blank.outbox(LIVE) == {"queued": 1}
    blank.close()
    assert list(tmp_path.iterdir()) == [] and SqlLedger.blank("rivera").outbox(LIVE) == {}


class TestTables:
    def test_the_migrations_build_exactly_the_tables_the_code_speaks_of(self, ledger: SqlLedger, ledger_url: str) -> None:
        with create_engine(raw_url(ledger_url)).connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []

    def test_the_newest_migration_is_the_one_the_ledger_waits_for(self) -> None:
        settings = Config()
        settings.set_main_option("script_location", str(Path(migrations.__file__).parent))
        assert ScriptDirectory.from_config(settings).get_current_head() == migrations.HEAD

    def test_opening_twice_changes_nothing_and_does_not_load_alembic(self, ledger: SqlLedger, ledger_url: str) -> None:
        queue(ledger, outgoing(LEILA.address, "a/1"))
        code = (
            "import sys; from onboard.adapters.ledger.sql_ledger import SqlLedger; from onboard.model import Mode\n"
            f"print(dict(SqlLedger({ledger_url!r}, 'rivera').outbox(Mode.LIVE)), 'alembic' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.strip() == "{'queued': 1} False"

    def test_two_processes_may_open_a_new_ledger_at_once(self, ledger_url: str) -> None:
        code = f"from onboard.adapters.ledger.sql_ledger import SqlLedger; SqlLedger({ledger_url!r}, 'rivera')"
        started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
        for process in started:
            _, complaint = process.communicate(timeout=60)
            assert process.returncode == 0, complaint.decode()

    def test_a_ledger_of_a_later_program_is_left_alone(self, ledger: SqlLedger, ledger_url: str) -> None:
        with create_engine(raw_url(ledger_url)).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(LedgerError, match="later version"):
            SqlLedger(ledger_url, "rivera")

    def test_a_time_without_a_zone_is_refused(self, ledger: SqlLedger) -> None:
        with pytest.raises((LedgerError, StatementError, ValueError)):
            ledger.begin_run(LIVE, REMINDERS, MONDAY, datetime(2026, 11, 23))
        assert Instant().process_bind_param(MORNING, None) == "2026-11-23T12:00:00.000000Z"


class TestTwoProcesses:
    def test_two_hundred_slots_are_each_run_once(self, ledger: SqlLedger, ledger_url: str) -> None:
        code = f"""
from datetime import UTC, date, datetime, timedelta
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import JobName, Mode
ledger = SqlLedger({ledger_url!r}, 'rivera')
now = datetime(2026, 11, 23, tzinfo=UTC)
for n in range(200):
    slot = date(2026, 1, 1) + timedelta(days=n)
    run = ledger.begin_run(Mode.LIVE, JobName.REMINDERS, slot, now)
    if run:
        while not ledger.enqueue(run, [], ledger.history(Mode.LIVE, ignoring=JobName.REMINDERS).version, now):
            pass
        print(slot)
"""
        started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        ran = [line for process in started for line in process.communicate(timeout=120)[0].split()]
        assert sorted(ran) == [str(date(2026, 1, 1) + timedelta(days=n)) for n in range(200)]
        assert len({row["run"] for row in ledger.last_runs(500)}) == 200


class TestTrouble:
    def test_a_full_disk_is_named_and_nothing_is_half_written(self, tmp_path: Path) -> None:
        ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera")
        pages = sqlite3.connect(tmp_path / "l.db").execute("PRAGMA page_count").fetchone()[0]
        run = ledger.begin_run(LIVE, REMINDERS, MONDAY, MORNING)
        assert run
        with ledger._door.reading() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
        many = [outgoing(f"p{n}@x.example", f"r/{n}") for n in range(2000)]
        with pytest.raises(LedgerError, match="the disk is full: free some space"):
            ledger.enqueue(run, many, ledger.history(LIVE, ignoring=REMINDERS).version, MORNING)
        assert ledger.outbox(LIVE) == {} and not ledger.history(LIVE).items

    def test_a_read_only_ledger_is_named(self, tmp_path: Path) -> None:
        ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera")
        with ledger._door.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
        with pytest.raises(LedgerError, match="read-only: let this account write"):
            ledger.begin_run(LIVE, REMINDERS, MONDAY, MORNING)

    def test_a_ledger_another_program_holds_is_named(self, tmp_path: Path) -> None:
        ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera", patience=0.05)
        other = sqlite3.connect(tmp_path / "l.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="it is locked: another program"):
            ledger.begin_run(LIVE, REMINDERS, MONDAY, MORNING)
        other.execute("ROLLBACK")
        assert ledger.begin_run(LIVE, REMINDERS, MONDAY, MORNING)

    def test_a_reader_is_not_stopped_by_a_writer(self, tmp_path: Path) -> None:
        ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera", patience=0.05)
        other = sqlite3.connect(tmp_path / "l.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert ledger.history(LIVE).items == {}

    def test_a_file_that_is_no_ledger_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "l.db").write_text("this is a letter, and a long one, to make up for the hundred bytes of a header " * 20)
        with pytest.raises(LedgerError, match="it is not a ledger"):
            SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera")

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerError, match="does not exist: create it"):
            SqlLedger(f"sqlite:///{tmp_path / 'no' / 'l.db'}", "rivera")

    @pytest.mark.parametrize("url", ["not a url", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
    def test_an_address_we_cannot_use_is_a_config_mistake(self, url: str) -> None:
        with pytest.raises(ConfigError):
            SqlLedger(url, "rivera")

    @pytest.mark.postgres
    def test_a_database_that_is_down_is_named_without_its_password(self) -> None:
        with pytest.raises(LedgerError, match="does not answer") as caught:
            SqlLedger("postgresql://lab:hush-hush@127.0.0.1:1/none", "rivera")
        assert "hush" not in str(caught.value) and "***" in str(caught.value)

    def test_what_is_in_a_mail_is_in_no_error(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, "a/1"))
        run = ledger.begin_run(LIVE, REMINDERS, MONDAY + timedelta(days=1), MORNING)
        assert run
        two = [outgoing("secret@x.example", "b/1"), outgoing("secret@x.example", "b/2")]
        with pytest.raises(LedgerError) as caught:
            ledger.enqueue(run, two, ledger.history(LIVE, ignoring=REMINDERS).version, MORNING)
        assert "secret@x.example" not in str(caught.value)


@pytest.mark.postgres
def test_row_level_security_shows_a_connection_one_lab_only(postgres: PrivatePostgres) -> None:
    """Even a query that forgets the lab cannot see another one's rows."""
    url = postgres.fresh_database("rowlevel")
    for lab in ("rivera", "tanaka"):
        queue(SqlLedger(url, lab), outgoing(LEILA.address, "a/1"))
    with create_engine(raw_url(url)).connect() as connection:
        count = text("SELECT count(*) FROM message")
        assert connection.execute(count).scalar() == 0
        connection.execute(text("SELECT set_config('onboard.lab', 'tanaka', false)"))
        assert connection.execute(count).scalar() == 1
    assert postgres.sql("SELECT count(*) FROM message", "rowlevel").strip() == "2"


def test_instants_come_back_as_they_went_in(ledger: SqlLedger) -> None:
    at = datetime(2026, 11, 1, 6, 30, 15, 123456, tzinfo=UTC)
    ledger.begin_run(LIVE, REMINDERS, MONDAY, at)
    assert ledger.last_runs()[0]["started_at"] == at


def test_the_next_messages_are_found_without_sorting_all_that_wait(tmp_path: Path) -> None:
    ledger = SqlLedger(f"sqlite:///{tmp_path / 'l.db'}", "rivera")
    queue(ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(300)))
    words: list[str] = []
    link = ledger._door._engine.raw_connection()
    driver = link.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(words.append)
    link.close()
    assert len(ledger.claim(LIVE, MORNING)) == 20
    driver.set_trace_callback(None)
    (due,) = (said for said in words if "body.mime" in said)
    steps = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {due}")]
    ledger.close()
    inner = steps[: next(n for n, step in enumerate(steps) if step.startswith("SCAN"))]
    assert any("USING INDEX message_turn" in step for step in inner) and not any("ORDER BY" in step for step in inner)

"""A ledger outlives the program that made it: one of an earlier version is brought up, and a copy of one is as good as it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from onboard.adapters.ledger import migrations
from onboard.adapters.ledger.keeping import LedgerKeeping
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import LedgerError
from onboard.model import Mode, Standing
from onboard.pipeline.delivering import drain
from onboard.planning.standing import standings
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.jobs.conftest import MONDAY
from tests.pipeline.delivery_cast import (
    LEILA,
    LIVE,
    MORNING,
    REMINDERS,
    TUESDAY,
    FakeMailer,
    HandClock,
    outgoing,
    queue,
)

WHEN = "2026-11-23T12:00:00.000000Z"
LABS = ("rivera", "tanaka")


def _alembic() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return settings


def _versions() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()][::-1]


def _as_lab(connection: Connection, lab: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('onboard.lab', :lab, false)"), {"lab": lab})


def _of_version(url: str, version: str) -> None:
    """A ledger as that version left it: two labs (one file holds one), each with a run and with something said."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        settings = _alembic()
        settings.attributes["connection"] = connection
        command.upgrade(settings, version)
        for lab in LABS if engine.dialect.name == "postgresql" else LABS[:1]:
            _as_lab(connection, lab)
            connection.execute(
                text(
                    "INSERT INTO run (lab, id, mode, job, slot, state, held, token, snapshot, rules, started_at, "
                    "outcome, report) "
                    "VALUES (:lab, 1, 'live', 'send_reminders', '2026-11-23', 'done', false, 't', '', 'v1', :at, 'sent', '{}')"
                ),
                {"lab": lab, "at": WHEN},
            )
            connection.execute(
                text(
                    "INSERT INTO item (lab, mode, key, state, reader, slot, message) "
                    "VALUES (:lab, 'live', 'reminder/5/gcp', 'sent', 'l@x.example', '2026-11-23', NULL)"
                ),
                {"lab": lab},
            )
            modes = {"v1": Mode.LIVE, "v2": Mode.TRIAL}
            for rules, mode in modes.items():
                used = {"lab": lab, "used_from": f"2026-11-23T12:00:0{rules[1]}.000000Z", "version": rules}
                used |= {"mode": mode} if version >= "0005" else {}
                names = ", ".join(used)
                connection.execute(text(f"INSERT INTO rules_use ({names}) VALUES (:{', :'.join(used)})"), used)
    engine.dispose()


@pytest.mark.parametrize("version", _versions()[:-1])
def test_a_ledger_of_an_earlier_version_is_brought_up_and_forgets_nothing(version: str, ledger_url: str) -> None:
    _of_version(ledger_url, version)
    for lab in LABS if ledger_url.startswith("postgresql") else LABS[:1]:
        ledger = SqlLedger(ledger_url, lab)
        assert ledger.last_slot(LIVE, REMINDERS) == MONDAY
        assert ledger.begin_run(LIVE, REMINDERS, MONDAY, MORNING) is None
        assert ledger.history(LIVE).said("reminder/5/gcp")
        assert [(one.version, one.mode) for one in ledger.rules_uses()] == [("v1", LIVE), ("v2", Mode.TRIAL)]
        assert ledger.accepted_rules() == [] and ledger.people_seen() == {}
        ledger.close()


@pytest.mark.parametrize("version", [version for version in _versions() if version < "0006"])
def test_addresses_an_older_version_closed_for_ever_are_each_tried_once(version: str, ledger_url: str) -> None:
    _of_version(ledger_url, version)
    engine = create_engine(ledger_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        _as_lab(connection, "rivera")
        for number in range(9):
            row = {"to": f"p{number}@x.example", "at": WHEN, "key": f"reminder/{number}/x"}
            connection.execute(
                text("INSERT INTO suppressed (lab, mode, address, why, since) VALUES ('rivera', 'live', :to, 'HELO', :at)"), row
            )
            connection.execute(
                text(
                    "INSERT INTO item (lab, mode, key, state, reader, slot, message) "
                    "VALUES ('rivera', 'live', :key, 'refused', :to, '2026-11-23', NULL)"
                ),
                row,
            )
    engine.dispose()
    ledger = SqlLedger(ledger_url, "rivera")
    history = ledger.history(LIVE)
    found = standings(history, MONDAY)
    assert len(found) == 9 and {one.standing for one in found.values()} == {Standing.TRYING}
    assert not any(one.shut_on(MONDAY) for one in found.values())
    assert all(history.items[f"reminder/{number}/x"].reader == "" for number in range(9)), "open for every address"
    queue(ledger, *(outgoing(f"p{number}@x.example", f"reminder/{number}/x", slot=TUESDAY) for number in range(9)), slot=TUESDAY)
    drain(FakeMailer(), ledger, HandClock(MORNING + timedelta(days=1)), LIVE)
    assert ledger.outbox(LIVE) == {"sent": 9} and standings(ledger.history(LIVE), MONDAY + timedelta(days=30)) == {}
    assert ledger.reopen(LIVE, "p0@x.example") == 1
    ledger.close()


@pytest.mark.postgres
def test_the_tables_an_upgrade_adds_hide_other_labs_rows_too(postgres: PrivatePostgres) -> None:
    name = f"u{uuid.uuid4().hex}"
    url = postgres.fresh_database(name)
    _of_version(url, _versions()[0])
    SqlLedger(url, "rivera").close()
    bare = postgres.sql(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
        "AND n.nspname = 'public' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> 'alembic_version'",
        name,
    )
    assert bare.split() == []


def test_tables_of_a_later_version_are_left_alone(ledger_url: str) -> None:
    SqlLedger(ledger_url, "rivera").close()
    engine = create_engine(ledger_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        before = sorted(inspect(connection).get_table_names())
    with pytest.raises(LedgerError, match=r"written by a later version \(tables 9999.*upgrade this program"):
        SqlLedger(ledger_url, "rivera")
    with engine.connect() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
    engine.dispose()


@pytest.mark.postgres
def test_a_postgres_ledger_is_dumped_and_restored_as_the_command_says(postgres: PrivatePostgres) -> None:
    old, new = f"b{uuid.uuid4().hex}", f"b{uuid.uuid4().hex}"
    url = postgres.fresh_database(old)
    for lab in LABS:
        ledger = SqlLedger(url, lab)
        queue(ledger, outgoing(LEILA.address, f"reminder/5/{lab}"))
        ledger.close()
    file = postgres.folder / "saved.dump"
    with pytest.raises(LedgerError) as caught:
        LedgerKeeping(url, "rivera").backup(file)
    told = str(caught.value)
    assert f"pg_dump -Fc -f {file} {old}." in told and f"pg_restore -d NEW {file};" in told
    postgres.tool("pg_dump", "-Fc", "-f", file, old)
    restored = postgres.fresh_database(new)
    postgres.tool("pg_restore", "-d", new, file)
    for lab in LABS:
        ledger = SqlLedger(restored, lab)
        assert ledger.outbox(LIVE) == {"queued": 1}, "its own mail, and nobody else's"
        assert ledger.history(LIVE) == SqlLedger(url, lab).history(LIVE)
        ledger.close()

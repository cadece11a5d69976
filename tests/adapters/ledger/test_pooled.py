"""Two labs in turns over one connection to the database: neither sees nor moves the other's rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from onboard.adapters.ledger.driver import Statement
from onboard.adapters.ledger.schema import message, metadata
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import ConfigError, LedgerError
from onboard.model import Snapshot
from tests.adapters.ledger.private_pooler import PrivatePooler, missing
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, MORNING, REMINDERS, outgoing, queue

pytestmark = pytest.mark.postgres
LABS = ("rivera", "tanaka")


@pytest.fixture(scope="module")
def pooler(postgres: PrivatePostgres) -> Iterator[PrivatePooler]:
    """pgbouncer before the private server."""
    if missing():
        pytest.skip(missing())
    with PrivatePooler(postgres.port) as pooler:
        yield pooler


@pytest.fixture
def plain(postgres: PrivatePostgres, pooler: PrivatePooler) -> str:
    """An empty database by way of the pooler, as an address that says nothing of one."""
    return pooler.address(postgres.fresh_database(f"p{uuid.uuid4().hex}"))


@pytest.fixture
def labs(plain: str) -> Iterator[dict[str, SqlLedger]]:
    """Two labs' ledgers, open side by side."""
    opened = {lab: SqlLedger(f"{plain}?pooled=yes", lab) for lab in LABS}
    yield opened
    for ledger in opened.values():
        ledger.close()


def seen(ledger: SqlLedger) -> set[str]:
    """Whose rows a lab's transaction sees, in any table, with queries that forget to ask for the lab."""
    with ledger._door.reading() as connection:
        return {
            lab for table in metadata.sorted_tables for lab in connection.execute(text(f'SELECT lab FROM "{table}"')).scalars()
        }


def test_in_turns_each_sees_its_own_rows_only(labs: dict[str, SqlLedger], postgres: PrivatePostgres, plain: str) -> None:
    """Ten turns, because psycopg would prepare a statement it meets for the fifth time."""
    for turn in range(10):
        for lab, ledger in labs.items():
            day = MONDAY + timedelta(days=turn)
            queue(ledger, outgoing(f"{lab}@x.example", f"reminder/5/{lab}/{turn}", slot=day), slot=day)
            assert seen(ledger) == {lab}
            assert ledger.outbox(LIVE) == {"sent": turn, "queued": 1} if turn else {"queued": 1}
            (post,) = ledger.claim(LIVE, MORNING)
            assert post.to_addr == f"{lab}@x.example"
            assert ledger.mark_data(post, MORNING)
            ledger.mark_sent([(post, "250")], MORNING)
    for lab, ledger in labs.items():
        assert ledger.outbox(LIVE) == {"sent": 10}
        assert {key.split("/")[2] for key in ledger.history(LIVE).items} == {lab}
    server = plain.rpartition("/")[2]
    assert postgres.sql("SELECT lab, count(*) FROM message GROUP BY lab ORDER BY lab", server).split() == [
        "rivera|10",
        "tanaka|10",
    ]
    backends = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{server}' AND usename = 'lab'"
    assert postgres.sql(backends).strip() == "1", "both labs were given the same connection"


def test_what_one_lab_read_is_not_read_by_the_other(labs: dict[str, SqlLedger]) -> None:
    for lab, ledger in labs.items():
        ledger.save_snapshot(Snapshot(id=lab, text=f"people of {lab}", read_at=MORNING, rows=1))
    for lab, ledger in labs.items():
        found = ledger.snapshot_at()
        assert found is not None and found.text == f"people of {lab}"
        assert seen(ledger) == {lab}


def test_statements_said_to_the_driver_move_no_other_labs_row(labs: dict[str, SqlLedger]) -> None:
    """A statement that forgets the lab, said after the other lab had the connection."""
    for lab, ledger in labs.items():
        queue(ledger, outgoing(LEILA.address, f"reminder/5/{lab}"))
    forgets = Statement(message.update().values(detail="moved"))
    for lab, ledger in labs.items():
        (other,) = set(LABS) - {lab}
        assert seen(labs[other]) == {other}
        with ledger._door.saying() as say:
            assert say(forgets, {}) == 1


def test_a_connection_is_left_in_no_labs_name(labs: dict[str, SqlLedger], plain: str) -> None:
    queue(labs["rivera"], outgoing(LEILA.address, "a/1"))
    address = plain.replace("postgresql://", "postgresql+psycopg://")
    with create_engine(address, connect_args={"prepare_threshold": None}).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM message")).scalar() == 0
        assert connection.execute(text("SELECT current_setting('onboard.lab', true)")).scalar() in (None, "")


def test_a_pooler_nobody_named_is_a_mistake_with_its_next_step(plain: str) -> None:
    """Two processes prepare statements of one name on one connection."""
    with pytest.raises(LedgerError, match=r"a pooler is in front of the database: write \?pooled=yes"), ExitStack() as stack:
        two = [stack.enter_context(closing(SqlLedger(plain, lab))) for lab in LABS]
        for turn in range(20):
            for ledger in two:
                ledger.begin_run(LIVE, REMINDERS, MONDAY + timedelta(days=turn), MORNING)


@pytest.mark.parametrize("url", ["postgresql://x@h/d?pooled=no", "postgresql://x@h/d?pooled=1"])
def test_any_other_word_is_a_mistake(url: str) -> None:
    with pytest.raises(ConfigError, match="pooled is for PostgreSQL behind a pooler"):
        SqlLedger(url, "rivera")

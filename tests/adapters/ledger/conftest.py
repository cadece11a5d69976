"""Ledgers of every kind the product runs on; a private PostgreSQL cluster where its server is installed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from tests.adapters.ledger.private_postgres import PrivatePostgres, missing
from tests.pipeline.delivery_cast import HandClock

OpenLedger = Callable[..., SqlLedger]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL cluster of our own, on a free port of 127.0.0.1, gone afterwards."""
    why_not = missing()
    if why_not:
        pytest.skip(why_not)
    with PrivatePostgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address of an empty ledger, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres").fresh_database(f"t{uuid.uuid4().hex}"))


@pytest.fixture
def open_ledger(ledger_url: str) -> Iterator[OpenLedger]:
    """Opens the same ledger again, as another process would."""
    opened: list[SqlLedger] = []

    def again(lab: str = "rivera") -> SqlLedger:
        opened.append(SqlLedger(ledger_url, lab))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


@pytest.fixture
def ledger(open_ledger: OpenLedger) -> SqlLedger:
    """The Rivera Lab's ledger, empty."""
    return open_ledger()


@pytest.fixture
def sqlite_ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    """The Rivera Lab's ledger in a file, for tests that are not about databases."""
    opened = SqlLedger(f"sqlite:///{tmp_path / 'ledger.db'}", "rivera")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> HandClock:
    """Monday morning."""
    return HandClock()

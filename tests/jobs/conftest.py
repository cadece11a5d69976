"""A sample lab that runs for months: its stand-in for REDCap, its home with mails as files, a clock of ours."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from jobs.demo_home import make_home
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.adapters.ledger.private_postgres import PrivatePostgres, missing

MONDAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def sample() -> Iterator[SampleServer]:
    """The sample lab as of a Monday, served over HTTP."""
    with sample_server(MONDAY) as found:
        yield found


def make_lab(home: Path, sample: SampleServer, *, lab: str = "rivera", more: str = "") -> Path:
    """A lab's home, live, whose mails become files; `more` is added to its settings."""
    make_home(home, redcap=sample.server.url, host="127.0.0.1", port=9, tokens=sample.tokens)
    settings = home / "settings.toml"
    text = settings.read_text(encoding="utf-8").replace('transport = "relay"', 'transport = "files"')
    settings.write_text(text.replace('id = "rivera"', f'id = "{lab}"') + more, encoding="utf-8")
    return home


@pytest.fixture
def home(tmp_path: Path, sample: SampleServer) -> Path:
    """The Rivera Lab's home."""
    return make_lab(tmp_path / "rivera", sample)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL cluster of our own, on a free port of 127.0.0.1, gone afterwards."""
    if missing():
        pytest.skip(missing())
    with PrivatePostgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address of an empty ledger, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres").fresh_database(f"o{uuid.uuid4().hex}"))

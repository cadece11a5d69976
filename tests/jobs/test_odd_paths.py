"""A lab's home may have any name a folder can have: its ledger is in it, and in no other place."""

from __future__ import annotations

import sqlite3
from datetime import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS, job
from jobs.__main__ import app as cli
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.app import open_app
from onboard.config.settings import LedgerTable
from onboard.errors import ConfigError
from onboard.model import JobName, Mode
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begun
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab

ODD = (
    "what?", "what?mode=memory", "nr #1", "50%20off", "100%", "%3F", "a&b=c;d", "it's", 'say "x"', "{home}", "[x]", "~", "$HOME",
    "ünï 名", "a\\b", "file:x", ":memory:", "?", "#", " lead", "new\nline",
)  # fmt: skip


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    return clock


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ODD)
def test_the_ledger_is_in_the_home_whatever_its_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "labs" / name
    home.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for url in (LedgerTable().address(home), LedgerTable(url="sqlite:///own?%20#.db").address(home)):
        before = files(tmp_path)
        ledger = SqlLedger(url, "rivera")
        ledger.see_troubles("x", ["y"], MONDAY)
        assert repr(ledger) == f"SqlLedger({url!r}, lab='rivera')"
        ledger.close()
        (made,) = files(tmp_path) - before
        assert made.parent == home and f"sqlite:///{made}" == url
        assert sqlite3.connect(made).execute("SELECT lab FROM problem").fetchall() == [("rivera",)]


@pytest.mark.parametrize("names", [("lab?a", "lab?b"), ("lab%20a", "lab a"), ("lab#a", "lab")])
def test_two_homes_share_no_file(tmp_path: Path, sample: SampleServer, clock: HandClock, names: tuple[str, str]) -> None:
    for name in names:
        app = open_app(make_lab(tmp_path / name, sample), clock=clock)
        assert not app.remembers
        app.ledger.record_baseline(Mode.LIVE, JobName.WORKLIST, [name], clock.now(), MONDAY)
        job("send_worklist")(app, MONDAY)
        app.close()
    for name in names:
        app = open_app(tmp_path / name, clock=clock)
        assert app.remembers and [key for key in app.ledger.history(Mode.LIVE).items if "lab" in key] == [name]
        app.close()
        assert (tmp_path / name / "ledger.db").is_file() and {path.name for path in tmp_path.iterdir()} == set(names)


def test_commands_find_it(tmp_path: Path, sample: SampleServer, clock: HandClock) -> None:
    home = make_lab(tmp_path / "50%20?#", sample)
    app = open_app(begun(home, MONDAY), clock=clock)
    for name in JOBS:
        job(name)(app, MONDAY)
    app.close()
    for words in (["runs"], ["sheet", "administrator"], ["backup", str(tmp_path / "copy?.db")], ["tidy"]):
        done = CliRunner().invoke(cli, [*words, "--home", str(home)])
        assert done.exit_code == 0, (words, done.output, done.exception)
    assert (tmp_path / "copy?.db").stat().st_size > 100_000
    assert {path.name for path in tmp_path.iterdir()} == {"50%20?#", "copy?.db"}


class TestWhereItWasBefore:
    """A version that took the address for more than a path kept the ledger elsewhere; a new one there would mail twice."""

    @pytest.mark.parametrize(("name", "before"), [("a?b/ledger.db", "a"), ("a%20b.db", "a b.db"), ("l.db?timeout=9", "l.db")])
    def test_a_ledger_that_lies_elsewhere_is_not_begun_anew(self, tmp_path: Path, name: str, before: str) -> None:
        SqlLedger(f"sqlite:///{tmp_path / before}", "rivera").close()
        with pytest.raises(ConfigError, match="an earlier version kept the ledger in") as told:
            SqlLedger(f"sqlite:///{tmp_path / name}", "rivera")
        assert str(tmp_path / before) in str(told.value) and str(tmp_path / name) in str(told.value)

    def test_a_path_that_is_not_whole_begins_in_the_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "home").mkdir()
        monkeypatch.chdir(tmp_path)
        table = LedgerTable(url="sqlite:///own.db")
        assert table.address(tmp_path / "home") == f"sqlite:///{tmp_path}/home/own.db"
        (tmp_path / "own.db").touch()
        with pytest.raises(ConfigError, match="but the ledger lies in") as told:
            table.address(tmp_path / "home")
        assert str(tmp_path / "own.db") in str(told.value)
        (tmp_path / "own.db").rename(tmp_path / "home" / "own.db")
        assert table.address(tmp_path / "home") == f"sqlite:///{tmp_path}/home/own.db"


def test_an_address_of_a_server_is_left_as_it_is(tmp_path: Path) -> None:
    for url in ("postgresql+psycopg://me%40here@db.example/one?sslmode=require", "postgresql://db/x?pooled=yes"):
        assert LedgerTable(url=url).address(tmp_path) == url

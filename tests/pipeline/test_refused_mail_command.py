"""`onboard mail addresses | reopen | doubts | settle | try` as a person at a terminal meets them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jobs.__main__ import app
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import ConfigError
from onboard.model import Mode, Step
from onboard.planning.refusals import answer, no_link
from onboard.shipped import shipped
from tests.clocks import NOON as NOW
from tests.pipeline.delivery_cast import AMARA, LEILA, LIVE, outgoing, queue

TODAY = NOW.date()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The shipped settings, live, mailing into files."""
    text = (shipped("config") / "settings.toml").read_text(encoding="utf-8")
    text = text.replace("change-me.invalid", "northlake.example").replace('mode = "dry"', 'mode = "live"', 1)
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def ledger(home: Path) -> SqlLedger:
    from onboard.config import load_config

    return SqlLedger(f"sqlite:///{home / 'ledger.db'}", load_config(home).lab.id)


def onboard(home: Path, *words: str) -> Result:
    """The command line, as typed."""
    return CliRunner().invoke(app, ["mail", *words, "--home", str(home)], env={"COLUMNS": "250"})


def refused(ledger: SqlLedger, address: str, days_ago: int) -> None:
    """A mail to an address that does not exist."""
    day = TODAY - timedelta(days=days_ago)
    queue(ledger, outgoing(address, f"k/{address}/{days_ago}", slot=day), slot=day, now=NOW)
    (post,) = ledger.claim(LIVE, NOW)
    found = answer(Step.RECIPIENT, 550, "5.1.1 User unknown")
    ledger.mark_failed(post, found, "550 5.1.1 User unknown", day, NOW - timedelta(days=days_ago))


def doubtful(ledger: SqlLedger, address: str, *, days_ago: int = 0) -> str:
    """A mail whose answer never came; its id."""
    day = TODAY - timedelta(days=days_ago)
    queue(ledger, outgoing(address, f"d/{address}", slot=day), slot=day, now=NOW)
    (post,) = ledger.claim(LIVE, NOW)
    ledger.mark_data(post, NOW)
    ledger.mark_in_doubt(post, "link lost", NOW)
    return post.id


def test_addresses_are_listed_with_their_evidence_and_opened_by_a_word(home: Path, ledger: SqlLedger) -> None:
    assert onboard(home, "addresses").exit_code == 0
    refused(ledger, LEILA.address, 2)
    refused(ledger, LEILA.address, 1)
    refused(ledger, AMARA.address, 0)
    said = onboard(home, "addresses", "--format", "json")
    assert said.exit_code == 1
    rows = {row["address"]: row for row in json.loads(said.output)}
    assert rows[LEILA.address]["state"] == "closed" and rows[AMARA.address]["state"] == "doubted"
    assert rows[LEILA.address]["tried again from"] == (TODAY + timedelta(days=29)).isoformat()
    assert "550 5.1.1 User unknown" in rows[LEILA.address]["said"]
    opened = onboard(home, "reopen", LEILA.address.upper())
    assert opened.exit_code == 0 and "2 refusals forgotten" in opened.output
    assert [*ledger.history(LIVE).addresses] == [AMARA.address]
    wrong = onboard(home, "reopen", LEILA.address).exception
    assert isinstance(wrong, ConfigError) and f"is open. Closed or doubted now: {AMARA.address}." in str(wrong)
    assert isinstance(onboard(home, "reopen").exception, ConfigError)


def test_a_test_mail_to_a_closed_address_says_so(home: Path, ledger: SqlLedger) -> None:
    refused(ledger, LEILA.address, 2)
    refused(ledger, LEILA.address, 1)
    said = onboard(home, "test", LEILA.address)
    assert said.exit_code == 0 and f"onboard mail reopen {LEILA.address}" in said.output
    assert "reopen" not in onboard(home, "test", AMARA.address).output


def test_a_doubt_is_settled_by_the_beginning_of_its_id(home: Path, ledger: SqlLedger) -> None:
    assert "No mail is in doubt" in onboard(home, "doubts").output
    first, second = doubtful(ledger, LEILA.address), doubtful(ledger, AMARA.address, days_ago=1)
    listed = onboard(home, "doubts", "--format", "json")
    assert listed.exit_code == 1 and len(json.loads(listed.output)) == 2
    assert "said again" in listed.output
    for words in (("settle", first), ("settle", first, "--arrived", "--again")):
        wrong = onboard(home, *words).exception
        assert isinstance(wrong, ConfigError) and "Did it arrive?" in str(wrong)
    several = onboard(home, "settle", "0000", "--arrived").exception
    assert isinstance(several, ConfigError) and LEILA.address in str(several) and AMARA.address in str(several)
    assert isinstance(onboard(home, "settle", "--arrived").exception, ConfigError)
    assert onboard(home, "settle", first.strip("<>")[:32], "--arrived").exit_code == 0
    assert ledger.history(LIVE).said(f"d/{LEILA.address}")
    late = onboard(home, "settle", first, "--again").exception
    assert isinstance(late, ConfigError) and "is not in doubt. In doubt now:" in str(late) and "sent" in str(late)
    assert "No mail's id begins with ffff" in str(onboard(home, "settle", "ffff", "--again").exception)
    assert onboard(home, "settle", "--all", "--again").exit_code == 0
    assert ledger.parked(LIVE) == [] and not ledger.history(LIVE).said(f"d/{AMARA.address}"), second
    assert onboard(home, "doubts").exit_code == 0


def test_a_hold_is_ended_by_a_word_and_only_a_hold(home: Path, ledger: SqlLedger) -> None:
    queue(ledger, outgoing(LEILA.address, "k/1"), now=NOW)
    wrong = onboard(home, "try").exception
    assert isinstance(wrong, ConfigError) and "Mail is not held. 1 mail waits" in str(wrong)
    ledger.hold(LIVE, no_link("535 wrong password", ours=True), "the login was refused", "", "as it was", NOW)
    assert ledger.claim_trial(LIVE, NOW + timedelta(minutes=50), "as it was") is None
    assert onboard(home, "try").exit_code == 0
    assert ledger.claim_trial(LIVE, NOW + timedelta(minutes=50), "as it was") is not None


@pytest.mark.parametrize("words", [("addresses",), ("reopen", "a@b.example"), ("doubts",), ("settle", "1", "--again"), ("try",)])
def test_nothing_of_it_makes_sense_before_anything_is_sent(home: Path, words: tuple[str, ...]) -> None:
    file = home / "settings.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('mode = "live"', 'mode = "dry"', 1), encoding="utf-8")
    assert "mode = 'dry'" in str(onboard(home, *words).exception)
    assert not (home / "ledger.db").exists() and Mode.DRY

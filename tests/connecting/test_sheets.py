"""`onboard sheet`: two pages that say what is configured, and nothing that must stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from tests.connecting.conftest import make_home
from tests.connecting.retell import FOREIGN

URL = "https://redcap.northlake.example/api/"
TOKENS = {"people": "0123456789ABCDEF" * 2, "protocols": "FEDCBA9876543210" * 2}
WRITEBACK = '[writeback]\nenabled = true\nlast_mail = ""\n'


def page(home: Path, reader: str) -> str:
    result = CliRunner().invoke(app, ["sheet", reader, "--home", str(home)])
    assert result.exit_code == 0, repr(result.exception)
    assert not [token for token in TOKENS.values() if token.lower() in result.output.lower()]
    return " ".join(result.output.split())


def test_the_administrators_page_names_machine_calls_rights_and_fields(tmp_path: Path) -> None:
    text = page(make_home(tmp_path, URL, TOKENS), "administrator")
    assert f"REDCap project 'people': {URL}" in text
    # 18 calls for people, 7 for protocols; four jobs on a Monday.
    assert "25 calls a read, one after the other; at most 4 reads on a day, so about 100 calls." in text
    assert "One more for each person whose mail links to their survey 'completion'." in text
    assert "its reader's own link to the survey completion, and no other link" in text and "Survey Distribution Tools" in text
    assert "people: API Export, and Full Data Set on person, appointment," in text and "No data access group." in text
    assert "intake_papers until it is settled" in text and "comp_source, completion_timestamp people, review: rev_what" in text
    assert "people, disclosure: coi_on, coi_expires" in text and "comp_file" not in text
    assert "Nothing: write-back is off." in text
    assert "The text of mails: 90 days" in text and "mails go to their readers (mode live)" in text
    assert "addresses of northlake.example only" in text and "take API Export away" in text


def test_what_is_configured_otherwise_is_said_otherwise(tmp_path: Path) -> None:
    more = WRITEBACK + "[retention]\nbodies_days = 30\nverdicts_from = 2025-01-01\n"
    home = make_home(tmp_path, URL, TOKENS, FOREIGN / "classic" / "redcap.toml", more)
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('mode = "live"', 'mode = "trial"\ntrial_address = "me@northlake.example"'))
    text = page(home, "administrator")
    assert "Form onboard_status: ob_readiness, ob_blockers, ob_ready_until. No other field" in text
    assert "The text of mails: 30 days" in text and "proofs of days from 1 Jan 2025 on" in text
    assert "everything goes to me@northlake.example (mode trial)" in text
    assert "people, training: hsp_date, hsp_exp" in text and "survey" not in text


def test_the_successors_page_says_where_the_token_is_and_how_to_get_another(tmp_path: Path) -> None:
    text = page(make_home(tmp_path, URL, TOKENS), "successor")
    assert f"ONBOARD_PEOPLE_TOKEN: {tmp_path / 'secrets.env'}" in text
    assert "log in at https://redcap.northlake.example/ as the program's user" in text and "API > Request API token" in text
    assert "rivera-lab@northlake.example" in text and "send_digests mon at 07:45" in text
    assert f"{tmp_path / 'ledger.db'} is the memory of what was said" in text


def test_a_token_that_is_not_there_is_said_to_be_nowhere(tmp_path: Path) -> None:
    text = page(make_home(tmp_path, URL, {"people": TOKENS["people"]}), "successor")
    assert "ONBOARD_PROTOCOLS_TOKEN: not given anywhere" in text


def test_a_databases_password_is_in_no_page(tmp_path: Path) -> None:
    home = make_home(tmp_path, URL, TOKENS)
    settings = home / "settings.toml"
    address = 'url = "postgresql+psycopg://onboard@db.northlake.example/onboard"'
    settings.write_text(settings.read_text().replace("[ledger]\n", f"[ledger]\n{address}\n"))
    assert "Database: db.northlake.example/onboard (postgresql)" in page(home, "administrator")


@pytest.mark.parametrize("reader", ["administrator", "successor"])
def test_a_page_goes_into_a_file_that_is_never_overwritten(tmp_path: Path, reader: str) -> None:
    home, out = make_home(tmp_path, URL, TOKENS), tmp_path / "page.txt"
    arguments = ["sheet", reader, "--home", str(home), "--out", str(out)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    first = out.read_text(encoding="utf-8")
    assert first.startswith("onboard ") and max(map(len, first.splitlines())) <= 200
    result = CliRunner().invoke(app, arguments)
    assert "nothing is overwritten" in str(result.exception) and out.read_text(encoding="utf-8") == first

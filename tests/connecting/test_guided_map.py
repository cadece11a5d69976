"""`onboard map` at a terminal: at most ten questions, Enter for the guess, answers that are kept and taken again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.cli import map as command
from tests.connecting.elsewhere.labs import HERE, differing, guess, home_of, status, wrongly_cleared

NAME = "see_klinik"


def asked(home: Path, typed: str) -> str:
    words = ["map", "--home", str(home), "--out", str(home / "guess.toml")]
    for project in json.loads((HERE / NAME / "layout.json").read_text(encoding="utf-8"))["projects"]:
        words += ["--dictionary", f"{project}={HERE / NAME / project}.dictionary.csv"]
        words += ["--records", f"{project}={HERE / NAME / project}.csv"]
    return CliRunner().invoke(app, words, input=typed, env={"COLUMNS": "300"}).output


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: object) -> Path:
    monkeypatch.setattr(command, "at_terminal", lambda: True)
    return home_of(NAME, tmp_path / "home")


def test_enter_takes_the_guesses_and_the_answers_make_the_same_file_again(home: Path, tmp_path: Path) -> None:
    said = asked(home, "\n" * 20)
    assert "1 of " in said and "decides " in said and "Enter = " in said
    first = (home / "guess.toml").read_text(encoding="utf-8")
    assert wrongly_cleared(NAME, status(NAME, tmp_path / "entered", first)) == []
    kept = home / "redcap.answers.toml"
    assert len(tomllib.loads(kept.read_text(encoding="utf-8"))) <= 10
    (home / "guess.toml").unlink()
    assert guess(NAME, home, "--answers", str(kept)) == first


def test_the_order_of_days_is_asked_with_its_evidence_and_an_odd_answer_is_asked_again(home: Path, tmp_path: Path) -> None:
    said = asked(home, "?\nperhaps\ndmy\n" + "\n" * 20)
    assert "Are your dates typed as text month/day or day/month?" in said
    assert "only day/month" in said and "'perhaps' is not an answer here: type mdy, dmy or ymd." in said
    text = (home / "guess.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["date_order"] == "dmy" and "[tables.completions.dates]" not in text
    assert differing(NAME, status(NAME, tmp_path / "lab", text)) == []


def test_what_is_left_open_is_not_written_and_is_told(home: Path) -> None:
    asked(home, "-\n" * 20)
    text = (home / "guess.toml").read_text(encoding="utf-8")
    assert "date_order" not in tomllib.loads(text) and "# open: Are your dates typed as text" in text


def test_a_broken_redcap_toml_is_no_hindrance(home: Path) -> None:
    (home / "redcap.toml").write_text("[tables\n", encoding="utf-8")
    assert "Wrote " in asked(home, "\n" * 20)

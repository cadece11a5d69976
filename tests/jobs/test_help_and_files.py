"""What a person reads before typing: the help of every command. And where a command may not write, it says so in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import PARTS, TABLE
from jobs.__main__ import app as onboard_app
from onboard.cli.output import print_table
from onboard.errors import ConfigError
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.conftest import make_lab

WIDE = CliRunner(env={"COLUMNS": "80"})


@pytest.mark.parametrize("name", list(TABLE))
def test_the_help_of_a_command_fits_80_columns_and_reads_as_people_type(name: str) -> None:
    said = WIDE.invoke(onboard_app, [name, "--help"]).output
    assert max(map(len, said.splitlines())) <= 80
    usage = said.partition("\n\n")[0]
    assert "{" not in usage.replace("{JOB|due}", "").replace("{administrator|successor}", "")
    assert "[[" not in usage and "<str>" not in said and "<path>" not in said


def test_words_in_brackets_are_words_and_no_markup() -> None:
    said = " ".join(WIDE.invoke(onboard_app, ["check", "--help"]).output.split())
    assert "the mailbox of [bounces] is logged in to" in said


def test_the_list_of_commands_stands_under_the_headings_of_the_readme() -> None:
    said = WIDE.invoke(onboard_app, ["--help"]).output
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    places = [said.index(f"\n{title}:\n") for title in PARTS]
    assert places == sorted(places)
    for title, part in PARTS.items():
        section = readme.partition(f"| {title[0].lower()}{title[1:]} | |")[2].partition("\n\n")[0]
        assert section and all(f"`onboard {name}" in section for name in part), title


def test_a_question_leaves_no_ledger_behind(tmp_path: Path, sample: SampleServer) -> None:
    home = make_lab(tmp_path / "new", sample)
    for command in ("jobs", "runs"):
        assert WIDE.invoke(onboard_app, [command, "--home", str(home)]).exit_code == 0
    assert not (home / "ledger.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("preview", "--page"),
        ("proof", "haddad", "STEP-HF", "--page"),
        ("history", "haddad", "--svg"),
        ("sheet", "successor", "--out"),
    ],
)
def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path, sample: SampleServer, words: tuple[str, ...]) -> None:
    home = make_lab(tmp_path / "rivera", sample)
    found = WIDE.invoke(onboard_app, [*words, str(tmp_path / "no" / "file"), "--home", str(home)])
    assert isinstance(found.exception, ConfigError), found.output
    assert "could not be written (No such file or directory). Name a file in a folder that exists" in str(found.exception)


def test_a_token_that_is_missing_elsewhere_than_at_home_hints_at_the_home(tmp_path: Path) -> None:
    found = WIDE.invoke(onboard_app, ["status", "--home", str(tmp_path)])
    assert isinstance(found.exception, ConfigError)
    assert f"{tmp_path} holds no settings.toml: if the lab's home is another folder, name it with --home." in str(found.exception)


@pytest.mark.parametrize("columns", ["40", "60", "80", "100"])
def test_no_address_is_broken_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    rows = [["Mon 23 Nov", "introduction", "Noor al-Rashid", "noor.alrashid@northlake.example", "Health privacy course; " * 3]]
    print_table("The first week", ["day", "mail", "to", "address", "about"], rows)
    said = " ".join(capsys.readouterr().out.split())
    assert "noor.alrashid@northlake.example" in said and "Noor al-Rashid" in said
    assert "address: noor" in said or "Mon 23 Nov introduction Noor al-Rashid noor" in said

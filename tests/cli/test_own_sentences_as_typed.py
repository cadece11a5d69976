"""A lab that words its sentences itself reads them in every command; a name nobody knows is a mistake of the configuration."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from onboard.config import load_config
from onboard.errors import ConfigError
from onboard.model.phrases import sentences
from tests.cli.conftest import Desk

TODAY = ("--as-of", "2024-06-03")
#: A second language that a test can tell from the first: every sentence begins and ends with a mark of its own.
MARKED = {name: f"⟦{sentence.text}⟧" for name, sentence in sentences().items()}


@pytest.fixture
def worded(shown: Desk) -> Iterator[Desk]:
    """The desk of a lab with a file of its own sentences."""
    folder = shown.home / "templates"
    folder.mkdir(exist_ok=True)
    lines = (f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in MARKED.items())
    (folder / "sentences.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield shown
    (folder / "sentences.toml").unlink()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "haddad"), "⟦CLEARANCE⟧"),
        (("explain", "haddad", "--format", "json"), "⟦"),
        (("proof", "haddad", "STEP-HF", "--on", "2024-06-03"), "⟦No hold covers this day.⟧"),
        (("path", "haddad"), "⟦IRB turnaround: ⟦"),
        (("history", "haddad"), "⟦# cleared every day"),
        (("exposure",), "⟦WORKED WHILE NOT CLEARED (certain)⟧"),
        (("reconcile",), "⟦IRB lists, delegations"),
        (("fix-first",), "⟦"),
        (("log", "haddad"), "⟦Role by ICMJE"),
        (("status",), "⟦"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_a_command_says_the_labs_own_sentences(worded: Desk, words: tuple[str, ...], said: str) -> None:
    day = () if words[0] in ("proof", "log") else TODAY
    text = " ".join(worded.ask(*words, *day, code=1 if words[0] == "reconcile" else 0).split())
    assert said in text
    assert text.count("⟦") > 2


def test_without_the_file_the_shipped_sentences_stand(shown: Desk) -> None:
    text = shown.ask("explain", "haddad", *TODAY)
    assert "CLEARANCE" in text and "⟦" not in text


def test_an_unknown_name_is_a_mistake_with_the_nearest_one(shown: Desk, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(shown.home, home, ignore=shutil.ignore_patterns("*.sqlite*"))
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "sentences.toml").write_text('[explain]\nstandign = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"explain\.standign: is not a sentence .*'explain\.standing'"):
        load_config(home)

"""One word for each state: what is never said is searched in mails, pages, sentences, templates and help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import TABLE
from jobs.__main__ import app as onboard_app
from onboard.model.phrases import sentences
from onboard.rendering import Renderer
from tests.words.cast import LAB
from tests.words.crowded import lists
from tests.words.mails import MAILS
from tests.words.test_snapshots import plain

_TOP = Path(__file__).parents[2]

#: What no reader reads, and the word instead.
NEVER = {
    re.compile(pattern, re.IGNORECASE): instead
    for pattern, instead in (
        (r"\brecords? complete\b", "cleared"),
        (r"\bcan(?:not| never) be told\b", "unknown, and its cause"),
        (r"\bnot in the lab\b", "no appointment, starts, left"),
        (r"(?<!of yours )(?<!missing or )\bends soon\b", "ends, and the day"),
        (r"\blapsed\b", "ended, and the day"),
        (r"\bunder way\b", "signed up, received, with the IRB"),
        (r"\bwaits? to be looked at\b", "not checked yet"),
        (r"\bnot asked for\b", "not required"),
        (r"\b(?:they|he|she) (?:know|hear)s?\b", "told on, and the day"),
        (r"\byou hear\b", "you get a mail"),
        (r"\bEthics board \(IRB\) (?:listing|approval)\b", "IRB list, IRB approval"),
        (r"\bmedium work\b|\bstack\b", "piece of work"),
        (r"\bby (?:itself|themselves|ourselves)\b", "when it happens"),
        (r"(?-i:\bNext: [A-Z])", "who acts, and what"),
        (r"\bno [a-z ]+ stands here\b", "not told, and why"),
        (r"\bauthori[s]ation\b", "authorization"),
    )
}
#: Words of a grouped line, where each of several ends on a day of its own.
ALLOWED = {"causes.ends_several"}


def found_in(text: str) -> Iterator[str]:
    """Every word that is never said, with the one instead."""
    plain_text = " ".join(text.split())
    for pattern, instead in NEVER.items():
        for match in pattern.finditer(plain_text):
            yield f"“{match[0]}”: write {instead}"


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_says_it(name: str) -> None:
    message = Renderer(LAB).render(MAILS[name])
    assert not [*found_in(message.subject), *found_in(message.text), *found_in(plain(message.html))]


def test_no_list_of_a_crowded_lab_says_it() -> None:
    assert not [found for message in lists().values() for found in (*found_in(message.text), *found_in(message.subject))]


def test_no_sentence_says_it() -> None:
    found = {name: list(found_in(one.text)) for name, one in sentences().items() if name not in ALLOWED}
    assert not {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize("path", sorted((_TOP / "templates").rglob("*.*")), ids=lambda path: path.name)
def test_no_template_says_it(path: Path) -> None:
    if path.name != "sentences.toml" and path.parent.name != "guide":
        text = re.sub(r"(?s)<style.*?</style>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(encoding="utf-8"))
        assert not list(found_in(text))


@pytest.mark.parametrize("name", ["", *TABLE])
def test_no_help_says_it(name: str) -> None:
    done = CliRunner(env={"COLUMNS": "100"}).invoke(onboard_app, [*filter(None, [name]), "--help"])
    assert done.exit_code == 0 and not list(found_in(done.output))


def test_the_check_finds_each_of_them() -> None:
    said = (
        "Records complete. It cannot be told. Not in the lab. Ends soon. Lapsed. Under way. It waits to be looked at. "
        "Not asked for. They know since Monday. You hear from us. Ethics board (IRB) listing. The stack. By itself. Next: Maria. "
        "So no name stands here. No authorisation."
    )
    assert len(list(found_in(said))) == len(NEVER)

"""Plain English in what a user of the program reads: help, errors, printed lines, comments of configuration, README and guide.

Texts of mails and pages (templates/, but not its guide) are held to their own snapshots.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from jobs.__main__ import TABLE
from jobs.__main__ import app as onboard_app

_TOP = Path(__file__).parents[2]

#: A mannered phrase, and what to write instead.
PATTERNS = {
    re.compile(pattern, re.IGNORECASE): instead
    for pattern, instead in (
        (r"(?<!there )\bis no \w+", '"is not a", "does not have a" or "there is no"'),
        (
            r"\bby (itself|themselves|ourselves)\b",
            'when it happens, as in "the jobs try again until the evening", or "automatically"',
        ),
        (r"\b(they|he|she) (know|hear)s?\b", '"are told", "was told on 7 Dec 2026"'),
        (r"\bstands? (on|in|below|beside)\b", '"is on", "is in", "is below", "is next to"'),
        (r"\bcannot be told\b", '"is not known"'),
        (r"\bfor ever\b", '"always", "never change this"'),
        (
            r"\b(authoris|recognis|organis|anonymis|summaris)\w+|\b(behaviour|favour|colour)\w*",
            "the American spelling: authorize, behavior",
        ),
    )
}

#: What may be there, and why. An entry that is met nowhere fails.
ALLOWED = {
    ("onboard/adapters/redcap/importer.py", "is no longer"): "an idiom, and right",
}


class Text(NamedTuple):
    """One piece that a user reads: its file, the line it begins on, and its lines."""

    file: str
    line: int
    lines: tuple[str, ...]


class Fault(NamedTuple):
    """A phrase that is found, where, and what to write."""

    file: str
    line: int
    phrase: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: “{self.phrase}”. Write {self.instead}."


def faults(text: Text) -> Iterator[Fault]:
    """Every phrase of PATTERNS in a text, also across the end of a line; named with the line it begins on."""
    pieces = [" ".join(line.split()) for line in text.lines]
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece) + 1)
    whole = " ".join(pieces)
    for pattern, instead in PATTERNS.items():
        for found in pattern.finditer(whole):
            yield Fault(text.file, text.line + bisect_right(starts, found.start()) - 1, found[0], instead)


def strings(file: str, source: str) -> Iterator[Text]:
    """The strings of a module: each message as it is printed, values left out; of docstrings a command's alone, its help."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.FunctionDef) and node.name == "command" and ast.get_docstring(node):
            yield Text(file, node.body[0].lineno, tuple(str(ast.get_docstring(node)).splitlines()))
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield Text(file, node.lineno, ("".join(parts),))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield Text(file, node.lineno, (node.value,))


def _code() -> Iterator[Text]:
    for room in ("onboard", "jobs"):
        for path in sorted((_TOP / room).rglob("*.py")):
            yield from strings(str(path.relative_to(_TOP)), path.read_text(encoding="utf-8"))


def _documents() -> Iterator[Text]:
    """README and its like, the guide, and configuration: its comments, and the titles and sources beside them."""
    config, guide = _TOP / "config", _TOP / "templates" / "guide"
    own = (_TOP / "README.md", _TOP / "CHANGELOG.md", _TOP / "CONTRIBUTING.md", config / "redcap_project" / "README.md")
    for path in (*own, *sorted(config.rglob("*.toml")), *sorted(guide.glob("*.txt"))):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield Text(str(path.relative_to(_TOP)), 1, tuple(re.sub(r"^\s*#+", "", line) for line in lines))


def _is_allowed(fault: Fault) -> bool:
    return any(fault.file == file and fault.phrase.startswith(phrase) for file, phrase in ALLOWED)


def test_messages_in_the_code_are_plain_english() -> None:
    found = [fault for text in _code() for fault in faults(text) if not _is_allowed(fault)]
    assert not found, "\n".join(map(str, found))


def test_documents_and_comments_of_configuration_are_plain_english() -> None:
    texts = list(_documents())
    assert {"README.md", "config/settings.toml", "templates/guide/mail.txt"} <= {text.file for text in texts}
    found = [fault for text in texts for fault in faults(text) if not _is_allowed(fault)]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("name", ["", *TABLE])
def test_the_help_of_a_command_is_plain_english(name: str) -> None:
    """As it is printed, so that help put together while the program runs is read as well."""
    done = CliRunner(env={"COLUMNS": "100"}).invoke(onboard_app, [*filter(None, [name]), "--help"])
    assert done.exit_code == 0
    found = list(faults(Text(f"onboard {name} --help", 1, tuple(done.output.splitlines()))))
    assert not found, "\n".join(map(str, found))


def test_each_allowed_phrase_is_still_there() -> None:
    met = {(fault.file, phrase) for text in _code() for fault in faults(text) for _, phrase in ALLOWED if phrase in fault.phrase}
    assert ALLOWED.keys() <= met


def test_a_phrase_is_found_in_a_message_across_its_values_and_lines() -> None:
    source = '''"""This module is no example: a docstring, and left to its readers."""

def command():
    """Runs by
    itself."""
    raise ConfigError(
        f"{day!r} is no date, "
        "and it stands in no list."
    )
'''
    found = [(fault.line, fault.phrase) for text in strings("a.py", source) for fault in faults(text)]
    assert found == [(4, "by itself"), (7, "is no date"), (7, "stands in")]


@pytest.mark.parametrize(
    "words",
    [
        "This is no date.",
        "It ends by itself.",
        "They know since Monday.",
        "It stands on the list.",
        "It cannot be told.",
        "no authorisation",
    ],
)
def test_each_mannered_phrase_is_found_and_its_plain_form_is_not(words: str) -> None:
    plain = "There is no date. It ends on Friday. They were told on Monday. It is on the list. It is not known. No authorization."
    assert len(list(faults(Text("a.md", 1, (words,))))) == 1
    assert not list(faults(Text("a.md", 1, (plain,))))

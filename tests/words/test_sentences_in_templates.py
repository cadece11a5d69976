"""Sentences for readers stand in templates/sentences.toml: none in the code that judges, plans and answers, and none unused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onboard.model.phrases import sentences

_ONBOARD = Path(__file__).parents[2] / "onboard"
_ROOMS = ("judging", "planning", "questions")
#: Files whose sentences stay in the code, and why.
_ALLOWED = {
    "judging/rule_changes.py": "says what changed in a file of settings; stored with the decision and printed as it was",
    "planning/gate.py": "reasons in the log of a run, for whoever runs the program",
    "planning/refusals.py": "patterns of what mail servers answer",
    "questions/people.py": "errors about what was typed at a terminal",
    "judging/obligations/built_in.py": "titles of built-in requirements, which are the rules'",
    "planning/writeback.py": "values of a REDCap field, which scripts of the lab read",
    "questions/worklog.py": "the criteria as ICMJE words them, and headings of a CSV file",
    "questions/pack.py": "headings and cells of CSV files, which are the same in every language",
}
_SENTENCE = re.compile(r"[A-Z“]\S* .*[.!?](\s|$)|(\S*[a-z]{2,}\S* ){3}\S*[a-z]{2,}")
#: Words that stand beside a value, as only prose has them.
_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|[a-z]{2,}(, | )$|^(, | )[a-z]{2,}")


def _files() -> list[Path]:
    return [path for room in _ROOMS for path in sorted((_ONBOARD / room).rglob("*.py"))]


def _strings(tree: ast.Module) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Every string of a module but docstrings, names of phrases, and what is raised."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _is_phrase(node)):
            skipped.update(id(inner) for inner in ast.walk(node.exc if isinstance(node, ast.Raise) and node.exc else node))
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in ast.walk(node) if part is not node and isinstance(part, ast.Constant))
        if isinstance(node, ast.FunctionDef) and node.name.endswith("__repr__"):
            skipped.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield node


def _is_phrase(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("phrase", "shared", "filled")


def _is_sentence(node: ast.Constant | ast.JoinedStr) -> bool:
    if isinstance(node, ast.Constant):
        return bool(_SENTENCE.match(str(node.value))) and "<" not in str(node.value)
    parts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
    return any(_WORDS.search(part) for part in parts) and not any("<" in part for part in parts)


def found_in(source: str) -> list[tuple[int, str]]:
    """Line and text of every sentence for readers in a module."""
    return [(node.lineno, ast.unparse(node)) for node in _strings(ast.parse(source)) if _is_sentence(node)]


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(_ONBOARD)))
def test_no_sentence_for_readers_stands_in_code_that_judges_plans_or_answers(path: Path) -> None:
    found = found_in(path.read_text(encoding="utf-8"))
    if str(path.relative_to(_ONBOARD)) in _ALLOWED:
        assert found, f"{path} has no sentence any more: take it off the list"
        return
    assert not found, "\n".join(f"{path}:{line}: {text}: move it into templates/sentences.toml" for line, text in found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""A docstring that says it all."""\n', 0),
        ('say("Work is blocked today.")', 1),
        ('say(f"{name} is blocked today")', 1),
        ('say(f"Blocked since {day}.")', 1),
        ('title = "has an address nobody may use"', 1),
        ('row = "<rect width=5 and more of it/>"', 0),
        ('say(phrase("told.since", day=f"{x} and y"))', 0),
        ('raise ValueError(f"{name} has no such value")', 0),
        ('key = f"reminder/{person}/{tier}"', 0),
    ],
)
def test_the_reading_of_the_code_finds_sentences(source: str, found: int) -> None:
    assert len(found_in(source)) == found


def _named() -> Iterator[tuple[str, str]]:
    """Every name the code gives to `phrase`, as a pattern; with the place."""
    for path in sorted(_ONBOARD.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if id(node) in parts:
                continue
            place = f"{path.relative_to(_ONBOARD)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and _is_phrase(node):
                for inner in ast.walk(node.args[0]):
                    if isinstance(inner, ast.JoinedStr):
                        yield _pattern(inner), place
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAME.fullmatch(node.value):
                yield re.escape(node.value), place


_ROOM_NAMES = sorted({name.partition(".")[0] for name in sentences()})
_NAME = re.compile(rf"(?:{'|'.join(_ROOM_NAMES)})\.(?!html$)[a-z_]+")


def _pattern(name: ast.JoinedStr) -> str:
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_.]+" for part in name.values)
    return "".join(parts)


def test_every_sentence_is_used_and_every_name_exists() -> None:
    named = list(_named())
    used = {name for name in sentences() if any(re.fullmatch(pattern, name) for pattern, _ in named)}
    missing = [(pattern, place) for pattern, place in named if not any(re.fullmatch(pattern, name) for name in sentences())]
    assert not missing, missing
    assert used == set(sentences()), sorted(set(sentences()) - used)

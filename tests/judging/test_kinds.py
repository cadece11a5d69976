"""Kinds of requirements are one table: each has a whole row, and no room outside it compares kinds."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.config.requirements import RequirementBlock
from onboard.judging.kinds import KINDS, WRITTEN, order
from onboard.judging.obligations.person_rows import _READ
from onboard.model import Evidence, Per, RequirementKind
from onboard.model.phrases import sentences
from onboard.shipped import shipped

ROOT = Path(__file__).parents[2]
#: The law of who is told what; the table; the built-in requirements, which are made there; the members themselves.
ALLOWED = {
    "onboard/planning/causes.py",
    "onboard/judging/kinds.py",
    "onboard/judging/obligations/built_in.py",
    "onboard/model/requirements.py",
}
VALUES = frozenset(kind.value for kind in RequirementKind)
_SAID = re.compile(rf"[\"'](?:{'|'.join(sorted(VALUES))})[\"']")

# whole rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(RequirementKind))
def test_each_kind_has_a_whole_row(kind: RequirementKind) -> None:
    row = KINDS[kind]
    assert callable(row.judge)
    assert row.per <= set(Per) and row.per
    assert set(row.keys) <= set(RequirementBlock.model_fields)
    assert not row.needs or row.needs in row.keys
    assert set(row.reads) <= {field.name for field in fields(Evidence)} & set(_READ)
    assert sentences()[row.nothing].text.endswith(".")
    assert all(before in KINDS for before in row.after)
    assert (kind in WRITTEN) is row.written


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_evidence_and_the_forms_of_a_kind_are_in_the_shipped_mapping(kind: RequirementKind) -> None:
    mapping, mistakes = load_mapping(tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8")))
    assert mapping and not mistakes
    row = KINDS[kind]
    assert all(mapping.of(name) for name in row.reads[:1])
    forms = {source.instrument for source in mapping.sources}
    assert {form for form in (row.form, row.protocol_form) if form} <= forms


def test_courses_come_before_the_listing_and_the_listing_before_the_delegation() -> None:
    assert [order(kind) for kind in (RequirementKind.TRAINING, RequirementKind.LISTING, RequirementKind.DELEGATION)] == [0, 1, 2]


# one place ------------------------------------------------------------------------------------------------------------


def test_no_other_module_names_or_compares_a_kind() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ("onboard", "jobs")
        for path in sorted((ROOT / room).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in ALLOWED
        for line in sorted(set(kinds_in(path.read_text(encoding="utf-8"))))
    ]
    assert not found, f"ask the row instead (onboard/judging/kinds.py): {', '.join(found)}"


def test_no_template_compares_a_kind() -> None:
    compared = re.compile(r"\bkind\b(?:\.value)?\s*(?:==|!=|(?:not )?in\b)\s*([^%}]*)")
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for said in compared.findall(path.read_text(encoding="utf-8")):
            assert not VALUES & set(re.findall(r"[\"'](\w+)[\"']", said)), path.name


@pytest.mark.parametrize(
    "text",
    [
        "found = requirement.kind is RequirementKind.HOLD",
        "TABLE = {model.RequirementKind.TRAINING: 1}",
        "found = RequirementKind('hold')",
        "found = RequirementKind['HOLD']",
        "found = clause.kind == 'hold'",
        "found = finding.requirement.kind.value in ('listing', 'delegation')",
        "found = 'hold' != kind",
        "found = {'training': 1, 'listing': 2}.get(clause.kind)",
        "found = {'training': 1, 'listing': 2}[requirement.kind]",
        "match requirement.kind:\n    case 'hold' | 'fact':\n        pass",
        "from onboard.model import RequirementKind as Other\nfound = Other.HOLD",
    ],
)
def test_a_compared_kind_is_found(text: str) -> None:
    assert list(kinds_in(text))


@pytest.mark.parametrize(
    "text",
    ["kind: RequirementKind", "found = kinds.of(requirement).stops", "form == 'approval'", "mail.kind == 'digest'", "x = 'hold'"],
)
def test_other_words_are_not_found(text: str) -> None:
    assert not list(kinds_in(text))


def kinds_in(text: str) -> Iterator[int]:
    """Lines on which a member of the enum is named, or a value is compared or looked up as a kind."""
    if "RequirementKind" not in text and not _SAID.search(text):
        return
    nodes = list(ast.walk(ast.parse(text)))
    enums = {"RequirementKind"}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            enums |= {name.asname for name in node.names if name.name == "RequirementKind" and name.asname}
    for node in nodes:
        if _names(node, enums) or _compares(node):
            yield getattr(node, "lineno", 0)


def _names(node: ast.AST, enums: set[str]) -> bool:
    """A member: `RequirementKind.HOLD`, `RequirementKind["HOLD"]`, `RequirementKind("hold")`."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return _is_enum(node.value, enums)
    return isinstance(node, ast.Call) and _is_enum(node.func, enums)


def _compares(node: ast.AST) -> bool:
    """A value compared with a kind, matched against one, or looked up by one."""
    if isinstance(node, ast.Compare):
        return any(map(_is_kind, (node.left, *node.comparators))) and _values(node)
    if isinstance(node, ast.Match):
        return _is_kind(node.subject) and any(_values(case.pattern) for case in node.cases)
    if isinstance(node, ast.Subscript):
        return _looks_up(node, [node.slice])
    return isinstance(node, ast.Call) and _looks_up(node.func, node.args)


def _is_enum(node: ast.expr, enums: set[str]) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in enums


def _is_kind(node: ast.expr) -> bool:
    """``kind``, ``x.kind``, ``x.kind.value``."""
    if isinstance(node, ast.Attribute) and node.attr == "value":
        node = node.value
    return (isinstance(node, ast.Attribute) and node.attr == "kind") or (isinstance(node, ast.Name) and node.id == "kind")


def _looks_up(node: ast.expr, keys: list[ast.expr]) -> bool:
    """Whether a table written out with values of kinds is asked by a kind."""
    table = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
    return isinstance(table, ast.Dict) and any(map(_is_kind, keys)) and _values(table)


def _values(node: ast.AST) -> bool:
    """Whether the value of a kind is among the constants."""
    constants = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return any(isinstance(value, str) and value in VALUES for value in constants)

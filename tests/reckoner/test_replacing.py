"""What the judge says for certain stays true whatever is found out about the rest, and the reckoner borrows nothing from it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from compare import Both
from labs import make_lab
from prove import days_of
from replacing import learnings

from onboard.judging.readiness import cleared_on

LABS, BATCH = 200, 20
#: What a certain verdict must not turn into.
CONTRADICTS = {
    "cleared": {"blocked", "unknown", "not_due"},
    "blocked": {"cleared", "unknown"},
    "not_due": {"cleared", "blocked", "unknown"},
    "unknown": set(),
}


@pytest.mark.parametrize("first", range(0, LABS, BATCH))
def test_replacing_an_unknown_never_contradicts_a_certain_verdict(first: int) -> None:
    for seed in range(first, first + BATCH):
        lab = make_lab(seed)
        days = days_of(lab, 5)[::3]
        before = {(row.person, row.protocol, row.task): row for row in Both(lab).rows}
        for learnt in learnings(lab, 4):
            for row in Both(learnt.lab).rows:
                old = before[row.person, row.protocol, row.task]
                for day in days:
                    was, now = cleared_on(old, day).value, cleared_on(row, day).value
                    about = f"{learnt.what}: {row.person}/{row.protocol}/{row.task} on {day} was {was}, is {now}"
                    assert now not in CONTRADICTS[was], about


@pytest.mark.parametrize("file", ["almanac.py", "owing.py", "evidence.py", "reckon.py"])
def test_the_reckoner_shares_only_the_nouns(file: str) -> None:
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours = {module for module in modules if module.startswith("onboard")}
    assert ours <= {"onboard.model.choices", "onboard.model.lab", "onboard.model.records", "onboard.model.requirements"}

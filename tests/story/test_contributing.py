"""CONTRIBUTING.md leads where it says: each path is opened, and what is named in it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "`" in line]
_PATH = re.compile(r"`((?:onboard|jobs|tests|templates|config)/[\w./-]*)`(?: `([^`]+)`)?")
#: What each newcomer asks first, as they would put it.
ASKED = (
    "training rule",
    "reminder's words",
    "reminder job",
    "bad read mails nobody",
    "chat message",
    "90-day retention",
    "trial mode applied",
    "item keys",
    "templates get their variables",
    "waiver law tested",
    "Ada got no mail",
    "Ada got this mail",
    "another mail library",
)


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 200


@pytest.mark.parametrize("row", [row for row in ROWS if _PATH.search(row)])
def test_every_path_of_a_table_is_there_and_holds_what_is_named(row: str) -> None:
    for path, named in _PATH.findall(row):
        found = ROOT / path
        assert found.exists(), path
        if named and found.is_file():
            assert named in found.read_text(encoding="utf-8"), f"{path} does not hold {named}"


@pytest.mark.parametrize("question", ASKED)
def test_each_question_is_answered_in_at_most_two_steps(question: str) -> None:
    (row,) = [row for row in ROWS if row.startswith("|") and question in row.split("|")[1]]
    assert 1 <= len(_PATH.findall(row)) <= 2


def test_every_room_has_its_line() -> None:
    rooms = {path.parent.name for path in (ROOT / "onboard").glob("*/__init__.py")} | {"jobs"}
    assert {room for room in rooms if f"| `{room}/` |" not in TEXT} == set()

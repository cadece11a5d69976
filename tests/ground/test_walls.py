"""The walls between rooms, tried: a forbidden import is put into a copy of every room, and the import contracts see each one.

The rooms are those that stand there, so that a new one is tried as well; who may import what is written here a second time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What is put into every room, and the rooms that may; a module named as `room.module` may, its room may not.
WALLS: dict[str, set[str]] = {
    "socket": {"adapters", "sandbox"},
    "asyncio": {"adapters", "sandbox"},
    "http": {"adapters", "sandbox"},
    "logging": {"adapters", "sandbox"},
    "sqlite3": {"adapters", "sandbox"},
    "random": {"adapters", "sandbox"},
    "uuid": {"adapters", "sandbox"},
    "time": {"adapters", "sandbox"},
    "os": {"adapters", "sandbox"},
    "pathlib": {"adapters", "sandbox", "app", "cli", "config", "rendering", "shipped"},
    "pandas": {"tables"},
    "sqlalchemy": set(),
    "requests": set(),
    "yagmail": set(),
    "apscheduler": set(),
    "jinja2": {"rendering"},
    "xlsxwriter": {"rendering"},
    "pydantic": {"config"},
    "starlette": {"sandbox"},
}
#: A room that nobody knows yet.
NEW = "newcomers"


def rooms(onboard: Path) -> dict[str, Path]:
    """The file that an intruder goes into, by room: a new module of a package, the end of a loose module."""
    found = {p.parent.name: p.with_name("intruder.py") for p in onboard.glob("*/__init__.py")}
    return found | {p.stem: p for p in onboard.glob("*.py") if p.stem != "__init__"}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the tree in which every room imports all that is walled off somewhere."""
    copy = tmp_path_factory.mktemp("walls")
    for name in ("onboard", "jobs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "_shipped"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "onboard" / NEW).mkdir()
    (copy / "onboard" / NEW / "__init__.py").touch()
    for file in rooms(copy / "onboard").values():
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(text + "\n" + "".join(f"import {name}\n" for name in WALLS), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"],
        cwd=copy, env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "400"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert found.returncode == 1, found.stdout[-2000:] + found.stderr[-2000:]
    return found.stdout


def _seen(said: str, room: str, forbidden: str) -> bool:
    who = rf"onboard\.{room}(\.intruder)?"
    return bool(re.search(rf"{who} -> {forbidden}\b", said))


@pytest.mark.parametrize("room", sorted({*rooms(ROOT / "onboard"), NEW}))
def test_a_forbidden_import_in_any_room_breaks_a_contract(said: str, room: str) -> None:
    assert [name for name, may in WALLS.items() if room not in may and not _seen(said, room, name)] == []


@pytest.mark.parametrize("room", sorted(rooms(ROOT / "onboard")))
def test_what_a_room_may_import_is_no_fault(said: str, room: str) -> None:
    own = [name for name, may in WALLS.items() if room in may and name != "pandas"]
    assert [name for name in own if _seen(said, room, name)] == []


def test_a_room_that_stands_on_no_floor_is_named(said: str) -> None:
    assert re.search(rf"Floors: a room imports from lower floors only BROKEN[\s\S]*{NEW}", said)


def test_there_are_rooms_enough_and_not_too_many() -> None:
    packages = list((ROOT / "onboard").glob("*/__init__.py"))
    modules = list((ROOT / "onboard").glob("*.py"))
    assert 10 < len(packages) <= 16 and len(modules) <= 6

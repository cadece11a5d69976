"""The projects of this folder as `onboard` meets them, and what is right of a mapping of them."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tomllib
from fnmatch import fnmatch
from io import StringIO
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.shipped import shipped

HERE = Path(__file__).parent
NAMES = ("ridge_cardio", "see_klinik", "rive_sante")


def home_of(name: str, folder: Path, mapping: str = "") -> Path:
    """A home with the shipped files, the lab's rules and, where given, a redcap.toml."""
    said = json.loads((HERE / name / "layout.json").read_text(encoding="utf-8"))
    folder.mkdir(mode=0o700)
    for file in ("schedule.toml", "settings.toml"):
        shutil.copy(shipped("config") / file, folder)
    settings = (folder / "settings.toml").read_text(encoding="utf-8").replace('"America/New_York"', f'"{said["zone"]}"')
    settings = settings.replace('["change-me.invalid"]', json.dumps(said["domains"]))
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    for file in ("requirements.toml", "protocols.csv", "approvals.csv"):
        if (HERE / name / file).is_file():
            shutil.copy(HERE / name / file, folder)
    if mapping:
        (folder / "redcap.toml").write_text(mapping, encoding="utf-8")
    return folder


def export_of(name: str, folder: Path) -> Path:
    """Its records as a folder of exports."""
    folder.mkdir()
    for file in (HERE / name).glob("*.csv"):
        shutil.copy(file, folder)
    return folder


def onboard(*words: str, code: int | None = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "300"})
    assert code is None or result.exit_code == code, result.output + repr(result.exception)
    return result.output


def guess(name: str, home: Path, *more: str, records: bool = True) -> str:
    """The redcap.toml that `map` writes from the project's files."""
    words = ["map", "--home", str(home), "--out", str(home / "guess.toml"), *more]
    for project in json.loads((HERE / name / "layout.json").read_text(encoding="utf-8"))["projects"]:
        words += ["--dictionary", f"{project}={HERE / name / project}.dictionary.csv"]
        words += ["--records", f"{project}={HERE / name / project}.csv"] if records else []
    onboard(*words, code=None)
    return (home / "guess.toml").read_text(encoding="utf-8")


def status(name: str, folder: Path, mapping: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The status rows under a mapping."""
    folder.mkdir()
    home, export = home_of(name, folder / "home", mapping), export_of(name, folder / "export")
    said = onboard("status", "--home", str(home), "--export", str(export), "--as-of", "2026-11-30", "--format", "json", code=None)
    return {(row["person"], row["protocol"]): row for row in json.loads(said)}


def differing(name: str, found: dict[tuple[str, str | None], dict[str, Any]]) -> list[str]:
    """The rows and tasks that are not as the truth has them."""
    truth = json.loads((HERE / name / "truth_status.json").read_text(encoding="utf-8"))
    wrong = []
    for row in truth:
        have = found.get((row["person"], row["protocol"]), {"status": "absent", "tasks": []})
        tasks = {task["task"]: task["status"] for task in have["tasks"]}
        if (have["status"], tasks) != (row["status"], row["tasks"]):
            wrong.append(f"{row} but {have['status']} {tasks}")
    known = {(row["person"], row["protocol"]) for row in truth}
    return wrong + [f"{key} is none" for key in found if key not in known]


def wrongly_cleared(name: str, found: dict[tuple[str, str | None], dict[str, Any]]) -> list[tuple[str, str | None]]:
    """Rows that a mapping clears and the truth does not."""
    rows = json.loads((HERE / name / "truth_status.json").read_text(encoding="utf-8"))
    truth = {(row["person"], row["protocol"]): row["status"] for row in rows}
    return [key for key, row in found.items() if row["status"] == "cleared" and truth.get(key) != "cleared"]


def fields(name: str, text: str) -> tuple[list[str], list[str], int]:
    """Needed fields that a mapping does not use, fields used for what they do not mean, and how many are needed."""
    truth = json.loads((HERE / name / "truth_fields.json").read_text(encoding="utf-8"))
    used: dict[str, set[str]] = {}
    for table, written in tomllib.loads(text)["tables"].items():
        for block in written if isinstance(written, list) else [written]:
            pairs = block.get("each", {"": ""})
            for part in pairs:
                for key in ("fields", "where", "ended_if", "not_begun_if", "person"):
                    for ours, column in _columns(block.get(key, {}), key):
                        used.setdefault(column.replace("{each}", part), set()).add(f"{table}.{ours}")
    missed, wrong, needed = [], [], 0
    for one in truth:
        roles = {role for column, found in used.items() if column.partition("___")[0] == one["field"] for role in found}
        bad = [role for role in roles if not any(fnmatch(role, means) for means in one["means"])]
        wrong += [f"{one['field']} as {bad}"] if bad else []
        needed += one["needed"]
        missed += [one["field"]] if one["needed"] and not roles else []
    return missed, wrong, needed


def _columns(value: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [(key, one) for one in value]
    found = []
    for ours, written in value.items():
        if key != "fields":
            found.append((key, ours))
            continue
        for text in [written] if isinstance(written, str) else written:
            inside = [one for one in re.findall(r"\{(\w+)\}", text) if one not in ("each", "as")]
            found += [(ours, one) for one in inside or [text]]
    return found


def changed(text: str, change: Any) -> str:
    """A dictionary with each of its rows changed."""
    rows = list(csv.DictReader(StringIO(text)))
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(change(rows))
    return out.getvalue()

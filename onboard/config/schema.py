"""The JSON schema of requirements.toml, for editors.

The models of requirements.py say what a key may hold, the comments of the shipped file what it means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from onboard.config.mistakes import Block
from onboard.config.requirements import CourseBlock, JudgingTable, RequirementBlock
from onboard.shipped import shipped

FILE = "requirements.schema.json"
#: "#   key   what it means", "#   one, other   what both mean"; a line that goes on is indented further.
_KEY = re.compile(r"^#   (\w+(?:, \w+)*) {2,}(\S.*)$")
_MORE = re.compile(r"^# {17,}(\S.*)$")


class RequirementsFile(Block):
    """What this lab demands of its people: [judging], [[requirement]] blocks and the [[course]] map."""

    judging: JudgingTable = JudgingTable()
    requirement: tuple[RequirementBlock, ...] = Field(min_length=1)
    course: tuple[CourseBlock, ...] = ()


def requirements_schema() -> str:
    """The schema as text, the same on every machine."""
    schema = RequirementsFile.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "requirements.toml of onboard", **schema}
    meanings = _meanings((shipped("config") / "requirements.toml").read_text(encoding="utf-8"))
    for model in (schema, *schema["$defs"].values()):
        _describe(model, meanings)
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(model: Mapping[str, Any], meanings: Mapping[str, str]) -> None:
    for key, value in model.get("properties", {}).items():
        if key in meanings:
            value["description"] = meanings[key]


def _meanings(text: str) -> dict[str, str]:
    """Key -> what the comments of the shipped file say of it."""
    found: dict[str, str] = {}
    open_keys: list[str] = []
    for line in text.splitlines():
        if begun := _KEY.match(line):
            open_keys = begun[1].split(", ")
            found.update({key: begun[2] for key in open_keys if key not in found})
        elif open_keys and (more := _MORE.match(line)):
            found.update({key: f"{found[key]} {more[1]}" for key in open_keys})
        else:
            open_keys = []
    return found

"""Editors check requirements.toml by the schema; the shipped one is the generated one, and says the same as the program."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from onboard.config.schema import FILE, requirements_schema
from onboard.shipped import shipped

SHIPPED = shipped("config") / FILE


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == requirements_schema(), f"write it anew: onboard rules schema > config/{FILE}"


def test_the_first_line_of_the_rules_names_it() -> None:
    rules = (shipped("config") / "requirements.toml").read_text(encoding="utf-8")
    assert rules.splitlines()[0] == f"#:schema ./{FILE}"


def test_every_key_says_what_it_means() -> None:
    schema = json.loads(requirements_schema())
    for model in schema["$defs"].values():
        for key, value in model.get("properties", {}).items():
            assert len(value.get("description", "")) > 8, key


def test_the_shipped_rules_hold_by_it_and_a_wrong_word_does_not() -> None:
    schema = json.loads(requirements_schema())
    document = tomllib.loads((shipped("config") / "requirements.toml").read_text(encoding="utf-8"))
    assert wrong(document, schema, schema) == []
    document["requirement"][0]["kind"] = "trainnig"
    document["requirement"][1]["tires"] = [1]
    assert sorted(wrong(document, schema, schema)) == ["requirement/0/kind", "requirement/1/tires"]


def wrong(value: Any, schema: dict[str, Any], top: dict[str, Any], path: str = "") -> list[str]:
    """Where a value breaks a schema: objects, arrays and enums, which is what catches a mistyped key or word."""
    if "$ref" in schema:
        return wrong(value, top["$defs"][schema["$ref"].rsplit("/", 1)[-1]], top, path)
    if "anyOf" in schema:
        return min((wrong(value, one, top, path) for one in schema["anyOf"]), key=len)
    if "enum" in schema:
        return [] if value in schema["enum"] else [path]
    found = []
    if schema.get("type") == "object" and isinstance(value, dict):
        known = schema.get("properties", {})
        for key, one in value.items():
            where = f"{path}/{key}".lstrip("/")
            found += wrong(one, known[key], top, where) if key in known else [where]
        found += [f"{path}/{key}".lstrip("/") for key in schema.get("required", ()) if key not in value]
    if schema.get("type") == "array" and isinstance(value, list):
        found += [w for n, one in enumerate(value) for w in wrong(one, schema.get("items", {}), top, f"{path}/{n}")]
    return found

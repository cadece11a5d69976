"""`onboard map`: a first redcap.toml for a project of the lab's own. Decides where dictionaries come from; the guesses are
onboard/connecting/guessing.py. Never overwrites, and nothing uses the file before somebody renamed it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.connecting.dictionary import Field, fields_of_rows, fields_of_text
from onboard.connecting.guessing import Block, guess_blocks
from onboard.connecting.mapping_text import mapping_text
from onboard.errors import ConfigError
from onboard.model.mapping import PROTOCOL_TABLES, REQUIRED_FIELDS, TABLE_FIELDS
from onboard.shipped import shipped

_OUT = "redcap.guess.toml"


@dataclass(slots=True)
class Found:
    """What the projects tell of themselves."""

    fields: dict[str, Sequence[Field]] = field(default_factory=dict)  # project -> its dictionary
    events: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # project -> form -> unique event names
    missing_codes: dict[str, str] = field(default_factory=dict)


def command(
    dictionary: Annotated[
        list[str] | None,
        typer.Option("--dictionary", metavar="[NAME=]FILE", help="A downloaded data dictionary instead of REDCap; repeatable."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="NAME", help="Read these projects; their tokens must be given.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write; never overwritten.")] = None,
    home: Home = HERE,
) -> None:
    """Guess a first redcap.toml from the data dictionary, with its confidence beside each field, to be corrected by hand."""
    target = out or home / _OUT
    if target.exists():
        raise ConfigError(f"{target} is already there, and nothing is overwritten. Move it away, or name another --out.")
    found = _from_files(dictionary) if dictionary else _from_redcap(home, project or [])
    known = _known()
    blocks = [
        block
        for name, fields in found.fields.items()
        for block in guess_blocks(name, fields, _tables(name, found.fields), known, found.events.get(name, {}))
    ]
    target.write_text(mapping_text(blocks, found.fields, found.missing_codes), encoding="utf-8")
    _tell(target, blocks)


def _tables(name: str, projects: Collection[str]) -> Collection[str]:
    """What a project may hold: everything when it is the only one, else people apart from protocols."""
    if len(projects) == 1:
        return TABLE_FIELDS.keys()
    return PROTOCOL_TABLES if name == "protocols" else TABLE_FIELDS.keys() - PROTOCOL_TABLES


def _from_files(written: Sequence[str]) -> Found:
    found = Found()
    for text in written:
        name, equals, path = text.rpartition("=")
        file = Path(path)
        try:
            content = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{file} cannot be read as UTF-8 text. Give the data dictionary as downloaded.") from None
        found.fields[name if equals else "people"] = fields_of_text(content)
    return found


def _from_redcap(home: Path, names: Sequence[str]) -> Found:
    from onboard.adapters.redcap_facts import describe
    from onboard.app import open_app

    found = Found()
    for project in open_app(home).redcap_projects(names):
        facts = describe(project)
        if facts.dictionary is None:
            raise ConfigError(" ".join(facts.troubles) or f"project {project.name!r} has no data dictionary.")
        found.fields[project.name] = fields_of_rows(facts.dictionary)
        found.events[project.name] = facts.events
        found.missing_codes |= facts.missing_codes
    return found


def _known() -> dict[str, tuple[str, str]]:
    """The shipped dictionaries' fields: REDCap field -> (table, our field)."""
    tables = tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8"))["tables"]
    return {name: (table, ours) for table, block in tables.items() for ours, name in block["fields"].items()}


def _tell(target: Path, blocks: Sequence[Block]) -> None:
    sure = sum(guess.confidence == "sure" for block in blocks for guess in block.guesses.values())
    total = sum(len(block.guesses) for block in blocks)
    say(f"Wrote {target}: {total} fields of {len({block.table for block in blocks})} tables, {sure} of them sure.")
    absent = sorted({"people", "protocols", "completions", "listings"} - {block.table for block in blocks})
    if absent:
        say(f"Not found: {', '.join(absent)}. Needed fields: " + "; ".join(_needs(table) for table in absent) + ".")
    say("Look at every line, correct it, save it as redcap.toml, then: onboard check --explain")


def _needs(table: str) -> str:
    return f"{table}: {', '.join(sorted(REQUIRED_FIELDS.get(table, frozenset())))}"

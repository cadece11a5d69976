"""`onboard map`: a first redcap.toml for a project of the lab's own.

onboard/connecting/guessing.py guesses. It never overwrites, and nothing uses the file before a user renamed it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.options import HERE, Home
from onboard.cli.output import say, writing
from onboard.connecting.dictionary import Field, fields_of_rows, fields_of_text
from onboard.connecting.guesses import Block
from onboard.connecting.guessing import guess_blocks
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
    repeats: dict[str, bool] = field(default_factory=dict)  # project -> whether anything in it repeats, where that is known


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
    """Guess a first redcap.toml from the data dictionary, with its confidence next to each field, to be corrected by hand."""
    target = out or home / _OUT
    if target.exists():
        raise ConfigError(f"{target} is already there, and nothing is overwritten. Move it away, or name another --out.")
    found = _from_files(dictionary) if dictionary else _from_redcap(home, project or [])
    known = _known()
    blocks = [
        block
        for name, fields in found.fields.items()
        for block in guess_blocks(
            name, fields, _tables(name, found.fields), known, found.events.get(name, {}), found.repeats.get(name, True)
        )
    ]
    with writing(target):
        target.write_text(mapping_text(blocks, found.fields, found.missing_codes), encoding="utf-8")
    _tell(target, blocks, files=(home / "protocols.csv").exists())


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
        project = name if equals else "people"
        if project in found.fields:
            raise ConfigError(f"Two dictionaries for project {project!r}. Give each a name: --dictionary people=FILE1 ...")
        found.fields[project] = fields_of_text(content)
    return found


def _from_redcap(home: Path, names: Sequence[str]) -> Found:
    from onboard.adapters.redcap.facts import describe
    from onboard.app import open_app
    from onboard.config.secrets import token_name

    app, found = open_app(home), Found()
    # A lab with one project has one token; without any, the first that is missed is named.
    given = [name for name in app.redcap_mapping.projects if app.config.secrets.has(token_name(name))]
    for project in app.redcap_projects(names or given):
        facts = describe(project)
        if facts.dictionary is None:
            raise ConfigError(" ".join(facts.troubles) or f"project {project.name!r} has no data dictionary.")
        found.fields[project.name] = fields_of_rows(facts.dictionary)
        found.events[project.name] = facts.events
        found.missing_codes |= facts.missing_codes
        found.repeats[project.name] = facts.repeats is not False
    return found


def _known() -> dict[str, tuple[str, str]]:
    """The shipped dictionaries' fields: REDCap field -> (table, our field)."""
    tables = tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8"))["tables"]
    return {name: (table, ours) for table, block in tables.items() for ours, name in block["fields"].items()}


def _tell(target: Path, blocks: Sequence[Block], *, files: bool) -> None:
    guesses = [guess for block in blocks for guess in block.guesses.values()]
    by_word = Counter(guess.confidence for guess in guesses)
    counted = f"{by_word['sure']} of them sure, {by_word['likely']} likely, {by_word['a guess']} a guess"
    say(f"Wrote {target}: {len(guesses)} fields of {len({block.table for block in blocks})} tables, {counted}.")
    codes = sum(len(guess.unknown) for guess in guesses)
    if codes:
        say(f"{codes} codes of yours have no word of ours yet: search for 'which of our words'.")
    courses = [block for block in blocks if "group" in block.constants]
    if courses:
        say(f"{len(courses)} courses have a column each: requirements.toml must say what each counts for ([[course]]).")
    _tell_absent({block.table for block in blocks}, files=files)
    say("Look at every line, correct it, save it as redcap.toml, then: onboard check --explain")


def _tell_absent(held: Collection[str], *, files: bool) -> None:
    """What was not found, and where else it may be."""
    absent = [table for table in ("people", "completions", "listings", "protocols") if table not in held]
    if "protocols" in absent and files:
        absent.remove("protocols")
        say("Protocols are read from protocols.csv and approvals.csv in the lab's home.")
    if absent:
        say(f"Not found: {', '.join(absent)}. Needed fields: " + "; ".join(_needs(table) for table in absent) + ".")
    if "protocols" in absent:
        say(
            "Protocols may be a second project (give its token too, and --project for each), or two files in the lab's home, "
            "protocols.csv and approvals.csv."
        )


def _needs(table: str) -> str:
    return f"{table}: {', '.join(sorted(REQUIRED_FIELDS.get(table, frozenset())))}"

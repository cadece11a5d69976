"""`onboard map` where a project's names say it all, as in the shipped dictionaries: each field by its own name and label."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from onboard.cli.map_reading import Projects
from onboard.cli.output import say, writing
from onboard.connecting.guesses import Block
from onboard.connecting.guessing import guess_blocks
from onboard.connecting.mapping_text import mapping_text
from onboard.model.mapping import PROTOCOL_TABLES, REQUIRED_FIELDS, TABLE_FIELDS
from onboard.shipped import shipped

#: Where all of these are found by name, nothing is left to recognize.
_WHOLE = frozenset({"people", "appointments", "completions", "listings", "delegations", "assignments", "absences"})


def by_names(target: Path, found: Projects, *, files: bool) -> bool:
    """Write the mapping where names tell everything that a lab needs; False, and nothing written, where they do not."""
    known = _known()
    blocks = [
        block
        for name, fields in found.fields.items()
        for block in guess_blocks(
            name, fields, _tables(name, found.fields), known, found.events.get(name, {}), found.repeats.get(name, True)
        )
    ]
    if not {block.table for block in blocks} >= _WHOLE:
        return False
    with writing(target):
        target.write_text(mapping_text(blocks, found.fields, found.missing_codes), encoding="utf-8")
    _tell(target, blocks, files=files)
    return True


def _tables(name: str, projects: Collection[str]) -> Collection[str]:
    """What a project may hold: everything when it is the only one, else people apart from protocols."""
    if len(projects) == 1:
        return TABLE_FIELDS.keys()
    return PROTOCOL_TABLES if name == "protocols" else TABLE_FIELDS.keys() - PROTOCOL_TABLES


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
    if "protocols" not in {block.table for block in blocks}:
        if not files:
            say(f"Not found: protocols. Needed fields: {needs('protocols')}.")
        tell_protocols(files=files)
    say("Look at every line, correct it, save it as redcap.toml, then: onboard check --explain")


def tell_protocols(*, files: bool) -> None:
    """Where else protocols may be."""
    if files:
        say("Protocols are read from protocols.csv and approvals.csv in the lab's home.")
        return
    say(
        "Protocols may be a second project (give its token too, and --project for each), or two files in the lab's home, "
        "protocols.csv and approvals.csv."
    )


def needs(table: str) -> str:
    """What a table cannot be read without."""
    return f"{table}: {', '.join(sorted(REQUIRED_FIELDS.get(table, frozenset())))}"

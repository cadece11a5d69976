"""Which rows of a form are rows of a table, where there is more than one kind.

A form or a project may hold several. It decides conditions on rows (`only_if`, `where`); it guesses no field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from onboard.connecting.dictionary import Field, words_of
from onboard.connecting.guesses import Block
from onboard.model.mapping import REQUIRED_FIELDS

#: Tables that have one row a record, or one a field.
_ONE = frozenset({"people", "protocols", "steps"})
#: Fields that tell that a row is there, the best first; a needed one is better still.
_ANCHORS = ("completed", "title", "protocol", "first", "on", "requirement", "training", "kind", "opt_out")
_KINDS = ("dropdown", "radio", "yesno", "truefalse")
_PERSON = frozenset({"person", "people", "staff", "member", "members", "employee", "personnel", "individual", "trainee"})
_STUDY = frozenset({"study", "studies", "protocol", "protocols", "trial", "trials"})


def tell_apart(blocks: Sequence[Block], fields: Sequence[Field], *, repeats: bool = True) -> list[Block]:
    """The blocks of one project with the conditions that keep their rows apart. `repeats`: as in `guess_blocks`."""
    feeding = Counter(block.form for block in blocks)
    return [
        only_where_filled(block) if block.table not in _ONE and (feeding[block.form] > 1 or not repeats) else block
        for block in _people_from_studies(blocks, fields)
    ]


def only_where_filled(block: Block) -> Block:
    """Return the block; a row counts where the field that makes a row is filled."""
    needed = REQUIRED_FIELDS.get(block.table, frozenset())
    rated = sorted((name not in needed, place, name) for place, name in enumerate(_ANCHORS) if name in block.guesses)
    return replace(block, only_if=block.only_if or (rated[0][2] if rated else ""))


def _people_from_studies(blocks: Sequence[Block], fields: Sequence[Field]) -> Sequence[Block]:
    """Split one classic project whose records are people and studies.

    By a field that says which, else by what each must have.
    """
    roots = [block for block in blocks if block.table in ("people", "protocols")]
    if {block.table for block in roots} != {"people", "protocols"} or any(block.events for block in roots):
        return blocks
    said = _said_by(fields)
    if said is None:
        return [replace(b, only_if={"people": "name", "protocols": "number"}.get(b.table, b.only_if)) for b in blocks]
    column, person, study = said
    code = {"people": person, "protocols": study}
    return [replace(b, where={column.name: code[b.table]}) if b.table in code else b for b in blocks]


def _said_by(fields: Sequence[Field]) -> tuple[Field, str, str] | None:
    """Return the field whose choices tell people from studies, with their codes.

    None when no field does by two.
    """
    for one in fields:
        # A third choice would be people too, or neither: one code would leave people out.
        if one.kind in _KINDS and len(one.choices) == 2:
            people = [code for code, label in one.choices.items() if words_of(label) & _PERSON]
            studies = [code for code, label in one.choices.items() if words_of(label) & _STUDY]
            if len(people) == len(studies) == 1 and people != studies:
                return one, people[0], studies[0]
    return None

"""Guesses as a redcap.toml with the confidence beside each line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from onboard.connecting.dictionary import Field
from onboard.connecting.guesses import Block, Guess
from onboard.model.mapping import ENUMS, REQUIRED_FIELDS, TABLE_FIELDS

_HEAD = """# A first mapping, guessed from the data dictionary. Look at every line, correct it, then save it as redcap.toml.
# "sure", "likely" and "a guess" say how much a field's name and label speak for it. What redcap.toml can say is explained in
# the shipped file of that name. Then look at what the program sees: onboard check --explain
"""


def mapping_text(blocks: Sequence[Block], fields: Mapping[str, Sequence[Field]], missing_codes: Mapping[str, str]) -> str:
    """The whole file. `fields`: project -> its dictionary; `missing_codes`: code -> meaning, as the projects tell."""
    parts = [_HEAD, _missing(missing_codes), *_hand_in(blocks)]
    tables = [block.table for block in blocks]
    for block in blocks:
        parts.append(_block(block, several=tables.count(block.table) > 1))
    parts.append(_unmapped(blocks, fields))
    return "\n".join(parts).rstrip() + "\n"


def _missing(codes: Mapping[str, str]) -> str:
    listed = ", ".join(_quoted(code) for code in codes)
    said = "; ".join(f"{code} = {_one_line(meaning)}" for code, meaning in codes.items())
    note = f"    # the project's missing data codes: {said}. Take out one that means: nobody knows" if codes else ""
    return f"missing_codes = [{listed}]{note}\n"


def _hand_in(blocks: Sequence[Block]) -> Iterable[str]:
    """Evidence by survey, off: no dictionary tells which form is enabled as one."""
    for form in [block.form for block in blocks if block.table == "completions" and not block.only_if][:1]:
        note = "take both # away where this form is a survey: mails then link to it"
        yield f"# [hand_in]    # {note}\n# instrument = {_quoted(form)}\n"


def _block(block: Block, *, several: bool) -> str:
    name = f"tables.{block.table}"
    lines = [f"[[{name}]]" if several else f"[{name}]", f"project = {_quoted(block.project)}"]
    lines.append(f"instrument = {_quoted(block.form)}")
    if block.events:
        listed = ", ".join(_quoted(event) for event in block.events)
        several_events = f"[{listed}]    # the form is in all of them; keep what counts"
        lines.append(f"event = {listed if len(block.events) == 1 else several_events}")
    lines += _conditions(block)
    if "tasks" in block.guesses and block.guesses["tasks"].column.kind == "checkbox":
        lines.append('checkboxes = ["tasks"]')
    lines += [f"[{name}.fields]", *_fields(block)]
    if "group" in block.constants:
        group = _quoted(block.constants["group"])
        lines.append(f'# It counts for nothing before requirements.toml says: [[course]] training = "..." group = [{group}]')
    if block.constants:
        lines += [f"[{name}.constants]", *(f"{ours} = {_quoted(word)}" for ours, word in block.constants.items())]
    lines += _values(name, block)
    return "\n".join(lines) + "\n"


def _conditions(block: Block) -> Iterable[str]:
    """Which rows of the form count."""
    if block.only_if:
        note = "    # a record without it is passed over in silence" if block.table in ("people", "protocols") else ""
        yield f"only_if = {_quoted(block.only_if)}{note}"
    for name, code in block.where.items():
        said = f"records whose field {name} says so are {block.table}; others are not"
        yield f"where = {{ {name} = {_quoted(code)} }}    # a guess: {said}"


def _fields(block: Block) -> Iterable[str]:
    order = TABLE_FIELDS[block.table] or tuple(block.guesses)
    for ours in order:
        if ours in block.guesses:
            guess = block.guesses[ours]
            written = f"{ours} = {_quoted(guess.column.name)}"
            yield f"{written:<44}# {guess.confidence}: {_one_line(guess.column.label)}"
        elif _green_light(block, ours):
            written = f"complete = {_quoted(block.form + '_complete')}"
            yield f"{written:<44}# a guess: no mail to a person before this says yes"
        elif ours not in block.constants:
            needed = "needed" if ours in REQUIRED_FIELDS.get(block.table, frozenset()) else "not found"
            yield f'# {ours} = ""    # {needed}'


def _green_light(block: Block, ours: str) -> bool:
    return block.table == "people" and ours == "complete"


def _values(name: str, block: Block) -> Iterable[str]:
    if block.table == "people" and "complete" not in block.guesses:
        yield f"[{name}.values.complete]"
        yield from ('"0" = "no"', '"1" = "no"', '"2" = "yes"')
    for ours, guess in block.guesses.items():
        if guess.values or guess.unknown:
            yield f"[{name}.values.{ours}]"
            yield from _codes(guess)
        elif (block.table, ours) in ENUMS and not guess.column.choices:
            words = ", ".join(ENUMS[block.table, ours])
            yield f"# {guess.column.name} is typed by hand. Where it holds codes of your own, name each in our words ({words}):"
            yield f"# [{name}.values.{ours}]"
            yield '# "your code" = "our word"'


def _codes(guess: Guess) -> Iterable[str]:
    for code, word in guess.values.items():
        yield f"{f'{_quoted(code)} = {_quoted(word)}':<44}# {_one_line(guess.column.choices[code])}"
    for code, label in guess.unknown.items():
        yield f'# {_quoted(code)} = ""    # which of our words is {_one_line(label)}?'


def _unmapped(blocks: Sequence[Block], fields: Mapping[str, Sequence[Field]]) -> str:
    """What was not used, by form: the place to look for what was not found."""
    used = {(block.project, guess.column.name.partition("___")[0]) for block in blocks for guess in block.guesses.values()}
    lines = ["# Fields that nothing reads (only mapped fields are ever asked of REDCap):"]
    for project, all_fields in fields.items():
        forms: dict[str, list[str]] = {}
        for one in all_fields[1:]:
            if (project, one.name) not in used and one.kind != "descriptive":
                forms.setdefault(one.form, []).append(one.name)
        lines += [f"#   {project}, {form}: {', '.join(names)}" for form, names in forms.items()]
    return "\n".join(lines) if len(lines) > 1 else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())

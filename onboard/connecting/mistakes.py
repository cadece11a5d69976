"""Mistakes of a redcap.toml that only the project's data dictionary shows: the place first, the next step last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from onboard.model.mapping import Source

_BOX = re.compile(r"(\w+?)___(\w+)")


def mistakes(sources: Sequence[Source], dictionary: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Everything in the sources of one project that its dictionary (REDCap's API names of columns) contradicts."""
    look = _Dictionary(dictionary)
    found = [words for source in sources for words in _of_source(source, look)]
    return tuple(dict.fromkeys(found))


class _Dictionary:
    """Field -> its form, and field -> code -> label."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        self.forms = {row["field_name"]: row.get("form_name", "") for row in rows}
        self.forms |= {f"{form}_complete": form for form in {row.get("form_name", "") for row in rows}}
        self.kinds = {row["field_name"]: row.get("field_type", "") for row in rows}
        self.choices = {row["field_name"]: _choices(row) for row in rows}

    def has(self, column: str) -> bool:
        """Whether there is such a field, or one whose box this is."""
        return column in self.forms or column.partition("___")[0] in self.forms


def _choices(row: Mapping[str, str]) -> dict[str, str]:
    kind = row.get("field_type", "")
    if kind in ("yesno", "truefalse"):
        return {"1": "Yes", "0": "No"}
    if kind not in ("dropdown", "radio", "checkbox"):
        return {}
    pairs = (part.partition(",") for part in row.get("select_choices_or_calculations", "").split("|") if part.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}


def _of_source(source: Source, look: _Dictionary) -> Iterator[str]:
    for name in source.fields:
        place = f"redcap.toml, {source.place}.fields, {name}"
        columns = source.columns_of(name)
        for column in columns:
            if not look.has(column):
                yield f"{place}: {_no_field(source, column, look, braces=name in source.joins)}"
        forms = {look.forms[column]: column for column in columns if column in look.forms}
        if name in source.joins and len(forms) > 1:
            said = ", ".join(f"{{{column}}} is on form {form}" for form, column in forms.items())
            yield f"{place}: {said}. A join takes fields of one form."
    for key, codes in (
        ("where", source.where),
        ("unless", source.unless),
        ("ended_if", source.ended_if),
        ("not_begun_if", source.not_begun_if),
    ):
        for column, wanted in codes.items():
            yield from _of_codes(f"redcap.toml, {source.place}.{key}", source, column, wanted, look)
    for column in source.person:
        if not look.has(column):
            yield f"redcap.toml, {source.place}, person: {_no_field(source, column, look, braces=False)}"


def _no_field(source: Source, column: str, look: _Dictionary, *, braces: bool) -> str:
    if column in source.templates:
        part = source.place.rpartition("each ")[2]
        return f"{source.templates[column]}: no field {column}. Take {part} out of each."
    here = [name for name, form in look.forms.items() if form == source.instrument]
    near = get_close_matches(column, here or list(look.forms), n=1)
    hint = f" Did you mean {near[0]}?" if near else " Write it as in the data dictionary."
    named = f"{{{column}}}" if braces else column
    return f"{named} is not a field of form {source.instrument}.{hint}"


def _of_codes(place: str, source: Source, column: str, wanted: Sequence[str], look: _Dictionary) -> Iterator[str]:
    box = _BOX.fullmatch(column)
    if box and box[1] in look.forms and look.kinds.get(box[1]) == "checkbox":
        codes = [re.sub(r"[^a-z0-9_]", "_", code.lower()) for code in look.choices[box[1]]]
        if box[2] not in codes:
            yield f"{place}: {column}: the checkbox has no choice {box[2]}. Known: {_known(look.choices[box[1]])}."
        return
    if not look.has(column):
        yield f"{place}: {_no_field(source, column, look, braces=False)}"
        return
    known = look.choices.get(column, {})
    for code in wanted:
        if known and code not in known:
            yield f"{place}, {column}: no choice {code}. Known: {_known(known)}."


def _known(choices: Mapping[str, str]) -> str:
    return ", ".join(f"{code} {label}" for code, label in choices.items())

"""A data dictionary as fields, in its two layouts.

Downloaded, or from the API.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from onboard.errors import ConfigError

_NAMES = {
    "name": ("field_name", "variable / field name"),
    "form": ("form_name", "form name"),
    "kind": ("field_type", "field type"),
    "label": ("field_label", "field label"),
    "choices": ("select_choices_or_calculations", "choices, calculations, or slider labels"),
    "note": ("field_note", "field note"),
    "section": ("section_header", "section header"),
    "matrix": ("matrix_group_name", "matrix group name"),
    "validation": ("text_validation_type_or_show_slider_number", "text validation type or show slider number"),
}
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a project."""

    name: str
    form: str
    kind: str  # REDCap's field type
    label: str
    validation: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)  # code -> label
    note: str = ""
    section: str = ""  # the header above it, also where that stands over a field before
    matrix: str = ""


def fields_of_text(text: str) -> tuple[Field, ...]:
    """The fields of a data dictionary file. Raises ConfigError when it is none."""
    return fields_of_rows(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def fields_of_rows(rows: Iterable[Mapping[str, str | None]]) -> tuple[Field, ...]:
    """The fields of a dictionary's rows, under either set of headers. Raises ConfigError when it holds none."""
    found = tuple(_field({str(key).lower(): value or "" for key, value in row.items()}) for row in rows)
    if not found or not all(one.name and one.form for one in found):
        raise ConfigError("this is not a data dictionary: it needs field names and form names. Download it from REDCap again.")
    return _under_sections(found)


def _under_sections(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Each field with the header that stands over it on its form."""
    header, form, found = "", "", []
    for one in fields:
        header = one.section or (header if one.form == form else "")
        form = one.form
        found.append(replace(one, section=header))
    return tuple(found)


def _field(row: Mapping[str, str]) -> Field:
    cells = {key: next((row[name] for name in names if row.get(name)), "").strip() for key, names in _NAMES.items()}
    text = cells["kind"] == "text"
    return Field(
        name=cells["name"],
        form=cells["form"],
        kind=cells["kind"],
        label=_plain(cells["label"]),
        validation=cells["validation"] if text else "",
        choices=_choices(cells["kind"], cells["choices"]),
        note=_plain(cells["note"]),
        section=_plain(cells["section"]),
        matrix=cells["matrix"],
    )


def _plain(text: str) -> str:
    return " ".join(_TAGS.sub(" ", text).split())


def _choices(kind: str, text: str) -> dict[str, str]:
    if kind in ("yesno", "truefalse"):
        return {"1": "Yes", "0": "No"}
    if kind not in ("dropdown", "radio", "checkbox"):
        return {}
    pairs = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): label.strip() or code.strip() for code, _, label in pairs}


@lru_cache(maxsize=16384)
def words_of(text: str) -> frozenset[str]:
    """The words of a name or label, lower case; "e-mail" is one word, digits are words of their own."""
    joined = re.sub(r"e-?mail", "email", text.lower())
    joined = re.sub(r"\bco-?i\b|\bco-investigator\b", "coinvestigator", joined)
    return frozenset(re.findall(r"[a-z]+|[0-9]+", joined))

"""The program's own form in REDCap, and what keeps write-back from using it.

The form is rows of a data dictionary; onboard/planning/writeback.py decides what is written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onboard.connecting.facts import ProjectFacts

#: What a field may be, to hold a text.
_HOLDS_TEXT = frozenset({"text", "notes", "dropdown", "radio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForm:
    """The form of write-back.

    The form, its event ("" in a classic project), and what is written -> its field.
    """

    instrument: str
    event: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a field is made: in a dictionary, and in the Online Designer's words."""

    label: str
    field_type: str
    validation: str
    clicks: str
    note: str = ""


_DATE = ("text", "date_ymd", "Text Box, Date (Y-M-D)")
_KINDS = {
    "readiness": _Kind("Records", "text", "", "Text Box", "cleared, blocked or unknown; blank when nothing is due"),
    "blockers": _Kind("What is missing", "notes", "", "Notes Box"),
    "ready_until": _Kind("Records complete until", *_DATE, note="The first day any of it ends"),
    "last_mail": _Kind("Last mail sent", *_DATE),
}
_HEADER = "Written by the onboarding program from the records as read; not an authorization"


def own_rows(form: OwnForm) -> tuple[Mapping[str, str], ...]:
    """The form as rows of a data dictionary, under REDCap's API names of the columns that are not blank."""
    made: list[Mapping[str, str]] = []
    for what, name in form.fields.items():
        kind = _KINDS[what]
        row = {
            "field_name": name,
            "form_name": form.instrument,
            "section_header": "" if made else _HEADER,
            "field_type": kind.field_type,
            "field_label": kind.label,
            "field_note": kind.note,
            "text_validation_type_or_show_slider_number": kind.validation,
            "field_annotation": "@READONLY",
        }
        made.append(row)
    return tuple(made)


def clicks_for(form: OwnForm) -> str:
    """How a person makes it, in REDCap's words."""
    fields = ", ".join(f"{name} ({_KINDS[what].clicks})" for what, name in form.fields.items())
    return f"Online Designer > Create a new instrument from scratch, {form.instrument}, with the fields {fields}"


def stands_there(facts: ProjectFacts, form: OwnForm) -> bool:
    """Whether the project has the form with all of its fields."""
    there = {row["field_name"]: row.get("form_name", "") for row in facts.dictionary or ()}
    return all(there.get(name) == form.instrument for name in form.fields.values())


def why_not_written(facts: ProjectFacts, form: OwnForm) -> Iterator[str]:
    """Return what prevents write-back, each with the next step."""
    by_name = {row["field_name"]: row for row in facts.dictionary or ()}
    if not stands_there(facts, form):
        there = {name for name, row in by_name.items() if row.get("form_name") == form.instrument}
        missing = ", ".join(name for name in form.fields.values() if name not in there)
        yield f"Write-back is on, and form {form.instrument!r} lacks {missing}. {clicks_for(form)}."
    for name in form.fields.values():
        kind = by_name.get(name, {}).get("field_type", "text")
        if kind not in _HOLDS_TEXT:
            yield f"Write-back cannot use {name!r}: a {kind} holds no text. Make it a Text Box in the Online Designer."
    if form.instrument in (facts.repeating_forms or ()):
        yield (
            f"Write-back cannot use {form.instrument!r}: it repeats, so there is no one place to write to. Project Setup > "
            "Repeating instruments and events > Modify, and untick it."
        )
    if facts.events and form.event not in facts.events.get(form.instrument, ()):
        yield (
            f"Write-back needs an event that holds {form.instrument!r}, and event = {form.event!r} is none. Correct event under "
            "[writeback] in settings.toml, or Project Setup > Designate Instruments for My Events."
        )
    if facts.may_import is False:
        yield "Write-back is on, and the token may not write. User Rights > the token's user: API Import/Update."

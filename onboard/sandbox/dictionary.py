"""Read a REDCap data dictionary and list the export columns it makes.

Fields, choices, forms in order, the names of checkbox columns. `columns.py` decides which columns a request gets, `validation.py`
whether a value is valid.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from onboard.errors import OnboardError

COLUMNS = (
    "field_name",
    "form_name",
    "section_header",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "field_note",
    "text_validation_type_or_show_slider_number",
    "text_validation_min",
    "text_validation_max",
    "identifier",
    "branching_logic",
    "required_field",
    "custom_alignment",
    "question_number",
    "matrix_group_name",
    "matrix_ranking",
    "field_annotation",
)
UI_HEADERS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
SIMPLE_KINDS = frozenset({"text", "notes", "calc", "yesno", "truefalse", "file", "slider", "descriptive", "sql"})
WITH_CHOICES = frozenset({"dropdown", "radio", "checkbox"})
FIELD_TYPES = SIMPLE_KINDS | WITH_CHOICES
NO_CODES: Mapping[str, str] = {}
STATUS_CHOICES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

_HEADER_TO_COLUMN = {
    **{header.casefold(): column for header, column in zip(UI_HEADERS, COLUMNS, strict=True)},
    **{column: column for column in COLUMNS},
}


class DictionaryError(OnboardError, ValueError):
    """A data dictionary that cannot be used; the text says where and what to change."""


class Role(StrEnum):
    """What an export column holds."""

    FIELD = "field"  # the value of a field
    CHOICE = "choice"  # one code of a checkbox, 0 or 1
    STATUS = "status"  # the form's own status, 0, 1 or 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of the dictionary; `row` keeps all its columns as text."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validation: str
    identifier: bool
    row: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a flat export; `field` is the name in the dictionary, `code` the checkbox code, `label` what it means."""

    name: str
    form: str
    field: Field
    role: Role
    code: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """All fields in order, and each form's export columns. The first field is the record id."""

    fields: tuple[Field, ...]
    by_form: Mapping[str, tuple[Column, ...]]

    @property
    def id_field(self) -> str:
        """Name of the field that holds the record id."""
        return self.fields[0].name

    @property
    def forms(self) -> tuple[str, ...]:
        """Form names in the order of the dictionary."""
        return tuple(self.by_form)

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def fields_of(self, form: str) -> list[Field]:
        """The fields of one form, in order."""
        return [field for field in self.fields if field.form == form]

    def columns(self) -> list[Column]:
        """Every column of a flat export, each form's fields followed by its status. Descriptive fields have none."""
        return [column for columns in self.by_form.values() for column in columns]


def checkbox_column(field: str, code: str) -> str:
    """Export name of one checkbox code: lower case, every other character an underscore (`-99` -> `x____99`)."""
    return f"{field}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def columns_of(field: Field, missing: Mapping[str, str] = NO_CODES) -> list[Column]:
    """The export columns one field makes. A checkbox has one for each missing-data code of its project, too."""
    if field.kind == "descriptive":
        return []
    if field.kind != "checkbox":
        return [Column(name=field.name, form=field.form, field=field, role=Role.FIELD)]
    return [
        Column(name=checkbox_column(field.name, code), form=field.form, field=field, role=Role.CHOICE, code=code, label=label)
        for code, label in {
            **field.choices,
            **{code: label for code, label in missing.items() if code not in field.choices},
        }.items()
    ]


def _form_columns(fields: Sequence[Field], form: str, missing: Mapping[str, str]) -> tuple[Column, ...]:
    data = [column for field in fields if field.form == form for column in columns_of(field, missing)]
    return (*data, status_column(form))


def with_missing_codes(dictionary: Dictionary, missing: Mapping[str, str]) -> Dictionary:
    """The dictionary with the columns that a project's missing-data codes give to checkboxes."""
    return Dictionary(
        fields=dictionary.fields,
        by_form={form: _form_columns(dictionary.fields, form, missing) for form in dictionary.forms},
    )


def status_column(form: str) -> Column:
    """The column `<form>_complete`."""
    name = f"{form}_complete"
    status = Field(
        name=name,
        form=form,
        kind="dropdown",
        label="Complete?",
        choices=STATUS_CHOICES,
        validation="",
        identifier=False,
        row={},
    )
    return Column(name=name, form=form, field=status, role=Role.STATUS)


def parse_choices(kind: str, text: str) -> dict[str, str]:
    """Choices as code -> label. A choice without a comma is its own code (such lists are legal)."""
    if kind == "yesno":
        return {"1": "Yes", "0": "No"}
    if kind == "truefalse":
        return {"1": "True", "0": "False"}
    if kind not in WITH_CHOICES:
        return {}
    choices: dict[str, str] = {}
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        if code.strip():
            choices[code.strip()] = label.strip() if comma else code.strip()
    return choices


def parse_csv(text: str) -> Dictionary:
    """Read a dictionary as REDCap downloads it (headers `Variable / Field Name`, ...) or as its API exports it.

    Raises DictionaryError with the place and the next step.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = next(reader, [])
    columns = [_column_for(name) for name in header]
    lines = [line for line in reader if any(cell.strip() for cell in line)]
    return from_rows([dict(zip(columns, line, strict=False)) for line in lines])


def from_rows(rows: Sequence[Mapping[str, str]]) -> Dictionary:
    """Build a dictionary from rows keyed by the API's column names. Raises DictionaryError."""
    if not rows:
        raise DictionaryError("The data dictionary has no fields: give it a header and at least the record id field.")
    _check_choices(rows)
    fields = tuple(_field(number, row) for number, row in enumerate(rows, start=2))
    _check_names(fields)
    forms = dict.fromkeys(field.form for field in fields)
    return Dictionary(fields=fields, by_form={form: _form_columns(fields, form, NO_CODES) for form in forms})


def _column_for(header: str) -> str:
    column = _HEADER_TO_COLUMN.get(" ".join(header.split()).casefold())
    if column is None:
        raise DictionaryError(
            f"The data dictionary has a column {header!r} that REDCap does not know: use the header line of a "
            "dictionary downloaded from REDCap."
        )
    return column


def _field(line: int, row: Mapping[str, str]) -> Field:
    full = {column: str(row.get(column, "") or "").strip() for column in COLUMNS}
    kind = full["field_type"]
    if kind not in FIELD_TYPES:
        raise DictionaryError(f"Line {line} of the data dictionary: field type {kind!r} is not one of REDCap's.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", full["field_name"]):
        raise DictionaryError(
            f"Line {line} of the data dictionary: {full['field_name']!r} is not a field name; "
            "use lower case letters, digits and underscores."
        )
    if not full["form_name"]:
        raise DictionaryError(f"Line {line} of the data dictionary: give the form name.")
    return Field(
        name=full["field_name"],
        form=full["form_name"],
        kind=kind,
        label=full["field_label"],
        choices=parse_choices(kind, full["select_choices_or_calculations"]),
        validation=_validation(kind, full["text_validation_type_or_show_slider_number"]),
        identifier=full["identifier"].lower() == "y",
        row=full,
    )


def _validation(kind: str, text: str) -> str:
    # The same column holds "autocomplete" for a dropdown and "number" for a slider.
    return text if kind == "text" else ""


def _check_choices(rows: Sequence[Mapping[str, str]]) -> None:
    cells = [
        f"F{number}"
        for number, row in enumerate(rows, start=2)
        if row.get("field_type") in WITH_CHOICES and not (row.get("select_choices_or_calculations") or "").strip()
    ]
    if cells:
        raise DictionaryError(
            "Each multiple choice field (radio, drop-down, checkbox, etc.) must have choices listed in column F, "
            f"but the following cells have choices missing: {', '.join(cells)}"
        )


def _check_names(fields: Sequence[Field]) -> None:
    seen: set[str] = set()
    closed: set[str] = set()
    current = fields[0].form
    for field in fields:
        if field.name in seen:
            raise DictionaryError(f"The data dictionary names the field {field.name!r} twice: rename one of them.")
        if field.form in closed:
            raise DictionaryError(f"The fields of form {field.form!r} are not together: move {field.name!r} to them.")
        if field.form != current:
            closed.add(current)
            current = field.form
        seen.add(field.name)

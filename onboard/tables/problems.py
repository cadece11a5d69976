"""Problems, gathered while reading: which cell, what is wrong, what next.

No problem hides another.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onboard.model import Problem
from onboard.model.mapping import PROTOCOL_TABLES, Source
from onboard.tables.cells import CellProblem, clean

_NAME_HEADERS = ("field_name", "Variable / Field Name")
_KIND_HEADERS = ("field_type", "Field Type")
_CHOICE_HEADERS = ("select_choices_or_calculations", "Choices, Calculations, OR Slider Labels")
_LABEL_HEADERS = ("field_label", "Field Label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The place of a row: for keys, links and the evidence id."""

    source: Source
    record: str
    instance: int | None
    evidence: str
    person: str  # whose row it is; a protocol's record for its tables


@dataclass(slots=True)
class Problems:
    """Collects problems; the same problem in the same cell once."""

    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)  # project, REDCap field -> label
    _found: dict[str, Problem] = field(default_factory=dict)

    def note(self, row: Row, name: str, problem: CellProblem, cell: str = "") -> None:
        """A problem in the cell of noun field `name`; `cell` is what it holds."""
        self.add(row, row.source.fields.get(name, ""), problem, f"“{self.label(row.source, name)}” {problem.what}", cell=cell)

    def label(self, source: Source, name: str) -> str:
        """What a noun field is called on the form; its REDCap field where no dictionary tells."""
        column = source.fields.get(name, name)
        return self.labels.get((source.project, column)) or column

    def row(self, row: Row, problem: CellProblem) -> None:
        """A problem with a row as a whole."""
        self.add(row, "", problem, problem.what)

    def add(
        self, row: Row, column: str, problem: CellProblem, what: str, people: Sequence[str] | None = None, cell: str = ""
    ) -> None:
        """A problem with all its words given; `people` defaults to the person the row belongs to."""
        belongs = () if row.source.table in PROTOCOL_TABLES else (row.person,)
        key = "/".join((problem.slug, row.evidence, column))
        found = Problem.in_row(
            row.evidence,
            key=key,
            field=column,
            what=what,
            next_step=problem.next_step,
            people=belongs if people is None else tuple(people),
            trouble=problem.slug,
            cell=cell,
        )
        self._found.setdefault(key, found)

    def all(self) -> list[Problem]:
        """Everything found, in the order it was found."""
        return list(self._found.values())


def labels_of(dictionaries: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """(project, field) -> the label people see on the form, from the data dictionaries as CSV; unknown ones are left out."""
    return {
        (project, name): label
        for project, text in dictionaries.items()
        for name, label in _labels(text.removeprefix("\ufeff"))
        if label
    }


def choices_of(dictionaries: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """Project -> field -> code -> label, from the data dictionaries as CSV; fields without choices are left out."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for project, text in dictionaries.items():
        try:
            rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        except csv.Error:  # without choices a code is looked up as it stands
            continue
        for row in rows:
            pairs = [part.partition(",") for part in _first(row, _CHOICE_HEADERS).split("|") if part.strip()]
            if _first(row, _KIND_HEADERS) in ("dropdown", "radio", "checkbox"):
                labels = {code.strip(): clean(label) for code, _, label in pairs if label.strip()}
                found.setdefault(project, {})[_first(row, _NAME_HEADERS)] = labels
    return found


def _labels(text: str) -> list[tuple[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error:  # a label is only a nicety: without one the field's name is shown
        return []
    return [(_first(row, _NAME_HEADERS), clean(_first(row, _LABEL_HEADERS))) for row in rows]


def _first(row: Mapping[str, str], headers: Sequence[str]) -> str:
    return next((row[header] for header in headers if row.get(header)), "")

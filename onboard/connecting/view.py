"""A project as a guess sees it: each field with the ideas of its words and the counts of its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onboard.connecting.dictionary import Field
from onboard.connecting.ideas import ideas_in, words_in
from onboard.connecting.profile import Known, Profile, profile
from onboard.model.person_names import last_name_key, name_key

_LEFT_OUT = frozenset({"file", "descriptive", "slider", "notes", "calc"})
_CHOICES = frozenset({"dropdown", "radio", "checkbox", "sql"})
_DAYISH = frozenset({"start", "end", "done", "expiry", "added", "removed", "submitted", "approval"})
#: Labels that name a part of a name only where nothing else is said.
_ALONE: Mapping[tuple[str, ...], str] = {
    ("first",): "first_name",
    ("last",): "last_name",
    ("given",): "first_name",
    ("family",): "last_name",
}
_OF_DAYS = frozenset({"start", "end"})
_NAMES = frozenset({"first_name", "last_name", "full_name", "preferred", "email", "login", "long_title", "supervisor"})
_YES_NO = frozenset({"s_yes", "s_no"})
_NUMBER_IN_BRACKETS = re.compile(r"^(.*?)\s*\(([^()]*\d[^()]*)\)")


def squeezed(text: str) -> str:
    """A study's name without case and anything between its letters and digits."""
    return "".join(words_in(text))


@dataclass(slots=True)
class Column:
    """A field with what its words and cells say."""

    field: Field
    cells: Profile
    known: bool  # whether records were read
    validation_broken: int = 0

    @property
    def name(self) -> str:
        """Its own name."""
        return self.field.name

    @property
    def said(self) -> str:
        """Its name and label, as one text."""
        return f"{self.field.name.replace('_', ' ')} {self.field.label}"

    @property
    def ideas(self) -> frozenset[str]:
        """What its name and label name."""
        found = ideas_in(self.field.label) | ideas_in(self.field.name.replace("_", " "))
        alone = _ALONE.get(words_in(self.field.label))
        return found - _OF_DAYS | {alone} if alone else found

    @property
    def near(self) -> frozenset[str]:
        """What stands around it: section, form, note, matrix."""
        texts = (self.field.section, self.field.form.replace("_", " "), self.field.note, self.field.matrix.replace("_", " "))
        return frozenset().union(*map(ideas_in, texts))

    @property
    def is_text(self) -> bool:
        """Free text of one line."""
        return self.field.kind == "text" and not self.field.validation

    @property
    def is_day(self) -> bool:
        """A day, by its validation or its cells; without cells by its words."""
        if self.field.kind != "text" or "birth" in self.ideas or "phone" in self.ideas:
            return False
        if self.field.validation.startswith("date"):
            return True
        if self.field.validation:
            return False
        if self.cells.filled >= 2:
            return self.cells.is_day
        note = self.field.note.lower().replace("jj", "yy").replace("aa", "yy")
        return bool(re.search(r"[dmt]{2}.[dmt]{2}.yy", note)) or bool(self.ideas & _DAYISH and not self.ideas & _NAMES)

    @property
    def is_yes(self) -> bool:
        """Yes or no, and nothing else."""
        if self.field.kind in ("yesno", "truefalse"):
            return True
        labels = [ideas_in(label) for label in self.field.choices.values()]
        if self.field.kind == "checkbox":
            return len(labels) == 1
        return self.field.kind in ("radio", "dropdown") and len(labels) == 2 and all(one & _YES_NO for one in labels)

    @property
    def has_choices(self) -> bool:
        """One of several."""
        return self.field.kind in ("dropdown", "radio") and not self.is_yes


@dataclass(slots=True)
class View:
    """One project: its columns, its events and what repeats."""

    project: str
    columns: list[Column]
    record_field: str
    events: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repeating: frozenset[str] = frozenset()
    rows: list[dict[str, str]] = field(default_factory=list, repr=False)

    def form(self, name: str) -> list[Column]:
        """The columns of one form, the record id apart."""
        return [one for one in self.columns if one.field.form == name and one.name != self.record_field]

    @property
    def forms(self) -> list[str]:
        """The forms, in their order."""
        return list(dict.fromkeys(one.field.form for one in self.columns))

    def cells(self, name: str) -> list[str]:
        """The cells of a field; of a box too."""
        return [row.get(name, "") for row in self.rows]


@dataclass(frozen=True, slots=True)
class Study:
    """A study as labels name it."""

    number: str
    code: str = ""
    title: str = ""
    record: str = ""


class Studies:
    """The studies that are known, and how a text is matched to one."""

    def __init__(self, known: Sequence[Study]) -> None:
        self.known = list(known)

    def add(self, study: Study) -> None:
        """One more, unless its number is known."""
        if squeezed(study.number) not in {squeezed(one.number) for one in self.known}:
            self.known.append(study)

    def of(self, text: str) -> Study | None:
        """The one study whose number, or whole short code, a text holds."""
        whole, words = squeezed(text), words_in(text)
        found = [one for one in self.known if len(squeezed(one.number)) >= 4 and squeezed(one.number) in whole]
        if not found:
            found = [one for one in self.known if one.code and _within(words_in(one.code), words)]
        if not found:
            found = [one for one in self.known if one.title and _within(words_in(one.title), words)]
        return max(found, key=lambda one: len(one.number)) if found else None

    def keys(self) -> frozenset[str]:
        """What cells may name them by."""
        texts = [text for one in self.known for text in (one.number, one.code, one.record) if text]
        return frozenset(re.sub(r"[^a-z0-9]", "", text.lower()) for text in texts)


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return (
        bool(part)
        and len("".join(part)) >= 3
        and any(whole[place : place + len(part)] == part for place in range(len(whole) - len(part) + 1))
    )


def named_study(label: str) -> Study | None:
    """The study that a label spells out: a short name with a number in brackets."""
    found = _NUMBER_IN_BRACKETS.match(label)
    if not found or not found[1].strip():
        return None
    parts = [part.strip() for part in re.split(r"[,;]", found[2]) if re.search(r"\d", part)]
    return Study(number=parts[-1], code=found[1].strip()) if parts else None


def view_of(
    project: str,
    fields: Sequence[Field],
    text: str = "",
    events: Mapping[str, Sequence[str]] | None = None,
    repeating: Sequence[str] = (),
) -> View:
    """A project from its dictionary and, where they were read, its records as CSV text."""
    rows = list(csv.DictReader(io.StringIO(text))) if text else []
    said = {row.get("redcap_repeat_instrument", "") for row in rows} - {""}
    columns = [Column(one, Profile(), bool(rows)) for one in fields if one.kind not in _LEFT_OUT]
    found = View(project, columns, fields[0].name, events or {}, frozenset(repeating) | said, rows)
    count_cells(found, Known())
    return found


def count_cells(view: View, known: Known) -> None:
    """Count each field's cells again, by what they may refer to."""
    for column in view.columns:
        column.cells = profile(view.cells(column.name), known)


def people_of(view: View, names: Sequence[Sequence[str]], login: str, addresses: Sequence[str]) -> Known:
    """What cells may name people by: names joined from their columns, logins, addresses, record ids."""
    joined = [[" ".join(row.get(column, "") for column in columns).strip() for row in view.rows] for columns in names]
    texts = [text for column in joined for text in column if text]
    return Known(
        names=frozenset(map(name_key, texts)) - {""},
        last_names=frozenset(map(last_name_key, texts)) - {""},
        logins=frozenset(row.get(login, "").lower() for row in view.rows) - {""} if login else frozenset(),
        addresses=frozenset(row.get(column, "").lower() for column in addresses for row in view.rows) - {""},
        records=frozenset(row.get(view.record_field, "") for row in view.rows) - {""},
    )


CHOICE_KINDS = _CHOICES

"""The CSV of one instrument: whether it is whole, and which rows are its own.

Values are parsed elsewhere (onboard/tables/).

Facts of exports, as other clients recorded them from live servers: a base row comes for every record whenever the record id is
asked for; rows of other repeating instruments come along as noise; the repeat columns vanish where a classic export has no
repeating row; columns that the token may not see are left out without a word.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from onboard.errors import ReadInDoubt
from onboard.model.rows import csv_table

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
_KEYS = (EVENT, INSTRUMENT, INSTANCE)


class HalfRead(ReadInDoubt):
    """Answers of one project do not agree with each other: one was half read, or the project changed in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of one instrument. `fields` without the id and the status; `checkboxes` are those of them with choices.
    Without an instrument: the records alone."""

    project: str
    instrument: str
    record_id: str
    fields: tuple[str, ...]
    checkboxes: Mapping[str, tuple[str, ...]]  # field -> its export columns
    root: bool  # one row a record: the form of people or of protocols
    identifiers: frozenset[str] = frozenset()  # fields tagged as identifiers
    unchecked: frozenset[str] = frozenset()  # free text, notes and dates: what a de-identified export leaves out besides
    stamped: bool = False  # also a survey: when a row was submitted is asked for, and kept if it comes
    beside: str = ""  # a field of the main form: asked for together with it, every record comes with a row

    @property
    def key(self) -> str:
        """The instrument's name in an export."""
        return f"{self.project}.{self.instrument}"

    @property
    def status(self) -> str:
        """The instrument's own status column."""
        return f"{self.instrument}_complete" if self.instrument else ""

    @property
    def stamp(self) -> str:
        """The column of when a row was submitted by survey."""
        return f"{self.instrument}_timestamp"

    def request(self) -> list[str]:
        """The names to ask for."""
        return _each_once(self.record_id, *self.fields, self.status)

    def request_beside(self) -> list[str]:
        """The same together with the main form's field."""
        return _each_once(*self.request(), self.beside)

    def columns(self) -> list[str]:
        """The columns that must come back, key columns apart."""
        found = [column for name in self.fields for column in self.checkboxes.get(name, (name,))]
        return _each_once(self.record_id, *found, self.status)


def _each_once(*names: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A whole export of one instrument: its own rows, which records had a base row in the raw answer, which had any row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    base_ids: frozenset[str]
    sent_ids: frozenset[str]
    longitudinal: bool
    beside: bool = False  # asked for together with the main form's field

    def ids(self) -> frozenset[str]:
        """Record ids of the instrument's own rows."""
        return frozenset(row[0] for row in self.rows)

    @property
    def tells(self) -> bool:
        """Whether the answer tells no rows from no answer. A classic one names every record in a base row; with events the
        form's own rows alone tell."""
        return bool(self.rows if self.longitudinal else self.base_ids)

    def text(self) -> str:
        """Canonical CSV: header row, LF, quoted only where needed."""
        return csv_table((self.header, *self.rows))


def read_rows(text: str, wanted: Wanted) -> Rows:
    """The instrument's rows out of REDCap's CSV. Raises ReadInDoubt when it is cut short or lacks a column."""
    header, body = _parsed(text, wanted)
    if not header:
        none = frozenset[str]()
        return Rows(header=tuple(wanted.columns()), rows=(), base_ids=none, sent_ids=none, longitudinal=False)
    _check_columns(header, wanted)
    _check_keys(header, body, wanted)
    mine = {*_KEYS, *wanted.columns(), *([wanted.stamp] if wanted.stamped else [])}
    kept = [name for name in header if name in mine]
    order = [wanted.record_id, *(name for name in kept if name != wanted.record_id)]
    places = [header.index(name) for name in order]
    raw = [tuple(row[place] for place in places) for row in body]
    return Rows(
        header=tuple(order),
        rows=tuple(_own(raw, order, wanted)),
        base_ids=frozenset(row[0] for row in raw if _cell(row, order, INSTRUMENT) == ""),
        sent_ids=frozenset(row[0] for row in raw),
        longitudinal=EVENT in order,
    )


def _parsed(text: str, wanted: Wanted) -> tuple[list[str], list[list[str]]]:
    # No rows at all is one line feed; every other record export ends with one too.
    if text == "\n":
        return [], []
    if not text.endswith("\n"):
        raise _cut_short(wanted)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise _cut_short(wanted) from None
    header = lines[0] if lines else []
    if len(set(header)) != len(header) or any(len(line) != len(header) for line in lines):
        raise _cut_short(wanted)
    return header, lines[1:]


def _cut_short(wanted: Wanted) -> ReadInDoubt:
    return ReadInDoubt(
        f"The answer for form {wanted.instrument!r} of project {wanted.project!r} was cut short or mangled. Nothing of it is "
        "used. The jobs try again until the evening; if it persists, tell the REDCap administrator."
    )


def _check_columns(header: Sequence[str], wanted: Wanted) -> None:
    missing = [name for name in wanted.columns() if name not in header]
    if missing:
        raise ReadInDoubt(
            f"REDCap left out {', '.join(missing)} of form {wanted.instrument!r} in project {wanted.project!r}. "
            f"{_why_left_out(missing, wanted)}Under User Rights, set Data Export Rights of this form to Full Data Set."
        )


def _check_keys(header: Sequence[str], body: Sequence[Sequence[str]], wanted: Wanted) -> None:
    """Check that each row names its record, and that no two have the same key.

    Raises ReadInDoubt: such rows could be any person's.
    """
    if (INSTRUMENT in header) != (INSTANCE in header):
        lost = INSTANCE if INSTRUMENT in header else INSTRUMENT
        raise ReadInDoubt(
            f"REDCap left out {lost} of form {wanted.instrument!r} in project {wanted.project!r}, so whose rows are whose is not "
            "known. The jobs try again until the evening; if it persists, tell the REDCap administrator."
        )
    places = [header.index(name) for name in (wanted.record_id, *_KEYS) if name in header]
    keys = [tuple(row[place] for place in places) for row in body]
    if len(set(keys)) < len(keys) or not all(key[0].strip() for key in keys):
        raise ReadInDoubt(
            f"Rows of form {wanted.instrument!r} in project {wanted.project!r} came under a wrong record or instance: two say "
            "that they are the same one, or one says none. The jobs try again until the evening; if it persists, tell the REDCap "
            "administrator."
        )
    if INSTANCE in header and any(_is_unnumbered(row, header) for row in body):
        raise ReadInDoubt(
            f"A row of form {wanted.instrument!r} in project {wanted.project!r} came without its {INSTANCE}. The jobs try "
            "again until the evening; if it persists, tell the REDCap administrator."
        )


def _is_unnumbered(row: Sequence[str], header: Sequence[str]) -> bool:
    return bool(_cell(row, header, INSTRUMENT)) and not _cell(row, header, INSTANCE)


def _why_left_out(missing: Sequence[str], wanted: Wanted) -> str:
    """The right that leaves out exactly these, in REDCap's words for it."""
    if wanted.status in missing:
        return "The token's user has No Access to this form's exports. "
    left_out = {name.partition("___")[0] for name in missing}
    if left_out <= wanted.identifiers:
        return "All of them are tagged as identifiers: the token's user has Remove All Identifier Fields, or De-Identified. "
    if left_out <= wanted.identifiers | wanted.unchecked:
        return "They are identifiers, free text or dates: the token's user has De-Identified. "
    return "The token's user may not export them. "


def _own(raw: Sequence[tuple[str, ...]], order: Sequence[str], wanted: Wanted) -> list[tuple[str, ...]]:
    """Rows of this instrument only. A base row that holds nothing of it says nothing, except that the record exists."""
    data = [place for place, name in enumerate(order) if place and name not in _KEYS]
    mine = [row for row in raw if _cell(row, order, INSTRUMENT) in ("", wanted.instrument)]
    telling = {row[0] for row in mine if any(row[place] for place in data)}
    kept: list[tuple[str, ...]] = []
    for row in mine:
        if any(row[place] for place in data):
            kept.append(row)
        elif wanted.root and row[0] not in telling:
            kept.append(row)
            telling.add(row[0])
    return kept


def _cell(row: Sequence[str], order: Sequence[str], name: str) -> str:
    return row[order.index(name)] if name in order else ""


def check_together(read: Mapping[str, Rows], wanted: Sequence[Wanted]) -> None:
    """Whether the instruments of one project tell of the same records. Raises HalfRead."""
    roots = [read[form.key] for form in wanted if form.root]
    if not roots:
        return
    known = frozenset[str]().union(*(rows.base_ids | rows.ids() for rows in roots))
    for form in wanted:
        rows = read[form.key]
        strange = (rows.ids() if rows.longitudinal else rows.ids() | rows.base_ids) - known
        lost = known - _named(rows, known)
        if strange or lost:
            raise HalfRead(_half_read(form, strange, lost))


def _named(rows: Rows, known: frozenset[str]) -> frozenset[str]:
    """The records that an answer accounts for. Events decide which forms a record has, unless the main form was asked beside."""
    if not rows.longitudinal:
        return rows.base_ids
    return rows.sent_ids if rows.beside else known


_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCall:
    """Which rows a project has, by the statuses of all its forms in one answer; apart from the forms' own answers."""

    header: tuple[str, ...]
    rows: Mapping[str, Sequence[tuple[str, ...]]]  # by the repeating form whose they are, "" for those that are no instance

    def of(self, form: Wanted) -> frozenset[_Place]:
        """The rows of a form that certainly exist."""
        return _certain((*self.rows.get(form.instrument, ()), *self.rows.get("", ())), self.header, form)


def roll_call(text: str, wanted: Sequence[Wanted]) -> RollCall:
    """Read the answer to a request for the record id and all statuses. Raises ReadInDoubt as `read_rows` does."""
    forms = [form for form in wanted if form.instrument]
    asked = replace(forms[0], fields=tuple(form.status for form in forms), checkboxes={}, stamped=False)
    header, body = _parsed(text, asked)
    if not header:
        return RollCall(header=(), rows={})
    _check_columns(header, asked)
    _check_keys(header, body, asked)
    order = [asked.record_id, *(name for name in header if name != asked.record_id)]
    places = [header.index(name) for name in order]
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in body:
        found.setdefault(_cell(row, header, INSTRUMENT), []).append(tuple(row[place] for place in places))
    return RollCall(header=tuple(order), rows=found)


def check_roll(read: Mapping[str, Rows], roll: RollCall, wanted: Sequence[Wanted]) -> None:
    """Whether each form came with the rows that the roll call names. Raises HalfRead.

    So a list that was cut is noticed also where the rows cut off were never read before.
    """
    for form in wanted:
        if not form.instrument:
            continue
        rows = read[form.key]
        named, came = roll.of(form), _certain(rows.rows, rows.header, form)
        if named != came:
            raise HalfRead(_unlike(form, named - came, came - named))


def _certain(rows: Iterable[Sequence[str]], header: Sequence[str], form: Wanted) -> frozenset[_Place]:
    """Record, event and instance of the rows with a status. A blank one proves no row; nor does 0 in a row that is no instance,
    since forms never opened have it."""
    if form.status not in header:
        return frozenset()
    status = header.index(form.status)
    found = [row for row in rows if row[status] and (row[status] != "0" or _cell(row, header, INSTRUMENT))]
    return frozenset((row[0], _cell(row, header, EVENT), _cell(row, header, INSTANCE)) for row in found)


def _unlike(form: Wanted, lost: frozenset[_Place], unlisted: frozenset[_Place]) -> str:
    rows = sorted(lost or unlisted)
    some = ", ".join(f"record {record}{f' row {instance}' if instance else ''}" for record, _, instance in rows[:5])
    some += f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    what = f"came without {some}" if lost else f"came with {some}, which the project's list of rows lacks"
    return (
        f"Form {form.instrument!r} of project {form.project!r} {what}: one of the two answers was half read. Nothing of it is "
        "used. The jobs try again until the evening; if it persists, tell the REDCap administrator."
    )


def _half_read(form: Wanted, strange: frozenset[str], lost: frozenset[str]) -> str:
    ids = sorted(strange or lost)
    some = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
    if strange:
        return (
            f"Form {form.instrument!r} of project {form.project!r} has rows of records that the main form does not know "
            f"({some}). The main form was half read; or, if it persists, open these records in REDCap and save their first form."
        )
    return (
        f"Form {form.instrument!r} of project {form.project!r} came without records that the main form has ({some}): it was "
        "half read, or not at all. The jobs try again until the evening; if it persists, tell the REDCap administrator."
    )

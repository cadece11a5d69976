"""One instrument of an export, as the rows and columns one table needs.

Everything is text here. A read that is not whole raises ReadInDoubt; a row that fits nowhere is a Problem.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.model.evidence_id import written
from onboard.model.mapping import Source
from onboard.tables.cells import AS_THEY_STAND, Cell, CellProblem, Reader, missing_code, missing_reference
from onboard.tables.problems import Problems, Row

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
#: The column of when a row was submitted by survey, where the read has it; no lab maps it.
HANDED_IN = "handed_in"
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one source; `columns` hold text by noun field, `ticks` the columns of its checkboxes by code."""

    source: Source
    records: list[str]
    instances: list[str]
    events: list[str]
    columns: Mapping[str, list[str]]
    ticks: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    #: evidence alone: all mapped cells of the form as REDCap sent them, by our names
    cells: Mapping[str, list[str]] = field(default_factory=dict)
    #: the project's missing data codes that the lab did not call blank: a cell that holds one is unreadable
    codes: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.records)

    def evidence(self, field_name: str = "") -> list[str]:
        """The id of every row; `field_name` where one row holds several pieces of evidence."""
        name = self.source.instrument
        places = zip(self.records, self.instances, self.events, strict=True)
        return [written(name, record, instance, event, field_name) for record, instance, event in places]

    def row(self, number: int) -> Row:
        """Return the place of row `number`."""
        record, instance, event = self.records[number], self.instances[number], self.events[number]
        return Row(
            source=self.source,
            record=record,
            instance=int(instance) if instance.isascii() and instance.isdigit() else None,
            evidence=written(self.source.instrument, record, instance, event),
        )

    def text(self, name: str) -> list[str]:
        """The column of a noun field as text; blank where the lab does not keep it."""
        return self.columns.get(name) or [""] * len(self)

    def cells_of(self, number: int) -> dict[str, str]:
        """Return the cells of a row of evidence, as REDCap sent them."""
        return {name: column[number] for name, column in self.cells.items()}

    def read(self, name: str, reader: Reader, zone: ZoneInfo, problems: Problems) -> list[Any]:
        """The parsed column of a noun field. Each distinct text is parsed once; each bad cell is told."""
        column = self.text(name)
        coded = self.coded(name)
        if not coded and reader in AS_THEY_STAND and AS_THEY_STAND[reader](set(column)):
            return column
        return self._parsed(
            name, column, lambda text: missing_code(text, reader, zone) if text in coded else reader(text, zone), problems
        )

    def coded(self, name: str) -> frozenset[str]:
        """The missing data codes that a column holds."""
        return self.codes.intersection(self.text(name)) if self.codes and name in self.source.fields else frozenset()

    def refer(self, name: str, resolve: Callable[[str], Cell], problems: Problems) -> list[str]:
        """The same of a column that names records. Texts are resolved as they come, for the first ones get the better hints."""
        coded = self.coded(name)
        return self._parsed(
            name, self.text(name), lambda text: missing_reference(text) if text in coded else resolve(text), problems
        )

    def _parsed(self, name: str, column: list[str], parse: Callable[[str], Cell], problems: Problems) -> list[Any]:
        parsed = _Parsed(parse)
        values = list(map(parsed.__getitem__, column))
        if parsed.bad and name in self.source.fields:
            for number, text in enumerate(column):
                if text in parsed.bad:
                    problems.note(self.row(number), name, parsed.bad[text])
        return values


class _Parsed(dict[str, Any]):
    """Text -> its value, parsed when it is first asked for; `bad` holds what was wrong."""

    def __init__(self, parse: Callable[[str], Cell]) -> None:
        self.bad: dict[str, CellProblem] = {}
        self._parse = parse

    def __missing__(self, text: str) -> Any:
        value, problem = self._parse(text)
        if problem:
            self.bad[text] = problem
        self[text] = value
        return value


def open_sheet(
    source: Source, export: Export, frames: Frames, missing_codes: Collection[str], cells: Mapping[str, str] | None = None
) -> Sheet:
    """Return the rows of one source in an export.

    `cells`: our field -> REDCap field, of what is kept unparsed. Raises ReadInDoubt when its instrument or a mapped column is not
    there.
    """
    if source.key not in frames:
        frames[source.key] = _frame(source, export)
    rows = frames[source.key]
    _check_columns(source, rows)
    ticks = {name: _tick_columns(source.fields[name], rows) for name in source.checkboxes}
    own = _belongs(source, rows, [column for codes in ticks.values() for column in codes.values()], missing_codes)
    rows = rows if own.all() else rows[own]
    count = len(rows)
    instances = rows[INSTANCE].tolist() if INSTANCE in rows.columns else [""] * count
    columns = {name: [word] * count for name, word in source.constants.items()}
    for name, column in source.fields.items():
        if name not in source.checkboxes:
            columns[name] = _words(rows[column].tolist(), source.values.get(name, {}), missing_codes)
    if source.stamp_field in rows.columns:
        columns[HANDED_IN] = rows[source.stamp_field].tolist()
    return Sheet(
        source,
        rows.iloc[:, 0].tolist(),
        instances if all(instances) else [instance or "1" for instance in instances],
        rows[EVENT].tolist() if EVENT in rows.columns else [""] * count,
        columns,
        {name: _ticks(rows, codes, missing_codes) for name, codes in ticks.items()},
        {name: rows[column].tolist() for name, column in (cells or {}).items() if column in rows.columns},
        frozenset(export.missing_codes.get(source.project, ())) - frozenset(missing_codes),
    )


def _ticks(rows: pd.DataFrame, codes: Mapping[str, str], missing_codes: Collection[str]) -> dict[str, list[str]]:
    """Code -> ticks. REDCap adds a box for each missing data code; a tick there says nothing."""
    absent = {code_suffix(code) for code in missing_codes}
    return {code: rows[column].tolist() for code, column in codes.items() if code not in absent}


def _frame(source: Source, export: Export) -> pd.DataFrame:
    """Return an instrument's CSV as exact text.

    Nothing is inferred, blank stays blank.
    """
    text = export.instruments.get(source.key)
    if text is None:
        raise ReadInDoubt(
            f"The read holds no instrument {source.instrument!r} of project {source.project!r}. Look whether redcap.toml "
            "names it as the data dictionary does, and whether the token may export that form."
        )
    try:
        # in one piece, so that a text in many rows is one value in memory
        frame = pd.read_csv(io.BytesIO(text.encode()), dtype=object, keep_default_na=False, na_filter=False, low_memory=False)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (pd.errors.ParserError, ValueError) as error:
        raise _cut_short(source) from error
    # Rows longer than the header would silently turn their first cells into an index.
    if not isinstance(frame.index, pd.RangeIndex) or not text.endswith("\n"):
        raise _cut_short(source)
    return frame


def _cut_short(source: Source) -> ReadInDoubt:
    return ReadInDoubt(
        f"The export of instrument {source.instrument!r} (project {source.project!r}) is damaged or cut short: its rows do not "
        "fit its header. Read it again; if it stays so, ask the REDCap administrator about limits on exports."
    )


def _check_columns(source: Source, rows: pd.DataFrame) -> None:
    """Rights silently take columns away, so whatever was mapped must have come."""
    held = set(rows.columns)
    missing = [
        column
        for name, column in source.fields.items()
        if (not _tick_columns(column, rows) if name in source.checkboxes else column not in held)
    ]
    missing += [column for column in source.where if column not in held]
    if missing or not len(rows.columns):
        raise ReadInDoubt(
            f"The export of instrument {source.instrument!r} (project {source.project!r}) came without "
            f"{', '.join(missing) or 'any column'}. Most likely the token's user lacks Full Data Set export rights on that "
            "form; else the field was renamed: compare redcap.toml with the data dictionary."
        )


def _tick_columns(field_name: str, rows: pd.DataFrame) -> dict[str, str]:
    """Code -> column of a checkbox."""
    prefix = f"{field_name}___"
    return {column.removeprefix(prefix): column for column in rows.columns if str(column).startswith(prefix)}


def _belongs(source: Source, rows: pd.DataFrame, ticks: list[str], missing_codes: Collection[str]) -> pd.Series[bool]:
    """Rows of this instrument. A base row of a form that lies elsewhere, or was never filled in, is wholly blank."""
    every = pd.Series(True, index=rows.index)
    blank = {"", *missing_codes}
    if source.event and EVENT in rows.columns:
        every &= rows[EVENT] == source.event
    for column, code in source.where.items():
        every &= rows[column] == code
    if source.only_if:
        every &= ~rows[source.fields[source.only_if]].str.strip().isin(blank)
    instruments = set(rows[INSTRUMENT].tolist()) if INSTRUMENT in rows.columns else {""}
    if instruments <= {source.instrument}:
        return every
    own = rows[INSTRUMENT] == source.instrument if INSTRUMENT in rows.columns else pd.Series(False, index=rows.index)
    base = rows[INSTRUMENT] == "" if INSTRUMENT in rows.columns else every
    if source.table not in ("people", "protocols"):
        base = base & _filled(source, rows, ticks, blank)
    return every & (own | base)


def _filled(source: Source, rows: pd.DataFrame, ticks: list[str], blank: Collection[str]) -> pd.Series[bool]:
    filled = pd.Series(False, index=rows.index)
    for name, column in source.fields.items():
        if name not in source.checkboxes and not filled.all():
            filled |= ~rows[column].isin(blank)
    for column in ticks:
        filled |= ~rows[column].isin(("", "0"))
    return filled


def _words(column: list[str], values: Mapping[str, str], missing_codes: Collection[str]) -> list[str]:
    """Codes as our words, missing codes as blank."""
    if not values and not missing_codes:
        return column
    known = {text: "" if text in missing_codes else values.get(text, text) for text in dict.fromkeys(column)}
    return [known[text] for text in column]


def code_suffix(code: str) -> str:
    """Return a checkbox code as in column names.

    Lower case, every other character an underscore.
    """
    return re.sub(r"[^a-z0-9_]", "_", code.lower())


def rows_of(sheets: Sequence[Sheet]) -> Callable[[str], Row]:
    """Return a function from a record id to the place of its row.

    For sheets with one row a record.
    """
    places = {record: (sheet, number) for sheet in sheets for number, record in enumerate(sheet.records)}

    def row_of(record: str) -> Row:
        sheet, number = places[record]
        return sheet.row(number)

    return row_of


def pick(sheet: Sheet, keep: Callable[[int], bool]) -> Sheet:
    """Return the same sheet with only the rows whose number is kept."""
    numbers = [number for number in range(len(sheet)) if keep(number)]
    if len(numbers) == len(sheet):
        return sheet
    return Sheet(
        sheet.source,
        [sheet.records[n] for n in numbers],
        [sheet.instances[n] for n in numbers],
        [sheet.events[n] for n in numbers],
        {name: [column[n] for n in numbers] for name, column in sheet.columns.items()},
        {name: {c: [column[n] for n in numbers] for c, column in codes.items()} for name, codes in sheet.ticks.items()},
        {name: [column[n] for n in numbers] for name, column in sheet.cells.items()},
        sheet.codes,
    )

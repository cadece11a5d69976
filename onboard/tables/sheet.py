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
from onboard.folding import fold
from onboard.model import Export
from onboard.model.evidence_id import written
from onboard.model.mapping import AS_READ, Source
from onboard.model.written_days import plain_letters, written_day
from onboard.tables.cells import AS_THEY_STAND, Cell, CellProblem, Reader, missing_code, missing_reference, parse_day
from onboard.tables.problems import Problems, Row
from onboard.tables.since import Reads, digest_of

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
    #: cells as REDCap sent them, by their own names, where what they say holds "now"
    raw: Mapping[str, list[str]] = field(default_factory=dict)
    reads: Reads | None = None
    #: whose row each is, where its record does not tell
    people: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.records)

    def evidence(self, field_name: str = "") -> list[str]:
        """The id of every row; `field_name` where one row holds several pieces of evidence."""
        name, field_name = self.source.instrument, field_name or self.source.mark
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
            person=self.people[number] if self.people else record,
        )

    @property
    def owners(self) -> Sequence[str]:
        """The person or protocol each row belongs to."""
        return self.people or self.records

    def text(self, name: str) -> list[str]:
        """The column of a noun field as text; blank where the lab does not keep it."""
        return self.columns.get(name) or [""] * len(self)

    def cells_of(self, number: int) -> dict[str, str]:
        """Return the cells of a row of evidence, as REDCap sent them."""
        return {name: column[number] for name, column in self.cells.items()}

    def read(self, name: str, reader: Reader, zone: ZoneInfo, problems: Problems) -> list[Any]:
        """The parsed column of a noun field. Each distinct text is parsed once; each bad cell is told."""
        column = self.text(name)
        if self.source.is_day(name):
            return self._days(name, column, reader, zone, problems)
        coded = self.coded(name)
        if not coded and reader in AS_THEY_STAND and AS_THEY_STAND[reader](set(column)):
            return column
        return self._parsed(
            name, column, lambda text: missing_code(text, reader, zone) if text in coded else reader(text, zone), problems
        )

    def coded(self, name: str) -> frozenset[str]:
        """The missing data codes that a column holds."""
        return self.codes.intersection(self.text(name)) if self.codes and name in self.source.fields else frozenset()

    def _days(self, name: str, column: list[str], reader: Reader, zone: ZoneInfo, problems: Problems) -> list[Any]:
        """Days, as the lab writes them; what says "now" is told by the reads."""
        order, months = self.source.order_of(name), self.source.months
        said = {text: _as_year_first(text, order, months, zone) for text in set(column)}
        coded = self.coded(name)

        def parse(text: str) -> Cell:
            return missing_code(text, reader, zone) if text in coded else reader(said[text], zone)

        values = self._parsed(name, column, parse, problems, skipped=AS_READ)
        if AS_READ in said and self.reads:
            for number, text in enumerate(column):
                if text == AS_READ:
                    values[number] = self.reads.began(self.owners[number], *self.seen_as(name, number))
        return values

    def seen_as(self, name: str, number: int) -> tuple[str, str]:
        """The row that a cell of a noun field is, and the digest of what it says with the cells its row depends on."""
        source, at = self.source, self.row(number)
        own = source.columns_of(name) or source.columns
        cells = [self.raw[column][number] for column in (*own, *source.where) if column in self.raw]
        mark = ",".join(own[:2]) or source.mark
        return f"{source.project}.{at.evidence}#{source.table}.{name}:{mark}", digest_of(cells)

    def refer(self, name: str, resolve: Callable[[str], Cell], problems: Problems) -> list[str]:
        """The same of a column that names records. Texts are resolved as they come, for the first ones get the better hints."""
        coded = self.coded(name)
        return self._parsed(
            name, self.text(name), lambda text: missing_reference(text) if text in coded else resolve(text), problems
        )

    def _parsed(
        self, name: str, column: list[str], parse: Callable[[str], Cell], problems: Problems, skipped: str = ""
    ) -> list[Any]:
        parsed = _Parsed(parse)
        if skipped:
            parsed[skipped] = None
        values = list(map(parsed.__getitem__, column))
        if parsed.bad and name in self.source.fields:
            for number, text in enumerate(column):
                if text in parsed.bad:
                    problems.note(self.row(number), name, parsed.bad[text], text)
        return values


def _as_year_first(text: str, order: str, months: Sequence[str], zone: ZoneInfo) -> str:
    """A day in the lab's own writing as year-month-day; any other text as it is."""
    if not text.strip() or text == AS_READ or parse_day(text.strip(), zone):
        return text
    day = written_day(text, order, months)
    return day.isoformat() if day else text


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
    source: Source,
    export: Export,
    frames: Frames,
    missing_codes: Collection[str],
    cells: Mapping[str, str] | None = None,
    reads: Reads | None = None,
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> Sheet:
    """Return the rows of one source in an export.

    `cells`: our field -> REDCap field, of what is kept unparsed. `choices`: REDCap field -> code -> label. Raises ReadInDoubt
    when its instrument or a mapped column is not there.
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
    columns |= {name: [word] * count for name, word in source.blank.items() if name not in source.fields}
    for name in source.fields:
        if name not in source.checkboxes:
            columns[name] = _column(source, name, rows, missing_codes, choices or {})
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
        _raw(source, rows),
        reads,
    )


def _raw(source: Source, rows: pd.DataFrame) -> dict[str, list[str]]:
    """The cells as REDCap sent them, where something rests on them."""
    if not (source.says_now or source.person):
        return {}
    return {column: rows[column].tolist() for column in source.columns if column in rows.columns}


def _column(
    source: Source, name: str, rows: pd.DataFrame, missing_codes: Collection[str], choices: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """The cells of one noun field in our words: one field, several joined, or the first that is filled."""
    values = source.values.get(name, {})
    parts = {
        column: _words(rows[column].tolist(), _by_code(values, choices.get(column, {})), missing_codes)
        for column in source.columns_of(name)
    }
    if name in source.joins:
        found = _joined_cells(source.joins[name], parts)
    else:
        found = list(parts.pop(source.columns_of(name)[0]))
        for others in parts.values():
            found = [text if text.strip() else other for text, other in zip(found, others, strict=True)]
    word = source.blank.get(name)
    return [text if text.strip() else word for text in found] if word else found


def _joined_cells(template: str, parts: Mapping[str, list[str]]) -> list[str]:
    """Cells put into a text; blank ones fall out, and with an @ a blank one makes the whole blank."""
    names, whole = list(parts), "@" in template
    found = []
    for cells in zip(*parts.values(), strict=True):
        text = template
        for column, cell in zip(names, cells, strict=True):
            text = text.replace(f"{{{column}}}", cell.strip())
        blank = not any(cell.strip() for cell in cells) or (whole and not all(cell.strip() for cell in cells))
        found.append("" if blank else " ".join(text.split()).strip(" ,;"))
    return found


def _by_code(values: Mapping[str, str], choices: Mapping[str, str]) -> Mapping[str, str]:
    """The lab's words by code, also where redcap.toml names a label: letters, case and accents folded (ruling 58)."""
    if not values:
        return values
    folded = {fold(plain_letters(key)): word for key, word in values.items()}
    found = _Values(values, folded)
    for code, label in choices.items():
        word = folded.get(fold(plain_letters(label)))
        if code not in values and word is not None:
            found[code] = word
    return found


class _Values(dict[str, str]):
    """Code -> our word, with a text that differs in case or accents only found too."""

    def __init__(self, values: Mapping[str, str], folded: Mapping[str, str]) -> None:
        super().__init__(values)
        self._folded = folded

    def get(self, text: str, default: Any = None) -> Any:
        """Our word for a cell, else the default."""
        if text in self or not text.strip():
            return super().get(text, default)
        return self._folded.get(fold(plain_letters(text)), default)


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
        whole = io.BytesIO(text.encode(errors="replace"))  # half a letter costs its cell, not the read
        frame = pd.read_csv(whole, dtype=object, keep_default_na=False, na_filter=False, low_memory=False)
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
        for name in source.fields
        for column in source.columns_of(name)
        if (not _tick_columns(column, rows) if name in source.checkboxes else column not in held)
    ]
    own = (*source.where, *source.unless, *source.person, *source.ended_if, *source.not_begun_if)
    missing += [column for column in own if column not in held]
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
    for column, codes in source.where.items():
        every &= rows[column].isin(codes)
    for column, codes in source.unless.items():
        every &= ~rows[column].isin(codes)
    if source.only_if:
        filled = pd.Series(False, index=rows.index)
        for column in source.columns_of(source.only_if):
            filled |= ~rows[column].str.strip().isin(blank)
        every &= filled
    instruments = set(rows[INSTRUMENT].tolist()) if INSTRUMENT in rows.columns else {""}
    if instruments <= {source.instrument}:
        return every
    own = rows[INSTRUMENT] == source.instrument if INSTRUMENT in rows.columns else pd.Series(False, index=rows.index)
    base = rows[INSTRUMENT] == "" if INSTRUMENT in rows.columns else every
    if source.table not in ("people", "protocols") and not source.where:
        base = base & _filled(source, rows, ticks, blank)
    return every & (own | base)


def _filled(source: Source, rows: pd.DataFrame, ticks: list[str], blank: Collection[str]) -> pd.Series[bool]:
    filled = pd.Series(False, index=rows.index)
    for name in source.fields:
        for column in () if name in source.checkboxes or filled.all() else source.columns_of(name):
            filled |= ~rows[column].isin(blank)
    for column in (*source.ended_if, *source.not_begun_if):
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
        {name: [column[n] for n in numbers] for name, column in sheet.raw.items()},
        sheet.reads,
        [sheet.people[n] for n in numbers] if sheet.people else (),
    )

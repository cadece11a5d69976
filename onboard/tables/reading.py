"""From an export to typed tables, and problems, in the order of reading.

cells.py, references.py and people.py read the parts.

Bad data never raises: it becomes a Problem beside the result and never hides another row. Only a read that is not whole (an
instrument or a mapped column that did not come, rows cut short) raises ReadInDoubt, because no mail may be based on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import compress
from zoneinfo import ZoneInfo

from onboard.dates import DayWithin, show
from onboard.model import UNREADABLE, Export, Problem, Reading
from onboard.model.mapping import OPTIONAL_TABLES, PROTOCOL_TABLES, TABLE_FIELDS, Mapping, Source, has_form
from onboard.tables.cells import CellProblem, quoted, read_date, read_text
from onboard.tables.finishing import EVIDENCE_BY_NAME, FINISH, Lab
from onboard.tables.mistyped import may_stop
from onboard.tables.people import Columns, directory_of, note_duplicates, read_people, unique_records
from onboard.tables.problems import Problems, choices_of, labels_of
from onboard.tables.references import Directory, Protocols
from onboard.tables.reviews import Reviews, SurveyRow, reviews_of
from onboard.tables.schema import COLUMNS, Tables, frame
from onboard.tables.seen import cell_columns
from onboard.tables.shapes import READERS, SPANS
from onboard.tables.sheet import HANDED_IN, Frames, Sheet, open_sheet, pick, rows_of
from onboard.tables.since import Reads
from onboard.tables.strangers import of_people


def read_tables(export: Export, mapping: Mapping, zone: ZoneInfo, reads: Reads | None = None) -> tuple[Tables, list[Problem]]:
    """One frame per noun, and everything that could not be read or trusted.

    Days with an offset are moved to `zone`, the lab's. `reads` tells since which read rows have stood, and takes what this one
    shows; without it everything that holds now is read for the first time. Raises ReadInDoubt, with what, where and the next
    step, when an instrument or a mapped column is missing or an export is cut short.
    """
    tables, problems, _ = _read_all(export, mapping, zone, reads=reads)
    return tables, problems.all()


def survey_rows(export: Export, mapping: Mapping, zone: ZoneInfo) -> tuple[SurveyRow, ...]:
    """Every row of evidence that came in by survey, as it counts. Raises ReadInDoubt as `read_tables` does."""
    return tuple(_read_all(export, mapping, zone, collects=True)[2].rows)


def _read_all(
    export: Export, mapping: Mapping, zone: ZoneInfo, *, collects: bool = False, reads: Reads | None = None
) -> tuple[Tables, Problems, Reviews]:
    problems = Problems(labels_of(export.dictionaries))
    sheets = _open_all(export, mapping, reads or Reads(export.read_at, zone))
    people, directory = _people(sheets["people"], zone, problems, mapping.person_by)
    protocol_rows, protocols = _protocols(sheets["protocols"], directory, zone, problems, mapping.protocol_by)
    reviews = reviews_of(export, mapping, export.read_at.astimezone(zone).date(), problems, collects=collects)
    lab = Lab(zone, problems, directory, protocols, {record: record for record in protocol_rows["record"]}, reviews)
    tables = {"people": frame("people", people), "protocols": frame("protocols", protocol_rows)}
    # what was decided is known before the rows it is about are read
    for table in ("reviews", *TABLE_FIELDS):
        if table not in tables and table != "step_rows":
            tables[table] = frame(table, _joined(table, [_read(lab, table, sheet) for sheet in _sheets_of(table, sheets)]))
    return Tables(**tables), problems, reviews


def _sheets_of(table: str, sheets: dict[str, list[Sheet]]) -> list[Sheet]:
    """The sheets that give a table its rows: steps are dates of one form, and rows of another."""
    return sheets["steps"] + sheets["step_rows"] if table == "steps" else sheets[table]


def _open_all(export: Export, mapping: Mapping, reads: Reads) -> dict[str, list[Sheet]]:
    frames: Frames = {}
    choices = choices_of(export.dictionaries)
    return {
        table: [
            open_sheet(
                source, export, frames, mapping.missing_codes, _kept_cells(source, mapping), reads, choices.get(source.project)
            )
            for source in mapping.of(table)
            if table not in OPTIONAL_TABLES or has_form(export.instruments.get(source.key, ""))
        ]
        for table in TABLE_FIELDS
    }


def _kept_cells(source: Source, mapping: Mapping) -> dict[str, str]:
    """Return all cells read from the form of an evidence.

    They identify what a person looked at.
    """
    beside = [one for one in mapping.of("completions") if one.key == source.key]
    return cell_columns(beside) if source.table == "completions" else {}


def _joined(table: str, parts: list[Columns]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    return {name: [cell for part in parts for cell in part[name]] for name in COLUMNS[table]}


def _people(sheets: list[Sheet], zone: ZoneInfo, problems: Problems, ways: Sequence[str]) -> tuple[Columns, Directory]:
    seen: set[str] = set()
    sheets = [unique_records(sheet, problems, seen) for sheet in sheets]
    columns = _joined("people", [read_people(sheet, zone, problems) for sheet in sheets])
    directory = directory_of(columns, ways)
    note_duplicates(sheets, columns, directory, problems)
    return columns, directory


def _protocols(
    sheets: list[Sheet], directory: Directory, zone: ZoneInfo, problems: Problems, ways: Sequence[str]
) -> tuple[Columns, Protocols]:
    parts = []
    seen: set[str] = set()
    sheets = [unique_records(sheet, problems, seen) for sheet in sheets]
    for sheet in sheets:
        columns = {name: sheet.read(name, reader, zone, problems) for name, reader in READERS["protocols"].items()}
        columns["record"] = sheet.records
        columns["pi"] = sheet.refer("pi", directory.resolve, problems)
        _note_unnamed(sheet, columns, problems)
        parts.append(columns)
    joined = _joined("protocols", parts)
    index = Protocols(list(zip(joined["record"], joined["number"], joined["code"], strict=True)), ways)
    _note_shared_names(sheets, index, problems)
    return joined, index


def _note_unnamed(sheet: Sheet, columns: Columns, problems: Problems) -> None:
    for number, (name, code, text) in enumerate(zip(columns["number"], columns["code"], sheet.text("pi"), strict=True)):
        if not name and not code:
            problems.row(sheet.row(number), _NO_NUMBER)
        if not text.strip():
            problems.note(sheet.row(number), "pi", _NO_PI)


def _note_shared_names(sheets: list[Sheet], index: Protocols, problems: Problems) -> None:
    row_of = rows_of(sheets)
    for text, records in index.shared().items():
        what = f"Protocols in records {', '.join(records)} share the name {quoted(text)}; forms that use it fit neither."
        problem = CellProblem(slug=f"same-protocol-name-{text}", what=what, next_step="Give each protocol its own short code.")
        problems.row(row_of(records[0]), problem)


_NO_NUMBER = CellProblem(
    slug="no-protocol-number",
    what="This protocol has neither number nor short code, so no form can name it.",
    next_step="Type the number as the IRB writes it.",
)
_NO_PI = CellProblem(
    slug="no-pi",
    what="is blank, so this protocol's digest is not sent.",
    next_step="Type the record ID or address of the principal investigator.",
)


def _read(lab: Lab, table: str, sheet: Sheet) -> Columns:
    """The columns of one table from one source, all tables but people and protocols."""
    if table == "approvals" and lab.protocols.named_by_number:
        return _approvals_by_name(lab, sheet)
    sheet = of_people(sheet, lab.people, lab.problems) if sheet.source.person else _known_owners(lab, table, sheet)
    if table == "steps":
        return _step_rows(lab, sheet) if sheet.source.table == "step_rows" else _steps(lab, sheet)
    return _cells(lab, table, sheet)


def _approvals_by_name(lab: Lab, sheet: Sheet) -> Columns:
    """Where the record of a protocol is its name as somebody typed it: a row under a mistyped one is not lost."""
    known = lab.owners("approvals")
    placed, strange = pick(sheet, lambda n: sheet.records[n] in known), pick(sheet, lambda n: sheet.records[n] not in known)
    columns = _cells(lab, "approvals", placed)
    if not len(strange):
        return columns
    unplaced = may_stop(lab, strange, _cells(lab, "approvals", strange))
    unplaced["placed"] = [False] * len(unplaced["protocol"])
    return {name: [*column, *unplaced[name]] for name, column in columns.items()}


def _cells(lab: Lab, table: str, sheet: Sheet) -> Columns:
    """The columns of a sheet, and what is made from several of them."""
    columns = {name: sheet.read(name, reader, lab.zone, lab.problems) for name, reader in READERS[table].items()}
    columns["evidence"] = sheet.evidence()
    columns["protocol" if table in PROTOCOL_TABLES else "person"] = list(sheet.owners)
    if "protocol" in TABLE_FIELDS[table]:
        resolve = lab.protocols.resolve_evidence if table in EVIDENCE_BY_NAME else lab.protocols.resolve
        columns["protocol"] = sheet.refer("protocol", resolve, lab.problems)
    if table in SPANS:
        _check_span(lab, sheet, columns, *SPANS[table])
    finish = FINISH.get(table)
    return finish(lab, sheet, columns) if finish else columns


def _known_owners(lab: Lab, table: str, sheet: Sheet) -> Sheet:
    """Leave out, and report, rows whose record was not read.

    That is: is not a person (or protocol) of the read. The rows of all tables that belong to one record name it by one value, so
    that the reads of a big lab stay small.
    """
    owners = lab.owners(table)
    known = list(filter(None, map(owners.get, sheet.records)))
    if len(known) == len(sheet):
        return replace(sheet, records=known)
    strangers = {record for record in set(sheet.records) if record not in owners}
    for number, record in enumerate(sheet.records):
        if record in strangers:
            what = f"This row belongs to record {quoted(record)}, which was not read, so it was left out."
            step = "Look whether the record has its first form, and whether a data access group hides it."
            lab.problems.row(sheet.row(number), CellProblem(slug="unknown-record", what=what, next_step=step))
    return pick(sheet, lambda number: sheet.records[number] not in strangers)


def _check_span(lab: Lab, sheet: Sheet, columns: Columns, start: str, end: str) -> None:
    """Mark both ends unreadable where the end is before the start.

    Then no mail goes about the row.
    """
    backwards = {span for span in set(zip(columns[start], columns[end], strict=True)) if _ends_first(*span)}
    if not backwards:
        return
    for number, span in enumerate(zip(columns[start], columns[end], strict=True)):
        if span in backwards:
            first, last = span
            columns[start][number] = columns[end][number] = UNREADABLE
            label = lab.problems.label(sheet.source, start)
            what = (
                f"holds {show(last)}, which is before “{label}” ({show(first)}). Counted as not valid; no mail was sent about it."
            )
            lab.problems.note(
                sheet.row(number), end, CellProblem(slug="end-first", what=what, next_step="Correct one of the two.")
            )


def _ends_first(first: Reading, last: Reading) -> bool:
    bounded = isinstance(first, DayWithin) or isinstance(last, DayWithin)
    return not bounded and isinstance(first, date) and isinstance(last, date) and last < first


def _steps(lab: Lab, sheet: Sheet) -> Columns:
    """One row for each step that is done; a blank date is not done."""
    found: Columns = {name: [] for name in COLUMNS["steps"]}
    for step, field in sheet.source.fields.items():
        days = sheet.read(step, read_date, lab.zone, lab.problems)
        done = [day is not None for day in days]
        found["evidence"] += compress(sheet.evidence(field), done)
        found["person"] += compress(sheet.owners, done)
        found["step"] += [step] * sum(done)
        found["on"] += compress(days, done)
    return found


def _step_rows(lab: Lab, sheet: Sheet) -> Columns:
    """The rows that name a step and a day; another one is no step, and is told. What came in by survey is none either, for its
    respondent can write every field."""
    steps = sheet.read("what", read_text, lab.zone, lab.problems)
    days = sheet.read("on", read_date, lab.zone, lab.problems)
    rows = zip(steps, days, sheet.text(HANDED_IN), strict=True)
    wrong = [_no_step(*row) for row in rows]
    for number, found in enumerate(wrong):
        if found:
            lab.problems.note(sheet.row(number), *found)
    done = [found is None for found in wrong]
    return {
        "evidence": list(compress(sheet.evidence(), done)),
        "person": list(compress(sheet.records, done)),
        "step": list(compress(steps, done)),
        "on": list(compress(days, done)),
    }


def _no_step(step: str, day: Reading, stamp: str) -> tuple[str, CellProblem] | None:
    """The field, and why a row is no step that was done; None where it is one."""
    if stamp.strip():
        return "what", _STEP_BY_SURVEY
    if not step:
        return "what", _NO_STEP
    return ("on", _NO_DAY) if day is None else None


_STEP_BY_SURVEY = CellProblem(
    slug="step-by-survey",
    what="is of a row that came in by survey, where anybody with the link writes every field. It counts for nothing.",
    next_step="Designer > Disable in the survey column of this form; then enter the step yourself.",
)
_NO_STEP = CellProblem(slug="no-step", what="is blank, so this row counts for nothing.", next_step="Choose the step.")
_NO_DAY = CellProblem(
    slug="no-step-day",
    what="is blank, so this step counts as not done.",
    next_step="Type the day as year-month-day, for example 2026-04-03.",
)

"""content=record, import: all problems are reported together.

With any problem nothing is written. Which rows are accepted, where their values go, what is counted. Values are judged in
`validation.py`, rows are read in `payload.py`, places are found in `placing.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onboard.sandbox.call import Call
from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Column
from onboard.sandbox.journal import Kind
from onboard.sandbox.numbering import next_record
from onboard.sandbox.payload import flat_from_eav
from onboard.sandbox.placing import EVENT, KEYS, Complaint, locate, misplaced
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import (
    ApiError,
    fields_not_found,
    invalid_parameter,
    no_record_id,
    not_implemented,
    unknown_import_events,
)
from onboard.sandbox.validation import Rules, check, stored
from onboard.sandbox.wire import Reply, json_text, text_reply

GROUP = "redcap_data_access_group"
IGNORED_COLUMNS = {GROUP, "redcap_survey_identifier"}
LOCKED = "This record has been locked at the record level. No value within this record can be modified."
IGNORED_KINDS = {"calc", "file", "descriptive"}  # such values in a payload are passed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One accepted row."""

    record: str
    place: Place
    values: Mapping[str, str]
    group: str


def import_records(call: Call) -> Reply:
    """Answer a record import. Raises ApiError."""
    call.need_import()
    if call.params.flag("backgroundProcess"):
        raise not_implemented()
    rows = call.rows()
    if rows is None:
        # A JSON object or text instead of a list is accepted and does nothing.
        return _result(call, [])
    if call.params.text("type", "flat") == "eav":
        rows = flat_from_eav(call.project.dictionary, rows)
    if call.project.design.longitudinal:
        rows = [{**row, EVENT: row.get(EVENT) or call.project.design.first_event} for row in rows]
    _check_columns(call.project, rows)
    writes = list(_checked(call, rows))
    pairs = _numbered(call, [write.record for write in writes])
    for write in writes:
        _store(call, write, pairs[write.record])
    return _result(call, [(pairs[write.record], write.record) for write in writes])


def _check_columns(project: Project, rows: Sequence[Mapping[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    known = {column.name for column in project.dictionary.columns()} | IGNORED_COLUMNS | set(KEYS)
    known |= {f"{form}_timestamp" for form in project.surveys}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise fields_not_found(unknown)
    if any(not row.get(project.dictionary.id_field) for row in rows):
        raise no_record_id(project.dictionary.id_field)
    events = project.design.event_names
    bad = [row.get(EVENT, "") for row in rows if project.design.longitudinal and row.get(EVENT, "") not in events]
    if bad:
        raise unknown_import_events(list(dict.fromkeys(bad)))


def _checked(call: Call, rows: Sequence[Mapping[str, str]]) -> Iterator[Write]:
    rules = _rules(call)
    complaints: list[Complaint] = []
    writes: list[Write] = []
    for row in rows:
        place, problems = locate(call.project, row)
        complaints.extend(problems)
        if not problems:
            complaints.extend(_value_problems(call.project, row, place, rules))
            writes.append(_write(call, row, place, rules))
    if complaints:
        raise ApiError(400, "\n".join(complaint.line() for complaint in complaints))
    yield from writes


def _rules(call: Call) -> Rules:
    order = call.params.text("dateFormat", "YMD").upper()
    if order not in {"YMD", "MDY", "DMY"}:
        raise invalid_parameter("dateFormat")
    sign = call.decimal_sign()
    return Rules(date_format=order, missing_data_codes=call.project.missing_data_codes, decimal_sign=sign)


def _columns(project: Project, row: Mapping[str, str]) -> Iterator[tuple[Column, str]]:
    """The row's real data columns with their values."""
    for column in project.dictionary.columns():
        taken = column.name in row and column.field.kind not in IGNORED_KINDS
        if taken and column.name != project.dictionary.id_field:
            yield column, row[column.name]


def _value_problems(project: Project, row: Mapping[str, str], place: Place, rules: Rules) -> Iterator[Complaint]:
    record = row[project.dictionary.id_field]
    if record in project.locked:
        # assumption: not evidenced - which field and value the line names
        yield Complaint(record, project.dictionary.id_field, record, LOCKED)
    for column, value in _columns(project, row):
        if not value:
            continue
        text = misplaced(project, column, place) or check(column, value, rules)
        if text:
            yield Complaint(record, column.name, value, text)
    group = row.get(GROUP, "")
    if group and group not in project.groups:
        # assumption: not evidenced - the text
        yield Complaint(record, GROUP, group, "The value is not a valid unique group name for this project.")


def _write(call: Call, row: Mapping[str, str], place: Place, rules: Rules) -> Write:
    erase = call.params.text("overwriteBehavior", "normal") == "overwrite"
    values = {
        column.name: stored(column, value, rules)
        for column, value in _columns(call.project, row)
        if value or (erase and call.project.design.lives(column.form, place))
    }
    return Write(
        record=row[call.project.dictionary.id_field],
        place=place,
        values=values,
        group=call.access.rights.dag or row.get(GROUP, ""),
    )


def _numbered(call: Call, records: Sequence[str]) -> dict[str, str]:
    """Payload ids with the ids to write: their own, or the next free ones with forceAutoNumber."""
    if not call.params.flag("forceAutoNumber"):
        return {record: record for record in records}
    pairs: dict[str, str] = {}
    for record in records:
        if record not in pairs:
            pairs[record] = next_record(call.project, call.access.rights.dag, set(pairs.values()))
    return pairs


def _store(call: Call, write: Write, record: str) -> None:
    project = call.project
    # A row of keys alone makes a row in a longitudinal project, a record in a plain classic one, and nothing where forms repeat.
    if not write.values and project.design.repeats and not project.design.longitudinal:
        return
    held = project.records.get(record, {}).get(write.place, {})
    values = dict(write.values)
    for form in _forms_without_status(project, write):
        # assumption: not evidenced - a form that gets its first values without a status becomes Incomplete
        if not held.get(f"{form}_complete"):
            values.setdefault(f"{form}_complete", "0")
    project.write(record, write.place, values, call.access.username)
    if write.group and project.record_groups.get(record) != write.group:
        project.record_groups[record] = write.group
        words = f"Assign record to Data Access Group (redcap_data_access_group = '{write.group}')"
        project.journal.add(call.access.username, Kind.RECORD_EDIT, f"Update record (API) {record}", words, record)


def _forms_without_status(project: Project, write: Write) -> list[str]:
    written = {name for name, value in write.values.items() if value not in ("", "0")}
    return [
        form
        for form, columns in project.dictionary.by_form.items()
        if f"{form}_complete" not in write.values and any(column.name in written for column in columns)
    ]


def _result(call: Call, pairs: Sequence[tuple[str, str]]) -> Reply:
    """The answer to an import as returnContent and returnFormat ask. `pairs` are new and old ids."""
    form = call.params.return_format()
    content = call.params.text("returnContent", "count")
    distinct = list(dict.fromkeys(pairs))
    if content == "nothing":
        return text_reply("", form)
    if content in {"ids", "auto_ids"}:
        ids = [new if content == "ids" else f"{new},{old}" for new, old in distinct]
        return text_reply(_ids(ids, form), form)
    return text_reply(_count(len(distinct), form), form)


def _count(number: int, form: str) -> str:
    if form == "json":
        return json_text({"count": number})
    return str(number) if form == "csv" else f'<?xml version="1.0" encoding="UTF-8" ?><count>{number}</count>'


def _ids(ids: Sequence[str], form: str) -> str:
    if form == "json":
        return json_text(list(ids))
    if form == "csv":
        return "\n".join(["id", *(f'"{new}"' if "," in new else new for new in ids)])
    # assumption: not evidenced - ids in xml
    inner = "".join(f"<id>{new}</id>" for new in ids)
    return f'<?xml version="1.0" encoding="UTF-8" ?><ids>{inner}</ids>'

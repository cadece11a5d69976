"""content=record, export: flat and eav, in the order of a real server.

Which rows and cells. Names of columns are chosen in `columns.py`, labels in `labels.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from onboard.sandbox import labels
from onboard.sandbox.call import DELIMITERS, Call
from onboard.sandbox.columns import chosen
from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Column, Role, checkbox_column
from onboard.sandbox.journal import Kind
from onboard.sandbox.logic import LogicError, Lookup, fields_of, parse
from onboard.sandbox.projects import Project, Values
from onboard.sandbox.refusals import bad_logic, invalid_parameter, invalid_values
from onboard.sandbox.validation import decimal_sign_of
from onboard.sandbox.wire import Cell, Reply, Table, table_reply

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP, SURVEY = "redcap_data_access_group", "redcap_survey_identifier"


@dataclass(frozen=True, slots=True)
class Found:
    """One row to be written: its place and what is stored there."""

    record: str
    place: Place
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How one export looks at the project."""

    project: Project
    columns: Sequence[Column]
    keys: bool
    groups: bool
    surveys: bool
    blank_gray: bool
    decimal_sign: str = ""  # of every number; blank: each as stored


def export_records(call: Call) -> Reply:
    """Answer a record export. Raises ApiError."""
    call.need_export()
    form = call.table_format()
    delimiter = DELIMITERS.get(call.params.text("csvDelimiter"))
    if delimiter is None:
        raise invalid_parameter("csvDelimiter")
    view = _view(call)
    found = [row for row in _found(call, view) if view.keys or _tells_something(view, row)]
    _log(call)
    if call.params.text("type", "flat") == "eav":
        return table_reply(_eav(view, found), form, delimiter)
    table = labels.labelled(call, view.columns, _flat(view, found))
    if form == "csv" and not table.rows:
        return Reply(body=b"\n", content_type="text/csv; charset=utf-8")
    return table_reply(table, form, delimiter)


def found_rows(call: Call) -> tuple[View, list[Found]]:
    """How a call looks at the project, and the rows it gets, for exports of other shapes."""
    view = _view(call)
    return view, list(_found(call, view))


def _view(call: Call) -> View:
    project, rights, params = call.project, call.access.rights, call.params
    columns = chosen(project, rights, params.items("fields"), params.items("forms"))
    return View(
        project=project,
        columns=columns,
        keys=any(column.name == project.dictionary.id_field for column in columns),
        groups=params.flag("exportDataAccessGroups") and bool(project.groups) and rights.dag is None,
        surveys=params.flag("exportSurveyFields"),
        blank_gray=params.flag("exportBlankForGrayFormStatus"),
        decimal_sign=call.decimal_sign(),
    )


def _found(call: Call, view: View) -> Iterator[Found]:
    passes = _filter(call)
    events = _events(call)
    for record in _records(call):
        for place, values in call.project.places(record):
            row = Found(record, place, values)
            if place.event in events and _row_wanted(view, place) and passes(row):
                yield row


def _records(call: Call) -> list[str]:
    """Return records requested that exist and may be seen, in order.

    Unknown ones are not an error.
    """
    wanted = call.params.items("records")
    records = call.project.ordered_records(call.access.rights.dag)
    if wanted:
        records = [record for record in records if record in wanted]
    begin, end = call.moment("dateRangeBegin"), call.moment("dateRangeEnd")
    if begin or end:
        touched = call.project.journal.touched(begin, end)
        records = [record for record in records if record in touched]
    return records


def _events(call: Call) -> list[str]:
    """Events asked for. A classic project ignores them."""
    names = call.project.design.event_names
    wanted = call.params.items("events") if call.project.design.longitudinal else []
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise invalid_values("events", unknown)
    return [name for name in names if name in wanted] if wanted else names


def _row_wanted(view: View, place: Place) -> bool:
    if not place.instrument:
        return not (view.project.leaves_out_base_rows and _only_repeating(view, place))
    if view.keys and view.project.id_brings_every_row:
        return True
    id_field = view.project.dictionary.id_field
    return any(column.form == place.instrument for column in view.columns if column.name != id_field)


def _only_repeating(view: View, place: Place) -> bool:
    """Whether nothing but the record id and fields of repeating instruments is asked for."""
    id_field, design = view.project.dictionary.id_field, view.project.design
    forms = {column.form for column in view.columns if column.name != id_field}
    return bool(forms) and all(design.form_repeats(form, place.event) for form in forms)


def _filter(call: Call) -> Callable[[Found], bool]:
    text = call.params.text("filterLogic")
    if not text:
        return lambda row: True
    try:
        judge, unknown = parse(text), [name for name in fields_of(text) if not _is_field(call.project, name)]
    except LogicError as error:
        raise bad_logic() from error
    if unknown:
        raise bad_logic()
    return lambda row: judge(_lookup(call.project, row))


def _is_field(project: Project, name: str) -> bool:
    return project.dictionary.field(name) is not None or name.removesuffix("_complete") in project.dictionary.forms


def _lookup(project: Project, row: Found) -> Lookup:
    """Values as logic sees them from a row: its own, else those of the same event's base row.

    assumption: not evidenced - that a repeating row sees the base row, and a named event its base row.
    """
    places = project.records[row.record]

    def look(event: str, field: str, code: str) -> str:
        if field == project.dictionary.id_field:
            return row.record
        name = checkbox_column(field, code) if code else field
        base = places.get(Place(event or row.place.event), {})
        own = row.values if event in ("", row.place.event) else {}
        return own.get(name, "") or base.get(name, "") or ("0" if code else "")

    return look


def _tells_something(view: View, row: Found) -> bool:
    """Without the id, a row whose values are all blank or 0 is dropped."""
    return any(_cell(view, row, column) not in ("", "0") for column in view.columns)


def _cell(view: View, row: Found, column: Column) -> str:
    if column.name == view.project.dictionary.id_field:
        return row.record
    if not view.project.design.lives(column.form, row.place):
        return ""
    stored = row.values.get(column.name, "")
    if column.role is Role.CHOICE:
        return stored or "0"
    if column.role is Role.STATUS:
        return stored or ("" if view.blank_gray else "0")
    return _number(view, column, stored)


def _number(view: View, column: Column, stored: str) -> str:
    """A number with the sign before its decimals that the call asks for."""
    own = decimal_sign_of(column) if view.decimal_sign else ""
    return stored.replace(own, view.decimal_sign) if own and stored not in view.project.missing_data_codes else stored


def _key_columns(view: View, found: Sequence[Found]) -> list[str]:
    """The pseudo-columns after the id. In a classic export without repeating rows the repeat columns vanish."""
    project = view.project
    names = [EVENT] if project.design.longitudinal else []
    if project.design.repeats and (project.design.longitudinal or any(row.place.repeats for row in found)):
        names += [INSTRUMENT, INSTANCE]
    if view.groups:
        names.append(GROUP)
    if view.surveys and project.surveys:
        names.append(SURVEY)
    return names


def _keys(view: View, row: Found) -> dict[str, Cell]:
    return {
        EVENT: row.place.event,
        INSTRUMENT: row.place.instrument,
        INSTANCE: row.place.instance if row.place.repeats else "",
        GROUP: view.project.record_groups.get(row.record, ""),
        SURVEY: view.project.survey_identifiers.get(row.record, ""),
    }


def _flat(view: View, found: Sequence[Found]) -> Table:
    keys = _key_columns(view, found) if view.keys else []
    names: list[str] = []
    stamped: set[str] = set()
    for column in view.columns:
        is_id = column.name == view.project.dictionary.id_field
        if view.surveys and column.form in view.project.surveys and column.form not in stamped and not is_id:
            stamped.add(column.form)
            names.append(f"{column.form}_timestamp")
        names.append(column.name)
        if is_id:
            names.extend(keys)
    return Table(columns=names, rows=[_flat_row(view, row, stamped) for row in found])


def _flat_row(view: View, row: Found, stamped: set[str]) -> dict[str, Cell]:
    times: dict[str, Cell] = {f"{form}_timestamp": _timestamp(view, row, form) for form in stamped}
    cells: dict[str, Cell] = {column.name: _cell(view, row, column) for column in view.columns}
    return {**_keys(view, row), **times, **cells}


def _timestamp(view: View, row: Found, form: str) -> str:
    return view.project.survey_times.get((row.record, row.place, form), "")


def _eav(view: View, found: Sequence[Found]) -> Table:
    """One row per value that is not blank. Unlike flat exports, keys always come.

    assumption: not evidenced - that statuses and the id are rows only when stored and asked for.
    """
    keys = [name for name in _key_columns(view, found) if name in (EVENT, INSTRUMENT, INSTANCE)]
    rows: list[dict[str, Cell]] = []
    for row in found:
        for column in view.columns:
            value = _eav_value(view, row, column)
            if value:
                rows.append({"record": row.record, **_keys(view, row), "field_name": column.field.name, "value": value})
    return Table(columns=["record", *keys, "field_name", "value"], rows=rows)


def _eav_value(view: View, row: Found, column: Column) -> str:
    if column.name == view.project.dictionary.id_field:
        return "" if row.place.repeats else row.record
    if not view.project.design.lives(column.form, row.place):
        return ""
    stored = row.values.get(column.name, "")
    if column.role is Role.CHOICE:
        return column.code if stored == "1" else ""
    document = view.project.documents.get((row.record, row.place, column.name))
    return str(document.doc_id) if document and stored else _number(view, column, stored)


def _log(call: Call) -> None:
    params = call.params
    details = f"export_format: {params.success_format().upper()}, rawOrLabel: {params.text('rawOrLabel', 'raw')}"
    if params.flag("exportDataAccessGroups"):
        details += ", export_data_access_group: Yes"
    call.project.journal.add(call.access.username, Kind.EXPORT, "Data export (API)", details)

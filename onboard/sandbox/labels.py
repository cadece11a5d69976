"""Label exports: choices, statuses, events and CSV headers by their labels.

Words in place of codes. Raw exports pass through untouched.
"""

import html
import re
from collections.abc import Sequence

from onboard.sandbox.call import Call
from onboard.sandbox.dictionary import Column, Role
from onboard.sandbox.projects import Project
from onboard.sandbox.wire import Cell, Row, Table

KEY_HEADERS = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",  # assumption: not evidenced
    "redcap_survey_identifier": "Survey Identifier",  # assumption: not evidenced
}


def labelled(call: Call, columns: Sequence[Column], table: Table) -> Table:
    """The flat table with labels in cells (rawOrLabel=label) and in the header (rawOrLabelHeaders=label).

    The parameter eventName is ignored: raw exports hold unique names, label exports labels.
    """
    rows: Sequence[Row] = table.rows
    if call.params.text("rawOrLabel", "raw") == "label":
        with_choice = call.params.flag("exportCheckboxLabel")
        known = {column.name: column for column in columns}
        rows = [{name: _cell(call.project, known, name, row[name], with_choice) for name in table.columns} for row in rows]
    headers = None
    if call.params.text("rawOrLabelHeaders", "raw") == "label":
        headers = [_header(columns, name) for name in table.columns]
    return Table(columns=table.columns, rows=rows, headers=headers)


def _cell(project: Project, known: dict[str, Column], name: str, value: Cell, with_choice: bool) -> Cell:
    text = str(value)
    column = known.get(name)
    if column is None:
        return _key_label(project, name, value)
    if text == "" or not column.field.choices:
        return value
    if column.role is not Role.CHOICE:
        return _plain(column.field.choices.get(text, text))
    if with_choice:
        return _plain(column.label) if text == "1" else ""
    return "Checked" if text == "1" else "Unchecked"


def _key_label(project: Project, name: str, value: Cell) -> Cell:
    text = str(value)
    if name == "redcap_event_name":
        event = project.design.event(text)
        return event.name if event else value
    if name == "redcap_repeat_instrument" and text:
        return project.label(text)
    if name == "redcap_data_access_group" and text:
        return project.groups.get(text, text)
    return value


def _header(columns: Sequence[Column], name: str) -> str:
    column = next((column for column in columns if column.name == name), None)
    if column is None:
        # assumption: not evidenced - the label of a survey's time
        return KEY_HEADERS.get(name, "Survey Timestamp")
    label = _plain(column.field.label)
    if column.role is Role.CHOICE:
        return f"{label}  (choice={_plain(column.label)})".lstrip()
    return label


def _plain(text: str) -> str:
    # assumption: not evidenced - labels come without their markup and line breaks
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())

"""Read the `data` of an import into rows of text.

How JSON and CSV payloads are read. A payload that is not a list of rows reads as None.
"""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from onboard.sandbox.dictionary import Dictionary, checkbox_column
from onboard.sandbox.refusals import ApiError

EAV_KEYS = ("record", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")


def read_rows(data: str, form: str, delimiter: str = ",") -> list[dict[str, str]] | None:
    """Rows as column -> text; None for a JSON object or text. Raises ApiError for what cannot be read."""
    if form == "csv":
        return _csv(data, delimiter)
    if form == "xml":
        return _xml(data)
    try:
        rows = json.loads(data)
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(rows, list):
        return None
    return [{str(key): as_text(value) for key, value in row.items()} for row in rows if isinstance(row, dict)]


def read_object(data: str) -> dict[str, str]:
    """A JSON object as name -> text; {} for anything else."""
    found = json.loads(data)
    return {str(key): as_text(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _unreadable() -> ApiError:
    # assumption: not evidenced - the text
    return ApiError(400, "The data being imported is not formatted correctly.")


def _xml(data: str) -> list[dict[str, str]]:
    """Each `item`, whatever is around it; its children are columns, theirs are rights by form."""
    if "<!DOCTYPE" in data or "<!ENTITY" in data:
        raise _unreadable()
    try:
        root = ET.fromstring(data.strip())
    except (ET.ParseError, ValueError) as error:
        raise _unreadable() from error
    items = [root] if root.tag == "item" else root.findall("item")
    return [{cell.tag: _xml_cell(cell) for cell in item} for item in items]


def _xml_cell(cell: ET.Element) -> str:
    return ",".join(f"{one.tag}:{one.text or ''}" for one in cell) if len(cell) else cell.text or ""


def as_text(value: object) -> str:
    """A JSON value as PHP would make it text."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, dict):
        # rights by form, as CSV has them: form_a:1,form_b:1
        return ",".join(f"{key}:{level}" for key, level in value.items())
    return str(value)


def _csv(data: str, delimiter: str) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(data.removeprefix("\ufeff")), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    rows: list[dict[str, str]] = []
    for line in reader:
        if any(line):
            padded = [*line, *[""] * (len(header) - len(line))]
            rows.append({name: cell for name, cell in zip(header, padded, strict=False) if name})
    return rows


def flat_from_eav(dictionary: Dictionary, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Gather eav rows (one value each) into flat rows by their keys."""
    gathered: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        key = tuple(row.get(name, "") for name in EAV_KEYS)
        flat = gathered.setdefault(key, {dictionary.id_field: key[0]})
        flat.update({name: value for name, value in zip(EAV_KEYS[1:], key[1:], strict=True) if value})
        name, value = row.get("field_name", ""), row.get("value", "")
        field = dictionary.field(name)
        if field and field.kind == "checkbox":
            flat[checkbox_column(name, value)] = "1"
        else:
            flat[name] = value
    return list(gathered.values())

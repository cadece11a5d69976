"""Read the `data` of an import into rows of text.

How JSON and CSV payloads are read. A payload that is not a list of rows reads as None.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from onboard.sandbox.dictionary import checkbox_column
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import ApiError, not_implemented

EAV_KEYS = ("record", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")


def read_rows(data: str, form: str) -> list[dict[str, str]] | None:
    """Rows as column -> text; None for a JSON object or text. Raises ApiError for xml and for what cannot be read."""
    if form == "csv":
        return _csv(data)
    if form == "xml":
        raise not_implemented()
    try:
        rows = json.loads(data)
    except ValueError as error:
        # assumption: not evidenced - the text
        raise ApiError(400, "The data being imported is not formatted correctly.") from error
    if not isinstance(rows, list):
        return None
    return [{str(key): as_text(value) for key, value in row.items()} for row in rows if isinstance(row, dict)]


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


def _csv(data: str) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(data.removeprefix("\ufeff")))
    header = [name.strip() for name in next(reader, [])]
    rows: list[dict[str, str]] = []
    for line in reader:
        if any(line):
            padded = [*line, *[""] * (len(header) - len(line))]
            rows.append({name: cell for name, cell in zip(header, padded, strict=False) if name})
    return rows


def flat_from_eav(project: Project, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Gather eav rows (one value each) into flat rows by their keys."""
    gathered: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        key = tuple(row.get(name, "") for name in EAV_KEYS)
        flat = gathered.setdefault(key, {project.dictionary.id_field: key[0]})
        flat.update({name: value for name, value in zip(EAV_KEYS[1:], key[1:], strict=True) if value})
        name, value = row.get("field_name", ""), row.get("value", "")
        field = project.dictionary.field(name)
        if field and field.kind == "checkbox":
            flat[checkbox_column(name, value)] = "1"
        else:
            flat[name] = value
    return list(gathered.values())

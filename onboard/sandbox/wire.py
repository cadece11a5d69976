"""The bytes REDCap writes: CSV as PHP's fputcsv, JSON, XML errors.

JSON has escaped slashes. Quoting, line ends, separators, content types; other modules decide what is written.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

Cell = str | int | Mapping[str, int]
Row = Mapping[str, Cell]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",  # assumption: not evidenced
    "text": "text/html; charset=utf-8",  # assumption: not evidenced (calls without a format)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer. `headers` come on top of those every answer has."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns, with the byte rules of its content (measured per content on a live server).

    `headers` replaces the column names in CSV only; `always_quoted` are columns quoted even when they need not be;
    `quote_spaces` is fputcsv's habit; `json_break` stands between two JSON rows.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    headers: Sequence[str] | None = None
    always_quoted: Collection[str] = ()
    quote_spaces: bool = True
    trailing_newline: bool = True
    json_break: str = ""
    root: str = "records"  # of the table as XML; assumption: not evidenced - this name for other contents than records


def csv_cell(value: str, delimiter: str = ",", *, quote_spaces: bool = True, always: bool = False) -> str:
    """One cell as fputcsv writes it: quoted only if it holds the delimiter, a quote, a space, a tab, CR or LF."""
    special = {delimiter, '"', "\t", "\r", "\n"} | ({" "} if quote_spaces else set())
    if always or any(character in special for character in value):
        return '"' + value.replace('"', '""') + '"'
    return value


def csv_text(table: Table, delimiter: str = ",") -> str:
    """The table as CSV with LF line ends and no BOM."""
    names = table.headers if table.headers is not None else table.columns
    lines = [delimiter.join(csv_cell(name, delimiter, quote_spaces=table.quote_spaces) for name in names)]
    for row in table.rows:
        lines.append(delimiter.join(_cell(table, row, column, delimiter) for column in table.columns))
    return "\n".join(lines) + ("\n" if table.trailing_newline else "")


def _cell(table: Table, row: Row, column: str, delimiter: str) -> str:
    value = row.get(column, "")
    text = flat_mapping(value) if isinstance(value, Mapping) else str(value)
    return csv_cell(text, delimiter, quote_spaces=table.quote_spaces, always=column in table.always_quoted)


def flat_mapping(value: Mapping[str, int]) -> str:
    """A dict inside a CSV cell: `form_a:1,form_b:1`."""
    return ",".join(f"{key}:{level}" for key, level in value.items())


def json_text(value: object) -> str:
    """Compact JSON with `/` escaped, as PHP writes it.

    assumption: not evidenced - that other than ASCII characters are escaped too (PHP's default).
    """
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def json_rows(table: Table) -> str:
    """The table as a JSON list of objects."""
    rows = [json_text({column: row.get(column, "") for column in table.columns}) for row in table.rows]
    return "[" + f",{table.json_break}".join(rows) + "]"


def xml_rows(table: Table) -> str:
    """The table as XML: an `item` a row, an element a column.

    assumption: not evidenced - that each value stands in CDATA where it holds a sign of markup, and bare elsewhere.
    """
    items = ["<item>" + "".join(_element(name, row.get(name, "")) for name in table.columns) + "</item>" for row in table.rows]
    return f'<?xml version="1.0" encoding="UTF-8" ?><{table.root}>{"".join(items)}</{table.root}>'


def _element(name: str, value: Cell) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, level) for key, level in value.items())}</{name}>"
    text = str(value)
    if any(sign in text for sign in "<>&"):
        text = "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return f"<{name}>{text}</{name}>"


def table_reply(table: Table, form: str, delimiter: str = ",") -> Reply:
    """The table in `csv`, `json` or `xml`."""
    text = csv_text(table, delimiter) if form == "csv" else xml_rows(table) if form == "xml" else json_rows(table)
    return Reply(body=text.encode(), content_type=CONTENT_TYPES[form])


def named_type(content_type: str, name: str) -> str:
    """The content type of a file's download: with its name, and without a charset, for bytes are no text."""
    return f'{content_type.partition(";")[0].strip()}; name="{name}"'


def text_reply(text: str, form: str = "text") -> Reply:
    """A bare text or number."""
    return Reply(body=text.encode(), content_type=CONTENT_TYPES[form])


def error_reply(status: int, message: str, form: str) -> Reply:
    """An error in the format asked for; no trailing newline."""
    if form == "csv":
        text = f"ERROR: {message}"
    elif form == "json":
        text = json_text({"error": message})
    else:
        inner = escape(message, quote=False)
        text = f'<?xml version="1.0" encoding="UTF-8" ?><hash><error>{inner}</error></hash>'
    return Reply(body=text.encode(), content_type=CONTENT_TYPES[form], status=status)

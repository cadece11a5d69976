"""One API call: its parameters as clients send them, its caller, its project.

How arrays, comma lists, booleans and empty values are read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from onboard.sandbox.clock import read_moment
from onboard.sandbox.payload import read_rows
from onboard.sandbox.projects import Access, Project
from onboard.sandbox.refusals import (
    invalid_parameter,
    missing_parameter,
    no_export,
    no_import,
    no_right,
    not_implemented,
)

FORMATS = ("csv", "json", "xml")
DELIMITERS = {"": ",", ",": ",", "tab": "\t", "\t": "\t", ";": ";", "|": "|", "^": "^"}


class Params:
    """The form of a request. An empty value means absent; `records[0]`, `records[]` and `records=a,b` are one list."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = [(key, value) for key, value in pairs if value != ""]

    def text(self, name: str, default: str = "") -> str:
        """The last value given."""
        return next((value for key, value in reversed(self._pairs) if key == name), default)

    def flag(self, name: str) -> bool:
        """True for `True`, `true`, `TRUE`, `1`."""
        return self.text(name).strip().lower() in {"true", "1"}

    def items(self, name: str) -> list[str]:
        """The list of that name without blanks and repeats."""
        array = re.compile(re.escape(name) + r"\[[^\]]*\]")
        found = [value for key, value in self._pairs if array.fullmatch(key)]
        for key, value in self._pairs:
            if key == name:
                found.extend(value.split(","))
        return list(dict.fromkeys(value.strip() for value in found if value.strip()))

    def has(self, name: str) -> bool:
        """Whether the parameter was given and is not empty."""
        return bool(self.text(name))

    def without_token(self) -> dict[str, str]:
        """Everything sent except the token, for tests."""
        return {key: value for key, value in self._pairs if key != "token"}

    def success_format(self) -> str:
        """The format of a success; REDCap's default is xml."""
        return self.text("format").lower() if self.text("format").lower() in FORMATS else "xml"

    def return_format(self) -> str:
        """The format of errors and of import results: returnFormat, else format, else xml."""
        wanted = self.text("returnFormat").lower()
        return wanted if wanted in FORMATS else self.success_format()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a multipart call."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call whose token was recognized.

    `public_url` is the address of the server as links show it, ending in `/`.
    """

    params: Params
    project: Project
    access: Access
    public_url: str
    upload: Upload | None = None

    @property
    def action(self) -> str:
        """The parameter action."""
        return self.params.text("action").lower()

    @property
    def imports(self) -> bool:
        """Whether data is brought; several contents tell import from export by that alone."""
        return self.params.has("data")

    def need_export(self) -> None:
        """Raise unless the token may export."""
        if not self.access.rights.export:
            raise no_export()

    def need_import(self) -> None:
        """Raise unless the token may import."""
        if not self.access.rights.import_:
            raise no_import()

    def need(self, held: bool, name: str) -> None:
        """Raise unless a further right is held."""
        if not held:
            raise no_right(name)

    def table_format(self) -> str:
        """csv, json or xml. Raises ApiError for a format that REDCap has and this stand-in does not (odm)."""
        if self.params.text("format").lower() not in ("", *FORMATS):
            raise not_implemented()
        return self.params.success_format()

    def rows(self) -> list[dict[str, str]] | None:
        """The rows of `data` in its format and with its delimiter; None for a JSON object or text."""
        delimiter = DELIMITERS.get(self.params.text("csvDelimiter"))
        if delimiter is None:
            raise invalid_parameter("csvDelimiter")
        return read_rows(self.params.text("data"), self.table_format(), delimiter)

    def decimal_sign(self) -> str:
        """The parameter decimalCharacter, `.` or `,`; blank when numbers stay as they are."""
        sign = self.params.text("decimalCharacter")
        sign = {"comma": ",", "dot": "."}.get(sign, sign)
        if sign not in ("", ".", ","):
            raise invalid_parameter("decimalCharacter")
        return sign

    def required(self, name: str) -> str:
        """A parameter that must be there."""
        value = self.params.text(name)
        if not value:
            raise missing_parameter(name)
        return value

    def event(self) -> str:
        """The parameter event; the project's first event where none is named."""
        return self.params.text("event") or self.project.design.first_event

    def instance(self) -> int | None:
        """The parameter repeat_instance as a number."""
        text = self.params.text("repeat_instance")
        if not text:
            return None
        if not text.isdigit() or int(text) < 1:
            raise invalid_parameter("repeat_instance")
        return int(text)

    def moment(self, name: str) -> datetime | None:
        """A date with time, with or without seconds; None when absent."""
        text = self.params.text(name)
        if not text:
            return None
        moment = read_moment(text)
        if moment is None:
            raise invalid_parameter(name)
        return moment

    def log(self, details: str) -> None:
        """Calls are themselves logged, as managing the project."""
        self.project.journal.managed(self.access.username, f"{details} (API)")

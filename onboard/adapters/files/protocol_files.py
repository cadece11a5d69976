"""protocols.csv and approvals.csv instead of a second REDCap project.

They are in a lab's home and use our words, not REDCap's field names; `config/redcap_project/as_files/` holds one of each to
start from.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.adapters.files.csv_files import CsvFile, csv_text, read_csv_file
from onboard.errors import ReadInDoubt
from onboard.folding import fold_reference
from onboard.model import Export
from onboard.model.mapping import Mapping, Source

if TYPE_CHECKING:
    from onboard.ports import RecordSource

PROTOCOLS_FILE, APPROVALS_FILE = "protocols.csv", "approvals.csv"
#: Noun field -> column of the file.
PROTOCOL_COLUMNS: Dict[str, str] = {
    "number": "number",
    "code": "short_code",
    "title": "title",
    "pi": "pi",
    "digest_to": "digest_also_to",
    "irb": "irb_of_record",
    "mode": "personnel_mode",
}
APPROVAL_COLUMNS: Dict[str, str] = {
    "kind": "kind",
    "first": "from",
    "last": "to",
    "open_ended": "no_expiration_date",
    "study_type": "study_type",
    "funding": "funding",
    "phi": "phi",
}
_PROTOCOL = "protocol"  # of approvals.csv: number or short code


def has_protocol_files(folder: Path) -> bool:
    """Whether a folder holds a protocols.csv in our words (and not an export of a REDCap project of that name)."""
    path = folder / PROTOCOLS_FILE
    return path.is_file() and {"number", "title"} <= set(read_csv_file(path).header)


def read_protocol_files(folder: Path, mapping: Mapping) -> dict[str, str]:
    """The two files as the instruments of an export, under the names `mapping` gives them; instruments that the files do not
    cover have no rows. The record id of a protocol is its number. Raises ReadInDoubt for a missing file or column."""
    protocols = _with_columns(read_csv_file(folder / PROTOCOLS_FILE), PROTOCOL_COLUMNS.values())
    approvals = _with_columns(read_csv_file(folder / APPROVALS_FILE), (_PROTOCOL, *APPROVAL_COLUMNS.values()))
    records = _records(protocols)
    owners = [records.get(fold_reference(text), text.strip()) for text in approvals.column(_PROTOCOL)]
    found = {}
    for source in mapping.sources:
        if source.table == "protocols":
            found[source.key] = _instrument(source, protocols, PROTOCOL_COLUMNS, protocols.column("number"), repeats=False)
        elif source.table == "approvals":
            found[source.key] = _instrument(source, approvals, APPROVAL_COLUMNS, owners, repeats=True)
        elif source.table in ("submissions", "holds"):
            found[source.key] = csv_text(("record_id", *source.fields.values(), source.complete_field), ())
    return found


class WithProtocolFiles:
    """A source of people whose protocols come from files in `folder`.

    `mapping` is the lab's whole mapping.
    """

    def __init__(self, people: RecordSource, folder: Path, mapping: Mapping) -> None:
        self._people, self._folder, self._mapping = people, folder, mapping

    def fetch(self, last: Dict[str, str]) -> Export:
        """One whole read of both. Raises ReadInDoubt when either is not whole."""
        # The files first: a mistake in them should not cost a read of REDCap.
        protocols = read_protocol_files(self._folder, self._mapping)
        export = self._people.fetch({key: text for key, text in last.items() if key not in protocols})
        return replace(export, instruments={**export.instruments, **protocols})


def _with_columns(file: CsvFile, wanted: Iterable[str]) -> CsvFile:
    missing = [name for name in wanted if name not in file.header]
    if missing:
        step = "Take the header of the shipped file of that name."
        raise ReadInDoubt(f"{file.name} lacks the column {', '.join(missing)}. {step}")
    return file


def _records(protocols: CsvFile) -> dict[str, str]:
    """Folded number or short code -> record id; one that fits two protocols fits none."""
    found: dict[str, set[str]] = {}
    for number, code in zip(protocols.column("number"), protocols.column("short_code"), strict=True):
        for text in (number, code):
            if fold_reference(text):
                found.setdefault(fold_reference(text), set()).add(number)
    return {text: next(iter(numbers)) for text, numbers in found.items() if len(numbers) == 1}


def _instrument(source: Source, file: CsvFile, columns: Dict[str, str], records: list[str], *, repeats: bool) -> str:
    names = [name for name in source.fields if name in columns]
    cells = [file.column(columns[name]) for name in names]
    keys = _repeat_keys(source, records) if repeats else [() for _ in records]
    rows = [(record, *key, *row, "2") for record, key, row in zip(records, keys, zip(*cells, strict=True), strict=True)]
    key_columns = ("redcap_repeat_instrument", "redcap_repeat_instance") if repeats else ()
    return csv_text(("record_id", *key_columns, *(source.fields[name] for name in names), source.complete_field), rows)


def _repeat_keys(source: Source, records: list[str]) -> list[tuple[str, ...]]:
    counts: dict[str, int] = {}
    keys: list[tuple[str, ...]] = []
    for record in records:
        counts[record] = counts.get(record, 0) + 1
        keys.append((source.instrument, str(counts[record])))
    return keys

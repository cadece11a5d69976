"""A folder of CSV exports as a source of records.

It decides which file holds which instrument; values are parsed in onboard/tables/.

For each project either one whole export (``people.csv``) or one file an instrument (``completion.csv``, or
``people.completion.csv`` where two projects share a name), as REDCap exports raw data; protocols may also be the two files of
a lab's home. A data dictionary ``people.dictionary.csv`` gives the labels that problems show.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from datetime import datetime
from pathlib import Path

from onboard.adapters.files.csv_files import CsvFile, csv_text, read_csv_file
from onboard.adapters.files.protocol_files import has_protocol_files, read_protocol_files
from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.model.mapping import PROTOCOL_TABLES, Mapping, marks
from onboard.model.rows import rows_of

_KEYS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")


class FolderSource:
    """Reads `folder` as of `read_at` (aware): the files' present content counts."""

    def __init__(self, folder: Path, mapping: Mapping, read_at: datetime) -> None:
        self._folder, self._mapping, self._read_at = folder, mapping, read_at

    def fetch(self, last: Dict[str, str]) -> Export:
        """Return one whole read.

        Raises ReadInDoubt, naming every file or column that is missing, and when there is no person in it.
        """
        if not self._folder.is_dir():
            raise ReadInDoubt(f"{self._folder} is not a folder. Give the folder that holds the CSV exports.")
        instruments: dict[str, str] = {}
        missing: list[str] = []
        for project in self._mapping.projects:
            if self._is_protocol_project(project) and has_protocol_files(self._folder):
                instruments.update(read_protocol_files(self._folder, self._mapping))
            else:
                instruments.update(self._project(project, missing))
        if missing:
            step = "Export all mapped forms again, as raw data with raw headers."
            raise ReadInDoubt(f"{self._folder}: {'; '.join(dict.fromkeys(missing))}. {step}")
        instruments |= marks(instruments, self._mapping)
        self._check_rows(instruments, last)
        return Export(instruments=instruments, dictionaries=self._dictionaries(), read_at=self._read_at)

    def _is_protocol_project(self, project: str) -> bool:
        return {source.table for source in self._mapping.sources if source.project == project} <= PROTOCOL_TABLES

    def _project(self, project: str, missing: list[str]) -> dict[str, str]:
        found = {}
        optional = self._mapping.optional(project)
        for instrument, fields in self._mapping.asked().instruments(project).items():
            path = self._file_of(project, instrument)
            file = read_csv_file(path) if path else None
            if instrument in optional and (file is None or optional[instrument].isdisjoint(file.header)):
                continue
            if file is None:
                missing.append(f"neither {project}.csv nor {instrument}.csv is there")
                continue
            text = self._instrument(project, instrument, fields, file, missing)
            found[f"{project}.{instrument}"] = text
        return found

    def _file_of(self, project: str, instrument: str) -> Path | None:
        names = (f"{project}.{instrument}.csv", f"{instrument}.csv", f"{project}.csv")
        return next((path for path in (self._folder / name for name in names) if path.is_file()), None)

    def _instrument(self, project: str, instrument: str, fields: tuple[str, ...], file: CsvFile, missing: list[str]) -> str:
        """The mapped columns of one file, those of other instruments left out."""
        checkboxes = self._mapping.checkboxes(project)
        wanted = [file.header[0], *(key for key in _KEYS if key in file.header)]
        for name in fields:
            columns = [column for column in file.header if column == name or column.startswith(f"{name}___")]
            if not columns or (name in checkboxes and columns == [name]):
                missing.append(f"{file.name} lacks the column {name}{'___…' if name in checkboxes else ''}")
            wanted.extend(columns)
        complete = f"{instrument}_complete"
        stamp = f"{instrument}_timestamp" if f"{project}.{instrument}" in self._mapping.stamped else ""
        wanted.extend(name for name in (complete, stamp) if name in file.header and name not in wanted)
        places = [file.header.index(name) for name in dict.fromkeys(wanted)]
        return csv_text(list(dict.fromkeys(wanted)), ([row[place] for place in places] for row in file.rows))

    def _check_rows(self, instruments: Dict[str, str], last: Dict[str, str]) -> None:
        """Raise ReadInDoubt for an implausible read.

        An export without people, or without any row of a table that had some.
        """
        people = {source.key for source in self._mapping.of("people")}
        for key, text in instruments.items():
            before = len(rows_of(key, last.get(key, "")))
            if text.count("\n") <= 1 and (key in people or before):
                was = f"; the last read had {before}" if before else ""
                raise ReadInDoubt(f"{self._folder}: {key} has no rows{was}. Look whether the export is whole.")

    def _dictionaries(self) -> dict[str, str]:
        found = {}
        for project in self._mapping.projects:
            path = self._folder / f"{project}.dictionary.csv"
            if path.is_file():
                file = read_csv_file(path)
                found[project] = csv_text(file.header, file.rows)
        return found

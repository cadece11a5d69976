"""Read one CSV file as a header and rows of text.

Any encoding and separator; a file that is not whole is refused. It knows no instrument.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from onboard.errors import ReadInDoubt
from onboard.model.rows import csv_table


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file's rows; every row is as long as the header."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """The cells of one column; blank where the file does not have it."""
        if name not in self.header:
            return [""] * len(self.rows)
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def read_csv_file(path: Path) -> CsvFile:
    """The file as text: UTF-8 with or without byte order mark, comma or (as some spreadsheets save) semicolon.

    Raises ReadInDoubt with file, line and the next step when it cannot be read or a row does not fit the header.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadInDoubt(f"{path} is not UTF-8 text. Save it again as “CSV UTF-8”.") from error
    except OSError as error:
        raise ReadInDoubt(f"{path} cannot be read ({error.strerror}). Look whether it is there and readable.") from error
    first_line = text.partition("\n")[0]
    separator = ";" if ";" in first_line and "," not in first_line else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ReadInDoubt(f"{path} is not a complete CSV file ({error}). Export or save it again.") from error
    return _checked(path, lines)


def _checked(path: Path, lines: Sequence[list[str]]) -> CsvFile:
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise ReadInDoubt(f"{path} is empty: it has no header row. Export it again.")
    header = tuple(cell.strip() for cell in lines[0])
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ReadInDoubt(f"{path} has the column {twice[0]!r} twice. Export raw data with raw headers, not labels.")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line and len(line) != len(header):
            raise ReadInDoubt(
                f"{path}, line {number}: {len(line)} cells under {len(header)} columns. The file is damaged or cut short: "
                "export it again."
            )
        if line:
            rows.append(tuple(line))
    return CsvFile(path.name, header, tuple(rows))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Canonical CSV: header row, comma, LF."""
    return csv_table((header, *rows))

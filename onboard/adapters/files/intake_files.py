"""Completion files from disk: CSV, SOAP answers as XML, PDF text.

CSV in any encoding and separator a download comes in. A file that cannot be read is reported with the next step, never half
used.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from onboard.errors import ConfigError
from onboard.intake.claims import Habits, PdfText, ReadFile, Refused, Table
from onboard.intake.papers import read_pdf_text

_LARGEST = 50_000_000
_MOST_PAGES = 60
_SEPARATORS = (",", ";", "\t", "|")
#: How spreadsheets (new, old) and archives begin, whatever their files are called.
_PACKED = (b"PK", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
_PAGE = re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE)
#: What some spreadsheets write above the header, for each other.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: Elements of a SOAP answer that are one row each.
_ROW_ELEMENTS = frozenset({"CRS", "Table", "Table1", "MEMBERS", "MRS"})


def read_intake_file(path: Path) -> Table | PdfText:
    """The rows of a CSV or XML file, or the text of a PDF. Raises ConfigError with file, line and next step."""
    content = _bytes(path)
    if content.startswith(b"%PDF") or path.suffix.lower() == ".pdf":
        return PdfText(file=path.name, path=str(path.resolve()), text=_pdf_text(path, content))
    if content.startswith(_PACKED):
        raise ConfigError(f"{path} is a spreadsheet or an archive, not text. Save it as “CSV UTF-8” and give that file.")
    text = _text(path, content)
    if _PAGE.match(text):
        raise ConfigError(f"{path} is a web page, most likely of a log-in that had run out. Log in, and download the file again.")
    if text.lstrip().startswith("<"):
        return _xml_table(path, text)
    return _csv_table(path, text)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is larger than {_LARGEST // 1_000_000} MB. Split it.")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). Look whether it is there and readable.") from error


def _text(path: Path, content: bytes) -> str:
    """UTF-8 or UTF-16 by their marks, else UTF-8, else the Western Windows code page that older exports use."""
    marked = next((encoding for mark, encoding in _BOMS.items() if content.startswith(mark)), "")
    if not marked and b"\0" in content:
        raise ConfigError(f"{path} holds zero bytes, which no text does. Save it again as “CSV UTF-8”.")
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path} is not text in a known encoding. Save it again as “CSV UTF-8”.")


def _csv_table(path: Path, text: str) -> Table:
    said = _SEPARATOR_LINE.match(text)
    text = text[said.end() :] if said else text
    separator = said[1] if said else max(_SEPARATORS, key=text.lstrip().partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[tuple[int, list[str]]] = []
    above = 1 if said else 0
    begins = 1 + above
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append((begins, row))
            begins = reader.line_num + 1 + above
    except csv.Error as error:
        raise ConfigError(f"{path}, line {begins}: it is not a complete CSV file ({error}). Download it again.") from error
    if not lines:
        raise ConfigError(f"{path} is empty: it has no header row. Download it again.")
    return _whole(path, [cell.strip() for cell in lines[0][1]], lines[1:])


def _whole(path: Path, header: Sequence[str], lines: Sequence[tuple[int, list[str]]]) -> Table:
    header, lines = _trimmed(header, lines)
    lengths = {len(row) for _, row in lines}
    if len(lines) > 1 and len(lengths) == 1 and max(lengths) > len(header):
        raise ConfigError(
            f"{path}: every row has more cells than the first, which must be a title. Take out what is above the header."
        )
    for line, row in lines:
        if len(row) != len(header):
            raise ConfigError(
                f"{path}, line {line}: {len(row)} cells under {len(header)} columns. The file is damaged or cut short: "
                "download it again."
            )
    return Table(
        file=path.name,
        header=tuple(header),
        rows=tuple(tuple(row) for _, row in lines),
        lines=tuple(line for line, _ in lines),
    )


def _trimmed(header: Sequence[str], lines: Sequence[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Without what separators at the end of a line add: columns without a name that hold nothing, and blank cells behind."""
    named = max((number for number, name in enumerate(header, start=1) if name), default=0)
    used = max((number for _, row in lines for number, cell in enumerate(row[: len(header)], start=1) if cell.strip()), default=0)
    width = max(named, used)
    return list(header[:width]), [(line, row if any(c.strip() for c in row[width:]) else row[:width]) for line, row in lines]


def _xml_table(path: Path, text: str) -> Table:
    """A SOAP answer saved as it came: one element a row, one child a column."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigError(f"{path} is XML with definitions of its own, which no CITI answer has. It is not read.")
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        raise ConfigError(f"{path} is not a complete XML file ({error}). Save CITI's answer again.") from error
    rows = [_children(element) for element in root.iter() if _local(element.tag) in _ROW_ELEMENTS and len(element)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    if not header:
        raise ConfigError(f"{path} is XML without rows of completions or members. Give CITI's answer, or a CSV file.")
    lines = [(number, [row.get(name, "") for name in header]) for number, row in enumerate(rows, start=1)]
    return replace(_whole(path, header, lines), sparse=True)


def _children(element: Iterable[ElementTree.Element]) -> dict[str, str]:
    return {_local(child.tag): child.text or "" for child in element}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _pdf_text(path: Path, content: bytes) -> str:
    try:
        return pdf_text(content)
    except _TooLong as error:
        raise ConfigError(f"{path} has {error} pages, which no completion report has. It is not read.") from error
    # A damaged file makes the vendor raise whatever it comes to: errors of its own, of zlib, of struct, plain ones.
    except Exception as error:
        raise ConfigError(
            f"{path} cannot be read as a PDF ({type(error).__name__}): it is damaged or locked. Download it again, or "
            "open it and print it into a new PDF."
        ) from error


def read_upload(name: str, content: bytes, habits: Habits) -> ReadFile | Refused:
    """What a file says that a person handed in, or why it is not used."""
    if not content.startswith(b"%PDF"):
        return Refused(file=name, words="It is not a PDF.")
    try:
        text = _pdf_text(Path(name), content)
    except ConfigError as error:
        return Refused(file=name, words=str(error))
    return read_pdf_text(PdfText(file=name, path="", text=text), habits)


class _TooLong(Exception):
    """A PDF with more pages than a completion report can have."""


def pdf_text(content: bytes) -> str:
    """The text of a PDF, page after page. Raises whatever the vendor raises for a damaged or locked one."""
    with _quiet_vendor():
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        if len(reader.pages) > _MOST_PAGES:
            raise _TooLong(len(reader.pages))
        return "\n".join(page.extract_text() for page in reader.pages)


@contextmanager
def _quiet_vendor() -> Iterator[None]:
    """Nothing of the vendor's on the terminal: what it notes about fonts and bytes helps no reader of ours."""
    log, silent = logging.getLogger("pypdf"), logging.NullHandler()
    propagated, log.propagate = log.propagate, False
    log.addHandler(silent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.propagate = propagated
        log.removeHandler(silent)

"""The roster beside a digest: off unless a lab turns it on, without reasons, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.config import load_config
from onboard.model import Attach, JobName, Mode
from tests.cli.test_mail_command import change, written
from tests.pipeline.office import Office
from tests.planning.cast import TODAY, Book, everybody, lab, member

ELENA = "rivera@northlake.example"
_CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def digest(ledger: SqlLedger, attach: Attach, book: Book | None = None) -> Office:
    """The Monday digest of the whole cast."""
    live = replace(lab(), limits=replace(lab().limits, mode=Mode.LIVE), attach=attach)
    office = Office(ledger=ledger, book=book or everybody(), lab=live)
    office.go_live()
    office.morning(TODAY, JobName.DIGESTS)
    return office


def cells(office: Office) -> list[list[str]]:
    """The rows of the attached CSV file."""
    (part,) = office.mail(ELENA).iter_attachments()
    return list(csv.reader(io.StringIO(part.get_content().lstrip("\ufeff"))))


def test_nothing_is_attached_unless_the_lab_turns_it_on(sqlite_ledger: SqlLedger) -> None:
    assert list(digest(sqlite_ledger, Attach.NONE).mail(ELENA).iter_attachments()) == []


def test_the_csv_file_says_who_is_complete_for_what_until_when(sqlite_ledger: SqlLedger) -> None:
    office = digest(sqlite_ledger, Attach.CSV)
    (part,) = office.mail(ELENA).iter_attachments()
    assert part.get_filename() == "roster-2026-11-23.csv" and part.get_payload(decode=True).startswith(b"\xef\xbb\xbf")
    header, *rows = cells(office)
    assert header == ["person", "protocol", "records", "complete through"]
    assert ["Ben Brandt", "CHART", "cleared", "2026-12-12"] in rows
    assert ["Hana Haddad", "STEP-HF", "blocked", ""] in rows
    assert not any("Ortiz" in row[0] for row in rows), "whoever left is on no roster"


def test_it_gives_no_reason_and_no_waiver(sqlite_ledger: SqlLedger) -> None:
    rows = cells(digest(sqlite_ledger, Attach.CSV))
    assert ["Wade Waived", "CHART", "cleared", "2028-01-01"] in rows
    words = " ".join(cell for row in rows[1:] for cell in row[1:])
    assert not any(word in words.lower() for word in ("waive", "gcp", "course", "expired", "leave"))


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x.example","Ann")', "+1 555", "@SUM(A1)", "-2+3 Lee", " =1+1 Bo"])
def test_a_name_is_never_run_as_a_formula(sqlite_ledger: SqlLedger, name: str) -> None:
    book = everybody()
    member(book, "66", f"{name} Lee", "P1")
    (row,) = [row for row in cells(digest(sqlite_ledger, Attach.CSV, book)) if name.strip()[1:4] in row[0]]
    assert row[0].startswith("'")


def test_the_workbook_holds_text_only(sqlite_ledger: SqlLedger) -> None:
    book = everybody()
    member(book, "66", "=1+1 Žižek", "P1")
    (part,) = digest(sqlite_ledger, Attach.XLSX, book).mail(ELENA).iter_attachments()
    assert part.get_filename() == "roster-2026-11-23.xlsx" and part.get_content_type().endswith("spreadsheetml.sheet")
    with zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True))) as opened:
        sheet = ElementTree.fromstring(opened.read("xl/worksheets/sheet1.xml"))
        texts = [node.text for node in ElementTree.fromstring(opened.read("xl/sharedStrings.xml")).iter(f"{_CELL}t")]
    assert not list(sheet.iter(f"{_CELL}f")) and {cell.get("t") for cell in sheet.iter(f"{_CELL}c")} <= {"s", None}
    assert "=1+1 Žižek" in texts and "Ben Brandt" in texts and "2026-12-12" in texts


def test_one_word_turns_it_on(tmp_path) -> None:
    home = written(tmp_path, preset="")
    assert load_config(home).lab.attach is Attach.NONE
    change(home, 'attach = "none"', 'attach = "xlsx"')
    assert load_config(home).lab.attach is Attach.XLSX

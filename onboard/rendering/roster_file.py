"""The roster as a file beside a digest: CSV or XLSX.

No cell of either is ever run as a formula.
"""

from __future__ import annotations

import io

import xlsxwriter

from onboard.model import Attach, Attachment, Notice
from onboard.questions.sheets import csv_text

_HEADER = ("person", "protocol", "records", "complete through")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (32, 20, 12, 18)


def roster_file(notice: Notice, form: Attach) -> Attachment:
    """The attachment, named after the day it is for. `form` is not NONE."""
    rows = [
        (one.person, one.protocol, one.verdict.value, one.through.isoformat() if one.through else "") for one in notice.roster
    ]
    name = f"roster-{notice.slot.isoformat()}.{form.value}"
    if form is Attach.XLSX:
        return Attachment(filename=name, mime=_XLSX, content=_workbook(rows))
    # Excel takes a CSV file for UTF-8 only with the mark at its beginning.
    return Attachment(filename=name, mime="text/csv; charset=utf-8", content=csv_text(_HEADER, rows).encode("utf-8-sig"))


def _workbook(rows: list[tuple[str, str, str, str]]) -> bytes:
    """One sheet, every cell written as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("Roster"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return out.getvalue()

"""The whole list as a CSV file, beside a worklist or digest that shows its beginning.

No cell is ever run as a formula.
"""

from __future__ import annotations

from onboard.model import Attachment, Line, Notice
from onboard.questions.sheets import csv_text
from onboard.rendering.phrases import one_line, safe_url

_HEADER = ("number", "section", "person", "protocol", "what", "why", "next step", "who acts", "link")


def worklist_file(notice: Notice) -> Attachment:
    """Every line of the notice, numbered as in the mail, named after the day it is for."""
    rows = [_row(number, line) for number, line in enumerate(notice.lines, start=1)]
    # Excel takes a CSV file for UTF-8 only with the mark at its beginning.
    return Attachment(
        filename=f"{notice.kind.value}-{notice.slot.isoformat()}.csv",
        mime="text/csv; charset=utf-8",
        content=csv_text(_HEADER, rows).encode("utf-8-sig"),
    )


def _row(number: int, line: Line) -> tuple[str, ...]:
    section = line.section.value.replace("_", " ")
    names = "; ".join(one.name for one in line.people) or line.name
    words = (names, line.protocol, line.title, line.why, line.act, line.owner)
    return (str(number), section, *map(one_line, words), safe_url(line.url))

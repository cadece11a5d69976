"""Evidence that came in by survey after somebody had dealt with its row. Decides that it must be looked at again; what a look
says is finishing's.

A link to a survey is good for one row. When that row is typed in by hand before the link is used, the survey writes over what was
typed, and an acceptance would stand beside evidence nobody has seen.
"""

from __future__ import annotations

import re
from datetime import date

from onboard.dates import show
from onboard.model import Checked
from onboard.tables.cells import Trouble
from onboard.tables.people import Columns
from onboard.tables.sheet import HANDED_IN, Sheet
from onboard.tables.troubles import Troubles

#: As REDCap stamps a survey that was submitted; "[not completed]" is one that was not.
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[ T].*")


def look_again(troubles: Troubles, sheet: Sheet, columns: Columns) -> Columns:
    """Rows submitted by survey wait unless somebody has said accepted or declined, and not on an earlier day. A look on the same
    day, or without a day, is taken to be of what stands there."""
    stamps = sheet.text(HANDED_IN)
    if not any(stamps):
        return columns
    words = sheet.text("checked")
    for number, stamp in enumerate(stamps):
        day, on = _day(stamp), columns["checked_on"][number]
        overtaken = day and (not words[number].strip() or (isinstance(on, date) and on < day))
        if day and overtaken and columns["checked"][number] is not Checked.WAITING:
            columns["checked"][number] = Checked.WAITING
            troubles.note(sheet.row(number), "checked", _written_over(day))
    return columns


def _day(stamp: str) -> date | None:
    found = _STAMP.fullmatch(stamp.strip())
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _written_over(day: date) -> Trouble:
    return Trouble(
        slug="handed-in-again",
        what=f"was entered before this row came in by survey on {show(day)}, which wrote over it. It waits to be looked at.",
        next_step="Look at the certificate, choose Accepted or Not accepted, and enter the day.",
    )

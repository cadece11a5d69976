"""Words that every answer shares: names, ranges, wrapped lines, the notes a proof must carry. Decides spelling only."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from onboard.dates import show, show_run
from onboard.model import Assessment, Cleared, Rules, Status, Task

#: Columns of a terminal, and of a printed page.
WIDTH = 80

#: What every proof says of itself.
NOTES = (
    "It mirrors the lab's records as read; it is not the signed delegation log.",
    "It comes from no validated (21 CFR Part 11) system.",
    "It is no authorisation and no legal advice.",
)

_STATUS = {
    Status.NOT_DUE: "not asked for",
    Status.WAIVED: "waived",
    Status.EXPIRING: "valid, ends soon",
    Status.CURRENT: "valid",
    Status.PENDING: "under way",
    Status.UNKNOWN: "cannot be told",
    Status.EXPIRED: "ended",
    Status.MISSING: "missing",
}
_VERDICT = {
    Cleared.CLEARED: "cleared",
    Cleared.BLOCKED: "blocked",
    Cleared.UNKNOWN: "unknown",
    Cleared.NOT_DUE: "not in the lab",
}


def status_words(status: Status) -> str:
    """A finding's status for people."""
    return _STATUS[status]


def verdict_words(verdict: Cleared) -> str:
    """A row's verdict for people."""
    return _VERDICT[verdict]


def iso(day: date | None) -> str | None:
    """A day for JSON; None stays None."""
    return day.isoformat() if day else None


def stamp(moment: datetime) -> str:
    """An instant for people, in the zone it carries: ``22 Nov 2026 06:02 UTC``."""
    return f"{show(moment.date())} {moment:%H:%M} {moment.tzname() or ''}".rstrip()


def days_words(first: date, last: date) -> str:
    """From one day to another, both inclusive; one day is said once."""
    return show(first) if first == last else f"{show(first)} to {show(last)}"


def ahead_words(first: date | None, last: date | None) -> str:
    """A range that may lie ahead: ``from 1 Feb 2027 on``, ``1 Feb 2027 to 3 Mar 2027``."""
    return f"from {show(first)} on" if first and not last else show_run(first, last)


def task_words(task: Task | None) -> str:
    """A task for people; "" for none."""
    return task.label if task else ""


def one_line(text: str) -> str:
    """Text from a record without line breaks, control characters and marks that turn the direction of text."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def wrapped(text: str, lead: str = "", indent: int | None = None) -> list[str]:
    """`text` behind `lead` in lines of at most WIDTH columns; what follows is indented by the length of `lead`."""
    hang = " " * (len(lead) if indent is None else indent)
    return textwrap.wrap(
        one_line(text), WIDTH, initial_indent=lead, subsequent_indent=hang, break_long_words=True, break_on_hyphens=False
    ) or [lead.rstrip()]


def columns(rows: Sequence[Sequence[str]], most: Sequence[int]) -> list[str]:
    """Rows as aligned text; a cell longer than its column's `most` is cut with an ellipsis, the last column is wrapped."""
    cells = [[_cut(one_line(cell), width) for cell, width in zip(row[:-1], most, strict=False)] for row in rows]
    widths = [max((shown_width(row[n]) for row in cells), default=0) for n in range(len(rows[0]) - 1)] if rows else []
    lines: list[str] = []
    for short, row in zip(cells, rows, strict=True):
        lead = "".join(cell + " " * (width + 2 - shown_width(cell)) for cell, width in zip(short, widths, strict=True))
        lines.extend(line.rstrip() for line in wrapped(row[-1], lead))
    return lines


def shown_width(text: str) -> int:
    """Columns a terminal takes for a text: two for wide letters, none for marks that sit on others."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(bool(unicodedata.combining(letter)) for letter in text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def not_tracked_words(titles: Iterable[str]) -> str:
    """The line every verdict carries where the lab leaves something out; "" when nothing is left out."""
    named = ", ".join(titles)
    return f"Not tracked here: {named}." if named else ""


def source_words(rules_version: str, read_at: datetime, snapshot: str) -> str:
    """What an answer was judged on."""
    return f"Records read {stamp(read_at)}, snapshot {snapshot or 'not stored'}, rules version {rules_version or 'not stated'}."


def source_json(assessment: Assessment) -> dict[str, object]:
    """The same for machines: read_at, snapshot, rules_version, not_tracked."""
    return {
        "read_at": assessment.read_at.isoformat(),
        "snapshot": assessment.snapshot,
        "rules_version": assessment.rules.version,
        "not_tracked": list(_left_out(assessment.rules)),
    }


def _left_out(rules: Rules) -> tuple[str, ...]:
    return rules.not_tracked()

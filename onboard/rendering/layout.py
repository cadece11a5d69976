"""The text part on the page: lines of a fixed width.

A template writes one paragraph on one line. Lines that are too long are folded here, and what follows is indented below the
first word, so that ``1. `` and ``- `` keep their numbers in the margin. Neither an address nor a date is ever broken.
"""

from __future__ import annotations

import re

WIDTH = 76
#: ``Mon 7 Dec 2026`` and ``7 Dec 2026``, as frames and sentences write them.
_DATE = re.compile(r"\b(?:[A-Z][a-z]{2} )?\d{1,2} [A-Z][a-z]{2} \d{4}\b")
_LONGEST_DATE = len("Mon 17 Dec 2026")
_HANG = re.compile(r"\s*(?:(?:\d+\.|[-+>*])\s+)?")


def fold_line(line: str, width: int = WIDTH) -> str:
    """Fold one line into several of at most `width` columns.

    Words and dates that are longer stay whole.
    """
    rest = line.rstrip()
    if len(rest) <= width:
        return rest
    hang, folded = _HANG.match(rest), []
    margin = " " * len(hang[0]) if hang else ""
    start = len(rest) - len(rest.lstrip())
    while len(rest) > width:
        at = _break(rest, start, width)
        if at < 0:
            break
        folded.append(rest[:at].rstrip())
        rest, start = margin + rest[at:].lstrip(), len(margin)
    return "\n".join([*folded, rest])


def _break(line: str, start: int, width: int) -> int:
    """The last space within `width`, else the first one behind it; -1 where there is none. One inside a date is none."""
    at = line.rfind(" ", start, width + 1)
    while at >= 0 and _in_date(line, at):
        at = line.rfind(" ", start, at)
    if at < 0:
        at = line.find(" ", width)
        while at >= 0 and _in_date(line, at):
            at = line.find(" ", at + 1)
    return at


def _in_date(line: str, at: int) -> bool:
    around = _DATE.finditer(line, max(at - _LONGEST_DATE, 0), at + _LONGEST_DATE)
    return any(day.start() < at < day.end() for day in around)


def lay_out(text: str, width: int = WIDTH) -> str:
    """The whole text part: lines folded, never two empty lines together, none at the start, one line end at the end."""
    folded = "\n".join([fold_line(line, width) for line in text.splitlines()])
    while "\n\n\n" in folded:
        folded = folded.replace("\n\n\n", "\n\n")
    return folded.strip("\n") + "\n"

"""The text part on the page: lines of a fixed width. Decides where lines break; the words are the templates'.

A template writes one paragraph on one line. Lines that are too long are folded here, and what follows hangs below the
first word, so that ``1. `` and ``- `` keep their numbers in the margin. Neither an address nor a date is ever broken.
"""

from __future__ import annotations

import re

WIDTH = 76
#: ``Mon 7 Dec 2026`` and ``7 Dec 2026``, as frames and sentences write them.
_DATE = re.compile(r"\b(?:[A-Z][a-z]{2} )?\d{1,2} [A-Z][a-z]{2} \d{4}\b")
#: Stands for a space inside a date while lines are folded; `one_line` leaves none in data.
_GLUE = "\x1f"
_EMPTY_LINES = re.compile(r"\n{3,}")
_HANG = re.compile(r"\s*(?:(?:\d+\.|[-+>*])\s+)?")


def fold_line(line: str, width: int = WIDTH) -> str:
    """One line as several of at most `width` columns, save for words that are longer."""
    rest = line.rstrip()
    if len(rest) <= width:
        return rest
    hang, folded = _HANG.match(rest), []
    margin = " " * len(hang[0]) if hang else ""
    start = len(rest) - len(rest.lstrip())
    while len(rest) > width:
        at = rest.rfind(" ", start, width + 1)
        if at < 0:
            at = rest.find(" ", width)
        if at < 0:
            break
        folded.append(rest[:at].rstrip())
        rest, start = margin + rest[at:].lstrip(), len(margin)
    return "\n".join([*folded, rest])


def lay_out(text: str, width: int = WIDTH) -> str:
    """The whole text part: lines folded, never two empty lines together, none at the start, one line end at the end."""
    folded = "\n".join(_with_dates_whole(line, width) for line in text.splitlines())
    return _EMPTY_LINES.sub("\n\n", folded).strip("\n") + "\n"


def _with_dates_whole(line: str, width: int) -> str:
    if len(line) <= width:
        return line.rstrip()
    return fold_line(_DATE.sub(lambda day: day[0].replace(" ", _GLUE), line), width).replace(_GLUE, " ")

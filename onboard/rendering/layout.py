"""The text part on the page: lines of a fixed width. Decides where lines break; the words are the templates'.

A template writes one paragraph on one line. Lines that are too long are folded here, and what follows hangs below the
first word, so that ``1. `` and ``- `` keep their numbers in the margin. Neither an address nor a date is ever broken.
"""

from __future__ import annotations

import re
import textwrap

WIDTH = 76
#: ``Mon 7 Dec 2026`` and ``7 Dec 2026``, as frames and sentences write them.
_DATE = re.compile(r"\b(?:[A-Z][a-z]{2} )?\d{1,2} [A-Z][a-z]{2} \d{4}\b")
#: Stands for a space inside a date while lines are folded; `one_line` leaves none in data.
_GLUE = "\x1f"
_HANG = re.compile(r"\s*(?:(?:\d+\.|[-+>*])\s+)?")


def fold_line(line: str, width: int = WIDTH) -> str:
    """One line as several of at most `width` columns, save for words that are longer."""
    line = line.rstrip()
    hang = _HANG.match(line)
    margin = " " * len(hang[0]) if hang else ""
    if len(line) <= width:
        return line
    return textwrap.fill(
        line.lstrip(),
        width,
        initial_indent=line[: len(line) - len(line.lstrip())],
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def lay_out(text: str, width: int = WIDTH) -> str:
    """The whole text part: lines folded, never two empty lines together, none at the start, one line end at the end."""
    whole = _DATE.sub(lambda day: day[0].replace(" ", _GLUE), text)
    folded = "\n".join(fold_line(line, width) for line in whole.splitlines()).replace(_GLUE, " ")
    return re.sub(r"\n{3,}", "\n\n", folded).strip("\n") + "\n"

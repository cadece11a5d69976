"""Words shared by all answers: names, ranges, wrapped lines, notes of a proof."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from onboard.dates import show
from onboard.model import Assessment, Cleared, Rules, Status, Task
from onboard.model.phrases import Phrase, joined, made, phrase

#: Columns of a terminal, and of a printed page.
WIDTH = 80


def notes() -> tuple[Phrase, ...]:
    """What every proof says of itself."""
    return phrase("notes.mirrors"), phrase("notes.not_validated"), phrase("notes.no_authorisation")


def status_words(status: Status) -> Phrase:
    """A finding's status for people."""
    return phrase(f"status.{status.value}")


def verdict_words(verdict: Cleared) -> Phrase:
    """A row's verdict for people."""
    return phrase(f"verdict.{verdict.value}")


def iso(day: date | None) -> str | None:
    """A day for JSON; None stays None."""
    return day.isoformat() if day else None


def stamp(moment: datetime) -> str:
    """An instant for people, in the zone it carries: ``22 Nov 2026 06:02 UTC``."""
    return f"{show(moment.date())} {moment:%H:%M} {moment.tzname() or ''}".rstrip()


def run_words(first: date | None, last: date | None) -> str:
    """An inclusive range in words, open ends named."""
    if first and last:
        return phrase("days.on", day=show(first)) if first == last else days_words(first, last)
    if first:
        return phrase("days.since", day=show(first))
    return phrase("days.until", day=show(last)) if last else phrase("days.always")


def days_words(first: date, last: date) -> str:
    """From one day to another, both inclusive; one day is said once."""
    return show(first) if first == last else phrase("days.from_to", first=show(first), last=show(last))


def ahead_words(first: date | None, last: date | None) -> str:
    """A range that may lie ahead: ``from 1 Feb 2027 on``, ``1 Feb 2027 to 3 Mar 2027``."""
    return phrase("days.from_on", day=show(first)) if first and not last else run_words(first, last)


def task_words(task: Task | None) -> str:
    """A task for people; "" for none."""
    return task.label if task else ""


def in_brackets(first: date | None, last: date | None) -> str:
    """A range that may lie ahead, in brackets behind a word; "" where both ends are open."""
    return made(_bracketed, ahead_words(first, last)) if first or last else ""


def _bracketed(text: str) -> str:
    return f" ({text})"


def where_words(protocol: str, task: str) -> str:
    """A row by its protocol's short code, "" for none, and its task."""
    where = protocol or phrase("answers.no_protocol")
    return joined(", ", (where, task)) if task else where


def one_line(text: str) -> str:
    """Text from a record without line breaks, control characters and marks that turn the direction of text."""
    return made(_one_line, text) if isinstance(text, Phrase) else _one_line(text)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def wrapped(text: str, lead: str = "", indent: int | None = None) -> list[str]:
    """`text` behind `lead` in lines of at most WIDTH columns, as one text; what follows is indented by the length of `lead`."""
    return [made(_wrapped, text, lead, indent)]


def _wrapped(text: str, lead: str, indent: int | None) -> str:
    hang = " " * (len(lead) if indent is None else indent)
    lines = textwrap.wrap(
        _one_line(text), WIDTH, initial_indent=lead, subsequent_indent=hang, break_long_words=True, break_on_hyphens=False
    )
    return "\n".join(lines) or lead.rstrip()


def page(lines: Iterable[str]) -> Phrase:
    """Lines as one text, the last one ended too."""
    return made(_page, tuple(lines))


def _page(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def columns(rows: Sequence[Sequence[str]], most: Sequence[int]) -> list[str]:
    """Rows as aligned text; a cell longer than its column's `most` is cut with an ellipsis, the last column is wrapped."""
    return [made(_columns, tuple(map(tuple, rows)), tuple(most))]


def _columns(rows: Sequence[Sequence[str]], most: Sequence[int]) -> str:
    cells = [[_cut(_one_line(cell), width) for cell, width in zip(row[:-1], most, strict=False)] for row in rows]
    widths = [max((shown_width(row[n]) for row in cells), default=0) for n in range(len(rows[0]) - 1)] if rows else []
    lines: list[str] = []
    for short, row in zip(cells, rows, strict=True):
        lead = "".join(cell + " " * (width + 2 - shown_width(cell)) for cell, width in zip(short, widths, strict=True))
        lines.extend(line.rstrip() for line in _wrapped(row[-1], lead, None).split("\n"))
    return "\n".join(lines)


def shown_width(text: str) -> int:
    """Columns a terminal takes for a text: two for wide letters, none for marks that sit on others."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(bool(unicodedata.combining(letter)) for letter in text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def not_tracked_words(titles: Iterable[str]) -> str:
    """The line every verdict carries where the lab leaves something out; "" when nothing is left out."""
    named = ", ".join(titles)
    return phrase("answers.not_tracked", titles=named) if named else ""


def source_words(rules_version: str, read_at: datetime, snapshot: str) -> str:
    """What an answer was judged on."""
    kept, version = snapshot or phrase("answers.not_stored"), rules_version or phrase("answers.not_stated")
    return phrase("answers.source", moment=stamp(read_at), snapshot=kept, version=version)


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

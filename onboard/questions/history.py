"""When a person was cleared, blocked or unknown: the timeline over a window.

Verdicts come from readiness. `history_picture` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import plus_days, show
from onboard.model import Assessment, Readiness, Task
from onboard.model.phrases import Phrase, phrase
from onboard.questions.spells import Spell, rows_of, spells
from onboard.questions.wording import iso, source_json, task_words, verdict_words, where_words

#: Without dates of their own: so far back at most, and so far ahead.
_BACK, _AHEAD = 3 * 365, 26 * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One row through time: its spells, in order, without gaps, cut to the window."""

    protocol: str  # record id, "" for the row without a protocol
    label: str  # "STEP-HF" or "STEP-HF, consent"
    task: Task | None
    spells: tuple[Spell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines:
    """The rows of one person from `first` to `last`, inclusive."""

    person: str
    name: str
    first: date
    last: date
    today: date  # the day the records were read
    tracks: tuple[Track, ...]


def history(
    assessment: Assessment, person: str, protocol: str | None = None, first: date | None = None, last: date | None = None
) -> Timelines:
    """The rows of a person (record id), of one protocol where given. Without dates the window runs from their first
    appointment, three years back at most, to half a year after the read."""
    rows = [row for row in rows_of(assessment, person) if protocol is None or row.protocol == protocol]
    end = last or plus_days(assessment.read_on, _AHEAD)
    start = min(first or _start(rows, assessment.read_on), end)
    return Timelines(
        person=person,
        name=assessment.person_label(person),
        first=start,
        last=end,
        today=assessment.read_on,
        tracks=tuple(_track(assessment, row, start, end) for row in rows),
    )


def _start(rows: Sequence[Readiness], read_on: date) -> date:
    """The first day anybody could be cleared, but not longer ago than the window reaches back."""
    begins = [row.belongs.possible.start() for row in rows]
    known = [day for day in begins if day]
    return max(min(known, default=read_on), plus_days(read_on, -_BACK))


def _track(assessment: Assessment, row: Readiness, first: date, last: date) -> Track:
    code = assessment.protocol_label(row.protocol) if row.protocol else ""
    label = where_words(code, task_words(row.task))
    return Track(protocol=row.protocol, label=label, task=row.task, spells=spells(row, first, last))


def spell_words(spell: Spell) -> Phrase:
    """``cleared 10 Jun 2026 to 15 Dec 2027``; the window's ends are printed as its days."""
    first, last = spell.first, spell.last
    named = [show(day) for day in dict.fromkeys((first, last)) if day]
    days = phrase("days.from_to", first=named[0], last=named[1]) if len(named) > 1 else "".join(named)
    return phrase("history.spell", verdict=verdict_words(spell.verdict), days=days)


def as_json(timelines: Timelines, assessment: Assessment) -> dict[str, object]:
    """Stable keys: person, name, first, last, rows (protocol or null, task or null, spells: verdict, first, last; inclusive ISO
    dates cut to the window), read_at, snapshot, rules_version, not_tracked."""
    rows = [
        {
            "protocol": track.protocol or None,
            "task": track.task.value if track.task else None,
            "spells": [
                {"verdict": spell.verdict.value, "first": iso(spell.first), "last": iso(spell.last)} for spell in track.spells
            ],
        }
        for track in timelines.tracks
    ]
    head: dict[str, object] = {"person": timelines.person, "name": timelines.name}
    window = {"first": iso(timelines.first), "last": iso(timelines.last)}
    return {**head, **window, "rows": rows, **source_json(assessment)}

"""A row's verdict through time: spells of days with the same verdict.

Verdicts come from `readiness.cleared_on`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from onboard.model import Assessment, Cleared, Readiness, Task
from onboard.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """The same verdict from `first` to `last`, inclusive, None = open."""

    verdict: Cleared
    first: date | None
    last: date | None

    def covers(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def verdict_days(row: Readiness) -> dict[Cleared, Timeline]:
    """The days of each verdict: disjoint, together every day."""
    here = row.belongs.possible
    return {
        Cleared.CLEARED: row.cleared.sure & here,
        Cleared.UNKNOWN: row.cleared.unknown() & here,
        Cleared.BLOCKED: here - row.cleared.possible,
        Cleared.NOT_DUE: ~here,
    }


def spells(row: Readiness, first: date | None = None, last: date | None = None) -> tuple[Spell, ...]:
    """Every spell of a row in order, cut to `first`..`last` inclusive where they are given."""
    window = Timeline.between(first, last)
    found = [
        Spell(verdict=verdict, first=start, last=end)
        for verdict, days in verdict_days(row).items()
        for start, end in (days & window).ranges()
    ]
    return tuple(sorted(found, key=lambda spell: spell.first or date.min))


def spell_on(row: Readiness, day: date) -> Spell:
    """The whole spell that holds `day`."""
    return next(spell for spell in spells(row) if spell.covers(day))


def row_of(assessment: Assessment, person: str, protocol: str, task: Task | None = None) -> Readiness | None:
    """The row of a person, protocol and task by record ids; None when nothing on record makes one."""
    wanted = (person, protocol, task)
    return next((row for row in assessment.readiness if (row.person, row.protocol, row.task) == wanted), None)


def rows_of(assessment: Assessment, person: str) -> tuple[Readiness, ...]:
    """Every row of a person, protocols before their tasks."""
    return tuple(row for row in assessment.readiness if row.person == person)

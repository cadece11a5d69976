"""The facts that select requirements, over time: of protocols, appointments.

It decides when a fact is known and whether a selector matches it; it demands nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from onboard.dates import plus_days
from onboard.judging.coverage import span
from onboard.model import UNREADABLE, Appointment, Approval, Selectors, Unreadable
from onboard.timeline import ALWAYS, FOR_EVER, NEVER, NOT_EVER, PERHAPS, Coverage, Timeline, any_of


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of a protocol over time: the days of each value, and unknown days."""

    days: Mapping[Hashable, Timeline]
    unknown: Timeline

    def matches(self, wanted: Iterable[Hashable]) -> Coverage:
        """The days on which the fact is one of `wanted`."""
        sure = NEVER
        for value in wanted:
            sure = sure | self.days.get(value, NEVER)
        return Coverage(sure, sure | self.unknown)

    def known(self) -> Coverage:
        """The days on which the fact is known; never certainly unknown.

        A missing fact can still be looked up.
        """
        return Coverage(~self.unknown, ALWAYS)


def fact_line(rows: Sequence[Approval], cell: Callable[[Approval], Hashable | Unreadable | None]) -> FactLine:
    """The non-blank value of the row with the latest first day not after each day, whatever its kind.

    Two rows of one day that differ, or a row without a readable day, or one that may be another protocol's, that says something
    else: unknown. Before the first row: unknown.
    """
    dated: dict[date, set[Hashable]] = {}
    undated: set[Hashable] = set()
    for row in rows:
        value = cell(row)
        if value is None:
            continue
        if isinstance(row.first, date) and row.placed:
            dated.setdefault(row.first, set()).add(value)
        else:
            undated.add(value)
    starts = sorted(dated)
    known: dict[Hashable, Timeline] = {}
    for start, following in zip_longest(starts, starts[1:]):
        said = dated[start] | undated
        if len(said) == 1 and UNREADABLE not in said:
            (value,) = said
            days = Timeline.between(start, plus_days(following, -1) if following else None)
            known[value] = known.get(value, NEVER) | days
    total = NEVER
    for days in known.values():
        total = total | days
    return FactLine(known, ~total)


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    """The facts of one protocol."""

    study_type: FactLine
    funding: FactLine
    phi: FactLine
    names: frozenset[str]  # its number and short code, folded

    def matches(self, when: Selectors) -> Coverage:
        """Return the days on which every protocol selector that is set matches.

        One that certainly fails decides alone.
        """
        if when.protocols and not when.protocols & self.names:
            return NOT_EVER
        total = FOR_EVER
        for line, wanted in ((self.study_type, when.study_types), (self.funding, when.funding), (self.phi, when.phi)):
            if wanted:
                total = total & line.matches(wanted)
        return total


def protocol_facts(rows: Sequence[Approval], names: frozenset[str]) -> ProtocolFacts:
    """The facts of one protocol from its history."""
    return ProtocolFacts(
        fact_line(rows, lambda row: row.study_type),
        fact_line(rows, lambda row: row.funding),
        fact_line(rows, lambda row: row.phi),
        names,
    )


def _fits(value: object, wanted: frozenset[object] | frozenset[str]) -> Coverage:
    if not wanted:
        return FOR_EVER
    if value is None:
        return PERHAPS
    return FOR_EVER if value in wanted else NOT_EVER


def appointment_matches(appointments: Sequence[Appointment], when: Selectors) -> Coverage:
    """Return the days on which role, kind and engaged of an appointment all match.

    Blank facts match perhaps.
    """
    engaged: frozenset[object] = frozenset() if when.engaged is None else frozenset({when.engaged})
    return any_of(
        span(a.first, a.last)
        & _fits(a.role, frozenset(when.roles))
        & _fits(a.kind, frozenset(when.kinds))
        & _fits(a.engaged, engaged)
        for a in appointments
    )


def appointment_fact_known(appointments: Sequence[Appointment], blank: Callable[[Appointment], bool]) -> Coverage:
    """The days on which no appointment that may cover the day leaves the fact blank."""
    doubtful = any_of(span(a.first, a.last) for a in appointments if blank(a)).possible
    return Coverage(~doubtful, ALWAYS)

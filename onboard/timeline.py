"""Sets of whole local dates, and what is certain about them.

Set algebra only: it knows no rule of the field, and the day is an argument. A Timeline is sorted, disjoint, non-adjacent and
inclusive; an open end is a real value. Days are kept as proleptic ordinals, so that a lab of a hundred thousand people is judged
in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: An open first day sits before every date, an open last day after every date.
_OPEN_FIRST = 0
_OPEN_LAST = date.max.toordinal() + 1

_Range = tuple[int, int]


class Answer(StrEnum):
    """The three values of every question."""

    YES = "yes"  # certain
    NO = "no"  # certainly not
    UNKNOWN = "unknown"  # cannot be excluded; never counts as ready


def _first(day: date | None) -> int:
    """No day lies before the first date there is: beginning on it is an open first day."""
    return _OPEN_FIRST if day is None or day == date.min else day.toordinal()


def _last(day: date | None) -> int:
    """No day lies after the last date there is: ending on it is an open last day."""
    return _OPEN_LAST if day is None or day == date.max else day.toordinal()


def _merge(ranges: Iterable[_Range]) -> tuple[_Range, ...]:
    """Sort, drop empty ranges, join what overlaps or touches."""
    merged: list[_Range] = []
    for first, last in sorted(ranges):
        if first > last:
            continue
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A set of dates. Build one with `between`, `NEVER` or `ALWAYS`; combine with ``|  &  -  ~``."""

    _ranges: tuple[_Range, ...] = ()

    @staticmethod
    def between(first: date | None, last: date | None) -> Timeline:
        """All days from `first` to `last`, both inclusive; None is an open end; empty when last lies before first."""
        low, high = _first(first), _last(last)
        return Timeline(((low, high),)) if low <= high else NEVER

    @staticmethod
    def of(ranges: Iterable[tuple[date | None, date | None]]) -> Timeline:
        """The union of inclusive ranges, in any order, overlapping or not."""
        return Timeline(_merge((_first(first), _last(last)) for first, last in ranges))

    def ranges(self) -> Iterator[tuple[date | None, date | None]]:
        """The inclusive ranges in order; None is an open end."""
        for low, high in self._ranges:
            first = None if low <= _OPEN_FIRST else date.fromordinal(low)
            yield first, None if high >= _OPEN_LAST else date.fromordinal(high)

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __or__(self, other: Timeline) -> Timeline:
        if not self._ranges or self is other:
            return other
        if not other._ranges:
            return self
        return Timeline(_merge((*self._ranges, *other._ranges)))

    def __and__(self, other: Timeline) -> Timeline:
        if self is ALWAYS or self is other:
            return other
        if other is ALWAYS or not self._ranges:
            return self
        if not other._ranges:
            return other
        found: list[_Range] = []
        mine, theirs = self._ranges, other._ranges
        i = j = 0
        while i < len(mine) and j < len(theirs):
            low, high = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if low <= high:
                found.append((low, high))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        if not found:
            return NEVER
        # one timeline often lies within the other: most lines of a lab are the same few
        both = tuple(found)
        return self if both == mine else other if both == theirs else Timeline(both)

    def __invert__(self) -> Timeline:
        if not self._ranges:
            return ALWAYS
        gaps: list[_Range] = []
        low = _OPEN_FIRST
        for first, last in self._ranges:
            if low < first:
                gaps.append((low, first - 1))
            low = last + 1
        if low <= _OPEN_LAST:
            gaps.append((low, _OPEN_LAST))
        return Timeline(tuple(gaps)) if gaps else NEVER

    def __sub__(self, other: Timeline) -> Timeline:
        return self & ~other

    def __le__(self, other: Timeline) -> bool:
        """Whether every day of this timeline lies in `other`."""
        return not self - other

    def covers(self, day: date) -> bool:
        """Whether `day` is in the set."""
        return self._at(day.toordinal()) is not None

    def _at(self, ordinal: int) -> _Range | None:
        for low, high in self._ranges:
            if low <= ordinal <= high:
                return low, high
            if low > ordinal:
                return None
        return None

    def run_at(self, day: date) -> tuple[date | None, date | None] | None:
        """The inclusive range that holds `day`, or None when no range does."""
        found = self._at(day.toordinal())
        return next(Timeline((found,)).ranges()) if found else None

    def first_day(self, on_or_after: date) -> date | None:
        """The first day of the set on or after a date; None when there is none."""
        ordinal = on_or_after.toordinal()
        for low, high in self._ranges:
            if high >= ordinal:
                return date.fromordinal(max(low, ordinal)) if max(low, ordinal) < _OPEN_LAST else None
        return None

    def start(self) -> date | None:
        """The very first day; None when the set is empty or has no first day."""
        return next((first for first, _ in self.ranges()), None)

    def end(self) -> date | None:
        """The very last day; None when the set is empty or has no last day."""
        return list(self.ranges())[-1][1] if self._ranges else None

    def shrink(self, before: int, after: int) -> Timeline:
        """Each range cut by `before` days at its first and `after` days at its last end; open ends stay open."""
        cut = []
        for low, high in self._ranges:
            first = low if low <= _OPEN_FIRST else low + before
            last = high if high >= _OPEN_LAST else high - after
            if first <= last and first < _OPEN_LAST and last > _OPEN_FIRST:
                cut.append((first, last))
        return Timeline(tuple(cut))


NEVER = Timeline()
ALWAYS = Timeline(((_OPEN_FIRST, _OPEN_LAST),))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is certain (`sure`) and what cannot be excluded (`possible`); `sure` always lies within `possible`."""

    sure: Timeline
    possible: Timeline

    @staticmethod
    def certain(days: Timeline) -> Coverage:
        """Exactly these days, with nothing in doubt."""
        return Coverage(days, days)

    @staticmethod
    def maybe(days: Timeline) -> Coverage:
        """Nothing certain, these days possible."""
        return Coverage(NEVER, days)

    # Most coverages are certain, with one timeline for both parts: they are combined once.

    def __and__(self, other: Coverage) -> Coverage:
        if self is FOR_EVER or other is NOT_EVER:
            return other
        if other is FOR_EVER or self is NOT_EVER:
            return self
        sure = self.sure & other.sure
        if self.sure is self.possible and other.sure is other.possible:
            return Coverage(sure, sure)
        return Coverage(sure, self.possible & other.possible)

    def __or__(self, other: Coverage) -> Coverage:
        if self is NOT_EVER or other is FOR_EVER:
            return other
        if other is NOT_EVER or self is FOR_EVER:
            return self
        sure = self.sure | other.sure
        if self.sure is self.possible and other.sure is other.possible:
            return Coverage(sure, sure)
        return Coverage(sure, self.possible | other.possible)

    def __invert__(self) -> Coverage:
        if self is FOR_EVER:
            return NOT_EVER
        sure = ~self.possible
        return Coverage(sure, sure if self.sure is self.possible else ~self.sure)

    def doubted(self) -> Coverage:
        """The same days with all certainty taken away."""
        return Coverage(NEVER, self.possible)

    def within(self, days: Timeline) -> Coverage:
        """Both parts cut to `days`."""
        return Coverage(self.sure & days, self.possible & days)

    def at(self, day: date) -> Answer:
        """YES in `sure`, NO outside `possible`, else UNKNOWN."""
        if self.sure.covers(day):
            return Answer.YES
        return Answer.UNKNOWN if self.possible.covers(day) else Answer.NO

    def unknown(self) -> Timeline:
        """The days that are neither certain nor excluded."""
        return self.possible - self.sure


NOT_EVER = Coverage(NEVER, NEVER)
FOR_EVER = Coverage(ALWAYS, ALWAYS)
PERHAPS = Coverage(NEVER, ALWAYS)


def any_of(coverages: Iterable[Coverage]) -> Coverage:
    """The union; NOT_EVER for none."""
    total = NOT_EVER
    for coverage in coverages:
        total = total | coverage
    return total


def all_of(coverages: Iterable[Coverage]) -> Coverage:
    """The intersection; FOR_EVER for none."""
    total = FOR_EVER
    for coverage in coverages:
        total = total & coverage
    return total

"""Who is cleared when, as a picture of weeks; the template draws it.

A week shows as cleared only when every one of its days is: a picture never looks better than the records. Where the sentence
next to a bar and the bar differ by days, the sentence is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

from onboard.model import Bar
from onboard.rendering.phrases import day_name, listed, one_line, short_day, yearless

WEEKS = 26
#: The unit of a segment's width; 100 / 26 weeks.
_WEEK_SHARE = 100 / WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of weeks of one kind: ``cleared``, ``unknown`` or ``not``. `share` is its part of the width in percent."""

    kind: str
    weeks: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One row: the people, the sentence, and its segments.

    People with the same sentence and segments share a row.
    """

    label: str
    words: str
    segments: tuple[Segment, ...]


#: So many rows a picture shows.
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The whole picture: rows under a scale of months. `steady` names who is cleared in all of it and needs no bar."""

    steady: tuple[str, ...]
    tracks: tuple[Track, ...]
    months: tuple[Segment, ...]  # kind is the month's name
    first: str
    last: str

    @property
    def changing(self) -> tuple[Track, ...]:
        """The rows that change within these weeks, at most six: the others are named elsewhere in the mail."""
        return tuple(track for track in self.tracks if len(track.segments) > 1)[:_SHOWN]


def picture(bars: Sequence[Bar], today: date, weeks: int = WEEKS) -> Picture:
    """The week of `today` and those after it; bars keep their order. Days before today count for nothing."""
    start = today - timedelta(days=today.weekday())
    end = start + timedelta(days=7 * weeks - 1)
    steady = [bar for bar in bars if any(first <= today and end <= last for first, last in bar.cleared)]
    return Picture(
        steady=tuple(one_line(bar.label) for bar in steady),
        tracks=_shared([_track(bar, today, start, weeks) for bar in bars if bar not in steady]),
        months=_months(start, weeks),
        first=day_name(start),
        last=day_name(end),
    )


@lru_cache(maxsize=8)  # every mail of a run has the same
def _months(start: date, weeks: int) -> tuple[Segment, ...]:
    return _runs([short_day(start + timedelta(weeks=n)).split()[1] for n in range(weeks)])


def _track(bar: Bar, today: date, start: date, weeks: int) -> Track:
    kinds = [_week_kind(bar, max(today, start + timedelta(weeks=n)), start + timedelta(weeks=n, days=6)) for n in range(weeks)]
    end = start + timedelta(days=7 * weeks - 1)
    return Track(label=one_line(bar.label), words=cleared_words(bar, today, end), segments=_runs(kinds))


def _shared(tracks: Sequence[Track]) -> tuple[Track, ...]:
    """Rows that look alike are one, named together where the first stood: a protocol's end shows once, not once a person."""
    alike: dict[tuple[str, tuple[Segment, ...]], list[str]] = {}
    for track in tracks:
        alike.setdefault((track.words, track.segments), []).append(track.label)
    return tuple(Track(label=listed(labels), words=words, segments=segments) for (words, segments), labels in alike.items())


def _runs(kinds: Sequence[str]) -> tuple[Segment, ...]:
    lengths = ((kind, len(list(run))) for kind, run in groupby(kinds))
    return tuple(Segment(kind=kind, weeks=count, share=round(count * _WEEK_SHARE, 2)) for kind, count in lengths)


def _week_kind(bar: Bar, monday: date, sunday: date) -> str:
    if any(first <= monday and sunday <= last for first, last in bar.cleared):
        return "cleared"
    if any(first <= sunday and monday <= last for first, last in bar.unknown):
        return "unknown"
    return "not"


def cleared_words(bar: Bar, today: date, end: date) -> str:
    """The bar in words, from today to `end`, both inclusive: ``cleared until Fri 18 Dec, again from Mon 1 Feb``.

    Days carry no year: the picture spans half a one.
    """
    ahead = sorted((first, last) for first, last in bar.cleared if last >= today and first <= end)
    if not ahead:
        return _doubtful_words([last for first, last in bar.unknown if first <= end and today <= last], end)
    words = [_range_words(first, last, today, end, again=n > 0) for n, (first, last) in enumerate(ahead)]
    return ", ".join(words)


def _doubtful_words(lasts: Sequence[date], end: date) -> str:
    """Words for who is certainly cleared on no day: until when it is unknown."""
    if not lasts:
        return "not cleared in these weeks"
    last = max(lasts)
    return "unknown" if last >= end else f"unknown until {yearless(day_name(last))}, not cleared after"


def _range_words(first: date, last: date, today: date, end: date, *, again: bool) -> str:
    lead = "again" if again else "cleared"
    if first <= today:
        return f"{lead} all these weeks" if last >= end else f"{lead} until {yearless(day_name(last))}"
    return f"{lead} from {yearless(day_name(first))}" + ("" if last >= end else f" to {yearless(day_name(last))}")

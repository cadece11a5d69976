"""From cells to coverage: the days that rows give, certain and possible.

A blank or unreadable day makes the days around it possible, not certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import DayWithin, known_day, plus_days
from onboard.model import Appointment, Listing, PersonnelMode, Reading
from onboard.timeline import NEVER, NOT_EVER, Coverage, Timeline, any_of


def span(first: Reading, last: Reading, *, blank_last_is_open: bool = True) -> Coverage:
    """From `first` to `last`, both inclusive.

    A blank first day counts as unreadable; a blank last day is open, or unreadable where `blank_last_is_open` is False.
    Whatever is unreadable leaves nothing certain and the widest days its readable part allows. So does a day known by its bounds,
    but for what its bounds make certain (ruling 50 and 51 of tests/reckoner/rulings.md).
    """
    if isinstance(first, DayWithin) or isinstance(last, DayWithin):
        return _bounded(first, last, blank_last_is_open=blank_last_is_open)
    readable_last = isinstance(last, date) or (last is None and blank_last_is_open)
    low, high = first if isinstance(first, date) else None, last if isinstance(last, date) else None
    days = Timeline.between(low, high)
    return Coverage.certain(days) if isinstance(first, date) and readable_last else Coverage.maybe(days)


def _bounded(first: Reading, last: Reading, *, blank_last_is_open: bool) -> Coverage:
    """`span` where at least one end is known by its bounds only."""
    starts = (first.earliest, first.latest) if isinstance(first, DayWithin) else (first, first)
    ends = (last.earliest, last.latest) if isinstance(last, DayWithin) else (last, last)
    low, high = (one if isinstance(one, date) else None for one in (starts[0], ends[1]))
    possible = Timeline.between(low, high)
    certain_end = isinstance(ends[0], date) or (last is None and blank_last_is_open)
    if not isinstance(starts[1], date) or not certain_end:
        return Coverage.maybe(possible)
    return Coverage(Timeline.between(starts[1], ends[0] if isinstance(ends[0], date) else None) & possible, possible)


def signed(by: str, on: Reading, read_on: date) -> bool:
    """Whether an approval was given: a name, and a readable day not after the read.

    A name may have been typed beforehand.
    """
    return bool(by) and isinstance(on, date) and on <= read_on


def since(day: Reading) -> Coverage:
    """From an act's day on, open: blank is not happened, unreadable is perhaps at any time."""
    return NOT_EVER if day is None else span(day, None)


def _before(removed: Reading) -> Coverage:
    """Return the days a listing lasts: up to the day before its removal."""
    return ~since(removed)


def listing_coverage(listing: Listing, mode: PersonnelMode, external: Coverage) -> Coverage:
    """Return the days a listing covers under one personnel mode.

    Amendment: from approved on. Automatic: from the first of submitted and approved, but from approved on where `external`
    covers the day. PI-maintained: the first of both. An unknown mode: certainly what amendment gives, possibly any other.
    Always up to the day before removed on.
    """
    approved, either = since(listing.approved), since(listing.submitted) | since(listing.approved)
    if mode is PersonnelMode.AMENDMENT:
        start = approved
    elif mode is PersonnelMode.AUTOMATIC:
        start = approved | (either & ~external)
    elif mode is PersonnelMode.PI_MAINTAINED:
        start = either
    else:
        start = Coverage(approved.sure, either.possible)
    return start & _before(listing.removed)


def listing_presence(listing: Listing) -> Coverage:
    """Return days a listing says the person is on the protocol, filed or approved.

    These days make requirements fall on them.
    """
    return (since(listing.submitted) | since(listing.approved)) & _before(listing.removed)


def filed(listing: Listing) -> Timeline:
    """Days on which a submitted listing waits for the IRB: submitted on to the day before it is removed."""
    if not isinstance(listing.submitted, date):
        return NEVER
    ends = [
        plus_days(date.fromordinal(day.toordinal()), -1) for day in (listing.removed, listing.approved) if isinstance(day, date)
    ]
    return Timeline.between(listing.submitted, min(ends, default=None))


# stays ----------------------------------------------------------------------------------------------------------------


def stay_starts(rows: Iterable[Appointment], apart: int) -> Coverage:
    """The first days of stays: no appointment covers any of the `apart` + 1 days before.

    A row that cannot be read may begin one anywhere in its range, and may bridge any gap.
    """
    rows = tuple(rows)
    whole = any_of(span(row.first, row.last) for row in rows)
    readable = [day for row in rows if (day := known_day(row.first)) and span(row.first, row.last).sure]
    dated = [day for row in rows if (day := known_day(row.first))]
    anywhere = any_of(span(row.first, row.last) for row in rows if not known_day(row.first)).possible
    sure = Timeline.of((day, day) for day in readable) - _reach(whole.possible, apart)
    possible = (Timeline.of((day, day) for day in dated) | anywhere) - _reach(whole.sure, apart)
    return Coverage(sure, possible)


def _reach(days: Timeline, apart: int) -> Timeline:
    """The days that begin no stay, for one of the `apart` + 1 days before is among `days`."""
    return Timeline.of(
        (plus_days(first, 1) if first else None, plus_days(last, apart + 1) if last else None) for first, last in days.ranges()
    )


def joined_days(days: Timeline, apart: int) -> Timeline:
    """The same days with every gap of at most `apart` days filled: each run is a stay."""
    grown = Timeline.of((first, plus_days(last, apart) if last else None) for first, last in days.ranges())
    return Timeline.of((first, plus_days(last, -apart) if last else None) for first, last in grown.ranges())

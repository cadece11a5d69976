"""Calendar arithmetic: validity policies and working days.

The day is an argument. Sources: policies on validity (NIH NOT-OD-16-148: GCP refresh at least every three years; KUMC: end of
the Nth fiscal year; local policies in months). Calendar months, never 365 times N; every last day is inclusive.
"""

from __future__ import annotations

import calendar
import re
import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


def add_months(day: date, months: int) -> date:
    """The same day `months` later, clipped to the month's end (29 Feb 2024 + 36 is 28 Feb 2027); stops at the last date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def plus_days(day: date, days: int) -> date:
    """`days` later (or earlier), stopping at the first and last date there is."""
    ordinal = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(ordinal)


#: Labs of one machine begin within so many minutes of each other, so that they do not all ask REDCap at once.
SPREAD = 10


def spread_minutes(name: str) -> int:
    """0 to 9, always the same for one name: by how many minutes a lab of that id begins later than its schedule says."""
    return zlib.crc32(name.encode()) % SPREAD


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show(day: date) -> str:
    """A date as people write it, in no locale: ``7 Dec 2026``. Of a day known by its bounds it says so."""
    if isinstance(day, DayWithin):
        if day.latest is None:
            return f"a day not recorded, after {show(plus_days(day, -1))}"
        return f"a day not recorded, at the latest {show(date(day.year, day.month, day.day))}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


class DayWithin(date):
    """A day of which only the earliest and the latest it may be are known; None = no bound on that side.

    A tick, or "has left", says what holds on the day of the read and not since when. What begins on such a day is certain from
    `latest` on and possible from `earliest` on; what ends on it is certain up to `earliest` and possible up to `latest`. It
    compares and sorts by `latest`, else by `earliest`. It equals no plain date, so no memory of a plain day answers for it.
    """

    earliest: date | None
    latest: date | None

    @classmethod
    def of(cls, earliest: date | None, latest: date | None) -> DayWithin:
        """A day between two, both inclusive; one of them must be given."""
        place = latest or earliest or date.max
        found = cls(place.year, place.month, place.day)
        found.earliest, found.latest = earliest, latest
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DayWithin) and (self.earliest, self.latest) == (other.earliest, other.latest)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(("within", self.earliest, self.latest))

    def __reduce__(self) -> tuple[object, ...]:
        return DayWithin.of, (self.earliest, self.latest)


def known_day(day: object) -> date | None:
    """The day itself where it is wholly known; None for a blank, an unreadable and a bounded one."""
    return day if isinstance(day, date) and not isinstance(day, DayWithin) else None


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: A coming day no farther off than this is thought of by its weekday.
_NEAR = 14


def show_to_act(day: date, today: date) -> str:
    """Format a day to act by or to wait for: ``Mon 7 Dec 2026``.

    Without its weekday once it is past.
    """
    return f"{_WEEKDAYS[day.weekday()]} {show(day)}" if day >= today else show(day)


def show_near(day: date, today: date) -> str:
    """Any other day: ``Mon 7 Dec 2026`` within the next fortnight, ``7 Dec 2026`` when it is past or farther off."""
    return show_to_act(day, today) if day <= plus_days(today, _NEAR) else show(day)


def show_run(first: date | None, last: date | None, always: str = "always") -> str:
    """An inclusive range in words, open ends named: ``1 Jan 2026 to 3 Mar 2026``, ``since 1 May 2026``; `always` for no ends."""
    if first and last:
        return f"on {show(first)}" if first == last else f"{show(first)} to {show(last)}"
    if first:
        return f"since {show(first)}"
    return f"until {show(last)}" if last else always


class ValidityKind(StrEnum):
    """How long evidence holds."""

    AS_ISSUED = "as_issued"  # only the printed date says; no end of our own
    MONTHS = "months"  # a number of calendar months, the same day inclusive
    FISCAL_YEAR_END = "fiscal_year_end"  # the last day of the Nth fiscal year to end after the day passed
    CALENDAR_WINDOW = "calendar_window"  # due once in each yearly window; covers to the last day of the next one
    ONCE = "once"  # for ever


@dataclass(frozen=True, slots=True)
class Validity:
    """One validity policy, written as ``months:36``, ``months:36 minus_day``, ``fiscal_year_end:1(07)``,
    ``calendar_window(10-01..12-15)``, ``as_issued`` or ``once``."""

    kind: ValidityKind
    number: int = 0
    minus_day: bool = False
    window: tuple[int, int, int, int] = (0, 0, 0, 0)

    def __str__(self) -> str:
        if self.kind is ValidityKind.MONTHS:
            return f"months:{self.number}" + (" minus_day" if self.minus_day else "")
        if self.kind is ValidityKind.FISCAL_YEAR_END:
            return f"fiscal_year_end:{self.number}({self.window[0]:02d})"
        if self.kind is ValidityKind.CALENDAR_WINDOW:
            return "calendar_window({:02d}-{:02d}..{:02d}-{:02d})".format(*self.window)
        return self.kind.value

    def last_day(self, passed: date) -> date | None:
        """The last day covered by evidence of `passed`, inclusive; None when the policy sets no end (once, as_issued)."""
        if self.kind is ValidityKind.MONTHS:
            end = add_months(passed, self.number)
            return plus_days(end, -1) if self.minus_day else end
        if self.kind is ValidityKind.FISCAL_YEAR_END:
            return _fiscal_year_end(passed, self.number, self.window[0])
        if self.kind is ValidityKind.CALENDAR_WINDOW:
            return _window_end(passed, self.window)
        return None


def _fiscal_year_end(passed: date, number: int, start_month: int) -> date:
    """Strictly after the day passed: passed on a fiscal year's last day, the first to end is the next one."""
    tomorrow = plus_days(passed, 1)
    after = (tomorrow.year, tomorrow.month, tomorrow.day)
    first = next(year for year in range(passed.year, passed.year + 3) if (year, start_month, 1) > after)
    year = first + number - 1
    return plus_days(date(year, start_month, 1), -1) if year <= date.max.year else date.max


def _clipped(year: int, month: int, day: int) -> date:
    if year > date.max.year:
        return date.max
    year = max(year, 1)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _window(year: int, window: tuple[int, int, int, int]) -> tuple[date, date]:
    """The window that starts in `year`; over New Year it ends in the next one; 29 Feb clips."""
    first_month, first_day, last_month, last_day = window
    over_new_year = (last_month, last_day) < (first_month, first_day)
    return _clipped(year, first_month, first_day), _clipped(year + over_new_year, last_month, last_day)


def _window_end(passed: date, window: tuple[int, int, int, int]) -> date:
    """Done in window Y: the last day of window Y+1. Done outside: the last day of the next one."""
    for year in (passed.year - 1, passed.year):
        first, last = _window(year, window)
        if first <= passed <= last:
            return _window(year + 1, window)[1]
    ends = (_window(year, window) for year in range(max(passed.year - 1, date.min.year), passed.year + 2))
    return next((last for first, last in ends if first > passed), date.max)


_POLICY = re.compile(
    r"(?P<plain>as_issued|once)"
    r"|months:(?P<months>[1-9]\d{0,3})(?P<minus> minus_day)?"
    r"|fiscal_year_end:(?P<years>[1-9]\d?)\((?P<start>0[1-9]|1[0-2])\)"
    r"|calendar_window\((?P<fm>\d\d)-(?P<fd>\d\d)\.\.(?P<lm>\d\d)-(?P<ld>\d\d)\)"
)


def parse_validity(text: str) -> Validity:
    """The policy written in `text`. Raises ValueError with the six spellings when it is none of them."""
    found = _POLICY.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"{text!r} is not a validity policy; write as_issued, once, months:36, months:36 minus_day, "
            "fiscal_year_end:1(07) or calendar_window(10-01..12-15)"
        )
    if found["plain"]:
        return Validity(ValidityKind(found["plain"]))
    if found["months"]:
        return Validity(ValidityKind.MONTHS, int(found["months"]), minus_day=bool(found["minus"]))
    if found["years"]:
        return Validity(ValidityKind.FISCAL_YEAR_END, int(found["years"]), window=(int(found["start"]), 0, 0, 0))
    return Validity(ValidityKind.CALENDAR_WINDOW, window=_month_days(text, found))


def _month_days(text: str, found: re.Match[str]) -> tuple[int, int, int, int]:
    first_month, first_day, last_month, last_day = (int(found[part]) for part in ("fm", "fd", "lm", "ld"))
    for month, day in ((first_month, first_day), (last_month, last_day)):
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
            raise ValueError(f"{text!r}: {month:02d}-{day:02d} is not a day of a year; write month-day, for example 10-01")
    return first_month, first_day, last_month, last_day


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The lab's working days: not a weekend, not a holiday, not a closure."""

    days_off: frozenset[date] = field(default_factory=frozenset)
    weekend: frozenset[int] = frozenset({5, 6})

    def works(self, day: date) -> bool:
        """Whether `day` is a working day of the lab."""
        return day.weekday() not in self.weekend and day not in self.days_off

    def on_or_after(self, day: date) -> date:
        """The first working day on or after `day`."""
        return next(d for d in (plus_days(day, n) for n in range(400)) if self.works(d) or d == date.max)

    def on_or_before(self, day: date) -> date:
        """The last working day on or before `day`."""
        return next(d for d in (plus_days(day, -n) for n in range(400)) if self.works(d) or d == date.min)

    def add(self, day: date, working_days: int) -> date:
        """The working day `working_days` after `day` (before it when negative); 0 gives `day` itself."""
        step = 1 if working_days > 0 else -1
        for _ in range(abs(working_days)):
            day = self.on_or_after(plus_days(day, 1)) if step > 0 else self.on_or_before(plus_days(day, -1))
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and including `last`; 0 when last is not later."""
        weeks, days = divmod(max((last - first).days, 0), 7)
        weekdays = [(first.weekday() + more) % 7 for more in range(1, days + 1)]
        worked = weeks * (7 - len(self.weekend)) + sum(day not in self.weekend for day in weekdays)
        return worked - sum(first < day <= last and day.weekday() not in self.weekend for day in self.days_off)


#: Clocks that differ by less are as good as the same; by more than the other, one of them has another day.
CLOCK_LEEWAY, ANOTHER_DAY = timedelta(minutes=10), timedelta(hours=12)


def clock_words(ahead: timedelta) -> str:
    """How far this machine's clock is from REDCap's, as a sentence; "" where the difference does no harm."""
    if abs(ahead) <= CLOCK_LEEWAY:
        return ""
    minutes = int(abs(ahead).total_seconds()) // 60
    much = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
    return f"This machine's clock is {much} {'ahead of' if ahead > timedelta() else 'behind'} REDCap's."


def ahead_words(last: date) -> str:
    """What is wrong where the ledger holds days after today, up to `last`, and the next step."""
    return (
        f"The ledger holds slots or reads of days that are still to come, the last one {last.isoformat()}: this machine's "
        "clock was ahead, or a day was tried with --as-of on this ledger. Today's jobs run all the same. See whether the clock "
        "is right now; if it is, nothing else is to do: the next good read dates what went out before today, nothing of it goes "
        "again, and those days run when they come."
    )

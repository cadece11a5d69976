"""Rows of a sample project, written down one after the other.

Shapes and dates. It has date arithmetic of its own, so that the sample shares no mistake with the product.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Row:
    """One form of one record as a person filled it in.

    A checkbox takes its codes parted by commas; `complete` is 0, 1 or 2; `stamp` is when it was submitted, for one that came in
    by survey.
    """

    record: str
    form: str
    instance: int | None
    values: Mapping[str, str]
    complete: int = 2
    stamp: str = ""


@dataclass(slots=True)
class RowWriter:
    """Writes rows relative to a day and counts the instances of repeating forms."""

    today: date
    rows: list[Row] = field(default_factory=list)
    _instances: dict[tuple[str, str], int] = field(default_factory=dict)

    def day(self, days: int) -> str:
        """So many days from today, as REDCap writes a date."""
        return (self.today + timedelta(days=days)).isoformat()

    def single(self, record: str, form: str, complete: int = 2, **values: str) -> None:
        """A form that does not repeat."""
        self.rows.append(Row(record, form, None, values, complete))

    def add(self, record: str, form: str, **values: str) -> int:
        """The next instance of a repeating form; returns its number."""
        number = self._instances[record, form] = self._instances.get((record, form), 0) + 1
        self.rows.append(Row(record, form, number, values))
        return number

    def next_instance(self, record: str, form: str) -> int:
        """The number the next instance would get."""
        return self._instances.get((record, form), 0) + 1


def years_from(day: str, years: int) -> str:
    """The same day some years later (or earlier), as a date text; 29 February becomes the 28th."""
    start = date.fromisoformat(day)
    last = calendar.monthrange(start.year + years, start.month)[1]
    return start.replace(year=start.year + years, day=min(start.day, last)).isoformat()

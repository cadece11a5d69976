"""Holidays and closures -> the lab's working days."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from onboard.config.mistakes import nearest
from onboard.config.settings import CalendarTable
from onboard.dates import WorkCalendar

CLOSURES = "closures.csv"
#: Years whose public holidays are known to the calendar.
_YEARS = range(2015, 2046)
_LONGEST_CLOSURE = 366
_EXCEL = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}")


def work_calendar(table: CalendarTable, home: Path, where: str, mistakes: list[str]) -> WorkCalendar:
    """Weekends, the country's public holidays, and the closures of the home's closures.csv."""
    off = {*_public(table, where, mistakes), *_closures(home / CLOSURES, mistakes)}
    weekend = table.weekend_days()
    if len(weekend) == 7:
        mistakes.append(f"{where}, weekend: leaves no working day. Name the days off only.")
    return WorkCalendar(frozenset(off), weekend)


def _public(table: CalendarTable, where: str, mistakes: list[str]) -> set[date]:
    if not table.country:
        return set()
    # Imported here: it is large, and a lab may do without it.
    import holidays

    supported = holidays.list_supported_countries(include_aliases=True)
    if table.country not in supported:
        said = f"{table.country!r} is not known. Write its two letters, for example 'US', or nothing."
        mistakes.append(f"{where}, country: {said}")
        return set()
    if table.subdivision and table.subdivision not in supported[table.country]:
        hint = nearest(table.subdivision, supported[table.country])
        mistakes.append(f"{where}, subdivision: {table.subdivision!r} is not a part of {table.country}. {hint}")
        return set()
    return set(holidays.country_holidays(table.country, subdiv=table.subdivision or None, years=_YEARS))


def _closures(path: Path, mistakes: list[str]) -> Iterator[date]:
    """The days of a table with the columns first, last (inclusive, blank = one day) and note."""
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        mistakes.append(f"{CLOSURES}: cannot be read. Save it as UTF-8 text that this account may read.")
        return
    rows = csv.DictReader(text.splitlines())
    if any(";" in name for name in rows.fieldnames or ()):
        step = "Save it again as CSV with commas, or write commas with a text editor"
        mistakes.append(f"{CLOSURES}: has semicolons between its columns, as Excel saves CSV in some countries. {step}.")
        return
    if "first" not in (rows.fieldnames or ()):
        mistakes.append(f"{CLOSURES}: has no column 'first'. Its first line must read first,last,note.")
        return
    for row in rows:
        yield from _closure(row, f"{CLOSURES}, line {rows.line_num}", mistakes)


def _not_dates(first: str, last: str) -> str:
    odd = next((text for text in (first, last) if _EXCEL.fullmatch(text)), "")
    if odd:
        step = "In Excel, give both columns the number format Text, type them like 2026-12-24, and save again"
        return f"{odd!r} is a date as Excel saves it, and it may be two days. {step}."
    return f"{first!r} to {last!r} are not dates. Write them like 2026-12-24."


def _closure(row: dict[str, str], where: str, mistakes: list[str]) -> list[date]:
    first_text = (row["first"] or "").strip()
    last_text = (row.get("last") or "").strip() or first_text
    if not first_text and not last_text:
        return []
    try:
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text)
    except ValueError:
        mistakes.append(f"{where}: {_not_dates(first_text, last_text)}")
        return []
    if not 0 <= (last - first).days <= _LONGEST_CLOSURE:
        mistakes.append(f"{where}: {first} to {last} is not a closure. Write first and last day, at most a year.")
        return []
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]

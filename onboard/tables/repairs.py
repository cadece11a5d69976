"""Why cells cannot be read, by cause, each with the one rule that would mend them; the rule is tried on the very cells first.

A cause is a kind of trouble in one field of one form, not the words of a cell. What is promised is exact: so many cells are read
once the line stands in redcap.toml, and so many stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onboard.folding import counted
from onboard.model import Person, Problem, Protocol
from onboard.model.mapping import ENUMS, Source
from onboard.model.mapping import Mapping as RecordMapping
from onboard.model.written_days import ORDERS, day_kind, written_day
from onboard.tables.cells import quoted
from onboard.tables.references import Directory

#: So many cells that fit one order only decide a column.
DECIDE = 3
#: Words that may mean "there is none"; never those that say that it is not known.
_NONE = frozenset({"n/a", "na", "none", "-", "--", "not applicable"})
#: Day numbers of a spreadsheet, from 1998 to 2064.
_SPREADSHEET = range(36_000, 60_001)
#: Troubles whose cells are days.
_DAYS = frozenset({"unreadable-date"})
_REFERENCES = frozenset({"unknown-reference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One cause: what the cells are, the rule that mends them ("" where none does), how many it mends and how many stay."""

    key: str
    field: str
    label: str
    cells: int
    people: tuple[str, ...]
    what: str
    rule: str = ""
    mends: int = 0
    next_step: str = ""
    where: tuple[tuple[str, str], ...] = ()  # record, what the cell holds
    problems: frozenset[str] = frozenset()  # keys

    @property
    def stays(self) -> int:
        """Cells that the rule does not mend."""
        return self.cells - self.mends

    @property
    def name(self) -> str:
        """The field with its label."""
        return f'{self.field} "{self.label}"' if self.label and self.label != self.field else self.field


def repairs(
    problems: Sequence[Problem],
    mapping: RecordMapping,
    labels: Mapping[tuple[str, str], str],
    choices: Mapping[str, Mapping[str, Mapping[str, str]]],
    people: Iterable[Person] = (),
    protocols: Iterable[Protocol] = (),
) -> tuple[Repair, ...]:
    """The problems of a read by cause, those that touch most people first.

    `labels` and `choices` as `problems.labels_of` and `problems.choices_of` give them.
    """
    look = _Look(mapping, labels, choices, tuple(people), tuple(protocols))
    words = [problem for problem in problems if problem.trouble in _DAYS and problem.cell.strip().lower() in _NONE]
    aside = {problem.key for problem in words}
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        if problem.trouble and problem.key not in aside:
            groups.setdefault((problem.trouble.partition(":")[0], problem.instrument, problem.field), []).append(problem)
    orders = _orders(groups)
    found = [look.cause(trouble, group, orders) for (trouble, _, _), group in groups.items()]
    found += [_no_value(word, group) for word, group in _by_word(words).items()]
    return tuple(sorted(found, key=lambda one: (-len(one.people), -one.cells, one.key)))


def _by_word(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.cell.strip(), []).append(problem)
    return groups


def _no_value(word: str, group: Sequence[Problem]) -> Repair:
    columns = len({problem.field for problem in group})
    return Repair(
        key=f"no value/{word}",
        field=quoted(word),
        label="",
        what=f"is in {counted(columns, 'column')} where a day is asked.",
        rule=f'missing_codes = ["{word}"]',
        mends=len(group),
        next_step="Write it if the word means that there is none; if it means not known, leave it.",
        **_size(group),
    )


def _size(group: Sequence[Problem]) -> dict[str, Any]:
    return {
        "cells": len(group),
        "people": tuple(dict.fromkeys(person for problem in group for person in problem.people)),
        "where": tuple((problem.record, problem.cell) for problem in group),
        "problems": frozenset(problem.key for problem in group),
    }


def _orders(groups: Mapping[tuple[str, str, str], Sequence[Problem]]) -> Counter[str]:
    """How many cells of all columns can be one order only."""
    cells = (problem.cell.strip() for (trouble, *_), group in groups.items() if trouble in _DAYS for problem in group)
    return Counter(kind for kind, _ in map(day_kind, cells) if kind in ("mdy", "dmy"))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a rule is tried with."""

    mapping: RecordMapping
    labels: Mapping[tuple[str, str], str]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    people: tuple[Person, ...]
    protocols: tuple[Protocol, ...]

    def cause(self, trouble: str, group: list[Problem], orders: Counter[str]) -> Repair:
        """One group of problems as a cause."""
        first = group[0]
        source = self._source(first)
        label = self.labels.get((source.project, first.field), "") if source else ""
        base = {"key": f"{trouble}/{first.instrument}/{first.field}", "field": first.field, "label": label, **_size(group)}
        if trouble in _DAYS and source:
            return Repair(**base, **self._days(source, first.field, group, orders))
        if trouble in _REFERENCES and source:
            return Repair(**base, **self._references(source, group))
        if trouble == "unknown-choice" and source:
            return Repair(**base, **self._codes(source, group))
        return Repair(**base, what=_same_words(group, label or first.field), next_step=first.next_step)

    def _source(self, problem: Problem) -> Source | None:
        return next((s for s in self.mapping.sources if s.instrument == problem.instrument and problem.field in s.columns), None)

    def _ours(self, source: Source, field: str) -> str:
        return next((name for name in source.fields if field in source.columns_of(name)), "")

    # days -------------------------------------------------------------------------------------------------------------

    def _days(self, source: Source, field: str, group: Sequence[Problem], orders: Counter[str]) -> dict[str, Any]:
        cells = [problem.cell.strip() for problem in group]
        kinds = Counter(kind for kind, _ in map(day_kind, cells))
        languages = [language for language, _ in Counter(lang for _, lang in map(day_kind, cells) if lang).most_common(1)]
        stated = source.order_of(self._ours(source, field))
        parts = _parts_of_days(kinds, cells)
        if stated != "ymd" and not languages:
            said = f"cannot be {ORDERS[stated]}: {parts}. {'It stays' if len(cells) == 1 else 'They stay'} unreadable"
            return {"what": f"{said}.", "next_step": "Type the day in REDCap."}
        order = _decided(kinds)
        rules = [f'date_order = "{order}"'] if order and stated == "ymd" else []
        months = [*source.months, *(one for one in languages if one not in source.months)]
        rules += [f"months = [{', '.join(f'{chr(34)}{one}{chr(34)}' for one in months)}]"] if languages else []
        mends = sum(written_day(cell, order or stated, months) is not None for cell in cells) if rules else 0
        if kinds["mdy"] and kinds["dmy"]:
            return {"what": f"both orders: {parts}.", "next_step": _smaller(kinds, group)}
        what, step = f"{parts}.", "Type the day in REDCap." if mends < len(cells) else ""
        if not order and kinds["both"] + kinds["mdy"] + kinds["dmy"]:
            step = _undecided(kinds, orders, cells)
        return {"what": what, "rule": "; ".join(rules) if mends else "", "mends": mends, "next_step": step}

    # references -------------------------------------------------------------------------------------------------------

    def _references(self, source: Source, group: Sequence[Problem]) -> dict[str, Any]:
        cells = [problem.cell for problem in group]
        ours = self._ours(source, group[0].field)
        if ours == "protocol":
            records = {protocol.record for protocol in self.protocols}
            mends = sum(cell.strip() in records for cell in cells) if "record" not in self.mapping.protocol_by else 0
            listed = ", ".join(map(_quote, (*self.mapping.protocol_by, "record")))
            rule = f"protocol_by = [{listed}]" if mends == len(cells) else ""
            return {
                "what": f"names no protocol: {_some(cells)}.", "rule": rule, "mends": mends if rule else 0,
                "next_step": "" if rule else group[0].next_step,
            }  # fmt: skip
        best: tuple[int, tuple[str, ...]] = (0, ())
        for more in (("login",), ("name",), ("login", "name")):
            ways = (*self.mapping.person_by, *(way for way in more if way not in self.mapping.person_by))
            if ways == self.mapping.person_by or ("login" in ways and not any(one.login for one in self.people)):
                continue
            directory = self._directory(ways)
            mends = sum(bool(directory.find(cell)) for cell in cells)
            best = max(best, (mends, ways), key=lambda one: (one[0], -len(one[1])))
        mends, ways = best
        directory = self._directory(ways or self.mapping.person_by)
        left = [cell for cell in cells if not directory.find(cell)]
        rule = f"person_by = [{', '.join(map(_quote, ways))}]" if mends else ""
        what = "names, not addresses." if mends else f"fit no person here: {_some(cells)}."
        step = f"{self._why_left(left)} Use the record ID or the address." if left else ""
        return {"what": what, "rule": rule, "mends": mends, "next_step": step.strip()}

    def _directory(self, ways: Sequence[str]) -> Directory:
        addresses = [
            (address, one.record)
            for one in self.people
            for address in (one.university_email, one.other_email, one.personal_email)
            if address
        ]
        names = {one.record: one.name for one in self.people}
        return Directory(names, addresses, {one.record: one.login for one in self.people}, ways)

    def _why_left(self, left: Sequence[str]) -> str:
        word, number = Counter(left).most_common(1)[0]
        _, problem = self._directory((*self.mapping.person_by, "name", "last_name")).resolve(word)
        said = problem.what.partition("which ")[2].partition(":")[0] if problem else "fits one person by last name"
        return f"{quoted(word)} ({counted(number, 'cell')}) {said.rstrip('.').partition('. It counts')[0]}."

    # codes ------------------------------------------------------------------------------------------------------------

    def _codes(self, source: Source, group: Sequence[Problem]) -> dict[str, Any]:
        ours = self._ours(source, group[0].field)
        counts = Counter(problem.cell.strip() for problem in group)
        labels = self.choices.get(source.project, {}).get(group[0].field, {})
        named = {code: f"{code} ({labels[code]})" if code in labels else code for code in counts}
        said = ", ".join(f"{named[code]} in {number} rows" for code, number in counts.items())
        words = ENUMS.get((source.table, ours))
        known = ", ".join(words) if words else "our words"
        code = next(iter(counts))
        rule = f'[{source.place.partition(" ")[0].rstrip(",") or "tables." + source.table}.values.{ours}]  "{code}" = "..."'
        return {"what": f"{ours}: {said}: no word of ours.", "next_step": f"Write under values, with one of {known}: {rule}"}


def _quote(text: str) -> str:
    return f'"{text}"'


def _same_words(group: Sequence[Problem], name: str) -> str:
    """What is wrong, in the words of the first; where they differ, how many do."""
    words = {problem.what for problem in group}
    first = group[0].what.replace(f"“{name}” ", "", 1)
    return first if len(words) == 1 else f"{first} ({counted(len(words) - 1, 'other')} of this kind.)"


def _some(cells: Sequence[str]) -> str:
    words = [quoted(word) for word, _ in Counter(cells).most_common(2)]
    return ", ".join(words) + (" ..." if len(set(cells)) > 2 else "")


def _decided(kinds: Counter[str]) -> str:
    """The order that a column's cells decide."""
    for order, other in (("mdy", "dmy"), ("dmy", "mdy")):
        if kinds[order] >= DECIDE and not kinds[other]:
            return order
    return ""


def _parts_of_days(kinds: Counter[str], cells: Sequence[str]) -> str:
    """What the cells of a day column are, in numbers."""
    numbers = sum(cell.isascii() and cell.isdigit() and int(cell) in _SPREADSHEET for cell in cells)
    said = {
        "can only be month/day": kinds["mdy"],
        "can only be day/month": kinds["dmy"],
        "fit both orders": kinds["both"],
        "name the month": kinds["named"],
        "hold a month or a year alone": kinds["part"],
        "look like a spreadsheet's day number": numbers,
        "hold words": kinds["words"] - numbers,
    }
    return ", ".join(f"{number} {words}" for words, number in said.items() if number)


def _smaller(kinds: Counter[str], group: Sequence[Problem]) -> str:
    less = min(("mdy", "dmy"), key=lambda order: kinds[order])
    records = [problem.record for problem in group if day_kind(problem.cell.strip())[0] == less]
    name = {"mdy": "month/day", "dmy": "day/month"}[less]
    return f"No order is safe. Type the {name} ones again: {counted(len(records), 'record')} {', '.join(records[:6])}."


def _undecided(kinds: Counter[str], orders: Counter[str], cells: Sequence[str]) -> str:
    own = kinds["mdy"] + kinds["dmy"]
    decide = f"{counted(own, 'cell')} decide{'s' if own == 1 else ''} here" if own else "no cell of this column decides"
    others = f"in all columns {orders['mdy']} cells are month/day, {orders['dmy']} day/month"
    order = max(("mdy", "dmy"), key=lambda one: orders[one])
    reads = sum(written_day(cell, order) is not None for cell in cells)
    return f'{decide[:1].upper()}{decide[1:]}; {others}. If it is {ORDERS[order]} here, date_order = "{order}" reads {reads}.'


def as_lines(found: Sequence[Repair], most: int = 10) -> list[str]:
    """A line a cause: how many cells, what they are, the rule, how many it mends and how many stay."""
    cells = sum(one.cells for one in found)
    lines = [f"{counted(cells, 'cell')} could not be read. One line a cause; a rule mends what it says, nothing else changes."]
    lines += [_line(one) for one in found[:most]]
    more = len(found) - most
    return [*lines, f"and {more} more: onboard fix-first"] if more > 0 else lines


def _line(one: Repair) -> str:
    return f"{one.cells:>4} {one.name}: {said(one)}"


def said(one: Repair) -> str:
    """The rest of a cause's line."""
    parts = [one.what]
    if one.rule:
        stay = f"; {one.stays} stay" if one.stays else ""
        parts.append(f"Write  {one.rule}  and {one.mends} read{stay}.")
    return " ".join([*parts, one.next_step]).strip()

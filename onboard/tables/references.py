"""References: people by record id or address, protocols by number or short code, or as the lab says its cells name them.

Only exact matches count; a near miss is named in the Problem and never used. A way that fits several people names nobody (ruling
56 of tests/reckoner/rulings.md).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onboard.folding import fold_reference, slips_of
from onboard.model.person_names import last_name_key, name_key
from onboard.tables.cells import Cell, CellProblem, clean, quoted

#: Looking for near misses is slow in a large lab: so many names are compared in all, then hints come without one.
_COMPARISONS = 4_000
#: The same of what a mistyped protocol may mean.
_SLIPS = 40_000
_BY_RECORD = "Use the record ID or an address of a person in the People project."


class Index:
    """Records by a text of theirs, in the order given; a text may belong to several."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """`pairs`: text, record id."""
        self._last = dict(pairs)
        self._several: dict[str, set[str]] = {}
        if len(self._last) < len(pairs):
            for text, record in pairs:
                if self._last[text] != record:
                    self._several.setdefault(text, {self._last[text]}).add(record)

    def texts(self) -> list[str]:
        """Every text."""
        return list(self._last)

    def only(self, text: str) -> str:
        """Return the one record of a text; "" where none or several have it."""
        return "" if text in self._several else self._last.get(text, "")

    def several(self, text: str) -> list[str]:
        """Return the records that share a text, sorted; empty where fewer than two do."""
        return sorted(self._several.get(text, ()))

    def shared(self) -> dict[str, list[str]]:
        """Every text that several records share."""
        return {text: self.several(text) for text in self._last if text in self._several} if self._several else {}


class Directory:
    """People in the ways that cells may name them."""

    def __init__(
        self,
        names: Mapping[str, str],
        addresses: Sequence[tuple[str, str]],
        logins: Mapping[str, str] | None = None,
        ways: Sequence[str] = ("record", "email"),
    ) -> None:
        """`names`: record id -> name. `addresses`: address, record id; an address may belong to several records. `logins`: record
        id -> login. `ways`: `person_by` of redcap.toml."""
        self._names, self.records = dict(names), {record: record for record in names}
        self._addresses = Index([(address.lower(), record) for address, record in addresses])
        self._comparisons_left = _COMPARISONS
        self._ways = tuple(ways)
        self._more: dict[str, tuple[Index, Callable[[str], str]]] = {}
        rows: dict[str, tuple[Mapping[str, str], Callable[[str], str]]]
        rows = {"login": (logins or {}, str.lower), "name": (names, name_key), "last_name": (names, last_name_key)}
        for way, (texts, key) in rows.items():
            if way in ways:
                pairs = [(folded, record) for record, text in texts.items() if (folded := key(text.strip()))]
                self._more[way] = Index(pairs), key

    def find(self, text: str) -> str:
        """The record id a text refers to; "" where it fits nobody or several."""
        return str(self.resolve(text)[0] or "")

    def shared(self) -> dict[str, list[str]]:
        """Addresses that are in more than one record."""
        return self._addresses.shared()

    def resolve(self, text: str) -> Cell:
        """Return the record id a text refers to; "" for blank.

        Also "", with a problem, when it fits no record or several.
        """
        if text in self.records and "record" in self._ways:
            return self.records[text], None
        wanted = clean(text)
        if not wanted:
            return "", None
        for way in self._ways:
            record, problem = self._by(way, wanted)
            if record or problem:
                return record, problem
        return "", _problem(wanted, f"which is not the {_or([_WAYS[way] for way in self._ways])} of a person", self._hint(wanted))

    def _by(self, way: str, wanted: str) -> Cell:
        """Who is named in one way; "" where nobody is, with a problem where several are."""
        if way == "record":
            return self.records.get(wanted, ""), None
        index, key = (self._addresses, str.lower) if way == "email" else self._more[way]
        text = key(wanted)
        if way == "last_name" and text != name_key(wanted):
            return "", None  # a whole name that is nobody's is not the last name of somebody else
        record, several = (index.only(text), index.several(text)) if text else ("", [])
        if record or not several:
            return record, None
        if way == "email":
            return "", _problem(wanted, f"which is the address of records {', '.join(several)}", "Use the record ID.")
        who = ", ".join(f"{self._names[one]} (record {one})" for one in several)
        return "", _problem(wanted, f"which fits {len(several)} people: {who}", "Use the record ID or the address.")

    def _hint(self, wanted: str) -> str:
        if self._comparisons_left < len(self._names):
            return _BY_RECORD
        self._comparisons_left -= len(self._names)
        by_name = [record for record, name in self._names.items() if fold_reference(name) == fold_reference(wanted)]
        if len(by_name) == 1:
            return f"Use the record ID or address; did you mean record {by_name[0]}?"
        near = difflib.get_close_matches(wanted.lower(), self._addresses.texts(), n=1, cutoff=0.75)
        return f"Did you mean {near[0]}?" if near else _BY_RECORD


_WAYS = {"record": "record ID", "email": "address", "login": "login", "name": "name", "last_name": "last name"}


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


class Protocols:
    """Protocols by number and by short code, compared without case, spaces and dashes; by record id where the lab says so."""

    def __init__(self, rows: Sequence[tuple[str, str, str]], ways: Sequence[str] = ("number", "code")) -> None:
        """`rows`: record id, number, short code. `ways`: `protocol_by` of redcap.toml."""
        self._ways = frozenset(ways)
        #: whether the record of each is its number, as where a file names protocols and no REDCap project holds them
        self.named_by_number = all(clean(record) == number for record, number, _ in rows)
        self._rows = rows
        self._printed: dict[str, str] = {}
        self._names = Index(list(self._folded(rows)))
        self._comparisons_left = _COMPARISONS
        self._slips: dict[str, tuple[str, ...]] = {}
        self._slips_left = _SLIPS

    def _folded(self, rows: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
        for record, number, code in rows:
            named = {"number": number, "code": code, "record": record}
            for text in (text for way, text in named.items() if way in self._ways):
                folded = fold_reference(text)
                if folded:
                    self._printed.setdefault(folded, text)
                    yield folded, record

    def shared(self) -> dict[str, list[str]]:
        """Numbers or short codes, as printed, that are in more than one record."""
        return {self._printed[text]: records for text, records in self._names.shared().items()}

    def resolve_evidence(self, text: str) -> Cell:
        """The same as `resolve`, of a row that is possible evidence for what its text may mean (ruling 61 of
        tests/reckoner/rulings.md): the problem says so."""
        record, problem = self.resolve(text)
        if problem:
            meant, what = self.slips(text), problem.what.removesuffix(COUNTS_FOR_NOTHING)
            labels = [self.label(one) for one in meant]
            names = written_out(labels) if labels else "every protocol of the person"
            told = not labels or problem.next_step.startswith("Did you mean")
            step = problem.next_step if told else f"Did you mean {labels[0]}?"
            what = f"{what} Until it is corrected, it may be about {names}: what rests on it is unknown."
            problem = replace(problem, what=what, next_step=step)
        return record, problem

    def resolve(self, text: str) -> Cell:
        """The protocol's record id; "" for blank, and "" with a problem when it fits none or several."""
        folded = fold_reference(text)
        if not folded:
            return "", None if not clean(text) else _problem(text, "which is not a protocol", self._hint(folded))
        record = self._names.only(folded)
        if record:
            return record, None
        several = self._names.several(folded)
        if several:
            what = f"which fits {len(several)} protocols (records {', '.join(several)})"
            return "", _problem(text, what, "Write the number or short code that only one of them has.")
        return "", _problem(text, "which is not a protocol's number or short code", self._hint(folded))

    def may_mean(self, text: str) -> list[str]:
        """Return the records of the protocols that a mistyped text may mean, the nearest first: those of which a number or short
        code differs in at most two letters (one of a short name); all of them where none does."""
        return list(self.slips(text)) or [record for record, *_ in self._rows]

    def slips(self, text: str) -> tuple[str, ...]:
        """The same without "all of them": empty where none is near, and once so many were compared that a read would be slow."""
        if text not in self._slips:
            near: list[str] = []
            if fold_reference(text) and self._slips_left >= len(self._rows):
                self._slips_left -= len(self._rows)
                near = slips_of(text, ((record, names) for record, *names in self._rows))
            self._slips[text] = tuple(near)
        return self._slips[text]

    def label(self, record: str) -> str:
        """The short code of a record, else its number."""
        return next((code or number for one, number, code in self._rows if one == record), record)

    def _hint(self, folded: str) -> str:
        near: list[str] = []
        if folded and self._comparisons_left >= len(self._printed):
            self._comparisons_left -= len(self._printed)
            near = difflib.get_close_matches(folded, self._names.texts(), n=1, cutoff=0.6)
        if near:
            return f"Did you mean {clean(self._printed[near[0]])}?"
        return "Write its number or short code as in the Protocols project, or add the protocol there."


#: So many names are written out.
_MOST = 4


def written_out(labels: Sequence[str]) -> str:
    """``HEART, STROKE`` and how many more."""
    return ", ".join(labels[:_MOST]) + (f" and {len(labels) - _MOST} more" if len(labels) > _MOST else "")


COUNTS_FOR_NOTHING = " It counts for nothing."


def _problem(text: Any, what: str, next_step: str) -> CellProblem:
    what = f"holds {quoted(str(text))}, {what}.{COUNTS_FOR_NOTHING}"
    return CellProblem(slug="unknown-reference", what=what, next_step=next_step)

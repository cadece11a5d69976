"""Who and what a text refers to: people by record id or address, protocols by number or short code. Decides exact matches
only; a near miss is named in the Problem and never used."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from onboard.tables.cells import Cell, Trouble, clean, quoted
from onboard.words import fold_reference

#: Looking for near misses is slow in a large lab: so many names are compared in all, then hints come without one.
_COMPARISONS = 4_000
_BY_RECORD = "Use the record ID or an address of a person in the People project."


class Directory:
    """People by record id and by any of their addresses."""

    def __init__(self) -> None:
        self._records: dict[str, str] = {}  # record -> name
        self._addresses: dict[str, set[str]] = {}
        self._comparisons_left = _COMPARISONS

    def add(self, record: str, name: str, addresses: Iterable[str]) -> None:
        """One person; an address may belong to several records."""
        self._records[record] = name
        for address in addresses:
            if address:
                self._addresses.setdefault(address.lower(), set()).add(record)

    def records(self) -> Collection[str]:
        """Every record id."""
        return self._records.keys()

    def shared(self) -> dict[str, list[str]]:
        """Addresses that stand in more than one record."""
        return {address: sorted(records) for address, records in self._addresses.items() if len(records) > 1}

    def resolve(self, text: str) -> Cell:
        """The record id a text refers to; "" for blank, and "" with a trouble when it fits nobody or several."""
        wanted = clean(text)
        if not wanted or wanted in self._records:
            return wanted, None
        found = self._addresses.get(wanted.lower(), set())
        if len(found) == 1:
            return next(iter(found)), None
        if found:
            return "", _trouble(wanted, f"which is the address of records {', '.join(sorted(found))}", "Use the record ID.")
        return "", _trouble(wanted, "which is nobody's record ID or address", self._hint(wanted))

    def _hint(self, wanted: str) -> str:
        if self._comparisons_left < len(self._records):
            return _BY_RECORD
        self._comparisons_left -= len(self._records)
        by_name = [record for record, name in self._records.items() if fold_reference(name) == fold_reference(wanted)]
        if len(by_name) == 1:
            return f"Use the record ID or address; did you mean record {by_name[0]}?"
        near = difflib.get_close_matches(wanted.lower(), list(self._addresses), n=1, cutoff=0.75)
        return f"Did you mean {near[0]}?" if near else _BY_RECORD


class Protocols:
    """Protocols by number and by short code, compared without case, spaces and dashes."""

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """`rows`: record id, number, short code."""
        self._by_text: dict[str, set[str]] = {}
        self._printed: dict[str, str] = {}
        self._comparisons_left = _COMPARISONS
        for record, number, code in rows:
            for text in (number, code):
                folded = fold_reference(text)
                if folded:
                    self._by_text.setdefault(folded, set()).add(record)
                    self._printed.setdefault(folded, text)

    def shared(self) -> dict[str, list[str]]:
        """Numbers or short codes, as printed, that stand in more than one record."""
        return {self._printed[text]: sorted(records) for text, records in self._by_text.items() if len(records) > 1}

    def resolve(self, text: str) -> Cell:
        """The protocol's record id; "" for blank, and "" with a trouble when it fits none or several."""
        folded = fold_reference(text)
        if not folded:
            return "", None if not clean(text) else _trouble(text, "which is no protocol", self._hint(folded))
        found = self._by_text.get(folded, set())
        if len(found) == 1:
            return next(iter(found)), None
        if found:
            what = f"which fits {len(found)} protocols (records {', '.join(sorted(found))})"
            return "", _trouble(text, what, "Write the number or short code that only one of them has.")
        return "", _trouble(text, "which is no protocol's number or short code", self._hint(folded))

    def _hint(self, folded: str) -> str:
        near: list[str] = []
        if folded and self._comparisons_left >= len(self._by_text):
            self._comparisons_left -= len(self._by_text)
            near = difflib.get_close_matches(folded, list(self._by_text), n=1, cutoff=0.6)
        if near:
            return f"Did you mean {clean(self._printed[near[0]])}?"
        return "Write its number or short code as in the Protocols project, or add the protocol there."


def _trouble(text: Any, what: str, next_step: str) -> Trouble:
    return Trouble(
        slug="unknown-reference", what=f"holds {quoted(str(text))}, {what}. It counts for nothing.", next_step=next_step
    )

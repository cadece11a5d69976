"""Judged reads, shared within one look.

Four jobs of one morning then judge unchanged records once. It decides what counts as the same read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from onboard.model import Assessment, Export, Rules

#: What one job needs at a time: the records of now, and those of its last run.
_KEPT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    export: Export
    rules: Rules
    read_on: date
    found: Assessment

    def fits(self, export: Export, rules: Rules, read_on: date) -> bool:
        """Whether these are the same cells under the same rules on the same local day.

        A snapshot's id would not do, for a text from which a person was removed keeps it.
        """
        return (
            self.read_on == read_on
            and self.export.instruments == export.instruments
            and self.export.dictionaries == export.dictionaries
            and self.export.irb_lists == export.irb_lists
            and self.export.missing_codes == export.missing_codes
            and self.rules == rules
        )


@dataclass(slots=True)
class JudgedReads:
    """The last reads, each with what was found. Nothing is kept beyond the object's own life."""

    _kept: list[_Judged] = field(default_factory=list)

    def get(self, export: Export, rules: Rules, read_on: date, snapshot: str, judge: Callable[[], Assessment]) -> Assessment:
        """What `judge` says of an export, asked once for the same cells, rules and local day of the read.

        The answer carries this export's own `read_at` and this `snapshot`.
        """
        one = next((kept for kept in self._kept if kept.fits(export, rules, read_on)), None)
        if one is None:
            # dropped first, so that a big lab is never in memory three times
            del self._kept[: 1 - _KEPT]
            one = _Judged(export=export, rules=rules, read_on=read_on, found=judge())
            self._kept.append(one)
        return replace(one.found, read_at=export.read_at, snapshot=snapshot)

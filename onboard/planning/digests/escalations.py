"""Escalations shown in the digest instead of in a mail of their own.

It decides which lines of the digest carry an escalation's keys, so that the reader is told once; what no other section shows
gets a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from onboard.model import Line, ReaderRole
from onboard.planning.digests.scope import View
from onboard.planning.escalation_lines import Escalation, calls_about, is_said
from onboard.planning.lab_day import Desk
from onboard.planning.told import may_name


@dataclass(frozen=True, slots=True)
class Calls:
    """What this reader should be told, by person and by subject.

    The PI's level comes before the supervisor's.
    """

    found: Mapping[tuple[str, tuple[str, str]], tuple[Escalation, ...]] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()  # keys of what the reader heard

    def keys(self, person: str, *abouts: tuple[str, str]) -> tuple[str, ...]:
        """The keys that a line about a person settles."""
        every = (call.line.key for of in abouts for call in self.found.get((person, of), ()))
        return tuple(key for key in every if key not in self.settled)


def calls_to(desk: Desk, view: View, address: str) -> Calls:
    """Return all the reader of a view should be told about its people, sent or not."""
    found: dict[tuple[str, tuple[str, str]], list[Escalation]] = {}
    for person in view.people if view.reader else ():
        for call in calls_about(desk, person, partial(may_name, desk, person)):
            if call.reader == view.reader:
                found.setdefault((person, call.of), []).append(call)
    ranked = {about: tuple(sorted(calls, key=lambda c: c.role is not ReaderRole.PI)) for about, calls in found.items()}
    heard = (call.line.key for calls in ranked.values() for call in calls if is_said(desk, call, address))
    return Calls(ranked, frozenset(heard))


def hand_lines(calls: Calls, elsewhere: Iterable[Line]) -> list[Line]:
    """Return a line for each matter in no other section that blocks no work today.

    Nearest day first.
    """
    said = {(line.person, line.title) for line in elsewhere}
    found = [_line(calls, person, of, every) for (person, of), every in calls.found.items() if not every[0].line.hard]
    kept = [line for line in found if (line.person, line.title) not in said]
    return sorted(kept, key=lambda line: (line.days if line.days is not None else 0, line.name, line.title))


def _line(calls: Calls, person: str, of: tuple[str, str], every: Sequence[Escalation]) -> Line:
    """Return the line of a matter: shown as long as it lasts, claimed once."""
    key, *also = calls.keys(person, of) or ("",)
    return replace(every[0].line, key=key, also=tuple(also))

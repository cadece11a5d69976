"""The layout of a project: arms, events, repeats, and forms on rows.

Unique event names, places, where a form may hold data. It knows no values.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

EVENT_NAME_LENGTH = 18  # "Deadline to opt out of study" became deadline_to_opt_ou_arm_2 on a live server


class Place(NamedTuple):
    """Where values are inside a record.

    `event` is blank in a classic project. A base row has instrument "" and instance 0, a row of a repeating event
    instrument "" and instance 1..n, a row of a repeating instrument both.
    """

    event: str = ""
    instrument: str = ""
    instance: int = 0

    @property
    def repeats(self) -> bool:
        """Whether the row carries an instance number."""
        return self.instance > 0


class Repeat(NamedTuple):
    """A repeating instrument (of one event), or with a blank form a whole repeating event."""

    form: str
    event: str = ""
    custom_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a longitudinal project with the forms designated for it; `unique_name` is derived when blank."""

    name: str
    forms: tuple[str, ...]
    arm: int = 1
    unique_name: str = ""
    custom_label: str = ""
    day_offset: str = "0"
    offset_min: str = "0"
    offset_max: str = "0"


@dataclass(slots=True, kw_only=True)
class Design:
    """Arms, events and repeats of one project. A classic project has no events; a longitudinal one may have lost all of them."""

    forms: tuple[str, ...]
    longitudinal: bool = False
    events: list[Event] = field(default_factory=list)
    arms: dict[int, str] = field(default_factory=dict)
    repeats: list[Repeat] = field(default_factory=list)

    @property
    def event_names(self) -> list[str]:
        """Unique event names in order; one blank name for a classic project."""
        return [event.unique_name for event in self.events] if self.longitudinal else [""]

    @property
    def first_event(self) -> str:
        """The event that is meant where none is named; blank in a classic project, and where there is none."""
        return next(iter(self.event_names), "")

    @property
    def arms_with_events(self) -> list[int]:
        """Arms as a server shows them: one without an event is shown nowhere."""
        return [number for number in self.arms if any(event.arm == number for event in self.events)]

    def arm_of(self, event: str) -> int | None:
        """The arm of that event; None in a classic project."""
        found = self.event(event)
        return found.arm if found else None

    def forget_lost_forms(self) -> None:
        """Forms that are gone are at no event and repeat nowhere."""
        kept = set(self.forms)
        self.events = [replace(event, forms=tuple(form for form in event.forms if form in kept)) for event in self.events]
        self.repeats = [repeat for repeat in self.repeats if not repeat.form or repeat.form in kept]

    def event(self, unique_name: str) -> Event | None:
        """The event of that unique name."""
        return next((event for event in self.events if event.unique_name == unique_name), None)

    def designated(self, event: str) -> tuple[str, ...]:
        """Forms that may be filled in at that event; all of them in a classic project."""
        found = self.event(event)
        return found.forms if found else (self.forms if not self.longitudinal else ())

    def event_repeats(self, event: str) -> bool:
        """Whether the whole event repeats."""
        return any(repeat.event == event and not repeat.form for repeat in self.repeats)

    def form_repeats(self, form: str, event: str = "") -> bool:
        """Whether the form is a repeating instrument at that event."""
        return any(repeat.form == form and repeat.event == event for repeat in self.repeats)

    def lives(self, form: str, place: Place) -> bool:
        """Whether values of the form can be on the row of that place."""
        if form not in self.designated(place.event):
            return False
        if place.instrument:
            return place.instrument == form
        if self.event_repeats(place.event):
            return place.repeats
        return not self.form_repeats(form, place.event)

    def place_for(self, form: str, event: str = "", instance: int | None = None) -> Place:
        """The place that holds the form at that event; instance 1 when the form or event repeats and none is given."""
        if self.form_repeats(form, event):
            return Place(event, form, instance or 1)
        if self.event_repeats(event):
            return Place(event, "", instance or 1)
        return Place(event, "", 0)

    def order(self, place: Place) -> tuple[bool, int, int, int]:
        """Sort key of rows inside a record: base rows in event order, then repeating rows by event and instance.

        assumption: not evidenced - two repeating instruments of one event come in dictionary order.
        """
        form = self.forms.index(place.instrument) if place.instrument in self.forms else -1
        return (place.repeats, self.event_names.index(place.event), form, place.instance)


def unique_event_names(events: Iterable[Event]) -> list[Event]:
    """Give every event its unique name, as REDCap derives it from label and arm."""
    taken: set[str] = set()
    named: list[Event] = []
    for event in events:
        unique = event.unique_name or _unused(_slug(event.name), event.arm, taken)
        taken.add(unique)
        named.append(replace(event, unique_name=unique))
    return named


def unique_group_names(groups: Iterable[str]) -> dict[str, str]:
    """Data access groups as unique name -> label; a second `Test DAG` becomes `test_dagb`."""
    named: dict[str, str] = {}
    for label in groups:
        named[next(name for name in _suffixed(_slug(label)) if name not in named)] = label
    return named


def normal_repeats(repeating: Sequence[str | Repeat], design: Design) -> list[Repeat]:
    """Repeats with their events: a bare form name repeats at every event it is designated for, an event as a whole."""
    found: list[Repeat] = []
    for entry in repeating:
        if isinstance(entry, Repeat):
            found.append(entry)
        elif design.event(entry):
            found.append(Repeat("", entry))
        elif entry in design.forms:
            found.extend(Repeat(entry, name) for name in design.event_names if entry in design.designated(name))
        else:
            raise ValueError(f"{entry!r} cannot repeat: it is neither a form nor an event of the project.")
    return found


def numbered_arms(arms: Mapping[int, str] | None, events: Sequence[Event]) -> dict[int, str]:
    """Arm numbers with names; `Arm 1` and so on where none is given."""
    numbers = sorted({event.arm for event in events} | set(arms or {}))
    return {number: (arms or {}).get(number, f"Arm {number}") for number in numbers}


def _slug(text: str) -> str:
    """A unique name as servers make it: a blank is an underscore, other characters go, nothing is collapsed, 18 are left."""
    return re.sub(r"[^a-z0-9_]", "", text.lower().replace(" ", "_"))[:EVENT_NAME_LENGTH]


def _suffixed(base: str) -> Iterable[str]:
    # assumption: not evidenced beyond the first suffix, which was seen on data access groups
    yield base
    for letter in "bcdefghijklmnopqrstuvwxyz":
        yield base + letter


def _unused(base: str, arm: int, taken: set[str]) -> str:
    return next(name for name in (f"{stem}_arm_{arm}" for stem in _suffixed(base)) if name not in taken)

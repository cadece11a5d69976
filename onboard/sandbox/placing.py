"""Where an imported row belongs, and the complaints when it belongs nowhere.

Event, instrument and instance of a row, and whether a field may be there.
"""

from collections.abc import Mapping
from typing import NamedTuple

from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Column
from onboard.sandbox.projects import Project
from onboard.sandbox.wire import csv_cell

EVENT, INSTRUMENT, INSTANCE = KEYS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
LARGEST_INSTANCE = 32767

NOT_REPEATING = (
    "redcap_repeat_instance cannot have a value since this instrument or event is not a repeating instrument or "
    "repeating event, respectively.  The redcap_repeat_instance field must be left blank for this row of data."
)
WRONG_INSTRUMENT = (
    "redcap_repeat_instrument must be the unique form name of a Repeating Instrument. It currently does not match "
    "the unique form name of any Repeating Instruments.  Please fix this in the data import file and try again."
)
NOT_A_NUMBER = (
    "redcap_repeat_instance must have a numeric value between '1' and '32767' for any Repeating Event or Repeating "
    "Instrument.  Please add a valid numeric value to redcap_repeat_instance in the data import file and try again."
)


class Complaint(NamedTuple):
    """One line of an import error."""

    record: str
    field: str
    value: str
    message: str

    def line(self) -> str:
        """`"record","field","value","message"`, quotes doubled."""
        return ",".join(csv_cell(part, always=True) for part in self)


def locate(project: Project, row: Mapping[str, str]) -> tuple[Place, list[Complaint]]:
    """The place of a row, with complaints instead when its keys do not fit the project."""
    event = row.get(EVENT, "") if project.design.longitudinal else ""
    instrument, instance = row.get(INSTRUMENT, ""), row.get(INSTANCE, "")
    record = row[project.dictionary.id_field]
    base = Place(event)
    if instrument and not project.design.form_repeats(instrument, event):
        return base, [Complaint(record, INSTRUMENT, instrument, WRONG_INSTRUMENT)]
    if not instrument and not project.design.event_repeats(event):
        return base, [Complaint(record, INSTANCE, instance, NOT_REPEATING)] if instance else []
    if not instance.isdigit() or not 1 <= int(instance) <= LARGEST_INSTANCE:
        # assumption: not evidenced - without events the text has no prefix
        prefix = f'(redcap_event_name="{event}") ' if event else ""
        return base, [Complaint(record, INSTANCE, instance, prefix + NOT_A_NUMBER)]
    return Place(event, instrument, int(instance)), []


def misplaced(project: Project, column: Column, place: Place) -> str | None:
    """Return why a value of that column cannot be at that place, or None."""
    design, form = project.design, column.form
    if design.lives(form, place):
        return None
    event = design.event(place.event)
    if event and form not in event.forms:
        arm = design.arms[event.arm]
        return (
            f"This field ('{column.name}') exists on an instrument that is not designated for the event named "
            f"'{event.name} (Arm {event.arm}: {arm})'. You are not allowed to import data for this field into this "
            "event."
        )
    if not place.repeats:
        return (
            f"This field ('{column.name}') exists on a Repeating Instrument named '{form}'. However, "
            "the fields 'redcap_repeat_instance' and/or 'redcap_repeat_instrument' for this row of data have no "
            "value, which are both required for importing data into a Repeating Instrument.  You are not allowed to "
            "import data for this field into a non-repeating instrument."
        )
    # assumption: not evidenced - the text, by analogy
    return (
        f"This field ('{column.name}') does not exist on the Repeating Instrument named '{place.instrument}'. You "
        "are not allowed to import data for this field into this repeating instrument."
    )

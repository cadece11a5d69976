"""The id of a row of evidence, as every page, link and key writes it.

For example ``completion/3/2@visit_1_arm_1#step_key``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceId:
    """The place of a row: form, record and instance.

    Also the event in a project with events, and the field where one row holds several pieces of evidence. `instance` is None
    where the text gives no number.
    """

    instrument: str
    record: str
    instance: int | None = None
    event: str = ""
    field: str = ""

    @classmethod
    def parse(cls, text: str) -> EvidenceId:
        """Takes an id apart; "" and other text give an id without a record. A record id may hold every character but a line
        break, so only the first and the last slash divide."""
        instrument, _, rest = text.partition("/")
        record, _, tail = rest.rpartition("/")
        place, _, field = tail.partition("#")
        number, _, event = place.partition("@")
        instance = int(number) if number.isascii() and number.isdigit() else None
        return cls(instrument=instrument, record=record, instance=instance, event=event, field=field)

    def __str__(self) -> str:
        number = "" if self.instance is None else str(self.instance)
        return written(self.instrument, self.record, number, self.event, self.field)


def written(instrument: str, record: str, instance: str, event: str = "", field: str = "") -> str:
    """The id as text, from cells as REDCap sent them; a whole column of rows is written without an object for each."""
    place = f"{instrument}/{record}/{instance}"
    return f"{place}{f'@{event}' if event else ''}{f'#{field}' if field else ''}"

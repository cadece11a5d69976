"""The color of a line's edge and of a state's tag; the word is always beside it."""

from __future__ import annotations

from onboard.model import Line, Section, Status

_STATES = {
    "not_due": "grey",
    "waived": "blue",
    "expiring": "amber",
    "current": "green",
    "pending": "blue",
    "unknown": "amber",
    "expired": "red",
    "missing": "red",
    "cleared": "green",
    "blocked": "red",
    "accepted": "green",
    "declined": "red",
    "received": "blue",
}
_SECTIONS = {
    Section.STEPS: "blue",
    Section.DONE: "green",
    Section.BLOCKED: "red",
    Section.BLOCKED_NOW: "red",
    Section.BLOCKS_WORK: "red",
    Section.DUE: "amber",
    Section.CLEARED: "green",
    Section.RECEIPT: "blue",
    Section.CHECKING: "blue",
    Section.NEEDS_YOU: "amber",
    Section.TROUBLE: "red",
}
#: Sections whose own color says more than the status of the finding.
_SECTION_FIRST = frozenset(
    {Section.BLOCKED, Section.BLOCKED_NOW, Section.BLOCKS_WORK, Section.CLEARED, Section.DONE, Section.TROUBLE, Section.CHECKING}
)


def status_tone(status: str) -> str:
    """red, amber, green, blue or grey; never shown without the word for the status."""
    return _STATES.get(status, "grey")


def tone(line: Line) -> str:
    """The color of a line's edge."""
    # A first list full of red would scold a person who has not begun.
    begun = not (line.section is Section.STEPS and line.status == Status.MISSING)
    if line.section not in _SECTION_FIRST and line.status in _STATES and begun:
        return _STATES[line.status]
    return _SECTIONS.get(line.section, "grey")

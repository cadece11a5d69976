"""The word on a line's badge and the color behind it.

They are decided together, so that every color has its word.
"""

from __future__ import annotations

from onboard.model import Line, Section, Status

_WORDS = {
    "not_due": ("not asked for", "grey"),
    "waived": ("waived", "blue"),
    "expiring": ("ends soon", "amber"),
    "current": ("valid", "green"),
    "pending": ("under way", "blue"),
    "unknown": ("cannot be told", "amber"),
    "expired": ("ended", "red"),
    "missing": ("missing", "red"),
    "cleared": ("records complete", "green"),
    "blocked": ("blocked", "red"),
}
_SECTIONS = {
    Section.STEPS: ("to do", "blue"),
    Section.OTHERS_DO: ("others do this", "grey"),
    Section.DONE: ("done", "green"),
    Section.BLOCKED: ("blocked", "red"),
    Section.BLOCKED_NOW: ("blocked", "red"),
    Section.BLOCKS_WORK: ("blocks work", "red"),
    Section.DUE: ("to do", "amber"),
    Section.CLEARED: ("records complete", "green"),
    Section.RECEIPT: ("received", "blue"),
    Section.NEEDS_YOU: ("waits", "amber"),
    Section.UNREADABLE: ("could not be read", "amber"),
    Section.GONE: ("no longer in REDCap", "amber"),
    Section.TROUBLE: ("trouble", "red"),
    Section.SILENT: ("no reaction", "amber"),
    Section.MAIL: ("mail", "amber"),
    Section.EYES: ("to look at", "blue"),
}
#: Sections whose own word says more than the status of the finding.
_SECTION_FIRST = frozenset(
    {
        Section.BLOCKED,
        Section.BLOCKED_NOW,
        Section.BLOCKS_WORK,
        Section.CLEARED,
        Section.DONE,
        Section.OTHERS_DO,
        Section.UNREADABLE,
        Section.TROUBLE,
        Section.EYES,
        Section.RECEIPT,
    }
)


def status_word(status: str) -> str:
    """A status for people: ``ends soon``; "" for none."""
    return _WORDS[status][0] if status in _WORDS else status.replace("_", " ")


def status_tone(status: str) -> str:
    """red, amber, green, blue or grey; never shown without `status_word`."""
    return _WORDS[status][1] if status in _WORDS else "grey"


def badge(line: Line) -> tuple[str, str]:
    """Return the word on a line's badge, "" for none, and its color."""
    if line.section is Section.RECEIPT:
        return _receipt(line.status)
    # A first list full of red "missing" would scold a person who has not begun.
    begun = not (line.section is Section.STEPS and line.status == Status.MISSING)
    if line.section not in _SECTION_FIRST and line.status in _WORDS and begun:
        return _WORDS[line.status]
    return _SECTIONS.get(line.section, ("", "grey"))


def _receipt(status: str) -> tuple[str, str]:
    """Evidence received: accepted, not accepted, or still to be looked at."""
    if status in (Status.CURRENT, Status.EXPIRING, "accepted"):
        return "accepted", "green"
    if status in (Status.MISSING, Status.EXPIRED, "declined"):
        return "not accepted", "red"
    if status == "renewed":
        return "renewed", "green"
    return "received", "blue"

"""The line about two rows of the records that disagree."""

from __future__ import annotations

from collections.abc import Callable

from onboard.judging.reconcile import Mismatch
from onboard.model import Line, Section
from onboard.planning.lab_day import Desk
from onboard.planning.people import codes, named


def mismatch_line(desk: Desk, mismatch: Mismatch, section: Section, title: str, act: str, links: Callable[[str], str]) -> Line:
    """Return the line: whose rows disagree, on which protocol and since when.

    Its link is the first row that has a page.
    """
    person = mismatch.people[0]
    return Line(
        key="",
        section=section,
        title=title,
        why=mismatch.words,
        act=act,
        person=person,
        name=named(desk, person),
        protocol=codes(desk, [mismatch.protocol]),
        since=mismatch.since,
        url=next((url for e in mismatch.evidence if (url := links(e))), ""),
    )

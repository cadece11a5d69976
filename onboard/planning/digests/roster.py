"""The roster a lab may attach to the digest: who is cleared for what, until when.

It gives no reasons, so that a forwarded file reveals no course, waiver or absence.
"""

from __future__ import annotations

from onboard.judging.readiness import cleared_on, ready_span
from onboard.model import Cleared, RosterRow
from onboard.planning.digests.scope import View, rows_of
from onboard.planning.lab_day import Desk
from onboard.planning.people import here, named


def roster(desk: Desk, view: View) -> tuple[RosterRow, ...]:
    """Return a row for each person who is here and each protocol they work on.

    In the order of the digest's people.
    """
    found = []
    for person in view.people:
        for row in rows_of(desk, view, person) if here(desk, person) else ():
            verdict = cleared_on(row, desk.today)
            through = ready_span(row, desk.today)[1] if verdict is Cleared.CLEARED else None
            code = desk.assessment.protocol_label(row.protocol)
            found.append(RosterRow(person=named(desk, person), protocol=code, verdict=verdict, through=through))
    return tuple(found)

"""Whose records a digest covers, and the bars of its picture.

Each person counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from onboard.dates import plus_days
from onboard.judging.readiness import cleared_on
from onboard.model import Bar, Cleared, Readiness
from onboard.model.records import record_order
from onboard.planning.blockers import blocks
from onboard.planning.groups import may_read
from onboard.planning.lab_day import Desk
from onboard.planning.people import heads, here, named, supervisor_of
from onboard.timeline import Answer, Timeline, all_of

_PICTURE_DAYS = 26 * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The protocols of one reader, and the people on them or supervised by them.

    The reader's own record comes first.
    """

    reader: str  # record id, "" for an address that is no record
    protocols: frozenset[str]
    people: tuple[str, ...]


def view_of(desk: Desk, reader: str, protocols: frozenset[str]) -> View:
    """Return the people a digest covers.

    Everyone who is or was on the reader's protocols that are not closed, and people on no such protocol whom the reader
    supervises; those without a supervisor among the lab's PIs are seen by every PI.
    """
    found, leads = [], frozenset(heads(desk))
    for record in desk.assessment.people:
        own = {row.protocol for row in desk.rows(record) if row.protocol and row.protocol not in desk.closed}
        if own & protocols or (not own and reader and _under(desk, record, reader, leads)):
            found.append(record)
    return View(reader=reader, protocols=protocols, people=tuple(sorted(found, key=lambda r: (r != reader, record_order(r)))))


def _under(desk: Desk, person: str, reader: str, leads: frozenset[str]) -> bool:
    above = supervisor_of(desk, person)
    return above == reader or person == reader or above not in leads


def rows_of(desk: Desk, view: View, person: str) -> list[Readiness]:
    """Return the person's rows that count for this reader today.

    Protocols they certainly work on and that are not closed, else the row without a protocol.
    """
    rows = [row for row in desk.rows(person) if row.task is None and row.protocol not in desk.closed]
    return [r for r in rows if not r.protocol or (r.protocol in view.protocols and desk.working(r))]


def standing(desk: Desk, view: View, person: str) -> Cleared:
    """Return one verdict for a person over this reader's protocols.

    Blocked before unknown before cleared; not due when not here.
    """
    found = {cleared_on(row, desk.today) for row in rows_of(desk, view, person)}
    for verdict in (Cleared.BLOCKED, Cleared.UNKNOWN, Cleared.CLEARED, Cleared.NOT_DUE):
        if verdict in found:
            return verdict
    return _without_work(desk, person)


def _without_work(desk: Desk, person: str) -> Cleared:
    """Return the status of a person on no protocol of the reader today.

    Only what is required of the person counts.
    """
    if not here(desk, person):
        return Cleared.NOT_DUE
    own = [f for f in desk.findings(person) if not f.scope.protocol and f.requirement.blocks]
    answer = all_of(~f.obligation.due | f.met for f in own).at(desk.today)
    return {Answer.YES: Cleared.CLEARED, Answer.NO: Cleared.BLOCKED, Answer.UNKNOWN: Cleared.UNKNOWN}[answer]


def counts(desk: Desk, view: View) -> Mapping[str, int]:
    """People who are here today, by verdict, each once."""
    verdicts = [standing(desk, view, person) for person in view.people if desk.belongs(person) is not Answer.NO]
    return {
        "people": len(verdicts),
        "cleared": verdicts.count(Cleared.CLEARED),
        "blocked": verdicts.count(Cleared.BLOCKED),
        "unknown": verdicts.count(Cleared.UNKNOWN) + verdicts.count(Cleared.NOT_DUE),
        "protocols": len(view.protocols - desk.closed.keys()),
    }


def bars(desk: Desk, view: View) -> list[Bar]:
    """Return when each person is cleared on all of this reader's protocols they have.

    Over the next 26 weeks. Half-typed records are the coordinator's; a blocked person who was not told is counted in words, not
    named.
    """
    window = Timeline.between(desk.today, plus_days(desk.today, _PICTURE_DAYS - 1))
    found = []
    for person in view.people:
        rows = rows_of(desk, view, person)
        known = desk.assessment.people[person].complete and not unheard(desk, view, person)
        if rows and desk.belongs(person) is not Answer.NO and known:
            days = all_of(row.cleared for row in rows).within(window)
            found.append(Bar(label=named(desk, person), cleared=_closed(days.sure), unknown=_closed(days.unknown())))
    return found


def unheard(desk: Desk, view: View, person: str) -> bool:
    """Whether a person is blocked, and only by what others may not read yet."""
    stopped = blocks(desk, person, view.protocols)
    return bool(stopped) and not any(may_read(desk, view.reader, person, block) for block in stopped)


def _closed(days: Timeline) -> tuple[tuple[date, date], ...]:
    return tuple((first, last) for first, last in days.ranges() if first and last)

"""What is said of a protocol that closed: once to those who worked on it, and to the coordinator until its rows are ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from onboard.dates import plus_days, show
from onboard.folding import counted
from onboard.judging import kinds
from onboard.judging.closed import TIDY_DAYS
from onboard.judging.coverage import listing_presence, span
from onboard.model import Delegation, Finding, Line, Listing, Section
from onboard.model.phrases import joined, phrase
from onboard.model.records import record_order
from onboard.planning import item_keys
from onboard.planning.deadlines import Edge, edges, stems
from onboard.planning.lab_day import Desk
from onboard.planning.people import codes, here, named
from onboard.timeline import Answer


def closed_lines(desk: Desk, person: str, address: str) -> list[Line]:
    """To a person who worked on it the day before: that it closed, once, and that nothing is asked of them."""
    news = [protocol for protocol in desk.closed if not desk.over(protocol) and _worked_on(desk, person, protocol)]
    if not news or not here(desk, person):
        return []
    closures = {f.scope.protocol: f for f in desk.findings(person) if _is_closure(f)}
    near = {edge.scope.protocol: edge for edge in edges(closures.values(), desk.today)}
    return [
        _closed_line(desk, near[protocol], desk.closed[protocol]) for protocol in news if _unsaid(desk, near, protocol, address)
    ]


def _is_closure(finding: Finding) -> bool:
    return kinds.of(finding.requirement).stops and finding.requirement.id == "closure"


def _worked_on(desk: Desk, person: str, protocol: str) -> bool:
    return desk.involved(person, protocol).at(plus_days(desk.closed[protocol], -1)) is Answer.YES


def _unsaid(desk: Desk, near: dict[str, Edge], protocol: str, address: str) -> bool:
    edge = near.get(protocol)
    return edge is not None and not any(desk.said.settled(item_keys.reminder(stem, 0), address) for stem in stems(desk, edge))


def _closed_line(desk: Desk, edge: Edge, day: date) -> Line:
    code = codes(desk, [edge.scope.protocol])
    return Line(
        key=item_keys.reminder(edge.stem, 0),
        section=Section.BLOCKED,
        title=phrase("ended_study.title", protocol=code),
        headline=phrase("pause.closed", protocols=code, why=phrase("to_you.closed", since=show(day))),
        why=phrase("ended_study.closed", protocol=code, day=show(day)),
        act=phrase("ended_study.stop", protocol=code),
        person=edge.person,
        protocol=code,
        since=day,
        hard=True,
        stop=edge.scope.protocol,
    )


# to the coordinator ---------------------------------------------------------------------------------------------------


def tidy_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """One line for each closed protocol that still has people on its list or delegations, for a year."""
    recent = [p for p, day in desk.closed.items() if plus_days(day, TIDY_DAYS) >= desk.today]
    found = (_tidy_line(desk, protocol, links) for protocol in sorted(recent, key=record_order))
    return [line for line in found if line]


def standing_rows(desk: Desk, protocol: str) -> tuple[list[Listing], list[Delegation]]:
    """The listings and delegations of a protocol that certainly go on after today."""
    listed = [r for r in desk.assessment.listings if r.protocol == protocol and listing_presence(r).at(desk.today) is Answer.YES]
    given = [
        r for r in desk.assessment.delegations if r.protocol == protocol and span(r.first, r.last).at(desk.today) is Answer.YES
    ]
    return listed, given


def left_to_end(desk: Desk, protocol: str) -> str:
    """What is left to end: ``take 2 people off its IRB list and end 1 delegation``; "" for nothing."""
    listed, given = standing_rows(desk, protocol)
    parts = []
    if listed:
        parts.append(phrase("ended_study.take_off", people=counted(len({row.person for row in listed}), "person", "people")))
    if given:
        parts.append(phrase("ended_study.end", delegations=counted(len(given), "delegation")))
    return joined(" and ", parts) if parts else ""


def _tidy_line(desk: Desk, protocol: str, links: Callable[[str], str]) -> Line | None:
    left = left_to_end(desk, protocol)
    if not left:
        return None
    listed, given = standing_rows(desk, protocol)
    rows: list[Listing | Delegation] = [*listed, *given]
    people = sorted({row.person for row in rows}, key=record_order)
    code, day = codes(desk, [protocol]), desk.closed[protocol]
    return Line(
        key="",
        section=Section.IRB,
        title=phrase("ended_study.title", protocol=code),
        why=phrase("ended_study.still", protocol=code, day=show(day), names=", ".join(named(desk, one) for one in people)),
        act=phrase("ended_study.please", left=left),
        protocol=code,
        since=day,
        url=next((url for row in rows if (url := links(row.evidence))), ""),
    )

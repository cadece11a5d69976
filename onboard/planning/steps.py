"""The steps of a person's first weeks, in the order they can be done.

Each with its owner, its deadline and the steps it waits for. judging/estimates.py estimates the day the person can begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from onboard.dates import plus_days
from onboard.judging import kinds
from onboard.judging.appointments import stay
from onboard.judging.kinds import actor
from onboard.judging.readiness import status_on
from onboard.model import Assessment, Finding, Requirement, Scope, Status
from onboard.planning.deadlines import Edge, edges, own_act
from onboard.timeline import NEVER, Answer, Timeline

#: What is due more than so many days after the start is not part of the first list.
HORIZON = 90


class StepState(StrEnum):
    """The state of a step."""

    OPEN = "open"  # to do
    WAITING = "waiting"  # sent in, signed up, or submitted: another person checks it
    CHECKED = "checked"  # cannot be told yet: something must be read or recorded first
    DONE = "done"  # done


_STATES = {
    Status.CURRENT: StepState.DONE,
    Status.WAIVED: StepState.DONE,
    Status.PENDING: StepState.WAITING,
    Status.UNKNOWN: StepState.CHECKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the list."""

    person: str
    finding: Finding
    owner: str  # you, coordinator or pi
    state: StepState
    status: Status  # on the day it is needed
    needed: date  # first day it is asked
    due: date  # the day by which it should be done: needed less the lead
    depends_on: tuple[int, ...]  # positions in the list of the steps it waits for
    minutes: int
    link: str
    edge: Edge | None  # what reminders count by; None when nothing is certainly due

    @property
    def requirement(self) -> Requirement:
        return self.finding.requirement

    @property
    def scope(self) -> Scope:
        return self.finding.scope


def checklist(assessment: Assessment, person: str, today: date) -> list[Step]:
    """Return the steps of a person's present or coming stay.

    Each after what it waits for; empty without an appointment.
    """
    run = stay(assessment, person, today)
    if run is None:
        return []
    first = max(today, run[0])
    window = Timeline.between(first, plus_days(first, HORIZON)) & Timeline.between(*run)
    mine = [f for f in assessment.by_person.get(person, ()) if kinds.of(f.requirement).on_checklist]
    near = {(e.requirement.id, e.scope): e for e in edges(mine, first)}
    groups: dict[tuple[str, Scope], list[Finding]] = {}
    for finding in mine:
        groups.setdefault((finding.requirement.id, finding.scope), []).append(finding)
    found = (_step(group, window, near.get(key)) for key, group in groups.items())
    return _ordered([step for step in found if step])


def _step(group: Sequence[Finding], window: Timeline, edge: Edge | None) -> Step | None:
    needed = _needed(group, window)
    if needed is None:
        return None
    finding = next(f for f in group if f.obligation.due.at(needed) is not Answer.NO)
    requirement, status = finding.requirement, status_on(finding, needed)
    state = _state(finding, status, needed, edge)
    return Step(
        person=finding.person,
        finding=finding,
        owner=actor(requirement),
        state=state,
        status=status,
        needed=needed,
        due=edge.deadline if edge and edge.ends else plus_days(needed, -requirement.lead_days),
        depends_on=(),
        minutes=requirement.minutes,
        link=requirement.how_to,
        edge=edge if state is not StepState.DONE else None,
    )


def _state(finding: Finding, status: Status, needed: date, edge: Edge | None) -> StepState:
    """Return the state of a step.

    A person who signed up and did not pass must still pass: that step is theirs, with nothing for others to check.
    """
    if status is Status.EXPIRING and edge is None:
        return StepState.DONE
    if status is Status.PENDING and own_act(finding.requirement) and finding.if_accepted.at(needed) is not Answer.YES:
        return StepState.OPEN
    return _STATES.get(status, StepState.OPEN)


def _needed(group: Sequence[Finding], window: Timeline) -> date | None:
    """The first day it is certainly asked, else the first day it may be."""
    sure = possible = NEVER
    for finding in group:
        sure, possible = sure | finding.obligation.due.sure, possible | finding.obligation.due.possible
    return (sure & window).start() or (possible & window).start()


# order ----------------------------------------------------------------------------------------------------------------


def _ordered(steps: list[Step]) -> list[Step]:
    """Return each step after those it waits for, else by deadline.

    Steps that wait for each other keep their order.
    """
    left = sorted(steps, key=lambda s: (s.due, s.owner != "you", s.requirement.title, str(s.scope)))
    placed: list[Step] = []
    while left:
        free = next((s for s in left if not any(_waits(s, other) for other in left if other is not s)), left[0])
        left.remove(free)
        placed.append(free)
    return [replace(step, depends_on=_waited_for(step, placed[:at])) for at, step in enumerate(placed)]


def _waited_for(step: Step, before: Sequence[Step]) -> tuple[int, ...]:
    return tuple(n for n, other in enumerate(before) if _waits(step, other))


def _waits(step: Step, other: Step) -> bool:
    """Whether `step` waits for `other`.

    By its depends_on; a listing for the courses its protocol asks, since a change with a course missing is returned; a delegation
    for those and the listing.
    """
    if other.state is StepState.DONE:
        return False
    if other.requirement.id in step.requirement.depends_on:
        return other.scope.protocol in ("", step.scope.protocol)
    return other.requirement.kind in kinds.of(step.requirement).after and _asked_on(other, step.scope.protocol)


def _asked_on(step: Step, protocol: str) -> bool:
    if step.scope.protocol:
        return step.scope.protocol == protocol
    asked = step.finding.obligation.asked
    return any(days.possible for at, days in asked.items() if at in ("", protocol))

"""When a person can start each protocol and task, and what takes longest.

Each stage also names who acts next. All of it is an estimate, marked as such; it clears no person.

Assumed: the person acts within working days of a step's minutes; others act within the days of their kind (`kinds.py`); a
change of the IRB's list follows the courses, since a change with a course missing is returned. The IRB's turnaround is the
median of the lab's own listings once there are five, else ten working days. `path`, the welcome, the digest, the worklist and
`explain` all print these days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_high

from onboard.dates import WorkCalendar, known_day
from onboard.judging import kinds
from onboard.judging.closed import closed_on
from onboard.judging.kinds import actor
from onboard.judging.readiness import status_on
from onboard.model import Assessment, Clause, Readiness, Requirement, RequirementKind, Status, Task
from onboard.model.phrases import phrase
from onboard.timeline import Answer

#: IRB turnaround in working days where the lab has too few listings of its own, and how many are enough.
DEFAULT_TURNAROUND, ENOUGH = 10, 5
_MINUTES_A_DAY = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnaround:
    """How long the IRB takes, in working days, and from how many of the lab's own listings that is known."""

    days: int
    of: int  # listings with both dates
    own: bool  # False: the default

    @property
    def words(self) -> str:
        """Where the number comes from."""
        if self.own:
            return phrase("turnaround.own", days=self.days, listings=self.of)
        return phrase("turnaround.assumed", days=self.days, listings=self.of, enough=ENOUGH)


def pace(requirement: Requirement, irb: Turnaround) -> int | None:
    """Return the working days an act takes once it can begin.

    None where no pace is known: an approval, a hold, an appointment.
    """
    kind = kinds.of(requirement)
    if kind.filed:
        return irb.days
    return None if kind.pace is None else max(kind.pace, -(-requirement.minutes // _MINUTES_A_DAY))


def irb_turnaround(assessment: Assessment, calendar: WorkCalendar) -> Turnaround:
    """Submitted to approved, in working days, over the lab's own listings."""
    took = [
        calendar.between(submitted, approved)
        for row in assessment.listings
        if (submitted := known_day(row.submitted)) and (approved := known_day(row.approved)) and submitted <= approved
    ]
    if len(took) < ENOUGH:
        return Turnaround(days=DEFAULT_TURNAROUND, of=len(took), own=False)
    return Turnaround(days=median_high(took), of=len(took), own=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One thing that is missing; `about` is its expected day, None when unknown."""

    requirement: str
    title: str
    status: Status
    owner: str  # name, "the coordinator" or the PI's
    begins: date
    about: date | None
    known: bool  # True: a date on record, not an estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row: when it can start, through which stages; `about` None when a stage has no end in sight."""

    protocol: str  # record id, "" for none
    task: Task | None
    about: date | None
    bottleneck: Stage | None  # the stage that ends last, or that has no end in sight; None when nothing is missing
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The routes of one person as of a day."""

    person: str
    today: date
    start: date  # the later of today and the first day in the lab
    appointed: bool  # False: no appointment covers today or a day to come
    turnaround: Turnaround
    routes: tuple[Route, ...]


def path(
    assessment: Assessment, person: str, today: date, calendar: WorkCalendar | None = None, start: date | None = None
) -> Path:
    """Return the critical path of a person (record id).

    `calendar`: the lab's working days; weekends only when left out. `start`: the day from which work is wanted, where that is
    later than today.
    """
    calendar = calendar or WorkCalendar()
    closed = closed_on(assessment, today)
    mine = tuple(row for row in assessment.readiness if row.person == person)
    rows = tuple(row for row in mine if row.protocol not in closed)
    starts = mine[0].belongs.sure.first_day(max(start or today, today)) if mine else None
    turnaround = irb_turnaround(assessment, calendar)
    walker = _Walker(assessment, today, starts or start or today, calendar, turnaround)
    return Path(
        person=person,
        today=today,
        start=starts or start or today,
        appointed=starts is not None,
        turnaround=turnaround,
        routes=tuple(walker.route(row) for row in rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStart:
    """The protocol ("" for none) on which a person can begin first, about when, and what decides the day.

    `about` None: no day can be named, because `bottleneck` has no end in sight.
    """

    protocol: str  # record id
    about: date | None
    bottleneck: Stage | None


def first_start(
    assessment: Assessment, person: str, today: date, calendar: WorkCalendar | None = None, start: date | None = None
) -> FirstStart | None:
    """Return the earliest of a person's routes, as `path` prints it.

    None for a person without an appointment today or later.
    """
    found = path(assessment, person, today, calendar, start)
    routes = [route for route in found.routes if route.task is None]
    if not found.appointed or not routes:
        return None
    first = min(routes, key=lambda route: (route.about or date.max, route.protocol))
    return FirstStart(protocol=first.protocol, about=first.about, bottleneck=first.bottleneck)


@dataclass(frozen=True, slots=True)
class _Walker:
    """What every estimate needs."""

    assessment: Assessment
    today: date
    start: date
    calendar: WorkCalendar
    turnaround: Turnaround

    def route(self, row: Readiness) -> Route:
        """A row that is cleared on the first day needs nothing; else every open clause is a stage."""
        stages = self._stages(row, [c for c in row.clauses if c.holds.at(self.start) is not Answer.YES])
        about = self._about(stages)
        if stages and about:  # what holds on the first day but ends meanwhile is in the way as well
            late = [c for c in row.clauses if c.holds.at(self.start) is Answer.YES and c.holds.at(about) is not Answer.YES]
            stages += self._stages(row, late)
            about = self._about(stages)
        last = next((s for s in stages if s.about is None), None) or max(stages, key=_ends, default=None)
        return Route(protocol=row.protocol, task=row.task, about=about, bottleneck=last, stages=tuple(stages))

    def _about(self, stages: Sequence[Stage]) -> date | None:
        days = [stage.about for stage in stages]
        return None if None in days else max([self.start, *(day for day in days if day)])

    def _stages(self, row: Readiness, clauses: Sequence[Clause]) -> list[Stage]:
        """In the order in which they can be done."""
        done = self._approved(row)
        stages: list[Stage] = []
        for clause in sorted(clauses, key=_rank):
            stage = self._stage(row, clause, done)
            stages.append(stage)
            kind = clause.finding.requirement.kind
            done[kind] = _later(done[kind], stage.about) if kind in done else stage.about
        return stages

    def _approved(self, row: Readiness) -> dict[RequirementKind, date | None]:
        """The day a protocol's approval begins, where it is not there today: no list can be changed before it."""
        found = [c.finding for c in row.clauses if kinds.of(c.finding.requirement).approves]
        days = [finding.met.sure.first_day(self.today) for finding in found]
        begins = None if None in days else max((day for day in days if day), default=self.today)
        return {} if begins == self.today else {finding.requirement.kind: begins for finding in found}

    def _stage(self, row: Readiness, clause: Clause, done: Mapping[RequirementKind, date | None]) -> Stage:
        finding = clause.finding
        # a clause also holds once nothing is asked any more: only days in the lab count
        known = (clause.holds.sure & row.belongs.sure).first_day(self.start)
        waits = [done[before] for before in kinds.of(finding.requirement).after if before in done]
        begins = max([self.today, *(day for day in waits if day)])
        estimate = None if None in waits else self._estimate(clause, begins)
        status = status_on(finding, self.start, clause.asked)
        return Stage(
            requirement=finding.requirement.id,
            title=finding.requirement.title,
            status=status,
            owner=self._owner(clause, status),
            begins=begins,
            about=known if known and known > self.start else estimate,
            known=known is not None and known > self.start,
        )

    def _estimate(self, clause: Clause, begins: date) -> date | None:
        """The day an act can be expected done; None where no day can be named."""
        requirement = clause.finding.requirement
        days = pace(requirement, self.turnaround)
        if days is None or (kinds.of(requirement).filed and not self._not_overdue(clause)):
            return None
        return self.calendar.add(self._filed(clause) or begins, days)

    def _filed(self, clause: Clause) -> date | None:
        """The day a change that still waits was filed."""
        finding = clause.finding
        rows = finding.obligation.evidence.listings if kinds.of(finding.requirement).filed else ()
        waiting = [r.submitted for r in rows if isinstance(r.submitted, date) and r.approved is None and r.removed is None]
        return max((day for day in waiting if day <= self.today), default=None)

    def _not_overdue(self, clause: Clause) -> bool:
        """A change that waits longer than the turnaround has no day any more."""
        filed = self._filed(clause)
        return filed is None or self.calendar.add(filed, self.turnaround.days) >= self.today

    def _owner(self, clause: Clause, status: Status) -> str:
        """Return who acts next; the coordinator checks evidence sent in and unknowns."""
        finding = clause.finding
        waits = finding.if_accepted.at(self.start) is Answer.YES or status is Status.UNKNOWN
        looked_at = kinds.of(finding.requirement).report and waits
        who = "coordinator" if looked_at else actor(finding.requirement)
        if who == "you":
            return self.assessment.person_label(clause.finding.person)
        if who == "pi":
            known = self.assessment.protocols.get(clause.finding.scope.protocol)
            return self.assessment.person_label(known.pi) if known and known.pi else phrase("lines.the_pi")
        return phrase("lines.the_coordinator")


def _rank(clause: Clause) -> tuple[int, str]:
    """Courses before the listing, the listing before the delegation."""
    requirement = clause.finding.requirement
    return kinds.order(requirement.kind), requirement.id


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else None


def _ends(stage: Stage) -> date:
    return stage.about or date.max

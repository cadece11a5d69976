"""When a person can start each protocol and task, and what takes longest.

Each stage also names who acts next. All of it is an estimate, marked as such; it clears no person.

Assumed: the person acts within working days of a step's minutes; others act within the days of their kind (`kinds.py`); a
change of the IRB's list follows the courses, since a change with a course missing is returned; evidence that must be there some
days before counts so many days later, and evidence that would have ended by then is given later. The IRB's turnaround is the
median of the lab's own listings once there are five, else ten working days. `path`, the welcome, the digest, the worklist and
`explain` all print these days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_high

from onboard.dates import WorkCalendar, known_day, plus_days
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
    """One thing that is missing; `about` is its expected day, None when unknown.

    `counts` is the day from which it meets what is asked: later than `about` where evidence must be there some days before.
    """

    requirement: str
    title: str
    status: Status
    owner: str  # name, "the coordinator" or the PI's
    begins: date
    about: date | None
    counts: date | None
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
        wanted, groups = self.start, [[c for c in row.clauses if c.holds.at(self.start) is not Answer.YES]]
        stages, about = self._walk(row, groups, wanted)
        for _ in row.clauses:
            if not stages or not about or (about <= wanted and not self._late(row, groups, about)):
                break
            # what holds on the first day but ends meanwhile is in the way as well, and nothing waits for it
            groups, wanted = [*groups, self._late(row, groups, about)], about
            stages, about = self._walk(row, groups, wanted)
        last = next((s for s in stages if s.about is None), None) or max(stages, key=_ends, default=None)
        return Route(protocol=row.protocol, task=row.task, about=about, bottleneck=last, stages=tuple(stages))

    def _late(self, row: Readiness, groups: Iterable[Sequence[Clause]], about: date) -> list[Clause]:
        known = [clause for group in groups for clause in group]
        return [c for c in row.clauses if c not in known and c.holds.at(about) is not Answer.YES]

    def _walk(self, row: Readiness, groups: Iterable[Sequence[Clause]], wanted: date) -> tuple[list[Stage], date | None]:
        """All stages, and the day on which all of them count; `wanted`: the earliest one."""
        stages = [stage for group in groups for stage in self._stages(row, group, wanted)]
        return stages, self._about(stages)

    def _about(self, stages: Sequence[Stage]) -> date | None:
        days = [stage.counts for stage in stages]
        return None if None in days else max([self.start, *(day for day in days if day)])

    def _stages(self, row: Readiness, clauses: Sequence[Clause], wanted: date) -> list[Stage]:
        """In the order in which they can be done."""
        done = self._approved(row)
        stages: list[Stage] = []
        for clause in sorted(clauses, key=_rank):
            stage, first = self._stage(row, clause, done, wanted)
            stages.append(stage)
            kind = clause.finding.requirement.kind
            done[kind] = _later(done[kind], first) if kind in done else first
        return stages

    def _approved(self, row: Readiness) -> dict[RequirementKind, date | None]:
        """The day a protocol's approval begins, where it is not there today: no list can be changed before it."""
        found = [c.finding for c in row.clauses if kinds.of(c.finding.requirement).approves]
        days = [finding.met.sure.first_day(self.today) for finding in found]
        begins = None if None in days else max((day for day in days if day), default=self.today)
        return {} if begins == self.today else {finding.requirement.kind: begins for finding in found}

    def _stage(
        self, row: Readiness, clause: Clause, done: Mapping[RequirementKind, date | None], wanted: date
    ) -> tuple[Stage, date | None]:
        """The stage, and the first day on which what waits for it can begin: also where it must be given once more later."""
        finding = clause.finding
        known = self._known(row, clause, wanted)
        waits = [done[before] for before in kinds.of(finding.requirement).after if before in done]
        begins = max([self.today, *(day for day in waits if day)])
        soonest = None if None in waits else self._estimate(clause, begins)
        estimate = self._lasting(finding.requirement, soonest, wanted)
        counts = self._counts(finding.requirement, estimate)
        if known and counts and counts < known and not finding.met.sure.covers(known):
            known = None  # it is not asked from that day on, but doing it is sooner
        status = status_on(finding, self.start, clause.asked)
        stage = Stage(
            requirement=finding.requirement.id,
            title=finding.requirement.title,
            status=status,
            owner=self._owner(clause, status),
            begins=begins,
            about=known or estimate,
            counts=known or counts,
            known=known is not None,
        )
        return stage, known or self._counts(finding.requirement, soonest)

    def _known(self, row: Readiness, clause: Clause, wanted: date) -> date | None:
        """The first day on record from which the clause holds through the wanted day; else the first one after that."""
        # a clause also holds once nothing is asked any more: only days in the lab count
        days = clause.holds.sure & row.belongs.sure
        run = days.run_at(wanted)
        return max(run[0] or self.start, self.start) if run else days.first_day(wanted)

    def _lasting(self, requirement: Requirement, done: date | None, wanted: date) -> date | None:
        """What would have ended before the wanted day is done later: so that it counts on that day."""
        last = requirement.validity.last_day(done) if done and _renewed(requirement) else None
        if done is None or last is None or last >= wanted:
            return done
        lead = requirement.lead_days if requirement.enforce_lead else 0
        return max(done, plus_days(wanted, -lead))

    def _counts(self, requirement: Requirement, done: date | None) -> date | None:
        """Evidence counts once it was there on every day of an enforced lead."""
        return plus_days(done, requirement.lead_days) if done and requirement.enforce_lead else done

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


def _renewed(requirement: Requirement) -> bool:
    """Whether its evidence is dated and ends: a course, a disclosure, a step."""
    return "validity" in kinds.of(requirement).keys


def _rank(clause: Clause) -> tuple[int, str]:
    """Courses before the listing, the listing before the delegation."""
    requirement = clause.finding.requirement
    return kinds.order(requirement.kind), requirement.id


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else None


def _ends(stage: Stage) -> date:
    return stage.counts or date.max

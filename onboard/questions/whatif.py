"""Two assessments compared: who loses or gains clearance, and from when.

The caller judges both, over changed tables (`propose`) or changed requirements; a change of rules is the same question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from onboard.dates import WorkCalendar
from onboard.judging import kinds
from onboard.judging.estimates import path
from onboard.judging.readiness import cleared_on
from onboard.model import (
    Approval,
    Assessment,
    Assignment,
    Cleared,
    Protocol,
    Readiness,
    Records,
    Task,
)
from onboard.questions.clauses import ClauseOn, failing_on
from onboard.timeline import NEVER, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One row that the change touches between two days.

    `since`: the first day of the difference. `earliest`: the first surely cleared day after the change, from `since` on;
    `about`: where there is none, the estimate of the path, None = unknown.
    """

    person: str
    protocol: str
    task: Task | None
    new: bool  # the row exists only after the change
    before: Cleared | None  # on `since`; None for a new row
    after: Cleared | None  # on `since`; None for a row that is gone
    since: date
    days: int  # how many days of the horizon change
    earliest: date | None
    about: date | None
    reasons: tuple[ClauseOn, ...]  # on `since`, after the change

    @property
    def filing_only(self) -> bool:
        """Whether nothing but the IRB list and the delegation is missing: papers, not courses."""
        found = [kinds.named(reason.kind) for reason in self.reasons]
        return bool(found) and all(kind is not None and kind.papers for kind in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Something owed that is not met on days on which it was, of a person whom something else blocks on those days anyway."""

    person: str
    requirement: str  # id
    title: str
    since: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changes from `day` to `horizon`, both inclusive."""

    day: date
    horizon: date
    short: tuple[Moved, ...]
    gains: tuple[Moved, ...]
    behind: tuple[Behind, ...]
    same: int  # rows that stay as they are
    before_version: str
    after_version: str

    @property
    def people_short(self) -> tuple[str, ...]:
        """Record ids, each once, in the order of the lab."""
        return tuple(dict.fromkeys(moved.person for moved in self.short))


def compare_assessments(
    before: Assessment, after: Assessment, day: date, horizon: date, calendar: WorkCalendar | None = None
) -> Difference:
    """Who is short and who gains between two inclusive days.

    Short: a row with a day surely cleared before and not after, or a new row not surely cleared on its first day in the lab.
    Gains: a row with a day surely cleared only after. Behind: what would be short as well, were nothing else in the way.
    """
    window = Timeline.between(day, horizon)
    old, new = _rows(before), _rows(after)
    short: list[Moved] = []
    gains: list[Moved] = []
    for key in dict.fromkeys((*new, *old)):
        had, has = old.get(key), new.get(key)
        lost = _lost(had, has, window)
        won = ((has.cleared.sure if has else NEVER) - (had.cleared.sure if had else NEVER)) & window
        if lost:
            short.append(_moved(before, after, had, has, lost, calendar))
        elif won:
            gains.append(_moved(before, after, had, has, won, calendar))
    return Difference(
        day=day,
        horizon=horizon,
        short=tuple(short),
        gains=tuple(gains),
        behind=tuple(_behind(before, after, window, short)),
        same=len({*old, *new}) - len(short) - len(gains),
        before_version=before.rules.version,
        after_version=after.rules.version,
    )


_Key = tuple[str, str, Task | None]


def _rows(assessment: Assessment) -> dict[_Key, Readiness]:
    """Rows of protocols and tasks, and the row of a person without one."""
    return {(row.person, row.protocol, row.task): row for row in assessment.readiness}


def _lost(had: Readiness | None, has: Readiness | None, window: Timeline) -> Timeline:
    """Days that were clear and are not. Of a new row the days that are not clear, if its first day in the lab is one."""
    if has is None:
        return NEVER
    if had is not None:
        return (had.cleared.sure - has.cleared.sure) & window
    here = has.belongs.possible & window
    missing = here - has.cleared.sure
    return missing if missing and missing.start() == here.start() else NEVER


def _behind(before: Assessment, after: Assessment, window: Timeline, short: Iterable[Moved]) -> Iterable[Behind]:
    """Return courses and disclosures with days open only after the change.

    Those already given as a person's reason are left out.
    """
    told = {(moved.person, reason.requirement) for moved in short for reason in moved.reasons}
    old, new = _open_days(before), _open_days(after)
    titles = {requirement.id: requirement.title for requirement in after.rules.requirements}
    for (person, requirement), days in new.items():
        more = (days - old.get((person, requirement), NEVER)) & window
        start = more.start()
        if start and (person, requirement) not in told:
            title = titles.get(requirement, requirement)
            yield Behind(person=person, requirement=requirement, title=title, since=start, days=_length(more))


def _open_days(assessment: Assessment) -> dict[tuple[str, str], Timeline]:
    """By person and requirement, the days on which one of its versions is surely due and not surely met."""
    found: dict[tuple[str, str], Timeline] = {}
    for finding in assessment.findings:
        if kinds.of(finding.requirement).taught:
            key = finding.person, finding.requirement.id
            found[key] = found.get(key, NEVER) | (finding.obligation.due.sure - finding.met.sure)
    return found


def _moved(
    before: Assessment,
    after: Assessment,
    had: Readiness | None,
    has: Readiness | None,
    days: Timeline,
    calendar: WorkCalendar | None,
) -> Moved:
    row = has or had
    first = next((start for start, _ in days.ranges() if start), None)
    if row is None or first is None:
        raise ValueError("a difference has a row and a first day")
    earliest = has.cleared.sure.first_day(first) if has else None
    return Moved(
        person=row.person,
        protocol=row.protocol,
        task=row.task,
        new=had is None,
        before=cleared_on(had, first) if had else None,
        after=cleared_on(has, first) if has else None,
        since=first,
        days=_length(days),
        earliest=earliest,
        about=None if earliest or has is None else _estimate(after, has, first, calendar),
        reasons=failing_on(has, first, after) if has else (),
    )


def _length(days: Timeline) -> int:
    return sum((last - first).days + 1 for first, last in days.ranges() if first and last)


def _estimate(after: Assessment, row: Readiness, first: date, calendar: WorkCalendar | None) -> date | None:
    """The path's estimate, did everybody begin on the day of the read; `first` when all can be there by then."""
    routes = path(after, row.person, after.read_on, calendar, first).routes
    return next((route.about for route in routes if (route.protocol, route.task) == (row.protocol, row.task)), None)


# a protocol that does not exist yet -----------------------------------------------------------------------------------


def propose(
    records: Records,
    protocol: Protocol,
    approvals: Sequence[Approval],
    people: Iterable[str],
    first: date,
    tasks: Sequence[Task] = (),
) -> Records:
    """Return the lab's rows with a protocol to come.

    `people` (record ids) work on it from `first` on. The work is an assignment, so it asks for everything and proves nothing: no
    person becomes listed or delegated by it.
    """
    work = [
        Assignment(
            evidence=f"whatif/{person}/{n}",
            person=person,
            protocol=protocol.record,
            task=task,
            title="proposed",
            horizon=None,
            first=first,
            due=None,
            done=None,
            depends_on="",
        )
        for person in people
        for n, task in enumerate(tasks or (None,), start=1)
    ]
    others = tuple(p for p in records.protocols if p.record != protocol.record)
    return replace(
        records,
        protocols=(*others, protocol),
        approvals=(*(a for a in records.approvals if a.protocol != protocol.record), *approvals),
        assignments=(*records.assignments, *work),
    )

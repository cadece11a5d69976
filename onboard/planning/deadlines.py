"""The next day a requirement is not met, and which reminder tier has come.

It decides when a reminder is due; the planners choose its words and readers.

Nothing here asks whether today *is* a day: a tier is due once its day has come and no later one was sent, so a missed run
loses nothing and a second run sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from onboard.dates import plus_days
from onboard.judging import kinds
from onboard.model import Finding, Ground, Requirement, Scope
from onboard.model.records import record_order
from onboard.planning import item_keys
from onboard.planning.lab_day import Desk
from onboard.planning.people import not_later
from onboard.timeline import NEVER, Answer, Timeline

#: Tiers that move to the working day before instead of the one after.
HARD_TIERS = frozenset({0, 1})
#: Earlier weekly repeats that a line marks as pointless; older ones need no mark, since a later tier is said anyway.
_REPEATS_SKIPPED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A person's requirement, all versions together: the next day it is surely unmet.

    Surely unmet: surely due and not surely met.
    """

    person: str
    requirement: Requirement  # the version due on `gap`
    scope: Scope
    finding: Finding  # the finding of that version
    gap: date  # first such day on or after the day asked
    since: date  # first such day of the same run, perhaps before the day asked
    ends: date | None  # last covered day when the run follows covered days, else None
    deadline: date  # the day tiers count to: `ends`, or `since` less the lead
    episode: str
    claimed: bool  # a claim that waits for a person would meet it
    doubted: bool  # evidence that cannot be read or placed may meet it
    in_hand: bool  # signed up, or submitted to the IRB

    @property
    def of(self) -> tuple[str, str]:
        """Requirement id and scope."""
        return self.requirement.id, str(self.scope)

    @property
    def stem(self) -> str:
        """What the episode's reminder keys begin with."""
        return item_keys.reminders(self.person, self.requirement.id, self.scope, self.episode)

    @property
    def started(self) -> bool:
        """Whether the person or another actor already did something about it."""
        return self.claimed or self.doubted or self.in_hand

    def days(self, today: date) -> int:
        """Days from today to the deadline; negative when it is over."""
        return (self.deadline - today).days


def own_act(requirement: Requirement) -> bool:
    """Whether the person does what is asked: trainings, disclosures, own steps.

    All else is done by others.
    """
    return kinds.of(requirement).whose == "you" and requirement.ask in ("", "you")


def edges(findings: Iterable[Finding], day: date) -> list[Edge]:
    """The open edge of every requirement and scope, nearest deadline first; what is met for ever has none."""
    groups: dict[tuple[str, str, Scope], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.person, finding.requirement.id, finding.scope), []).append(finding)
    found = [edge for group in groups.values() if (edge := _edge(group, day))]
    return sorted(found, key=lambda e: (e.deadline, e.requirement.id, str(e.scope), record_order(e.person)))


def _needed(findings: Iterable[Finding]) -> Timeline:
    days = NEVER
    for finding in findings:
        days = days | (finding.obligation.due.sure - finding.met.sure)
    return days


def _edge(group: list[Finding], day: date) -> Edge | None:
    needed = _needed(group)
    gap = needed.first_day(day)
    run = needed.run_at(gap) if gap else None
    if gap is None or run is None:
        return None
    since = run[0] or gap
    finding = next(f for f in group if f.obligation.due.sure.covers(gap) and not f.met.sure.covers(gap))
    before = plus_days(since, -1)
    ends = before if any(f.met.sure.covers(before) for f in group) else None
    deadline = ends or plus_days(since, -finding.requirement.lead_days)
    claimed = any(f.if_accepted.sure.covers(gap) for f in group)
    return Edge(
        person=finding.person,
        requirement=finding.requirement,
        scope=finding.scope,
        finding=finding,
        gap=gap,
        since=since,
        ends=ends,
        deadline=deadline,
        episode=item_keys.episode(_governing(group, ends), deadline if run[0] else None),
        claimed=claimed,
        doubted=not claimed and any(f.met.at(gap) is not Answer.NO for f in group),
        in_hand=any(f.in_hand.covers(day) for f in group),
    )


def _governing(group: Iterable[Finding], ends: date | None) -> str:
    """Id of the evidence that gives the last covered day; the newest of several; "" for none."""
    if ends is None:
        return ""
    found = [g for finding in group for g in finding.grounds if g.evidence and g.gives.sure.covers(ends)]
    return max(found, key=_newest).evidence if found else ""


def _newest(ground: Ground) -> tuple[date, str]:
    return ground.dated or date.min, ground.evidence


# tiers ----------------------------------------------------------------------------------------------------------------


def tier_come(desk: Desk, edge: Edge) -> int | None:
    """Return the latest tier whose day has come; None when none has.

    Negative tiers are days after the deadline.
    """
    come = [tier for tier in edge.requirement.tiers if _tier_day(desk, edge, tier) <= desk.today]
    over = -edge.days(desk.today)
    if over > 0 and _repeats(edge):
        come.append(_repeat(over, desk.lab.cadence.repeat_days))
    return min(come, default=None)


def _tier_day(desk: Desk, edge: Edge, tier: int) -> date:
    day = plus_days(edge.deadline, -tier)
    return not_later(desk, edge.person, day) if tier in HARD_TIERS else day


def next_tier_day(desk: Desk, edge: Edge) -> date | None:
    """Return the first day after today on which a tier comes; None without one.

    A mail goes on it or on the next working day.
    """
    days = [_tier_day(desk, edge, tier) for tier in edge.requirement.tiers]
    if _repeats(edge):
        days.append(_next_repeat(edge, desk.today, desk.lab.cadence.repeat_days))
    return min((day for day in days if day > desk.today), default=None)


def _next_repeat(edge: Edge, today: date, every: int) -> date:
    """The first of the days 1, 1 + every, ... after the deadline that is after today."""
    over = max(-edge.days(today), 0)
    return plus_days(edge.deadline, 1 + -(-over // every) * every)


def _repeats(edge: Edge) -> bool:
    """A step that blocks nothing is asked for up to its day, not for ever after."""
    return kinds.blocks(edge.requirement)


def _repeat(over: int, every: int) -> int:
    """The last of -1, -1 - every, ... that has come `over` days after the deadline."""
    return -1 - (over - 1) // every * every


def due_tier(desk: Desk, edge: Edge, address: str) -> int | None:
    """The tier to say now: the latest that has come, unless it or a later one is settled in this episode."""
    tier = tier_come(desk, edge)
    settled = desk.said.tiers(edge.stem, address)
    return None if tier is None or any(said <= tier for said in settled) else tier


def skipped(desk: Desk, edge: Edge, tier: int) -> tuple[str, ...]:
    """Keys of the earlier tiers that saying `tier` makes pointless."""
    lower = [t for t in edge.requirement.tiers if t > tier]
    every = desk.lab.cadence.repeat_days
    lower += [t for t in (tier + every * n for n in range(1, _REPEATS_SKIPPED)) if t < 0]
    found = (item_keys.reminder(edge.stem, t) for t in sorted(set(lower), reverse=True))
    return tuple(key for key in found if key not in desk.history.items)


# what was said --------------------------------------------------------------------------------------------------------


def stems(desk: Desk, edge: Edge) -> tuple[str, ...]:
    """Return what the keys of an episode may begin with.

    Suspensions and closures were once recorded as the end of the approval they stopped; those older keys count too, so that a
    person is not told of one again.
    """
    if edge.requirement.id not in ("suspension", "closure"):
        return (edge.stem,)
    rows = [row.evidence for row in desk.assessment.approvals if row.protocol == edge.scope.protocol]
    asked = {r.id: None for r in desk.assessment.rules.requirements if kinds.of(r).approves}
    ended = (
        item_keys.reminders(edge.person, one, edge.scope, item_keys.episode(row, edge.ends)) for one in asked for row in rows
    )
    return (edge.stem, *ended)


def told_on(desk: Desk, edge: Edge) -> date | None:
    """The day the person was first told about this episode; None when they were not."""
    return min((day for stem in stems(desk, edge) for day in desk.said.told_on(stem)), default=None)


def announced(desk: Desk, edge: Edge) -> bool:
    """Whether the person was mailed about it long enough ago for others to read it."""
    told = told_on(desk, edge)
    return told is not None and desk.calendar.add(told, desk.lab.cadence.announce_working_days) <= desk.today

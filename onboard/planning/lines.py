"""Lines shared by several mails: open requirements, blocks, receipts.

The planners decide whether a mail goes out; templates/ has the words around a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import show_near, show_to_act
from onboard.judging import kinds
from onboard.judging.kinds import actor
from onboard.judging.readiness import deciding, status_on, why
from onboard.model import (
    Finding,
    Line,
    Requirement,
    Section,
    Status,
)
from onboard.model.phrases import Phrase, joined, phrase
from onboard.planning import item_keys
from onboard.planning.causes import filled, short, unidentified
from onboard.planning.deadlines import HARD_TIERS, Edge, skipped
from onboard.planning.lab_day import Desk
from onboard.planning.people import codes, greeted, named
from onboard.timeline import Answer

# who acts -------------------------------------------------------------------------------------------------------------


def coordinator(desk: Desk) -> str:
    """Name of the coordinator on duty."""
    return next((c.name for c in desk.lab.on_duty(desk.today)), phrase("lines.the_coordinator"))


def actor_name(desk: Desk, finding: Finding, protocols: Iterable[str] = ()) -> str:
    """Return the actor by name.

    The person as they are greeted, the coordinator on duty, or the PI.
    """
    who = actor(finding.requirement)
    if who == "you":
        return greeted(desk, finding.person)
    if who == "pi":
        return pi_name(desk, (finding.scope.protocol, *protocols))
    return coordinator(desk)


def pi_name(desk: Desk, protocols: Iterable[str]) -> str:
    """Name of the first PI on record of these protocols; ``the PI`` when there is none."""
    found = [desk.assessment.protocols[p].pi for p in protocols if p in desk.assessment.protocols]
    return next((named(desk, pi) for pi in found if pi in desk.assessment.people), phrase("lines.the_pi"))


def about(desk: Desk, finding: Finding) -> str:
    """What a finding is about: its title, with the protocol and task where it has them."""
    scope, title = finding.scope, finding.requirement.title
    where = codes(desk, [scope.protocol]) if scope.protocol else ""
    task = scope.task.label if scope.task else ""
    return ": ".join(part for part in (", ".join(p for p in (where, task) if p), title) if part)


def ready_words(desk: Desk, about: date | None) -> Phrase:
    """Say about when a person can begin, or that it is unknown (`about` is None)."""
    return phrase("lines.ready_about", day=show_to_act(about, desk.today)) if about else phrase("lines.ready_unknown")


# what a person owes ---------------------------------------------------------------------------------------------------


def next_step(desk: Desk, edge: Edge) -> str:
    """What the person does: which course to choose where, then how it comes to the coordinator."""
    requirement, who = edge.requirement, coordinator(desk)
    asked = kinds.of(requirement).next_step
    if asked != "course":
        return phrase(f"next_step.{asked}", name=who)
    how = "pass" if edge.in_hand else "renew" if _had(edge) else "take"
    return joined(" ", [*choose(desk, edge), phrase(f"next_step.course_{how}", name=who)])


def choose(desk: Desk, edge: Edge) -> list[str]:
    """Which course to take: as the requirement says, else the first names of the course map that count.

    Of a course taken before the refresher, where the lab names one.
    """
    requirement = edge.requirement
    name = (requirement.choose_again if _had(edge) else "") or requirement.choose
    if name:
        where = (
            "choose.at_menu"
            if requirement.provider and requirement.menu
            else "choose.at"
            if requirement.provider
            else "choose.named"
        )
        return [filled(where, provider=requirement.provider, menu=requirement.menu, course=name)]
    names = _counting(desk, requirement)
    if not names:
        return []
    counts = phrase("choose.either", first=names[0], second=names[1]) if len(names) > 1 else phrase("choose.one", course=names[0])
    return [counts, phrase("choose.not_sure")]


def _counting(desk: Desk, requirement: Requirement) -> list[str]:
    """The first two names of the course map that count for it."""
    counting = (c for c in desk.assessment.rules.courses if c.training in requirement.accepts)
    return [name for course in counting for name in course.group[:1]][:2]


def why_for_others(finding: Finding, day: date, edge: Edge | None = None) -> str:
    """Return the reason for readers other than the person, short.

    What ended and when, else the deciding sentence. It does not name whose waiver it was or who approved it.
    """
    if edge and edge.ends and kinds.of(finding.requirement).taught:
        return phrase("lines.ended" if edge.ends < day else "lines.ends", day=show_to_act(edge.ends, day))
    ground = deciding(finding, day)
    if ground is None or not ground.waiver:
        return why(finding, day)
    if ground.until is None:
        return phrase("lines.not_covered")
    return phrase("lines.was_covered", day=show_near(ground.until, day))


def why_open(edge: Edge, today: date, *, for_others: bool = False) -> str:
    """Why it is asked, in one or two sentences with dates; the short form for others."""
    parts: list[str] = [phrase("lines.checked")] if edge.doubted and for_others else []
    parts.append(why_for_others(edge.finding, today, edge) if for_others else why(edge.finding, edge.gap))
    if edge.ends is None:
        parts.append(phrase("lines.needed_from", day=show_to_act(edge.since, today)))
    return joined(" ", parts)


def owed(desk: Desk, edge: Edge, section: Section, tier: int | None) -> Line:
    """One thing the person owes. With a tier the line is remembered under it; without one it is context."""
    requirement, days = edge.requirement, edge.days(desk.today)
    return Line(
        key=item_keys.reminder(edge.stem, tier) if tier is not None else "",
        section=section,
        title=requirement.title,
        headline=_do(edge),
        why=_why_owed(desk, edge),
        act=next_step(desk, edge),
        person=edge.person,
        protocol=codes(desk, [edge.scope.protocol]) if edge.scope.protocol else "",
        task=edge.scope.task.label if edge.scope.task else "",
        status=status_of(desk, edge),
        due=None if edge.ends else edge.deadline,
        ends=edge.ends,
        days=days,
        url=requirement.how_to,
        minutes=minutes(edge),
        does_not_count=requirement.does_not_count,
        owner="you",
        hard=tier in HARD_TIERS,
        skips=skipped(desk, edge, tier) if tier is not None else (),
        report=kinds.of(requirement).report,
    )


def _do(edge: Edge) -> Phrase:
    """The act in three words: ``Renew your human subjects course``."""
    asked = kinds.of(edge.requirement).next_step
    how = f"{asked}_{'again' if _had(edge) else 'first'}"
    return phrase(f"do.{how}", title=short(edge.requirement.title))


def _had(edge: Edge) -> bool:
    """Whether the person had it before: a waiver that ends is not a course that was passed."""
    return edge.ends is not None and edge.finding.own.sure.covers(edge.ends)


def _why_owed(desk: Desk, edge: Edge) -> str:
    """Why the person owes it, where the day it ends does not say so: signed up, waived, never met."""
    if edge.ends and _had(edge):
        return ""
    if edge.ends:
        return phrase("lines.waived", title=short(edge.requirement.title), day=show_to_act(edge.ends, desk.today))
    needed = phrase("lines.needed_from", day=show_to_act(edge.since, desk.today))
    begun = deciding(edge.finding, edge.gap)
    return joined(" ", (why(edge.finding, edge.gap), needed)) if begun and begun.evidence else needed


def minutes(edge: Edge) -> int:
    """How long it takes: what is taken again may be shorter."""
    again = edge.requirement.minutes_again if _had(edge) else 0
    return again or edge.requirement.minutes


def checking_line(desk: Desk, edge: Edge, key: str) -> Line:
    """What is being checked for the person: which course it may be, and that nothing is asked of them meanwhile."""
    printed = unidentified(edge.finding)
    name = "checking.course" if printed else "checking.record"
    return Line(
        key=key,
        section=Section.CHECKING,
        title=edge.requirement.title,
        headline=phrase("checking.headline", title=short(edge.requirement.title)),
        why=filled(name, course=printed, title=short(edge.requirement.title)),
        act=phrase("checking.wait", name=coordinator(desk), title=short(edge.requirement.title)),
        person=edge.person,
        status=Status.UNKNOWN,
        owner=coordinator(desk),
    )


def status_of(desk: Desk, edge: Edge) -> Status:
    """The status today, or on the first open day of what is not asked yet."""
    now = status_on(edge.finding, desk.today)
    return status_on(edge.finding, edge.gap) if now is Status.NOT_DUE else now


# silence --------------------------------------------------------------------------------------------------------------


def silenced(desk: Desk, edge: Edge) -> bool:
    """Whether reminders are off: opted out, or snoozed and not past the deadline.

    Never asked of what blocks work.
    """
    for snooze in desk.assessment.snoozes.get(edge.person, ()):
        if snooze.requirement not in ("", edge.requirement.id):
            continue
        until = snooze.until
        if snooze.opt_out or (isinstance(until, date) and desk.today <= min(until, edge.deadline)):
            return True
    return False


def in_grace(desk: Desk, edge: Edge) -> bool:
    """Whether doubtful evidence is so new that the person is not told yet.

    The coordinator checks it first.
    """
    if not edge.doubted:
        return False
    seen = _doubt_since(desk, edge)
    return desk.calendar.between(seen, desk.today) < desk.lab.cadence.unmapped_grace


def _doubt_since(desk: Desk, edge: Edge) -> date:
    """The day the problem was first seen, else the day the evidence is from, else today."""
    doubtful = [g for g in edge.finding.grounds if g.gives.at(edge.gap) is Answer.UNKNOWN]
    first_seen = desk.history.problems_seen
    seen = [first_seen[g.problem.key] for g in doubtful if g.problem and g.problem.key in first_seen]
    known = seen or [g.dated for g in doubtful if g.dated and not g.problem and g.dated <= desk.today]
    return min(known, default=desk.today)

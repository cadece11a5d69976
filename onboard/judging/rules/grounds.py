"""From grounds to a finding: how evidence, claims and waivers add up.

Each rule decides what its own evidence gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import DayWithin, Validity, ValidityKind, known_day, plus_days, show
from onboard.judging.coverage import signed, span
from onboard.model import Finding, Ground, Obligation, Reading, Scope, Waiver, WhoseDate
from onboard.model.phrases import Phrase, joined, phrase
from onboard.timeline import NEVER, NOT_EVER, Coverage, Timeline, any_of


def show_reading(day: Reading) -> str:
    """A cell's day for people, whatever it holds."""
    if isinstance(day, DayWithin):
        return since_words(day)
    return show(day) if isinstance(day, date) else phrase("grounds.unreadable_day")


def since_words(day: DayWithin) -> Phrase:
    """A day known by its bounds: the read that first showed it, never a day since when."""
    if day.latest is not None:
        return phrase("grounds.first_read", day=show(day.latest))
    return phrase("grounds.not_begun", day=show(day.earliest or date.max))


def ended_words(day: Reading) -> Phrase | str:
    """A last day for people; of one known by its bounds, that it is over and since which read."""
    if isinstance(day, DayWithin) and day.latest is not None:
        return phrase("grounds.over_when_read", day=show(plus_days(day.latest, 1)))
    return show_reading(day)


def as_typed(words: Phrase | str, placed: bool) -> Phrase | str:
    """What a row says, and of one that may be about something else that it is in doubt until it is corrected."""
    return words if placed else joined(" ", (words, phrase("grounds.mistyped")))


def approval_words(by: str, on: Reading, read_on: date) -> Phrase:
    """Describe an approval that asks for a name and a day.

    The words follow the name of what was approved.
    """
    if not by:
        return phrase("grounds.no_approver")
    if not isinstance(on, date):
        return phrase("grounds.approved_blank" if on is None else "grounds.approved_unreadable", name=by)
    if on > read_on:
        return phrase("grounds.approved_later", name=by, day=show(on))
    return phrase("grounds.approved", name=by)


def waiver_ground(waiver: Waiver, read_on: date) -> Ground:
    """Return the ground of a waiver, from its first to its last day.

    No last day makes it unknown, no approver or no day of approval a claim.
    """
    days = span(waiver.first, waiver.last, blank_last_is_open=False)
    days = days if waiver.placed else days.doubted()
    until = waiver.last if isinstance(waiver.last, date) else None
    ends = phrase("grounds.waiver_until", day=show(until)) if until else phrase("grounds.waiver_endless")
    claim = not signed(waiver.approved_by, waiver.approved_on, read_on)
    name = "grounds.waiver_on_protocol" if waiver.protocol else "grounds.waiver"
    words = phrase(name, ends=ends)
    approval = approval_words(waiver.approved_by, waiver.approved_on, read_on)
    said = "grounds.waiver_approved" if waiver.approved_by else "grounds.waiver_claimed"
    return Ground(
        evidence=waiver.evidence,
        what=as_typed(phrase(said, waiver=words, approval=approval), waiver.placed),
        gives=days.doubted() if claim else days,
        accepted=days if claim else None,
        dated=known_day(waiver.first),
        until=until,
        claim=claim,
        waiver=True,
    )


def _accepted(ground: Ground) -> Coverage:
    return ground.gives if ground.accepted is None else ground.accepted


def _led(own: Coverage, obligation: Obligation) -> Coverage:
    """With `enforce_lead` evidence meets a day only if it met every day of the lead before it."""
    requirement = obligation.requirement
    if not requirement.enforce_lead or not requirement.lead_days:
        return own
    return Coverage(own.sure.shrink(requirement.lead_days, 0), own.possible.shrink(requirement.lead_days, 0))


def finding(obligation: Obligation, grounds: Iterable[Ground], *, in_hand: Timeline = NEVER) -> Finding:
    """The union of what the grounds give; the obligation's waivers are added last and never shortened."""
    grounds = tuple(grounds)
    waivers = tuple(waiver_ground(waiver, obligation.read_on) for waiver in obligation.evidence.waivers)
    own, accepted = _given(grounds)
    own, accepted = _led(own, obligation), _led(accepted, obligation)
    waived, waived_if = _given(waivers)
    return Finding(
        obligation=obligation,
        met=own | waived,
        own=own,
        if_accepted=accepted | waived_if,
        in_hand=in_hand,
        grounds=(*grounds, *waivers),
        local=_local(obligation.evidence.local_waivers, obligation.read_on),
    )


def _given(grounds: Sequence[Ground]) -> tuple[Coverage, Coverage]:
    """What they give together, and would were every claim accepted: one value for both where nothing is claimed."""
    given = any_of([ground.gives for ground in grounds])
    if all(ground.accepted is None for ground in grounds):
        return given, given
    return given, any_of([_accepted(ground) for ground in grounds])


#: What nearly every finding has: one value for all of them.
_NO_WAIVERS: Mapping[str, tuple[Ground, ...]] = {}


def _local(waivers: Iterable[Waiver], read_on: date) -> Mapping[str, tuple[Ground, ...]]:
    found: dict[str, tuple[Ground, ...]] = {}
    for waiver in waivers:
        found[waiver.protocol] = (*found.get(waiver.protocol, ()), waiver_ground(waiver, read_on))
    return found or _NO_WAIVERS


def on_protocol(found: Finding, protocol: str) -> Finding:
    """The finding as rows of one protocol see it: with the waivers that lift it there and nowhere else."""
    waivers = found.local.get(protocol, ())
    if not waivers:
        return found
    waived, waived_if = _given(waivers)
    return replace(
        found,
        met=found.met | waived,
        if_accepted=found.if_accepted | waived_if,
        grounds=(*found.grounds, *waivers),
    )


def falls_on(finding: Finding, protocol: str, on_task: Scope | None = None) -> Coverage:
    """The days on which a row of `protocol` (and, where given, of a task) asks for a finding."""
    scope, wanted = finding.scope, finding.requirement.when.tasks
    if scope.protocol not in ("", protocol):
        return NOT_EVER
    if (scope.task or wanted) and not (
        on_task and on_task.task in (wanted or {scope.task}) and scope.task in (None, on_task.task)
    ):
        return NOT_EVER
    asked = finding.obligation.asked
    return asked.get(protocol) or asked.get("") or NOT_EVER


def dated_coverage(passed: Reading, printed: Reading, validity: Validity, whose: WhoseDate) -> tuple[Coverage, Phrase]:
    """The days evidence of `passed` covers, and the sentence that names both ends and which one counts.

    Issued: the printed day, the policy's when blank. Policy: the printed day is ignored. Earlier: whichever ends first.
    `as_issued` has no end of its own: a blank printed day is unknown from the pass on.
    """
    if isinstance(passed, DayWithin) and _counts_from_the_pass(printed, validity, whose):
        latest = printed if isinstance(printed, date) and whose is WhoseDate.EARLIER else None
        return Coverage.maybe(Timeline.between(passed.earliest, latest)), phrase("grounds.counts_from_unknown", validity=validity)
    policy_end = validity.last_day(passed) if known_day(passed) and isinstance(passed, date) else None
    if not isinstance(passed, date) and (whose is WhoseDate.POLICY or not isinstance(printed, date)):
        return span(passed, None), phrase("grounds.counts_unknown")
    if whose is WhoseDate.POLICY:
        return span(passed, policy_end), _ends(policy_end, phrase("grounds.by_rule", validity=validity))
    if not isinstance(printed, date):
        if printed is None and validity.kind is not ValidityKind.AS_ISSUED:
            return span(passed, policy_end), _ends(policy_end, phrase("grounds.derived", validity=validity))
        latest = policy_end if whose is WhoseDate.EARLIER else None
        low = passed if isinstance(passed, date) else None
        return Coverage.maybe(Timeline.between(low, latest)), phrase("grounds.counts_unreadable")
    if whose is WhoseDate.EARLIER and policy_end is not None and policy_end < printed:
        earlier = phrase("grounds.before_printed", validity=validity, day=show(printed))
        return span(passed, policy_end), _ends(policy_end, earlier)
    if policy_end in (None, printed):
        return span(passed, printed), _ends(printed, phrase("grounds.as_printed"))
    other = phrase("grounds.as_printed_else", validity=validity, day=show(policy_end))
    return span(passed, printed), _ends(printed, other)


def _counts_from_the_pass(printed: Reading, validity: Validity, whose: WhoseDate) -> bool:
    """Whether the end would be counted from the day passed: then nothing can be counted from a day nobody kept (ruling 52)."""
    if validity.kind in (ValidityKind.ONCE, ValidityKind.AS_ISSUED):
        return False
    return whose is not WhoseDate.ISSUED or printed is None


def _ends(day: date | None, reason: Phrase) -> Phrase:
    return phrase("grounds.counts_through", day=show(day), reason=reason) if day else phrase("grounds.counts_on", reason=reason)

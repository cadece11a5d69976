"""The law of who is told what: every kind of requirement and status in one class of causes.

A row of `CAUSES` gives a cause its class and its words; a row of `LAW` says what each reader of a class is told, when again, and
where a digest and a worklist show it. The words are sentences of [causes], [to_you] and [then] in templates/sentences.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from onboard.dates import plus_days, show, show_near
from onboard.judging import kinds
from onboard.judging.kinds import actor
from onboard.judging.readiness import deciding, status_on
from onboard.model import Counts, Finding, Requirement, RequirementKind, Section, Status, Unmapped
from onboard.model.phrases import Phrase, phrase, sentences
from onboard.planning import item_keys
from onboard.planning.deadlines import Edge, stems
from onboard.planning.lab_day import Desk
from onboard.timeline import FOR_EVER, Answer

# classes --------------------------------------------------------------------------------------------------------------


class Class(StrEnum):
    """What a cause has in common with others: whose move is next, and how often it is said."""

    OWN = "own act"  # the person acts
    HAND = "in hand"  # sent in, or with the IRB: another actor answers
    COORDINATOR = "coordinator's act"  # the coordinator acts
    PI = "PI's act"  # the PI acts, for one person
    STUDY = "study-wide"  # everyone on a protocol is stopped by one thing
    UNKNOWN = "unknown"  # a record must be read or completed first
    END = "end"  # the study is closed, or the person left
    AWAY = "away"  # a day of one's own absence, where the lab counts it: told to no one
    QUIET = "quiet"  # met, or not required


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What the readers of a class are told. Days `again` count from the last mail about it; None: never again."""

    by_tiers: bool = False  # the person is reminded at the requirement's tiers and weekly after its end
    wait: int = 0  # working days before the person is told
    first_again: int | None = None  # working days after the first mail
    then_again: int | None = None  # days after each later one
    digest: Section | None = None  # where a PI reads it
    worklist: Section | None = None  # where the coordinator reads it
    one_stop: bool = False  # one line for everyone on the protocol


_FOUR_WEEKS = 28
#: Four weeks in working days: the first repeat of what has no shorter one.
_MONTH = 20

LAW: Mapping[Class, Law] = {
    Class.OWN: Law(by_tiers=True, digest=Section.BLOCKED_NOW, worklist=Section.WAITS_PEOPLE),
    Class.HAND: Law(first_again=10, then_again=_FOUR_WEEKS, digest=Section.BLOCKED_NOW, worklist=Section.BLOCKS_WORK),
    Class.COORDINATOR: Law(first_again=_MONTH, then_again=_FOUR_WEEKS, digest=Section.BLOCKED_NOW, worklist=Section.BLOCKS_WORK),
    Class.PI: Law(first_again=_MONTH, then_again=_FOUR_WEEKS, digest=Section.NEEDS_YOU, worklist=Section.WAITS_PI),
    Class.STUDY: Law(digest=Section.NEEDS_YOU, worklist=Section.WAITS_PI, one_stop=True),
    Class.UNKNOWN: Law(wait=5, first_again=_MONTH, then_again=_FOUR_WEEKS, digest=Section.NOT_KNOWN, worklist=Section.UNREADABLE),
    Class.END: Law(digest=Section.SINCE, worklist=Section.MOVES, one_stop=True),
    Class.AWAY: Law(),
    Class.QUIET: Law(),
}


# rows -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One row: the class, and what its sentences are called; "" where nothing is said. `by_id`: other rows for some ids."""

    cls: Class
    words: str = ""
    by_actor: bool = False  # the class is that of whoever acts: the person, the coordinator or the PI
    by_id: Mapping[str, Cause] = field(default_factory=dict)


_QUIET = Cause(cls=Class.QUIET)
_UNREADABLE = Cause(cls=Class.UNKNOWN, words="unreadable")
#: Signed up, or handed in and not passed: the person must still pass it.
SIGNED_UP = Cause(cls=Class.OWN, words="signed_up")


def _kind(kind: RequirementKind, **by_status: Cause) -> dict[tuple[RequirementKind, Status], Cause]:
    """The rows of a kind; met and not required are quiet unless said otherwise. Raises KeyError for a status that is missing."""
    quiet = {Status.NOT_DUE: _QUIET, Status.CURRENT: _QUIET, Status.WAIVED: _QUIET, Status.EXPIRING: _QUIET}
    given = {Status(name.lower()): cause for name, cause in by_status.items()}
    return {(kind, status): cause for status, cause in {**quiet, **given}.items()}


def _by_actor(words: str) -> Cause:
    return Cause(cls=Class.OWN, words=words, by_actor=True)


def _stop(of_hold: str) -> Cause:
    """What stops a protocol, by the built-in requirement; a day of one's own absence stops the person alone."""
    return Cause(
        cls=Class.STUDY,
        words=of_hold,
        by_id={
            "suspension": Cause(cls=Class.STUDY, words="suspended"),
            "closure": Cause(cls=Class.END, words="closed"),
            "absence": Cause(cls=Class.AWAY),
        },
    )


def _study(words: str) -> Cause:
    return Cause(cls=Class.STUDY, words=words)


def _pi(words: str) -> Cause:
    return Cause(cls=Class.PI, words=words)


CAUSES: Mapping[tuple[RequirementKind, Status], Cause] = {
    **_kind(
        RequirementKind.TRAINING,
        WAIVED=_by_actor("waiver"),
        EXPIRING=_by_actor("ends"),
        MISSING=_by_actor("missing"),
        EXPIRED=_by_actor("ended"),
        PENDING=Cause(cls=Class.HAND, words="received"),
        UNKNOWN=Cause(cls=Class.UNKNOWN, words="unidentified"),
    ),
    **_kind(
        RequirementKind.DISCLOSURE,
        WAIVED=_by_actor("waiver"),
        EXPIRING=_by_actor("ends"),
        MISSING=_by_actor("missing"),
        EXPIRED=_by_actor("ended"),
        PENDING=Cause(cls=Class.HAND, words="received"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.STEP,
        WAIVED=_by_actor("waiver"),
        EXPIRING=_by_actor("ends"),
        MISSING=_by_actor("missing"),
        EXPIRED=_by_actor("ended"),
        PENDING=Cause(cls=Class.HAND, words="received"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.LISTING,
        MISSING=Cause(cls=Class.COORDINATOR, words="not_listed"),
        EXPIRED=Cause(cls=Class.COORDINATOR, words="removed"),
        PENDING=Cause(cls=Class.HAND, words="with_irb"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.APPROVAL,
        EXPIRING=_study("approval_ends"),
        MISSING=_study("not_approved"),
        EXPIRED=_study("approval_ended"),
        PENDING=_study("approval_waits"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.DELEGATION,
        MISSING=_pi("not_delegated"),
        EXPIRED=_pi("delegation_ended"),
        PENDING=_pi("not_signed"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.TASK, MISSING=_pi("task"), EXPIRED=_pi("task"), PENDING=_pi("waiver_not_signed"), UNKNOWN=_UNREADABLE
    ),
    **_kind(
        RequirementKind.APPOINTMENT,
        MISSING=Cause(cls=Class.END, words="no_appointment"),
        EXPIRED=Cause(cls=Class.END, words="no_appointment"),
        PENDING=Cause(cls=Class.END, words="no_appointment"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.HOLD, MISSING=_stop("on_hold"), EXPIRED=_stop("on_hold"), PENDING=_stop("on_hold"), UNKNOWN=_UNREADABLE
    ),
    **_kind(
        RequirementKind.FACT,
        MISSING=Cause(cls=Class.UNKNOWN, words="not_recorded"),
        EXPIRED=Cause(cls=Class.UNKNOWN, words="not_recorded"),
        PENDING=Cause(cls=Class.UNKNOWN, words="not_recorded"),
        UNKNOWN=Cause(cls=Class.UNKNOWN, words="not_recorded"),
    ),
}

_OF_ACTOR = {"you": Class.OWN, "coordinator": Class.COORDINATOR, "pi": Class.PI}


def cause_of(finding: Finding, day: date) -> Cause:
    """The cause a finding is on a day, for whoever asks for it: quiet where it is met."""
    requirement, status = finding.requirement, status_on(finding, day, FOR_EVER)
    if status is Status.PENDING and kinds.of(requirement).taught and finding.if_accepted.at(day) is not Answer.YES:
        return _resolved(SIGNED_UP, requirement)
    cause = CAUSES[requirement.kind, status]
    if cause.words == "unidentified" and not unidentified(finding):
        return _UNREADABLE
    return _resolved(cause, requirement)


def _resolved(cause: Cause, requirement: Requirement) -> Cause:
    cause = cause.by_id.get(requirement.id, cause)
    return Cause(cls=_OF_ACTOR[actor(requirement)], words=cause.words) if cause.by_actor else cause


# words ----------------------------------------------------------------------------------------------------------------

_ACRONYM = re.compile(r"\s*\(([A-Z]{2,6})\)")


def short(title: str) -> str:
    """A requirement's title within a sentence.

    ``GCP course`` of ``Good Clinical Practice course (GCP)``, ``human subjects course`` of ``Human subjects course``.
    """
    found = _ACRONYM.search(title)
    plain = _ACRONYM.sub("", title).strip()
    if found and "course" in plain:
        return f"{found[1]} {plain[plain.index('course') :]}"
    return plain if len(plain) < 2 or plain[1].isupper() else plain[0].lower() + plain[1:]


def filled(sentence: str, /, **values: object) -> Phrase:
    """A sentence by its name, with those of the values that it uses."""
    return phrase(sentence, **{key: value for key, value in values.items() if key in sentences()[sentence].names})


def to_others(finding: Finding, edge: Edge | None, day: date, *, several: bool = False) -> Phrase:
    """What the cause is, for readers other than the person; `several`: of several people, so without a day of one of them."""
    words, values = _values(finding, edge, day)
    if several and f"causes.{words}_several" in sentences():
        words = f"{words}_several"
    return filled(f"causes.{words}", **values)


def to_the_person(finding: Finding, edge: Edge | None, day: date) -> Phrase:
    """The same for the person, behind the work that must pause."""
    words, values = _values(finding, edge, day)
    return filled(f"to_you.{words}", **values)


def what_then(finding: Finding, edge: Edge | None, day: date, *, name: str, pi: str, days: str) -> Phrase:
    """What others do about it, for the person: `name` is the coordinator, `days` what the IRB usually takes."""
    words, values = _values(finding, edge, day)
    if f"then.{words}" not in sentences():
        words = cause_of(finding, day).cls.name.lower()
    return filled(f"then.{words}", name=name, pi=pi, days=days, **values)


def _values(finding: Finding, edge: Edge | None, day: date) -> tuple[str, dict[str, object]]:
    words, days = _day_words(cause_of(finding, day).words, finding, edge, day)
    title, task = finding.requirement.title, finding.scope.task
    return words, {"title": short(title), "task": task.label if task else "", "course": _course(finding, day), **days}


def _day_words(words: str, finding: Finding, edge: Edge | None, day: date) -> tuple[str, Mapping[str, str]]:
    """The sentence's name with its days; the plainer sentence where the day it would name is not on record."""
    ends = edge.ends if edge else None
    ground = deciding(finding, day)
    since = _filed(finding) if words == "with_irb" else ground.dated if ground else None
    if words in _WITHOUT_DAY and ends is None:
        return _WITHOUT_DAY[words], {"since": show(since) if since else ""}
    if words in ("on_hold", "suspended", "closed", "with_irb", "signed_up") and since is None:
        return f"{words}_some_day", {}
    return words, {"day": show_near(ends, day) if ends else "", "since": show(since) if since else ""}


def _filed(finding: Finding) -> date | None:
    """The day of the newest change that went to the IRB."""
    rows = finding.obligation.evidence.listings
    return max((r.submitted for r in rows if isinstance(r.submitted, date) and r.approved is None), default=None)


#: The plainer sentence where the last covered day is not on record.
_WITHOUT_DAY = {
    "waiver": "missing",
    "ended": "missing",
    "ends": "missing",
    "delegation_ended": "not_delegated",
    "approval_ended": "not_approved",
    "approval_waits": "not_approved",
    "removed": "not_listed",
}


def _course(finding: Finding, day: date) -> str:
    """The printed name of the course that could not be identified, as the person sent it."""
    return unidentified(finding) or finding.requirement.title


def unidentified(finding: Finding) -> str:
    """The printed name of the newest course that is not in the lab's course map and may count; "" for none."""
    wanted = frozenset(finding.requirement.accepts)
    rows = [c.course for c, counts in finding.obligation.evidence.completions if may_be(counts, wanted) and c.course]
    return rows[-1] if rows else ""


def may_be(counts: Counts, wanted: frozenset[str]) -> bool:
    """Whether a completion is not in the course map, and may count for one of the trainings wanted."""
    return isinstance(counts, Unmapped) and bool(counts.trainings & wanted)


# when again -----------------------------------------------------------------------------------------------------------


def told_days(desk: Desk, edge: Edge) -> tuple[date, ...]:
    """The days on which the person was told of an episode, in order, each once."""
    return tuple(sorted({day for stem in stems(desk, edge) for day in desk.said.told_on(stem)}))


def due_key(desk: Desk, edge: Edge, address: str, law: Law) -> str:
    """The key under which the person is told today of what another actor does; "" when today says nothing new.

    First tier 0; what is repeated has a tier of its own for each repeat.
    """
    told = told_days(desk, edge)
    if not told:
        settled = any(desk.said.settled(item_keys.reminder(stem, 0), address) for stem in stems(desk, edge))
        return "" if settled else item_keys.reminder(edge.stem, 0)
    on = again_on(desk, told, law)
    key = item_keys.reminder(edge.stem, -_FOUR_WEEKS * len(told))
    return key if on and on <= desk.today and not desk.said.settled(key, address) else ""


def again_on(desk: Desk, told: tuple[date, ...], law: Law) -> date | None:
    """The first day on which it is said again after these days; None for never."""
    if law.first_again is None or law.then_again is None:
        return None
    return desk.calendar.add(told[-1], law.first_again) if len(told) == 1 else plus_days(told[-1], law.then_again)

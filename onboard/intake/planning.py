"""What to do with each claim: new, known, unmatched, unknown course, conflict.

A completion is known by its record number and date, or by person, course, stage and date. So the same file twice, and the
same completion in a row, a report and a certificate, come in once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from onboard.dates import show
from onboard.folding import fold
from onboard.intake.claims import Claimed, claim_key, plain_id
from onboard.intake.matching import Match, Roster
from onboard.judging.courses import CourseMap, named_course
from onboard.model import Checked, Completion


class State(StrEnum):
    """What a claim is to the lab's records."""

    NEW = "new"  # would be imported
    KNOWN = "known"  # recorded already, or met before in the same files
    UNMATCHED = "unmatched"  # not known whose it is, or of no person here
    UNKNOWN_COURSE = "unknown course"  # the course map does not name it
    CONFLICT = "conflict"  # the same record number with another date, or of another person
    UNREADABLE = "unreadable"  # a date or number that cannot be read
    NOT_PASSED = "not passed"  # not completed yet, or below the pass mark


#: What needs a person and therefore stays in the queue.
WAITING = (State.UNMATCHED, State.UNKNOWN_COURSE, State.CONFLICT, State.UNREADABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One claim with what is done about it and why. `evidence`: the recorded completion it is, or conflicts with."""

    claim: Claimed
    state: State
    person: str = ""
    name: str = ""  # the person's, as recorded
    training: str = ""  # what the course counts as; "" for none
    why: str = ""
    how: str = ""  # the keys that say whose it is
    evidence: str = ""
    near: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stable over runs and files."""
        return claim_key(self.claim)


def plan(
    claims: Iterable[Claimed],
    roster: Roster,
    recorded: Iterable[Completion],
    courses: CourseMap,
    told: Mapping[str, str] | None = None,
) -> tuple[Planned, ...]:
    """Return each claim with its state, in order.

    `told`: claim key -> record id, where a user said by hand whose it is.
    """
    planner = _Planner(roster, recorded, courses)
    return tuple(planner.plan(claim, (told or {}).get(claim_key(claim), "")) for claim in claims)


def counts(planned: Sequence[Planned]) -> dict[State, int]:
    """How many of each state, every state named."""
    found = Counter(item.state for item in planned)
    return {state: found[state] for state in State}


class _Planner:
    """The records, indexed; what is planned as new joins them, so that nothing comes in twice from one call."""

    def __init__(self, roster: Roster, recorded: Iterable[Completion], courses: CourseMap) -> None:
        self._roster, self._courses = roster, courses
        self._numbers: dict[str, list[Completion]] = {}
        self._days: dict[tuple[str, date], list[Completion]] = {}
        self._taken: dict[str, Completion] = {}  # evidence -> what was said to be it
        for completion in recorded:
            self._add(completion)

    def _add(self, completion: Completion) -> None:
        if number := plain_id(completion.record_id):
            self._numbers.setdefault(number, []).append(completion)
        if isinstance(completion.completed, date):
            self._days.setdefault((completion.person, completion.completed), []).append(completion)

    def plan(self, claim: Claimed, told: str) -> Planned:
        wrong = _unusable(claim)
        if wrong:
            return wrong
        match = self._roster.match(claim, told)
        numbered = self._by_number(claim, match)
        if numbered:
            return numbered
        if not match.person:
            return Planned(claim=claim, state=State.UNMATCHED, why=match.why, near=match.near)
        return self._placed(claim, match)

    def _by_number(self, claim: Claimed, match: Match) -> Planned | None:
        """What a completion with the same record number says: known, a conflict, or nothing when there is none.

        Where both courses are mapped and count as different trainings, one number is on two courses and tells nothing.
        """
        ours = as_completion(claim, match.person)
        held = [c for c in self._numbers.get(plain_id(claim.record_id), ()) if not self._other_training(c, ours)]
        if not held:
            return None
        mine = [c for c in held if self._may_hold(c.person, claim, match)]
        same = [c for c in mine if c.completed == claim.earned]
        if same:
            return self._said(claim, State.KNOWN, same[0], _together("the same record number and date", claim.note), match.how)
        if beside := next((c for c in mine if _neighbors(c.completed, claim.earned)), None):
            words = (
                f"the same record number; recorded as passed on {_shown(beside.completed)}, the file says {_shown(claim.earned)}"
            )
            return self._said(claim, State.KNOWN, beside, words, match.how)
        return self._said(claim, State.CONFLICT, held[0], _contradiction(held[0], claim, self._roster))

    def _other_training(self, held: Completion, new: Completion) -> bool:
        """Whether two completions certainly are of two courses: the map knows both, and they count as different things."""
        if _told_apart(held, new) == 0:
            return False
        trainings = {self._courses.training_of(held), self._courses.training_of(new)}
        return None not in trainings and len(trainings) == 2

    def _may_hold(self, person: str, claim: Claimed, match: Match) -> bool:
        return match.person == person or (not match.person and self._roster.same_name(person, claim.name))

    def _said(self, claim: Claimed, state: State, held: Completion, why: str, how: str = "") -> Planned:
        name = self._roster.name(held.person)
        return Planned(claim=claim, state=state, person=held.person, name=name, why=why, how=how, evidence=held.evidence)

    def _placed(self, claim: Claimed, match: Match) -> Planned:
        completion = as_completion(claim, match.person)
        training = self._courses.training_of(completion)
        held = self._held(completion, training)
        if held:
            self._taken[held.evidence] = completion
            days = "date" if held.completed == claim.earned else f"almost the date, recorded as {_shown(held.completed)}"
            words = _together(f"the same course, stage and {days}", claim.note)
            return self._said(claim, State.KNOWN, held, words, match.how)
        name = self._roster.name(match.person)
        if training is None:
            why = _unmapped(claim)
            return Planned(claim=claim, state=State.UNKNOWN_COURSE, person=match.person, name=name, why=why, how=match.how)
        self._add(completion)
        why = _together("" if training else "counts for no training here", claim.note)
        return Planned(claim=claim, state=State.NEW, person=match.person, name=name, training=training, why=why, how=match.how)

    def _held(self, new: Completion, training: str | None) -> Completion | None:
        """A recorded completion that is this one: of the same day, or, where no two numbers tell them apart, of the next."""
        days = [new.completed + timedelta(days=n) for n in (0, -1, 1)] if isinstance(new.completed, date) else []
        for day in days:
            for held in self._days.get((new.person, day), ()):
                numbered = bool(plain_id(held.record_id) and plain_id(new.record_id))
                if (day == new.completed or not numbered) and self._same_course(held, new, training):
                    return held
        return None

    def _same_course(self, held: Completion, new: Completion, training: str | None) -> bool:
        """Two completions of a day: curriculum, group and stage decide together; else only a row typed without a number may be
        meant, and once."""
        if held.stage is not None and new.stage is not None and held.stage != new.stage:
            return False
        before = self._taken.get(held.evidence)
        if before is not None and _told_apart(before, new) > 0:
            return False
        if _told_apart(held, new) == 0:
            return True
        typed = not (plain_id(held.record_id) and plain_id(new.record_id))
        return typed and bool(training) and self._courses.training_of(held) == training


def _told_apart(first: Completion, second: Completion) -> int:
    """How many of curriculum and group differ between two completions; what one of them leaves out differs in nothing."""
    names = [(fold(one.curriculum), fold(named_course(one.group, one.course, one.curriculum))) for one in (first, second)]
    return sum(bool(one and other) and one != other for one, other in zip(*names, strict=True))


def _neighbors(held: object, claimed: date | None) -> bool:
    """Whether two days follow one another: one pass about midnight, told by two time zones."""
    return isinstance(held, date) and claimed is not None and abs(held - claimed) == timedelta(days=1)


def _shown(day: object) -> str:
    return show(day) if isinstance(day, date) else "a date that cannot be read"


def _together(*words: str) -> str:
    return ". ".join(one.rstrip(".") for one in words if one)


def as_completion(claim: Claimed, person: str, evidence: str = "") -> Completion:
    """A claim in the shape of a recorded completion."""
    return Completion(
        evidence=evidence or claim.place,
        person=person,
        course="",
        curriculum=claim.curriculum,
        group=claim.group,
        stage=claim.stage,
        completed=claim.earned,
        expires=claim.expires,
        institution=claim.institution,
        record_id=claim.record_id,
        passed=claim.passed,
        checked=Checked.ACCEPTED,
        checked_by="",
        checked_on=None,
        reason="",
        source="intake",
    )


def _unusable(claim: Claimed) -> Planned | None:
    if claim.clash:
        return Planned(claim=claim, state=State.CONFLICT, why=f"{claim.clash} Look at CITI which is right.")
    if claim.fault:
        return Planned(claim=claim, state=State.UNREADABLE, why=claim.fault)
    if claim.earned is None:
        return Planned(claim=claim, state=State.NOT_PASSED, why="not completed yet")
    if not claim.passed:
        return Planned(claim=claim, state=State.NOT_PASSED, why=f"{claim.score} is below the pass mark of {claim.passing}")
    return None


def _contradiction(held: Completion, claim: Claimed, roster: Roster) -> str:
    number, name = claim.record_id, roster.name(held.person)
    if held.completed == claim.earned:
        return f"Record number {number} is recorded for {name}, and the file gives it to {claim.name or 'another person'}."
    filed = show(claim.earned) if claim.earned else "no date"
    days = f"is recorded with {_shown(held.completed)}; the file says {filed}"
    return f"Record number {number} of {name} {days}. Correct the one that is wrong."


def _unmapped(claim: Claimed) -> str:
    course = named_course(claim.group, claim.curriculum)
    if not course:
        return "The file names no course, only a placeholder. Take the completion report from CITI, or type the row in."
    if claim.stage is None:
        return f"The stage “{claim.stage_name}” cannot be read, so it is unknown what “{course}” counts as."
    return f"The course map does not name “{course}” at stage {claim.stage}. Add it to requirements.toml, under [[course]]."

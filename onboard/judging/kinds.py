"""The kinds of requirement, a row each, and `assess`, which judges by them.

Other rooms ask the row of a requirement (`kinds.of(requirement).taught`); none compares kinds. A new kind is a rule in rules/, a
member of `RequirementKind` and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from onboard.judging.rules import delegation, irb, standing, step, task, training
from onboard.judging.rules.grounds import falls_on, on_protocol
from onboard.model import Finding, Obligation, Per, Requirement, RequirementKind
from onboard.timeline import all_of

#: Who acts: the person, the coordinator or the PI.
Actor: TypeAlias = Literal["you", "coordinator", "pi"]
#: What the worklist asks for: a phrase of [acts].
Act: TypeAlias = Literal["", "file", "bring_log", "ask_renewal", "lift", "give_away"]
#: What reminders ask of the person: a phrase of [next_step].
NextStep: TypeAlias = Literal["course", "form", "tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Everything that depends on the kind of a requirement. Left out: the kind does not have it."""

    judge: Callable[[Obligation], Finding]
    written: bool = True  # a lab may write it in requirements.toml; False: built in and always asked
    per: frozenset[Per] = frozenset(Per)  # what it may fall on
    keys: tuple[str, ...] = ()  # keys of a [[requirement]] block that some kinds have, and that this one has
    needs: str = ""  # the one of them that must not be left out
    reads: tuple[str, ...] = ()  # fields of `Evidence` it is judged by; the first is the table that must be mapped
    waivable: bool = False  # a waiver may lift it
    whose: Actor = "you"  # who acts next, where the block has no `ask`
    # words
    nothing: str = "nothing.at_all"  # the phrase for "nothing on record"
    act: Act = ""
    next_step: NextStep = "tell"
    form: str = "person"  # of the person's record, where the evidence would be
    protocol_form: str = ""  # the same where it is on the protocol's record
    names_itself: bool = False  # its sentence says what it is about, so no title precedes it
    # where it is shown
    on_checklist: bool = False  # a step of the first weeks
    in_matrix: bool = False  # a column of the training matrix
    # how long it takes
    after: tuple[RequirementKind, ...] = ()  # what must be there before its act can begin
    pace: int | None = None  # working days at least once its turn has come; None: not known
    # what it is
    taught: bool = False  # a course or a disclosure: the person's own, with an end of its own, wanted before work and submissions
    report: bool = False  # the person sends a completion report, and the coordinator checks it
    before_tasks: bool = False  # must be there before a task is delegated (ICH E6(R3) 2.3.2)
    dated_act: bool = False  # done once; the coordinator enters the day, the PI and the person tell it
    filed: bool = False  # a change of the IRB's list, which waits for the IRB's answer
    approves: bool = False  # the IRB's approval of the protocol
    delegates: bool = False  # the PI's delegation of a task
    gives_task: bool = False  # certainly not met by a person to whom no row gives the task
    belongs: bool = False  # the days in the lab
    stops: bool = False  # something that stops the work: what decides is the row that stops it
    fact: bool = False  # a fact that selects requirements is recorded

    @property
    def papers(self) -> bool:
        """Whether others file or sign it, once the courses are there."""
        return self.filed or self.delegates


_TRAINING, _LISTING, _APPROVAL = RequirementKind.TRAINING, RequirementKind.LISTING, RequirementKind.APPROVAL

KINDS: Mapping[RequirementKind, Kind] = {
    RequirementKind.TRAINING: Kind(
        judge=training.judge,
        keys=(
            "accepts",
            "in_progress_days",
            "validity",
            "whose_date",
            "submission_margin_days",
            "only_at_submission",
            "provider",
            "menu",
            "choose",
            "choose_again",
            "minutes_again",
        ),
        needs="accepts",
        reads=("completions", "enrolments"),
        waivable=True,
        nothing="nothing.completion",
        next_step="course",
        form="completion",
        on_checklist=True,
        in_matrix=True,
        pace=1,
        taught=True,
        report=True,
        before_tasks=True,
    ),
    RequirementKind.LISTING: Kind(
        judge=irb.judge_listing,
        per=frozenset({Per.PROTOCOL}),
        reads=("listings", "appointments", "protocol", "irb"),
        whose="coordinator",
        nothing="nothing.listing",
        act="file",
        form="listing",
        names_itself=True,
        on_checklist=True,
        in_matrix=True,
        after=(_TRAINING, _APPROVAL),
        filed=True,
    ),
    RequirementKind.APPROVAL: Kind(
        judge=irb.judge_approval,
        per=frozenset({Per.PROTOCOL}),
        reads=("approvals", "submissions", "protocol"),
        whose="pi",
        nothing="nothing.approval",
        act="ask_renewal",
        protocol_form="approval",
        in_matrix=True,
        approves=True,
    ),
    RequirementKind.DELEGATION: Kind(
        judge=delegation.judge,
        per=frozenset({Per.TASK}),
        reads=("delegations", "protocol"),
        whose="pi",
        nothing="nothing.delegation",
        act="bring_log",
        form="delegation",
        on_checklist=True,
        after=(_TRAINING, _LISTING),
        pace=1,
        delegates=True,
        gives_task=True,
    ),
    RequirementKind.STEP: Kind(
        judge=step.judge,
        per=frozenset({Per.PERSON}),
        keys=("step", "each_stay", "blocks", "validity"),
        needs="step",
        reads=("steps", "appointments"),
        waivable=True,
        nothing="nothing.step",
        form="onboarding",
        on_checklist=True,
        in_matrix=True,
        pace=1,
        dated_act=True,
    ),
    RequirementKind.DISCLOSURE: Kind(
        judge=step.judge_disclosure,
        per=frozenset({Per.PERSON, Per.PROTOCOL}),
        keys=("validity", "whose_date", "submission_margin_days", "only_at_submission"),
        reads=("disclosures",),
        waivable=True,
        nothing="nothing.disclosure",
        next_step="form",
        form="disclosure",
        on_checklist=True,
        in_matrix=True,
        pace=1,
        taught=True,
    ),
    RequirementKind.TASK: Kind(
        judge=task.judge,
        per=frozenset({Per.TASK}),
        waivable=True,
        whose="pi",
        nothing="nothing.task",
        act="give_away",
        form="delegation",
        gives_task=True,
    ),
    RequirementKind.APPOINTMENT: Kind(
        judge=standing.judge_appointment,
        written=False,
        whose="coordinator",
        nothing="nothing.appointment",
        form="appointment",
        belongs=True,
    ),
    RequirementKind.HOLD: Kind(
        judge=standing.judge_hold, written=False, whose="pi", act="lift", protocol_form="hold", stops=True
    ),
    RequirementKind.FACT: Kind(
        judge=standing.judge_fact, written=False, whose="coordinator", protocol_form="approval", pace=1, fact=True
    ),
}

#: The kinds that a lab may write.
WRITTEN = tuple(kind for kind, row in KINDS.items() if row.written)


def of(requirement: Requirement) -> Kind:
    """The row of a requirement."""
    return KINDS[requirement.kind]


def named(kind: str) -> Kind | None:
    """Return the row of a kind by its name as JSON and proofs print it.

    None for a clause without a requirement behind it.
    """
    return next((row for known, row in KINDS.items() if known.value == kind), None)


def actor(requirement: Requirement) -> str:
    """Who acts next: you (the person), coordinator or pi."""
    return requirement.ask or of(requirement).whose


def blocks(requirement: Requirement) -> bool:
    """Whether it is a clause: `blocks` is a key of some kinds alone, and all others block."""
    return requirement.blocks or "blocks" not in of(requirement).keys


def order(kind: RequirementKind) -> int:
    """Return how many acts of other kinds must come first.

    Courses before the listing, the listing before the delegation.
    """
    return max((order(before) + 1 for before in KINDS[kind].after), default=0)


# judging --------------------------------------------------------------------------------------------------------------


def assess(obligations: Iterable[Obligation]) -> list[Finding]:
    """Judge every obligation, in the order given.

    Trainings come first where a strict lab asks them of a delegation.
    """
    obligations = list(obligations)
    found: list[Finding | None] = [None if _strict(o) else of(o.requirement).judge(o) for o in obligations]
    if None not in found:
        return [f for f in found if f]
    trainings: dict[str, list[Finding]] = {}
    for f in found:
        if f and of(f.requirement).before_tasks and not f.requirement.only_at_submission:
            trainings.setdefault(f.person, []).append(f)
    return [
        f or of(o.requirement).judge(_with_trainings(o, trainings.get(o.person, [])))
        for o, f in zip(obligations, found, strict=True)
    ]


def _strict(obligation: Obligation) -> bool:
    return of(obligation.requirement).delegates and obligation.rules.strict_delegation


def _with_trainings(obligation: Obligation, trainings: Sequence[Finding]) -> Obligation:
    protocol = obligation.scope.protocol
    asked = [(on_protocol(f, protocol), ~falls_on(f, protocol, obligation.scope)) for f in trainings]
    trained = all_of(free | found.met for found, free in asked)
    trained_if = all_of(free | found.if_accepted for found, free in asked)
    return replace(obligation, evidence=replace(obligation.evidence, trained=trained, trained_if=trained_if))

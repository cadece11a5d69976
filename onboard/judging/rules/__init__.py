"""The rules, one file per kind of requirement. Decides which rule judges what; a new kind is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from onboard.judging.rules import delegation, irb, standing, step, task, training
from onboard.judging.rules.grounds import on_protocol
from onboard.model import Finding, Obligation, RequirementKind, Scope
from onboard.timeline import NOT_EVER, Coverage, all_of

RULES: Mapping[RequirementKind, Callable[[Obligation], Finding]] = {
    RequirementKind.TRAINING: training.judge,
    RequirementKind.LISTING: irb.judge_listing,
    RequirementKind.APPROVAL: irb.judge_approval,
    RequirementKind.DELEGATION: delegation.judge,
    RequirementKind.STEP: step.judge,
    RequirementKind.DISCLOSURE: step.judge_disclosure,
    RequirementKind.TASK: task.judge,
    RequirementKind.APPOINTMENT: standing.judge_appointment,
    RequirementKind.HOLD: standing.judge_hold,
    RequirementKind.FACT: standing.judge_fact,
}


def assess(obligations: Iterable[Obligation]) -> list[Finding]:
    """Every obligation judged, in the order given. Trainings come first where a strict lab asks them of a delegation."""
    obligations = list(obligations)
    found: list[Finding | None] = [None if _strict(o) else RULES[o.requirement.kind](o) for o in obligations]
    if None not in found:
        return [f for f in found if f]
    trainings: dict[str, list[Finding]] = {}
    for f in found:
        if f and f.requirement.kind is RequirementKind.TRAINING and not f.requirement.only_at_submission:
            trainings.setdefault(f.person, []).append(f)
    return [
        f or RULES[o.requirement.kind](_with_trainings(o, trainings.get(o.person, [])))
        for o, f in zip(obligations, found, strict=True)
    ]


def _strict(obligation: Obligation) -> bool:
    return obligation.requirement.kind is RequirementKind.DELEGATION and obligation.rules.strict_delegation


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


def _with_trainings(obligation: Obligation, trainings: Sequence[Finding]) -> Obligation:
    protocol = obligation.scope.protocol
    asked = [(on_protocol(f, protocol), ~falls_on(f, protocol, obligation.scope)) for f in trainings]
    trained = all_of(free | found.met for found, free in asked)
    trained_if = all_of(free | found.if_accepted for found, free in asked)
    return replace(obligation, evidence=replace(obligation.evidence, trained=trained, trained_if=trained_if))

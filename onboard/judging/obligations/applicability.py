"""On whom a requirement falls, and on which days: the `due` and `asked` days.

A requirement falls once on a person, a protocol or a task. The rows that may meet it come from person_rows.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from onboard.judging.obligations.built_in import ABSENCE, APPOINTMENT, CLOSURE, FACTS, HOLD, SUSPENSION
from onboard.judging.obligations.facts import appointment_fact_known, appointment_matches
from onboard.judging.obligations.lab import Lab, Study, in_force
from onboard.judging.obligations.person_rows import PersonRows
from onboard.model import Evidence, Fact, Obligation, Per, Person, Requirement, Scope, Task
from onboard.timeline import ALWAYS, FOR_EVER, NOT_EVER, PERHAPS, Coverage, Timeline, any_of

#: The protocols of one person, each with the days on it and the tasks there.
_Work: TypeAlias = Sequence[tuple[Study, Coverage, Mapping[Task, Coverage]]]
#: What falls on the person as a whole.
_WHOLE = Scope()


@lru_cache(maxsize=64)
def _of_all(days: Timeline) -> Mapping[str, Coverage]:
    """What is asked of everybody on some days: one value, however many people there are."""
    return {"": Coverage.certain(days)}


class PersonObligations:
    """One person, and what falls on them."""

    def __init__(self, person: Person, lab: Lab) -> None:
        self.rows, self.lab = PersonRows(person, lab), lab
        self._known: dict[tuple[int, str], tuple[Mapping[str, Coverage], Coverage]] = {}

    def obligations(self) -> list[Obligation]:
        """Built-in clauses first, then every tracked requirement version that can fall on this person."""
        work = [(study, self.rows.involvement(study), self.rows.tasks(study)) for study in self.rows.studies]
        found = self._of_the_person()
        for study, _, tasks in work:
            found.extend(self._of_the_protocol(study, tuple(tasks)))
        for requirement, alike in zip(self.lab.requirements, self.lab.alike, strict=True):
            if requirement.per is Per.PERSON:
                found.extend(self._once(requirement, alike, work))
            elif requirement.per is Per.PROTOCOL:
                found.extend(self._per_protocol(requirement, alike, work))
            else:
                found.extend(self._per_task(requirement, alike, work))
        return found

    def _of_anyone(self, requirement: Requirement, alike: int) -> tuple[Mapping[str, Coverage], Coverage]:
        """`asked` and `due` by the appointments alone; one value for all requirements that are `alike`."""
        if (alike, "") not in self._known:
            matched = appointment_matches(self.rows.appointments, requirement.when).within(in_force(requirement))
            self._known[alike, ""] = {"": matched}, matched
        return self._known[alike, ""]

    def _on(
        self, requirement: Requirement, alike: int, study: Study, involved: Coverage, tasks: Mapping[Task, Coverage]
    ) -> tuple[Mapping[str, Coverage], Coverage]:
        """`asked` and `due` on one protocol; one value for all requirements that are `alike`."""
        record = study.protocol.record
        if (alike, record) not in self._known:
            here = self._of_anyone(requirement, alike)[1] & study.facts.matches(requirement.when)
            self._known[alike, record] = {record: here}, here & self._bearing(requirement, involved, tasks)
        return self._known[alike, record]

    def _of_the_person(self) -> list[Obligation]:
        facts = (
            (Fact.ROLE, appointment_fact_known(self.rows.appointments, lambda a: a.role is None), ALWAYS),
            (Fact.KIND, appointment_fact_known(self.rows.appointments, lambda a: a.kind is None), self.lab.kind_matters),
            (Fact.ENGAGED, appointment_fact_known(self.rows.appointments, lambda a: a.engaged is None), self.lab.engaged_matters),
        )
        standing = self._made(APPOINTMENT, _WHOLE, FOR_EVER, _of_all(ALWAYS), Evidence(appointments=self.rows.appointments))
        found = [standing] + [
            self._made(FACTS[fact], _WHOLE, _of_all(days)[""], _of_all(days), Evidence(known=known))
            for fact, known, days in facts
            if days
        ]
        if self.lab.rules.absences_block:
            found.append(self._made(ABSENCE, _WHOLE, FOR_EVER, _of_all(ALWAYS), Evidence(absences=self.rows.absences)))
        unplaced = () if self.rows.studies else self.rows.unplaced()
        if unplaced:  # their only row asks for what falls on people without a protocol, and they may well have one
            evidence = Evidence(known=PERHAPS, unplaced=unplaced)
            found.append(self._made(FACTS[Fact.PROTOCOL], _WHOLE, FOR_EVER, {"": FOR_EVER}, evidence))
        return found

    def _of_the_protocol(self, study: Study, tasks: tuple[Task, ...]) -> list[Obligation]:
        scope, asked = study.scope, study.always
        stops = (
            (HOLD, Evidence(holds=study.holds, tasks=tasks)),
            (SUSPENSION, Evidence(approvals=study.suspensions, tasks=tasks)),
            (CLOSURE, Evidence(approvals=study.closures, tasks=tasks)),
        )
        facts = ((FACTS[fact], known) for fact, known in study.known)
        return [
            self._made(requirement, scope, FOR_EVER if requirement is CLOSURE else study.open, asked, evidence)
            for requirement, evidence in (*stops, *facts)
        ] + self._by_slips(study)

    def _by_slips(self, study: Study) -> list[Obligation]:
        """What leaves unknown the rows that exist for nothing but a mistyped one."""
        record = study.protocol.record
        slips: list[tuple[Scope, tuple[str, ...]]] = [(study.scope, rows)] if (rows := self.rows.slipped(record)) else []
        slips += [(Scope(protocol=record, task=task), found) for task, found in self.rows.slipped_tasks(record).items()]
        return [
            self._made(FACTS[Fact.PROTOCOL], scope, study.open, study.always, Evidence(known=PERHAPS, unplaced=found))
            for scope, found in slips
        ]

    def _once(self, requirement: Requirement, alike: int, work: _Work) -> list[Obligation]:
        """One obligation, however many protocols ask for it; due is the union over those the person is on."""
        if not requirement.when.asks_protocol() and not requirement.when.tasks:
            everywhere, matched = self._of_anyone(requirement, alike)
            return [self._made(requirement, _WHOLE, matched, everywhere, self.rows.evidence(requirement, _WHOLE))]
        asked, due = dict[str, Coverage](), NOT_EVER
        for study, involved, tasks in work:
            there, days = self._on(requirement, alike, study, involved, tasks)
            asked.update(there)
            due = due | (days & ~self.rows.lifted(requirement, study))
        return [self._made(requirement, _WHOLE, due, asked, self.rows.evidence(requirement, _WHOLE))] if asked else []

    def _per_protocol(self, requirement: Requirement, alike: int, work: _Work) -> list[Obligation]:
        found = []
        for study, involved, tasks in work:
            asked, due = self._on(requirement, alike, study, involved, tasks)
            evidence = self.rows.evidence(requirement, study.scope, study)
            found.append(self._made(requirement, study.scope, due, asked, evidence))
        return found

    def _per_task(self, requirement: Requirement, alike: int, work: _Work) -> list[Obligation]:
        found = []
        for study, involved, tasks in work:
            asked, _ = self._on(requirement, alike, study, involved, tasks)
            here = asked[study.protocol.record]
            for task, days in tasks.items():
                if requirement.when.tasks and task not in requirement.when.tasks:
                    continue
                scope = Scope(protocol=study.protocol.record, task=task)
                evidence = self.rows.evidence(requirement, scope, study)
                found.append(self._made(requirement, scope, here & days, asked, evidence))
        return found

    @staticmethod
    def _bearing(requirement: Requirement, involved: Coverage, tasks: Mapping[Task, Coverage]) -> Coverage:
        """The days of work that make it fall: with a tasks selector those of the tasks, else of the protocol."""
        if not requirement.when.tasks:
            return involved
        return any_of(days for task, days in tasks.items() if task in requirement.when.tasks)

    def _made(
        self, requirement: Requirement, scope: Scope, due: Coverage, asked: Mapping[str, Coverage], evidence: Evidence
    ) -> Obligation:
        return Obligation(
            person=self.rows.person,
            requirement=requirement,
            scope=scope,
            due=NOT_EVER if requirement.only_at_submission else due,
            asked=asked,
            evidence=evidence,
            read_on=self.lab.read_on,
            rules=self.lab.rules,
        )

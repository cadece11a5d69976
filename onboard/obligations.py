"""Who owes what, with the evidence attached: the last room that sees pandas. Decides on whom a requirement falls and on which
days; judges no evidence (rules/) and rolls nothing up (readiness)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import TypeVar

from onboard.courses import CourseMap
from onboard.facts import ProtocolFacts, appointment_fact_known, appointment_matches, protocol_facts
from onboard.model import (
    Approval,
    Completion,
    Evidence,
    Fact,
    Hold,
    Obligation,
    Per,
    Person,
    Protocol,
    Records,
    Requirement,
    RequirementKind,
    Rules,
    Scope,
    Submission,
    Task,
)
from onboard.spans import listing_presence, span
from onboard.tables import NOUNS, Tables
from onboard.timeline import ALWAYS, FOR_EVER, NOT_EVER, Coverage, Timeline, any_of
from onboard.words import fold

_Row = TypeVar("_Row")


def gather(tables: Tables) -> Records:
    """The rows of every table as nouns, in the frames' order."""
    found = {}
    for field in fields(Records):
        frame, noun = getattr(tables, field.name), NOUNS[field.name]
        columns = [frame[name].tolist() for name in frame.columns]
        found[field.name] = tuple(noun(**dict(zip(frame.columns, row, strict=True))) for row in zip(*columns, strict=True))
    return Records(**found)


def find_obligations(tables: Tables, rules: Rules, read_on: date) -> list[Obligation]:
    """Every obligation of the lab; `read_on` is the local day of the read, after which completions are held back."""
    return find_obligations_in(gather(tables), rules, read_on)


def find_obligations_in(records: Records, rules: Rules, read_on: date) -> list[Obligation]:
    """The same from rows already gathered."""
    lab = _Lab(records, rules, read_on)
    return [obligation for person in records.people for obligation in _Owner(person, lab).obligations()]


def _by(rows: Iterable[_Row], key: Callable[[_Row], str]) -> dict[str, list[_Row]]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def in_force(requirement: Requirement) -> Timeline:
    """The days on which this version of a requirement counts, both ends inclusive (domain 7.21)."""
    return Timeline.between(requirement.in_force_from, requirement.in_force_to)


@dataclass(frozen=True, slots=True)
class _Study:
    """A protocol with everything its rows say."""

    protocol: Protocol
    facts: ProtocolFacts
    approvals: tuple[Approval, ...]
    submissions: tuple[Submission, ...]
    holds: tuple[Hold, ...]


class _Lab:
    """The rows grouped once, and what is the same for everybody."""

    def __init__(self, records: Records, rules: Rules, read_on: date) -> None:
        self.rules, self.read_on = rules, read_on
        self.requirements = rules.tracked()
        self.course_map = CourseMap(rules.courses)
        self.appointments = _by(records.appointments, lambda row: row.person)
        self.steps = _by(records.steps, lambda row: row.person)
        self.completions = _by(records.completions, lambda row: row.person)
        self.listings = _by(records.listings, lambda row: row.person)
        self.delegations = _by(records.delegations, lambda row: row.person)
        self.assignments = _by(records.assignments, lambda row: row.person)
        self.absences = _by(records.absences, lambda row: row.person)
        self.waivers = _by(records.waivers, lambda row: row.person)
        self.enrolments = _by(records.enrolments, lambda row: row.person)
        self.disclosures = _by(records.disclosures, lambda row: row.person)
        self.log = _by(records.log, lambda row: row.person)
        self.leads = _by((p for p in records.protocols if p.pi), lambda row: row.pi)
        self.studies = self._studies(records)
        self.place = {record: place for place, record in enumerate(self.studies)}

    def _studies(self, records: Records) -> dict[str, _Study]:
        approvals = _by(records.approvals, lambda row: row.protocol)
        submissions = _by(records.submissions, lambda row: row.protocol)
        holds = _by(records.holds, lambda row: row.protocol)
        studies = {}
        for protocol in records.protocols:
            names = frozenset(fold(name) for name in (protocol.number, protocol.code) if name)
            rows = tuple(approvals.get(protocol.record, ()))
            studies[protocol.record] = _Study(
                protocol,
                protocol_facts(rows, names),
                rows,
                tuple(submissions.get(protocol.record, ())),
                tuple(holds.get(protocol.record, ())),
            )
        return studies

    def selects_on(self, fact: Fact) -> Timeline:
        """The days on which a tracked requirement in force selects on an appointment's kind or on engaged (domain 7.4)."""
        days = Timeline()
        for requirement in self.requirements:
            asks = requirement.when.kinds if fact is Fact.KIND else requirement.when.engaged is not None
            if asks:
                days = days | in_force(requirement)
        return days

    @cached_property
    def kind_matters(self) -> Timeline:
        return self.selects_on(Fact.KIND)

    @cached_property
    def engaged_matters(self) -> Timeline:
        return self.selects_on(Fact.ENGAGED)


def _built_in(identity: str, kind: RequirementKind, title: str, per: Per) -> Requirement:
    return Requirement(id=identity, kind=kind, title=title, per=per, ask="coordinator")


#: What falls on the person as a whole.
_WHOLE = Scope()
APPOINTMENT = _built_in("appointment", RequirementKind.APPOINTMENT, "Appointment in the lab", Per.PERSON)
HOLD = _built_in("hold", RequirementKind.HOLD, "No hold on the protocol", Per.PROTOCOL)
FACTS: Mapping[Fact, Requirement] = {
    fact: _built_in(f"fact_{fact}", RequirementKind.FACT, title, per)
    for fact, title, per in (
        (Fact.ROLE, "Role in the lab is recorded", Per.PERSON),
        (Fact.KIND, "Kind of appointment is recorded", Per.PERSON),
        (Fact.ENGAGED, "Engaged in research, yes or no, is recorded", Per.PERSON),
        (Fact.STUDY_TYPE, "Study type of the protocol is recorded", Per.PROTOCOL),
        (Fact.FUNDING, "Funding of the protocol is recorded", Per.PROTOCOL),
        (Fact.PHI, "Use of health information (PHI) is recorded", Per.PROTOCOL),
    )
}


class _Owner:
    """One person, and what falls on them."""

    def __init__(self, person: Person, lab: _Lab) -> None:
        self.person, self.lab, self.rules = person.record, lab, lab.rules
        self.appointments = tuple(lab.appointments.get(self.person, ()))
        self.listings = lab.listings.get(self.person, [])
        self.delegations = lab.delegations.get(self.person, [])
        self.assignments = lab.assignments.get(self.person, [])
        self.waivers = lab.waivers.get(self.person, [])
        self.absences = tuple(lab.absences.get(self.person, ()))
        self.studies = self._studies()

    def _studies(self) -> list[_Study]:
        """Protocols this person has anything to do with, in the lab's order."""
        rows = (self.listings, self.delegations, self.assignments, self.lab.log.get(self.person, []))
        named = {row.protocol for group in rows for row in group if row.protocol}
        named |= {protocol.record for protocol in self.lab.leads.get(self.person, ())}
        return [self.lab.studies[record] for record in sorted(named & self.lab.place.keys(), key=self.lab.place.__getitem__)]

    @cached_property
    def completions(self) -> tuple[tuple[Completion, str | None], ...]:
        rows = self.lab.completions.get(self.person, ())
        return tuple((row, self.lab.course_map.training_of(row)) for row in rows)

    # when work makes a requirement fall on the person -----------------------------------------------------------------

    def involvement(self, study: _Study) -> Coverage:
        """The days this person is on a protocol: listed or filed, delegated, assigned, or its PI."""
        record = study.protocol.record
        if study.protocol.pi == self.person:
            return FOR_EVER
        listed = any_of(listing_presence(row) for row in self.listings if row.protocol == record)
        delegated = any_of(span(row.first, row.last) for row in self.delegations if row.protocol == record)
        assigned = any_of(span(row.first, row.done) for row in self.assignments if row.protocol == record)
        return listed | delegated | assigned

    def tasks(self, study: _Study) -> dict[Task, Coverage]:
        """The tasks this person has on a protocol, delegated or assigned, with their days; logged ones with none."""
        record, found = study.protocol.record, dict[Task, Coverage]()
        for delegation in self.delegations:
            if delegation.protocol == record:
                for task in delegation.tasks:
                    found[task] = found.get(task, NOT_EVER) | span(delegation.first, delegation.last)
        for work in self.assignments:
            if work.protocol == record and work.task:
                found[work.task] = found.get(work.task, NOT_EVER) | span(work.first, work.done)
        for entry in self.lab.log.get(self.person, ()):
            if entry.protocol == record and entry.task:
                found.setdefault(entry.task, NOT_EVER)
        return found

    # obligations --------------------------------------------------------------------------------------------------------

    def obligations(self) -> list[Obligation]:
        """Built-in clauses first, then every tracked requirement version that can fall on this person."""
        work = [(study, self.involvement(study), self.tasks(study)) for study in self.studies]
        found = self._of_the_person()
        for study, _, tasks in work:
            found.extend(self._of_the_protocol(study, tuple(tasks)))
        for requirement in self.lab.requirements:
            matched = appointment_matches(self.appointments, requirement.when).within(in_force(requirement))
            if requirement.per is Per.PERSON:
                found.extend(self._once(requirement, matched, work))
            elif requirement.per is Per.PROTOCOL:
                found.extend(self._per_protocol(requirement, matched, work))
            else:
                found.extend(self._per_task(requirement, matched, work))
        return found

    def _of_the_person(self) -> list[Obligation]:
        facts = (
            (Fact.ROLE, appointment_fact_known(self.appointments, lambda a: a.role is None), ALWAYS),
            (Fact.KIND, appointment_fact_known(self.appointments, lambda a: a.kind is None), self.lab.kind_matters),
            (Fact.ENGAGED, appointment_fact_known(self.appointments, lambda a: a.engaged is None), self.lab.engaged_matters),
        )
        standing = self._made(APPOINTMENT, _WHOLE, FOR_EVER, {"": FOR_EVER}, Evidence(appointments=self.appointments))
        return [standing] + [
            self._made(FACTS[fact], _WHOLE, Coverage.certain(days), {"": Coverage.certain(days)}, Evidence(known=known))
            for fact, known, days in facts
            if days
        ]

    def _of_the_protocol(self, study: _Study, tasks: tuple[Task, ...]) -> list[Obligation]:
        record = study.protocol.record
        scope, asked = Scope(protocol=record), {record: FOR_EVER}
        absences = self.absences if self.rules.absences_block else ()
        hold = self._made(HOLD, scope, FOR_EVER, asked, Evidence(holds=study.holds, absences=absences, tasks=tasks))
        facts = ((Fact.STUDY_TYPE, study.facts.study_type), (Fact.FUNDING, study.facts.funding), (Fact.PHI, study.facts.phi))
        return [hold] + [
            self._made(FACTS[fact], scope, FOR_EVER, asked, Evidence(known=line.known(), protocol=study.protocol))
            for fact, line in facts
        ]

    def _once(
        self, requirement: Requirement, matched: Coverage, work: Sequence[tuple[_Study, Coverage, dict[Task, Coverage]]]
    ) -> list[Obligation]:
        """One obligation, however many protocols ask for it; due is the union over those the person is on (domain 7.1)."""
        if not requirement.when.asks_protocol() and not requirement.when.tasks:
            return [self._made(requirement, _WHOLE, matched, {"": matched}, self._evidence(requirement, _WHOLE))]
        asked, due = {}, NOT_EVER
        for study, involved, tasks in work:
            asked[study.protocol.record] = here = matched & study.facts.matches(requirement.when)
            due = due | (here & self._bearing(requirement, involved, tasks))
        return [self._made(requirement, _WHOLE, due, asked, self._evidence(requirement, _WHOLE))] if asked else []

    def _per_protocol(
        self, requirement: Requirement, matched: Coverage, work: Sequence[tuple[_Study, Coverage, dict[Task, Coverage]]]
    ) -> list[Obligation]:
        found = []
        for study, involved, tasks in work:
            scope, asked = Scope(protocol=study.protocol.record), matched & study.facts.matches(requirement.when)
            due = asked & self._bearing(requirement, involved, tasks)
            evidence = self._evidence(requirement, scope, study)
            found.append(self._made(requirement, scope, due, {study.protocol.record: asked}, evidence))
        return found

    def _per_task(
        self, requirement: Requirement, matched: Coverage, work: Sequence[tuple[_Study, Coverage, dict[Task, Coverage]]]
    ) -> list[Obligation]:
        found = []
        for study, _, tasks in work:
            asked = matched & study.facts.matches(requirement.when)
            for task, days in tasks.items():
                if requirement.when.tasks and task not in requirement.when.tasks:
                    continue
                scope = Scope(protocol=study.protocol.record, task=task)
                evidence = self._evidence(requirement, scope, study)
                found.append(self._made(requirement, scope, asked & days, {study.protocol.record: asked}, evidence))
        return found

    @staticmethod
    def _bearing(requirement: Requirement, involved: Coverage, tasks: Mapping[Task, Coverage]) -> Coverage:
        """The days of work that make it fall: with a tasks selector those of the tasks, else of the protocol."""
        if not requirement.when.tasks:
            return involved
        return any_of(days for task, days in tasks.items() if task in requirement.when.tasks)

    def _evidence(self, requirement: Requirement, scope: Scope, study: _Study | None = None) -> Evidence:
        """The rows that may bear on one requirement; each kind sees its own."""
        named = [w for w in self.waivers if w.requirement == requirement.id]
        waivers = tuple(w for w in named if w.protocol in ("", scope.protocol))
        stray = tuple(w for w in named if w.protocol) if requirement.per is Per.PERSON else ()
        kind, record = requirement.kind, scope.protocol
        if kind is RequirementKind.TRAINING:
            enrolled = tuple(e for e in self.lab.enrolments.get(self.person, ()) if e.training in requirement.accepts)
            return Evidence(completions=self.completions, enrolments=enrolled, waivers=waivers, stray_waivers=stray)
        if kind is RequirementKind.STEP:
            steps = tuple(s for s in self.lab.steps.get(self.person, ()) if s.step == requirement.step)
            return Evidence(steps=steps, waivers=waivers, stray_waivers=stray)
        if kind is RequirementKind.DISCLOSURE:
            rows = tuple(self.lab.disclosures.get(self.person, ()))
            return Evidence(disclosures=rows, waivers=waivers, stray_waivers=stray)
        if kind is RequirementKind.LISTING:
            listings = tuple(row for row in self.listings if row.protocol == record)
            return Evidence(listings=listings, appointments=self.appointments, protocol=study.protocol if study else None)
        if kind is RequirementKind.APPROVAL and study:
            return Evidence(approvals=study.approvals, submissions=study.submissions, protocol=study.protocol)
        if kind is RequirementKind.DELEGATION:
            given = tuple(d for d in self.delegations if d.protocol == record and scope.task in d.tasks)
            return Evidence(delegations=given, protocol=study.protocol if study else None)
        return Evidence(waivers=waivers)

    def _made(
        self, requirement: Requirement, scope: Scope, due: Coverage, asked: Mapping[str, Coverage], evidence: Evidence
    ) -> Obligation:
        return Obligation(
            person=self.person,
            requirement=requirement,
            scope=scope,
            due=NOT_EVER if requirement.only_at_submission else due,
            asked=asked,
            evidence=evidence,
            read_on=self.lab.read_on,
            rules=self.rules,
        )

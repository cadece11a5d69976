"""The rows of a lab, grouped once, and what is the same for all its people.

Its studies, and the days on which a fact matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from onboard.folding import fold
from onboard.judging.closed import open_days
from onboard.judging.courses import CourseMap
from onboard.judging.obligations.facts import ProtocolFacts, protocol_facts
from onboard.judging.obligations.mistyped import waivers_as_meant
from onboard.model import (
    Approval,
    ApprovalKind,
    Evidence,
    Fact,
    Hold,
    Protocol,
    Records,
    Requirement,
    Rules,
    Scope,
    Selectors,
    Submission,
)
from onboard.timeline import FOR_EVER, Coverage, Timeline

_Row = TypeVar("_Row")


def _by(rows: Iterable[_Row], key: Callable[[_Row], str]) -> dict[str, list[_Row]]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def in_force(requirement: Requirement) -> Timeline:
    """The days on which this version of a requirement counts, both ends inclusive."""
    return Timeline.between(requirement.in_force_from, requirement.in_force_to)


@dataclass(frozen=True, slots=True)
class Study:
    """A protocol with everything its rows say."""

    protocol: Protocol
    facts: ProtocolFacts
    approvals: tuple[Approval, ...]
    submissions: tuple[Submission, ...]
    holds: tuple[Hold, ...]
    suspensions: tuple[Approval, ...]
    closures: tuple[Approval, ...]  # with the rows of unknown kind, each of which may be one
    scope: Scope
    always: Mapping[str, Coverage]  # what every row of the protocol asks
    known: tuple[tuple[Fact, Evidence], ...]
    open: Coverage  # the days on which it is not certainly closed: only then is work on it asked about in mails


def _known(protocol: Protocol, facts: ProtocolFacts) -> tuple[tuple[Fact, Evidence], ...]:
    """Each fact of a protocol with the days on which it is known."""
    lines = ((Fact.STUDY_TYPE, facts.study_type), (Fact.FUNDING, facts.funding), (Fact.PHI, facts.phi))
    return tuple((fact, Evidence(known=line.known(), protocol=protocol)) for fact, line in lines)


class Lab:
    """The rows grouped once, and what is the same for everybody."""

    def __init__(self, records: Records, rules: Rules, read_on: date) -> None:
        self.rules, self.read_on = rules, read_on
        self.requirements = rules.tracked()
        seen: dict[tuple[Selectors, Timeline], int] = {}
        #: a number a requirement: the same for those that ask the same people on the same days
        self.alike = [seen.setdefault((r.when, in_force(r)), len(seen)) for r in self.requirements]
        self.course_map = CourseMap(rules.courses)
        self.appointments = _by(records.appointments, lambda row: row.person)
        self.steps = _by(records.steps, lambda row: row.person)
        self.completions = _by(records.completions, lambda row: row.person)
        self.listings = _by(records.listings, lambda row: row.person)
        self.irb_answers = {(row.person, row.protocol): row for row in records.irb_answers}
        self.delegations = _by(records.delegations, lambda row: row.person)
        self.assignments = _by(records.assignments, lambda row: row.person)
        self.absences = _by(records.absences, lambda row: row.person)
        self.waivers = _by(waivers_as_meant(records.waivers, rules), lambda row: row.person)
        self.enrolments = _by(records.enrolments, lambda row: row.person)
        self.disclosures = _by(records.disclosures, lambda row: row.person)
        self.log = _by(records.log, lambda row: row.person)
        self.leads = _by((p for p in records.protocols if p.pi), lambda row: row.pi)
        self.studies = self._studies(records)
        self.place = {record: place for place, record in enumerate(self.studies)}

    def _studies(self, records: Records) -> dict[str, Study]:
        approvals = _by(records.approvals, lambda row: row.protocol)
        submissions = _by(records.submissions, lambda row: row.protocol)
        holds = _by(records.holds, lambda row: row.protocol)
        studies = {}
        for protocol in records.protocols:
            names = frozenset(fold(name) for name in (protocol.number, protocol.code) if name)
            rows = tuple(approvals.get(protocol.record, ()))
            facts = protocol_facts(rows, names)
            studies[protocol.record] = Study(
                protocol,
                facts,
                rows,
                tuple(submissions.get(protocol.record, ())),
                tuple(holds.get(protocol.record, ())),
                tuple(row for row in rows if row.kind is ApprovalKind.SUSPENSION),
                tuple(row for row in rows if row.kind in (ApprovalKind.CLOSURE, ApprovalKind.UNKNOWN)),
                Scope(protocol=protocol.record),
                {protocol.record: FOR_EVER},
                _known(protocol, facts),
                open_days(rows),
            )
        return studies

    def selects_on(self, fact: Fact) -> Timeline:
        """The days on which a tracked requirement in force selects on an appointment's kind or on engaged."""
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

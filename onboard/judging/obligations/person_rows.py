"""The rows of one person and the days they give: protocols, tasks, evidence.

It selects the rows that bear on a requirement; rules/ judges whether they meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from onboard.judging import kinds
from onboard.judging.coverage import listing_presence, signed, span
from onboard.judging.obligations.lab import Lab, Study
from onboard.model import Completion, Counts, Evidence, Per, Person, Requirement, Scope, Task, Waiver
from onboard.timeline import FOR_EVER, NOT_EVER, Coverage, any_of


class PersonRows:
    """Everything the lab has on one person."""

    def __init__(self, person: Person, lab: Lab) -> None:
        self.person, self.lab, self.rules = person.record, lab, lab.rules
        self.appointments = tuple(lab.appointments.get(self.person, ()))
        self.listings = lab.listings.get(self.person, [])
        self.delegations = lab.delegations.get(self.person, [])
        self.assignments = lab.assignments.get(self.person, [])
        self.waivers = lab.waivers.get(self.person, [])
        self.absences = tuple(lab.absences.get(self.person, ()))
        self.studies = self._studies()

    def _studies(self) -> list[Study]:
        """Protocols this person has anything to do with, in the lab's order."""
        rows = (self.listings, self.delegations, self.assignments, self.lab.log.get(self.person, []))
        named = {row.protocol for group in rows for row in group if row.protocol}
        named |= {protocol.record for protocol in self.lab.leads.get(self.person, ())}
        return [self.lab.studies[record] for record in sorted(named & self.lab.place.keys(), key=self.lab.place.__getitem__)]

    @cached_property
    def completions(self) -> tuple[tuple[Completion, Counts], ...]:
        rows = self.lab.completions.get(self.person, ())
        return tuple((row, self.lab.course_map.counts(row)) for row in rows)

    @cached_property
    def _courses(self) -> Evidence:
        """What bears on every training for which nothing but completions is there: one value for all of them."""
        return Evidence(completions=self.completions)

    # when work makes a requirement fall on the person -----------------------------------------------------------------

    def involvement(self, study: Study) -> Coverage:
        """The days this person is on a protocol that is not closed: listed or filed, delegated, assigned, or its PI."""
        record = study.protocol.record
        if study.protocol.pi == self.person:
            return study.open
        listed = any_of(listing_presence(row) for row in self.listings if row.protocol == record)
        delegated = any_of(span(row.first, row.last) for row in self.delegations if row.protocol == record)
        assigned = any_of(span(row.first, row.done) for row in self.assignments if row.protocol == record)
        return (listed | delegated | assigned) & study.open

    def tasks(self, study: Study) -> dict[Task, Coverage]:
        """Return the tasks this person has on a protocol, with their days.

        Delegated or assigned, while the protocol is not closed; logged ones have no days.
        """
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
        return found if study.open is FOR_EVER else {task: days & study.open for task, days in found.items()}

    def unplaced(self) -> tuple[str, ...]:
        """Ids of rows that put this person on a protocol that cannot be identified."""
        listed = (row.evidence for row in self.listings if not row.protocol)
        delegated = (row.evidence for row in self.delegations if not row.protocol)
        assigned = (row.evidence for row in self.assignments if row.protocol_text and not row.protocol)
        logged = (row.evidence for row in self.lab.log.get(self.person, ()) if row.protocol_text and not row.protocol)
        return (*listed, *delegated, *assigned, *logged)

    def lifted(self, requirement: Requirement, study: Study) -> Coverage:
        """Return the days on which a waiver for this protocol alone surely applies.

        It takes away what the protocol would ask for. A claim takes nothing.
        """
        here = (w for w in self._local_waivers(requirement) if w.protocol == study.protocol.record)
        local = (w for w in here if signed(w.approved_by, w.approved_on, self.lab.read_on))
        return Coverage.certain(any_of(span(w.first, w.last, blank_last_is_open=False) for w in local).sure)

    def _local_waivers(self, requirement: Requirement) -> tuple[Waiver, ...]:
        """Waivers for one protocol of a requirement that is asked once for all of them."""
        if requirement.per is not Per.PERSON or not kinds.of(requirement).waivable:
            return ()
        return tuple(w for w in self.waivers if w.requirement == requirement.id and w.protocol)

    def evidence(self, requirement: Requirement, scope: Scope, study: Study | None = None) -> Evidence:
        """The rows that may bear on one requirement; each kind sees its own."""
        kind = kinds.of(requirement)
        found = {name: _READ[name](self, requirement, scope, study) for name in kind.reads}
        if kind.waivable:
            waivers = (w for w in self.waivers if w.requirement == requirement.id and w.protocol in ("", scope.protocol))
            found |= {"waivers": tuple(waivers), "local_waivers": self._local_waivers(requirement)}
        there: dict[str, Any] = {name: rows for name, rows in found.items() if rows}
        only_courses = there.keys() <= {"completions"} and "completions" in kind.reads
        return self._courses if only_courses else Evidence(**there)


#: The rows of one person that each field of `Evidence` holds for a requirement.
_READ: Mapping[str, Callable[[PersonRows, Requirement, Scope, Study | None], object]] = {
    "completions": lambda mine, requirement, scope, study: mine.completions,
    "enrolments": lambda mine, requirement, scope, study: tuple(
        e for e in mine.lab.enrolments.get(mine.person, ()) if e.training in requirement.accepts
    ),
    "steps": lambda mine, requirement, scope, study: tuple(
        s for s in mine.lab.steps.get(mine.person, ()) if s.step == requirement.step
    ),
    "disclosures": lambda mine, requirement, scope, study: tuple(mine.lab.disclosures.get(mine.person, ())),
    "listings": lambda mine, requirement, scope, study: tuple(r for r in mine.listings if r.protocol == scope.protocol),
    "irb": lambda mine, requirement, scope, study: mine.lab.irb_answers.get((mine.person, scope.protocol)),
    "appointments": lambda mine, requirement, scope, study: mine.appointments,
    "delegations": lambda mine, requirement, scope, study: tuple(
        d for d in mine.delegations if d.protocol == scope.protocol and scope.task in d.tasks
    ),
    "approvals": lambda mine, requirement, scope, study: study.approvals if study else (),
    "submissions": lambda mine, requirement, scope, study: study.submissions if study else (),
    "protocol": lambda mine, requirement, scope, study: study.protocol if study else None,
}

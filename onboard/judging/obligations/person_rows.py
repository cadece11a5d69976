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
from onboard.judging.obligations.mistyped import names, perhaps_given, perhaps_on, waivers_on
from onboard.model import Completion, Counts, Delegation, Evidence, Listing, Per, Person, Requirement, Scope, Task, Waiver
from onboard.timeline import FOR_EVER, NOT_EVER, Coverage, any_of


class PersonRows:
    """Everything the lab has on one person."""

    def __init__(self, person: Person, lab: Lab) -> None:
        self.person, self.lab, self.rules = person.record, lab, lab.rules
        self.appointments = tuple(lab.appointments.get(self.person, ()))
        self.listings = lab.listings.get(self.person, [])
        self.delegations = lab.delegations.get(self.person, [])
        self.by_name: list[Listing | Delegation] = [*self.listings, *self.delegations]
        #: whether something here is mistyped, so that what follows from it is worth asking
        self.in_doubt = any(not row.protocol for row in self.by_name) or any(row.may_tasks for row in self.delegations)
        self.assignments = lab.assignments.get(self.person, [])
        self.absences = tuple(lab.absences.get(self.person, ()))
        self.studies = self._studies()
        self.waivers = list(waivers_on(lab.waivers.get(self.person, ()), [study.protocol.record for study in self.studies]))

    def _studies(self) -> list[Study]:
        """Protocols this person has anything to do with, in the lab's order."""
        named = self._named_surely | {names(row) for row in self.by_name}
        return [self.lab.studies[record] for record in sorted(named & self.lab.place.keys(), key=self.lab.place.__getitem__)]

    @cached_property
    def _named_surely(self) -> set[str]:
        rows = (self.listings, self.delegations, self.assignments, self.lab.log.get(self.person, []))
        named = {row.protocol for group in rows for row in group if row.protocol}
        return named | {protocol.record for protocol in self.lab.leads.get(self.person, ())}

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
        sure = listed | delegated | assigned
        return (sure | self._perhaps_involved(record) if self.in_doubt else sure) & study.open

    def _perhaps_involved(self, record: str) -> Coverage:
        listed = any_of(listing_presence(row) for row in self.listings if perhaps_on(row, record))
        return (listed | any_of(span(row.first, row.last) for row in self.delegations if perhaps_on(row, record))).doubted()

    def tasks(self, study: Study) -> dict[Task, Coverage]:
        """Return the tasks this person has on a protocol, with their days.

        Delegated or assigned, while the protocol is not closed; logged ones have no days.
        """
        found = self._tasks_named(study.protocol.record)
        if self.in_doubt:
            self._perhaps_given(study.protocol.record, found)
        return found if study.open is FOR_EVER else {task: days & study.open for task, days in found.items()}

    def _tasks_named(self, record: str) -> dict[Task, Coverage]:
        found = dict[Task, Coverage]()
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

    def slipped(self, record: str) -> tuple[str, ...]:
        """Ids of the mistyped rows that alone put this person on a protocol; none where another row does."""
        if not self.in_doubt or record in self._named_surely:
            return ()
        return tuple(row.evidence for row in self.by_name if names(row) == record)

    def slipped_tasks(self, record: str) -> Mapping[Task, tuple[str, ...]]:
        """The same of tasks on a protocol that mistyped rows alone give."""
        named, found = self._tasks_named(record) if self.in_doubt else {}, dict[Task, tuple[str, ...]]()
        for row in self.delegations if self.in_doubt else ():
            for task, alone in perhaps_given(row, record):
                if alone and task not in named:
                    found[task] = (*found.get(task, ()), row.evidence)
        return found

    def _perhaps_given(self, record: str, found: dict[Task, Coverage]) -> None:
        """Doubts about the tasks there are, and a task of its own where a row can mean no other."""
        given = [(row, *one) for row in self.delegations for one in perhaps_given(row, record)]
        there = found.keys() | {task for _, task, alone in given if alone}
        for row, task, _ in given:
            if task in there:
                found[task] = found.get(task, NOT_EVER) | span(row.first, row.last).doubted()

    def unplaced(self) -> tuple[str, ...]:
        """Ids of rows that put this person on a protocol that cannot be identified."""
        listed = (row.evidence for row in self.listings if not row.protocol)
        delegated = (row.evidence for row in self.delegations if not row.protocol)
        assigned = (row.evidence for row in self.assignments if row.protocol_text and not row.protocol)
        logged = (row.evidence for row in self.lab.log.get(self.person, ()) if row.protocol_text and not row.protocol)
        return (*listed, *delegated, *assigned, *logged)

    def lifted(self, requirement: Requirement, study: Study) -> Coverage:
        """Return the days on which a waiver for this protocol alone applies, surely or perhaps.

        It takes away what the protocol would ask for. A claim takes nothing.
        """
        here = (w for w in self._local_waivers(requirement) if w.protocol == study.protocol.record)
        local = (w for w in here if signed(w.approved_by, w.approved_on, self.lab.read_on))
        days = ((w, span(w.first, w.last, blank_last_is_open=False)) for w in local)
        return any_of(found if w.placed else found.doubted() for w, found in days)

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
    "listings": lambda mine, requirement, scope, study: tuple(
        r for r in mine.listings if r.protocol == scope.protocol or perhaps_on(r, scope.protocol)
    ),
    "irb": lambda mine, requirement, scope, study: mine.lab.irb_answers.get((mine.person, scope.protocol)),
    "appointments": lambda mine, requirement, scope, study: mine.appointments,
    "delegations": lambda mine, requirement, scope, study: tuple(
        d
        for d in mine.delegations
        if (d.protocol == scope.protocol and scope.task in d.tasks)
        or any(task is scope.task for task, _ in perhaps_given(d, scope.protocol))
    ),
    "approvals": lambda mine, requirement, scope, study: study.approvals if study else (),
    "submissions": lambda mine, requirement, scope, study: study.submissions if study else (),
    "protocol": lambda mine, requirement, scope, study: study.protocol if study else None,
}

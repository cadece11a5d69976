"""Puts the product's judge beside the reckoner for one lab. Decides nothing: it says where the two differ, in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from labs import Lab, describe
from reckon import Reckoner

from onboard.judging.kinds import assess
from onboard.judging.obligations import find_obligations
from onboard.judging.readiness import cleared_on, status_on, summarize
from onboard.model.choices import Task
from onboard.model.findings import Finding, Readiness
from onboard.model.requirements import Per, RequirementKind

BUILT_IN = {RequirementKind.APPOINTMENT, RequirementKind.HOLD, RequirementKind.FACT}


@dataclass
class Tally:
    """What was compared, and the stories of what differed."""

    rows: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    stories: list[str] = field(default_factory=list)

    @property
    def row_days(self) -> int:
        """Person-protocol-days (and task-days) compared."""
        return sum(self.rows.values())

    def add(self, other: Tally) -> None:
        """Counts and stories of another lab."""
        self.rows += other.rows
        self.findings += other.findings
        self.answers += other.answers
        self.stories += other.stories


@dataclass(frozen=True)
class Difference:
    """One thing that the two say differently about one day."""

    about: str
    day: date
    product: str
    reckoner: str

    def story(self, lab: Lab, rows: str) -> str:
        """Everything needed to decide who is right."""
        return f"{self.about} on {self.day}: product {self.product}, reckoner {self.reckoner}\n{rows}"


class Both:
    """One lab, judged by the product and ready to be asked of the reckoner."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.reckoner = Reckoner(lab.records, lab.rules, lab.read_on)
        self.findings = assess(find_obligations(lab.records, lab.rules, lab.read_on))
        self.rows = summarize(self.findings)
        self.number = {id(version): number for number, version in enumerate(lab.rules.requirements)}

    def compare(self, days: Iterable[date]) -> Tally:
        """Rows, findings and met answers on these days; the first difference of each row or finding becomes a story."""
        days, tally = list(days), Tally()
        tally.stories += [f"seed {self.lab.seed}: {line}" for line in self.missing_rows()]
        for row in self.rows:
            self._one(tally, self.row_differences(row, days, tally), row.person, row.protocol)
        for finding in self.findings:
            if finding.requirement.kind not in BUILT_IN:
                found = self.finding_differences(finding, days, tally)
                self._one(tally, found, finding.person, finding.scope.protocol, finding)
        return tally

    def _one(self, tally: Tally, found: Iterator[Difference], person: str, protocol: str, finding: Any = None) -> None:
        differences = list(found)
        if differences:
            number = self.number[id(finding.requirement)] if finding else None
            tally.stories.append(differences[0].story(self.lab, describe(self.lab, person, protocol, number)))

    def missing_rows(self) -> Iterator[str]:
        """Rows that only one of the two knows."""
        mine: set[tuple[str, str, Task | None]] = set()
        for person in self.lab.records.people:
            protocols = self.reckoner.protocols_of(person.record)
            mine |= {(person.record, protocol, None) for protocol in protocols or {""}}
            mine |= {(person.record, on, task) for on in protocols for task in self.reckoner.tasks_of(person.record, on)}
        theirs = [(row.person, row.protocol, row.task) for row in self.rows]
        yield from (f"the product has no row {row}" for row in sorted(mine - set(theirs), key=str))
        yield from (f"only the product has row {row}" for row in sorted(set(theirs) - mine, key=str))
        yield from (f"the product has row {row} {times} times" for row, times in Counter(theirs).items() if times > 1)

    def row_differences(self, row: Readiness, days: list[date], tally: Tally) -> Iterator[Difference]:
        """Days on which the two disagree about a row's word."""
        for day in days:
            product = cleared_on(row, day).value
            reckoner = self.reckoner.row_status(row.person, row.protocol, row.task, day)
            tally.rows[reckoner] += 1
            if product != reckoner:
                mine = self.reckoner.clauses(row.person, row.protocol, row.task, day)
                asked = [(clause.finding.requirement, clause.holds.at(day).value) for clause in row.clauses]
                theirs = {f"{version.id}#{self.number.get(id(version), '')}": answer for version, answer in asked}
                about = f"row {row.person}/{row.protocol}/{row.task}"
                yield Difference(about, day, f"{product} {theirs}", f"{reckoner} {mine}")

    def finding_differences(self, finding: Finding, days: list[date], tally: Tally) -> Iterator[Difference]:
        """Days on which the two disagree about met, or about the word, of one requirement version for one scope."""
        number = self.number[id(finding.requirement)]
        scope = (number, finding.person, finding.scope.protocol, finding.scope.task)
        about = f"{finding.requirement.id}#{number} of {finding.person} at {finding.scope}"
        for day in days:
            met, mine = finding.met.at(day).value, self.reckoner.met(*scope, day)
            tally.answers[mine] += 1
            if met != mine:
                yield Difference(f"met: {about}", day, met, mine)
            word, own = status_on(finding, day).value, self.reckoner.finding_status(*scope, day)
            tally.findings[own] += 1
            if word != own:
                yield Difference(f"status: {about}", day, word, own)

    def expected_findings(self) -> set[tuple[str, int, str, Any]]:
        """Every (person, version, protocol, task) that must have a finding."""
        found: set[tuple[str, int, str, Any]] = set()
        for person in (row.record for row in self.lab.records.people):
            protocols = self.reckoner.protocols_of(person)
            for number in self.reckoner.tracked:
                per = self.reckoner.version(number).per
                if per is Per.PERSON:
                    found.add((person, number, "", None))
                elif per is Per.PROTOCOL:
                    found |= {(person, number, protocol, None) for protocol in protocols}
                else:
                    found |= {(person, number, on, task) for on in protocols for task in self.reckoner.tasks_of(person, on)}
        return found

    def is_ever_due(self, scope: tuple[str, int, str, Any], day: date) -> bool:
        """Whether the reckoner would ask it on a day."""
        person, number, protocol, task = scope
        return bool(self.reckoner.due(number, person, protocol, task, day) != "no")


def compare(lab: Lab, days: Iterable[date]) -> Tally:
    """One lab, judged twice, on these days."""
    return Both(lab).compare(days)

"""One clause of a row on one day, in words.

It chooses the sentence; status and days come from readiness.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date

from onboard.judging import kinds
from onboard.judging.coverage import span
from onboard.judging.obligations.facts import fact_line
from onboard.judging.readiness import deciding, status_on, status_span, why
from onboard.model import (
    Appointment,
    Approval,
    Assessment,
    Clause,
    Finding,
    Readiness,
    Status,
    Unreadable,
)
from onboard.model.phrases import phrase
from onboard.questions.wording import iso
from onboard.timeline import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseOn:
    """A clause on a day. `holds` says whether it blocks work.

    `since` to `until` is the run of its status, inclusive. `covered_from` to `covered_until` is the run of days surely met that
    holds the day, whatever the status' word; both None when it is not surely met, or open.
    """

    requirement: str
    title: str
    kind: str
    status: Status
    holds: Answer
    since: date | None
    until: date | None
    covered_from: date | None
    covered_until: date | None
    sentence: str
    decided_by: str  # evidence id of the deciding row, "" when the absence of a row decides
    evidence: tuple[str, ...]  # every row that was looked at, the deciding one first
    citation: str

    @property
    def key(self) -> tuple[object, ...]:
        """What two rows of one person share when the same finding blocks both."""
        return self.requirement, self.status, self.sentence, self.evidence

    @property
    def run(self) -> tuple[date | None, date | None]:
        """The days to print: those surely met where it is met, else the run of its status."""
        met = self.status in (Status.CURRENT, Status.EXPIRING, Status.WAIVED)
        return (self.covered_from, self.covered_until) if met else (self.since, self.until)

    def as_json(self) -> dict[str, object]:
        """The same keys, dates as ISO text or null, enums as their values."""
        return {
            "requirement": self.requirement,
            "title": self.title,
            "kind": self.kind,
            "status": self.status.value,
            "holds": self.holds.value,
            "since": iso(self.since),
            "until": iso(self.until),
            "covered_from": iso(self.covered_from),
            "covered_until": iso(self.covered_until),
            "sentence": self.sentence,
            "decided_by": self.decided_by,
            "evidence": list(self.evidence),
            "citation": self.citation,
        }


def clause_on(clause: Clause, day: date, assessment: Assessment) -> ClauseOn:
    """Return the clause as it is on `day`."""
    finding, ground = clause.finding, deciding(clause.finding, day)
    since, until = status_span(finding, day, clause.asked)
    covered = finding.met.sure.run_at(day) or (None, None)
    decided_by = ground.evidence if ground else ""
    facts = [evidence for _, evidence in _fact_rows(finding, day, assessment)]
    looked_at = dict.fromkeys((decided_by, *(g.evidence for g in finding.grounds), *facts))
    return ClauseOn(
        requirement=finding.requirement.id,
        title=finding.requirement.title,
        kind=finding.requirement.kind.value,
        status=status_on(finding, day, clause.asked),
        holds=clause.holds.at(day),
        since=since,
        until=until,
        covered_from=covered[0],
        covered_until=covered[1],
        sentence=sentence(finding, day, assessment),
        decided_by=decided_by or next(iter(facts), ""),
        evidence=tuple(evidence for evidence in looked_at if evidence),
        citation=finding.requirement.citation,
    )


#: The order in which reasons are told: certain failures first.
_WORST = (Status.EXPIRED, Status.MISSING, Status.UNKNOWN, Status.PENDING)


def failing_on(row: Readiness, day: date, assessment: Assessment) -> tuple[ClauseOn, ...]:
    """The clauses that do not surely hold on `day`, in the order of `readiness.reasons_on`."""
    failing = [clause_on(clause, day, assessment) for clause in row.clauses if clause.holds.at(day) is not Answer.YES]
    return tuple(sorted(failing, key=severity))


def severity(clause: ClauseOn) -> tuple[int, str]:
    """Sorts clauses: what fails, what cannot be told, then the rest by requirement."""
    return (_WORST.index(clause.status) if clause.status in _WORST else len(_WORST)), clause.requirement


def sentence(finding: Finding, day: date, assessment: Assessment) -> str:
    """The sentence that decides a finding on `day`."""
    kind, met = kinds.of(finding.requirement), finding.met.at(day)
    if kind.stops and met is Answer.YES:
        return phrase("clauses.nothing_stops", title=finding.requirement.id)
    if kind.fact and met is Answer.YES:
        values = _fact_value(finding, day, assessment)
        return phrase("clauses.recorded_as", values=values) if values else phrase("clauses.recorded")
    if kind.fact and not finding.obligation.evidence.unplaced:
        return phrase("clauses.not_recorded")
    return why(finding, day)


_CELLS: dict[str, Callable[[Approval], Hashable | Unreadable | None]] = {
    "fact_study_type": lambda row: row.study_type,
    "fact_funding": lambda row: row.funding,
    "fact_phi": lambda row: row.phi,
}
_APPOINTED: dict[str, Callable[[Appointment], object]] = {
    "fact_role": lambda row: row.role,
    "fact_kind": lambda row: row.kind,
    "fact_engaged": lambda row: None if row.engaged is None else ("yes" if row.engaged else "no"),
}


def _fact_value(finding: Finding, day: date, assessment: Assessment) -> str:
    """``nih trial``; several appointments may say several things; "" where no row covers the day."""
    said = [value for value, _ in _fact_rows(finding, day, assessment) if value]
    return ", ".join(dict.fromkeys(said))


def _fact_rows(finding: Finding, day: date, assessment: Assessment) -> list[tuple[str, str]]:
    """The rows that say a fact on `day`: value in words ("" when blank) and evidence id."""
    identity = finding.requirement.id
    if identity in _CELLS:
        return _approval_rows(finding.scope.protocol, _CELLS[identity], day, assessment)
    cell = _APPOINTED.get(identity)
    rows = assessment.appointments.get(finding.person, ())
    covering = [row for row in rows if span(row.first, row.last).possible.covers(day)]
    return [(_value(cell(row)), row.evidence) for row in covering] if cell else []


def _approval_rows(
    protocol: str, cell: Callable[[Approval], Hashable | Unreadable | None], day: date, assessment: Assessment
) -> list[tuple[str, str]]:
    rows = [row for row in assessment.approvals if row.protocol == protocol and cell(row) is not None]
    now = next((value for value, days in fact_line(rows, cell).days.items() if days.covers(day)), None)
    before = [row for row in rows if row.placed and isinstance(row.first, date) and row.first <= day]
    latest = max((row.first for row in before if isinstance(row.first, date)), default=None)
    found = [row for row in before if row.first == latest] if now is not None else rows
    return [(_value(now), row.evidence) for row in found]


def _value(value: object) -> str:
    return str(value).replace("_", " ") if value is not None else ""

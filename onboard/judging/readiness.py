"""Findings combined into readiness, and every reading of it on a day.

It decides statuses and verdicts; rules/ judges the evidence. `day` is always an argument: the same timelines answer for today,
the past and the days to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from onboard.judging import kinds
from onboard.judging.rules.grounds import falls_on, on_protocol
from onboard.model import (
    Assessment,
    Clause,
    Cleared,
    Finding,
    Ground,
    Readiness,
    Reason,
    Scope,
    Status,
    Task,
)
from onboard.model.phrases import phrase
from onboard.timeline import FOR_EVER, NOT_EVER, Answer, Coverage, Timeline, all_of

# roll-up --------------------------------------------------------------------------------------------------------------


def summarize(findings: Sequence[Finding]) -> list[Readiness]:
    """Return one row per person and protocol and one per task on it.

    In the order of `findings`; for a person without a protocol one row with an empty protocol. A row's clauses are what its own
    facts ask for.
    """
    people: dict[str, list[Finding]] = {}
    for finding in findings:
        people.setdefault(finding.person, []).append(finding)
    return [row for person, mine in people.items() for row in _rows(person, mine)]


def _rows(person: str, findings: Sequence[Finding]) -> Iterable[Readiness]:
    clauses = [f for f in findings if f.requirement.blocks and not f.requirement.only_at_submission]
    belongs = next((f.met for f in findings if kinds.of(f.requirement).belongs), NOT_EVER)
    stops = (f for f in findings if kinds.of(f.requirement).stops and f.scope.protocol)
    work = {f.scope.protocol: f.obligation.evidence.tasks for f in stops}
    if not work:
        yield _row(person, "", None, clauses, belongs)
    for protocol, tasks in work.items():
        yield _row(person, protocol, None, clauses, belongs)
        for task in tasks:
            yield _row(person, protocol, task, clauses, belongs)


def _row(person: str, protocol: str, task: Task | None, findings: Sequence[Finding], belongs: Coverage) -> Readiness:
    scope = Scope(protocol=protocol, task=task) if task else None
    clauses = []
    for finding in findings:
        asked = falls_on(finding, protocol, scope)
        if asked.possible:
            clauses.append(Clause(finding=on_protocol(finding, protocol), asked=asked))
    cleared = _all_hold(clauses)
    return Readiness(person=person, protocol=protocol, task=task, clauses=tuple(clauses), cleared=cleared, belongs=belongs)


def _all_hold(clauses: Iterable[Clause]) -> Coverage:
    """Return the days on which every clause holds.

    Most are asked for on the same days, by one value: these are met together.
    """
    met: dict[int, tuple[Coverage, Coverage]] = {}
    for clause in clauses:
        asked, so_far = met.get(id(clause.asked), (clause.asked, FOR_EVER))
        met[id(asked)] = asked, so_far & clause.finding.met
    return all_of(~asked | together for asked, together in met.values())


# a finding on a day ---------------------------------------------------------------------------------------------------


def status_on(finding: Finding, day: date, asked: Coverage | None = None) -> Status:
    """The status of a finding on `day`, first that fits. `asked` defaults to the days it is due for mails."""
    due = (finding.obligation.due if asked is None else asked).at(day)
    if due is Answer.NO:
        return Status.NOT_DUE
    met = finding.met.at(day)
    if met is Answer.YES:
        if finding.own.at(day) is not Answer.YES:
            return Status.WAIVED
        return Status.EXPIRING if _ends_soon(finding, day) else Status.CURRENT
    if due is Answer.UNKNOWN:
        return Status.UNKNOWN
    if finding.if_accepted.at(day) is Answer.YES:
        return Status.PENDING
    if met is Answer.UNKNOWN:
        return Status.UNKNOWN
    if finding.in_hand.covers(day):
        return Status.PENDING
    return Status.EXPIRED if finding.own.sure & Timeline.between(None, day) else Status.MISSING


def _ends_soon(finding: Finding, day: date) -> bool:
    last = met_until(finding, day)
    return last is not None and (last - day).days <= finding.requirement.expiring_days


def met_until(finding: Finding, day: date) -> date | None:
    """Return the last sure day of the run that holds `day`, inclusive.

    None when not surely met that day, or without an end.
    """
    run = finding.met.sure.run_at(day)
    return run[1] if run else None


def status_span(finding: Finding, day: date, asked: Coverage | None = None) -> tuple[date | None, date | None]:
    """The run of days with the same status that holds `day`, both ends inclusive, None = open."""
    starts = _status_edges(finding, asked)
    here = status_on(finding, day, asked)
    position = sum(start <= day for start in starts)
    first = next((i for i in range(position - 1, -1, -1) if status_on(finding, _just_before(starts[i]), asked) is not here), None)
    last = next((start for start in starts[position:] if status_on(finding, start, asked) is not here), None)
    return (None if first is None else starts[first]), (None if last is None else _just_before(last))


def _just_before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day


def _status_edges(finding: Finding, asked: Coverage | None) -> list[date]:
    """Every first day on which the status may differ from the day before."""
    due = finding.obligation.due if asked is None else asked
    lines = [due.sure, due.possible, finding.in_hand]
    for coverage in (finding.met, finding.own, finding.if_accepted):
        lines += [coverage.sure, coverage.possible]
    edges: set[date] = set()
    for line in lines:
        for first, last in line.ranges():
            if first:
                edges.add(first)
            if last and last < date.max:
                edges.add(last + timedelta(days=1))
    for _, last in finding.met.sure.ranges():
        if last and last.toordinal() > finding.requirement.expiring_days:
            edges.add(last - timedelta(days=finding.requirement.expiring_days))
    return sorted(edges)


def deciding(finding: Finding, day: date) -> Ground | None:
    """The ground to show for a day: one that gives it, else one with a row behind it: a claim, a possible one, the newest. Of
    what stops the work the row that stops it, never the sentence that there is none."""
    if kinds.of(finding.requirement).stops and finding.met.at(day) is not Answer.YES:
        return max((g for g in finding.grounds if _stops(g, day)), key=lambda g: (g.dated or date.min, g.evidence), default=None)
    ranked = sorted(finding.grounds, key=lambda ground: _rank(ground, day), reverse=True)
    return ranked[0] if ranked else None


def _stops(ground: Ground, day: date) -> bool:
    """Whether the row behind it may cover the day."""
    begun = ground.dated is None or ground.dated <= day
    return bool(ground.evidence) and begun and (ground.until is None or day <= ground.until)


def _rank(ground: Ground, day: date) -> tuple[bool, bool, int, bool, date, str]:
    weight = _weight(ground, day)
    past = ground.dated is not None and ground.dated <= day
    return weight == _CERTAIN, bool(ground.evidence), weight, past, ground.dated or date.min, ground.evidence


_CERTAIN = 2


def _weight(ground: Ground, day: date) -> int:
    return {Answer.YES: _CERTAIN, Answer.UNKNOWN: 1, Answer.NO: 0}[ground.gives.at(day)]


def why(finding: Finding, day: date) -> str:
    """The deciding sentence for people."""
    if kinds.of(finding.requirement).fact and finding.met.at(day) is Answer.YES:
        return phrase("grounds.fact_recorded")
    ground = deciding(finding, day)
    if ground is not None:
        return ground.what
    return phrase(kinds.of(finding.requirement).nothing)


# a row on a day -------------------------------------------------------------------------------------------------------


def cleared_on(row: Readiness, day: date) -> Cleared:
    """The verdict of a row on `day`: not due when there is certainly no appointment."""
    if row.belongs.at(day) is Answer.NO:
        return Cleared.NOT_DUE
    answer = row.cleared.at(day)
    return {Answer.YES: Cleared.CLEARED, Answer.NO: Cleared.BLOCKED, Answer.UNKNOWN: Cleared.UNKNOWN}[answer]


def ready_span(row: Readiness, day: date) -> tuple[date | None, date | None]:
    """Return the ends of the surely cleared range that holds `day`, or the next one.

    Inclusive; None for none or open.
    """
    days = row.cleared.sure
    first = days.first_day(day)
    if first is None:
        return None, None
    return days.run_at(first) or (None, None)


_WORST = (Status.EXPIRED, Status.MISSING, Status.UNKNOWN, Status.PENDING)


def reasons_on(row: Readiness, day: date) -> tuple[Reason, ...]:
    """The clauses that do not surely hold on `day`, certain failures first, then by requirement and scope."""
    failing = [clause for clause in row.clauses if clause.holds.at(day) is not Answer.YES]
    reasons = [_reason(clause, day) for clause in failing]
    return tuple(sorted(reasons, key=lambda r: (_WORST.index(r.status) if r.status in _WORST else 9, r.requirement)))


def _reason(clause: Clause, day: date) -> Reason:
    finding = clause.finding
    since, until = status_span(finding, day, clause.asked)
    return Reason(
        requirement=finding.requirement.id,
        title=finding.requirement.title,
        status=status_on(finding, day, clause.asked),
        since=since,
        until=until,
        evidence=tuple(g.evidence for g in finding.grounds if g.evidence),
        why=why(finding, day),
    )


def belongs_on(assessment: Assessment, person: str, day: date) -> Answer:
    """Whether an appointment of the person covers `day`."""
    for finding in assessment.by_person.get(person, ()):
        if kinds.of(finding.requirement).belongs:
            return finding.met.at(day)
    return Answer.NO

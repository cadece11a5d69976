"""Judge one read: tables to assessment, in the order of the steps.

The rules are in onboard/judging/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar

from onboard.folding import fold
from onboard.intake.irb_compare import irb_answers
from onboard.intake.irb_list import list_of
from onboard.judging.kinds import KINDS, assess
from onboard.judging.obligations import find_obligations, gather
from onboard.judging.readiness import summarize
from onboard.judging.rules.training import doubtful
from onboard.model import Assessment, Checked, Finding, Person, Problem, Records, Rules, Snooze, Unmapped, Waiver
from onboard.model.phrases import phrase
from onboard.tables import Tables

_Row = TypeVar("_Row")


def judge(
    tables: Tables,
    problems: Sequence[Problem],
    rules: Rules,
    read_at: datetime,
    read_on: date,
    snapshot: str = "",
    *,
    irb_lists: Iterable[str] = (),
) -> Assessment:
    """Everything one read says. `read_at` is aware, `read_on` the same instant as a local day of the lab; `irb_lists` are the
    IRB's own lists that belong to the read, as they are kept."""
    return judge_records(records_of(tables, irb_lists, read_on), problems, rules, read_at, read_on, snapshot)


def records_of(tables: Tables, irb_lists: Iterable[str], read_on: date) -> Records:
    """The rows of a read, with what the IRB's own lists say of them."""
    records = gather(tables)
    lists = [irb for text in irb_lists if (irb := list_of(text))]
    return replace(records, irb_answers=irb_answers(lists, records.people, records.listings, read_on)) if lists else records


def judge_records(
    records: Records, problems: Sequence[Problem], rules: Rules, read_at: datetime, read_on: date, snapshot: str = ""
) -> Assessment:
    """The same from rows already gathered."""
    findings = assess(find_obligations(records, rules, read_on))
    return Assessment(
        people={person.record: person for person in _told_apart(records.people)},
        protocols={protocol.record: protocol for protocol in records.protocols},
        appointments=_by(records.appointments, lambda row: row.person),
        assignments=_by(records.assignments, lambda row: row.person),
        absences=_by(records.absences, lambda row: row.person),
        snoozes=_by(records.snoozes, lambda row: row.person),
        log=_by(records.log, lambda row: row.person),
        completions=_by(records.completions, lambda row: row.person),
        listings=records.listings,
        delegations=records.delegations,
        approvals=records.approvals,
        submissions=records.submissions,
        findings=tuple(findings),
        readiness=tuple(summarize(findings)),
        problems=_with_found([*problems, *_unheard_of(records, rules)], findings),
        rules=rules,
        read_at=read_at,
        read_on=read_on,
        snapshot=snapshot,
        by_person=_by(findings, lambda finding: finding.person),
    )


def _told_apart(people: Sequence[Person]) -> Iterable[Person]:
    """Two people of one name are shown with the name they are greeted by, else with their record id."""
    names = Counter(fold(person.name) for person in people)
    full = Counter((fold(person.name), fold(person.greet)) for person in people)
    for person in people:
        if names[fold(person.name)] == 1:
            yield person
        else:
            alone = full[fold(person.name), fold(person.greet)] == 1 and bool(person.greet)
            mark = person.greet if alone else f"record {person.record}"
            yield replace(person, name=f"{person.name} ({mark})")


def _by(rows: Iterable[_Row], key: Callable[[_Row], str]) -> dict[str, tuple[_Row, ...]]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in groups.items()}


def _unheard_of(records: Records, rules: Rules) -> Iterable[Problem]:
    """Return waivers and snoozes that count for nothing, to be reported.

    They name a requirement that the rules do not have, or waive what no waiver lifts.
    """
    kinds = {requirement.id: requirement.kind for requirement in rules.requirements}
    rows: list[Waiver | Snooze] = [*records.waivers, *records.snoozes]
    for row in rows:
        if row.requirement and row.requirement not in kinds:
            near = get_close_matches(row.requirement, sorted(kinds), n=1)
            what = f"“{row.requirement}” is not a requirement of requirements.toml, so this row {_meanwhile(row)}."
            step = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(sorted(kinds))}."
            yield _counts_for_nothing(row, "unheard-of-requirement", what, step)
    for waiver in records.waivers:
        kind = kinds.get(waiver.requirement)
        if kind and not KINDS[kind].waivable:
            what = f"No waiver lifts “{waiver.requirement}”: it must be on record. This row counts for nothing."
            step = "Enter it once it is there, and delete this row; waivers lift courses, disclosures, steps and barred tasks."
            yield _counts_for_nothing(waiver, "powerless-waiver", what, step)


def _meanwhile(row: Waiver | Snooze) -> str:
    """What a row of an unknown name does until it is corrected."""
    if isinstance(row, Waiver):
        return "leaves unknown what it may be a waiver of, until it is corrected"
    return "is ignored"


def _counts_for_nothing(row: Waiver | Snooze, slug: str, what: str, next_step: str) -> Problem:
    key, people = f"{slug}/{row.evidence}", (row.person,)
    return Problem.in_row(row.evidence, key=key, field="requirement", what=what, next_step=next_step, people=people)


def _with_found(problems: Sequence[Problem], findings: Sequence[Finding]) -> tuple[Problem, ...]:
    """What the tables found, then what the judging did; each problem once."""
    judged = (ground.problem for finding in findings for ground in finding.grounds if ground.problem)
    return tuple({problem.key: problem for problem in (*problems, *judged, *_unknown_courses(findings))}.values())


def _unknown_courses(findings: Iterable[Finding]) -> Iterable[Problem]:
    """Courses that the map does not place and whose words fit no training: no finding rests on them."""
    evidence = {finding.person: finding.obligation.evidence.completions for finding in findings if finding.requirement.accepts}
    for rows in evidence.values():
        for row, counts in rows:
            if isinstance(counts, Unmapped) and not counts.trainings and row.checked is not Checked.DECLINED:
                yield doubtful(row, phrase("doubts.unmapped"), counts)

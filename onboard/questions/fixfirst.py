"""What keeps verdicts unknown, by cause; the fix that helps most comes first.

A fix *clears* a person when one of their rows is unknown today for this cause alone; a fact not recorded may, once known,
ask for more, so it can only be promised to *tell*. Problems that touch no verdict today come last, with people who are listed or
delegated and have no appointment: no verdict is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from onboard.judging import kinds
from onboard.judging.readiness import cleared_on
from onboard.judging.reconcile import MismatchKind, reconcile
from onboard.model import Assessment, Clause, Cleared, Finding, Ground, Problem, Readiness
from onboard.model.evidence_id import EvidenceId
from onboard.model.phrases import Phrase, made, phrase
from onboard.questions.wording import columns, not_tracked_words, page, source_json, wrapped
from onboard.tables.repairs import Repair, said
from onboard.timeline import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One cause. `clears`: people one of whose rows is unknown for it alone; `touches`: people with a row it makes unknown."""

    cause: str
    next_step: str
    where: tuple[str, ...]  # instrument/record/instance
    clears: tuple[str, ...]  # record ids
    touches: tuple[str, ...]
    repair: Repair | None = None  # the cause of unreadable cells, with the rule that mends them


@dataclass(slots=True)
class _Group:
    """A cause while it is collected."""

    cause: str
    next_step: str
    where: dict[str, None] = field(default_factory=dict)
    clears: dict[str, None] = field(default_factory=dict)
    touches: dict[str, None] = field(default_factory=dict)
    repair: Repair | None = None


def fix_first(assessment: Assessment, day: date, repairs: Sequence[Repair] = ()) -> tuple[Fix, ...]:
    """Everything unknown on `day` and every problem of the read, by cause: most cleared, then most touched, then by words.

    `repairs`: the causes of unreadable cells; problems of one of them are one fix.
    """
    groups: dict[str, _Group] = {}
    of_repair = {key: repair for repair in repairs for key in repair.problems}
    problems = {problem.place: problem for problem in reversed(assessment.problems)}
    for row in assessment.readiness:
        if cleared_on(row, day) is Cleared.UNKNOWN:
            _collect(assessment, row, day, problems, groups)
    for problem in assessment.problems:
        key, cause, next_step, _ = _of_problem(problem)
        group = groups.setdefault(key, _Group(cause, next_step))
        group.where[_place(problem)] = None
    for mismatch in reconcile(assessment, day):
        if mismatch.kind is MismatchKind.NO_APPOINTMENT:
            group = groups.setdefault(f"mismatch/{mismatch.words}", _Group(mismatch.words, phrase("worklist.no_appointment_do")))
            group.where.update(dict.fromkeys(mismatch.evidence))
    groups = _by_repair(groups, assessment.problems, of_repair)
    fixes = [
        Fix(
            cause=made(_unended, g.cause),
            next_step=g.next_step,
            where=tuple(g.where),
            clears=tuple(g.clears),
            touches=tuple(g.touches),
            repair=g.repair,
        )
        for g in groups.values()
    ]
    return tuple(sorted(fixes, key=lambda fix: (-len(fix.clears), -len(fix.touches), fix.cause)))


def _by_repair(groups: dict[str, _Group], problems: Sequence[Problem], of_repair: Mapping[str, Repair]) -> dict[str, _Group]:
    """Groups of problems of one cause as one group."""
    causes = {_of_problem(problem)[0]: of_repair[problem.key] for problem in problems if problem.key in of_repair}
    found: dict[str, _Group] = {}
    for key, group in groups.items():
        repair = causes.get(key)
        if repair is None:
            found[key] = group
            continue
        words = f"{repair.cells} {repair.name}: {repair.what}" if repair.field else repair.what
        step = said(repair).removeprefix(repair.what).strip()
        mine = found.setdefault(f"repair/{repair.key}", _Group(words, step, repair=repair))
        for name in ("where", "clears", "touches"):
            getattr(mine, name).update(getattr(group, name))
    return found


_ProblemAt = dict[EvidenceId, Problem]


def _collect(assessment: Assessment, row: Readiness, day: date, problems: _ProblemAt, groups: dict[str, _Group]) -> None:
    """The causes of one unknown row. One that has a single cause would be cleared by mending it."""
    found: dict[str, _Group] = {}
    for clause in row.clauses:
        if clause.holds.at(day) is Answer.UNKNOWN:
            for key, cause, next_step, where in _causes(assessment, clause, day, problems):
                group = found[key] = groups.setdefault(key, _Group(cause, next_step))
                group.where.update(dict.fromkeys(w for w in where if w))
    for group in found.values():
        group.touches[row.person] = None
        if len(found) == 1:
            group.clears[row.person] = None


_Cause = tuple[str, str, str, tuple[str, ...]]


def _causes(assessment: Assessment, clause: Clause, day: date, problems: _ProblemAt) -> Iterable[_Cause]:
    """Why a clause cannot be told. What is only asked perhaps is put down to the unknown facts, which are clauses too."""
    finding = clause.finding
    if finding.obligation.evidence.unplaced:
        for ground in finding.grounds:
            yield _of_ground(assessment, ground, finding, problems)
        return
    if kinds.of(finding.requirement).fact:
        yield _fact(assessment, finding)
        return
    if clause.asked.at(day) is Answer.UNKNOWN:
        return
    doubtful = [g for g in finding.grounds if g.gives.at(day) is Answer.UNKNOWN and g.evidence]
    spoiling = _spoiling(finding, problems)
    for problem in spoiling:
        yield _of_problem(problem)
    for ground in () if spoiling else doubtful:
        yield _of_ground(assessment, ground, finding, problems)
    if not spoiling and not doubtful:
        yield _whole(assessment, finding, tuple(ground.evidence for ground in finding.grounds if ground.evidence))


def _spoiling(finding: Finding, problems: _ProblemAt) -> list[Problem]:
    """What may stop a protocol and cannot be read is its own problem."""
    if not kinds.of(finding.requirement).stops:
        return []
    evidence = finding.obligation.evidence
    rows = [*(row.evidence for row in evidence.approvals), *(row.evidence for row in evidence.holds)]
    return [problem for row in rows if (problem := _problem_at(row, problems))]


def _fact(assessment: Assessment, finding: Finding) -> _Cause:
    """One fact of a protocol is one cause for everybody on it; a fact of an appointment is one a person."""
    protocol, title = finding.scope.protocol, finding.requirement.title
    if protocol:
        code = assessment.protocol_label(protocol)
        return (
            f"fact/{protocol}/{title}",
            _about(code, _unrecorded(title)),
            phrase("fix_first.record_on_protocol", protocol=code),
            (),
        )
    where = tuple(row.evidence for row in assessment.appointments.get(finding.person, ()))
    name = assessment.person_label(finding.person)
    return f"fact/{finding.person}/{title}", _about(name, _unrecorded(title)), phrase("fix_first.record_on_appointment"), where


def _unrecorded(title: str) -> str:
    """``study type is not recorded``, from the clause's own title."""
    return phrase("fix_first.unrecorded", title=f"{title[:1].lower()}{title[1:]}")


def _about(name: str, what: str) -> Phrase:
    return phrase("fix_first.about", name=name, what=what)


def _unended(cause: str) -> str:
    return cause.rstrip(".")


def _of_ground(assessment: Assessment, ground: Ground, finding: Finding, problems: _ProblemAt) -> _Cause:
    problem = ground.problem or _problem_at(ground.evidence, problems)
    if problem:
        return _of_problem(problem)
    name = assessment.person_label(finding.person)
    if ground.claim:
        cause = phrase("fix_first.handed_in", name=name, title=finding.requirement.title)
        return (
            f"claim/{ground.evidence}",
            cause,
            _look(finding),
            (ground.evidence,),
        )
    return f"ground/{ground.evidence}", _about(name, ground.what), phrase("fix_first.correct"), (ground.evidence,)


def _look(finding: Finding) -> str:
    """What is done about a claim."""
    return phrase("fix_first.approve" if kinds.of(finding.requirement).delegates else "fix_first.decide")


def _problem_at(evidence: str, problems: _ProblemAt) -> Problem | None:
    """The problem of the row, whichever of its fields is meant; else the one of the record's whole form."""
    row = replace(EvidenceId.parse(evidence), field="")
    return problems.get(row) or problems.get(replace(row, instance=None))


def _of_problem(problem: Problem) -> _Cause:
    """The same words in several rows are one cause: one course mapped once helps everybody who took it."""
    return f"problem/{problem.what}", problem.what, problem.next_step, (_place(problem),)


def _place(problem: Problem) -> str:
    return "/".join(part for part in (problem.instrument, problem.record, str(problem.instance or "")) if part)


def _whole(assessment: Assessment, finding: Finding, where: tuple[str, ...]) -> _Cause:
    name = assessment.person_label(finding.person)
    cause = phrase("fix_first.whole", name=name, title=finding.requirement.title)
    if finding.scope.protocol:
        code = assessment.protocol_label(finding.scope.protocol)
        cause = phrase("fix_first.whole_on", name=name, protocol=code, title=finding.requirement.title)
    return f"whole/{finding.person}/{finding.requirement.id}/{finding.scope}", cause, phrase("fix_first.correct_rows"), where


# words ----------------------------------------------------------------------------------------------------------------


def as_text(fixes: Iterable[Fix], assessment: Assessment) -> str:
    """Plain text of at most 80 columns."""
    fixes = list(fixes)
    if not fixes:
        lines: list[str] = [phrase("fix_first.none")]
    else:
        lines = [phrase("fix_first.heading"), ""]
        lines += columns(
            [
                [phrase("fix_first.clears"), phrase("fix_first.touches"), phrase("fix_first.what")],
                *(_cells(fix) for fix in fixes),
            ],
            (8, 8),
        )
    return page([*lines, *wrapped(not_tracked_words(assessment.rules.not_tracked()))])


def _cells(fix: Fix) -> list[str]:
    where = f" [{', '.join(fix.where[:4])}{', ...' if len(fix.where) > 4 else ''}]" if fix.where else ""
    words = phrase("fix_first.fix", cause=fix.cause, next_step=fix.next_step, where=where)
    return [str(len(fix.clears)), str(len(fix.touches)), words]


def as_json(fixes: Iterable[Fix], assessment: Assessment) -> dict[str, object]:
    """Stable keys: fixes (cause, next_step, where, clears and touches: record ids; rule, mends and stays: the line that mends
    cells and how many, "" and 0 where there is none), and read_at, snapshot, rules_version, not_tracked."""
    rows = [
        {
            "cause": fix.cause,
            "next_step": fix.next_step,
            "where": list(fix.where),
            "clears": list(fix.clears),
            "touches": list(fix.touches),
            "rule": fix.repair.rule if fix.repair else "",
            "mends": fix.repair.mends if fix.repair else 0,
            "stays": fix.repair.stays if fix.repair else 0,
        }
        for fix in fixes
    ]
    return {"fixes": rows, **source_json(assessment)}

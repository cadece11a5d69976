"""Proof: whether a person was cleared for a protocol or task on a day, and why.

It reads the judged row, and says so plainly where no row exists. `proof_words` makes text, JSON and a page of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from onboard.folding import fold
from onboard.judging import kinds
from onboard.judging.obligations.facts import appointment_matches, protocol_facts
from onboard.judging.obligations.mistyped import perhaps_given, perhaps_on
from onboard.judging.readiness import belongs_on
from onboard.model import Assessment, Cleared, Delegation, Listing, Per, Readiness, Requirement, Status, Task
from onboard.model.phrases import Phrase, phrase
from onboard.questions.clauses import ClauseOn, clause_on, severity
from onboard.questions.spells import row_of, rows_of, spell_on
from onboard.questions.wording import task_words
from onboard.timeline import NOT_EVER, Answer, Coverage, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One answer, complete: what was asked, the verdict, every clause with its evidence, and what it was judged on.

    `since` to `until` is the run of days with this verdict that holds `on`, inclusive, None = open.
    """

    person: str  # record id
    name: str
    protocol: str  # record id
    number: str
    code: str
    label: str  # what the protocol is called
    title: str
    task: Task | None
    on: date
    verdict: Cleared
    since: date | None
    until: date | None
    connected: bool  # False: nothing on record connects the person with the protocol
    clauses: tuple[ClauseOn, ...]  # failing ones first
    rules_version: str
    read_at: datetime
    snapshot: str
    not_tracked: tuple[str, ...]
    decisions: tuple[str, ...]  # accepted retroactive rule changes, to be printed

    @property
    def failing(self) -> tuple[ClauseOn, ...]:
        """The clauses that do not surely hold."""
        return tuple(clause for clause in self.clauses if clause.holds is not Answer.YES)


def prove(
    assessment: Assessment, person: str, protocol: str, task: Task | None, on: date, decisions: Sequence[str] = ()
) -> Proof:
    """The proof for record ids on a day. Without a row for the task, what that task would ask for is added to the
    protocol's row; without any row, the answer is blocked, since nothing on record connects the two (or not due, when the
    person certainly has no appointment)."""
    row = row_of(assessment, person, protocol, task)
    if row is not None:
        return _of_row(assessment, row, on, decisions)
    whole = row_of(assessment, person, protocol) if task else None
    if whole is not None and task is not None:
        return _with_task(assessment, whole, task, on, decisions)
    return _unconnected(assessment, person, protocol, task, on, decisions)


def _of_row(assessment: Assessment, row: Readiness, on: date, decisions: Sequence[str]) -> Proof:
    clauses = [clause_on(clause, on, assessment) for clause in row.clauses]
    spell = spell_on(row, on)
    made = _proof(assessment, row.person, row.protocol, row.task, on, spell.verdict, clauses, decisions)
    return replace(made, since=spell.first, until=spell.last)


def _with_task(assessment: Assessment, row: Readiness, task: Task, on: date, decisions: Sequence[str]) -> Proof:
    """Return the proof for a task not delegated to the person.

    It has the row's clauses and those the task would bring.
    """
    standing = (r for r in assessment.rules.tracked() if not r.only_at_submission)
    found = [(r, _would_ask(assessment, row, task, r).at(on)) for r in standing]
    extra = [_untaken(assessment, row, task, requirement, asked) for requirement, asked in found if asked is not Answer.NO]
    base = _of_row(assessment, row, on, decisions)
    verdict = base.verdict
    if verdict is not Cleared.NOT_DUE and extra:
        verdict = _worst(verdict, [clause.holds for clause in extra])
    clauses = tuple(sorted((*base.clauses, *extra), key=severity))
    same = verdict is base.verdict
    return replace(
        base,
        task=task,
        verdict=verdict,
        since=base.since if same else None,
        until=base.until if same else None,
        clauses=clauses,
    )


def _worst(verdict: Cleared, answers: Sequence[Answer]) -> Cleared:
    if verdict is Cleared.BLOCKED or Answer.NO in answers:
        return Cleared.BLOCKED
    return Cleared.UNKNOWN if Answer.UNKNOWN in answers else verdict


def _would_ask(assessment: Assessment, row: Readiness, task: Task, requirement: Requirement) -> Coverage:
    """The days on which a requirement of the task would fall on the person, by the facts alone."""
    when = requirement.when
    if not (requirement.per is Per.TASK or when.tasks) or (when.tasks and task not in when.tasks):
        return NOT_EVER
    protocol = assessment.protocols[row.protocol]
    names = frozenset(fold(name) for name in (protocol.number, protocol.code) if name)
    rows = [approval for approval in assessment.approvals if approval.protocol == row.protocol]
    force = Timeline.between(requirement.in_force_from, requirement.in_force_to)
    matched = appointment_matches(assessment.appointments.get(row.person, ()), when).within(force)
    return matched & protocol_facts(rows, names).matches(when)


def _untaken(assessment: Assessment, row: Readiness, task: Task, requirement: Requirement, asked: Answer) -> ClauseOn:
    """The clause of a task without a row: a delegation that no row may give is missing, all else cannot be told."""
    given = (one for d in assessment.delegations if d.person == row.person for one, _ in perhaps_given(d, row.protocol))
    certain = kinds.of(requirement).gives_task and not kinds.of(requirement).waivable  # a waiver is seen in a row alone
    missing = certain and asked is Answer.YES and task not in given
    name, where = assessment.person_label(row.person), assessment.protocol_label(row.protocol)
    words = "proof.not_given" if missing else "proof.not_given_unjudged"
    return ClauseOn(
        requirement=requirement.id,
        title=requirement.title,
        kind=requirement.kind.value,
        status=Status.MISSING if missing else Status.UNKNOWN,
        holds=Answer.NO if missing else Answer.UNKNOWN,
        since=None,
        until=None,
        covered_from=None,
        covered_until=None,
        sentence=phrase(words, name=name, task=task_words(task), protocol=where),
        decided_by="",
        evidence=(),
        citation=requirement.citation,
    )


def _unconnected(
    assessment: Assessment, person: str, protocol: str, task: Task | None, on: date, decisions: Sequence[str]
) -> Proof:
    """Return the answer for a protocol that no record connects with the person.

    They are not cleared on it; the person's own clauses are shown too.
    """
    rows = rows_of(assessment, person)
    own = [clause for clause in (rows[0].clauses if rows else ()) if not clause.finding.scope.protocol]
    own = [clause for clause in own if "" in clause.finding.obligation.asked]
    name, code = assessment.person_label(person), assessment.protocol_label(protocol)
    by_name: list[Listing | Delegation] = [*assessment.listings, *assessment.delegations]
    perhaps = any(row.person == person and perhaps_on(row, protocol) for row in by_name)
    connection = ClauseOn(
        requirement="connection",
        title=phrase("proof.connected"),
        kind="connection",
        status=Status.UNKNOWN if perhaps else Status.MISSING,
        holds=Answer.UNKNOWN if perhaps else Answer.NO,
        since=None,
        until=None,
        covered_from=None,
        covered_until=None,
        sentence=phrase("proof.perhaps_connected" if perhaps else "proof.not_connected", name=name, protocol=code),
        decided_by="",
        evidence=(),
        citation="",
    )
    away = belongs_on(assessment, person, on) is Answer.NO
    clauses = [connection, *(clause_on(clause, on, assessment) for clause in own)]
    verdict = Cleared.NOT_DUE if away else Cleared.UNKNOWN if perhaps else Cleared.BLOCKED
    return replace(_proof(assessment, person, protocol, task, on, verdict, clauses, decisions), connected=False)


def _proof(
    assessment: Assessment,
    person: str,
    protocol: str,
    task: Task | None,
    on: date,
    verdict: Cleared,
    clauses: Sequence[ClauseOn],
    decisions: Sequence[str],
) -> Proof:
    known = assessment.protocols.get(protocol)
    return Proof(
        person=person,
        name=assessment.person_label(person),
        protocol=protocol,
        number=known.number if known else "",
        code=known.code if known else "",
        label=assessment.protocol_label(protocol),
        title=known.title if known else "",
        task=task,
        on=on,
        verdict=verdict,
        since=None,
        until=None,
        connected=True,
        clauses=tuple(sorted(clauses, key=severity)),
        rules_version=assessment.rules.version,
        read_at=assessment.read_at,
        snapshot=assessment.snapshot,
        not_tracked=assessment.rules.not_tracked(),
        decisions=tuple(decisions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The same question as known now and as known then. `since`: the first read that says so, None if not known."""

    now: Proof
    then: Proof
    since: datetime | None
    changes: tuple[str, ...]  # one sentence a difference, empty when both say the same

    @property
    def differs(self) -> bool:
        """Whether anything that was said then is said otherwise now."""
        return bool(self.changes)


def compare(now: Proof, then: Proof, since: datetime | None = None) -> Comparison:
    """What is known now beside what was said then; `since` comes from the ledger's snapshots."""
    return Comparison(now=now, then=then, since=since, changes=tuple(_changes(now, then)))


def _changes(now: Proof, then: Proof) -> list[str]:
    found: list[str] = []
    if now.verdict is not then.verdict:
        found.append(phrase("proof.verdict_changed", before=then.verdict.value, after=now.verdict.value))
    before, after = _by_requirement(then), _by_requirement(now)
    for key in dict.fromkeys((*after, *before)):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            found.append(phrase("proof.asked_now", title=new.title, sentence=new.sentence))
        elif new is None and old is not None:
            found.append(phrase("proof.asked_then", title=old.title))
        elif old and new and (old.status, old.sentence, old.decided_by) != (new.status, new.sentence, new.decided_by):
            found.append(_changed_words(old, new))
    if now.rules_version != then.rules_version:
        found.append(phrase("proof.rules_changed", before=then.rules_version or "?", after=now.rules_version or "?"))
    return found


def _changed_words(old: ClauseOn, new: ClauseOn) -> Phrase:
    return phrase(
        "proof.changed",
        title=new.title,
        before=old.status.value,
        sentence_before=old.sentence,
        after=new.status.value,
        sentence=new.sentence,
    )


def _by_requirement(proof: Proof) -> dict[tuple[str, int], ClauseOn]:
    """Clauses by requirement; several versions of one are told apart by their order."""
    found: dict[tuple[str, int], ClauseOn] = {}
    for clause in proof.clauses:
        n = sum(key[0] == clause.requirement for key in found)
        found[clause.requirement, n] = clause
    return found

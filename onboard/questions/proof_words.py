"""A proof as text, as JSON and as the values of its printable page."""

from __future__ import annotations

from collections.abc import Iterable

from onboard.dates import show
from onboard.model.phrases import Phrase, joined, made, phrase
from onboard.questions.clauses import ClauseOn
from onboard.questions.proof import Comparison, Proof
from onboard.questions.wording import (
    ahead_words,
    in_brackets,
    iso,
    not_tracked_words,
    notes,
    one_line,
    page,
    source_words,
    stamp,
    status_words,
    task_words,
    wrapped,
)


def heading(proof: Proof) -> str:
    """What was asked: ``Ada Okafor, STEP-HF (IRB-24-0117), consent, on 3 Mar 2026``."""
    where = f"{proof.label} ({proof.number})" if proof.number and proof.number != proof.label else proof.label
    parts = (proof.name, where, task_words(proof.task), phrase("proof.on", day=show(proof.on)))
    return joined(", ", [part for part in parts if part])


def verdict_line(proof: Proof) -> str:
    """The answer in one sentence, with the days it holds for."""
    return phrase(f"proof.{proof.verdict.value}", days=in_brackets(proof.since, proof.until))


def as_text(proof: Proof) -> str:
    """The whole proof as plain text of at most 80 columns."""
    lines = [*wrapped(phrase("proof.heading", what=heading(proof))), *wrapped(verdict_line(proof)), ""]
    for clause in proof.clauses:
        lines.extend(_clause_lines(clause))
    return page([*lines, "", *_foot(proof)])


def _clause_lines(clause: ClauseOn) -> list[str]:
    said = phrase("proof.clause", title=clause.title, status=status_words(clause.status), days=in_brackets(*clause.run))
    lines = wrapped(said, made(_mark, _mark_words(clause)), 17)
    if clause.status.value != "not_due":
        lines += wrapped(clause.sentence, " " * 17)
        lines += wrapped(phrase("proof.evidence", rows=_evidence_words(clause)), " " * 17)
    return lines


def _mark(word: str) -> str:
    return f"  {word:<15}"


def _mark_words(clause: ClauseOn) -> Phrase:
    asked = clause.status.value != "not_due"
    return phrase(f"proof_marks.{clause.holds.value}") if asked else phrase("proof.not_asked")


def _evidence_words(clause: ClauseOn) -> str:
    """The deciding row first; none says so, since then its absence decides."""
    if not clause.evidence:
        return phrase("proof.no_row")
    rest = [evidence for evidence in clause.evidence if evidence != clause.decided_by]
    if not clause.decided_by:
        return phrase("proof.looked_at", rows=", ".join(rest))
    if not rest:
        return clause.decided_by
    return phrase("proof.decided_by", row=clause.decided_by, rows=", ".join(rest))


def _foot(proof: Proof) -> list[str]:
    said = [
        not_tracked_words(proof.not_tracked),
        source_words(proof.rules_version, proof.read_at, proof.snapshot),
        *proof.decisions,
        joined(" ", notes()),
    ]
    return [line for text in said if text for line in wrapped(text)]


def as_json(proof: Proof) -> dict[str, object]:
    """Stable keys: person, name, protocol (record ids), number, code, title, task (or null), on, verdict (cleared | blocked |
    unknown | not_due), since and until (run of the verdict), connected, clauses (as `ClauseOn.as_json`), rules_version,
    read_at, snapshot, not_tracked, decisions, notes. Dates are ISO texts, null = open."""
    return {
        "person": proof.person,
        "name": proof.name,
        "protocol": proof.protocol,
        "number": proof.number,
        "code": proof.code,
        "title": proof.title,
        "task": proof.task.value if proof.task else None,
        "on": iso(proof.on),
        "verdict": proof.verdict.value,
        "since": iso(proof.since),
        "until": iso(proof.until),
        "connected": proof.connected,
        "clauses": [clause.as_json() for clause in proof.clauses],
        "rules_version": proof.rules_version,
        "read_at": proof.read_at.isoformat(),
        "snapshot": proof.snapshot,
        "not_tracked": list(proof.not_tracked),
        "decisions": list(proof.decisions),
        "notes": list(notes()),
    }


def comparison_text(comparison: Comparison) -> str:
    """As known now; then, where they differ, what was said then and since when it is known otherwise."""
    now, then = comparison.now, comparison.then
    if not comparison.differs:
        same = phrase("proof.same", moment=stamp(then.read_at))
        return page([as_text(now), *wrapped(same)])
    since = comparison.since
    differs = phrase("proof.known_since", moment=stamp(since)) if since else phrase("proof.differs")
    lines: list[str] = [phrase("proof.as_known", moment=stamp(now.read_at)), "", as_text(now)]
    lines += [phrase("proof.as_said", moment=stamp(then.read_at)), "", as_text(then), *wrapped(differs)]
    lines += [line for change in comparison.changes for line in wrapped(change, "  - ")]
    return page(lines)


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """now and then (each as `as_json`), differs, changes (sentences), known_since (ISO instant or null)."""
    return {
        "now": as_json(comparison.now),
        "then": as_json(comparison.then),
        "differs": comparison.differs,
        "changes": list(comparison.changes),
        "known_since": comparison.since.isoformat() if comparison.since else None,
    }


def page_context(proof: Proof, then: Proof | None = None, changes: Iterable[str] = ()) -> dict[str, object]:
    """The values of templates/pages/proof.html, all words: no date or enum is left to the template."""
    values: dict[str, object] = {"proof": _page(proof), "then": _page(then) if then else None, "changes": list(changes)}
    return {**values, "notes": list(notes())}


def _page(proof: Proof) -> dict[str, object]:
    return {
        "heading": one_line(heading(proof)),
        "title": one_line(proof.title),
        "name": one_line(proof.name),
        "record": proof.person,
        "verdict": proof.verdict.value,
        "verdict_line": verdict_line(proof),
        "clauses": [_page_clause(clause) for clause in proof.clauses],
        "not_tracked": ", ".join(proof.not_tracked),
        "source": source_words(proof.rules_version, proof.read_at, proof.snapshot),
        "decisions": list(proof.decisions),
    }


def _page_clause(clause: ClauseOn) -> dict[str, str]:
    asked = clause.status.value != "not_due"
    return {
        "mark": _mark_words(clause),
        "tone": clause.holds.value if asked else "none",
        "title": clause.title,
        "status": status_words(clause.status),
        "run": ahead_words(*clause.run) if any(clause.run) else "",
        "sentence": one_line(clause.sentence) if asked else "",
        "evidence": _evidence_words(clause) if asked else "",
        "citation": clause.citation,
    }

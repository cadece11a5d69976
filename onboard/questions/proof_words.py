"""A proof as text, as JSON and as the values of its printable page. Decides words only."""

from __future__ import annotations

from collections.abc import Iterable

from onboard.dates import show
from onboard.model import Cleared
from onboard.questions.clauses import ClauseOn
from onboard.questions.proof import Comparison, Proof
from onboard.questions.wording import (
    NOTES,
    ahead_words,
    iso,
    not_tracked_words,
    one_line,
    source_words,
    stamp,
    status_words,
    task_words,
    wrapped,
)
from onboard.timeline import Answer

_HOLDS = {Answer.YES: "holds", Answer.NO: "fails", Answer.UNKNOWN: "cannot be told"}


def heading(proof: Proof) -> str:
    """What was asked: ``Ada Okafor, STEP-HF (IRB-24-0117), consent, on 3 Mar 2026``."""
    where = f"{proof.label} ({proof.number})" if proof.number and proof.number != proof.label else proof.label
    return ", ".join(part for part in (proof.name, where, task_words(proof.task), f"on {show(proof.on)}") if part)


def verdict_line(proof: Proof) -> str:
    """The answer in one sentence, with the days it holds for."""
    words = {
        Cleared.CLEARED: "CLEARED: every clause holds",
        Cleared.BLOCKED: "BLOCKED",
        Cleared.UNKNOWN: "UNKNOWN, which never counts as cleared",
        Cleared.NOT_DUE: "NOT IN THE LAB: no appointment covers this day",
    }[proof.verdict]
    run = f" ({ahead_words(proof.since, proof.until)})" if proof.since or proof.until else ""
    return f"{words}{run}."


def as_text(proof: Proof) -> str:
    """The whole proof as plain text of at most 80 columns."""
    lines = [*wrapped(f"Proof for {heading(proof)}"), *wrapped(verdict_line(proof)), ""]
    for clause in proof.clauses:
        lines.extend(_clause_lines(clause))
    return "\n".join([*lines, "", *_foot(proof)]) + "\n"


def _clause_lines(clause: ClauseOn) -> list[str]:
    run = f" ({ahead_words(*clause.run)})" if any(clause.run) else ""
    word = "not asked" if clause.status.value == "not_due" else _HOLDS[clause.holds]
    lines = wrapped(f"{clause.title}: {status_words(clause.status)}{run}.", f"  {word:<15}", 17)
    if clause.status.value != "not_due":
        lines += wrapped(clause.sentence, " " * 17)
        lines += wrapped(f"evidence: {_evidence_words(clause)}", " " * 17)
    return lines


def _evidence_words(clause: ClauseOn) -> str:
    """The deciding row first; none says so, since then its absence decides."""
    if not clause.evidence:
        return "no row"
    rest = [evidence for evidence in clause.evidence if evidence != clause.decided_by]
    if not clause.decided_by:
        return "looked at " + ", ".join(rest)
    return clause.decided_by + (f" (also looked at {', '.join(rest)})" if rest else "")


def _foot(proof: Proof) -> list[str]:
    said = [
        not_tracked_words(proof.not_tracked),
        source_words(proof.rules_version, proof.read_at, proof.snapshot),
        *proof.decisions,
        " ".join(NOTES),
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
        "notes": list(NOTES),
    }


def comparison_text(comparison: Comparison) -> str:
    """As known now; then, where they differ, what was said then and since when it is known otherwise."""
    now, then = comparison.now, comparison.then
    if not comparison.differs:
        same = f"The records read {stamp(then.read_at)} said the same."
        return as_text(now) + "\n" + "\n".join(wrapped(same)) + "\n"
    since = f" Known since the read of {stamp(comparison.since)}." if comparison.since else ""
    lines = [f"AS KNOWN NOW (read {stamp(now.read_at)})", "", as_text(now), f"AS SAID THEN (read {stamp(then.read_at)})", ""]
    lines += [as_text(then), *wrapped(f"What differs.{since}")]
    lines += [line for change in comparison.changes for line in wrapped(change, "  - ")]
    return "\n".join(lines) + "\n"


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
    page: dict[str, object] = {"proof": _page(proof), "then": _page(then) if then else None, "changes": list(changes)}
    return {**page, "notes": list(NOTES)}


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
        "mark": _HOLDS[clause.holds] if asked else "not asked",
        "tone": clause.holds.value if asked else "none",
        "title": clause.title,
        "status": status_words(clause.status),
        "run": ahead_words(*clause.run) if any(clause.run) else "",
        "sentence": one_line(clause.sentence) if asked else "",
        "evidence": _evidence_words(clause) if asked else "",
        "citation": clause.citation,
    }

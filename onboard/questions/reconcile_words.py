"""Mismatches of the three lists as text and as JSON. Decides words and order only; a mismatch is judging/reconcile.py's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onboard.dates import show, show_run
from onboard.judging.reconcile import Mismatch, MismatchKind
from onboard.model import Assessment
from onboard.questions.wording import iso, not_tracked_words, source_json, source_words, wrapped

_TITLES: Mapping[MismatchKind, str] = {
    MismatchKind.LEFT_LISTED: "LEFT THE LAB, STILL ON AN IRB LIST",
    MismatchKind.LEFT_DELEGATED: "LEFT THE LAB, A DELEGATION STILL RUNS",
    MismatchKind.WORK_UNLISTED: "HAS TASKS, IS NOT LISTED",
    MismatchKind.LISTED_UNTRAINED: "LISTED, NOT TRAINED",
    MismatchKind.DELEGATED_BEFORE_TRAINED: "DELEGATED BEFORE THE TRAINING WAS THERE",
}


def as_text(found: Sequence[Mismatch], assessment: Assessment, today: date) -> str:
    """Plain text of at most 80 columns, one block a kind of mismatch; what still stands before what is over."""
    lines = wrapped(f"IRB listings, delegations and trainings held against each other on {show(today)}.")
    for kind, title in _TITLES.items():
        mine = sorted((m for m in found if m.kind is kind), key=lambda m: m.until is not None)
        lines += ["", title, *(line for m in mine for line in _lines(m, assessment))] if mine else []
    lines += [] if found else ["", "They agree everywhere."]
    foot = (
        not_tracked_words(assessment.rules.not_tracked()),
        source_words(assessment.rules.version, assessment.read_at, assessment.snapshot),
    )
    return "\n".join([*lines, "", *(line for text in foot if text for line in wrapped(text))]) + "\n"


def _lines(mismatch: Mismatch, assessment: Assessment) -> list[str]:
    days = show_run(mismatch.since, mismatch.until) if mismatch.since or mismatch.until else ""
    rows = ", ".join(mismatch.evidence)
    about = "; ".join(part for part in (assessment.protocol_label(mismatch.protocol), days, rows) if part)
    return wrapped(f"{mismatch.words} [{about}]", "  - ", 4)


def as_json(found: Sequence[Mismatch], assessment: Assessment, today: date) -> dict[str, object]:
    """Stable keys: on, mismatches (kind, words, people, protocol, evidence, since, until; until null = still stands), and
    read_at, snapshot, rules_version, not_tracked."""
    rows = [
        {
            "kind": mismatch.kind.value,
            "words": mismatch.words,
            "people": list(mismatch.people),
            "protocol": mismatch.protocol,
            "evidence": list(mismatch.evidence),
            "since": iso(mismatch.since),
            "until": iso(mismatch.until),
        }
        for mismatch in found
    ]
    return {"on": today.isoformat(), "mismatches": rows, **source_json(assessment)}

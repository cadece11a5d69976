"""Mismatches of the three lists as text and as JSON.

judging/reconcile.py decides what a mismatch is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from onboard.dates import show, show_run
from onboard.judging.reconcile import Mismatch, MismatchKind
from onboard.model import Assessment
from onboard.model.phrases import joined, made, phrase
from onboard.questions.wording import iso, not_tracked_words, page, source_json, source_words, wrapped


def as_text(found: Sequence[Mismatch], assessment: Assessment, today: date) -> str:
    """Return plain text of at most 80 columns, one block a kind of mismatch.

    Open ones come before closed ones.
    """
    lines = wrapped(phrase("reconcile.heading", day=show(today)))
    for kind in MismatchKind:
        mine = sorted((m for m in found if m.kind is kind), key=lambda m: m.until is not None)
        lines += ["", phrase(f"reconcile.{kind.value}"), *(line for m in mine for line in _lines(m, assessment))] if mine else []
    lines += [] if found else ["", phrase("reconcile.agree")]
    foot = (
        not_tracked_words(assessment.rules.not_tracked()),
        source_words(assessment.rules.version, assessment.read_at, assessment.snapshot),
    )
    return page([*lines, "", *(line for text in foot if text for line in wrapped(text))])


def _lines(mismatch: Mismatch, assessment: Assessment) -> list[str]:
    days = show_run(mismatch.since, mismatch.until) if mismatch.since or mismatch.until else ""
    rows = ", ".join(mismatch.evidence)
    parts = (assessment.protocol_label(mismatch.protocol), days, rows)
    return wrapped(made(_with_rows, mismatch.words, joined("; ", [part for part in parts if part])), "  - ", 4)


def _with_rows(words: str, rows: str) -> str:
    return f"{words} [{rows}]"


def as_json(found: Sequence[Mismatch], assessment: Assessment, today: date) -> dict[str, object]:
    """Return the mismatches as JSON, with stable keys.

    on, mismatches (kind, words, people, protocol, evidence, since, until; until null = still open), and
    read_at, snapshot, rules_version, not_tracked.
    """
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

"""An exposure as text and as JSON.

The kinds are apart, and no number joins them.
"""

from __future__ import annotations

from collections.abc import Sequence

from onboard.dates import show
from onboard.model import Assessment
from onboard.model.phrases import joined, phrase
from onboard.questions.exposure import Exposure, IdleRun, Unplaced, WorkedDay, advice
from onboard.questions.wording import (
    iso,
    not_tracked_words,
    page,
    run_words,
    source_json,
    source_words,
    task_words,
    wrapped,
)


def as_text(found: Exposure, assessment: Assessment) -> str:
    """Plain text of at most 80 columns."""
    lines = wrapped(phrase("exposure.heading", days=run_words(found.first, found.last), advice=advice()))
    lines += _worked(phrase("exposure.certain"), found.certain, assessment)
    lines += _worked(phrase("exposure.not_excluded"), found.not_excluded, assessment)
    lines += _block(
        phrase("exposure.could_have_worked"),
        [_idle(r, assessment) for r in found.could_have_worked],
    )
    lines += _block(phrase("exposure.unplaced"), [_stray(entry, assessment) for entry in found.unplaced])
    foot = not_tracked_words(assessment.rules.not_tracked()), _source(assessment)
    return page([*lines, "", *(line for text in foot if text for line in wrapped(text))])


def _source(assessment: Assessment) -> str:
    return source_words(assessment.rules.version, assessment.read_at, assessment.snapshot)


def _block(title: str, texts: Sequence[str]) -> list[str]:
    return ["", title, *(line for text in texts or (phrase("answers.none"),) for line in wrapped(text, "  ", 4))]


def _worked(title: str, days: Sequence[WorkedDay], assessment: Assessment) -> list[str]:
    return _block(title, [_day_words(day, assessment) for day in days])


def _day_words(day: WorkedDay, assessment: Assessment) -> str:
    task = task_words(day.task) or day.task_unknown
    where = ", ".join(part for part in (assessment.protocol_label(day.protocol), task) if part)
    reasons = [phrase("answers.titled", title=reason.title, sentence=reason.sentence) for reason in day.reasons]
    reasons += [phrase("exposure.task_unknown", task=repr(day.task_unknown))] if day.task_unknown else []
    name, why = assessment.person_label(day.person), joined(" ", reasons)
    return phrase("exposure.worked", day=show(day.on), name=name, where=where, evidence=day.evidence, why=why)


def _idle(run: IdleRun, assessment: Assessment) -> str:
    name, where = assessment.person_label(run.person), assessment.protocol_label(run.protocol)
    return phrase("exposure.idle", name=name, protocol=where, days=run_words(run.first, run.last))


def _stray(entry: Unplaced, assessment: Assessment) -> str:
    name = assessment.person_label(entry.person)
    return phrase("exposure.stray", name=name, evidence=entry.evidence, why=entry.why)


def as_json(found: Exposure, assessment: Assessment) -> dict[str, object]:
    """Stable keys: certain and not_excluded (person, protocol, task or null, task_unknown, on, evidence, reasons as
    `ClauseOn.as_json`), could_have_worked (person, protocol, first, last), unplaced (person, evidence, why), first, last, advice,
    and read_at, snapshot, rules_version, not_tracked. ISO dates, null = open. The kinds are never added up."""
    return {
        "certain": [_worked_json(day) for day in found.certain],
        "not_excluded": [_worked_json(day) for day in found.not_excluded],
        "could_have_worked": [
            {"person": r.person, "protocol": r.protocol, "first": iso(r.first), "last": iso(r.last)}
            for r in found.could_have_worked
        ],
        "unplaced": [{"person": u.person, "evidence": u.evidence, "why": u.why} for u in found.unplaced],
        "first": iso(found.first),
        "last": iso(found.last),
        "advice": advice(),
        **source_json(assessment),
    }


def _worked_json(day: WorkedDay) -> dict[str, object]:
    return {
        "person": day.person,
        "protocol": day.protocol,
        "task": day.task.value if day.task else None,
        "task_unknown": day.task_unknown,
        "on": iso(day.on),
        "evidence": day.evidence,
        "reasons": [reason.as_json() for reason in day.reasons],
    }

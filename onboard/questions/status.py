"""Who is cleared on a day: `onboard status` as JSON and as lines of a table.

Verdicts come from readiness. `status_rows` is a contract that scripts rely on; its keys never change their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from onboard.dates import show
from onboard.judging.closed import closed_on, protocol_states
from onboard.judging.obligations.mistyped import names, perhaps_given
from onboard.judging.readiness import cleared_on, ready_span, reasons_on
from onboard.model import Assessment, Cleared, Readiness, Task
from onboard.model.phrases import joined, made, phrase
from onboard.questions.clauses import ClauseOn, failing_on
from onboard.questions.remarks import remarks
from onboard.questions.wording import (
    columns,
    iso,
    not_tracked_words,
    page,
    stamp,
    status_words,
    task_words,
    verdict_words,
)
from onboard.timeline import Answer


def status_rows(assessment: Assessment, day: date) -> list[dict[str, object]]:
    """One object per person and protocol, and one per person without a protocol, in the order of the records.

    person        record id of the person
    protocol      record id of the protocol, null for a person without one
    status        "cleared" | "blocked" | "unknown" | "not_due" (certainly no appointment on the day)
    protocol_state  "open" | "on_hold" | "suspended" | "lapsed" | "not_approved" | "closed", what is certain; null without one
    ready_from    first day of the surely cleared range that holds the day, or of the next one; null for none or open
    ready_until   its last day, inclusive; null for none or open
    tasks         one object per delegated task with the same four keys: task, status, ready_from, ready_until
    reasons       what does not surely hold on the day: requirement (id), status, since, until (the run of that status,
                  inclusive, null = open) and evidence (ids of the rows looked at)
    Dates are ISO texts.
    """
    tasks, states = _task_rows(assessment), protocol_states(assessment, day)
    return [
        _row_json(row, tasks.get((row.person, row.protocol), []), day, states.get(row.protocol))
        for row in assessment.readiness
        if row.task is None
    ]


def _task_rows(assessment: Assessment) -> dict[tuple[str, str], list[Readiness]]:
    """The rows of delegated tasks; one that is only assigned or logged shows as a reason elsewhere, not as a task given."""
    given = {(d.person, d.protocol, task) for d in assessment.delegations for task in d.tasks}
    slips = [(d, on) for d in assessment.delegations if (on := names(d)) and (not d.protocol or d.may_tasks)]
    given |= {(d.person, on, task) for d, on in slips for task, _ in perhaps_given(d, on)}
    found: dict[tuple[str, str], list[Readiness]] = {}
    for row in assessment.readiness:
        if row.task and (row.person, row.protocol, row.task) in given:
            found.setdefault((row.person, row.protocol), []).append(row)
    return found


def _row_json(row: Readiness, tasks: list[Readiness], day: date, state: str | None) -> dict[str, object]:
    return {
        "person": row.person,
        "protocol": row.protocol or None,
        **_standing(row, day),
        "protocol_state": state,
        "tasks": [{"task": task.task.value if task.task else None, **_standing(task, day)} for task in tasks],
        "reasons": [
            {
                "requirement": reason.requirement,
                "status": reason.status.value,
                "since": iso(reason.since),
                "until": iso(reason.until),
                "evidence": list(reason.evidence),
            }
            for reason in reasons_on(row, day)
        ],
    }


def _standing(row: Readiness, day: date) -> dict[str, object]:
    first, last = ready_span(row, day)
    return {"status": cleared_on(row, day).value, "ready_from": iso(first), "ready_until": iso(last)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """One line for a terminal: names instead of ids, the first reason or remark in words."""

    record: str  # of the person
    person: str
    protocol: str  # short code, "" for a person without one
    task: str  # "" for the protocol as a whole
    verdict: Cleared
    word: str
    until: str  # "12 Dec 2026", "open", "from 3 Jan 2027", ""
    why: str


def status_table(assessment: Assessment, day: date, *, with_tasks: bool = False) -> tuple[StatusLine, ...]:
    """The same rows for people, in the order of the records; with `with_tasks` also each delegated task."""
    tasks, closed = _task_rows(assessment), closed_on(assessment, day)
    lines: list[StatusLine] = []
    for row in assessment.readiness:
        if row.task is None:
            below = tasks.get((row.person, row.protocol), [])
            lines.append(_line(assessment, row, below, day))
            lines.extend(_line(assessment, task, [], day, row) for task in below if with_tasks)
            if row.protocol in closed:
                made = 1 + len(below) if with_tasks else 1
                lines[-made:] = map(_closed, lines[-made:])
    return tuple(lines)


def _closed(line: StatusLine) -> StatusLine:
    """The line of a closed protocol, which blocks nobody any more."""
    return line if line.verdict is Cleared.NOT_DUE else replace(line, word=phrase("verdict.closed"))


def _line(
    assessment: Assessment, row: Readiness, tasks: list[Readiness], day: date, whole: Readiness | None = None
) -> StatusLine:
    verdict = cleared_on(row, day)
    why = _why_of_task(assessment, row, whole, day) if whole else _why(assessment, row, tasks, day)
    return StatusLine(
        record=row.person,
        person=assessment.person_label(row.person),
        protocol=assessment.protocol_label(row.protocol) if row.protocol else "",
        task=task_words(row.task),
        verdict=verdict,
        word=verdict_words(verdict),
        until=_until(row, day),
        why=joined(" ", why) if why else "",
    )


def _until(row: Readiness, day: date) -> str:
    first, last = ready_span(row, day)
    if row.cleared.at(day) is Answer.YES:
        return show(last) if last else phrase("table.open")
    return phrase("table.from", day=show(first)) if first else ""


def _why(assessment: Assessment, row: Readiness, tasks: list[Readiness], day: date) -> list[str]:
    """The worst reason, how many more there are, blocked tasks of a cleared row, and remarks."""
    verdict, notes = cleared_on(row, day), remarks(assessment, row, day)
    said: list[str] = []
    if verdict is not Cleared.NOT_DUE:
        said += _reasons(failing_on(row, day, assessment))
        said += _tasks_off(tasks, day) if verdict is Cleared.CLEARED else []
    return [*said, *notes]


def _reasons(failing: Sequence[ClauseOn]) -> list[str]:
    """The worst one in words, the others by name."""
    worst = [phrase("answers.titled", title=clause.title, sentence=clause.sentence) for clause in failing[:1]]
    others = [phrase("table.also_one", title=clause.title, status=status_words(clause.status)) for clause in failing[1:]]
    return [*worst, phrase("table.also", titles=joined(", ", others))] if others else [*worst]


def _why_of_task(assessment: Assessment, row: Readiness, whole: Readiness, day: date) -> list[str]:
    """Return what blocks the task and not the protocol as a whole.

    The line above already says what blocks the protocol.
    """
    if cleared_on(row, day) is Cleared.NOT_DUE:
        return []
    failing = failing_on(row, day, assessment)
    above = {clause.key for clause in failing_on(whole, day, assessment)}
    own = [clause for clause in failing if clause.key not in above]
    return _reasons(own) + ([phrase("table.as_protocol")] if failing and not own else [])


def _tasks_off(tasks: list[Readiness], day: date) -> list[str]:
    off: dict[Cleared, list[Task]] = {}
    for row in tasks:
        if row.task and cleared_on(row, day) is not Cleared.CLEARED:
            off.setdefault(cleared_on(row, day), []).append(row.task)
    named = {verdict: ", ".join(map(task_words, found)) for verdict, found in off.items()}
    return [phrase("table.tasks_off", tasks=those, verdict=verdict_words(verdict)) for verdict, those in named.items()]


def as_text(assessment: Assessment, day: date, *, with_tasks: bool = False) -> str:
    """Return the table as plain text of at most 80 columns; callers add color."""
    head = [phrase(f"table.{name}") for name in ("person", "protocol", "status", "until", "why")]
    lines = status_table(assessment, day, with_tasks=with_tasks)
    body = [[_shown(n, lines), _where(line), made(str.upper, line.word), line.until, line.why] for n, line in enumerate(lines)]
    foot = [
        phrase("table.foot", day=show(day), moment=stamp(assessment.read_at)),
        not_tracked_words(assessment.rules.not_tracked()),
    ]
    return page([*columns([head, *body], (24, 22, 14, 16)), "", *filter(None, foot)])


def _shown(n: int, lines: tuple[StatusLine, ...]) -> str:
    """A name once, on its first line."""
    return "" if n and lines[n - 1].record == lines[n].record else lines[n].person


def _where(line: StatusLine) -> str:
    return f"  {line.task}" if line.task else line.protocol or phrase("answers.no_protocol")

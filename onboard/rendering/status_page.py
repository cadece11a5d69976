"""The status page: who may do what today, until when, and what blocks the rest."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from onboard.dates import show_near, show_to_act
from onboard.judging.closed import closed_on
from onboard.judging.readiness import cleared_on, ready_span, reasons_on
from onboard.model import Assessment, Cleared, Lab, Problem, Readiness, Reason
from onboard.model.phrases import NO_WORDS, phrase, say_again
from onboard.questions.remarks import remarks
from onboard.questions.wording import status_words, verdict_words
from onboard.rendering.pages import render_page
from onboard.rendering.phrases import day_name, one_line
from onboard.rendering.tone import status_tone

#: The order of verdicts in counts and headings.
_ORDER = (Cleared.BLOCKED, Cleared.UNKNOWN, Cleared.CLEARED, Cleared.NOT_DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonWords:
    """One reason that blocks work, in words."""

    title: str
    word: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """A person on a protocol, or for a task on it, or without a protocol."""

    where: str
    task: str
    word: str
    tone: str
    span: str
    as_whole: bool  # a task blocked only by what its protocol's row says
    reasons: tuple[ReasonWords, ...]
    remarks: tuple[str, ...]  # starts, left, waived, ends soon; said once, beside the protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRows:
    """All rows of a person, protocols in order, tasks below their protocol."""

    name: str
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows of people on protocols have one verdict."""

    number: int
    word: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemWords:
    """A record that could not be read or trusted."""

    where: str
    what: str
    next_step: str
    people: str


def status_page(assessment: Assessment, today: date, lab: Lab, own: Mapping[str, str] = NO_WORDS) -> str:
    """The page for `today`, from one assessment; `own` are the lab's own sentences by name."""
    return render_page("status.html", **say_again(status_values(assessment, today, lab), own))


def status_values(assessment: Assessment, today: date, lab: Lab) -> dict[str, object]:
    """What the page's template shows."""
    closed = closed_on(assessment, today)
    return {
        "lab": one_line(lab.name),
        "day": day_name(today),
        "read": _read(assessment.read_at, lab.zone),
        "counts": _counts((row for row in assessment.readiness if row.protocol not in closed), today),
        "people": _people(assessment, today, closed),
        "problems": [_problem(assessment, problem) for problem in assessment.problems],
        "not_tracked": ", ".join(assessment.rules.not_tracked()),
        "rules_version": assessment.rules.version,
    }


def _read(read_at: datetime, zone: ZoneInfo) -> str:
    local = read_at.astimezone(zone)
    return f"{day_name(local.date())} {local:%H:%M}"


def _counts(rows: Iterable[Readiness], today: date) -> list[Count]:
    """Return rows of people on protocols (tasks apart), worst first.

    Verdicts that no row has are left out.
    """
    found = [cleared_on(row, today) for row in rows if row.task is None]
    counts = ((verdict, found.count(verdict)) for verdict in _ORDER)
    return [Count(number=n, word=verdict_words(verdict), tone=status_tone(verdict)) for verdict, n in counts if n]


def _people(assessment: Assessment, today: date, closed: Container[str]) -> list[PersonRows]:
    rows: dict[str, list[Readiness]] = {}
    for row in assessment.readiness:
        rows.setdefault(row.person, []).append(row)
    people = [
        PersonRows(name=_name(assessment, person), rows=_rows(assessment, found, today, closed)) for person, found in rows.items()
    ]
    return sorted(people, key=lambda person: person.name.casefold())


def _name(assessment: Assessment, person: str) -> str:
    """The name, which the judging made unique; the record's id where there is none."""
    return one_line(assessment.person_label(person))


def _code(assessment: Assessment, protocol: str) -> str:
    return one_line(assessment.protocol_label(protocol)) or phrase("answers.no_protocol")


def _rows(assessment: Assessment, rows: Sequence[Readiness], today: date, closed: Container[str]) -> tuple[StatusRow, ...]:
    """A task repeats no reason that its protocol's row gives already; on a closed protocol that it is closed is all there is."""
    whole = {row.protocol: set(reasons_on(row, today)) for row in rows if row.task is None}
    ordered = sorted(rows, key=lambda row: (_code(assessment, row.protocol), row.task is not None, row.task or ""))
    made = (_row(assessment, row, today, whole.get(row.protocol, set()) if row.task else set()) for row in ordered)
    return tuple(_closed(one) if row.protocol in closed else one for row, one in zip(ordered, made, strict=True))


def _closed(row: StatusRow) -> StatusRow:
    if row.word == verdict_words(Cleared.NOT_DUE):
        return row
    return replace(row, word=phrase("verdict.closed"), tone=status_tone(Cleared.NOT_DUE), reasons=(), remarks=(), as_whole=False)


def _row(assessment: Assessment, row: Readiness, today: date, said: set[Reason]) -> StatusRow:
    verdict = cleared_on(row, today)
    reasons = () if verdict is Cleared.NOT_DUE else reasons_on(row, today)
    return StatusRow(
        where=_code(assessment, row.protocol),
        task=row.task.label if row.task else "",
        word=verdict_words(verdict),
        tone=status_tone(verdict),
        span=_span(row, today, verdict),
        as_whole=bool(reasons) and said.issuperset(reasons),
        reasons=tuple(_reason(reason) for reason in reasons if reason not in said),
        remarks=() if row.task else tuple(map(one_line, remarks(assessment, row, today))),
    )


def _span(row: Readiness, today: date, verdict: Cleared) -> str:
    """``through 18 Dec 2026``, ``from Wed 9 Dec 2026``, "" where nothing is certain."""
    first, last = ready_span(row, today)
    if verdict is Cleared.CLEARED:
        return phrase("status_page.through", day=show_near(last, today)) if last else phrase("status_page.no_end")
    return phrase("status_page.from", day=show_to_act(first, today)) if first and first > today else ""


def _reason(reason: Reason) -> ReasonWords:
    return ReasonWords(
        title=one_line(reason.title),
        word=status_words(reason.status),
        tone=status_tone(reason.status),
        why=one_line(reason.why),
    )


def _problem(assessment: Assessment, problem: Problem) -> ProblemWords:
    place = [problem.instrument, f"record {problem.record}" if problem.record else "", problem.field]
    if problem.instance and problem.instance > 1:
        place.insert(2, f"instance {problem.instance}")
    return ProblemWords(
        where=one_line(", ".join(part for part in place if part)),
        what=one_line(problem.what),
        next_step=one_line(problem.next_step),
        people=", ".join(_name(assessment, person) for person in problem.people),
    )

"""A person's research log, to keep and to quote.

It groups and spells entries; a role by ICMJE criterion is printed only where the log itself names it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onboard.model import Assessment, LogEntry, Role, Task
from onboard.model.phrases import joined, made, phrase
from onboard.questions.sheets import csv_text
from onboard.questions.wording import days_words, iso, one_line, page, task_words, wrapped

#: The four criteria of authorship (ICMJE Recommendations, "Defining the Role of Authors and Contributors").
ICMJE = {
    1: "substantial contribution to conception, design, acquisition, analysis or interpretation",
    2: "drafting the work or reviewing it critically",
    3: "final approval of the version to be published",
    4: "accountability for all aspects of the work",
}
#: "ICMJE 1", "ICMJE: 1, 2", "ICMJE criteria 1 and 2" as people write it in an outcome.
_NAMED = re.compile(r"\bICMJE\b[^0-9.;\n]{0,24}([1-4](?:(?:\s*[,&+]\s*|\s+and\s+)[1-4])*)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One entry of the log. `on` None: blank or unreadable, `on_words` says which."""

    on: date | None
    on_words: str
    protocol: str  # short code, or the text as typed
    task: Task | None
    task_typed: str  # in words, or as typed where it names no task there is
    hours: str
    what: str
    outcome: str
    criteria: tuple[int, ...]  # ICMJE criteria that the entry names
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLog:
    """The log of one person, oldest first, entries without a day last."""

    person: str
    name: str
    roles: tuple[Role, ...]
    first: date | None
    last: date | None
    works: tuple[Work, ...]

    @property
    def names_criteria(self) -> bool:
        """Whether any entry names an ICMJE criterion."""
        return any(work.criteria for work in self.works)


def work_log(assessment: Assessment, person: str) -> WorkLog:
    """The log of a record id."""
    works = sorted((_work(assessment, e) for e in assessment.log.get(person, ())), key=lambda w: (w.on or date.max, w.evidence))
    days = [work.on for work in works if work.on]
    roles = dict.fromkeys(a.role for a in assessment.appointments.get(person, ()) if a.role)
    return WorkLog(
        person=person,
        name=assessment.person_label(person),
        roles=tuple(roles),
        first=min(days, default=None),
        last=max(days, default=None),
        works=tuple(works),
    )


def _work(assessment: Assessment, entry: LogEntry) -> Work:
    known = assessment.protocols.get(entry.protocol)
    day = entry.on if isinstance(entry.on, date) else None
    return Work(
        on=day,
        on_words=day.isoformat() if day else ("" if entry.on is None else "cannot be read"),
        protocol=known.label if known else entry.protocol_text,
        task=entry.task,
        task_typed=task_words(entry.task) or one_line(entry.task_text),
        hours=entry.hours,
        what=entry.what,
        outcome=entry.outcome,
        criteria=named_criteria(f"{entry.what}\n{entry.outcome}"),
        evidence=entry.evidence,
    )


def named_criteria(text: str) -> tuple[int, ...]:
    """The ICMJE criteria that a text names, in order; () when it names none."""
    found = {int(digit) for match in _NAMED.finditer(text) for digit in re.findall(r"[1-4]", match[1])}
    return tuple(sorted(found))


HEADER = ("date", "protocol", "task", "hours", "what I did", "what came of it", "icmje criteria", "entry")


def as_csv(log: WorkLog) -> str:
    """One line an entry; cells that look like formulas stay text. The criteria column is empty where the log names none."""
    return csv_text(HEADER, [_row(work) for work in log.works])


def _row(work: Work) -> Sequence[str]:
    named = ", ".join(map(str, work.criteria))
    return (
        work.on_words,
        one_line(work.protocol),
        work.task_typed,
        work.hours,
        work.what,
        work.outcome,
        named,
        work.evidence,
    )


def as_text(log: WorkLog) -> str:
    """Text for a CV or an ERAS experience entry: one block a protocol with its dates, tasks, hours and outcomes."""
    roles = ", ".join(role.label for role in log.roles) or phrase("work_log.no_role")
    span = [days_words(log.first, log.last)] if log.first and log.last else []
    lines = wrapped(joined(", ", (log.name, roles, *span)))
    groups: dict[str, list[Work]] = {}
    for work in log.works:
        groups.setdefault(one_line(work.protocol) or phrase("work_log.lab_work"), []).append(work)
    for protocol, works in groups.items():
        lines += ["", *_block(protocol, works)]
    if not log.works:
        lines += ["", phrase("work_log.blank")]
    lines += ["", *wrapped(_criteria_words(log))]
    return page(lines)


def _block(protocol: str, works: Sequence[Work]) -> list[str]:
    days = [work.on for work in works if work.on]
    lines = wrapped(made(_with_days, protocol, days_words(min(days), max(days))) if days else protocol)
    tasks = ", ".join(dict.fromkeys(work.task_typed for work in works if work.task_typed))
    hours = total_hours(works)
    entries = phrase("work_log.entries", count=len(works)) if len(works) > 1 else phrase("work_log.one_entry")
    parts = joined("; ", [part for part in (tasks, entries, hours) if part])
    lines += wrapped(phrase("work_log.head", parts=parts), "  ")
    done = dict.fromkeys(one_line(work.what) for work in works if work.what.strip())
    lines += [line for what in done for line in wrapped(what, "  - ", 4)]
    outcomes = dict.fromkeys(one_line(work.outcome) for work in works if work.outcome.strip())
    return lines + [line for outcome in outcomes for line in wrapped(phrase("work_log.outcome", outcome=outcome), "  > ", 4)]


def total_hours(works: Sequence[Work]) -> str:
    """``12.5 hours``; "" unless every entry has readable hours, since a sum of some would mislead."""
    numbers = [_hours(work.hours) for work in works]
    if not numbers or None in numbers:
        return ""
    return phrase("work_log.hours", count=f"{sum(number for number in numbers if number is not None):g}")


def _with_days(protocol: str, days: str) -> str:
    return f"{protocol} ({days})"


def _hours(text: str) -> float | None:
    plain = text.strip().replace(",", ".")
    return float(plain) if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", plain) else None


def _criteria_words(log: WorkLog) -> str:
    if not log.names_criteria:
        return phrase("work_log.no_criteria")
    named = sorted({number for work in log.works for number in work.criteria})
    return phrase("work_log.criteria", criteria="; ".join(f"{n}, {ICMJE[n]}" for n in named))


def as_json(log: WorkLog) -> dict[str, object]:
    """Stable keys: person, name, roles, first, last, entries (on or null, protocol, task or null, hours, what, outcome,
    icmje_criteria, evidence). ISO dates."""
    return {
        "person": log.person,
        "name": log.name,
        "roles": [role.value for role in log.roles],
        "first": iso(log.first),
        "last": iso(log.last),
        "entries": [
            {
                "on": iso(work.on),
                "protocol": work.protocol,
                "task": work.task.value if work.task else None,
                "hours": work.hours,
                "what": work.what,
                "outcome": work.outcome,
                "icmje_criteria": list(work.criteria),
                "evidence": work.evidence,
            }
            for work in log.works
        ],
    }

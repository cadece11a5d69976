"""One person explained: clearance and why, mails sent, and mails to come.

Verdicts come from readiness, what was sent from the ledger, and the days ahead from the requirements' own tiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import show
from onboard.folding import counted
from onboard.judging.estimates import FirstStart, first_start
from onboard.model import (
    Assessment,
    Cleared,
    Held,
    History,
    ItemRecord,
    ItemState,
    Lab,
    MailRecord,
    Notice,
    Problem,
    Task,
)
from onboard.model import Standing as StandingOfAddress
from onboard.model.phrases import joined, made, phrase
from onboard.planning.addresses import address_of
from onboard.planning.deadlines import Edge, edges, next_tier_day, own_act
from onboard.planning.item_keys import part
from onboard.planning.lab_day import Desk, desk_of
from onboard.planning.standing import standings
from onboard.questions.clauses import ClauseOn, failing_on
from onboard.questions.remarks import remarks, roles_over_time
from onboard.questions.spells import rows_of, spell_on
from onboard.questions.wording import task_words

#: From so many days on a distance is told in months.
_LONG = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One row of a person today; `since` to `until` is the run of the verdict, inclusive, None = open."""

    protocol: str  # short code, "" for the row without a protocol
    task: Task | None
    verdict: Cleared
    since: date | None
    until: date | None
    reasons: tuple[ClauseOn, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidItem:
    """One thing the ledger holds as settled for this person."""

    on: date
    what: str
    state: ItemState
    reader: str  # address, "" where no mail was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One thing to be said next: the day its tier is reached; a mail goes on that day or the next working day."""

    on: date
    what: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything `onboard explain PERSON` prints."""

    person: str
    name: str
    today: date
    complete: bool  # the green light
    appointments: tuple[str, ...]
    standings: tuple[Standing, ...]
    ready: FirstStart | None  # of a person who is not cleared yet: where work can begin first; an estimate
    problems: tuple[str, ...]
    address: str  # a sentence about an address that refuses mail, "" for one that takes it
    mails: tuple[MailRecord, ...]  # newest first
    said: tuple[SaidItem, ...]  # newest first
    now: tuple[str, ...]  # what a run would say today
    coming: tuple[Coming, ...]  # soonest first


def explain(
    assessment: Assessment,
    history: History,
    lab: Lab,
    person: str,
    today: date,
    planned: Sequence[Notice] = (),
    held: Sequence[Held] = (),
) -> Explanation:
    """The explanation for a record id. `planned` and `held`: what a run today would send and hold, where the caller asked."""
    return Explanation(
        person=person,
        name=assessment.person_label(person),
        today=today,
        complete=assessment.people[person].complete,
        appointments=roles_over_time(assessment, person),
        standings=tuple(_standings(assessment, person, today)),
        ready=_ready(assessment, lab, person, today),
        problems=tuple(problem_words(p) for p in assessment.problems if person in p.people),
        address=_address(assessment, history, person, today),
        mails=tuple(sorted((m for m in history.mails if m.person == person), key=lambda m: m.slot, reverse=True)),
        said=tuple(said_about(assessment, history, person)),
        now=(*_planned_lines(planned, person), *_held_lines(held, person)),
        coming=tuple(coming_for(desk_of(assessment, history, lab, today), person)),
    )


def _ready(assessment: Assessment, lab: Lab, person: str, today: date) -> FirstStart | None:
    """Return the path as `onboard path` has it.

    None for a person who is cleared on their first protocol.
    """
    found = first_start(assessment, person, today, lab.cadence.calendar)
    return found if found and found.bottleneck else None


def _address(assessment: Assessment, history: History, person: str, today: date) -> str:
    """Return the state of the address that mail to the person goes to.

    Only where it refused any.
    """
    address = address_of(assessment.people[person], today)
    found = standings(history, today).get(address)
    if found is None:
        return ""
    days = ", ".join(show(day) for day in found.days)
    if found.standing is StandingOfAddress.OPENED:
        return phrase("explain.address_opened", address=address, days=days, day=show(found.until))
    day = show(found.until)
    return phrase("explain.address_refused", address=address, days=days, words=found.words, day=day)


def problem_words(problem: Problem) -> str:
    """What could not be read, and the next step."""
    return phrase("explain.problem", what=made(_unended, problem.what), next_step=problem.next_step)


def _unended(sentence: str) -> str:
    return sentence.rstrip(". ")


def _standings(assessment: Assessment, person: str, today: date) -> Iterable[Standing]:
    for row in rows_of(assessment, person):
        spell = spell_on(row, today)
        yield Standing(
            protocol=assessment.protocol_label(row.protocol) if row.protocol else "",
            task=row.task,
            verdict=spell.verdict,
            since=spell.first,
            until=spell.last,
            reasons=failing_on(row, today, assessment),
            remarks=remarks(assessment, row, today) if row.task is None else (),
        )


def _planned_lines(planned: Sequence[Notice], person: str) -> Iterable[str]:
    for notice in planned:
        for line in notice.lines:
            if (person == notice.reader.record or line.is_about(person)) and line.key:
                reader = notice.reader.name or notice.reader.address
                kind, title = notice.kind.value.capitalize(), made(_unended, line.title)
                yield phrase("explain.planned", kind=kind, reader=reader, title=title, why=line.why)


def _held_lines(held: Sequence[Held], person: str) -> Iterable[str]:
    for one in held:
        if person == one.notice.reader.record or any(line.is_about(person) for line in one.notice.lines):
            reader = one.notice.reader.name or one.notice.reader.address
            yield phrase("explain.held", kind=one.notice.kind.value, reader=reader, reason=one.reason)


# what was said --------------------------------------------------------------------------------------------------------


def said_about(assessment: Assessment, history: History, person: str) -> list[SaidItem]:
    """The ledger's items about a person, newest first, in words."""
    mine = dict.fromkeys(
        SaidItem(on=record.on, what=_said_words(record, assessment), state=record.state, reader=record.reader)
        for record in history.items.values()
        if _is_about(record, person)
    )
    return sorted(mine, key=lambda item: (item.on, item.what), reverse=True)


_ABOUT_PEOPLE = ("reminder", "escalation", "receipt", "cleared", "welcome", "checklist", "introduction")


def _is_about(record: ItemRecord, person: str) -> bool:
    parts = record.key.split("/")
    return len(parts) > 1 and parts[0] in _ABOUT_PEOPLE and parts[1] == part(person)


def _said_words(record: ItemRecord, assessment: Assessment) -> str:
    kind, person, *rest = record.key.split("/")
    if kind in ("reminder", "escalation") and len(rest) >= 2:
        titles = {requirement.id: requirement.title for requirement in assessment.rules.requirements}
        title = titles.get(rest[0], rest[0])
        if record.state is ItemState.BASELINE:  # no mail was sent, so it has no day
            return phrase("explain.said", kind=kind.capitalize(), title=title)
        when = _tier_words(rest[-1]) if kind == "reminder" else _level_words(rest[-1], assessment)
        return phrase("explain.said_at", kind=kind.capitalize(), title=title, when=when)
    if kind == "receipt" and len(rest) >= 2:
        course = _course(assessment, person, "/".join(rest[:-1]))
        return phrase("explain.receipt", course=course, state=rest[-1])
    if kind == "cleared" and rest:
        known = next((record for record in assessment.protocols if part(record) == rest[0]), rest[0])
        return phrase("explain.complete", protocol=assessment.protocol_label(known))
    return kind.capitalize()


def _level_words(level: str, assessment: Assessment) -> str:
    """``to Elena Rivera (PI)``, from ``pi:1``."""
    who, _, reader = level.partition(":")
    known = next((record for record in assessment.people if part(record) == reader), "")
    role = "PI" if who == "pi" else who
    if not known:
        return phrase("explain.to_role", role=role)
    return phrase("explain.to_reader", name=assessment.person_label(known), role=role)


def _course(assessment: Assessment, person: str, evidence: str) -> str:
    """The course a completion is about, with its id; the id alone once the row is gone."""
    rows = (row for record, rows in assessment.completions.items() if part(record) == person for row in rows)
    return next((f"{row.course} ({evidence})" for row in rows if row.evidence == evidence), evidence)


def _tier_words(tier: str) -> str:
    """A tier for people: days to the last day, negative after it."""
    try:
        days = int(tier)
    except ValueError:
        return tier
    if days == 0:
        return phrase("explain.last_day")
    far, unit = (abs(days), "day") if abs(days) <= _LONG else (round(abs(days) / 30.44), "month")
    return phrase("explain.before_last_day" if days > 0 else "explain.after_last_day", distance=counted(far, unit))


# what comes next ------------------------------------------------------------------------------------------------------


def coming_for(desk: Desk, person: str) -> list[Coming]:
    """The next tier after today of everything the person owes, soonest first; what others do is on their lists."""
    open_edges = edges(desk.findings(person), desk.today)
    found = [_coming(desk, edge) for edge in open_edges if own_act(edge.requirement)]
    return sorted((c for c in found if c), key=lambda c: (c.on, c.what))


def _coming(desk: Desk, edge: Edge) -> Coming | None:
    on = next_tier_day(desk, edge)
    if on is None:
        return None
    because = phrase("explain.wanted", day=show(edge.deadline))
    if edge.ends:
        because = phrase("explain.ended" if edge.deadline < desk.today else "explain.ends", day=show(edge.ends))
    assessment = desk.assessment
    why = joined("", (because, _waiting(edge), _snoozed(assessment, edge, on)))
    return Coming(on=on, what=_about(assessment, edge), because=why)


def _waiting(edge: Edge) -> str:
    """What was done about it already; "" when nothing was."""
    if edge.claimed:
        return phrase("explain.claimed")
    if edge.doubted:
        return phrase("explain.doubted")
    return phrase("explain.under_way") if edge.in_hand else ""


def _snoozed(assessment: Assessment, edge: Edge, on: date) -> str:
    """Why a reminder of that day will not be said; "" when nothing silences it."""
    for snooze in assessment.snoozes.get(edge.person, ()):
        if snooze.requirement in ("", edge.requirement.id):
            if snooze.opt_out:
                return phrase("explain.opted_out")
            if isinstance(snooze.until, date) and on <= min(snooze.until, edge.deadline):
                return phrase("explain.snoozed", day=show(snooze.until))
    return ""


def _about(assessment: Assessment, edge: Edge) -> str:
    where = (assessment.protocol_label(edge.scope.protocol) if edge.scope.protocol else "", task_words(edge.scope.task))
    return ", ".join(part for part in (edge.requirement.title, *where) if part)

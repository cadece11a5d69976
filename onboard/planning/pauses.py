"""What a person is told of work that must pause: one line for each study, the acts that only they can do first.

When it is said, and when again, is the law of causes.py; neither a snooze nor opting out silences it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import show
from onboard.folding import counted
from onboard.judging.estimates import irb_turnaround
from onboard.judging.readiness import status_on
from onboard.model import Line, Section
from onboard.model.phrases import Phrase, joined, phrase
from onboard.planning import item_keys
from onboard.planning.blockers import Block, blocks, study_wide, task_words, together
from onboard.planning.causes import LAW, Class, cause_of, due_key, to_the_person, told_days, what_then
from onboard.planning.deadlines import due_tier
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name, coordinator, in_grace, owed, pi_name
from onboard.planning.people import listed_codes


def pause_lines(desk: Desk, person: str, address: str, *, own: bool = True) -> list[Line]:
    """The lines that are due today; `own` False leaves out what the person does, where a checklist has it."""
    found = [
        (block, key)
        for block in blocks(desk, person)
        if (own or not _is_own(desk, block)) and (key := _due(desk, block, address))
    ]
    return _lines(desk, found)


def introduced_lines(desk: Desk, person: str) -> list[Line]:
    """All that stops the person today, for the mail at go-live: it counts as told, and reminders come as usual."""
    found = [(b, item_keys.introduced(b.edge.stem)) for b in blocks(desk, person) if b.edge and not in_grace(desk, b.edge)]
    return _lines(desk, found)


def _is_own(desk: Desk, block: Block) -> bool:
    return cause_of(block.finding, desk.today).cls is Class.OWN


def _due(desk: Desk, block: Block, address: str) -> str:
    """The key under which a block is told today, "" for none."""
    edge = block.edge
    if edge is None or in_grace(desk, edge):
        return ""
    law = LAW[cause_of(block.finding, desk.today).cls]
    if not law.by_tiers:
        return due_key(desk, edge, address, law)
    tier = due_tier(desk, edge, address)
    return "" if tier is None else item_keys.reminder(edge.stem, tier)


def _lines(desk: Desk, found: Sequence[tuple[Block, str]]) -> list[Line]:
    keys = {block.of: key for block, key in found}
    lines: list[Line] = []
    for group in together(block for block, _ in found):
        own, others = [b for b in group if _is_own(desk, b)], [b for b in group if not _is_own(desk, b)]
        made = [_own_line(desk, block, keys[block.of]) for block in own]
        if others and made:
            made[0] = _with_others(desk, made[0], others, keys)
        elif others:
            made = [_others_line(desk, others, keys)]
        lines += made
    return lines


# lines ----------------------------------------------------------------------------------------------------------------


def _own_line(desk: Desk, block: Block, key: str) -> Line:
    """What the person must do before work goes on."""
    edge = block.edge
    assert edge is not None
    tier = item_keys.tier_of(key)
    snoozed = _snoozed_until(desk, block)
    order: list[str] = [_order(desk, [block])]
    if snoozed:
        order.append(phrase("pause.despite_snooze", day=show(snoozed)))
    return replace(
        owed(desk, edge, Section.BLOCKED, tier),
        key=key,
        headline=_headline(desk, [block]),
        protocol=listed_codes(desk, block.protocols),
        task=task_words(block.tasks),
        why=joined(" ", order),
        hard=True,
    )


def _with_others(desk: Desk, line: Line, others: Sequence[Block], keys: Mapping[tuple[str, str], str]) -> Line:
    said = [phrase("pause.also", why=_why(desk, block), then=_then(desk, block)) for block in others]
    return replace(line, act=joined(" ", (line.act, *said)), also=(*line.also, *(keys[b.of] for b in others)))


def _others_line(desk: Desk, group: Sequence[Block], keys: Mapping[tuple[str, str], str]) -> Line:
    """What other actors must do; the person is told, so that they stop, and is never chased."""
    first = group[0]
    finding, edge = first.finding, first.edge
    assert edge is not None
    rest = [phrase("pause.also", why=_why(desk, block), then=_then(desk, block)) for block in group[1:]]
    return Line(
        key=keys[first.of],
        section=Section.BLOCKED,
        title=finding.requirement.title,
        headline=_headline(desk, [first]),
        why=_order(desk, [first]),
        act=joined(" ", (_then(desk, first), *rest, *_tail(desk, group))),
        person=edge.person,
        protocol=listed_codes(desk, first.protocols),
        task=task_words(first.tasks) or (edge.scope.task.label if edge.scope.task else ""),
        status=status_on(finding, desk.today),
        since=edge.since,
        owner=actor_name(desk, finding, first.protocols),
        hard=True,
        also=tuple(keys[b.of] for b in group[1:]),
        stop=next((b.finding.scope.protocol for b in group if study_wide(b.finding.requirement)), ""),
    )


# words ----------------------------------------------------------------------------------------------------------------


def _why(desk: Desk, block: Block) -> Phrase:
    return to_the_person(block.finding, block.edge, desk.today)


def _then(desk: Desk, block: Block) -> Phrase:
    days = counted(irb_turnaround(desk.assessment, desk.calendar).days, "working day")
    pi = pi_name(desk, (block.finding.scope.protocol, *block.protocols))
    return what_then(block.finding, block.edge, desk.today, name=coordinator(desk), pi=pi, days=days)


def _tail(desk: Desk, group: Sequence[Block]) -> list[str]:
    """When the person is told that work goes on, and that nothing is asked of them."""
    cause = cause_of(group[0].finding, desk.today)
    if cause.words == "task":
        return []
    return [phrase("then.tail_study" if cause.cls is Class.STUDY else "then.tail")]


def _headline(desk: Desk, group: Sequence[Block]) -> Phrase:
    """``Pause STEP-HF: your GCP course ended 19 Nov 2026``."""
    first = group[0]
    protocols, why = listed_codes(desk, first.protocols), _why(desk, first)
    cls = cause_of(first.finding, desk.today).cls
    if cls is not Class.OWN and first.edge and told_days(desk, first.edge):
        return phrase("pause.still", protocols=protocols, why=why)
    tasks = task_words(first.tasks)
    if tasks:
        return phrase("pause.task", tasks=tasks, protocols=protocols, why=why)
    return phrase("pause.headline", protocols=protocols, why=why)


def _order(desk: Desk, group: Sequence[Block]) -> Phrase:
    first = group[0]
    protocols, tasks = listed_codes(desk, first.protocols), task_words(first.tasks)
    if tasks:
        return phrase("pause.order_tasks", tasks=tasks, protocols=protocols)
    title = desk.title_of(first.protocols[0]) if len(first.protocols) == 1 else ""
    if title:
        return phrase("pause.order", protocol=protocols, title=title)
    return phrase("pause.order_several", protocols=protocols)


def _snoozed_until(desk: Desk, block: Block) -> date | None:
    """The last day of a snooze that would hold a reminder of it; a stop is not held."""
    wanted = ("", block.finding.requirement.id)
    days = [s.until for s in desk.assessment.snoozes.get(block.finding.person, ()) if s.requirement in wanted]
    return max((day for day in days if isinstance(day, date) and day >= desk.today), default=None)

"""The mails that carry a new hire's checklist: when one is due and what is in it.

steps.py makes the list; reminders/ writes to everyone else.

The welcome goes out when mail to the person is allowed, then at most one mail a week, and every second working day in the last
week before the start. A receipt answers an act of the person and does not wait for the week.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from onboard.dates import plus_days
from onboard.folding import counted
from onboard.judging import kinds
from onboard.judging.appointments import left_before, stay
from onboard.judging.estimates import first_start, irb_turnaround, pace
from onboard.judging.readiness import why
from onboard.model import Assessment, History, ItemState, Lab, Line, MessageKind, Notice, Reader, Section
from onboard.model.phrases import phrase
from onboard.planning import item_keys
from onboard.planning.blockers import blocks
from onboard.planning.causes import LAW, Class, cause_of, due_key, short
from onboard.planning.closures import closed_lines
from onboard.planning.deadlines import Edge, due_tier, told_on
from onboard.planning.lab_day import Desk, desk_of
from onboard.planning.lines import actor_name, checking_line, coordinator, in_grace, owed, silenced
from onboard.planning.notices import notice, with_calendar
from onboard.planning.pauses import pause_lines
from onboard.planning.people import (
    appointments_of_stay,
    codes,
    is_new_hire,
    listed_codes,
    mail_day,
    myself,
    named,
    pis_over,
    writable,
)
from onboard.planning.receipts import cleared_lines, receipts, resolved_lines
from onboard.planning.steps import Step, StepState, checklist

__all__ = ["Step", "StepState", "checklist", "plan_checklists"]


def plan_checklists(assessment: Assessment, history: History, lab: Lab, today: date) -> list[Notice]:
    """Return a welcome or checklist for each new hire due one today, by record id."""
    desk = desk_of(assessment, history, lab, today)
    found = []
    for record, address in writable(desk).items():
        if is_new_hire(desk, record) and mail_day(desk, record):
            made = _mail(desk, record, myself(desk, record, address))
            if made:
                found.append(made)
    return found


def _mail(desk: Desk, record: str, reader: Reader) -> Notice | None:
    steps = checklist(desk.assessment, record, desk.today)
    mine = [line for step in steps if (line := _own_line(desk, step, reader.address))]
    rest = [line for step in steps if (line := _rest_line(desk, step))]
    pauses = pause_lines(desk, record, reader.address, own=False)
    facts = _facts(desk, record)
    if not _welcomed(desk, record, reader.address):
        key = item_keys.welcome(record, appointments_of_stay(desk, record)[0].evidence)
        return notice(desk, MessageKind.WELCOME, reader, pauses + mine + rest, key=key, facts=facts)
    if _last_mail(desk, record) == desk.today:
        return None
    news = closed_lines(desk, record, reader.address) + pauses + cleared_lines(desk, record, reader.address)
    news += resolved_lines(desk, record, reader.address) + receipts(desk, record, reader.address)
    nags = any(_nags(desk, step, reader.address) for step in steps) and _turn_has_come(desk, record)
    if not news and not nags:
        return None
    told, calendar = with_calendar(desk, record, reader.address, news + mine)
    key = item_keys.checklist(record, desk.today)
    return notice(desk, MessageKind.CHECKLIST, reader, told + rest, key=key, facts=facts, calendar=calendar)


# when -----------------------------------------------------------------------------------------------------------------


def _welcomed(desk: Desk, record: str, address: str) -> bool:
    """Whether any appointment of this stay was welcomed; a moved start date never repeats it."""
    found = (item_keys.welcome(record, a.evidence) for a in appointments_of_stay(desk, record))
    return any(desk.said.settled(key, address) for key in found)


def _last_mail(desk: Desk, record: str) -> date | None:
    """The slot of the last welcome or checklist."""
    welcomes = [desk.history.items.get(item_keys.welcome(record, a.evidence)) for a in appointments_of_stay(desk, record)]
    said = [*desk.said.under(f"checklist/{item_keys.part(record)}").values(), *(w for w in welcomes if w)]
    return max((item.on for item in said if item.state is not ItemState.REFUSED), default=None)


def _turn_has_come(desk: Desk, record: str) -> bool:
    last, run, cadence = _last_mail(desk, record), stay(desk.assessment, record, desk.today), desk.lab.cadence
    if last is None or run is None:
        return True
    if plus_days(run[0], -cadence.new_hire_weekly) <= desk.today < run[0]:
        return desk.calendar.between(last, desk.today) >= cadence.last_week_every
    return (desk.today - last).days >= cadence.new_hire_weekly


def _nags(desk: Desk, step: Step, address: str) -> bool:
    if step.edge and step.edge.doubted:
        return bool(_checking_key(desk, step.edge, address))
    return _is_mine(step) and not (step.edge and silenced(desk, step.edge))


def _checking_key(desk: Desk, edge: Edge, address: str) -> str:
    """The key under which the person is told today that something is being checked; "" while it is new, or told."""
    return "" if in_grace(desk, edge) else due_key(desk, edge, address, LAW[Class.UNKNOWN])


# lines ----------------------------------------------------------------------------------------------------------------


def _is_mine(step: Step) -> bool:
    """Whether the person has something to do for it now."""
    return step.owner == "you" and step.edge is not None and step.state is StepState.OPEN


def _own_line(desk: Desk, step: Step, address: str) -> Line | None:
    """Return the line of a step of the person, or of what is being checked for them.

    It settles the tier that has come, or the first one: a person with the list was told.
    """
    if step.edge and step.edge.doubted and step.owner == "you":
        return checking_line(desk, step.edge, _checking_key(desk, step.edge, address))
    if not _is_mine(step) or step.edge is None:
        return None
    tier = due_tier(desk, step.edge, address)
    if tier is None and not desk.said.tiers(step.edge.stem, address):
        tier = max(step.requirement.tiers, default=0)
    due = _by_when(desk, step, step.edge)
    days = (due - desk.today).days if due else None
    line = owed(desk, step.edge, Section.STEPS, tier)
    began = step.edge.in_hand or step.edge.ends
    return replace(line, due=due, ends=None, days=days, headline="", why=line.why if began else "")


#: No first mail names a day sooner than this many working days.
_FIRST_DAYS = 5


def _by_when(desk: Desk, step: Step, edge: Edge) -> date | None:
    """The day to do it by. The first mail about it names none sooner than five working days, and none after the day it is
    needed: then it says "before you start", or an order without days. Lateness counts from that mail on."""
    told = told_on(desk, edge)
    due = max(step.due, desk.calendar.add(told or desk.today, _FIRST_DAYS))
    if told is None and (step.needed <= desk.today or due > step.needed):
        return None
    return due


def _rest_line(desk: Desk, step: Step) -> Line | None:
    """Return the line of a step that is done, or that is another person's to do."""
    if step.owner == "you" and (_is_mine(step) or (step.edge and step.edge.doubted)):
        return None
    done = step.state is StepState.DONE
    name = actor_name(desk, step.finding) if step.owner != "you" else coordinator(desk)
    return Line(
        key="",
        section=Section.DONE if done else Section.OTHERS_DO,
        title=step.requirement.title,
        why=why(step.finding, step.needed) if done else _waiting_words(desk, step),
        person=step.person,
        protocol=codes(desk, [step.scope.protocol]) if step.scope.protocol else "",
        task=step.scope.task.label if step.scope.task else "",
        status=step.status,
        owner="" if done else name,
    )


def _waiting_words(desk: Desk, step: Step) -> str:
    if step.state is StepState.CHECKED:
        return phrase("checklist.held" if step.edge else "checklist.unknown")
    if step.state is StepState.WAITING:
        return why(step.finding, step.needed)
    if kinds.of(step.requirement).papers:
        days = pace(step.requirement, irb_turnaround(desk.assessment, desk.calendar))
        name = "checklist.pace_after_courses" if step.depends_on else "checklist.pace"
        return phrase(name, days=counted(days or 1, "working day"))
    return ""


def _facts(desk: Desk, record: str) -> dict[str, str]:
    run = stay(desk.assessment, record, desk.today)
    ready = first_start(desk.assessment, record, desk.today, desk.calendar)
    coming = run is not None and run[0] > desk.today
    own = [b for b in blocks(desk, record) if cause_of(b.finding, desk.today).cls is Class.OWN]
    left = left_before(desk.assessment, record, desk.today)
    return {
        "left": left.isoformat() if left else "",
        "start": run[0].isoformat() if run and coming else "",
        "began": run[0].isoformat() if run and not coming else "",
        "ready_about": ready.about.isoformat() if ready and ready.about else "",
        "ready_for": codes(desk, [ready.protocol]) if ready and ready.about and ready.protocol else "",
        "bottleneck": short(ready.bottleneck.title) if ready and ready.about and ready.bottleneck else "",
        "pi": " and ".join(named(desk, pi) for pi in _future_pis(desk, record)),
        "work": _work(desk, record),
        "paused": listed_codes(desk, [protocol for block in own for protocol in block.protocols]),
    }


def _work(desk: Desk, record: str) -> str:
    """The protocols the person is or will be on: one with its title, several by their codes."""
    found = list(dict.fromkeys(r.protocol for r in desk.rows(record) if r.protocol and r.task is None))
    title = desk.title_of(found[0]) if len(found) == 1 else ""
    return phrase("checklist.work", protocol=codes(desk, found), title=title) if title else listed_codes(desk, found)


def _future_pis(desk: Desk, record: str) -> list[str]:
    """PIs of the protocols the person is or will be on, else the lab's."""
    rows = [row for row in desk.rows(record) if row.protocol and row.task is None]
    found = {desk.assessment.protocols[row.protocol].pi for row in rows if row.protocol in desk.assessment.protocols}
    known = sorted(pi for pi in found - {"", record} if pi in desk.assessment.people)
    return known or list(pis_over(desk, record))

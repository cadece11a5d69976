"""The coordinator's daily worklist: its readers, what is new, and the order.

The modules of this package make single sections. It goes out on every working day, also when there is nothing to do, since
silence would be ambiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import show
from onboard.model import Assessment, Coordinator, History, Lab, Line, MessageKind, Notice, Reader, ReaderRole
from onboard.model.phrases import Phrase, joined, phrase
from onboard.planning import item_keys
from onboard.planning.addresses import normal
from onboard.planning.closures import tidy_lines
from onboard.planning.lab_day import Desk, desk_of
from onboard.planning.notices import NEVER_CAME, notice
from onboard.planning.worklist.gone import gone_lines
from onboard.planning.worklist.irb import irb_lines
from onboard.planning.worklist.moves import move_lines, new_under_old, silent_lines
from onboard.planning.worklist.problems import mail_lines, unreadable_lines
from onboard.planning.worklist.today import blocks_work_lines, to_check_lines


def plan_worklist(
    assessment: Assessment,
    history: History,
    lab: Lab,
    today: date,
    first_seen: Mapping[str, date] | None = None,
    mail_trouble: Sequence[str] = (),
    *,
    previous: Assessment | None = None,
    links: Callable[[str], str] = lambda evidence: "",
) -> list[Notice]:
    """Return one worklist for each coordinator on duty; none on a day off.

    `first_seen` gives the day each problem was first met, by the problem's key; `mail_trouble` are sentences of the outbox;
    `previous` is what the last worklist was planned on; `links` gives the address of the form an evidence
    (instrument/record/instance) is on, "" for none.
    """
    desk = desk_of(assessment, history, lab, today)
    if not desk.calendar.works(today):
        return []
    lines = worklist_lines(desk, first_seen, mail_trouble, previous=previous, links=links)
    found, claimed = [], set[str]()
    for coordinator in lab.on_duty(today):
        made = _worklist(desk, coordinator, [_once(line, claimed) for line in lines])
        if made:
            found.append(made)
            claimed |= {line.key for line in made.lines if line.key}
    return found


def worklist_lines(
    desk: Desk,
    first_seen: Mapping[str, date] | None = None,
    mail_trouble: Sequence[str] = (),
    *,
    previous: Assessment | None = None,
    links: Callable[[str], str] = lambda evidence: "",
) -> list[Line]:
    """Return all that waits for the coordinator on the day of the desk, in order.

    Mailed or not; arguments as for `plan_worklist`.
    """
    seen = {p.key: (first_seen or desk.history.problems_seen).get(p.key, desk.today) for p in desk.assessment.problems}
    lines = [
        *blocks_work_lines(desk, links),
        *to_check_lines(desk, links),
        *irb_lines(desk, links),
        *tidy_lines(desk, links),
        *new_under_old(desk),
        *move_lines(desk, links),
        *silent_lines(desk, links),
        *unreadable_lines(desk, seen, links),
        *gone_lines(desk, previous.people if previous else {}),
        *mail_lines(desk, mail_trouble),
    ]
    return [_aged(line, desk.today) for line in lines]


def _aged(line: Line, today: date) -> Line:
    """An item says since when it has been open, once it is not new."""
    if not line.since or not (line.why or line.people) or line.since >= today:
        return line
    since = phrase("worklist.open_since", day=show(line.since))
    return replace(line, knows=joined(" ", (line.knows, since)) if line.knows else since)


def _once(line: Line, claimed: set[str]) -> Line:
    """Return the line, without its key where another message claims it."""
    return replace(line, key="") if line.key in claimed else line


def _worklist(desk: Desk, coordinator: Coordinator, lines: list[Line]) -> Notice | None:
    reader = Reader(
        address=normal(coordinator.address),
        name=coordinator.name,
        greet=coordinator.name,
        role=ReaderRole.COORDINATOR,
    )
    key = item_keys.worklist(reader.address, desk.today)
    if desk.said.settled(key, reader.address):
        return None
    last = _last_slot(desk, reader.address)
    return notice(
        desk,
        MessageKind.WORKLIST,
        reader,
        [_unsaid(desk, line, reader.address) for line in lines],
        key=key,
        numbers={
            "people": len(desk.assessment.people),
            "protocols": len(desk.assessment.protocols),
            "unreadable": len(desk.assessment.problems),
            "new": len(_new(lines, last)),
            "gone": len(_gone(desk)),
        },
        facts={
            "new": ", ".join(str(number) for number in _new(lines, last)),
            "gone": _gone_words(desk),
            "since": last.isoformat() if last else "",
            "sent": _sent_words(desk, last),
            "cover": _cover_words(desk, coordinator),
        },
    )


def _unsaid(desk: Desk, line: Line, address: str) -> Line:
    """Return the line of a problem, without its key once it was claimed.

    A problem stays on the list as long as it lasts.
    """
    return replace(line, key="") if line.key and desk.said.settled(line.key, address) else line


def _last_slot(desk: Desk, address: str) -> date | None:
    days = (item.on for item in desk.said.under(f"worklist/{address}").values())
    return max((day for day in days if day < desk.today), default=None)


def _new(lines: Sequence[Line], last: date | None) -> list[int]:
    """Return positions of the lines that appeared after the last worklist."""
    if last is None:
        return []
    return [number for number, line in enumerate(lines, start=1) if line.since and line.since > last]


def _gone(desk: Desk) -> list[str]:
    present = {problem.key for problem in desk.assessment.problems}
    return [key for key in desk.history.problems_seen if key not in present]


def _gone_words(desk: Desk) -> str:
    count = len(_gone(desk))
    if count == 1:
        return phrase("worklist.closed")
    return phrase("worklist.closed_several", count=count) if count else ""


def _sent_words(desk: Desk, last: date | None) -> str:
    """Return words like ``2 reminders, 1 receipt``: mails since the last worklist."""
    if last is None:
        return ""
    sent = [m.kind.value for m in desk.history.mails if m.slot >= last and m.state not in NEVER_CAME]
    kinds = [kind for kind in sorted(set(sent)) if kind not in (MessageKind.WORKLIST, MessageKind.OPERATOR)]
    return joined(", ", [_count_words(sent.count(kind), kind) for kind in kinds]) if kinds else ""


def _count_words(count: int, kind: str) -> Phrase:
    return phrase("worklist.sent" if count == 1 else "worklist.sent_several", count=count, kind=kind)


def _cover_words(desk: Desk, coordinator: Coordinator) -> str:
    others = [c for c in desk.lab.on_duty(desk.today) if normal(c.address) != normal(coordinator.address)]
    names = " and ".join(c.name for c in others)
    name = "worklist.cover" if len(others) == 1 else "worklist.cover_several"
    return phrase(name, names=names) if others else ""

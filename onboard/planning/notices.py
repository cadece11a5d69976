"""Notices put together: their shared parts, digest days, calendar files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import WorkCalendar, plus_days
from onboard.model import Bar, ItemState, Line, MessageKind, Notice, Reader
from onboard.planning import item_keys
from onboard.planning.lab_day import Desk

#: States of a message that never reached its reader.
NEVER_CAME = frozenset({"superseded", "withdrawn", "failed", "refused", "expired", "held"})


def notice(
    desk: Desk,
    kind: MessageKind,
    reader: Reader,
    lines: Sequence[Line],
    *,
    key: str = "",
    slot: date | None = None,
    numbers: Mapping[str, int] | None = None,
    facts: Mapping[str, str] | None = None,
    bars: Sequence[Bar] = (),
    calendar: bool = False,
) -> Notice:
    """A notice of today's desk; `slot` is today unless the kind has its own."""
    assessment = desk.assessment
    return Notice(
        kind=kind,
        reader=reader,
        slot=slot or desk.today,
        lines=tuple(lines),
        read_at=assessment.read_at,
        numbers=dict(numbers or {}),
        facts={name: text for name, text in (facts or {}).items() if text},
        bars=tuple(bars),
        not_tracked=assessment.rules.not_tracked(),
        rules_version=assessment.rules.version,
        calendar=calendar,
        key=key,
    )


def mails_to(desk: Desk, address: str, *kinds: MessageKind) -> list[date]:
    """Return the slots of mails that reached an address, or are on their way.

    In order; of these kinds only, where given.
    """
    return sorted(m.slot for m in desk.mails(address) if m.state not in NEVER_CAME and (not kinds or m.kind in kinds))


#: States of a mail that was given up by no fault of its address.
_LOST = frozenset({"failed", "expired"})

# the digest's day ------------------------------------------------------------------------------------------------------

#: How many weeks back the last slot is looked for; a lab closed for longer starts afresh.
_WEEKS_BACK = 8
#: What a snooze names to hold back its PI's digest.
DIGEST = "digest"


def latest_slot(calendar: WorkCalendar, weekday: int, today: date) -> date | None:
    """The newest digest day not after today: that weekday, or the first working day after it. A closed week's digest moves to
    the first working day and is one with that week's own."""
    monday = plus_days(today, -today.weekday())
    days = (calendar.on_or_after(plus_days(monday, weekday - 7 * back)) for back in range(_WEEKS_BACK))
    return next((day for day in days if day <= today), None)


def gets_digests(desk: Desk, record: str) -> bool:
    """Whether a PI has a digest to be told things in: they lead a protocol and have not paused it. Not while what is true
    already is noted, before anything is said: then nothing may wait for a digest."""
    if not desk.history.started:
        return False
    leads = any(protocol.pi == record and not desk.over(protocol.record) for protocol in desk.assessment.protocols.values())
    return leads and not digest_paused(desk, record)


def digest_paused(desk: Desk, record: str) -> bool:
    """Whether a reader's digest is snoozed today: up to a day, or without an end."""
    rows = (s for s in desk.assessment.snoozes.get(record, ()) if s.requirement.strip().casefold() == DIGEST)
    return any(row.opt_out or (isinstance(row.until, date) and desk.today <= row.until) for row in rows)


def digest_comes(desk: Desk, record: str, address: str) -> bool:
    """Whether today's digest, not sent yet, will go to a PI.

    Then no other mail about people goes to them on this day. A digest that is late, or was lost, comes today, too.
    """
    slot = latest_slot(desk.calendar, desk.lab.cadence.digest_weekday, desk.today)
    if slot is None or not gets_digests(desk, record) or desk.said.settled(item_keys.digest(address, slot), address):
        return False
    return slot == desk.today or _week_is_open(desk, slot)


def _week_is_open(desk: Desk, slot: date) -> bool:
    """Whether digests go today though their day is over: none went since, or one of them was lost."""
    if not desk.lab.cadence.digests:
        return False
    last: dict[str, str] = {}
    for mail in desk.history.mails:
        if mail.kind is MessageKind.DIGEST and mail.slot >= slot:
            last[mail.reader] = mail.state
    tried_today = any(m.kind is MessageKind.DIGEST and m.slot == desk.today for m in desk.history.mails)
    late = not last and _digests_were_due(desk, slot)
    return not tried_today and (late or any(state in _LOST for state in last.values()))


def _digests_were_due(desk: Desk, slot: date) -> bool:
    """Whether the lab mailed digests before, or had begun by that day."""
    items = desk.history.items.values()
    before = any(mail.kind is MessageKind.DIGEST for mail in desk.history.mails)
    return before or any(item.state is ItemState.BASELINE and item.on <= slot for item in items)


# the calendar file -----------------------------------------------------------------------------------------------------


def with_calendar(desk: Desk, person: str, address: str, lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """The lines of a mail to a person, and whether it carries the calendar file: to ask, or to take back what was asked before.

    Never in the first mail to an address, which would look like phishing. The line that is first to ask remembers the file.
    """
    asks = next((n for n, line in enumerate(lines) if line.owner == "you"), None)
    method = "publish" if asks is not None else "cancel" if _published(desk, person) else ""
    if not lines or not method or not mails_to(desk, address):
        return list(lines), False
    place, key = asks or 0, item_keys.calendar(person, desk.today, method)
    return [replace(line, also=(*line.also, key)) if n == place else line for n, line in enumerate(lines)], True


def _published(desk: Desk, person: str) -> bool:
    """Whether the last calendar file the person got asked for something."""
    prefix = f"calendar/{item_keys.part(person)}/"
    sent = (i for key, i in desk.history.items.items() if key.startswith(prefix) and i.state is ItemState.SENT)
    last = max(sent, key=lambda item: (item.on, item.key), default=None)
    return last is not None and last.key.endswith("/publish")

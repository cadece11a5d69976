"""The calendar file beside a mail: one whole-day event, its day and identity.

The planner decides whether to attach one. One event only, since classic Outlook takes the first of a mailed calendar part and
drops the others.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from onboard.model import Attachment, Lab, Line, Notice, Section
from onboard.rendering.phrases import day_name, one_line, safe_url

_ASKED = (Section.STEPS, Section.BLOCKED, Section.DUE)


def calendar_file(notice: Notice, sequence: int, lab: Lab) -> Attachment:
    """The event "Courses due" on the first day something is due, from the notice's day on, with everything asked in its text.

    The UID is the person's for ever, so a later file replaces an earlier one; DTEND is exclusive (RFC 5545 3.6.1). With
    nothing left to do the file cancels the event: METHOD CANCEL, same UID, higher SEQUENCE (RFC 5546 3.2.5).
    """
    asked = [line for section in _ASKED for line in notice.section(section) if line.owner in ("", "you")]
    days = sorted(day for day in (_day(line) for line in asked) if day and day >= notice.slot)
    method = "PUBLISH" if asked else "CANCEL"
    event = _event(notice, sequence, lab, days[0] if days else notice.slot)
    event.add("status", "CONFIRMED" if asked else "CANCELLED")
    if asked:
        questions = f"Questions: reply to the mail of the {one_line(lab.name)}."
        event.add("description", "\n".join([*map(_said, asked), questions]))
    mime = f"text/calendar; method={method}; charset=utf-8"
    return Attachment(filename="courses-due.ics", mime=mime, content=_wrapped(method, event))


def _wrapped(method: str, event: Event) -> bytes:
    calendar = Calendar()
    for name, value in (("prodid", "-//onboard//courses due//EN"), ("version", "2.0"), ("method", method)):
        calendar.add(name, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(notice: Notice, sequence: int, lab: Lab, day: date) -> Event:
    event = Event()
    event.add("uid", _uid(notice, lab))
    event.add("dtstamp", (notice.read_at or datetime.combine(notice.slot, time(), lab.zone)).astimezone(UTC))
    event.add("sequence", sequence)
    event.add("summary", f"Courses due ({one_line(lab.name)})")
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _uid(notice: Notice, lab: Lab) -> str:
    who = hashlib.sha256(f"{lab.id}/{notice.reader.record or notice.reader.address}".encode()).hexdigest()[:24]
    return f"courses-due-{who}@{lab.sender.rpartition('@')[2]}"


def _day(line: Line) -> date | None:
    return line.due or line.ends


def _said(line: Line) -> str:
    day = _day(line)
    parts = [one_line(line.title), f"by {day_name(day)}" if day else "", safe_url(line.url)]
    return ", ".join(part for part in parts if part)

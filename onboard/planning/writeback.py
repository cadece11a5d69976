"""What to write into REDCap about a person: the fields whose value changed.

The verdict, what blocks, until when, the last mail. Never a field that the lab's own people fill in.

A verdict here mirrors the records as read; it is not an authorization.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from onboard.dates import show
from onboard.judging.readiness import cleared_on, ready_span, reasons_on
from onboard.model import Assessment, Cleared, History, Readiness
from onboard.ports import RecordChange

#: What may be written, in the order it is told.
READINESS, BLOCKERS, READY_UNTIL, LAST_MAIL = WHAT = ("readiness", "blockers", "ready_until", "last_mail")
#: REDCap's limit is far higher; a reader's is not.
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTarget:
    """Where it is written: fields of one form of one project, for this program only."""

    project: str
    instrument: str
    event: str  # unique event name, "" in a classic project
    fields: Mapping[str, str]  # one of WHAT -> REDCap field


def plan_writes(
    assessment: Assessment, history: History, target: WriteTarget, current: Mapping[str, Mapping[str, str]], today: date
) -> tuple[RecordChange, ...]:
    """Return the fields that differ, for every person whose record is in `current`.

    `current`: record -> our fields as they are. An empty value blanks the field. People who are not in `current` are left alone,
    and so is a record without a person.
    """
    changes = []
    last = _last_mails(history)
    for record in sorted(set(assessment.people) & set(current)):
        wanted = _wanted(assessment, last.get(record, ""), target, record, today)
        differ = {name: value for name, value in wanted.items() if current[record].get(name, "") != value}
        if differ:
            changes.append(RecordChange(record=record, values=differ))
    return tuple(changes)


def _wanted(assessment: Assessment, last_mail: str, target: WriteTarget, record: str, today: date) -> dict[str, str]:
    rows = [row for row in assessment.readiness if row.person == record and row.task is None]
    rows = [row for row in rows if cleared_on(row, today) is not Cleared.NOT_DUE]
    values = {
        READINESS: _verdict(rows, today),
        BLOCKERS: _blockers(assessment, rows, today),
        READY_UNTIL: _until(rows, today),
        LAST_MAIL: last_mail,
    }
    return {field: values[what] for what, field in target.fields.items()}


def _verdict(rows: Iterable[Readiness], today: date) -> str:
    """``cleared`` for everything, ``blocked`` or ``unknown`` for something, "" where nothing is due."""
    found = {cleared_on(row, today) for row in rows}
    worst = next((one for one in (Cleared.BLOCKED, Cleared.UNKNOWN, Cleared.CLEARED) if one in found), None)
    return worst.value if worst else ""


def _blockers(assessment: Assessment, rows: Iterable[Readiness], today: date) -> str:
    """``STEP-HF: GCP training expired since 19 Nov 2026; ...``, one clause a reason."""
    titles = {one.id: one.title for one in assessment.rules.requirements}
    said: dict[str, None] = {}
    for row in rows:
        if cleared_on(row, today) is Cleared.CLEARED:
            continue
        protocol = assessment.protocol_label(row.protocol)
        where = f"{protocol}: " if protocol else ""
        for reason in reasons_on(row, today):
            since = f" since {show(reason.since)}" if reason.since else ""
            said[f"{where}{titles.get(reason.requirement, reason.requirement)} {reason.status.value}{since}"] = None
    text = "; ".join(said)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3].rsplit(";", 1)[0] + "; …"


def _until(rows: Iterable[Readiness], today: date) -> str:
    """Return the first day any clearance ends, when everything is cleared.

    "" when something is not cleared, or nothing ends.
    """
    rows = list(rows)
    if not rows or any(cleared_on(row, today) is not Cleared.CLEARED for row in rows):
        return ""
    ends = [last for row in rows for last in [ready_span(row, today)[1]] if last]
    return min(ends).isoformat() if ends else ""


def _last_mails(history: History) -> dict[str, str]:
    """Return the day of the last mail that was sent to each person, by record id."""
    sent = sorted((mail.slot, mail.person) for mail in history.mails if mail.state == "sent")
    return {person: slot.isoformat() for slot, person in sent}

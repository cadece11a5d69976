"""Closed protocols, and the word for what a protocol is in.

Closed means a closure row, nothing else: a lapsed approval blocks and is never quiet. From its first day on a closed protocol
asks nothing of anybody and is counted nowhere; verdicts and exposure go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from onboard.dates import known_day
from onboard.judging import kinds
from onboard.model import Approval, ApprovalKind, Assessment, Finding
from onboard.timeline import FOR_EVER, Answer, Coverage, Timeline

#: A closure that is older is no news to anybody.
NEWS_DAYS = 90
#: So long the coordinator is asked to end what still stands on a closed protocol.
TIDY_DAYS = 365


def closure_day(rows: Iterable[Approval]) -> date | None:
    """The first day of a protocol's closure, of the rows of one protocol; None where none is certain."""
    days = (known_day(row.first) for row in rows if row.kind is ApprovalKind.CLOSURE and row.placed)
    return min((day for day in days if day), default=None)


def open_days(rows: Iterable[Approval]) -> Coverage:
    """The days on which a protocol is not certainly closed."""
    closed = closure_day(rows)
    return FOR_EVER if closed is None else ~Coverage.certain(Timeline.between(closed, None))


def closed_on(assessment: Assessment, day: date) -> Mapping[str, date]:
    """Protocols that are certainly closed on a day, with the first day of it."""
    rows: dict[str, list[Approval]] = {}
    for row in assessment.approvals:
        if row.kind is ApprovalKind.CLOSURE:
            rows.setdefault(row.protocol, []).append(row)
    days = {protocol: closure_day(found) for protocol, found in rows.items()}
    return {protocol: first for protocol, first in days.items() if first and first <= day}


def protocol_states(assessment: Assessment, day: date) -> Mapping[str, str]:
    """What each protocol that somebody has a row on is certainly in on a day: closed, suspended, on_hold, lapsed (an approval was
    there and is over), not_approved (none was) or open. Nothing lapses where nobody is asked for an approval.
    """
    about: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        kind = kinds.of(finding.requirement)
        if finding.scope.protocol and (kind.stops or kind.approves):
            about.setdefault(finding.scope.protocol, []).append(finding)
    closed = closed_on(assessment, day)
    return {protocol: "closed" if protocol in closed else _state(found, day) for protocol, found in about.items()}


def _state(findings: Iterable[Finding], day: date) -> str:
    found = {_word(finding, day) for finding in findings if finding.met.at(day) is Answer.NO}
    return next((word for word in ("suspended", "on_hold", "lapsed", "not_approved") if word in found), "open")


def _word(finding: Finding, day: date) -> str:
    """What a finding that certainly fails says of its protocol; "" where nobody asks for it."""
    if kinds.of(finding.requirement).stops:
        return "on_hold" if finding.obligation.evidence.holds else "suspended"
    asked = finding.obligation.asked.get(finding.scope.protocol)
    if asked is None or asked.at(day) is not Answer.YES:
        return ""
    return "lapsed" if finding.own.sure & Timeline.between(None, day) else "not_approved"

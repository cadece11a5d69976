"""What changed since last week's digest.

Two judged snapshots are compared, each on its own day; a change recorded late shows as changed now.
"""

from __future__ import annotations

from datetime import date

from onboard.dates import show, show_near
from onboard.judging.appointments import stay, stays
from onboard.judging.readiness import belongs_on, cleared_on, ready_span
from onboard.model import Approval, ApprovalKind, Assessment, Cleared, Line, Readiness, Section
from onboard.model.phrases import joined, phrase
from onboard.planning.blockers import blocks
from onboard.planning.closures import left_to_end
from onboard.planning.digests.scope import View
from onboard.planning.lab_day import Desk
from onboard.planning.lines import coordinator
from onboard.planning.people import codes, named
from onboard.planning.receipts import goes_on
from onboard.planning.told import may_name
from onboard.timeline import Answer


def since_lines(desk: Desk, view: View, previous: Assessment) -> list[Line]:
    """Joined and left, newly cleared, newly blocked, and news of the protocols' approvals."""
    moved = [line for person in view.people for line in _moves(desk, person, previous)]
    before = {(r.person, r.protocol): cleared_on(r, previous.read_on) for r in previous.readiness if r.task is None}
    rows = [r for p in view.people for r in desk.rows(p) if r.task is None and r.protocol in view.protocols and desk.working(r)]
    turned = [line for row in rows if (line := _turn(desk, row, before.get((row.person, row.protocol))))]
    known = {a.evidence for a in previous.approvals}
    news = [a for a in desk.assessment.approvals if a.evidence not in known and a.protocol in view.protocols and a.placed]
    news = [a for a in news if a.protocol not in desk.closed or (a.kind is ApprovalKind.CLOSURE and not desk.over(a.protocol))]
    return turned + moved + [_approval_line(desk, row) for row in sorted(news, key=lambda a: (a.protocol, a.evidence))]


def _turn(desk: Desk, row: Readiness, before: Cleared | None) -> Line | None:
    now, code = cleared_on(row, desk.today), codes(desk, [row.protocol])
    if now is Cleared.CLEARED and before is not Cleared.CLEARED and not goes_on(desk, row):
        return _line(
            desk,
            row.person,
            code,
            phrase("digest.records_complete", protocol=code),
            ready_span(row, desk.today)[0],
            Cleared.CLEARED,
        )
    if now is Cleared.BLOCKED and before in (Cleared.CLEARED, Cleared.UNKNOWN):
        edges = [b.edge for b in blocks(desk, row.person, [row.protocol]) if b.edge and may_name(desk, row.person, b.edge)]
        since = min((edge.since for edge in edges), default=None)
        return (
            _line(desk, row.person, code, phrase("digest.blocked_on", protocol=code), since, Cleared.BLOCKED) if edges else None
        )
    return None


def _moves(desk: Desk, person: str, previous: Assessment) -> list[Line]:
    was, now = belongs_on(previous, person, previous.read_on), desk.belongs(person)
    whole = stay(desk.assessment, person, desk.today)
    if whole and whole[0] <= previous.read_on:  # between two appointments of one stay
        return []
    run = stays(desk.assessment, person)
    if was is Answer.YES and now is Answer.NO:
        last = run.end()
        title = phrase("digest.left_on", day=show(last)) if last else phrase("digest.left")
        return [_line(desk, person, "", title, None, "")]
    if was is Answer.NO and now is Answer.YES:
        days = run.run_at(desk.today)
        first = days[0] if days else None
        title = phrase("digest.joined_on", day=show(first)) if first else phrase("digest.joined")
        return [_line(desk, person, "", title, None, "")]
    return []


def _line(desk: Desk, person: str, code: str, title: str, since: date | None, status: str) -> Line:
    return Line(
        key="",
        section=Section.SINCE,
        title=title,
        person=person,
        name=named(desk, person),
        protocol=code,
        status=status,
        since=since,
    )


def _approval_line(desk: Desk, row: Approval) -> Line:
    code = codes(desk, [row.protocol])
    if row.protocol in desk.closed:
        return _closed_line(desk, row.protocol)
    return Line(
        key="",
        section=Section.SINCE,
        title=phrase(f"approval_news.{row.kind.value}", protocol=code),
        why=phrase("digest.approved_through", day=show_near(row.last, desk.today)) if isinstance(row.last, date) else "",
        protocol=code,
        since=row.first if isinstance(row.first, date) else None,
    )


def _closed_line(desk: Desk, protocol: str) -> Line:
    code, day, left = codes(desk, [protocol]), desk.closed[protocol], left_to_end(desk, protocol)
    asked = phrase("ended_study.coordinator", name=coordinator(desk), left=left) if left else ""
    return Line(
        key="",
        section=Section.SINCE,
        title=phrase("ended_study.closed_on", protocol=code, day=show(day)),
        why=joined(" ", [phrase("ended_study.not_counted"), *([asked] if asked else [])]),
        protocol=code,
        since=day,
    )

"""What changed since last week's digest.

Two judged snapshots are compared, each on its own day; a change recorded late shows as changed now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import show, show_near
from onboard.judging.appointments import stay, stays
from onboard.judging.readiness import belongs_on, cleared_on, ready_span
from onboard.model import Approval, ApprovalKind, Assessment, Cleared, Concerned, Line, Readiness, Section
from onboard.model.phrases import joined, phrase
from onboard.planning.blockers import blocks
from onboard.planning.causes import LAW, cause_of
from onboard.planning.closures import left_to_end
from onboard.planning.digests.scope import View
from onboard.planning.groups import may_read
from onboard.planning.lab_day import Desk
from onboard.planning.lines import coordinator
from onboard.planning.people import codes, named
from onboard.planning.receipts import goes_on
from onboard.timeline import Answer


def since_lines(desk: Desk, view: View, previous: Assessment) -> list[Line]:
    """Joined and left, newly cleared, newly blocked, and news of the protocols' approvals; a line for each protocol and turn.

    Who is blocked by a study-wide stop, or by its closure, is counted in the line about that.
    """
    moved = [line for person in view.people for line in _moves(desk, person, previous)]
    before = {(r.person, r.protocol): cleared_on(r, previous.read_on) for r in previous.readiness if r.task is None}
    rows = [r for p in view.people for r in desk.rows(p) if r.task is None and r.protocol in view.protocols and desk.working(r)]
    turned: dict[tuple[str, Cleared], list[Readiness]] = {}
    for row in rows:
        turn = _turn(desk, view, row, before.get((row.person, row.protocol)))
        if turn:
            turned.setdefault((row.protocol, turn), []).append(row)
    known = {a.evidence for a in previous.approvals}
    news = [a for a in desk.assessment.approvals if a.evidence not in known and a.protocol in view.protocols and a.placed]
    news = [a for a in news if a.protocol not in desk.closed or (a.kind is ApprovalKind.CLOSURE and not desk.over(a.protocol))]
    lines = [_turn_line(desk, view, protocol, turn, found) for (protocol, turn), found in turned.items()]
    ordered = sorted(news, key=lambda a: (a.protocol, a.evidence))
    return lines + moved + [_approval_line(desk, row) for row in ordered]


def _turn(desk: Desk, view: View, row: Readiness, before: Cleared | None) -> Cleared | None:
    now = cleared_on(row, desk.today)
    if now is Cleared.CLEARED and before is not Cleared.CLEARED and not goes_on(desk, row):
        return now
    if now is Cleared.BLOCKED and before in (Cleared.CLEARED, Cleared.UNKNOWN):
        stopped = [b for b in blocks(desk, row.person, [row.protocol]) if not LAW[cause_of(b.finding, desk.today).cls].one_stop]
        return now if any(may_read(desk, view.reader, row.person, b) for b in stopped) else None
    return None


#: So many names a line about a turn shows.
_NAMES = 4


def _turn_line(desk: Desk, view: View, protocol: str, turn: Cleared, rows: Sequence[Readiness]) -> Line:
    """``STEP-HF: Kenji Tanaka and 3 more cleared``."""
    mine = sorted((row.person for row in rows), key=lambda person: person != view.reader)
    names = [phrase("digest.you") if person == view.reader else named(desk, person) for person in mine[:_NAMES]]
    if len(mine) > _NAMES:
        names.append(phrase("groups.more", count=len(mine) - _NAMES))
    said = phrase("groups.and", first=joined(", ", names[:-1]), last=names[-1]) if len(names) > 1 else names[0]
    words = "digest.turned_cleared" if turn is Cleared.CLEARED else "digest.turned_blocked"
    starts = [day for row in rows if (day := _turned_on(desk, row, turn))]
    code = codes(desk, [protocol])
    return replace(
        _line(desk, "", code, phrase(words, protocol=code, names=said), max(starts, default=None), turn),
        people=tuple(Concerned(record=row.person, name=named(desk, row.person)) for row in rows),
    )


def _turned_on(desk: Desk, row: Readiness, turn: Cleared) -> date | None:
    if turn is Cleared.CLEARED:
        return ready_span(row, desk.today)[0]
    return min((b.edge.since for b in blocks(desk, row.person, [row.protocol]) if b.edge), default=None)


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
        name=named(desk, person) if person else "",
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

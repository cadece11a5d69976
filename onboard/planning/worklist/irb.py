"""Changes of personnel to file with the IRB, one batch a protocol.

It decides whom to add and to remove, and whose change would be returned because a course is missing (complete before you file,
as UTHSCSA enforces).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onboard.dates import plus_days, show
from onboard.judging import kinds
from onboard.judging.appointments import stay
from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import Line, Section
from onboard.model.phrases import Phrase, joined, phrase
from onboard.planning.deadlines import Edge, edges
from onboard.planning.lab_day import Desk
from onboard.planning.people import codes, named, typed
from onboard.planning.worklist.submissions import short_at_submission, short_words
from onboard.planning.worklist.today import listed_here


def irb_lines(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """One line for each protocol with a change to file, by short code; links to the first form to fill in.

    Left out: who is stopped today for it, whom the list begins with.
    """
    stopped = listed_here(desk)
    adds = [edge for edge in _adds(desk) if (edge.person, edge.scope.protocol) not in stopped]
    removals = [m for m in reconcile(desk.assessment, desk.today) if m.kind is MismatchKind.LEFT_LISTED]
    protocols = {e.scope.protocol for e in adds} | {m.protocol for m in removals}
    made = [
        _batch(
            desk,
            protocol,
            [e for e in adds if e.scope.protocol == protocol],
            [m for m in removals if m.protocol == protocol],
            links,
        )
        for protocol in protocols
    ]
    return sorted(made, key=lambda line: line.title)


def _adds(desk: Desk) -> list[Edge]:
    """Return listings certainly needed today or soon that were not submitted.

    Only of people whose form is Complete.
    """
    until = plus_days(desk.today, desk.lab.cadence.next_days)
    people = set(typed(desk))
    wanted = [f for f in desk.assessment.findings if kinds.of(f.requirement).filed and f.person in people]
    found = [e for e in edges(wanted, desk.today) if e.gap <= until and not e.started]
    return [e for e in found if stay(desk.assessment, e.person, desk.today)]


def _batch(desk: Desk, protocol: str, adds: Iterable[Edge], removals: Iterable[Mismatch], links: Callable[[str], str]) -> Line:
    adds, removals = list(adds), list(removals)
    words = [_add_words(desk, edge) for edge in adds] + [_removal_words(desk, m) for m in removals]
    code = codes(desk, [protocol])
    forms = [f"listing/{e.person}/" for e in adds] + [e for m in removals for e in m.evidence]
    return Line(
        key="",
        section=Section.IRB,
        title=phrase("worklist.irb", protocol=code, changes=joined(", ", words)),
        act=phrase("worklist.irb_then"),
        protocol=code,
        url=next((url for form in forms if (url := links(form))), ""),
    )


def _add_words(desk: Desk, edge: Edge) -> Phrase:
    day = max(edge.gap, desk.today)
    missing = short_at_submission(desk.assessment, edge.person, edge.scope.protocol, day)
    name, titles = named(desk, edge.person), joined(", ", [short_words(finding, day) for finding in missing])
    return phrase("worklist.irb_add_short", name=name, titles=titles) if missing else phrase("worklist.irb_add", name=name)


def _removal_words(desk: Desk, mismatch: Mismatch) -> Phrase:
    last = plus_days(mismatch.since, -1) if mismatch.since else None
    name = named(desk, mismatch.people[0])
    return phrase("worklist.irb_remove_left", name=name, day=show(last)) if last else phrase("worklist.irb_remove", name=name)

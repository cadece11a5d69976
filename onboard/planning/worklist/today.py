"""The urgent part of a worklist: blocked work, and evidence to check.

Each line has a sentence, what was done meanwhile, and the one form to open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from onboard.dates import show
from onboard.judging import kinds
from onboard.judging.appointments import stay
from onboard.judging.kinds import actor
from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import Checked, Completion, Finding, Ground, Line, Section, Status, Waiting
from onboard.model.evidence_id import EvidenceId
from onboard.model.phrases import Phrase, phrase
from onboard.model.records import record_order
from onboard.planning.blockers import Block, blocked_line, blocks, cause_words, together
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name, why_for_others
from onboard.planning.people import named, typed
from onboard.planning.worklist.mismatches import mismatch_line

Links = Callable[[str], str]

# blocks work ----------------------------------------------------------------------------------------------------------


def blocks_work_lines(desk: Desk, links: Links) -> list[Line]:
    """Return everyone who certainly may not do work they have today.

    What the coordinator settles comes first, then the oldest. Causes with the same next actor share a line. People whose form is
    half-typed are listed below the mail problems only.
    """
    found = []
    for person in sorted(typed(desk), key=record_order):
        for causes in together(blocks(desk, person), lambda b: f"{actor(b.finding.requirement)} {_act(desk, b)}"):
            found.append((actor(causes[0].finding.requirement), _line(desk, person, causes, links)))
    ours = {"coordinator": 0, "pi": 1, "you": 2}
    ordered = sorted(found, key=lambda p: (ours.get(p[0], 3), p[1].since or desk.today, p[1].name, p[1].title))
    return [line for _, line in ordered]


def _line(desk: Desk, person: str, causes: Sequence[Block], links: Links) -> Line:
    first = causes[0]
    whose = actor(first.finding.requirement)
    why = cause_words(causes, lambda b: _why(desk, b), most=len(causes))
    return replace(
        blocked_line(desk, person, causes, Section.BLOCKS_WORK, why),
        act=_act(desk, first),
        url=links(_form(first)),
        owner="" if whose == "coordinator" else actor_name(desk, first.finding, first.protocols),
    )


def _why(desk: Desk, block: Block) -> str:
    """Return why it is open.

    A filed listing waits for the IRB, whatever else is in its row.
    """
    rows = block.finding.obligation.evidence.listings if _filed(block) else ()
    filed = [row.submitted for row in rows if isinstance(row.submitted, date) and row.approved is None and row.removed is None]
    if filed:
        return phrase("worklist.waits_for_irb", day=show(max(filed)))
    return why_for_others(block.finding, desk.today, block.edge)


def _filed(block: Block) -> bool:
    return kinds.of(block.finding.requirement).filed and block.edge is not None and block.edge.in_hand


def _form(block: Block) -> str:
    """Return the deciding evidence, else the form of the record that would hold it."""
    finding = block.finding
    shown = max((g for g in finding.grounds if g.evidence), key=lambda g: (g.dated or date.min, g.evidence), default=None)
    if shown:
        return shown.evidence
    kind = kinds.of(finding.requirement)
    if kind.protocol_form and finding.scope.protocol:
        return f"{kind.protocol_form}/{finding.scope.protocol}/"
    return f"{kind.form}/{finding.person}/"


#: What stops a protocol and is lifted in a way of its own; all else is lifted as a hold is.
_LIFTED = ("suspension", "closure")


def _act(desk: Desk, block: Block) -> str:
    requirement = block.finding.requirement
    kind = kinds.of(requirement)
    if _filed(block):
        return phrase("acts.enter_approved")
    if kind.dated_act and actor(requirement) == "coordinator":
        return phrase("acts.enter_date")
    if kind.act == "lift":
        return phrase(f"acts.lift_{requirement.id if requirement.id in _LIFTED else 'hold'}")
    return phrase(f"acts.{kind.act}") if kind.act else ""


# waits for your eyes --------------------------------------------------------------------------------------------------


def to_check_lines(desk: Desk, links: Links) -> list[Line]:
    """Return unchecked evidence, oldest first, then waivers not approved yet.

    Last come delegations that began before their training.
    """
    handed = [c for rows in desk.assessment.completions.values() for c in rows if _waits(desk, c)]
    completions = [_completion_line(desk, c, links) for c in sorted(handed, key=_when)]
    waivers = [_waiver_line(desk, person, g, links) for person, g in _waivers(desk)]
    early = [m for m in reconcile(desk.assessment, desk.today) if m.kind is MismatchKind.DELEGATED_BEFORE_TRAINED]
    delegations = [_early_line(desk, m, links) for m in early if m.until is None]
    return completions + waivers + delegations + [_waiting_line(desk, one) for one in desk.assessment.waiting]


def _waiting_line(desk: Desk, waiting: Waiting) -> Line:
    return Line(
        key="",
        section=Section.EYES,
        title=waiting.title,
        why=waiting.why,
        act=waiting.act,
        person=waiting.person,
        name=named(desk, waiting.person) if waiting.person in desk.assessment.people else "",
        since=waiting.since,
    )


def _waits(desk: Desk, completion: Completion) -> bool:
    return completion.checked is Checked.WAITING and stay(desk.assessment, completion.person, desk.today) is not None


def _when(completion: Completion) -> tuple[date, str]:
    return (completion.completed if isinstance(completion.completed, date) else date.max), completion.evidence


def _completion_line(desk: Desk, completion: Completion, links: Links) -> Line:
    day = completion.completed
    return Line(
        key="",
        section=Section.EYES,
        title=completion.course or phrase("worklist.no_course"),
        why=phrase("worklist.passed", day=show(day)) if isinstance(day, date) else phrase("worklist.passed_unreadable"),
        act=_decide_words(desk, completion),
        person=completion.person,
        name=named(desk, completion.person),
        status=Status.PENDING,
        url=links(completion.evidence),
    )


def _decide_words(desk: Desk, completion: Completion) -> Phrase:
    """What came in by survey is decided about on the form of reviews, which names the row."""
    if completion.source != "survey" or not desk.assessment.review_form:
        return phrase("worklist.decide")
    number = EvidenceId.parse(completion.evidence).instance
    return phrase("worklist.decide_in_review", form=desk.assessment.review_form, row=number)


def _waivers(desk: Desk) -> list[tuple[str, Ground]]:
    found = {g.evidence: (f.person, g) for f in desk.assessment.findings for g in _waivers_of(f) if g.claim}
    return [found[evidence] for evidence in sorted(found)]


def _waivers_of(finding: Finding) -> list[Ground]:
    """Also those for one protocol of what is asked once for all."""
    return [ground for ground in chain(finding.grounds, *finding.local.values()) if ground.waiver]


def _waiver_line(desk: Desk, person: str, ground: Ground, links: Links) -> Line:
    return Line(
        key="",
        section=Section.EYES,
        title=phrase("worklist.waiver"),
        act=phrase("worklist.waiver_do"),
        person=person,
        name=named(desk, person),
        status=Status.PENDING,
        url=links(ground.evidence),
    )


def _early_line(desk: Desk, mismatch: Mismatch, links: Links) -> Line:
    return mismatch_line(desk, mismatch, Section.EYES, phrase("worklist.early"), phrase("worklist.early_do"), links)

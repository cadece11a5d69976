"""The urgent part of a worklist: blocked work, and evidence to check.

Each line has a sentence, what was done meanwhile, and the one form to open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain

from onboard.dates import show
from onboard.folding import counted
from onboard.judging import kinds
from onboard.judging.appointments import stay
from onboard.judging.kinds import actor
from onboard.judging.readiness import status_on
from onboard.judging.reconcile import Mismatch, MismatchKind, reconcile
from onboard.model import Checked, Completion, Concerned, Finding, Ground, Line, Section, Status, Waiting
from onboard.model.evidence_id import EvidenceId
from onboard.model.phrases import Phrase, joined, phrase
from onboard.model.records import record_order
from onboard.planning.blockers import Block
from onboard.planning.causes import LAW, Class
from onboard.planning.groups import SHOWN, Group, concerned, groups, head, told, who, whose
from onboard.planning.lab_day import Desk
from onboard.planning.lines import actor_name
from onboard.planning.papers import paper_words
from onboard.planning.people import codes, named, typed
from onboard.planning.worklist.mismatches import mismatch_line
from onboard.planning.worklist.submissions import short_at_submission, short_words

Links = Callable[[str], str]

# blocks work ----------------------------------------------------------------------------------------------------------


def blocks_work_lines(desk: Desk, links: Links) -> list[Line]:
    """Return a line for each cause that stops work, with everyone it stops: what the coordinator can clear, then what waits for
    the PI, then what waits for the people.

    Within each what stops most people first. People whose form is half-typed are listed below the mail problems only.
    """
    found = groups(desk, sorted(typed(desk), key=record_order))
    lines = [(len(g.members), _line(desk, g, links)) for g in found]
    ordered = sorted(lines, key=lambda p: (_PLACES.index(p[1].section), -p[0], p[1].since or desk.today, p[1].title))
    return [line for _, line in ordered]


_PLACES = (Section.BLOCKS_WORK, Section.WAITS_PI, Section.WAITS_PEOPLE, Section.UNREADABLE)


def listed_here(desk: Desk) -> frozenset[tuple[str, str]]:
    """(person, protocol) of whom `blocks_work_lines` says that they are not on the IRB list."""
    found = groups(desk, typed(desk))
    filed = (g for g in found if kinds.of(g.finding.requirement).filed)
    return frozenset((m.person, g.protocol) for g in filed for m in g.members)


def _line(desk: Desk, group: Group, links: Links) -> Line:
    first = group.members[0].block
    section = LAW[group.cls].worklist or Section.BLOCKS_WORK
    study = LAW[group.cls].one_stop
    people = concerned(desk, group, lambda block: "" if study else links(_form(block)))
    names = who(desk, group, shown=SHOWN if study else len(group.members))
    line = Line(
        key="",
        section=section,
        title=_title(desk, group, people, names),
        headline=_paused(desk, group, people) if study else "",
        why=joined(" ", _returned(desk, group)),
        act=_act(desk, first),
        url=links(_form(first)) if len(group.members) == 1 or study else "",
        owner="" if section is Section.BLOCKS_WORK else _owner(desk, group),
        knows=told(desk, group),
        status=status_on(first.finding, desk.today),
        since=group.since(),
        people=people,
        hard=True,
    )
    return whose(desk, group, line)


def _paused(desk: Desk, group: Group, people: Sequence[Concerned]) -> Phrase:
    """``STEP-HF: 8 people paused``, for the subject."""
    count = counted(len({one.record for one in people}), "person", "people")
    return phrase("needs.paused_news", protocol=codes(desk, [group.protocol]), people=count)


def _title(desk: Desk, group: Group, people: Sequence[Concerned], names: str) -> Phrase:
    """``STEP-HF: not on the IRB list: Ada Nwosu``; of a study-wide stop how many people are paused."""
    if LAW[group.cls].one_stop:
        return phrase(
            "needs.news", title=head(desk, group), people=counted(len({one.record for one in people}), "person", "people")
        )
    return phrase("groups.who", cause=head(desk, group), names=names)


def _owner(desk: Desk, group: Group) -> str:
    first = group.members[0].block
    return "" if group.cls is Class.OWN else actor_name(desk, first.finding, first.protocols)


def _returned(desk: Desk, group: Group) -> list[str]:
    """Whose change the IRB would return, because a course is missing."""
    found: list[str] = []
    for member in group.members:
        finding = member.block.finding
        if kinds.of(finding.requirement).filed and not _filed(member.block):
            missing = short_at_submission(desk.assessment, member.person, finding.scope.protocol, desk.today)
            if missing:
                titles = joined(", ", [short_words(one, desk.today) for one in missing])
                found.append(phrase("worklist.returned", name=named(desk, member.person), titles=titles))
    return found


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
        paste=waiting.paste,
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
        why=_with_paper(desk, completion, day),
        act=_decide_words(desk, completion),
        person=completion.person,
        name=named(desk, completion.person),
        status=Status.PENDING,
        url=links(completion.evidence),
    )


def _with_paper(desk: Desk, completion: Completion, day: object) -> Phrase:
    """When it was passed, as typed, and what the file that came with it says."""
    who = named(desk, completion.person)
    passed = phrase("worklist.passed", day=show(day), name=who) if isinstance(day, date) else phrase("worklist.passed_unreadable")
    said = paper_words(desk.assessment.papers.get(completion.evidence), completion)
    return joined(" ", (passed, said)) if said else passed


def _decide_words(desk: Desk, completion: Completion) -> Phrase:
    """What came in by survey is decided about on the form of reviews, which names the row."""
    if completion.source != "survey" or not desk.assessment.review_form:
        return phrase("worklist.decide", name=named(desk, completion.person))
    number = EvidenceId.parse(completion.evidence).instance
    return phrase("worklist.decide_in_review", form=desk.assessment.review_form, row=number, name=named(desk, completion.person))


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

"""Records to correct and mail that does not arrive.

First the correction that clears most people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from onboard.dates import clock_words, show
from onboard.folding import counted
from onboard.judging import kinds
from onboard.judging.appointments import stay
from onboard.judging.readiness import status_on
from onboard.model import Closed, Fault, Finding, Line, MessageKind, Problem, Section, Standing, Status
from onboard.model.evidence_id import EvidenceId
from onboard.model.phrases import Phrase, joined, phrase
from onboard.model.records import record_order
from onboard.planning import item_keys
from onboard.planning.addresses import address_of, normal
from onboard.planning.deadlines import edges, told_on
from onboard.planning.lab_day import Desk
from onboard.planning.notices import mails_to
from onboard.planning.people import green_light, here, named, sharing
from onboard.planning.standing import standings


def unreadable_lines(desk: Desk, first_seen: Mapping[str, date], links: Callable[[str], str]) -> list[Line]:
    """Return every problem with its next step and the number of people it affects.

    Most people first; then facts that are not recorded.
    """
    unknown = [f for f in desk.assessment.findings if status_on(f, desk.today) is Status.UNKNOWN]
    told_here = [p for p in desk.assessment.problems if not _told_below(desk, p)]
    waiting = {p.key: _waiting(unknown, p) for p in told_here}
    ordered = sorted(told_here, key=lambda p: (-len(waiting[p.key]), p.key))
    found = [_line(desk, p, waiting[p.key], first_seen.get(p.key, desk.today), links) for p in ordered]
    return found + _unrecorded(desk, links)


#: How the keys of problems with addresses begin.
_MALFORMED, _NO_ADDRESS, _SAME_ADDRESS = "malformed-address/", "no-address/", "duplicate: the address "


def _told_below(desk: Desk, problem: Problem) -> bool:
    """Whether another line says the same: a bad address is listed once."""
    if problem.key.startswith(_NO_ADDRESS):
        return any(_malformed(desk, person) or _unreachable(desk, person) for person in problem.people)
    return any(problem.key.startswith(f"{_SAME_ADDRESS}{address}/") for address in sharing(desk))


def _malformed(desk: Desk, record: str) -> bool:
    """Whether a cell of the person holds something that is not an address.

    The line of that cell says what to type.
    """
    return any(p.key.startswith(_MALFORMED) and record in p.people for p in desk.assessment.problems)


def _waiting(unknown: Sequence[Finding], problem: Problem) -> frozenset[str]:
    """People of whom something is unknown because of a problem."""
    named_in = {f.person for f in unknown if f.person in problem.people}
    caused = {f.person for f in unknown for g in f.grounds if g.problem and g.problem.key == problem.key}
    return frozenset(named_in | caused)


def _line(desk: Desk, problem: Problem, waiting: frozenset[str], seen: date, links: Callable[[str], str]) -> Line:
    person = problem.people[0] if len(problem.people) == 1 else ""
    return Line(
        key=item_keys.problem(problem.key, seen),
        section=Section.UNREADABLE,
        title=problem.what,
        why=_waiting_words(desk, waiting),
        act=problem.next_step,
        paste=problem.paste,
        person=person,
        name=named(desk, person) if person else "",
        status=Status.UNKNOWN,
        since=seen,
        url=links(str(problem.place)),
    )


def _waiting_words(desk: Desk, people: frozenset[str]) -> str:
    if not people:
        return phrase("trouble.nobody_waits")
    return joined(" ", (_waiting_for(desk, people), _meanwhile(desk, people)))


def _waiting_for(desk: Desk, people: frozenset[str]) -> Phrase:
    names, count = ", ".join(named(desk, p) for p in sorted(people, key=record_order)[:3]), len(people)
    if count == 1:
        return phrase("trouble.one_waits", name=names)
    if count > 3:
        return phrase("trouble.many_wait", count=count, names=names, more=count - 3)
    return phrase("trouble.some_wait", count=count, names=names)


def _meanwhile(desk: Desk, people: frozenset[str]) -> str:
    """What those who wait heard so far about what is in doubt."""
    open_now = (edge for p in people for edge in edges(desk.findings(p), desk.today) if edge.doubted)
    told = {edge.person for edge in open_now if told_on(desk, edge)}
    if not told:
        return phrase("trouble.not_told")
    return phrase("trouble.told" if told == people else "trouble.some_told")


def _unrecorded(desk: Desk, links: Callable[[str], str]) -> list[Line]:
    """Return facts not recorded: verdicts are unknown though no cell is wrong."""
    missing: dict[tuple[str, str, str], set[str]] = {}
    for finding in desk.assessment.findings:
        if kinds.of(finding.requirement).fact and _matters(desk, finding):
            owner = finding.scope.protocol or finding.person
            form = "approval" if finding.scope.protocol else "appointment"
            missing.setdefault((form, owner, finding.requirement.title), set()).add(finding.person)
    ordered = sorted(missing.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_unrecorded_line(desk, *what, frozenset(people), links) for what, people in ordered]


def _matters(desk: Desk, finding: Finding) -> bool:
    """Whether it is unknown today for a person who is here.

    For a fact of a protocol: a person who works on it.
    """
    protocol = finding.scope.protocol
    if finding.obligation.evidence.unplaced:  # each of those rows is a problem of its own
        return False
    if status_on(finding, desk.today) is not Status.UNKNOWN or not here(desk, finding.person):
        return False
    return not protocol or protocol in desk.protocols_today(finding.person)


def _unrecorded_line(desk: Desk, form: str, owner: str, title: str, people: frozenset[str], links: Callable[[str], str]) -> Line:
    protocol = desk.assessment.protocols.get(owner) if form == "approval" else None
    return Line(
        key="",
        section=Section.UNREADABLE,
        title=phrase("trouble.unrecorded", title=title),
        why=_waiting_words(desk, people),
        act=phrase("trouble.fill_in"),
        name="" if protocol else named(desk, owner),
        protocol=protocol.label if protocol else "",
        status=Status.UNKNOWN,
        url=links(str(EvidenceId(instrument=form, record=owner))),
    )


# mail -----------------------------------------------------------------------------------------------------------------


def mail_lines(desk: Desk, trouble: Sequence[str]) -> list[Line]:
    """Return the lines about mail that does not arrive.

    Addresses that refuse mail, what came back unclearly, addresses two records share, people who cannot be written to, and what
    the outbox says.
    """
    found = _clock(desk) + [_refused(desk, address, one) for address, one in _refusing(desk).items()]
    found += [_shared(desk, address, records) for address, records in _shared_still(desk)]
    for person in sorted(desk.assessment.people, key=record_order):
        words = _unreachable(desk, person)
        if words:
            found.append(_mail(title=words[0], act=words[1], person=person, name=named(desk, person)))
    found += [_unclear(said) for said in desk.history.unclear]
    if desk.history.parked:
        count = desk.history.parked
        title = phrase("trouble.parked", mails=counted(count, "mail"))
        found.append(_mail(title=title, act=phrase("trouble.ask_operator")))
    return found + [_mail(title=sentence) for sentence in trouble]


def _clock(desk: Desk) -> list[Line]:
    """A clock that is wrong by minutes now may be wrong by days tomorrow."""
    words = clock_words(desk.assessment.clock_ahead)
    return [_mail(title=words, act=phrase("trouble.set_clock"))] if words else []


def _mail(*, title: str, why: str = "", act: str = "", person: str = "", name: str = "") -> Line:
    return Line(key="", section=Section.MAIL, title=title, why=why, act=act, person=person, name=name)


def _refusing(desk: Desk) -> dict[str, Closed]:
    """Every address that does not take our mail, from the first refusal on; the operator's first, then a PI's."""
    found = {a: one for a, one in standings(desk.history, desk.today).items() if one.standing is not Standing.OPENED}
    leads = {protocol.pi for protocol in desk.assessment.protocols.values()}
    operator = normal(desk.lab.operator)

    def rank(address: str) -> tuple[bool, bool, str]:
        return address != operator, not leads.intersection(_owners(desk, address)), address

    return {address: found[address] for address in sorted(found, key=rank)}


def _owners(desk: Desk, address: str) -> list[str]:
    found = desk.assessment.people.items()
    return [r for r, p in found if address in (normal(p.university_email), normal(p.personal_email))]


def _refused(desk: Desk, address: str, one: Closed) -> Line:
    owner = next(iter(_owners(desk, address)), "")
    operator = address == normal(desk.lab.operator)
    who = named(desk, owner) if owner else ""
    days = ", ".join(show(day) for day in one.days)
    return _mail(
        title=phrase("trouble.operator_refused") if operator else _refused_title(address, one, who),
        why=phrase("trouble.full_since" if one.fault is Fault.MAILBOX else "trouble.refused_on", days=days, words=one.words),
        act=joined(" ", [said for said in (_refused_act(one, owner), _no_digest(desk, address, owner)) if said]),
        person=owner,
        name=who,
    )


def _no_digest(desk: Desk, address: str, owner: str) -> str:
    """Return the line for a PI who cannot be reached: show them the week."""
    if not any(protocol.pi == owner for protocol in desk.assessment.protocols.values()):
        return ""
    last = max(mails_to(desk, address, MessageKind.DIGEST), default=None)
    return phrase("trouble.no_digest_since", day=show(last)) if last else phrase("trouble.no_digest")


def _refused_title(address: str, one: Closed, who: str) -> str:
    if one.standing is Standing.CLOSED:
        return phrase("trouble.closed", address=address, day=show(one.until))
    if one.fault is Fault.MAILBOX:
        return phrase("trouble.full", whose=who or address)
    return phrase("trouble.refused", address=address)


def _refused_act(one: Closed, record: str) -> str:
    mend = phrase("trouble.tell_otherwise")
    if one.fault is Fault.ADDRESS:
        mend = phrase("trouble.correct_in_record", record=record) if record else phrase("trouble.correct")
    return joined(" ", (mend, phrase("trouble.tried_again", day=show(one.until))))


def _shared_still(desk: Desk) -> list[tuple[str, tuple[str, ...]]]:
    """Addresses several people have; one that refuses mail is said above."""
    return [(a, records) for a, records in sorted(sharing(desk).items()) if a not in _refusing(desk)]


def _unclear(said: str) -> Line:
    return _mail(
        title=phrase("trouble.came_back"),
        why=phrase("trouble.came_back_why", said=said),
        act=phrase("trouble.came_back_act"),
    )


def _shared(desk: Desk, address: str, records: tuple[str, ...]) -> Line:
    return _mail(
        title=phrase("trouble.shared", records=", ".join(records[:-1]), last=records[-1], address=address),
        why=phrase("trouble.shared_why", record=records[0]),
        act=phrase("trouble.shared_act"),
        person=records[0],
    )


def _unreachable(desk: Desk, record: str) -> tuple[str, str] | None:
    person = desk.assessment.people[record]
    if stay(desk.assessment, record, desk.today) is None:
        return None
    if not person.complete:
        return phrase("trouble.not_complete"), phrase("trouble.not_complete_act")
    if green_light(desk, record) and not address_of(person, desk.today) and not _malformed(desk, record):
        return phrase("trouble.no_address"), phrase("trouble.no_address_act")
    return None

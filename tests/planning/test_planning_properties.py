"""What holds for every lab and every order of days: said once, nobody current nudged, the person first."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from onboard.judging.readiness import status_on
from onboard.model import (
    UNREADABLE,
    Assessment,
    Checked,
    History,
    Lab,
    MessageKind,
    Notice,
    ReaderRole,
    Section,
    Status,
)
from onboard.planning.checklists import plan_checklists
from onboard.planning.deadlines import edges
from onboard.planning.digests import plan_digests
from onboard.planning.lab_day import desk_of
from onboard.planning.reminders import plan_introductions, plan_reminders
from onboard.planning.worklist import plan_worklist
from tests.planning.cast import CHEN, RIVERA, TODAY, Book, in_days, lab, send, study

Plan = Callable[[Assessment, History, Lab, date], list[Notice]]
TO_PEOPLE: tuple[Plan, ...] = (plan_checklists, plan_reminders)
ALL: tuple[Plan, ...] = (*TO_PEOPLE, plan_digests, plan_worklist)


@dataclass(frozen=True)
class Member:
    """Somebody as hypothesis draws them; days are counted from today."""

    starts: int
    leaves: int | None
    hsp_ends: int | None
    gcp_ends: int | None
    on_trial: bool
    listed: bool
    supervisor: int
    away: tuple[int, int] | None
    snoozed: int | None
    opted_out: bool
    complete: bool
    address: str | None
    extra: str


def maybe(low: int, high: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(low, high)


members = st.builds(
    Member,
    starts=st.integers(-60, 30) | st.just(-800),
    leaves=maybe(-5, 40),
    hsp_ends=maybe(-30, 100),
    gcp_ends=maybe(-30, 100),
    on_trial=st.booleans(),
    listed=st.booleans(),
    supervisor=st.integers(0, 5),
    away=st.none() | st.tuples(st.integers(-5, 20), st.integers(0, 12)),
    snoozed=maybe(0, 30),
    opted_out=st.booleans(),
    complete=st.sampled_from([True, True, True, False]),
    address=st.sampled_from([None, None, None, "", "shared@northlake.example"]),
    extra=st.sampled_from(["", "", "claim", "unmapped", "unreadable", "enrolled", "declined"]),
)
labs = st.lists(members, min_size=1, max_size=4)
#: One day of a lab, and many days of one.
plans = settings(max_examples=30, deadline=None)
stories = settings(max_examples=8, deadline=None)


def written(people: list[Member]) -> Book:
    """The records of a drawn lab."""
    book = study()
    for number, who in enumerate(people, start=10):
        _write(book, str(number), who)
    return book


def _write(book: Book, record: str, who: Member) -> None:
    leaves = in_days(max(who.leaves, who.starts)) if who.leaves is not None else None
    supervisor = RIVERA if who.supervisor == 0 else str(9 + who.supervisor)
    book.person(
        record,
        f"Given Surname{record}",
        first=in_days(who.starts),
        last=leaves,
        supervisor=supervisor,
        email=who.address,
        complete=who.complete,
    )
    protocol = "P1" if who.on_trial else "P2"
    book.assignment(record, protocol, first=in_days(who.starts))
    if who.listed:
        book.listing(record, protocol, approved=in_days(who.starts))
    for course, ends in (("hsp", who.hsp_ends), ("gcp", who.gcp_ends)):
        if ends is not None:
            book.completion(record, course, in_days(ends - 1096), expires=in_days(ends))
    if who.away:
        book.absence(record, in_days(who.away[0]), in_days(sum(who.away)))
    if who.snoozed is not None or who.opted_out:
        until = None if who.snoozed is None else in_days(who.snoozed)
        book.snooze(record, until=until, opt_out=who.opted_out)
    _extra(book, record, who.extra)


def _extra(book: Book, record: str, extra: str) -> None:
    if extra in ("claim", "declined"):
        checked = Checked.WAITING if extra == "claim" else Checked.DECLINED
        book.completion(record, "hsp", in_days(-2), checked=checked, source="survey")
    elif extra == "unmapped":
        book.completion(record, "Another hsp course", in_days(-2))
    elif extra == "unreadable":
        book.completion(record, "hsp", UNREADABLE)
    elif extra == "enrolled":
        book.enrolment(record, "hsp", in_days(-2))


def said(notices: list[Notice]) -> list[str]:
    return [key for keys in (notice.keys() for notice in notices) for key in keys]


@plans
@given(labs)
def test_keys_are_unique_within_a_plan(people: list[Member]) -> None:
    assessment = written(people).judge()
    for plan in (*ALL, plan_introductions):
        keys = said(plan(assessment, History(), lab(), TODAY))
        assert len(keys) == len(set(keys))


@plans
@given(labs, st.integers(0, 40))
def test_planning_twice_after_sending_plans_nothing(people: list[Member], later: int) -> None:
    today = in_days(later)
    assessment = written(people).judge(today)
    for plan in (plan_checklists, plan_digests, plan_worklist, plan_introductions):
        history = send(History(), plan(assessment, History(), lab(), today), today)
        assert plan(assessment, history, lab(), today) == []
    history = send(History(), plan_reminders(assessment, History(), lab(), today), today)
    again = plan_reminders(assessment, history, lab(), today)
    # Only what was put off for somebody's second mail of the day is left, and that goes to nobody twice.
    assert not set(said(again)) & set(history.items)
    assert {n.reader.address for n in again} <= {m.reader for m in history.mails}


@plans
@given(labs)
def test_nobody_current_is_reminded(people: list[Member]) -> None:
    assessment = written(people).judge()
    near = {(e.person, e.requirement.title): e for e in edges(assessment.findings, TODAY)}
    for notice in plan_reminders(assessment, History(), lab(), TODAY):
        for line in (*notice.section(Section.DUE), *notice.section(Section.BLOCKED)):
            edge = near[line.person, line.title]
            assert (edge.deadline - TODAY).days <= max(edge.requirement.tiers) or line.section is Section.BLOCKED
            assert status_on(edge.finding, edge.gap) is not Status.CURRENT


@plans
@given(labs, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(people: list[Member], shuffler: random.Random) -> None:
    book = written(people)
    plain = [plan(book.judge(), History(), lab(), TODAY) for plan in ALL]
    for rows in book.rows.values():
        shuffler.shuffle(rows)
    assert [plan(book.judge(), History(), lab(), TODAY) for plan in ALL] == plain


@stories
@given(labs, st.sets(st.integers(0, 30), max_size=10))
def test_at_most_one_mail_a_person_and_day_and_each_item_once(people: list[Member], lost: set[int]) -> None:
    book, history, seen = written(people), History(started=True), set[str]()
    for number in sorted(set(range(46)) - lost):
        day = in_days(number)
        assessment = book.judge(day)
        told, over_others = list[str](), list[MessageKind]()
        for plan in (*TO_PEOPLE, plan_digests):
            notices = plan(assessment, history, lab(), day)
            told += [n.reader.address for n in notices if n.kind is not MessageKind.DIGEST]
            over_others += [n.kind for n in notices if n.reader.record == RIVERA]
            keys = said(notices)
            assert not seen & set(keys)
            seen |= set(keys)
            history = send(history, notices, day)
        assert day.weekday() < 5 or told == []
        assert day.weekday() != 0 or MessageKind.ESCALATION not in over_others, "on Mondays the digest says it"
        people_told = [address for address in told if address != "rivera@northlake.example"]
        assert len(people_told) == len(set(people_told)) or _only_over_others(book, day)


def _only_over_others(book: Book, day: date) -> bool:
    """A new hire who supervises somebody gets a mail of each job; the gate then holds the second one."""
    desk = desk_of(book.judge(day), History(), lab(), day)
    supervisors = {a.supervisor for rows in desk.assessment.appointments.values() for a in rows}
    return bool(supervisors - {RIVERA, ""})


@stories
@given(labs, st.sets(st.integers(0, 30), max_size=10))
def test_nothing_about_a_person_reaches_others_before_the_person(people: list[Member], lost: set[int]) -> None:
    book, history = written(people), History(started=True)
    told: dict[str, date] = {}
    for number in sorted(set(range(46)) - lost):
        day = in_days(number)
        assessment = book.judge(day)
        for plan in (*TO_PEOPLE, plan_digests):
            notices = plan(assessment, history, lab(), day)
            for notice in notices:
                if notice.reader.role is ReaderRole.PERSON:
                    told.setdefault(notice.reader.record, day)
                _check_named(notice, told, day)
            history = send(history, notices, day)


#: Work must stop today, and no mail reaches the person.
_MARKED = ("Not told: no address.", "Not told: the address refuses our mail.")
_ABOUT_LAPSES = (Section.ABOUT, Section.BLOCKED_NOW, Section.NEXT)


def _check_named(notice: Notice, told: dict[str, date], day: date) -> None:
    for line in notice.lines:
        if notice.reader.role is ReaderRole.PERSON or line.section not in _ABOUT_LAPSES or not line.person:
            continue
        if line.person in (notice.reader.record, CHEN):
            continue
        marked = line.section is Section.BLOCKED_NOW and line.knows.startswith(_MARKED)
        assert line.person in told or marked, f"{line.person} was never told before {notice.kind}"
        if marked:
            continue
        if notice.kind is MessageKind.ESCALATION and not line.hard:
            assert lab().cadence.calendar.add(told[line.person], 2) <= day


@plans
@given(labs, st.integers(0, 40))
def test_everything_urgent_is_said_by_its_last_working_day(people: list[Member], later: int) -> None:
    """Whoever can be reached today and has a course ending today or over the weekend is told, or was silenced by a row."""
    today = in_days(later)
    if today.weekday() >= 5:
        return
    assessment = written(people).judge(today)
    weekend = today + timedelta(days=2 if today.weekday() == 4 else 0)
    for notice in plan_reminders(assessment, History(), lab(), today):
        if notice.reader.role is not ReaderRole.PERSON:
            continue
        named = {line.title for line in (*notice.section(Section.DUE), *notice.section(Section.BLOCKED))}
        for edge in edges(assessment.by_person[notice.reader.record], today):
            ends_now = edge.ends is not None and today <= edge.ends <= weekend
            quiet = edge.started or assessment.snoozes.get(edge.person)
            assert not ends_now or quiet or edge.requirement.ask in ("coordinator", "pi") or edge.requirement.title in named

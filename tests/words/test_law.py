"""The law of causes: each kind and status in one class, and what each class is told at go-live, on the day, later, at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from onboard.dates import plus_days
from onboard.model import (
    Approval,
    ApprovalKind,
    Checked,
    History,
    Hold,
    ItemState,
    MessageKind,
    Notice,
    RequirementKind,
    Section,
    Status,
    StudyType,
    Task,
)
from onboard.model.phrases import sentences
from onboard.planning.causes import CAUSES, LAW, SIGNED_UP, Class
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_introductions, plan_reminders
from onboard.planning.worklist import plan_worklist
from onboard.rendering import Renderer
from tests.planning.cast import ADA, BRANDT, RIVERA, TODAY, Book, in_days, lab, member, send, study

STARTED = History(started=True)

# the table ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(RequirementKind))
@pytest.mark.parametrize("status", list(Status))
def test_every_kind_and_status_has_a_row(kind: RequirementKind, status: Status) -> None:
    assert (kind, status) in CAUSES, "a row that is missing would be told to no one"


def test_every_class_has_a_law_and_every_cause_its_sentences() -> None:
    assert set(LAW) == set(Class)
    causes = [*CAUSES.values(), SIGNED_UP, *(one for cause in CAUSES.values() for one in cause.by_id.values())]
    for cause in causes:
        assert (cause.words == "") is (cause.cls in (Class.QUIET, Class.AWAY))
        if cause.words:
            assert f"causes.{cause.words}" in sentences() and f"to_you.{cause.words}" in sentences(), cause.words


# each class: go-live, the day, the fourth week, the end ----------------------------------------------------------------


def lab_of_two() -> Book:
    """Dr. Rivera, and Ada on the chart review P2, cleared."""
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA)
    return book


def own() -> Book:
    book = lab_of_two()
    book.drop("completions", person=ADA)
    book.trained(ADA, ends=date(2026, 11, 18))
    return book


def coordinators() -> Book:
    book = lab_of_two()
    book.drop("listings", person=ADA)
    book.assignment(ADA, "P2", "Read charts")
    return book


def in_hand() -> Book:
    book = coordinators()
    book.listing(ADA, "P2", approved=None, submitted=date(2026, 11, 19))
    return book


def study_wide() -> Book:
    book = lab_of_two()
    book.add("holds", Hold(evidence="hold/P2/1", protocol="P2", first=date(2026, 11, 20), last=None))
    return book


def pis() -> Book:
    book = lab_of_two()
    book.assignment(ADA, "P1", "Talk to patients", task=Task.CONSENT)
    book.listing(ADA, "P1")
    return book


STOPS = {
    "own": (own, "Pause CHART: your human subjects course ended 18 Nov 2026"),
    "coordinator": (coordinators, "Pause CHART: you are not on its IRB list yet"),
    "in hand": (in_hand, "Pause CHART: with the IRB since 19 Nov 2026"),
    "study": (study_wide, "Pause CHART: on hold since 20 Nov 2026"),
    "pi": (pis, "Stop consent on STEP-HF: consent is not delegated to you"),
}


def to_ada(notices: list[Notice]) -> Notice | None:
    return next((n for n in notices if n.reader.record == ADA), None)


def headlines(notice: Notice | None) -> list[str]:
    return [line.headline for line in notice.section(Section.BLOCKED)] if notice else []


@pytest.mark.parametrize("name", STOPS)
def test_at_go_live_the_introduction_says_what_stops_whoever_must_act(name: str) -> None:
    make, headline = STOPS[name]
    notice = to_ada(plan_introductions(make().judge(), STARTED, lab(), TODAY))
    assert headline in headlines(notice)
    assert notice and Renderer(lab()).render(notice).subject.startswith("Pause" if name != "pi" else "Stop")
    assert to_ada(plan_introductions(lab_of_two().judge(), STARTED, lab(), TODAY)) is not None, "and to who is cleared, too"


@pytest.mark.parametrize("name", STOPS)
def test_what_the_introduction_said_is_not_said_again_the_next_morning(name: str) -> None:
    book = STOPS[name][0]()
    sent = send(STARTED, plan_introductions(book.judge(), STARTED, lab(), TODAY))
    tomorrow = in_days(1)
    again = headlines(to_ada(plan_reminders(book.judge(tomorrow), sent, lab(), tomorrow)))
    assert again == [] or name == "own", "an own act is reminded by its tiers"


@pytest.mark.parametrize("name", STOPS)
def test_who_is_stopped_today_is_told_today(name: str) -> None:
    make, headline = STOPS[name]
    assert headline in headlines(to_ada(plan_reminders(make().judge(), STARTED, lab(), TODAY)))


#: The days after the first mail on which it is said again, of those looked at.
AGAIN = {
    "own": {7, 14, 28},
    "in hand": {14},  # ten working days
    "coordinator": {28},
    "pi": {28},
    "study": set(),
}


@pytest.mark.parametrize("name", STOPS)
def test_it_is_said_again_when_its_law_says_so_and_on_no_day_before(name: str) -> None:
    make, _ = STOPS[name]
    book = make()
    history = send(STARTED, plan_reminders(book.judge(), STARTED, lab(), TODAY))
    told = set()
    for day in (1, 7, 13, 14, 27, 28):
        notices = [n for n in plan_reminders(book.judge(in_days(day)), history, lab(), in_days(day)) if n.reader.record == ADA]
        if headlines(to_ada(notices)):
            told.add(day)
        history = send(history, notices, in_days(day))
    assert told == AGAIN[name]


@pytest.mark.parametrize("name", STOPS)
def test_when_it_is_over_the_person_is_told_that_work_goes_on(name: str) -> None:
    make, _ = STOPS[name]
    code = "STEP-HF" if name == "pi" else "CHART"
    history = send(STARTED, plan_reminders(make().judge(), STARTED, lab(), TODAY))
    book = lab_of_two()
    if name == "pi":
        book = pis()
        book.delegation(ADA, "P1", Task.CONSENT)
    mail = to_ada(plan_reminders(book.judge(in_days(1)), history, lab(), in_days(1)))
    again = f"You can go on with consent on {code}" if name == "pi" else f"You can work on {code}"
    assert mail and again in [line.title for line in mail.section(Section.CLEARED)]
    history = send(history, [mail], in_days(1))
    after = to_ada(plan_reminders(book.judge(in_days(2)), history, lab(), in_days(2)))
    assert after is None, "once"


#: Where a PI and a coordinator read it on the day.
PLACES = {
    "own": (Section.BLOCKED_NOW, Section.WAITS_PEOPLE),
    "coordinator": (Section.BLOCKED_NOW, Section.BLOCKS_WORK),
    "in hand": (Section.BLOCKED_NOW, Section.BLOCKS_WORK),
    "study": (Section.NEEDS_YOU, Section.WAITS_PI),
    "pi": (Section.NEEDS_YOU, Section.WAITS_PI),
}


@pytest.mark.parametrize("name", STOPS)
def test_the_pi_and_the_coordinator_read_it_in_their_place(name: str) -> None:
    make, _ = STOPS[name]
    history = send(STARTED, plan_reminders(make().judge(), STARTED, lab(), TODAY))
    (digest,) = [n for n in plan_digests(make().judge(), history, lab(), TODAY) if n.reader.record == RIVERA]
    (worklist,) = plan_worklist(make().judge(), history, lab(), TODAY)
    for notice, section in zip((digest, worklist), PLACES[name], strict=True):
        found = [line for line in notice.lines if line.is_about(ADA) and line.section in (*PLACES[name], Section.NEEDS_YOU)]
        if name == "coordinator" and notice is digest:
            assert found, "with the PI once the coordinator has not touched it for three working days"
            continue
        assert section in {line.section for line in found}, (notice.kind, [line.title for line in notice.lines])


# "nothing needs you" ----------------------------------------------------------------------------------------------------


def needs(book: Book) -> list[str]:
    (digest,) = [n for n in plan_digests(book.judge(), STARTED, lab(), TODAY) if n.reader.record == RIVERA]
    return [line.title for line in digest.section(Section.NEEDS_YOU)]


def test_nothing_needs_the_pi_of_a_lab_in_which_all_are_cleared() -> None:
    assert needs(lab_of_two()) == []


def test_an_approval_that_ends_within_sixty_days_needs_the_pi_until_its_renewal_is_sent() -> None:
    book = lab_of_two()
    book.protocol("P9", "SOON", StudyType.CHART_REVIEW, last=in_days(50))
    book.listing(RIVERA, "P9")
    assert needs(book) == [f"SOON: IRB approval ends {in_days(50):%a} {in_days(50).day} {in_days(50):%b %Y}"]
    book.submission("P9", TODAY)
    assert needs(book) == []


def test_a_suspension_needs_the_pi_and_one_cause_is_one_line() -> None:
    book = lab_of_two()
    for number in range(30, 40):
        member(book, str(number), f"Given Member{number}", "P2")
        book.trained(str(number))
    (initial,) = [row for row in book.rows["approvals"] if isinstance(row, Approval) and row.protocol == "P2"]
    kind, first = ApprovalKind.SUSPENSION, date(2026, 11, 20)
    book.add("approvals", replace(initial, evidence="approval/P2/2", kind=kind, first=first, last=None, open_ended=False))
    assert needs(book) == ["CHART: suspended since 20 Nov 2026"]
    (worklist,) = plan_worklist(book.judge(), STARTED, lab(), TODAY)
    (line,) = worklist.section(Section.WAITS_PI)
    assert line.title == "CHART: suspended since 20 Nov 2026, 12 people paused" and len(line.people) == 12


def test_the_readers_own_course_needs_them() -> None:
    book = lab_of_two()
    book.drop("completions", person=RIVERA)
    book.trained(RIVERA, "gcp")
    assert [title for title in needs(book) if title.startswith("Your human subjects course is missing")]


# silence and its contrary ---------------------------------------------------------------------------------------------


def twelve_weeks(name: str) -> list[Notice]:
    """All that Ada gets from go-live on, through twelve weeks in which nothing changes."""
    book, history, got = STOPS[name][0](), STARTED, list[Notice]()
    for day in range(84):
        today = plus_days(TODAY, day)
        if not lab().cadence.calendar.works(today):
            continue
        assessment = book.judge(today)
        planned = (
            plan_introductions(assessment, history, lab(), today)
            if day == 0
            else plan_reminders(assessment, history, lab(), today)
        )
        mine = [n for n in planned if n.reader.record == ADA]
        got += mine
        history = send(history, mine, today)
    return got


@pytest.mark.parametrize("name", [name for name in STOPS if name != "own"])
def test_a_person_who_can_do_nothing_gets_at_most_four_mails_in_twelve_weeks(name: str) -> None:
    mails = twelve_weeks(name)
    assert 1 <= len(mails) <= 4, [n.slot for n in mails]
    assert headlines(mails[0]), "and the stop itself is told on the first day"
    assert all("Nothing for you to do." in line.act or name == "study" for n in mails for line in n.section(Section.BLOCKED))


def test_a_person_who_can_act_is_reminded_each_week() -> None:
    assert len(twelve_weeks("own")) >= 11


def test_a_claim_that_is_not_checked_is_told_once() -> None:
    book = lab_of_two()
    book.drop("completions", person=ADA)
    book.completion(ADA, "hsp", TODAY, checked=Checked.WAITING, source="survey")
    history, kinds = STARTED, []
    for day in range(25):
        mail = to_ada(plan_reminders(book.judge(in_days(day)), history, lab(), in_days(day)))
        if mail:
            kinds.append(mail.kind)
            history = send(history, [mail], in_days(day))
    assert kinds == [MessageKind.REMINDER]
    assert all(item.state in (ItemState.SENT, ItemState.SKIPPED) for item in history.items.values())


def test_a_leaver_gets_no_mail() -> None:
    book = lab_of_two()
    book.person(BRANDT, "Ben Brandt", last=in_days(-3))
    book.listing(BRANDT, "P2")
    assert not [n for n in plan_reminders(book.judge(), STARTED, lab(), TODAY) if n.reader.record == BRANDT]

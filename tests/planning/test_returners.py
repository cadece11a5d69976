"""Who comes back, and whose appointment goes on: what they are told, once."""

from __future__ import annotations

from datetime import date

from onboard.model import History, MessageKind, Section
from onboard.planning.checklists import plan_checklists
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_introductions, plan_reminders
from onboard.planning.worklist import plan_worklist
from tests.planning.cast import ADA, BRANDT, TODAY, Book, days_ago, for_person, in_days, lab, member, send, study


def renewed(last: date, first: date) -> Book:
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA)
    book.drop("appointments", person=ADA)
    book.appointment(ADA, date(2024, 1, 1), last)
    book.appointment(ADA, first, date(2027, 11, 30))
    return book


def test_over_a_weekend_one_note_names_the_days_without_an_appointment() -> None:
    book = renewed(days_ago(2), in_days(1))
    (line,) = for_person(plan_reminders(book.judge(), History(), lab(), in_days(1)), ADA).section(Section.RECEIPT)  # type: ignore[union-attr]
    assert line.title == "Your appointment is renewed through 30 Nov 2027"
    assert line.why.startswith("The one before ends on 21 Nov 2026, and the new one begins on 24 Nov 2026.")
    assert line.act == "Please do no study work from 22 Nov 2026 through 23 Nov 2026: no appointment covers these days."
    history = send(History(), plan_reminders(book.judge(), History(), lab(), in_days(1)), in_days(1))
    for days in (2, 7, 12, 30):
        later = for_person(plan_reminders(book.judge(), history, lab(), in_days(days)), ADA)
        assert later is None or not later.section(Section.RECEIPT)


def test_without_a_gap_there_are_no_days_to_name() -> None:
    (line,) = for_person(plan_reminders(renewed(in_days(6), in_days(7)).judge(), History(), lab(), TODAY), ADA).section(  # type: ignore[union-attr]
        Section.RECEIPT
    )
    assert line.act == ""


def test_a_renewal_brings_no_welcome_no_introduction_line_no_news_and_no_leaver() -> None:
    book = renewed(days_ago(3), TODAY)
    judged = book.judge()
    assert plan_checklists(judged, History(), lab(), TODAY) == []
    for notice in plan_introductions(judged, History(), lab(), TODAY):
        assert "renewed" not in str(notice.lines)
    before = book.judge(days_ago(1))
    (digest,) = plan_digests(judged, History(), lab(), TODAY, previous=before)
    assert not [line for line in digest.section(Section.SINCE) if line.person == ADA]
    book = renewed(in_days(4), in_days(7))
    for notice in plan_worklist(book.judge(), History(), lab(), TODAY):
        assert not [line for line in notice.section(Section.MOVES) if line.person == ADA]


def test_an_old_renewal_is_no_news() -> None:
    notice = for_person(plan_reminders(renewed(days_ago(200), days_ago(198)).judge(), History(), lab(), TODAY), ADA)
    assert notice is None or not notice.section(Section.RECEIPT)


def test_after_two_years_it_is_welcome_back_with_what_still_counts() -> None:
    book = renewed(date(2024, 11, 30), in_days(14))
    (welcome,) = plan_checklists(book.judge(), History(), lab(), TODAY)
    assert (welcome.kind, welcome.facts["left"]) == (MessageKind.WELCOME, "2024-11-30")
    assert welcome.key == f"welcome/{ADA}/{book.rows['appointments'][-1].evidence}"  # type: ignore[attr-defined]
    assert [line.title for line in welcome.section(Section.DONE)], "what still counts"


def test_the_first_welcome_of_somebody_new_is_no_welcome_back() -> None:
    book = study()
    book.person(BRANDT, "Ben Brandt", first=in_days(10))
    book.assignment(BRANDT, "P2", first=in_days(10))
    (welcome,) = plan_checklists(book.judge(), History(), lab(), TODAY)
    assert "left" not in welcome.facts


def test_a_second_appointment_of_the_stay_brings_no_second_welcome() -> None:
    book = study()
    book.person(BRANDT, "Ben Brandt", first=in_days(3), last=in_days(20))
    book.assignment(BRANDT, "P2", first=in_days(3))
    history = send(History(), plan_checklists(book.judge(), History(), lab(), TODAY))
    book.appointment(BRANDT, in_days(30), None)
    for days in (7, 14, 21, 28, 35):
        kinds = {n.kind for n in plan_checklists(book.judge(), history, lab(), in_days(days))}
        assert MessageKind.WELCOME not in kinds

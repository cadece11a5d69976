"""When a reminder's tier has come: missed runs, quiet days, absences, edited lists, and the names things get in the ledger."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from onboard.model import Checked, History, ItemState, Line, Notice, Section
from onboard.planning.reminders import plan_reminders
from tests.planning.cast import (
    BRANDT,
    HSP,
    MANUAL,
    RULES,
    TODAY,
    Book,
    closed,
    days_ago,
    for_person,
    in_days,
    lab,
    member,
    send,
    study,
)

STEM = f"reminder/{BRANDT}/hsp/-/"


def ends_on(last: date) -> Book:
    """Brandt's only course ends on `last`."""
    book = study()
    member(book, BRANDT, "Ben Brandt", "P2")
    book.trained(BRANDT, "hsp", ends=last)
    return book


def due_line(book: Book, history: History, today: date, **lab_words: object) -> Line | None:
    mail = for_person(plan_reminders(book.judge(today), history, lab(**lab_words), today), BRANDT)
    lines = (*mail.section(Section.DUE), *mail.section(Section.BLOCKED)) if mail else ()
    assert len(lines) <= 1
    return lines[0] if lines else None


def tier_of(line: Line | None) -> int | None:
    return int(line.key.rpartition("/")[2]) if line else None


def news(book: Book, today: date) -> History:
    """Everything that is no reminder was said before, so that mails of a test hold reminders only."""
    notices = plan_reminders(book.judge(today), History(), lab(), today)
    quiet = [replace(n, lines=tuple(line for line in n.lines if line.section is Section.CLEARED)) for n in notices]
    return send(History(), [n for n in quiet if n.lines], today)


@pytest.mark.parametrize(
    ("days_left", "tier"),
    [
        (91, None),
        (90, 90),
        (61, 90),
        (60, 60),
        (30, 30),
        (15, 30),
        (14, 14),
        (7, 7),
        (1, 1),
        (0, 0),
        (-1, -1),
        (-7, -1),
        (-8, -8),
        (-16, -15),
    ],
)
def test_the_latest_tier_that_has_come_is_due(days_left: int, tier: int | None) -> None:
    book = ends_on(in_days(days_left))
    line = due_line(book, History(), TODAY)
    assert tier_of(line) == tier


def test_case_1_a_run_skipped_on_the_tier_day_reminds_at_the_next_run_once() -> None:
    book = ends_on(in_days(30))
    history = news(book, TODAY)
    late = in_days(2)  # the runs of Monday and Tuesday were lost
    line = due_line(book, history, late)
    assert tier_of(line) == 30
    sent = send(history, plan_reminders(book.judge(late), history, lab(), late), late)
    assert due_line(book, sent, in_days(3)) is None


def test_case_2_a_second_run_of_the_day_says_nothing() -> None:
    book = ends_on(in_days(30))
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    assert plan_reminders(book.judge(), sent, lab(), TODAY) == []


def test_a_line_skips_the_lower_tiers_that_were_never_sent() -> None:
    line = due_line(ends_on(in_days(14)), History(), TODAY)
    assert line is not None
    assert [int(key.rpartition("/")[2]) for key in line.skips] == [90, 60, 30]


def test_a_late_repeat_skips_the_earlier_ones() -> None:
    line = due_line(ends_on(days_ago(8)), History(), TODAY)
    assert line is not None
    assert f"{line.key.rpartition('/')[0]}/-1" in line.skips


def test_the_key_names_person_requirement_scope_evidence_and_its_last_day() -> None:
    line = due_line(ends_on(in_days(7)), History(), TODAY)
    assert line is not None
    assert line.key.startswith(f"{STEM}completion/{BRANDT}/")
    assert line.key.endswith(f":{in_days(7)}/7")


def test_what_was_never_met_is_keyed_by_the_day_it_is_wanted() -> None:
    book = study()
    book.person(BRANDT, "Ben Brandt")
    book.assignment(BRANDT, "P2", first=in_days(20))
    line = due_line(book, History(), TODAY)
    assert line is not None
    assert line.due == in_days(13)  # needed in 20 days, lead of 7
    assert line.key == f"{STEM}none:{in_days(13)}/14"


@pytest.mark.parametrize("state", [ItemState.SENT, ItemState.CLAIMED, ItemState.SKIPPED, ItemState.BASELINE])
def test_a_settled_tier_is_not_said_again(state: ItemState) -> None:
    book = ends_on(in_days(14))
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY), state=state)
    assert due_line(book, sent, in_days(1)) is None


def test_a_refused_item_is_open_again_once_the_address_changes() -> None:
    book = ends_on(in_days(14))
    refused = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY), state=ItemState.REFUSED)
    assert due_line(book, refused, in_days(1)) is None
    elsewhere = ends_on(in_days(14))
    elsewhere.rows["people"] = [
        replace(p, university_email="ben@northlake.example") if p.record == BRANDT else p for p in elsewhere.rows["people"]
    ]
    assert tier_of(due_line(elsewhere, refused, in_days(1))) == 14


def test_adding_an_earlier_tier_to_the_list_resends_nothing() -> None:
    book = ends_on(in_days(14))
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    longer = replace(RULES, requirements=(replace(HSP, tiers=(120, 90, 45, 20, 14, 7, 1, 0)), *RULES.requirements[1:]))
    tomorrow = in_days(1)
    assert for_person(plan_reminders(book.judge(tomorrow, longer), sent, lab(), tomorrow), BRANDT) is None


def test_dropping_the_tier_that_was_sent_resends_nothing() -> None:
    book = ends_on(in_days(7))
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    coarser = replace(RULES, requirements=(replace(HSP, tiers=(90, 30, 10, 0)), *RULES.requirements[1:]))
    tomorrow = in_days(1)  # of the new list 10 has come, and 7 was said after it
    assert for_person(plan_reminders(book.judge(tomorrow, coarser), sent, lab(), tomorrow), BRANDT) is None


def test_new_evidence_starts_a_new_episode() -> None:
    book = ends_on(in_days(14))
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    book.drop("completions", person=BRANDT)
    book.trained(BRANDT, "hsp", ends=in_days(30))
    assert tier_of(due_line(book, sent, TODAY)) == 30


# quiet days -----------------------------------------------------------------------------------------------------------

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize("tier", [30, 14, 7])
def test_a_soft_tier_on_a_weekend_moves_to_monday(tier: int) -> None:
    book = ends_on(SATURDAY + timedelta(days=tier))
    history = news(book, TODAY)
    history = send(history, plan_reminders(book.judge(), history, lab(), TODAY))
    assert due_line(book, history, SATURDAY) is None
    assert tier_of(due_line(book, history, SATURDAY + timedelta(days=2))) == tier


@pytest.mark.parametrize("tier", [1, 0])
def test_case_26_a_hard_tier_on_a_weekend_moves_to_friday(tier: int) -> None:
    book = ends_on(SATURDAY + timedelta(days=tier))
    line = due_line(book, History(), SATURDAY - timedelta(days=1))
    # Saturday and Sunday both move to Friday: the later of the two is said and marks the other.
    assert tier_of(line) in (tier, 0)
    assert line is not None and line.hard


def test_case_26_a_hard_tier_on_a_holiday_moves_to_the_working_day_before() -> None:
    thanksgiving = date(2026, 11, 26)
    book = ends_on(thanksgiving)
    assert tier_of(due_line(book, History(), thanksgiving - timedelta(days=1), cadence=closed(thanksgiving))) == 0
    assert due_line(book, History(), thanksgiving, cadence=closed(thanksgiving)) is None


def test_nothing_goes_out_in_a_closure_and_nothing_is_dropped() -> None:
    recess = [date(2026, 12, 21) + timedelta(days=n) for n in range(14)]
    book = ends_on(date(2027, 1, 22))  # 30 days before is 23 December
    history = send(news(book, TODAY), plan_reminders(book.judge(), History(), lab(), TODAY))
    for day in recess:
        assert plan_reminders(book.judge(day), history, lab(closed(*recess)), day) == []
    assert tier_of(due_line(book, history, date(2027, 1, 4), cadence=closed(*recess))) == 30


def test_mail_waits_for_the_return_and_the_last_warning_comes_before_the_leave() -> None:
    book = ends_on(in_days(10))
    book.absence(BRANDT, in_days(2), in_days(20))
    assert tier_of(due_line(book, History(), in_days(1))) == 0  # said before the leave, since nothing can reach them later
    assert due_line(book, History(), in_days(2)) is None
    assert tier_of(due_line(book, History(), in_days(21))) == -8


# silence --------------------------------------------------------------------------------------------------------------


def test_a_snooze_is_silent_through_its_day_and_not_after() -> None:
    book = ends_on(in_days(14))
    book.snooze(BRANDT, "hsp", until=in_days(4))
    assert due_line(book, History(), in_days(4)) is None
    assert tier_of(due_line(book, History(), in_days(7))) == 7


def test_a_snooze_never_lasts_beyond_the_deadline() -> None:
    rules = replace(RULES, requirements=(*RULES.requirements, MANUAL))
    book = study()
    book.person(BRANDT, "Ben Brandt", first=days_ago(40))
    book.listing(BRANDT, "P2", approved=days_ago(40))
    book.trained(BRANDT, "hsp")
    book.snooze(BRANDT, "step_manual", until=in_days(90))
    mail = for_person(plan_reminders(book.judge(TODAY, rules), History(), lab(), TODAY), BRANDT)
    assert mail is not None
    assert [line.title for line in mail.section(Section.DUE)] == [MANUAL.title]  # the deadline was the first day


def test_opting_out_silences_nudges_but_never_that_work_is_stopped() -> None:
    book = ends_on(in_days(7))
    book.snooze(BRANDT, opt_out=True)
    assert due_line(book, History(), TODAY) is None
    line = due_line(book, History(), in_days(8))
    assert line is not None and line.section is Section.BLOCKED


def test_case_4_a_claim_that_waits_ends_the_reminders_and_is_receipted() -> None:
    book = ends_on(in_days(14))
    history = news(book, TODAY)
    book.completion(BRANDT, "hsp", TODAY, checked=Checked.WAITING, source="survey")
    mail = for_person(plan_reminders(book.judge(), history, lab(), TODAY), BRANDT)
    assert mail is not None
    assert [line.section for line in mail.lines] == [Section.RECEIPT]
    assert mail.lines[0].why == "Maria Chen is checking your report. Nothing for you to do."


def test_case_4_evidence_that_arrived_leaves_nothing_to_say() -> None:
    book = ends_on(in_days(14))
    history = news(book, TODAY)
    book.completion(BRANDT, "hsp", TODAY)
    assert due_line(book, history, TODAY) is None


def test_case_5_off_the_protocol_retired_course_or_left_means_no_mail() -> None:
    off, left, retired = ends_on(in_days(7)), ends_on(in_days(7)), ends_on(in_days(7))
    off.drop("listings", person=BRANDT)
    left.drop("appointments", person=BRANDT)
    left.appointment(BRANDT, date(2024, 1, 8), days_ago(3))
    other = replace(RULES, requirements=RULES.requirements[1:])
    assert due_line(off, History(), TODAY) is None
    assert for_person(plan_reminders(left.judge(), History(), lab(), TODAY), BRANDT) is None
    mail = for_person(plan_reminders(retired.judge(TODAY, other), History(), lab(), TODAY), BRANDT)
    assert mail is None or not mail.section(Section.DUE)


def test_a_leaver_hears_nothing_from_the_first_day_after() -> None:
    book = study()
    book.person(BRANDT, "Ben Brandt", last=TODAY)
    book.listing(BRANDT, "P2")
    book.trained(BRANDT, "hsp", ends=days_ago(3))
    assert for_person(plan_reminders(book.judge(), History(), lab(), TODAY), BRANDT) is not None
    tomorrow = in_days(1)
    assert for_person(plan_reminders(book.judge(tomorrow), History(), lab(), tomorrow), BRANDT) is None


def test_doubtful_evidence_buys_five_silent_working_days_then_one_word_that_it_is_checked() -> None:
    book = ends_on(in_days(7))
    book.completion(BRANDT, "Another hsp course", days_ago(1))
    assessment = book.judge()
    (problem,) = assessment.problems
    seen = replace(History(), problems_seen={problem.key: TODAY})
    friday, monday = in_days(4), in_days(7)
    assert due_line(book, seen, friday) is None
    mail = for_person(plan_reminders(book.judge(monday), seen, lab(), monday), BRANDT)
    assert mail is not None and not mail.section(Section.DUE), "while it is checked no course is asked"
    (line,) = mail.section(Section.CHECKING)
    assert line.why == 'We are checking "ANOTHER HSP COURSE": it may be the human subjects course.'
    assert line.act == "Wait for Maria Chen's answer before you take the human subjects course."
    sent = send(seen, [mail], monday)
    again = {day: for_person(plan_reminders(book.judge(day), sent, lab(), day), BRANDT) for day in (in_days(14), in_days(35))}
    assert again[in_days(14)] is None, "told and unchanged"
    assert again[in_days(35)] is not None, "and again after four weeks"


def test_the_first_mail_carries_no_calendar_and_the_second_does() -> None:
    book = ends_on(in_days(14))
    first = for_person(plan_reminders(book.judge(), History(), lab(), TODAY), BRANDT)
    assert isinstance(first, Notice) and not first.calendar
    sent = send(History(), [first])
    second = for_person(plan_reminders(book.judge(in_days(7)), sent, lab(), in_days(7)), BRANDT)
    assert isinstance(second, Notice) and second.calendar


def test_what_was_asked_is_taken_back_from_the_calendar_once_nothing_is_asked_any_more() -> None:
    """The second mail brings the event, the one that leaves nothing to do cancels it, and the next one brings no file."""
    book, found = ends_on(in_days(14)), []
    history = send(History(), [n for n in plan_reminders(book.judge(), History(), lab(), TODAY) if n.reader.record == BRANDT])
    for day in (7, 8, 9):
        mail = for_person(plan_reminders(book.judge(in_days(day)), history, lab(), in_days(day)), BRANDT)
        assert mail is not None, day
        found.append((mail.calendar, [key.rpartition("/")[2] for key in mail.keys() if key.startswith(f"calendar/{BRANDT}/")]))
        history = send(history, [mail], in_days(day))
        book.completion(BRANDT, "hsp", in_days(day), source="survey")
    assert found == [(True, ["publish"]), (True, ["cancel"]), (False, [])]


def test_what_somebody_else_does_puts_nothing_into_a_calendar() -> None:
    book = ends_on(in_days(400))
    history = news(book, days_ago(7))
    book.drop("listings", person=BRANDT)
    book.delegation(BRANDT, "P2")
    mail = for_person(plan_reminders(book.judge(), history, lab(), TODAY), BRANDT)
    assert mail is not None and mail.section(Section.BLOCKED) and not mail.calendar

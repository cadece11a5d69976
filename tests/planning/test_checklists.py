"""New hires: the list in order, when ready, the welcome, and how often the checklist comes."""

from dataclasses import replace
from datetime import date, timedelta

from onboard.dates import WorkCalendar
from onboard.judging.estimates import first_start
from onboard.model import Checked, History, ItemState, MessageKind, Notice, Section
from onboard.planning.checklists import StepState, checklist, plan_checklists
from onboard.planning.reminders import plan_reminders
from tests.planning.cast import (
    BADGE,
    CHEN,
    MANUAL,
    NINA,
    OKAFOR,
    RULES,
    TODAY,
    Book,
    closed,
    days_ago,
    everybody,
    for_person,
    in_days,
    lab,
    send,
    study,
)

FIRST_DAY = date(2026, 12, 7)  # a Monday, two weeks from today


def coming(first: date = FIRST_DAY) -> Book:
    """Okafor joins for the chart review."""
    book = study()
    book.person(OKAFOR, "Amara Okafor", first=first)
    book.assignment(OKAFOR, "P2", first=first)
    return book


def mail(book: Book, history: History, today: date = TODAY) -> Notice | None:
    return for_person(plan_checklists(book.judge(today), history, lab(), today), OKAFOR)


def story(book: Book, first: date, last: date) -> list[tuple[date, MessageKind]]:
    """Every day's run from first to last, each sent: what Okafor got and when."""
    history, found, day = History(), list[tuple[date, MessageKind]](), first
    while day <= last:
        notice = mail(book, history, day)
        if notice:
            found.append((day, notice.kind))
            history = send(history, [notice], day)
        day += timedelta(days=1)
    return found


# the list -------------------------------------------------------------------------------------------------------------


def test_the_list_names_owner_deadline_minutes_link_and_state() -> None:
    rules = replace(RULES, requirements=(*RULES.requirements, BADGE, MANUAL))
    steps = checklist(coming().judge(TODAY, rules), OKAFOR, TODAY)
    told = {s.requirement.id: (s.owner, s.due, s.state) for s in steps}
    assert told["hsp"] == ("you", date(2026, 11, 30), StepState.OPEN)
    assert told["irb_listing"] == ("coordinator", date(2026, 12, 2), StepState.OPEN)
    assert told["step_badge"][0] == "coordinator"
    assert told["step_manual"] == ("you", FIRST_DAY, StepState.OPEN)
    (hsp,) = [s for s in steps if s.requirement.id == "hsp"]
    assert (hsp.minutes, hsp.link) == (240, "https://citi.example/hsp")


CALENDAR = WorkCalendar()


def test_a_step_stands_after_what_it_waits_for() -> None:
    access = replace(BADGE, id="step_access", title="A data folder", step="access", depends_on=("hsp", "step_badge"))
    rules = replace(RULES, requirements=(access, *RULES.requirements, BADGE))
    steps = checklist(coming().judge(TODAY, rules), OKAFOR, TODAY)
    order = [s.requirement.id for s in steps]
    assert order.index("step_access") > max(order.index("hsp"), order.index("step_badge"))
    assert order.index("irb_listing") > order.index("hsp")  # a change with a course missing is returned
    (step,) = [s for s in steps if s.requirement.id == "step_access"]
    assert {steps[n].requirement.id for n in step.depends_on} == {"hsp", "step_badge"}


def test_steps_that_wait_for_each_other_still_make_a_list() -> None:
    one = replace(BADGE, id="step_one", step="one", depends_on=("step_two",))
    two = replace(BADGE, id="step_two", step="two", depends_on=("step_one",))
    rules = replace(RULES, requirements=(*RULES.requirements, one, two))
    assert len(checklist(coming().judge(TODAY, rules), OKAFOR, TODAY)) == 4


def test_the_first_start_names_protocol_day_and_what_takes_longest() -> None:
    ready = first_start(coming().judge(), OKAFOR, TODAY, CALENDAR, FIRST_DAY)
    assert ready is not None and ready.bottleneck is not None
    assert (ready.protocol, ready.bottleneck.requirement) == ("P2", "irb_listing")
    assert ready.about == CALENDAR.add(CALENDAR.add(TODAY, 1), 10)  # a working day for the course, then the IRB's ten


def test_a_protocol_whose_approval_ended_is_never_promised() -> None:
    book = study()
    book.person(OKAFOR, "Amara Okafor", first=FIRST_DAY)
    book.protocol("P3", "OLD", RULES.requirements[0].when.study_types.__iter__().__next__(), last=days_ago(3))
    book.assignment(OKAFOR, "P3", first=FIRST_DAY)
    ready = first_start(book.judge(), OKAFOR, TODAY, CALENDAR)
    assert ready is not None and ready.about is None


def test_somebody_without_an_appointment_has_no_list() -> None:
    assert checklist(everybody().judge(), "nobody", TODAY) == []


# the mails ------------------------------------------------------------------------------------------------------------


def test_the_welcome_comes_on_the_green_light_with_the_list() -> None:
    notice = mail(coming(), History())
    assert notice is not None and notice.kind is MessageKind.WELCOME
    assert notice.facts["start"] == "2026-12-07"
    assert notice.facts["ready_for"] == "CHART"
    assert notice.facts["pi"] == "Elena Rivera"
    (course,) = notice.section(Section.STEPS)
    assert (course.title, course.due, course.owner) == ("Human subjects course", date(2026, 11, 30), "you")
    assert course.does_not_count == "Responsible Conduct of Research"
    (listing,) = notice.section(Section.OTHERS_DO)
    assert (listing.title, listing.owner, listing.key) == ("IRB list", "Maria Chen", "")
    assert not notice.calendar


def test_no_green_light_no_mail() -> None:
    book = coming()
    book.drop("people", record=OKAFOR)
    book.drop("appointments", person=OKAFOR)
    book.person(OKAFOR, "Amara Okafor", first=FIRST_DAY, complete=False)
    assert mail(book, History()) is None


def test_a_moved_start_never_repeats_the_welcome() -> None:
    sent = send(History(), [n for n in [mail(coming(), History())] if n])
    later = coming(FIRST_DAY + timedelta(days=28))
    notice = mail(later, sent, in_days(7))
    assert notice is not None and notice.kind is MessageKind.CHECKLIST


def test_one_mail_a_week_then_every_second_working_day_in_the_last_week() -> None:
    told = story(coming(), days_ago(13), FIRST_DAY - timedelta(days=1))
    assert told == [
        (date(2026, 11, 10), MessageKind.WELCOME),
        (date(2026, 11, 17), MessageKind.CHECKLIST),
        (date(2026, 11, 24), MessageKind.CHECKLIST),
        (date(2026, 11, 30), MessageKind.CHECKLIST),
        (date(2026, 12, 2), MessageKind.CHECKLIST),
        (date(2026, 12, 4), MessageKind.CHECKLIST),
    ]


def test_a_day_without_a_run_only_puts_the_mail_off() -> None:
    sent = send(History(), [n for n in [mail(coming(), History())] if n])
    assert mail(coming(), sent, in_days(6)) is None
    late = mail(coming(), sent, in_days(9))
    assert late is not None and late.kind is MessageKind.CHECKLIST


def test_nothing_on_days_off() -> None:
    book = coming()
    holiday = closed(TODAY)
    assert plan_checklists(book.judge(), History(), lab(holiday), TODAY) == []
    saturday = in_days(5)
    assert plan_checklists(book.judge(saturday), History(), lab(), saturday) == []


def test_once_all_own_steps_are_done_nobody_is_chased() -> None:
    book = coming()
    sent = send(History(), [n for n in [mail(book, History())] if n])
    book.completion(OKAFOR, "hsp", in_days(1))
    assert mail(book, sent, in_days(8)) is None


def test_a_receipt_does_not_wait_for_the_week_and_brings_what_is_left() -> None:
    book = coming()
    sent = send(History(), [n for n in [mail(book, History())] if n])
    book.completion(OKAFOR, "hsp", in_days(1), checked=Checked.WAITING, source="survey")
    notice = mail(book, sent, in_days(1))
    assert notice is not None
    assert [line.status for line in notice.section(Section.RECEIPT)] == ["received"]
    assert notice.section(Section.STEPS) == ()
    titles = [line.title for line in notice.section(Section.OTHERS_DO)]
    assert titles == ["Human subjects course", "IRB list"]


def test_what_is_done_is_shown_as_done() -> None:
    book = coming()
    book.completion(OKAFOR, "hsp", days_ago(200))
    notice = mail(book, History())
    assert notice is not None
    assert [line.title for line in notice.section(Section.DONE)] == ["Human subjects course"]


def test_the_personal_address_serves_until_its_day_and_the_university_one_after() -> None:
    notice = for_person(plan_checklists(everybody().judge(), History(), lab(), TODAY), OKAFOR)
    assert notice is not None and notice.reader.address == "amara@home.example"
    names = {line.name for line in notice.lines}
    assert names == {""}  # nobody else is named in it as a subject
    book = everybody()
    late = date(2027, 1, 4)
    assert for_person(plan_checklists(book.judge(late), History(), lab(), late), OKAFOR) is None


def test_nobody_is_late_in_the_mail_that_first_tells_them() -> None:
    notice = for_person(plan_checklists(everybody().judge(), History(), lab(), TODAY), NINA)
    assert notice is not None
    assert all(line.due is None or line.due >= TODAY for line in notice.lines)


def test_nobody_is_counted_late_from_before_they_were_told() -> None:
    """Nina's course was wanted a week before her first day; she heard of it on her first day."""
    book = everybody()
    first = plan_checklists(book.judge(), History(), lab(), TODAY)
    book.completion(NINA, "gcp", TODAY, source="survey")
    later = for_person(plan_checklists(book.judge(in_days(1)), send(History(), first), lab(), in_days(1)), NINA)
    assert later is not None and later.section(Section.STEPS)
    assert all(line.due is None or line.due >= TODAY for line in later.section(Section.STEPS))


def test_a_person_belongs_to_one_of_the_two_jobs_on_every_day() -> None:
    book = coming()
    history = History()
    for n in range(60):
        day = in_days(n)
        if n == 20:
            book.completion(OKAFOR, "hsp", day)
            book.listing(OKAFOR, "P2", approved=day)
        assessment = book.judge(day)
        first = [x for x in plan_checklists(assessment, history, lab(), day) if x.reader.record == OKAFOR]
        second = [x for x in plan_reminders(assessment, history, lab(), day) if x.reader.record == OKAFOR]
        assert len(first) + len(second) <= 1
        history = send(history, first + second, day)
    assert history.items[f"cleared/{OKAFOR}/P2/{in_days(20)}"].state is ItemState.SENT


def test_the_coordinator_of_years_is_no_new_hire() -> None:
    assert for_person(plan_checklists(everybody().judge(), History(), lab(), TODAY), CHEN) is None


def test_coming_back_after_a_gap_is_a_new_start() -> None:
    book = study()
    book.person(OKAFOR, "Amara Okafor", first=date(2022, 1, 3), last=date(2023, 1, 3))
    book.appointment(OKAFOR, FIRST_DAY)
    book.assignment(OKAFOR, "P2", first=FIRST_DAY)
    notice = mail(book, History())
    assert notice is not None and notice.kind is MessageKind.WELCOME


def test_a_change_of_role_is_no_new_start() -> None:
    book = study()
    book.person(OKAFOR, "Amara Okafor", first=date(2022, 1, 3), last=days_ago(1))
    book.appointment(OKAFOR, TODAY)
    book.assignment(OKAFOR, "P2")
    assert mail(book, History()) is None


def test_who_signed_up_and_has_not_passed_still_has_the_course_on_their_own_list() -> None:
    book = coming()
    book.enrolment(OKAFOR, "hsp", TODAY)
    first = mail(book, History())
    assert first is not None
    (own,) = [line for line in first.section(Section.STEPS) if "Pass the course" in line.act]
    assert not [line for line in first.section(Section.OTHERS_DO) if line.title == own.title]

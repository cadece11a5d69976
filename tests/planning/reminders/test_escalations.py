"""What supervisors and PIs hear, and when: never before the person, at once when work stops."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from onboard.model import Checked, History, MessageKind, Notice, Role, Section
from onboard.planning.checklists import plan_checklists
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_reminders
from tests.pipeline.delivery_cast import refusing
from tests.planning.cast import (
    ADA,
    BRANDT,
    HADDAD,
    NINA,
    OKAFOR,
    RIVERA,
    TANAKA,
    TODAY,
    Book,
    days_ago,
    everybody,
    in_days,
    lab,
    member,
    send,
    study,
)


def escalations(book: Book, history: History, today: date) -> list[Notice]:
    return [n for n in plan_reminders(book.judge(today), history, lab(), today) if n.kind is MessageKind.ESCALATION]


def heard(book: Book, history: History, today: date) -> dict[str, list[str]]:
    """Reader's record id to the people they hear about."""
    return {n.reader.record: [line.person for line in n.section(Section.ABOUT)] for n in escalations(book, history, today)}


def watched(days_left: int) -> Book:
    """Brandt, supervised by Ada; his course ends so many days from today."""
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA)
    member(book, BRANDT, "Ben Brandt", "P2", supervisor=ADA)
    book.trained(BRANDT, "hsp", ends=in_days(days_left))
    return book


STARTED = History(started=True)


def told(book: Book, on: date, before: History = STARTED) -> History:
    return send(before, plan_reminders(book.judge(on), before, lab(), on), on)


def test_the_supervisor_hears_from_fourteen_days_before_when_nothing_was_started() -> None:
    book = watched(20)
    history = told(book, TODAY)
    assert heard(book, history, in_days(4)) == {}
    assert heard(book, history, in_days(7)) == {ADA: [BRANDT]}


@pytest.mark.parametrize("started", ["enrolled", "claim"])
def test_the_supervisor_hears_nothing_once_something_was_started(started: str) -> None:
    book = watched(10)
    history = told(book, TODAY)
    if started == "enrolled":
        book.enrolment(BRANDT, "hsp", in_days(1))
    else:
        book.completion(BRANDT, "hsp", in_days(1), checked=Checked.WAITING, source="survey")
    assert heard(book, history, in_days(3)) == {}


def test_no_supervisor_hears_before_two_working_days_after_the_person() -> None:
    book = watched(10)
    friday = date(2026, 11, 20)
    history = told(book, friday)
    assert heard(book, history, TODAY) == {}  # Monday is the first working day after
    assert heard(book, history, in_days(1)) == {ADA: [BRANDT]}


def test_a_queued_or_baseline_item_is_no_announcement() -> None:
    book = watched(10)
    unsent = told(book, TODAY)
    from onboard.model import ItemState

    for state in (ItemState.CLAIMED, ItemState.BASELINE, ItemState.SKIPPED):
        history = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY), state=state)
        assert heard(book, history, in_days(3)) == {}
    assert heard(book, unsent, in_days(3)) == {ADA: [BRANDT]}


def test_a_lapse_on_todays_study_reaches_person_and_pi_in_the_same_run() -> None:
    tuesday = in_days(1)
    plan = plan_reminders(everybody().judge(tuesday), History(), lab(), tuesday)
    kinds = {(n.kind, n.reader.record) for n in plan}
    assert {(MessageKind.REMINDER, HADDAD), (MessageKind.ESCALATION, RIVERA)} <= kinds
    order = [n.reader.record for n in plan]
    assert order.index(HADDAD) < order.index(RIVERA)


def test_a_lapse_of_somebody_without_an_address_reaches_no_pi() -> None:
    book = everybody()
    book.rows["people"] = [p for p in book.rows["people"] if p.record != HADDAD]
    book.drop("appointments", person=HADDAD)
    book.person(HADDAD, "Hana Haddad", email="")
    assert heard(book, History(), TODAY) == {}


def test_a_lapse_of_somebody_whose_address_is_closed_waits_for_nobody() -> None:
    tuesday = in_days(1)
    closed = replace(History(), addresses=refusing("haddad@northlake.example", before=tuesday))
    (mail,) = [n for n in escalations(everybody(), closed, tuesday) if n.reader.record == RIVERA]
    (line,) = [line for line in mail.lines if line.person == HADDAD]
    assert line.knows == "Not told: the address refuses our mail."
    plan = plan_reminders(everybody().judge(tuesday), closed, lab(), tuesday)
    assert not any(n.reader.record == HADDAD for n in plan), "nothing is planned for a closed address"


def test_nobody_whose_address_is_closed_is_named_while_nothing_stops() -> None:
    closed = replace(STARTED, addresses=refusing("brandt@northlake.example", before=TODAY))
    assert all(heard(watched(8), closed, in_days(number)) == {} for number in range(6))


def test_on_the_digests_day_the_digest_is_the_pis_one_mail_and_nothing_is_said_again() -> None:
    book = everybody()
    plan = plan_reminders(book.judge(), STARTED, lab(), TODAY)
    assert RIVERA not in {n.reader.record for n in plan}
    sent = send(STARTED, plan)
    (digest,) = plan_digests(book.judge(), sent, lab(), TODAY)
    (haddad,) = [line for line in digest.section(Section.BLOCKED_NOW) if line.person == HADDAD]
    assert [key for key in haddad.also if key.startswith(f"escalation/{HADDAD}/gcp/")]
    assert RIVERA not in heard(book, send(sent, [digest]), in_days(1))
    assert heard(book, sent, in_days(1)).get(RIVERA), "what no digest said goes out the day after"


def test_what_stops_no_work_today_waits_for_the_pis_digest() -> None:
    """On the last day of a course the PI's time has come; a mail of its own goes once work is blocked."""
    book = watched(1)
    history = told(book, TODAY)
    assert RIVERA not in heard(book, history, in_days(1))
    assert heard(book, history, in_days(2))[RIVERA] == [BRANDT]


def test_what_the_digest_shows_nowhere_else_gets_a_line_there_and_is_claimed_once() -> None:
    """Ben joins a protocol in ten days and has not taken its course: nothing ends and nothing blocks yet."""
    book = study()
    book.person(BRANDT, "Ben Brandt", supervisor=RIVERA)
    book.listing(BRANDT, "P2", approved=in_days(12))
    history, monday = told(book, TODAY), in_days(7)
    assert RIVERA not in heard(book, history, in_days(4)) and RIVERA not in heard(book, history, monday)
    (digest,) = plan_digests(book.judge(monday), history, lab(), monday)
    (line,) = digest.section(Section.ABOUT)
    assert (line.person, line.act) == (BRANDT, "Please ask Ben whether something is in the way.")
    assert line.key.endswith(f"supervisor:{RIVERA}")
    again = send(history, [digest], monday)
    assert RIVERA not in heard(book, again, in_days(8))


def test_a_paused_digest_holds_nothing_back() -> None:
    book = everybody()
    book.snooze(RIVERA, until=in_days(3), requirement="digest")
    plan = plan_reminders(book.judge(), STARTED, lab(), TODAY)
    assert RIVERA in {n.reader.record for n in plan if n.kind is MessageKind.ESCALATION}


def test_the_pi_hears_after_five_working_days_of_somebody_on_none() -> None:
    book = watched(0)
    book.drop("listings", person=BRANDT)
    book.assignment(BRANDT, "P2", first=days_ago(300))
    history = told(book, TODAY)
    for day in range(1, 12):
        found = heard(book, history, in_days(day))
        assert (RIVERA in found) == (0 < in_days(day).weekday() < 5), "Mondays belong to the digest"


def test_one_mail_lists_all_people_of_a_reader_and_each_once() -> None:
    book = watched(10)
    member(book, TANAKA, "Taro Tanaka", "P2", supervisor=ADA)
    book.trained(TANAKA, "hsp", ends=in_days(9))
    history = told(book, TODAY)
    (mail,) = escalations(book, history, in_days(3))
    assert mail.reader.record == ADA
    assert [line.person for line in mail.lines] == [TANAKA, BRANDT]
    assert mail.numbers["people"] == 2
    again = send(history, [mail], in_days(3))
    assert escalations(book, again, in_days(4)) == []


def test_a_supervisor_who_is_the_pi_hears_once_for_both() -> None:
    book = study()
    member(book, BRANDT, "Ben Brandt", "P2", supervisor=RIVERA)
    book.trained(BRANDT, "hsp", ends=in_days(1))
    history = told(book, TODAY)
    (mail,) = escalations(book, history, in_days(2))
    assert len(mail.lines) == 1
    assert len(mail.keys()) == 2
    assert escalations(book, send(history, [mail], in_days(2)), in_days(3)) == []


def test_nobody_is_reported_to_themselves() -> None:
    book = study()
    book.drop("completions", person=RIVERA)
    book.trained(RIVERA, ends=days_ago(1))
    history = told(book, TODAY)
    assert heard(book, history, in_days(8)) == {}


def test_nobody_outside_the_institution_reads_about_others() -> None:
    book = watched(10)
    book.rows["people"] = [p for p in book.rows["people"] if p.record != ADA]
    book.drop("appointments", person=ADA)
    book.person(ADA, "Ada Ready", email="ada@gmail.example")
    assert heard(book, told(book, TODAY), in_days(3)) == {}


def test_an_own_reminder_puts_the_escalation_off_by_a_day_and_drops_neither() -> None:
    book = watched(10)
    book.drop("completions", person=ADA)
    book.trained(ADA, "hsp", ends=in_days(16))  # Ada's own tier of 14 falls on Wednesday, as does the escalation
    history, got = told(book, TODAY), list[tuple[date, MessageKind]]()
    for day in map(in_days, range(1, 5)):
        plan = [n for n in plan_reminders(book.judge(day), history, lab(), day) if n.reader.record == ADA]
        got += [(day, n.kind) for n in plan]
        history = send(history, plan, day)
    assert got == [(in_days(2), MessageKind.REMINDER), (in_days(3), MessageKind.ESCALATION)]


def test_stopped_work_of_others_goes_before_an_own_nudge() -> None:
    book = everybody()
    book.drop("completions", person=RIVERA)
    book.trained(RIVERA, ends=in_days(30))
    tuesday, wednesday = in_days(1), in_days(2)
    plan = [n for n in plan_reminders(book.judge(tuesday), History(), lab(), tuesday) if n.reader.record == RIVERA]
    assert [n.kind for n in plan] == [MessageKind.ESCALATION]
    sent = send(History(), plan, tuesday)
    plan = [n for n in plan_reminders(book.judge(wednesday), sent, lab(), wednesday) if n.reader.record == RIVERA]
    assert [n.kind for n in plan] == [MessageKind.REMINDER]


def test_a_new_hire_in_the_first_week_is_not_reported() -> None:
    book = everybody()
    sent = send(History(), plan_checklists(book.judge(), History(), lab(), TODAY))
    for day in (1, 2, 3, 4):
        people = [person for about in heard(book, sent, in_days(day)).values() for person in about]
        assert OKAFOR not in people
        if day < 2:
            assert NINA not in people


def test_a_supervisor_on_leave_hears_on_the_return() -> None:
    book = watched(10)
    book.absence(ADA, in_days(3), in_days(4))
    history = told(book, TODAY)
    assert heard(book, history, in_days(3)) == {}
    assert heard(book, history, in_days(7)) == {ADA: [BRANDT]}


def test_what_is_said_names_no_waiver_and_no_absence() -> None:
    book = watched(10)
    book.waiver(BRANDT, "hsp", days_ago(30), in_days(5), by="Dean Secret")
    book.absence(BRANDT, days_ago(9), days_ago(8))
    history = told(book, TODAY)
    for mail in escalations(book, history, in_days(3)):
        for line in mail.lines:
            assert "Secret" not in line.why and "waiver" not in line.why.lower()


def test_supervisor_and_role_are_read_off_the_present_appointment() -> None:
    book = watched(10)
    book.appointment(BRANDT, days_ago(5), supervisor=TANAKA, role=Role.FELLOW)
    member(book, TANAKA, "Taro Tanaka", "P2")
    book.trained(TANAKA)
    assert heard(book, told(book, TODAY), in_days(3)) == {TANAKA: [BRANDT]}
    assert TODAY + timedelta(days=3) == in_days(3)

"""The mail to a person outside their first weeks: sections, order, who gets none, receipts, complete records."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from onboard.judging.readiness import cleared_on
from onboard.model import (
    Approval,
    ApprovalKind,
    Checked,
    Cleared,
    History,
    ItemRecord,
    ItemState,
    Line,
    MessageKind,
    Notice,
    Section,
    Task,
)
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_introductions, plan_reminders
from onboard.planning.worklist import plan_worklist
from tests.planning.cast import (
    ADA,
    BADGE,
    BRANDT,
    CHEN,
    HADDAD,
    HALF,
    MANUAL,
    NINA,
    NOVAK,
    OKAFOR,
    ORTIZ,
    RIVERA,
    RULES,
    TANAKA,
    TODAY,
    UNA,
    Book,
    days_ago,
    everybody,
    for_person,
    in_days,
    lab,
    member,
    send,
    study,
)


def mail_to(record: str, book: Book, history: History | None = None, today: date = TODAY) -> Notice | None:
    return for_person(plan_reminders(book.judge(today), history or History(), lab(), today), record)


def lines(record: str, book: Book, section: Section, history: History | None = None, today: date = TODAY) -> tuple[Line, ...]:
    mail = mail_to(record, book, history, today)
    return mail.section(section) if mail else ()


def lines_of(mail: Notice | None, section: Section) -> tuple[Line, ...]:
    assert mail is not None
    return mail.section(section)


def test_haddad_whose_course_ended_is_told_to_stop_and_why() -> None:
    (line,) = lines(HADDAD, everybody(), Section.BLOCKED)
    assert (line.title, line.protocol, line.ends, line.days) == ("GCP", "STEP-HF", date(2026, 11, 18), -5)
    assert line.headline == "Pause STEP-HF: your GCP ended 18 Nov 2026"
    assert line.why == 'Please do no work on STEP-HF, "STEP-HF", for now.'
    assert "Renew it, then send Maria Chen the completion report." in line.act
    assert line.hard


def test_brandt_whose_course_ends_soon_is_reminded_with_link_minutes_and_what_does_not_count() -> None:
    (line,) = lines(BRANDT, everybody(), Section.DUE)
    assert (line.status, line.ends, line.days, line.minutes) == ("expiring", date(2026, 12, 12), 19, 240)
    assert line.url == "https://citi.example/hsp"
    assert line.does_not_count == "Responsible Conduct of Research"
    assert line.owner == "you"


def test_novak_without_a_listing_hears_it_once_and_is_not_chased_for_others_work() -> None:
    book = everybody()
    (line,) = lines(NOVAK, book, Section.BLOCKED)
    assert (line.title, line.protocol, line.owner) == ("IRB list", "CHART", "Maria Chen")
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    for day in (1, 7, 8, 27):
        assert mail_to(NOVAK, book, sent, in_days(day)) is None
    (still,) = lines_of(mail_to(NOVAK, book, sent, in_days(28)), Section.BLOCKED)
    assert still.headline == "CHART is still paused: you are not on its IRB list yet"


def test_only_people_with_a_complete_form_and_an_appointment_are_written_to() -> None:
    plan = plan_reminders(everybody().judge(), History(), lab(), TODAY)
    about = {n.reader.record for n in plan}
    assert not about & {HALF, ORTIZ}


def test_new_hires_belong_to_the_other_job() -> None:
    plan = plan_reminders(everybody().judge(), History(), lab(), TODAY)
    assert not {n.reader.record for n in plan} & {NINA, OKAFOR}


def test_somebody_with_a_strange_course_hears_nothing_while_it_is_looked_at() -> None:
    assert mail_to(UNA, everybody()) is None


def test_case_3_two_records_with_one_address_give_one_mail() -> None:
    book = study()
    for record, name in ((HADDAD, "Hana Haddad"), (TANAKA, "Hana Haddad")):
        member(book, record, name, "P2")
        book.trained(record, "hsp", ends=in_days(7))
    people = book.rows["people"]
    people[-1] = replace(people[-1], university_email=" HADDAD@Northlake.example ")
    plan = plan_reminders(book.judge(), History(), lab(), TODAY)
    assert [n.reader.record for n in plan if n.reader.address == "haddad@northlake.example"] == [HADDAD]


def test_sections_come_in_the_order_of_urgency() -> None:
    book = study()
    member(book, HADDAD, "Hana Haddad", "P1", "P2")
    book.trained(HADDAD, "gcp", ends=days_ago(1))
    book.trained(HADDAD, "hsp", ends=in_days(14))
    book.completion(HADDAD, "gcp", TODAY, checked=Checked.DECLINED, reason="This is the module list")
    mail = mail_to(HADDAD, book)
    assert mail is not None
    assert [line.section for line in mail.lines] == [Section.BLOCKED, Section.DUE, Section.CLEARED, Section.RECEIPT]


def test_others_steps_are_not_asked_of_the_person_and_own_ones_are() -> None:
    rules = replace(RULES, requirements=(*RULES.requirements, BADGE, MANUAL))
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA)
    mail = for_person(plan_reminders(book.judge(TODAY, rules), History(), lab(), TODAY), ADA)
    assert mail is not None
    assert [line.title for line in mail.section(Section.DUE)] == ["Lab manual read"]


def test_a_step_that_blocks_nothing_is_not_asked_for_ever() -> None:
    rules = replace(RULES, requirements=(*RULES.requirements, MANUAL))
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA)
    sent = send(History(), plan_reminders(book.judge(TODAY, rules), History(), lab(), TODAY))
    for days in (7, 14, 28):
        day = in_days(days)
        assert for_person(plan_reminders(book.judge(day, rules), sent, lab(), day), ADA) is None


def test_a_task_is_named_where_only_the_task_is_stopped() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P1")
    book.trained(ADA)
    book.assignment(ADA, "P1", task=RULES.requirements[-1].when.tasks.__iter__().__next__())
    (line,) = lines(ADA, book, Section.BLOCKED)
    assert (line.title, line.protocol, line.task, line.owner) == ("Delegation", "STEP-HF", "consent", "Elena Rivera")


# what stops a protocol ----------------------------------------------------------------------------------------------------


def stopped(kind: ApprovalKind, first: date) -> Book:
    """Everybody, with P1 stopped."""
    book = everybody()
    (initial,) = [row for row in book.rows["approvals"] if isinstance(row, Approval) and row.protocol == "P1"]
    row = replace(initial, evidence="approval/P1/2", kind=kind, first=first, last=None, open_ended=False, study_type=None)
    book.add("approvals", row)
    return book


def test_a_stop_is_told_once_in_one_line_to_everybody_on_the_protocol() -> None:
    book = stopped(ApprovalKind.SUSPENSION, days_ago(3))
    (line,) = lines(ADA, book, Section.BLOCKED)
    assert (line.title, line.protocol, line.owner) == ("Suspension", "STEP-HF", "Elena Rivera")
    assert line.headline == "Pause STEP-HF: suspended since 20 Nov 2026"
    assert line.stop == "P1"
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    assert [mail_to(ADA, book, sent, in_days(days)) for days in (1, 7, 30)] == [None, None, None]


@pytest.mark.parametrize("kind", [ApprovalKind.SUSPENSION, ApprovalKind.CLOSURE])
def test_whoever_heard_of_it_as_the_end_of_the_approval_is_not_told_again(kind: ApprovalKind) -> None:
    """As it was said before a stop had a name of its own: under the approval that covered the day before."""
    book, first = stopped(kind, days_ago(3)), days_ago(3)
    (row,) = [r for r in book.rows["approvals"] if isinstance(r, Approval) and r.evidence.startswith("approval/P1/1")]
    day_before = first - timedelta(days=1)
    key = f"reminder/{ADA}/irb_approval/P1/{row.evidence}:{day_before.isoformat()}/0"
    said = ItemRecord(key=key, state=ItemState.SENT, reader="ready@northlake.example", on=first)
    heard = History(items={key: said})
    assert lines(ADA, book, Section.BLOCKED)
    assert lines(ADA, book, Section.BLOCKED, heard) == ()
    late = replace(said, key=key.replace(day_before.isoformat(), days_ago(30).isoformat()))
    assert lines(ADA, book, Section.BLOCKED, History(items={late.key: late}))  # another one, of another day


def test_a_counted_absence_blocks_and_is_told_to_nobody() -> None:
    book, counted = everybody(), replace(RULES, absences_block=True)
    book.absence(ADA, days_ago(2), in_days(5))
    judged = book.judge(TODAY, counted)
    assert {cleared_on(row, TODAY) for row in judged.readiness if row.person == ADA} == {Cleared.BLOCKED}
    plans = (
        *plan_reminders(judged, History(), lab(), TODAY),
        *plan_digests(judged, History(), lab(), TODAY),
        *plan_worklist(judged, History(), lab(), TODAY, {}, links=lambda evidence: ""),
    )
    assert not [line for notice in plans for line in notice.lines if "Away" in line.why or line.title == "Not away"]
    blocking = (Section.BLOCKED, Section.BLOCKED_NOW, Section.BLOCKS_WORK)
    assert not [line for notice in plans for line in notice.lines if line.person == ADA and line.section in blocking]


# complete records -----------------------------------------------------------------------------------------------------


def test_complete_records_are_told_once_for_each_stretch() -> None:
    book = everybody()
    found = lines(ADA, book, Section.CLEARED)
    assert [line.protocol for line in found] == ["STEP-HF", "CHART"]
    assert all(line.status == Cleared.CLEARED and "authori" not in line.title + line.why for line in found)
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    assert mail_to(ADA, book, sent, in_days(1)) is None


def test_a_corrected_first_day_does_not_say_it_again() -> None:
    book = everybody()
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    book.drop("appointments", person=ADA)
    book.appointment(ADA, date(2024, 2, 1))
    book.drop("listings", person=ADA)
    for protocol in ("P1", "P2"):
        book.listing(ADA, protocol, approved=date(2026, 2, 1))
    assert lines(ADA, book, Section.CLEARED, sent, in_days(1)) == ()


def test_renewed_after_a_lapse_is_told_again() -> None:
    book = everybody()
    sent = send(History(), plan_reminders(book.judge(), History(), lab(), TODAY))
    book.completion(HADDAD, "gcp", in_days(1))
    (line,) = lines(HADDAD, book, Section.CLEARED, sent, in_days(1))
    assert line.key == f"cleared/{HADDAD}/P1/{in_days(1)}"


# receipts -------------------------------------------------------------------------------------------------------------


def survey(state: Checked, reason: str = "") -> Book:
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA, "hsp", ends=in_days(200))
    checked_on = None if state is Checked.WAITING else TODAY
    book.completion(ADA, "hsp", days_ago(1), checked=state, checked_on=checked_on, source="survey", reason=reason)
    return book


def test_the_confirmation_loop_received_then_accepted_with_its_end() -> None:
    (received,) = lines(ADA, survey(Checked.WAITING), Section.RECEIPT)
    assert received.status == "received" and received.why == "Maria Chen is checking your report. Nothing for you to do."
    sent = send(History(), plan_reminders(survey(Checked.WAITING).judge(), History(), lab(), TODAY))
    (accepted,) = lines(ADA, survey(Checked.ACCEPTED), Section.RECEIPT, sent, in_days(1))
    assert accepted.why == "Maria Chen accepted your report. It counts through 22 Nov 2029."


def test_not_accepted_comes_with_the_reason() -> None:
    (line,) = lines(ADA, survey(Checked.DECLINED, "This is the module list; we need the completion report."), Section.RECEIPT)
    assert line.why == 'Maria Chen wrote: "This is the module list; we need the completion report"'
    assert line.status == "declined"


def test_accepted_at_once_makes_the_first_receipt_pointless() -> None:
    (line,) = lines(ADA, survey(Checked.ACCEPTED), Section.RECEIPT)
    assert [key.rpartition("/")[2] for key in line.skips] == ["received"]


def test_what_a_coordinator_typed_gives_no_receipt() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P2")
    book.trained(ADA, "hsp")
    assert lines(ADA, book, Section.RECEIPT) == ()


# introductions --------------------------------------------------------------------------------------------------------


def test_existing_staff_are_introduced_once_with_what_stands_open() -> None:
    plan = plan_introductions(everybody().judge(), History(), lab(), TODAY)
    assert {n.kind for n in plan} == {MessageKind.INTRODUCTION}
    assert {RIVERA, CHEN, ADA, BRANDT, HADDAD} <= {n.reader.record for n in plan}
    assert not {NINA, OKAFOR, HALF, ORTIZ} & {n.reader.record for n in plan}
    (open_now,) = [n for n in plan if n.reader.record == BRANDT]
    assert [line.section for line in open_now.lines] == [Section.DUE]
    assert plan_introductions(everybody().judge(), send(History(), plan), lab(), TODAY) == []


def test_an_introduction_announces_but_leaves_the_reminder_to_its_day() -> None:
    plan = plan_introductions(everybody().judge(), History(), lab(), TODAY)
    sent = send(History(), plan)
    (line,) = lines(BRANDT, everybody(), Section.DUE, sent, in_days(1))
    assert line.key.endswith("/30")


def put_right(*, mistyped: bool) -> list[list[str]]:
    """The keys of Ada's mails on six days. She was cleared before reminders began; twice a date is mistyped, and put right."""
    book = study()
    book.person(ADA, "Ada Adeyemi")
    book.listing(ADA, "P2")
    key = f"cleared/{ADA}/P2/{date(2025, 6, 2)}"
    items = {key: ItemRecord(key=key, state=ItemState.BASELINE, reader="", on=days_ago(30))}
    history, mails = History(started=True, items=items), []
    for number, wrong in enumerate((False, True, False, False, True, False)):
        book.drop("completions", person=ADA)
        book.completion(ADA, "hsp", date(2022, 6, 1) if wrong and mistyped else date(2025, 6, 2))
        day = in_days(7 * number)
        found = plan_reminders(book.judge(day), history, lab(), day)
        history = send(history, found, day)
        mails.append([key for notice in found if notice.reader.record == ADA for key in notice.keys()])
    return mails


def test_a_date_that_is_put_right_ends_each_stop_once() -> None:
    """The days it clears are long gone and were told; without this, a person who was asked to stop never hears of the end."""
    kinds = [{key.partition("/")[0] for key in keys} - {"calendar"} for keys in put_right(mistyped=True)]
    assert kinds == [set(), {"reminder"}, {"cleared"}, set(), {"reminder"}, {"cleared"}]


def test_who_was_never_asked_to_stop_gets_no_word_of_an_end() -> None:
    assert put_right(mistyped=False) == [[]] * 6


def test_a_task_that_was_stopped_twice_may_go_on_twice() -> None:
    """Each delegation is an episode of its own: that the first stop ended says nothing of the second."""
    book = study()
    book.person(ADA, "Ada Adeyemi")
    book.trained(ADA)
    book.listing(ADA, "P1")
    book.assignment(ADA, "P1", "Talk to patients", task=Task.CONSENT)
    history, kinds = History(started=True), []
    for number in range(30):
        if number in (2, 21):
            book.delegation(ADA, "P1", Task.CONSENT, first=in_days(number), last=in_days(10) if number == 2 else None)
        day = in_days(number)
        found = [x for x in plan_reminders(book.judge(day), history, lab(), day) if x.reader.record == ADA]
        history = send(history, found, day)
        kinds += [(number, "resolved") for notice in found for key in notice.keys() if key.startswith("resolved/")]
        kinds += [(number, "stop") for notice in found if notice.section(Section.BLOCKED)]
    assert [number for number, kind in kinds if kind == "resolved"] == [2, 21]
    assert any(10 < number < 21 for number, kind in kinds if kind == "stop")

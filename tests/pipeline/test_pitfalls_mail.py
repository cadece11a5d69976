"""The known pitfalls of reminder programs, one test each, by their number in the field notes: real planners, gate, words,
ledger and outbox over hand-written records, morning by morning. What no mail can show is tested where it is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import TransportDown
from onboard.model import JobName, MessageKind, Mode, Standing
from onboard.pipeline.bouncing import look
from onboard.planning.standing import standings
from tests.pipeline import reports
from tests.pipeline.delivery_cast import GONE, answered
from tests.pipeline.office import Office
from tests.pipeline.test_came_back import FakeMailbox
from tests.planning.cast import (
    ADA,
    HADDAD,
    RIVERA,
    RULES,
    TODAY,
    Book,
    closed,
    days_ago,
    everybody,
    in_days,
    lab,
    member,
    passed_for,
    study,
)  # fmt: skip

BEN, HANA, ELENA, MARIA = (f"{name}@northlake.example" for name in ("brandt", "haddad", "rivera", "mchen"))
ANN = "lee@northlake.example"
DAY = timedelta(days=1)
REMINDERS, DIGESTS = JobName.REMINDERS, JobName.DIGESTS
Open = Callable[..., Office]


@pytest.fixture
def office(sqlite_ledger: SqlLedger) -> Iterator[Open]:
    """An office over a book, live, with nothing said yet."""

    def opened(book: Book, **more: object) -> Office:
        found = Office(ledger=sqlite_ledger, book=book, **more)
        found.go_live()
        return found

    yield opened


def ann(ends: date) -> Book:
    """Ann Lee on the chart review; her one course counts through `ends`, and her records were told complete long ago."""
    book = study()
    member(book, ADA, "Ann Lee", "P2")
    book.trained(ADA, "hsp", ends=ends)
    return book


def without_digest(book: Book) -> Book:
    """The PI, who supervises everybody, wants no digest for a month: what concerns others comes in mails of its own."""
    book.snooze(RIVERA, until=in_days(30), requirement="digest")
    return book


def reminded(office: Office, day: date) -> bool:
    """Whether Ann was reminded of her course this morning."""
    office.morning(day, REMINDERS)
    return ANN in office.reached() and "human subjects course" in office.text(ANN)


def through(office: Office, first: date, days: int) -> list[int]:
    """On which of the next mornings Ann was reminded."""
    return [number for number in range(days) if reminded(office, first + number * DAY)]


def test_case_1_the_machine_was_off_on_the_day_of_the_tier(office: Open) -> None:
    one = office(ann(in_days(31)))
    one.morning(TODAY, REMINDERS)  # 31 days left: the 60-day mail
    assert through(one, in_days(3), 2) == [0], "the 30-day mail goes at the next run, two days late, once"
    assert "Thu 24 Dec 2026 (in 28 days)" in one.text(ANN)


def test_case_2_a_second_run_of_the_day_and_a_lost_answer_send_nothing_twice(office: Open) -> None:
    one = office(ann(in_days(10)))
    assert reminded(one, TODAY)
    assert not reminded(one, TODAY) and one.morning(TODAY, REMINDERS)[0].outcome == "already"
    one.ledger.close()
    one.morning(TODAY)
    assert ANN not in one.reached(), "nor does another process"


def test_case_3_one_person_in_two_records_with_two_spellings_gets_one_mail(office: Open) -> None:
    book = ann(in_days(10))
    book.person("77", "Ann M. Lee", email="  LEE@Northlake.Example ")
    book.listing("77", "P2")
    one = office(book)
    one.morning()
    assert one.reached().count(ANN) == 1
    assert "Records 3 and 77 share the address" in one.text(MARIA)


def test_case_4_the_certificate_arrived_overnight(office: Open) -> None:
    book = ann(in_days(8))
    one = office(book)
    assert reminded(one, TODAY)
    book.completion(ADA, "hsp", TODAY)
    assert through(one, TODAY + DAY, 12) == []


def test_case_4_it_arrived_while_the_mail_waited_for_the_server(office: Open) -> None:
    book = ann(in_days(7))
    one = office(book)
    one.mailer.down = TransportDown("the server does not answer")
    one.morning(TODAY, REMINDERS)
    assert one.ledger.outbox(Mode.LIVE)["queued"]
    book.completion(ADA, "hsp", TODAY)
    one.mailer.down = None
    one.morning(TODAY + DAY, REMINDERS)
    assert ANN not in one.reached() or "Renew" not in str(one.mail(ANN)["Subject"]), "the next plan takes its place"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda book: book.drop("listings", person=ADA), id="off the protocol"),
        pytest.param(lambda book: (book.drop("appointments", person=ADA), book.appointment(ADA, days_ago(400), days_ago(1))),
                     id="left the lab"),
        pytest.param(lambda book: book.drop("approvals", protocol="P2"), id="the protocol is no more"),
    ],
)  # fmt: skip
def test_case_5_whoever_is_off_hears_nothing_more(office: Open, change: Callable[[Book], object]) -> None:
    book = ann(in_days(8))
    one = office(book)
    assert reminded(one, TODAY)
    change(book)
    assert through(one, TODAY + DAY, 10) == []


def test_case_5_a_course_nobody_demands_any_more(office: Open) -> None:
    one = office(ann(in_days(8)))
    assert reminded(one, TODAY)
    one.rules = replace(RULES, requirements=tuple(r for r in RULES.requirements if r.id != "hsp"), version="rules-2")
    one.ledger.save_rules("rules-2", "rules-2", one.clock.now(), Mode.LIVE)
    assert through(one, TODAY + DAY, 10) == []


def test_case_6_every_kind_of_mail_has_a_sender(office: Open) -> None:
    """The introduction is go-live's and the operator's notice comes with a trouble; all others within a fortnight here."""
    one = office(everybody())
    tuesday = one.morning(TODAY + DAY, JobName.CHECKLISTS, REMINDERS, JobName.WORKLIST)
    found = [*tuesday, *one.morning(TODAY + 7 * DAY)]
    kinds = {notice.kind for report in found for notice in report.planned}
    assert kinds == set(MessageKind) - {MessageKind.INTRODUCTION, MessageKind.OPERATOR}
    one.read_trouble = "REDCap does not answer"
    one.morning(TODAY + 8 * DAY)
    assert one.reached() == [one.lab.operator]


def test_case_7_over_the_providers_limit_is_not_sent_is_tried_again_and_the_operator_hears(office: Open) -> None:
    one = office(everybody())
    one.mailer.down = TransportDown("554 5.2.0 the mailbox reached its limit of recipients for today")
    (report,) = one.morning(TODAY, REMINDERS)
    assert report.outcome == "waiting" and one.reached() == []
    states = one.ledger.outbox(Mode.LIVE)
    items = one.ledger.history(Mode.LIVE).items.values()
    assert set(states) == {"queued"} and not any(item.state == "sent" for item in items)
    one.mailer.down = None
    one.morning(TODAY + DAY, REMINDERS)
    assert HANA in one.reached() and one.reached().count(one.lab.operator) == 1
    assert "limit of recipients" in one.text(one.lab.operator)


def test_case_8_one_bad_address_and_one_bad_template_stop_nobody_else(office: Open, tmp_path: Path) -> None:
    book = everybody()
    book.person("91", "Bad Address", first=days_ago(900), email="bad at northlake.example")
    book.listing("91", "P1")
    (tmp_path / "digest.body.html").write_text("{{ mail.nothing_like_that }}")
    one = office(book, templates=tmp_path)
    found = one.morning()
    assert {HANA, BEN, MARIA} <= set(one.reached())
    (digests,) = [report for report in found if report.job is DIGESTS]
    assert any("digest.body.html, line 1" in words for words in digests.trouble)
    assert one.lab.operator in one.reached()


def test_case_12_the_last_day_counts_and_the_next_does_not(office: Open) -> None:
    one = office(ann(TODAY))
    one.morning(TODAY, REMINDERS)
    assert "Mon 23 Nov 2026 (today)" in one.text(ANN) and "Pause" not in str(one.mail(ANN)["Subject"]) + one.text(ANN)
    one.morning(TODAY + DAY, REMINDERS)
    assert one.mail(ANN)["Subject"] == "Pause CHART: your human subjects course ended 23 Nov 2026"


def test_case_13_what_has_no_end_is_never_reminded_of(office: Open) -> None:
    book = ann(in_days(900))
    one = office(book)
    assert through(one, TODAY, 5) == []


@pytest.mark.parametrize("at", [time(0, 30), time(7), time(23, 30)])
def test_case_14_the_days_left_are_the_labs_days_whatever_the_clock_in_london(office: Open, at: time) -> None:
    one = office(ann(in_days(7)))
    one.morning(TODAY, REMINDERS, at=at)
    assert "Mon 30 Nov 2026" in str(one.mail(ANN)["Subject"]) and "Mon 30 Nov 2026 (in 7 days)" in one.text(ANN)


def test_case_15_to_17_a_course_nobody_knows_is_looked_at_before_anybody_is_chased(office: Open) -> None:
    one = office(everybody())
    one.morning()
    assert "unmapped@northlake.example" not in one.reached()
    assert "ANOTHER HSP COURSE" in one.text(MARIA)


def test_case_18_two_people_of_one_name_are_told_apart_in_every_list(office: Open) -> None:
    book = everybody()
    for record, address in (("92", "j.smith@northlake.example"), ("93", "js2@northlake.example")):
        book.person(record, "Jo Smith", email=address)
        book.listing(record, "P1")
    one = office(book)
    one.morning()
    digest = one.text(ELENA)
    assert {"j.smith@northlake.example", "js2@northlake.example"} <= set(one.reached())
    assert "record 92" in digest and "record 93" in digest


def test_case_20_an_old_certificate_handed_in_late_shortens_nothing(office: Open) -> None:
    book = ann(in_days(300))
    one = office(book)
    one.morning(TODAY, REMINDERS)
    book.completion(ADA, "hsp", passed_for(in_days(5)))
    assert through(one, TODAY + DAY, 8) == []


def test_case_22_a_bad_read_never_looks_like_nobody_left(office: Open) -> None:
    one = office(everybody())
    one.mailer.down = TransportDown("no network either")
    one.morning()
    queued = one.ledger.outbox(Mode.LIVE)["queued"]
    one.mailer.down, one.read_trouble = None, "People has 3 rows, 14 at the last read"
    found = one.morning(TODAY + DAY)
    assert one.reached().count(one.lab.operator) == len(one.reached()) - one.reached().count(MARIA), "no mail to people"
    assert {report.outcome for report in found} == {"failed"} and queued > 5
    one.read_trouble = ""
    one.morning(TODAY + DAY, REMINDERS, at=time(9))
    assert HANA in one.reached(), "and nothing that was said is lost"


def test_case_26_thanksgiving_moves_a_hard_deadline_forward_and_the_digest_to_the_next_working_day(office: Open) -> None:
    """Thanksgiving is Thursday 26 November, the lab is closed on Friday as well."""
    thursday, friday = TODAY + 3 * DAY, TODAY + 4 * DAY
    quiet = replace(lab(closed(thursday, friday)), limits=replace(lab().limits, mode=Mode.LIVE))
    one = office(ann(thursday), lab=quiet)
    asked = through(one, TODAY, 5)
    assert 2 in asked and not {3, 4} & set(asked), "said on Wednesday, the last working day"


def test_case_26_the_night_the_clocks_change_is_one_day(office: Open) -> None:
    """1 November 2026, New York: a day of 25 hours."""
    sunday = date(2026, 11, 1)
    one = office(ann(sunday + 9 * DAY))
    one.go_live(sunday - 3 * DAY)
    assert through(one, sunday - 2 * DAY, 6) == [0, 4], "11 days left on Friday, and 7 on Tuesday: the 14- and the 7-day mail"
    assert {run["slot"] for run in one.ledger.last_runs()} == {sunday + n * DAY for n in range(-2, 4)}


class TestCase27TheDigest:
    def test_of_nobody_says_so(self, office: Open) -> None:
        one = office(study())
        one.morning(TODAY, DIGESTS)
        assert one.reached() == [ELENA] and "Nothing needs you" in one.text(ELENA)

    def test_of_a_hundred_fits_one_mail(self, office: Open) -> None:
        book = study()
        for number in range(100):
            member(book, f"{500 + number}", f"Person Number{number:03}", "P1")
        one = office(book)
        one.morning(TODAY, DIGESTS)
        html = one.mail(ELENA).get_body(("html",))
        assert html is not None and len(str(html.get_content()).encode()) < 90_000
        assert "2 of 102 cleared" in str(one.mail(ELENA)["Subject"])
        assert "2 of 102 cleared, 100 blocked" in one.text(ELENA) and "and 94 more" in one.text(ELENA)


class TestWhatCameBack:
    def test_a_bounced_reminder_is_tried_once_more_then_the_coordinator_hears(self, office: Open) -> None:
        one = office(everybody())
        for number, day in enumerate((TODAY, TODAY + DAY), start=1):
            one.morning(day, REMINDERS)
            assert HANA in one.reached()
            (sent,) = [key for key, to in one.mailer.delivered[one.before :] if to == HANA]
            look(FakeMailbox(mails=[reports.exchange(sent, HANA)]), one.ledger, one.clock, Mode.LIVE, day)
            closed = standings(one.ledger.history(Mode.LIVE), day)[HANA]
            assert closed.standing is (Standing.DOUBTED, Standing.CLOSED)[number - 1]
        one.morning(TODAY + 2 * DAY)
        assert HANA not in one.reached()
        assert f"Nothing is sent to {HANA} until" in one.text(MARIA) and "Correct the address" in one.text(MARIA)

    def test_a_supervisor_hears_nothing_of_somebody_whose_own_mail_came_back(self, office: Open) -> None:
        one = office(without_digest(ann(in_days(8))))
        for number in range(8):
            day = TODAY + number * DAY
            one.morning(day, REMINDERS)
            sent = [key for key, to in one.mailer.delivered[one.before :] if to == ANN]
            look(FakeMailbox(mails=[reports.postfix(key, ANN) for key in sent]), one.ledger, one.clock, Mode.LIVE, day)
            assert not _escalated(one, ADA), "while her course still counts"
        assert [*one.ledger.history(Mode.LIVE).addresses] == [ANN]

    def test_and_hears_two_working_days_after_a_mail_that_arrived(self, office: Open) -> None:
        one = office(without_digest(ann(in_days(8))))
        heard = []
        for number in range(4):
            one.morning(TODAY + number * DAY, REMINDERS)
            heard.append(_escalated(one, ADA))
        assert heard == [0, 0, 1, 1]

    def test_a_new_address_gets_what_the_old_one_refused(self, office: Open) -> None:
        book = everybody()
        one = office(book)
        one.mailer.answers[HANA] = [answered(GONE)]
        one.morning()
        (person,) = [row for row in book.rows["people"] if row.record == HADDAD]
        book.drop("people", record=HADDAD)
        book.add("people", replace(person, university_email="hana.haddad@northlake.example"))
        one.morning(TODAY + DAY)
        assert "hana.haddad@northlake.example" in one.reached()


def test_planning_and_sending_again_says_nothing_until_something_changes(office: Open) -> None:
    one = office(everybody())
    one.morning()
    one.morning()
    assert one.reached() == []


def test_nobody_gets_two_mails_about_themselves_on_a_day(office: Open) -> None:
    one = office(everybody())
    for number in range(4):
        one.morning(TODAY + number * DAY, JobName.CHECKLISTS, REMINDERS)
        people = [to for to in one.reached() if to not in (ELENA, MARIA, one.lab.operator)]
        supervisors = {"ready@northlake.example"}
        assert all(people.count(to) == 1 for to in set(people) - supervisors), people


def _escalated(office: Office, person: str) -> int:
    """How many mails to others named a person."""
    return sum(one["kind"] == MessageKind.ESCALATION for one in office.ledger.told(Mode.LIVE, person))

"""What the operator hears of the mail: once, few mails a day, never about mail to the operator; and what is said while no mail
can be sent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import InDoubt
from onboard.model import JobName, MailNumbers, MessageKind, Mode
from onboard.pipeline.delivering import Drained
from onboard.pipeline.mail_troubles import board_words, mail_numbers
from onboard.pipeline.running import deliver_waiting
from onboard.pipeline.telling import Told, tell
from onboard.pipeline.tools import never
from onboard.pipeline.troubles import trouble
from tests.pipeline.delivery_cast import GONE, answered, outgoing, queue
from tests.pipeline.office import Office
from tests.planning.cast import TODAY, everybody

DAY = timedelta(days=1)
REMINDERS, WORKLIST = JobName.REMINDERS, JobName.WORKLIST
HANA, MARIA, ELENA = "haddad@northlake.example", "mchen@northlake.example", "rivera@northlake.example"


@pytest.fixture
def office(sqlite_ledger: SqlLedger) -> Office:
    one = Office(sqlite_ledger, everybody())
    one.go_live()
    return one


def told(office: Office, number: int) -> Told:
    """So many different troubles in one run."""
    found = [trouble(f"t{n}", f"Trouble {'abcdefghij'[n]}", f"What is wrong with {'abcdefghij'[n]}.") for n in range(number)]
    office.clock.at = datetime.combine(TODAY, time(12), tzinfo=UTC)
    return tell(office.tools(), Mode.LIVE, WORKLIST, TODAY, {"many": found}, Drained(), never)[0]


def test_five_a_day_and_one_that_counts_the_rest(office: Office) -> None:
    found = told(office, 8)
    assert len(office.mailer.delivered) == 6 and found.untold == ()
    assert "And 3 more troubles today" in office.text(office.lab.operator)
    assert told(office, 8).fresh == () and len(office.mailer.delivered) == 6


def test_one_trouble_more_on_the_same_day_waits_for_tomorrow_and_is_untold(office: Office) -> None:
    told(office, 8)
    found = told(office, 9)
    assert len(office.mailer.delivered) == 6 and len(found.untold) == 1


def test_a_day_without_answers_costs_two_offers_a_mail_and_two_mails_to_the_operator(office: Office) -> None:
    lost = InDoubt("the link was lost after the message")
    office.mailer.answers = {to: [lost] * 99 for to in (HANA, MARIA, ELENA, office.lab.operator)}
    people = {p.university_email for p in office.book.rows["people"]}
    office.mailer.answers |= {to: [lost] * 99 for to in people if to}
    office.morning(TODAY)
    for _ in range(66):
        office.clock.wait(minutes=10)
        if office.ledger.outbox(Mode.LIVE).get("queued"):
            deliver_waiting(office.tools(), WORKLIST, TODAY, mode=Mode.LIVE, stop=never)
    offers = Counter(office.mailer.offered)
    assert max(offers.values()) <= 2
    mails = [m for m in office.ledger.history(Mode.LIVE).mails if m.kind is MessageKind.OPERATOR]
    assert len(mails) <= 2
    said = [text for run in office.ledger.last_runs(20) for text in run["trouble"]]
    assert said and not any("operator" in text for text in said), "mail to the operator is never a trouble"


def test_each_doubt_is_told_also_one_that_comes_on_another_day(office: Office) -> None:
    lost = InDoubt("the link was lost after the message")
    for number in range(2):
        day, to = TODAY + number * DAY, f"p{number}@northlake.example"
        office.clock.at = datetime.combine(day, time(12), tzinfo=UTC)
        office.mailer.answers = {to: [lost]}
        queue(office.ledger, outgoing(to, f"k/{number}", slot=day), slot=day, now=office.clock.now())
        report = deliver_waiting(office.tools(), WORKLIST, day, mode=Mode.LIVE, stop=never)
        assert report.trouble and not report.untold and to in office.text(office.lab.operator)
        assert len(office.mailer.delivered) == number + 1
        again = deliver_waiting(office.tools(), WORKLIST, day, mode=Mode.LIVE, stop=never)
        assert again.trouble == () and len(office.mailer.delivered) == number + 1, "once"


def test_an_operator_who_cannot_be_reached_is_said_by_every_other_way(office: Office) -> None:
    office.mailer.answers = {office.lab.operator: [answered(GONE)] * 9, HANA: [answered(GONE)]}
    (report,) = office.morning(TODAY, REMINDERS)
    assert report.untold and report.needs_person
    office.morning(TODAY, WORKLIST)
    assert "The operator's address does not take our mail" in office.text(MARIA)
    assert board_words(office.ledger, office.lab, Mode.LIVE, TODAY) == "The operator's address does not take our mail."
    attempts = [m for m in office.ledger.history(Mode.LIVE).mails if m.kind is MessageKind.OPERATOR]
    assert len(attempts) == 1, "one try a day"


def test_a_coordinator_who_refuses_is_tried_at_every_slot_and_told_to_the_operator(office: Office) -> None:
    for number in range(4):
        office.mailer.answers = {MARIA: [answered(GONE)]}
        office.morning(TODAY + number * DAY, WORKLIST)
        mails = [m for m in office.ledger.history(Mode.LIVE).mails if m.reader == MARIA]
        assert len(mails) == number + 1, "never closed"
    about = [to for _, to in office.mailer.delivered]
    assert about.count(office.lab.operator) == 1 and MARIA in office.text(office.lab.operator)
    assert board_words(office.ledger, office.lab, Mode.LIVE, TODAY + 3 * DAY) == "A coordinator's address does not take our mail."


def test_an_address_is_told_on_its_first_refusal_and_once_when_it_takes_mail_again(office: Office) -> None:
    office.mailer.answers = {HANA: [answered(GONE)]}
    office.morning(TODAY, REMINDERS)
    assert f"{HANA} does not take our mail" in office.text(office.lab.operator)
    office.morning(TODAY, WORKLIST)
    assert f"{HANA} does not take our mail" in office.text(MARIA) and "tried again from 24 Nov" in office.text(MARIA)
    office.morning(TODAY + DAY, REMINDERS)
    assert HANA in office.reached() and "takes our mail again" in office.text(office.lab.operator)
    assert sum(to == office.lab.operator for _, to in office.mailer.delivered) == 2


def test_while_mail_is_held_the_board_says_since_when(office: Office) -> None:
    helo = "504 5.5.2 <labbox>: Helo command rejected: need fully-qualified hostname"
    people = {p.university_email for p in office.book.rows["people"] if p.university_email}
    office.mailer.answers = {to: [answered(helo)] for to in (*people, MARIA)}
    (report,) = office.morning(TODAY, REMINDERS)
    assert report.outcome == "waiting" and report.untold and "no address was closed" in report.trouble[0]
    assert board_words(office.ledger, office.lab, Mode.LIVE, TODAY).startswith("No mail has left since 23 Nov 2026 07:00")
    assert mail_numbers(office.ledger, Mode.LIVE, TODAY) == MailNumbers(held=True, closed=0, in_doubt=0, given_up=0)
    assert not office.ledger.history(Mode.LIVE).addresses


def test_closed_and_lost_are_counted_for_those_who_watch(office: Office) -> None:
    for number in range(2):
        office.mailer.answers = {HANA: [answered(GONE)]}
        office.morning(TODAY + number * DAY, REMINDERS)
    found = mail_numbers(office.ledger, Mode.LIVE, TODAY + DAY)
    assert (found.held, found.closed, found.given_up) == (False, 1, 2)

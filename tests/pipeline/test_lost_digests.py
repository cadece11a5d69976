"""A digest that was given up by no fault of its reader opens its week again, for that reader; on the day it goes, late or not,
the reader gets no escalation apart."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from jobs.due import _last_used
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import JobName, MessageKind, Mode
from onboard.pipeline.running import deliver_waiting
from onboard.pipeline.tools import never
from onboard.planning.notices import latest_slot
from tests.pipeline.delivery_cast import GONE, LATER_TODAY, FakeMailer, answered, spam
from tests.pipeline.office import Office
from tests.planning.cast import TODAY, Book, everybody

DAY = timedelta(days=1)
DIGESTS, REMINDERS = JobName.DIGESTS, JobName.REMINDERS
ELENA = "rivera@northlake.example"


@pytest.fixture
def office(sqlite_ledger: SqlLedger) -> Office:
    one = Office(sqlite_ledger, _book())
    one.go_live()
    one.morning(TODAY - 3 * DAY, REMINDERS)  # what she is told of herself would put an escalation off by a day
    return one


def _book() -> Book:
    """Everybody, and a second reader of the digest."""
    book = everybody()
    book.protocol("P9", "OTHER", next(iter(book.rows["approvals"])).study_type, digest_to=["dean@northlake.example"])
    return book


def kinds_to(office: Office, address: str, day: date) -> list[str]:
    """What reached somebody on a day."""
    mails = office.ledger.history(Mode.LIVE).mails
    return sorted(m.kind.value for m in mails if m.reader == address and m.slot == day and m.state == "sent")


def test_it_comes_with_the_next_working_day_in_that_days_words_and_nobody_gets_a_second_one(office: Office) -> None:
    office.mailer.answers = {ELENA: [spam()]}
    office.morning(TODAY, DIGESTS)
    assert office.reached() == ["dean@northlake.example", office.lab.operator]
    assert office.ledger.digests_owed(Mode.LIVE, TODAY) == {ELENA}
    office.morning(TODAY + DAY, REMINDERS, DIGESTS)
    assert kinds_to(office, ELENA, TODAY + DAY) == ["digest"], "and no escalation apart"
    assert kinds_to(office, "dean@northlake.example", TODAY + DAY) == []
    assert office.mail(ELENA)["Date"].datetime.date() == TODAY + DAY
    assert "Amara Okafor, CHART: starts Mon 7 Dec 2026. Can begin about Wed 9 Dec 2026" in office.text(ELENA), "a day on"
    assert office.ledger.digests_owed(Mode.LIVE, TODAY) == frozenset()
    office.morning(TODAY + 2 * DAY, DIGESTS)
    assert office.reached() == []


def test_it_opens_its_week_in_the_schedule_once_a_day(office: Office) -> None:
    office.mailer.answers = {ELENA: [spam(), spam()]}
    app = SimpleNamespace(ledger=office.ledger, lab=office.lab)
    office.morning(TODAY, DIGESTS)
    assert _last_used(app, Mode.LIVE, DIGESTS, TODAY) == TODAY, "not twice on one day"
    assert _last_used(app, Mode.LIVE, DIGESTS, TODAY + DAY) == TODAY - DAY
    office.morning(TODAY + DAY, DIGESTS)
    assert _last_used(app, Mode.LIVE, DIGESTS, TODAY + DAY) == TODAY + DAY
    assert _last_used(app, Mode.LIVE, DIGESTS, TODAY + 2 * DAY) == TODAY - DAY
    office.morning(TODAY + 2 * DAY, DIGESTS)
    assert _last_used(app, Mode.LIVE, DIGESTS, TODAY + 3 * DAY) == TODAY + 2 * DAY


def test_an_address_that_is_no_good_opens_no_week(office: Office) -> None:
    office.mailer.answers = {ELENA: [answered(GONE)]}
    office.morning(TODAY, DIGESTS)
    assert office.ledger.digests_owed(Mode.LIVE, TODAY) == frozenset()


def test_a_week_whose_monday_failed_has_its_digest_and_no_escalation_on_tuesday(office: Office) -> None:
    office.morning(TODAY - 7 * DAY, DIGESTS)
    office.read_trouble = "REDCap is down"
    office.morning(TODAY, REMINDERS, DIGESTS)
    office.read_trouble = ""
    office.morning(TODAY + DAY, REMINDERS, DIGESTS)
    assert kinds_to(office, ELENA, TODAY + DAY) == ["digest"], "no escalation apart"


def test_on_a_day_without_a_digest_the_escalation_goes_apart(office: Office) -> None:
    office.morning(TODAY, DIGESTS)
    office.book.person("77", "Late Lapse", email="lapse@northlake.example")
    office.book.listing("77", "P1")
    office.book.trained("77", "hsp")
    office.book.trained("77", "gcp", ends=TODAY)
    office.morning(TODAY + DAY, REMINDERS)
    assert MessageKind.ESCALATION.value in kinds_to(office, ELENA, TODAY + DAY)


@pytest.mark.parametrize("seed", range(2))
def test_sixty_days_of_random_failures_bring_no_reader_two_digests_of_a_week(seed: int, office: Office) -> None:
    dice = random.Random(seed)

    class Unlucky(FakeMailer):
        """Refuses, loses or takes, by chance."""

        def deliver(self, post, before_data) -> str:
            luck = dice.random()
            if luck < 0.25:
                raise spam()
            if luck < 0.35:
                raise answered(LATER_TODAY)
            if luck < 0.45:
                raise answered("421 4.3.2 closing")
            return super().deliver(post, before_data)

    office.mailer = Unlucky()
    got: Counter[tuple[str, date]] = Counter()
    week = TODAY
    for number in range(60):
        day = TODAY + number * DAY
        if not office.lab.cadence.calendar.works(day):
            continue
        week = latest_slot(office.lab.cadence.calendar, 0, day) or week
        last = office.ledger.last_slot(Mode.LIVE, DIGESTS)
        if last is None or last < week or (last < day and office.ledger.digests_owed(Mode.LIVE, week)):
            office.morning(day, DIGESTS)
        for _ in range(3):
            office.clock.wait(hours=2)
            if office.ledger.outbox(Mode.LIVE).get("queued"):
                deliver_waiting(office.tools(), DIGESTS, day, mode=Mode.LIVE, stop=never)
        got.update((to, week) for _, to in office.mailer.delivered[office.before :] if to in (ELENA, "dean@northlake.example"))
        office.before = len(office.mailer.delivered)
    assert max(got.values()) == 1, "never two"
    assert sum(got[ELENA, TODAY + 7 * n * DAY] for n in range(8)) >= 7, "and hardly a week without one"

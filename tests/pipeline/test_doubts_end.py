"""A mail offered without an answer: how often the same bytes go again, and how the doubt ends by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import InDoubt
from onboard.model import ItemState, MessageKind, Mode
from onboard.pipeline.delivering import drain
from onboard.pipeline.doubting import Place, end_doubts
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, FakeMailer, HandClock, outgoing, queue
from tests.pipeline.office import Office
from tests.planning.cast import TODAY, everybody

DAY = timedelta(days=1)
PLACE = Place(zone=ZoneInfo("America/Indiana/Indianapolis"))
LOST = InDoubt("the link was lost after the message")


class Silent(FakeMailer):
    """A server that answers nothing after the message."""

    def deliver(self, post, before_data) -> str:
        before_data()
        self.offered.append(post.id)
        raise LOST


def days_of_runs(ledger: SqlLedger, mailer: FakeMailer, clock: HandClock, days: int) -> list[int]:
    """A drain every ten minutes from seven to six, on working days; how often mail was offered on each."""
    counts = []
    for number in range(days):
        before = len(mailer.offered)
        day = MONDAY + number * DAY
        clock.at = datetime.combine(day, time(7), tzinfo=PLACE.zone).astimezone(UTC)
        for _ in range(66):
            drain(mailer, ledger, clock, LIVE, place=PLACE)
            clock.wait(minutes=10)
        counts.append(len(mailer.offered) - before)
    return counts


def test_a_hard_deadline_goes_again_after_an_hour_and_on_the_next_working_day_and_never_more(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    mailer = Silent()
    queue(sqlite_ledger, outgoing(LEILA.address, "r/1", hard=True, expires_at=clock.now() + timedelta(hours=17)))
    assert days_of_runs(sqlite_ledger, mailer, clock, 5) == [2, 1, 0, 0, 0], "the same bytes, three times in all"
    assert len(set(mailer.offered)) == 1


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        (MessageKind.REMINDER, ItemState.DOUBTED, False), (MessageKind.ESCALATION, ItemState.DOUBTED, False),
        (MessageKind.DIGEST, ItemState.SENT, True), (MessageKind.WORKLIST, ItemState.SENT, True),
    ],
)  # fmt: skip
def test_after_three_working_days_a_view_is_taken_as_arrived_and_anything_else_is_said_again(
    kind: MessageKind, state: ItemState, said: bool, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    queue(sqlite_ledger, outgoing(LEILA.address, "r/1", kind=kind))
    drain(Silent(), sqlite_ledger, clock, LIVE, place=PLACE)
    for _ in range(2):
        clock.wait(days=1)
        assert end_doubts(sqlite_ledger, LIVE, clock.now(), PLACE) == 0 and sqlite_ledger.history(LIVE).said("r/1")
    clock.wait(days=1)
    assert end_doubts(sqlite_ledger, LIVE, clock.now(), PLACE) == 1 and sqlite_ledger.parked(LIVE) == []
    history = sqlite_ledger.history(LIVE)
    assert history.said("r/1") is said and history.items["r/1"].state is state
    queue(sqlite_ledger, slot=MONDAY + 3 * DAY, now=clock.now())
    if not said:
        again = outgoing(LEILA.address, "r/1", slot=MONDAY + 4 * DAY)
        queue(sqlite_ledger, again, slot=MONDAY + 4 * DAY, now=clock.now())


def test_a_digest_in_doubt_ends_with_the_readers_next_one(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    queue(sqlite_ledger, outgoing(LEILA.address, "digest/1", kind=MessageKind.DIGEST))
    drain(Silent(), sqlite_ledger, clock, LIVE, place=PLACE)
    clock.wait(days=1)
    following = outgoing(LEILA.address, "digest/2", kind=MessageKind.DIGEST, slot=MONDAY + DAY)
    queue(sqlite_ledger, following, slot=MONDAY + DAY, now=clock.now())
    drain(FakeMailer(), sqlite_ledger, clock, LIVE, place=PLACE)
    assert end_doubts(sqlite_ledger, LIVE, clock.now(), PLACE) == 1 and sqlite_ledger.outbox(LIVE) == {"sent": 2}


def test_mail_to_the_operator_goes_once_more_the_next_day_and_is_taken_as_told(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    mailer = Silent()
    queue(sqlite_ledger, outgoing("it@northlake.example", "operator/x", kind=MessageKind.OPERATOR))
    assert days_of_runs(sqlite_ledger, mailer, clock, 4) == [1, 1, 0, 0]
    assert sqlite_ledger.parked(LIVE) == [] and sqlite_ledger.history(LIVE).items["operator/x"].state is ItemState.SENT


@pytest.fixture
def office(sqlite_ledger: SqlLedger) -> Office:
    one = Office(sqlite_ledger, everybody())
    one.go_live()
    return one


def morning(office: Office, day: date) -> list[str]:
    """Whom the morning's mails reached."""
    office.morning(day)
    return office.reached()


def test_what_is_said_again_says_that_it_may_be_known(office: Office) -> None:
    reached = morning(office, TODAY)
    (reader,) = [to for to in reached if to.startswith("haddad")]
    assert "may have had this already" not in office.text(reader)
    other = Office(SqlLedger.blank("rivera"), everybody())
    other.go_live()
    other.mailer.answers = {reader: [LOST]}
    morning(other, TODAY)
    for number in range(1, 16):
        if reader in morning(other, TODAY + number * DAY):
            break
    assert "You may have had this already" in other.text(reader)
    html = other.mail(reader).get_body(("html",))
    assert html is not None and "You may have had this already" in html.get_content()
    assert other.ledger.history(Mode.LIVE).parked == 0
    other.mailer.bodies.pop(reader)
    for later in range(number + 1, number + 9):
        if reader in morning(other, TODAY + later * DAY):
            break
    assert "You may have had this already" not in other.text(reader), "once"

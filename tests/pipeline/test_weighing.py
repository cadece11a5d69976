"""One drain over nine readers, judged as a whole: what is offered, who is counted, whether all mail waits."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import InDoubt
from onboard.model import Action, Standing, Step
from onboard.pipeline.delivering import Drained, drain
from onboard.pipeline.doubting import Place
from onboard.planning.standing import standings
from tests.pipeline.delivery_cast import GONE, LIVE, MONDAY, FakeMailer, HandClock, answered, outgoing, queue, spam

ZONE = ZoneInfo("America/Indiana/Indianapolis")
PLACE = Place(zone=ZONE)
NINE = [f"p{number}@northlake.example" for number in range(9)]
HELO = "504 5.5.2 <labbox>: Helo command rejected: need fully-qualified hostname"


class Relay(FakeMailer):
    """Counts what was tried."""

    tried: list[str]

    def deliver(self, post, before_data) -> str:
        self.tried.append(post.to_addr)
        return super().deliver(post, before_data)


def relay(**answers: list[Exception | None]) -> Relay:
    """With scripted answers for readers named by number."""
    made = Relay(answers={NINE[int(name[1:])]: list(given) for name, given in answers.items()})
    made.tried = []
    return made


def everybody(said: str, step: Step = Step.RECIPIENT) -> Relay:
    """The same answer for each of them, again and again."""
    return relay(**{f"p{number}": [answered(said, step) for _ in range(9)] for number in range(9)})


def nine(ledger: SqlLedger, mailer: Relay, clock: HandClock) -> Drained:
    """One mail to each, one drain."""
    queue(ledger, *(outgoing(to, f"k/{to}") for to in NINE))
    return drain(mailer, ledger, clock, LIVE, place=PLACE)


def counted(ledger: SqlLedger) -> list[str]:
    """Who has evidence against their address."""
    return [one.address for one in ledger.given_up(LIVE, datetime.min.replace(tzinfo=UTC)) if one.refusal.action is Action.COUNT]


def test_helo_refused_for_all_is_one_offer_nobody_counted_and_nine_mails_after_the_cure(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    bad = everybody(HELO)
    found = nine(sqlite_ledger, bad, clock)
    assert len(bad.tried) == 1 and "`helo`" in found.down and counted(sqlite_ledger) == []
    assert sqlite_ledger.outbox(LIVE) == {"queued": 9}
    clock.wait(minutes=10)
    assert drain(bad, sqlite_ledger, clock, LIVE, place=PLACE).down and len(bad.tried) == 1, "it waits a quarter of an hour"
    clock.wait(minutes=10)
    good = relay()
    assert not drain(good, sqlite_ledger, clock, LIVE, place=PLACE).down and sorted(good.tried) == NINE
    assert sqlite_ledger.outbox(LIVE) == {"sent": 9}


def test_a_directory_that_is_down_blames_nobody(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    bad = everybody(GONE)
    assert nine(sqlite_ledger, bad, clock).down and len(bad.tried) == 5 and counted(sqlite_ledger) == []
    clock.wait(minutes=20)
    assert drain(bad, sqlite_ledger, clock, LIVE, place=PLACE).down and len(bad.tried) == 6, "one try, and it still says so"
    clock.wait(hours=1)
    assert not drain(relay(), sqlite_ledger, clock, LIVE, place=PLACE).down
    assert sqlite_ledger.outbox(LIVE) == {"sent": 9}


def test_one_typing_error_is_counted_beside_eight_who_were_taken(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    assert not nine(sqlite_ledger, relay(p4=[answered(GONE)]), clock).down
    assert sqlite_ledger.outbox(LIVE) == {"refused": 1, "sent": 8} and counted(sqlite_ledger) == [NINE[4]]


def test_two_new_hires_without_an_account_first_in_line_hold_nobody_up(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    assert not nine(sqlite_ledger, relay(p0=[answered(GONE)], p1=[answered(GONE)]), clock).down
    assert sqlite_ledger.outbox(LIVE) == {"refused": 2, "sent": 7} and sorted(counted(sqlite_ledger)) == NINE[:2]


def test_a_filter_that_refuses_all_holds_after_two(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    bad = everybody("550 5.7.1 Message content rejected", Step.BODY)
    assert nine(sqlite_ledger, bad, clock).down and len(bad.tried) == 2
    assert sqlite_ledger.outbox(LIVE) == {"queued": 9} and counted(sqlite_ledger) == []


def test_a_quota_after_six_holds_at_the_seventh(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    quota = "550 5.4.5 Daily user sending limit exceeded"
    late = relay(**{f"p{number}": [answered(quota)] for number in (6, 7, 8)})
    assert nine(sqlite_ledger, late, clock).down and len(late.tried) == 7
    assert sqlite_ledger.outbox(LIVE) == {"queued": 3, "sent": 6}


def test_no_answer_for_all_leaves_two_in_doubt_not_nine(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    lost = relay(**{f"p{number}": [InDoubt("lost")] for number in range(9)})
    assert nine(sqlite_ledger, lost, clock).down and len(lost.offered) == 2
    assert sqlite_ledger.outbox(LIVE) == {"in_doubt": 2, "queued": 7}


def test_a_full_mailbox_stops_and_blames_nobody_and_gets_its_mail_the_same_day(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    full = relay(p0=[answered("552 5.2.2 Mailbox full")])
    assert not nine(sqlite_ledger, full, clock).down
    assert sqlite_ledger.outbox(LIVE) == {"queued": 1, "sent": 8} and counted(sqlite_ledger) == []
    clock.wait(minutes=3)
    drain(full, sqlite_ledger, clock, LIVE, place=PLACE)
    assert sqlite_ledger.outbox(LIVE) == {"sent": 9}


def test_a_reader_whose_own_server_answers_as_if_it_were_us_stops_the_lab_once(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    bad = relay(p0=[answered(HELO) for _ in range(9)])
    assert nine(sqlite_ledger, bad, clock).down
    clock.wait(minutes=20)
    assert not drain(bad, sqlite_ledger, clock, LIVE, place=PLACE).down, "another reader's mail was taken first"
    assert sqlite_ledger.outbox(LIVE) == {"failed": 1, "sent": 8}
    clock.wait(days=1)
    tuesday = MONDAY + timedelta(days=1)
    queue(sqlite_ledger, *(outgoing(to, f"l/{to}", slot=tuesday) for to in NINE[:3]), slot=tuesday, now=clock.now())
    assert not drain(bad, sqlite_ledger, clock, LIVE, place=PLACE).down and counted(sqlite_ledger) == []


def test_a_spam_filter_against_one_mail_is_told_and_stops_nobody(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    assert not nine(sqlite_ledger, relay(p3=[spam()]), clock).down
    assert sqlite_ledger.outbox(LIVE) == {"failed": 1, "sent": 8}


def test_one_reader_alone_is_counted_by_a_number_and_told_by_words(sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    for number, said in enumerate((GONE, "550 No such user here")):
        day = MONDAY + timedelta(days=number)
        queue(sqlite_ledger, outgoing(NINE[0], f"k/{number}", slot=day), slot=day, now=clock.now())
        drain(relay(p0=[answered(said)]), sqlite_ledger, clock, LIVE, place=PLACE)
        clock.wait(days=1)
    actions = [one.refusal.action for one in sqlite_ledger.given_up(LIVE, datetime.min.replace(tzinfo=UTC))]
    assert actions == [Action.COUNT, Action.TELL]
    assert standings(sqlite_ledger.history(LIVE), MONDAY + timedelta(days=2))[NINE[0]].standing is Standing.DOUBTED


class TestAWrongPassword:
    """A login is tried a few times a day, and at once when somebody corrected it."""

    def tries(self, ledger: SqlLedger, clock: HandClock, settings: list[str]) -> list[datetime]:
        """A drain every ten minutes for eleven hours; when a login was tried."""
        bad = everybody("535 5.7.8 Username and Password not accepted", Step.LOGIN)
        queue(ledger, *(outgoing(to, f"k/{to}") for to in NINE))
        clock.at = datetime.combine(MONDAY, time(7), tzinfo=ZONE).astimezone(UTC)
        found = []
        for number in range(67):
            before = len(bad.tried)
            mark = settings[min(number, len(settings) - 1)]
            drain(bad, ledger, clock, LIVE, place=Place(zone=ZONE, settings=mark))
            found += [clock.at] * (len(bad.tried) - before)
            clock.wait(minutes=10)
        return found

    def test_four_times_in_eleven_hours(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        found = self.tries(sqlite_ledger, clock, ["as it was"])
        assert [(b - a) for a, b in pairwise(found)] == [timedelta(hours=1), timedelta(hours=4), timedelta(hours=4)]

    def test_at_once_after_the_file_changed(self, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
        found = self.tries(sqlite_ledger, clock, ["as it was"] * 3 + ["corrected"])
        assert found[1] - found[0] == timedelta(minutes=30)


def test_greylisting_of_five_minutes_is_sent_within_ten_and_of_four_hours_the_same_day(
    sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    begun = clock.at

    class Grey(FakeMailer):
        def deliver(self, post, before_data) -> str:
            until = timedelta(minutes=5) if post.to_addr == NINE[0] else timedelta(hours=4)
            if clock.at - begun < until:
                raise answered("450 4.2.0 greylisted, see http://postgrey.example/help")
            return super().deliver(post, before_data)

    grey = Grey()
    queue(sqlite_ledger, outgoing(NINE[0], "k/0"), outgoing(NINE[1], "k/1"))
    at: dict[str, timedelta] = {}
    for _ in range(600):
        drain(grey, sqlite_ledger, clock, LIVE, place=PLACE)
        at |= {to: clock.at - begun for _, to in grey.delivered if to not in at}
        clock.wait(minutes=1)
    assert at[NINE[0]] <= timedelta(minutes=6) and at[NINE[1]] <= timedelta(hours=5)
    assert counted(sqlite_ledger) == []

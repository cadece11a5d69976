"""What a clock that was ahead left in a ledger is dated anew: said stays said, waiting does not wait for that clock."""

from __future__ import annotations

from datetime import timedelta

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import Action, Fault, ItemState, Refusal, Snapshot, Step
from tests.pipeline.delivery_cast import AMARA, DIGESTS, LEILA, LIVE, MONDAY, MORNING, REMINDERS, open_run, outgoing, queue

WEEK = timedelta(days=7)
AHEAD, THEN = MONDAY + WEEK, MORNING + WEEK
NOW = MORNING + timedelta(hours=1)
PI, GCP = "pi@x.example", "reminder/5/gcp/-/e1:2026-12-20/30"


def of_that_clock(ledger: SqlLedger) -> None:
    """One morning a week ahead: a digest sent, a reminder queued and held, a read."""
    digest = outgoing(PI, f"digest/{PI}/{AHEAD}", slot=AHEAD)
    queue(ledger, digest, job=DIGESTS, slot=AHEAD, now=THEN)
    posts = ledger.claim(LIVE, THEN)
    for post in posts:
        ledger.mark_data(post, THEN)
    ledger.mark_sent([(post, "250 OK") for post in posts], THEN)
    queue(ledger, outgoing(LEILA.address, GCP, slot=AHEAD), slot=AHEAD, now=THEN)
    ledger.save_snapshot(Snapshot(id="s1", text="x", rows=1, read_at=THEN))
    refused = Refusal(step=Step.LOGIN, fault=Fault.OURS, action=Action.HOLD, code=535, words="no")
    ledger.hold(LIVE, refused, "no", LEILA.address, "", THEN)


def test_what_was_sent_is_said_and_the_slot_is_free(ledger: SqlLedger) -> None:
    queue(ledger, outgoing(AMARA.address, "reminder/11/gcp/-/e1:2026-12-20/30"), now=MORNING)
    of_that_clock(ledger)
    assert ledger.newest_ahead(LIVE, MONDAY, NOW) == AHEAD
    assert ledger.put_right(LIVE, MONDAY, NOW, sure=True)
    history = ledger.history(LIVE)
    (key,) = [one for one in history.items if one.startswith("digest/")]
    assert key == f"digest/{PI}/{MONDAY - timedelta(days=1)}" and history.items[key].state is ItemState.SENT
    assert GCP not in history.items, "what waited is planned anew"
    assert {mail.slot for mail in history.mails} == {MONDAY, MONDAY - timedelta(days=1)}
    assert ledger.last_slot(LIVE, DIGESTS) is None and ledger.last_slot(LIVE, REMINDERS) == MONDAY
    assert ledger.snapshot_at(NOW) is not None
    run = open_run(ledger, DIGESTS, slot=AHEAD, now=THEN)
    again = outgoing(PI, f"digest/{PI}/{AHEAD}", slot=AHEAD)
    assert ledger.enqueue(run, [again], ledger.history(LIVE, ignoring=DIGESTS).version, THEN)


def test_mail_that_waited_for_that_clock_may_be_tried_now(ledger: SqlLedger) -> None:
    of_that_clock(ledger)
    queue(ledger, outgoing(AMARA.address, "reminder/11/gcp/-/e1:2026-12-20/30"), now=MORNING)
    assert ledger.claim_trial(LIVE, NOW, "") is None
    ledger.put_right(LIVE, MONDAY, NOW, sure=True)
    tried = ledger.claim_trial(LIVE, NOW, "")
    assert tried is not None and tried.to_addr == AMARA.address


def test_it_is_said_for_the_rest_of_the_day_and_no_longer(ledger: SqlLedger) -> None:
    queue(ledger, outgoing(AMARA.address, "reminder/11/gcp/-/e1:2026-12-20/30"), now=MORNING)
    of_that_clock(ledger)
    ledger.put_right(LIVE, MONDAY, NOW, sure=True)
    assert ledger.newest_ahead(LIVE, MONDAY, NOW + timedelta(hours=8)) == AHEAD
    assert ledger.newest_ahead(LIVE, MONDAY + timedelta(days=1), NOW + timedelta(days=1)) is None


def test_without_another_clock_more_days_ahead_than_behind_prove_nothing(ledger: SqlLedger) -> None:
    of_that_clock(ledger)
    before = ledger.history(LIVE)
    assert not ledger.put_right(LIVE, MONDAY, NOW, sure=False)
    assert ledger.history(LIVE) == before and ledger.last_slot(LIVE, DIGESTS) == AHEAD


def test_reads_keep_their_order_and_none_takes_the_place_of_another(ledger: SqlLedger) -> None:
    just = NOW - timedelta(microseconds=2)
    for number, at in enumerate((just, THEN, THEN + timedelta(hours=1))):
        ledger.save_snapshot(Snapshot(id=f"s{number}", text=str(number), rows=1, read_at=at))
    ledger.put_right(LIVE, MONDAY, NOW, sure=True)
    found = ledger.reads(MORNING - WEEK)
    assert sorted(one for _, one in found) == ["s0", "s1", "s2"] and all(at < NOW for at, _ in found)
    newest = ledger.snapshot_at(NOW)
    assert newest is not None and newest.id == "s2"

"""The ledger's promises, the same on every database it runs on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import LedgerError
from onboard.model import Action, Delivery, Fault, ItemState, MessageKind, Problem, RunReport, Snapshot, Step
from onboard.planning.refusals import answer
from tests.pipeline.delivery_cast import (
    AMARA,
    DIGESTS,
    LEILA,
    LIVE,
    MONDAY,
    MORNING,
    REMINDERS,
    TRIAL,
    TUESDAY,
    open_run,
    outgoing,
    queue,
)

SOON = MORNING + timedelta(minutes=1)
LATER = MORNING + timedelta(hours=6)
NO_USER, GREY = answer(Step.RECIPIENT, 550, "5.1.1 no such user"), answer(Step.RECIPIENT, 451, "4.2.0 greylisted")
GCP_30, GCP_14 = "reminder/5/gcp/-/e1:2026-12-20/30", "reminder/5/gcp/-/e1:2026-12-20/14"


def report(outcome: str, run_id: int = 1) -> RunReport:
    """A run's report with one delivery and one trouble."""
    delivery = Delivery(message_id="<1@x>", kind=MessageKind.REMINDER, reader=LEILA.address, state="sent")
    return RunReport(
        job=REMINDERS, slot=MONDAY, mode=LIVE, outcome=outcome, run=run_id, deliveries=(delivery,), trouble=("Look.",)
    )


def hand_over(ledger: SqlLedger, now=SOON) -> list[str]:
    """Claim and hand over everything that is due."""
    posts = ledger.claim(LIVE, now)
    for post in posts:
        assert ledger.mark_data(post, now)
    ledger.mark_sent([(post, "250 OK") for post in posts], now)
    return [post.to_addr for post in posts]


class TestRuns:
    def test_one_process_at_a_time_holds_a_slot(self, open_ledger) -> None:
        first, second = open_ledger(), open_ledger()
        assert first.begin_run(LIVE, REMINDERS, MONDAY, MORNING)
        assert second.begin_run(LIVE, REMINDERS, MONDAY, SOON) is None
        assert second.begin_run(LIVE, REMINDERS, TUESDAY, SOON)
        assert second.begin_run(TRIAL, REMINDERS, MONDAY, SOON)

    def test_a_slot_whose_holder_is_gone_is_taken_over_and_the_old_holder_is_fenced_off(self, open_ledger) -> None:
        ledger, other = open_ledger(), open_ledger()
        slow = open_run(ledger)
        quick = other.begin_run(LIVE, REMINDERS, MONDAY, LATER)
        assert quick is not None and quick.id == slow.id and quick.token != slow.token
        with pytest.raises(LedgerError, match="taken over by another process"):
            ledger.enqueue(slow, [outgoing(LEILA.address, GCP_30)], ledger.history(LIVE, ignoring=REMINDERS).version, LATER)
        assert not ledger.history(LIVE).items
        assert other.enqueue(quick, [], other.history(LIVE, ignoring=REMINDERS).version, LATER)

    def test_a_failed_read_leaves_the_slot_open_and_a_plan_uses_it_up(self, ledger: SqlLedger) -> None:
        run = open_run(ledger)
        ledger.end_run(run, report("failed"), SOON)
        again = open_run(ledger, now=SOON)
        assert ledger.last_slot(LIVE, REMINDERS) is None
        assert ledger.enqueue(again, [], ledger.history(LIVE, ignoring=REMINDERS).version, SOON)
        ledger.end_run(again, report("nothing"), SOON)
        assert ledger.begin_run(LIVE, REMINDERS, MONDAY, LATER) is None
        assert ledger.last_slot(LIVE, REMINDERS) == MONDAY

    def test_reports_are_kept_as_counts_and_sentences(self, ledger: SqlLedger) -> None:
        run = open_run(ledger)
        ledger.end_run(run, report("failed"), SOON)
        (row,) = ledger.last_runs()
        assert row["run"] == run.id and row["state"] == "failed" and row["outcome"] == "failed"
        assert row["deliveries"] == {"sent": 1} and row["trouble"] == ("Look.",) and row["started_at"] == MORNING

    def test_the_last_judged_are_the_records_and_rules_of_the_newest_used_up_run(self, ledger: SqlLedger) -> None:
        for day, text in ((MONDAY, "old"), (TUESDAY, "new")):
            read_at = MORNING + (day - MONDAY)
            snapshot = Snapshot(id=text, text=f"rows {text}", read_at=read_at, rows=1)
            ledger.save_snapshot(snapshot)
            ledger.save_rules(f"v-{text}", f"rules {text}", read_at, LIVE)
            run = open_run(ledger, DIGESTS, day, read_at)
            version = ledger.history(LIVE, ignoring=DIGESTS).version
            assert ledger.enqueue(run, [], version, read_at, snapshot=snapshot, rules=f"v-{text}")
        found = ledger.last_judged(LIVE, DIGESTS)
        assert found == (Snapshot(id="new", text="rows new", read_at=MORNING + timedelta(days=1), rows=1), "rules new")
        assert ledger.last_judged(LIVE, REMINDERS) is None and ledger.last_judged(TRIAL, DIGESTS) is None


class TestEnqueue:
    def test_claimed_items_are_said_and_lower_tiers_are_skipped(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_14, skips=(GCP_30,)))
        history = ledger.history(LIVE)
        assert history.items[GCP_14].state is ItemState.CLAIMED and history.items[GCP_14].reader == LEILA.address
        assert history.items[GCP_30].state is ItemState.SKIPPED and history.said(GCP_30)
        assert [(m.reader, m.state, m.slot) for m in history.mails] == [(LEILA.address, "queued", MONDAY)]

    def test_a_plan_of_the_same_job_sees_its_queued_messages_as_gone_and_takes_their_place(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_14, skips=(GCP_30,)))
        history = ledger.history(LIVE, ignoring=REMINDERS)
        assert not history.items and not history.mails
        queue(ledger, outgoing(AMARA.address, GCP_14), slot=TUESDAY)
        assert ledger.outbox(LIVE) == {"superseded": 1, "queued": 1}
        assert ledger.history(LIVE).items[GCP_14].reader == AMARA.address
        assert GCP_30 not in ledger.history(LIVE).items

    def test_the_queue_of_another_job_stays(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_14))
        assert ledger.history(LIVE, ignoring=DIGESTS).said(GCP_14)
        queue(ledger, outgoing("pi@x.example", "digest/pi@x.example/2026-11-23"), job=DIGESTS)
        assert ledger.outbox(LIVE) == {"queued": 2}

    def test_a_plan_made_before_something_changed_is_refused_whole(self, ledger: SqlLedger) -> None:
        run = open_run(ledger)
        stale = ledger.history(LIVE, ignoring=REMINDERS).version
        ledger.record_baseline(LIVE, DIGESTS, ["x/1"], MORNING, MONDAY)
        assert not ledger.enqueue(run, [outgoing(LEILA.address, GCP_30)], stale, MORNING)
        assert ledger.outbox(LIVE) == {} and ledger.last_slot(LIVE, REMINDERS) is None

    def test_a_sender_that_takes_a_message_meanwhile_makes_the_plan_stale(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        run = open_run(ledger, slot=TUESDAY)
        stale = ledger.history(LIVE, ignoring=REMINDERS).version
        assert len(ledger.claim(LIVE, SOON)) == 1
        assert not ledger.enqueue(run, [outgoing(LEILA.address, GCP_30, slot=TUESDAY)], stale, SOON)
        other = ledger.history(LIVE, ignoring=DIGESTS)
        assert other.said(GCP_30)

    def test_handing_over_does_not_make_a_plan_of_another_job_stale(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        run = open_run(ledger, DIGESTS)
        version = ledger.history(LIVE, ignoring=DIGESTS).version
        assert hand_over(ledger) == [LEILA.address]
        assert ledger.enqueue(run, [], version, SOON)

    def test_an_item_is_never_in_two_messages(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        hand_over(ledger)
        run = open_run(ledger, slot=TUESDAY)
        version = ledger.history(LIVE, ignoring=REMINDERS).version
        with pytest.raises(LedgerError, match="a second time"):
            ledger.enqueue(run, [outgoing(LEILA.address, GCP_30, slot=TUESDAY)], version, LATER)
        twice = [outgoing(LEILA.address, "a/1", slot=TUESDAY), outgoing(AMARA.address, "a/1", slot=TUESDAY)]
        with pytest.raises(LedgerError, match="a second time"):
            ledger.enqueue(run, twice, version, LATER)
        assert ledger.outbox(LIVE) == {"sent": 1}

    def test_one_message_a_reader_job_and_slot(self, ledger: SqlLedger) -> None:
        run = open_run(ledger)
        two = [outgoing(LEILA.address, "a/1"), outgoing(LEILA.address, "a/2")]
        with pytest.raises(LedgerError):
            ledger.enqueue(run, two, ledger.history(LIVE, ignoring=REMINDERS).version, MORNING)
        assert ledger.outbox(LIVE) == {}

    def test_trial_history_never_counts_for_live(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30), mode=TRIAL)
        assert not ledger.history(LIVE).items and ledger.history(TRIAL).said(GCP_30)
        assert ledger.claim(LIVE, SOON) == []

    def test_labs_in_one_database_do_not_see_each_other(self, open_ledger) -> None:
        rivera, tanaka = open_ledger("rivera"), open_ledger("tanaka")
        queue(rivera, outgoing(LEILA.address, GCP_30))
        assert not tanaka.history(LIVE).items and tanaka.claim(LIVE, SOON) == [] and tanaka.last_runs() == []
        queue(tanaka, outgoing(LEILA.address, GCP_30))
        assert rivera.outbox(LIVE) == {"queued": 1}

    def test_two_thousand_messages_go_in_at_once(self, ledger: SqlLedger) -> None:
        many = [outgoing(f"p{n}@x.example", f"r/{n}/1", f"r/{n}/2", skips=(f"r/{n}/0",)) for n in range(2000)]
        queue(ledger, *many)
        assert ledger.outbox(LIVE) == {"queued": 2000} and len(ledger.history(LIVE).items) == 6000


class TestBaseline:
    def test_what_is_already_true_is_never_said(self, ledger: SqlLedger) -> None:
        assert not ledger.history(LIVE, ignoring=REMINDERS).started
        ledger.record_baseline(LIVE, REMINDERS, [GCP_30, GCP_30], MORNING, MONDAY)
        ledger.record_baseline(LIVE, REMINDERS, [GCP_30], SOON, TUESDAY)
        history = ledger.history(LIVE, ignoring=REMINDERS)
        assert history.started and history.items[GCP_30].state is ItemState.BASELINE and history.items[GCP_30].on == MONDAY
        assert not ledger.history(LIVE, ignoring=DIGESTS).started and ledger.history(LIVE).started
        assert not ledger.history(TRIAL).started


class TestHandingOver:
    def test_sent_messages_say_their_items_once(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        assert hand_over(ledger) == [LEILA.address] and hand_over(ledger, LATER) == []
        history = ledger.history(LIVE, ignoring=REMINDERS)
        assert history.items[GCP_30].state is ItemState.SENT and history.mails[0].state == "sent"

    def test_two_senders_never_hold_the_same_message(self, open_ledger) -> None:
        one, two = open_ledger(), open_ledger()
        queue(one, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(30)))
        mine, theirs = one.claim(LIVE, SOON, 20), two.claim(LIVE, SOON, 20)
        assert len(mine) == 20 and len(theirs) == 10 and not {p.id for p in mine} & {p.id for p in theirs}

    def test_a_hard_deadline_goes_first(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(AMARA.address, "a/1"), outgoing(LEILA.address, "b/1", hard=True))
        assert [post.to_addr for post in ledger.claim(LIVE, SOON, 1)] == [LEILA.address]

    def test_messages_go_in_the_order_of_their_plan_with_the_bytes_of_their_own(self, ledger: SqlLedger) -> None:
        planned = [outgoing(f"p{n}@x.example", f"r/{n}", hard=n == 7) for n in range(12)]
        queue(ledger, *planned)
        claimed = [(post.id, post.mime) for _ in range(5) for post in ledger.claim(LIVE, SOON, 3)]
        in_turn = [planned[7], *planned[:7], *planned[8:]]
        assert claimed == [(one.message_id, one.mime) for one in in_turn]

    def test_sent_of_one_and_offered_of_the_next_are_one_move(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, "a/1"), outgoing(AMARA.address, "b/1"))
        first, second = ledger.claim(LIVE, SOON)
        assert ledger.mark_data(first, SOON)
        assert ledger.mark_data(second, SOON, sent=[(first, "250 OK")])
        assert ledger.outbox(LIVE) == {"sent": 1, "sending": 1}

    def test_a_sender_that_lost_its_lease_can_change_nothing(self, open_ledger) -> None:
        slow, quick = open_ledger(), open_ledger()
        queue(slow, outgoing(LEILA.address, GCP_30))
        (lost,) = slow.claim(LIVE, SOON, lease_seconds=60)
        assert quick.recover(LATER) == (1, 0)
        (taken,) = quick.claim(LIVE, LATER)
        assert not slow.mark_data(lost, LATER)
        assert not slow.mark_retry(lost, "no", LATER) and not slow.mark_failed(lost, NO_USER, "no", MONDAY, LATER)
        assert not slow.mark_certain(lost)
        assert not slow.mark_in_doubt(lost, "no", LATER)
        slow.mark_sent([(lost, "250")], LATER)
        assert slow.outbox(LIVE) == {"sending": 1} and not slow.history(LIVE).addresses
        assert quick.mark_data(taken, LATER)

    def test_a_temporary_refusal_waits_longer_each_time_up_to_an_hour_until_it_is_stale(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, expires_at=SOON + timedelta(hours=9)))
        now, waits = SOON, []
        for _ in range(9):
            (post,) = ledger.claim(LIVE, now)
            assert ledger.mark_retry(post, "451 greylisted", now, refusal=GREY, today=MONDAY)
            assert ledger.claim(LIVE, now + timedelta(seconds=90)) == []
            waits.append(next(m for m in range(1, 500) if ledger_due(ledger, now + timedelta(minutes=m))))
            now += timedelta(minutes=waits[-1])
        assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60] and ledger.given_up(LIVE, MORNING) == []
        assert ledger.claim(LIVE, SOON + timedelta(hours=10)) == []
        assert ledger.outbox(LIVE) == {"expired": 1} and not ledger.history(LIVE).said(GCP_30)
        (lost,) = ledger.given_up(LIVE, MORNING)
        assert (lost.reader, lost.refusal.status, lost.refusal.action) == (LEILA.address, "4.2.0", Action.TELL), "told, not lost"

    def test_a_message_given_back_burns_no_attempt_and_waits_for_nothing(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        for _ in range(20):
            (post,) = ledger.claim(LIVE, SOON)
            assert post.attempts == 0 and ledger.mark_retry(post, "no route", SOON, attempted=False)

    def test_a_refusal_frees_what_was_said_and_is_remembered_of_the_address(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, skips=("low/1",)))
        (post,) = ledger.claim(LIVE, SOON)
        assert ledger.mark_failed(post, NO_USER, "550 5.1.1 no such user", MONDAY, SOON)
        history = ledger.history(LIVE, ignoring=REMINDERS)
        (mark,) = history.addresses[LEILA.address].marks
        assert (mark.day, mark.fault, mark.by_report) == (MONDAY, Fault.ADDRESS, False) and ledger.outbox(LIVE) == {"refused": 1}
        assert not history.said(GCP_30) and not history.said("low/1")
        queue(ledger, outgoing("leila@new.example", GCP_30), slot=TUESDAY)
        assert ledger.history(LIVE).items[GCP_30].reader == "leila@new.example"

    def test_an_address_can_be_opened_again_and_one_nobody_has_is_forgotten(self, ledger: SqlLedger) -> None:
        for number, address in enumerate((LEILA.address, AMARA.address)):
            queue(ledger, outgoing(address, f"k/{number}"), slot=MONDAY + timedelta(days=number))
            (post,) = ledger.claim(LIVE, SOON)
            ledger.mark_failed(post, NO_USER, "550", MONDAY, SOON)
        assert ledger.reopen(LIVE, LEILA.address) == 1 and [*ledger.history(LIVE).addresses] == [AMARA.address]
        assert ledger.keep_addresses(LIVE, [LEILA.address, AMARA.address]) == 0
        assert ledger.keep_addresses(LIVE, [LEILA.address]) == 1 and not ledger.history(LIVE).addresses

    def test_a_failure_that_is_not_the_address_leaves_the_items_to_the_next_plan(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, skips=("low/1",)))
        (post,) = ledger.claim(LIVE, SOON)
        assert ledger.mark_failed(post, answer(Step.BODY, 554, "5.6.0 odd"), "554 5.6.0 odd", MONDAY, SOON)
        assert not ledger.history(LIVE).items and ledger.outbox(LIVE) == {"failed": 1}

    def test_a_stale_message_is_closed_and_its_items_are_free(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, expires_at=LATER))
        assert ledger.claim(LIVE, LATER) == []
        assert ledger.outbox(LIVE) == {"expired": 1} and not ledger.history(LIVE).items


def ledger_due(ledger: SqlLedger, now) -> bool:
    """Whether the one message is due; it is given back as it was."""
    posts = ledger.claim(LIVE, now)
    for post in posts:
        ledger.mark_retry(post, "given back", now, attempted=False)
    return bool(posts)


class TestDoubt:
    def test_in_doubt_a_digest_is_parked_and_said(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        (post,) = ledger.claim(LIVE, SOON)
        ledger.mark_data(post, SOON)
        assert ledger.mark_in_doubt(post, "link lost", SOON)
        history = ledger.history(LIVE, ignoring=REMINDERS)
        assert history.parked == 1 and history.said(GCP_30) and ledger.claim(LIVE, LATER) == []
        (row,) = ledger.parked(LIVE)
        assert row["id"] == post.id and row["reader"] == LEILA.address and row["detail"] == "link lost"

    def test_in_doubt_a_hard_deadline_goes_again_as_the_same_message(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, hard=True))
        (post,) = ledger.claim(LIVE, SOON)
        ledger.mark_data(post, SOON)
        ledger.mark_in_doubt(post, "link lost", SOON, LATER)
        (again,) = ledger.claim(LIVE, LATER)
        assert (again.id, again.mime, again.doubts) == (post.id, post.mime, 1)

    def test_a_message_that_may_have_arrived_is_never_replaced_nor_freed(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30, hard=True, expires_at=MORNING + timedelta(days=1)))
        (post,) = ledger.claim(LIVE, SOON)
        ledger.mark_data(post, SOON)
        ledger.mark_in_doubt(post, "link lost", SOON, SOON)
        assert ledger.history(LIVE, ignoring=REMINDERS).said(GCP_30)
        queue(ledger, slot=TUESDAY, now=SOON)
        assert ledger.outbox(LIVE) == {"queued": 1}
        assert ledger.claim(LIVE, MORNING + timedelta(days=2)) == []
        assert ledger.outbox(LIVE) == {"in_doubt": 1} and ledger.history(LIVE).said(GCP_30)

    def test_after_a_bad_read_queued_mail_to_people_is_taken_back_and_doubts_are_parked(self, ledger: SqlLedger) -> None:
        doubtful = outgoing(AMARA.address, "x/1", hard=True)
        queue(ledger, outgoing(LEILA.address, GCP_30), doubtful)
        post = next(p for p in ledger.claim(LIVE, SOON) if p.id == doubtful.message_id)
        ledger.mark_data(post, SOON)
        ledger.recover(LATER)
        ledger.enqueue_operator(LIVE, REMINDERS, [outgoing("it@x.example", "operator/x", kind=MessageKind.OPERATOR)], LATER)
        assert ledger.withdraw_queued(LIVE, LATER) == 2
        assert ledger.outbox(LIVE) == {"withdrawn": 1, "in_doubt": 1, "queued": 1}
        assert not ledger.history(LIVE).said(GCP_30) and ledger.history(LIVE).said("x/1")

    def test_a_dead_sender_before_the_bytes_costs_nothing_and_after_them_is_a_doubt(self, ledger: SqlLedger) -> None:
        hard, soft, never = outgoing("h@x.example", "h/1", hard=True), outgoing("s@x.example", "s/1"), outgoing("n@x.example")
        queue(ledger, hard, soft, never)
        for post in ledger.claim(LIVE, SOON, lease_seconds=60):
            if post.id != never.message_id:
                ledger.mark_data(post, SOON, lease_seconds=60)
        assert ledger.recover(SOON) == (0, 0)
        assert ledger.recover(LATER) == (2, 1)
        assert ledger.recover(LATER) == (0, 0)
        again = {post.id: post.doubts for post in ledger.claim(LIVE, LATER)}
        assert again == {hard.message_id: 1, never.message_id: 0}

    @pytest.mark.parametrize(("arrived", "state", "said"), [(True, "sent", True), (False, "failed", False)])
    def test_a_person_ends_a_doubt(self, ledger: SqlLedger, arrived: bool, state: str, said: bool) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30))
        (post,) = ledger.claim(LIVE, SOON)
        ledger.mark_data(post, SOON)
        ledger.mark_in_doubt(post, "link lost", SOON)
        ledger.settle(post.id, LATER, arrived=arrived)
        assert ledger.outbox(LIVE) == {state: 1} and ledger.history(LIVE).said(GCP_30) is said
        with pytest.raises(LedgerError, match="not in doubt"):
            ledger.settle(post.id, LATER, arrived=arrived)


class TestCeiling:
    def test_a_held_run_waits_for_a_word(self, ledger: SqlLedger) -> None:
        run = queue(ledger, outgoing(LEILA.address, GCP_30), outgoing(AMARA.address, "x/1"), held=True)
        ledger.end_run(run, report("held"), SOON)
        assert ledger.claim(LIVE, SOON) == []
        with pytest.raises(LedgerError, match=rf"Held runs: {run.id} \(send_reminders, 2026-11-23\)"):
            ledger.release(run.id + 7, SOON)
        assert ledger.release(run.id, SOON) == 2
        assert len(ledger.claim(LIVE, SOON)) == 2
        assert ledger.last_runs()[0]["state"] == "done"

    def test_the_operator_hears_although_a_run_is_held(self, ledger: SqlLedger) -> None:
        queue(ledger, outgoing(LEILA.address, GCP_30), held=True)
        notice = outgoing("it@x.example", "operator/ceiling/1", kind=MessageKind.OPERATOR)
        again = outgoing("it@x.example", "operator/ceiling/1", kind=MessageKind.OPERATOR)
        assert ledger.enqueue_operator(LIVE, REMINDERS, [notice], SOON) == 1
        assert ledger.enqueue_operator(LIVE, REMINDERS, [again], SOON) == 0
        assert hand_over(ledger) == ["it@x.example"]


class TestMemory:
    def test_problems_keep_the_day_they_were_first_seen_until_they_are_gone(self, ledger: SqlLedger) -> None:
        def bad(key: str) -> Problem:
            return Problem(
                key=key, record="5", instrument="completion", instance=1, field="expires", what="no date", next_step="x"
            )

        assert ledger.see_problems([bad("a")], MONDAY) == {"a": MONDAY}
        assert ledger.see_problems([bad("a"), bad("b")], TUESDAY) == {"a": MONDAY, "b": TUESDAY}
        assert ledger.history(LIVE).problems_seen == {"a": MONDAY, "b": TUESDAY}
        assert ledger.see_problems([bad("b")], TUESDAY) == {"b": TUESDAY}
        assert ledger.see_problems([bad("a"), bad("b")], TUESDAY)["a"] == TUESDAY

    def test_troubles_of_one_scope_do_not_forget_those_of_another(self, ledger: SqlLedger) -> None:
        ledger.see_troubles("live/read", ["down"], MONDAY)
        ledger.see_troubles("live/mail", [], TUESDAY)
        assert ledger.see_troubles("live/read", ["down"], TUESDAY) == {"down": MONDAY}

    def test_snapshots_are_stored_once_and_found_by_when_they_were_read(self, ledger: SqlLedger) -> None:
        first = Snapshot(id="aa", text="rows", read_at=MORNING, rows=3)
        again = Snapshot(id="aa", text="rows", read_at=LATER, rows=3)
        other = Snapshot(id="bb", text="more rows", read_at=LATER + timedelta(days=1), rows=4)
        assert ledger.snapshot_at() is None
        for snapshot in (first, again, other):
            ledger.save_snapshot(snapshot)
        assert ledger.snapshot_at() == other and ledger.snapshot_at(LATER) == again and ledger.snapshot_at(SOON) == first
        assert ledger.snapshot_at(MORNING - timedelta(days=1)) is None

    def test_rules_in_use_are_known_at_every_instant_also_after_going_back(self, ledger: SqlLedger) -> None:
        for hours, version in ((0, "a"), (1, "a"), (2, "b"), (4, "a")):
            ledger.save_rules(version, f"text {version}", MORNING + timedelta(hours=hours), LIVE)
            ledger.save_rules("trial", "text trial", MORNING + timedelta(hours=hours), TRIAL)
        found = [ledger.rules_at(MORNING + timedelta(hours=hours)) for hours in (1, 3, 5)]
        assert [one and one[0] for one in found] == ["a", "b", "a"]
        assert ledger.rules_at() == ("a", "text a") and ledger.rules_at(MORNING - timedelta(days=1)) is None
        assert ledger.rules_at(mode=TRIAL) == ("trial", "text trial")
        assert [one.version for one in ledger.rules_uses() if one.mode is LIVE] == ["a", "b", "a"]

    def test_what_was_said_about_a_person_can_be_told(self, ledger: SqlLedger) -> None:
        mine, other = outgoing(LEILA.address, GCP_30, "receipt/5/c1/accepted"), outgoing(AMARA.address, "reminder/55/gcp/5/x/1")
        queue(ledger, mine, other, outgoing("s@x.example", "escalation/5/gcp/-/e1/supervisor:3"))
        told = ledger.told(LIVE, "5")
        assert {row["reader"] for row in told} == {LEILA.address, "s@x.example"}
        assert next(row["keys"] for row in told if row["id"] == mine.message_id) == ("receipt/5/c1/accepted", GCP_30)
        assert [row["id"] for row in ledger.told(LIVE, "55")] == [other.message_id] and ledger.told(LIVE, "7") == []

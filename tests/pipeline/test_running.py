"""One job for one day, told with a toy lab: read, plan, queue, hand over, and what happens when a step fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import DeliveryError, InDoubt, NotBegun, OnboardError, ReadInDoubt, TransportDown
from onboard.model import (
    Assessment,
    Export,
    History,
    Lab,
    Message,
    MessageKind,
    Mode,
    Notice,
    Rules,
)
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import Plan, Tools
from onboard.ports import HandOverBook
from tests.pipeline.delivery_cast import (
    AMARA,
    CHECKLISTS,
    DIGESTS,
    DRY,
    ELENA,
    GONE,
    LAB,
    LEILA,
    LIVE,
    MARIA,
    MONDAY,
    MORNING,
    REMINDERS,
    TRIAL,
    TUESDAY,
    WORKLIST,
    FakeMailer,
    HandClock,
    about,
    answered,
    plain,
    reminder,
    spam,
)


@dataclass
class FakeSource:
    """A lab's REDCap with one instrument; `trouble` makes a read fail."""

    rows: list[str] = field(default_factory=lambda: ["5", "11"])
    trouble: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def fetch(self, last: Mapping[str, str]) -> Export:
        """Everybody, or ReadInDoubt."""
        self.asked.append(dict(last))
        if self.trouble:
            raise ReadInDoubt(self.trouble)
        return Export(instruments={"people.person": "\n".join(["record", *self.rows]) + "\n"}, read_at=self.clock.now())


def judge(export: Export, rules: Rules, snapshot: str) -> Assessment:
    """An assessment of nobody that remembers what it was made from."""
    nothing: dict[str, str] = {"people": "", "protocols": ""}
    empty: Sequence[object] = ()
    return Assessment(
        **{name: {} for name in (*nothing, "appointments", "assignments", "absences", "snoozes", "log", "completions")},
        **dict.fromkeys(("listings", "delegations", "approvals", "submissions", "findings", "readiness", "problems"), empty),
        rules=rules, read_at=export.read_at, read_on=export.read_at.date(), snapshot=snapshot,
    )  # fmt: skip


def compose(message: Message, to: str, message_id: str, now) -> bytes:
    """Bytes with the words in them."""
    return f"To: {to}\r\nSubject: {message.subject}\r\n\r\n{message.text}".encode()


RULES = Rules(requirements=(), courses=(), version="r1")


@dataclass
class Desk:
    """The tools of a run, in hand."""

    ledger: SqlLedger
    clock: HandClock
    mailer: FakeMailer = field(default_factory=FakeMailer)
    source: FakeSource = field(default_factory=FakeSource)
    lab: Lab = LAB
    render: Callable[[Notice], Message] = plain
    judge: Callable[[Export, Rules, str], Assessment] = judge
    rules_text: str = "rules"
    ledger_seen: object = None
    book: HandOverBook | None = None
    begins: bool = False

    def run(self, plan: Plan, job=REMINDERS, today: date = MONDAY, mode: Mode | None = None):
        """One run; the clock of the source is the clock of the run."""
        self.source.clock = self.clock
        tools = Tools(
            source=self.source, mailer=self.mailer, ledger=self.ledger_seen or self.ledger, clock=self.clock, lab=self.lab,
            rules=replace(RULES, version=self.rules_text),
            rules_text=self.rules_text, rules_of=lambda text: replace(RULES, version=text), judge=self.judge,
            render=self.render, compose=compose, book=self.book,
        )  # fmt: skip
        return run_job(tools, job, plan, today, mode=mode, begins=self.begins)

    def go_live(self, *jobs) -> None:
        """Go live with nothing true yet."""
        for job in jobs or (CHECKLISTS, REMINDERS):
            self.ledger.record_baseline(self.lab.limits.mode, job, (), self.clock.now(), MONDAY)

    def reached(self) -> list[str]:
        """The addresses that got a mail, in order."""
        return [to for _, to in self.mailer.delivered]


@pytest.fixture
def desk(sqlite_ledger: SqlLedger, clock: HandClock) -> Desk:
    return Desk(ledger=sqlite_ledger, clock=clock)


def says(*notices: Notice) -> Plan:
    """A plan that wants to say these, of which what is said is left out, as planners do."""

    def plan(assessment: Assessment, history: History, lab: Lab, today: date, before: Assessment | None) -> list[Notice]:
        return [replace(one, slot=today) for one in notices if not any(map(history.said, one.keys()))]

    return plan


BOTH = says(reminder(LEILA), reminder(AMARA))


class TestAGoodDay:
    def test_what_is_planned_arrives_and_the_same_again_sends_nothing(self, desk: Desk) -> None:
        desk.go_live()
        first = desk.run(BOTH)
        assert first.outcome == "sent" and len(first.planned) == 2 and not first.needs_person
        assert desk.reached() == [LEILA.address, AMARA.address]
        again = desk.run(BOTH)
        assert again.outcome == "already" and len(desk.mailer.delivered) == 2

    def test_the_next_day_says_only_what_is_new(self, desk: Desk) -> None:
        desk.go_live()
        desk.run(BOTH)
        desk.clock.wait(days=1)
        report = desk.run(says(reminder(LEILA), reminder(ELENA, "n/1")), today=TUESDAY)
        assert [n.reader.address for n in report.planned] == [ELENA.address] and len(desk.mailer.delivered) == 3

    def test_nothing_to_say_uses_the_slot_up(self, desk: Desk) -> None:
        desk.go_live()
        assert desk.run(says()).outcome == "nothing"
        assert desk.run(BOTH).outcome == "already" and not desk.mailer.delivered

    def test_the_read_is_told_how_many_rows_the_last_one_had(self, desk: Desk) -> None:
        desk.go_live()
        desk.run(says())
        desk.run(says(), today=TUESDAY)
        assert desk.source.asked == [{}, {"people.person": "record\n5\n11\n"}]

    def test_a_plan_compares_with_what_its_last_run_was_planned_on(self, desk: Desk) -> None:
        seen: list[tuple[str, str] | None] = []

        def plan(assessment, history, lab, today, before) -> list[Notice]:
            seen.append(before and (before.snapshot, before.rules.version))
            return []

        desk.go_live(DIGESTS, REMINDERS)
        desk.run(plan, DIGESTS)
        first = desk.ledger.snapshot_at()
        assert first is not None and json.loads(first.text)["instruments"]
        desk.source.rows, desk.rules_text = ["5"], "rules two"
        desk.clock.wait(days=1)
        desk.run(plan, REMINDERS, TUESDAY)
        desk.run(plan, DIGESTS, TUESDAY)
        assert seen[0] is None and seen[-1] == (first.id, "rules")
        desk.clock.wait(days=1)
        desk.run(plan, DIGESTS, TUESDAY + timedelta(days=1))
        assert seen[-1] == (desk.ledger.snapshot_at().id, "rules two")


class TestGoLive:
    def test_a_ledger_that_never_began_mails_nobody_and_keeps_its_slot(self, desk: Desk) -> None:
        with pytest.raises(NotBegun, match=r"onboard start --send.*onboard backup --help"):
            desk.run(BOTH)
        assert not desk.mailer.delivered and desk.ledger.last_runs() == [] and not desk.source.asked

    def test_what_is_already_true_is_not_mailed_and_what_comes_later_is(self, desk: Desk) -> None:
        desk.begins = True
        assert desk.run(BOTH).outcome == "nothing" and not desk.mailer.delivered
        desk.begins = False
        desk.clock.wait(days=1)
        desk.run(says(reminder(LEILA), reminder(AMARA, "new/11")), today=TUESDAY)
        assert desk.reached() == [AMARA.address]

    def test_whoever_starts_later_or_started_lately_is_welcomed(self, desk: Desk) -> None:
        """Nobody else is planned a welcome, so none is ever true already."""
        desk.begins = True
        welcome = replace(reminder(AMARA, "welcome/11/a11"), kind=MessageKind.WELCOME)
        desk.run(says(welcome, reminder(LEILA)), CHECKLISTS)
        assert desk.reached() == [AMARA.address]

    def test_the_worklist_speaks_from_the_first_day(self, desk: Desk) -> None:
        desk.go_live()
        desk.run(says(about(MARIA, "5", kind=MessageKind.WORKLIST)), WORKLIST)
        assert desk.reached() == [MARIA.address]


class TestModes:
    def test_a_dry_run_plans_and_writes_nothing(self, desk: Desk) -> None:
        desk.go_live()
        report = desk.run(BOTH, mode=DRY)
        assert report.outcome == "dry" and len(report.planned) == 2 and not desk.mailer.delivered
        assert desk.ledger.last_runs() == [] and desk.ledger.snapshot_at() is None and not desk.ledger.history(LIVE).items
        assert desk.run(BOTH).outcome == "sent"

    def test_a_trial_goes_to_one_address_and_leaves_live_untouched(self, desk: Desk) -> None:
        desk.lab = replace(LAB, limits=replace(LAB.limits, mode=TRIAL, trial_address=MARIA.address))
        desk.go_live()
        desk.run(BOTH)
        assert desk.reached() == [MARIA.address, MARIA.address]
        assert b"[Trial, for Amara Okafor]" in desk.mailer.bodies[MARIA.address]
        assert not desk.ledger.history(LIVE).items and len(desk.ledger.history(TRIAL).items) == 2


class TestABadRead:
    def test_no_person_is_written_to_the_operator_is_once_and_the_slot_stays_open(self, desk: Desk) -> None:
        desk.go_live()
        desk.source.trouble = "REDCap answered 500 with nothing. Ask its administrators, then run again."
        first = desk.run(BOTH)
        assert first.outcome == "failed" and first.needs_person and "500" in first.trouble[0]
        desk.clock.wait(minutes=30)
        assert desk.run(BOTH).outcome == "failed"
        assert desk.reached() == [LAB.operator]
        desk.source.trouble = ""
        desk.clock.wait(minutes=30)
        assert desk.run(BOTH).outcome == "sent" and desk.reached() == [LAB.operator, LEILA.address, AMARA.address]

    def test_one_trouble_of_four_jobs_is_one_mail_and_another_trouble_another(self, desk: Desk) -> None:
        desk.go_live()
        desk.source.trouble = "14 of 200 rows came"
        desk.run(BOTH, REMINDERS)
        desk.source.trouble = "15 of 200 rows came"
        desk.run(BOTH, WORKLIST)
        desk.source.trouble = "The token is wrong"
        desk.run(BOTH, DIGESTS)
        assert desk.reached() == [LAB.operator, LAB.operator]

    def test_a_trouble_that_comes_back_another_day_is_told_again(self, desk: Desk) -> None:
        desk.go_live()
        desk.source.trouble = "down"
        desk.run(BOTH)
        desk.source.trouble = ""
        desk.run(BOTH)
        desk.clock.wait(days=1)
        desk.source.trouble = "down"
        desk.run(BOTH, today=TUESDAY)
        assert desk.reached().count(LAB.operator) == 2

    def test_rows_that_a_trouble_names_make_no_other_trouble(self, desk: Desk) -> None:
        desk.go_live()
        for rows in ("completion of record 5 (row 2)", "person of record 3, listing of record 4 (row 1) and 7 more"):
            desk.source.trouble = f"people.completion lacks 1 of the 30 rows of the last good read: {rows}. No mail goes out."
            desk.run(BOTH)
        for rows in ("record 5 row 2", "record 5, record 6 row 1 and 12 more"):
            desk.source.trouble = f"Form 'completion' of project 'people' came without {rows}: one was half read."
            desk.run(BOTH)
        assert desk.reached() == [LAB.operator, LAB.operator]

    def test_the_end_of_a_read_in_doubt_is_told_once_where_it_lasted_over_a_night(self, desk: Desk) -> None:
        desk.go_live()
        for day, trouble in ((MONDAY, "down"), (TUESDAY, "down"), (TUESDAY, ""), (TUESDAY, "")):
            desk.source.trouble = trouble
            desk.run(BOTH, today=day)
            desk.clock.wait(days=1 if day == MONDAY else 0)
        assert desk.reached().count(LAB.operator) == 2
        assert [key for key in desk.ledger.history(LIVE).items if key.startswith("operator/read_over/")] == [
            f"operator/read_over/{MONDAY}/{TUESDAY}"
        ]

    def test_a_read_in_doubt_that_ends_on_its_day_ends_unsaid(self, desk: Desk) -> None:
        desk.go_live()
        for trouble in ("down", ""):
            desk.source.trouble = trouble
            desk.run(BOTH)
        assert desk.reached().count(LAB.operator) == 1

    def test_what_was_queued_before_is_taken_back_and_said_after_a_good_read(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.down = TransportDown("no route")
        desk.run(BOTH)
        desk.mailer.down = None
        desk.source.trouble = "empty"
        desk.clock.wait(days=1)
        desk.run(BOTH, today=TUESDAY)
        assert set(desk.reached()) == {LAB.operator}
        desk.source.trouble = ""
        desk.run(BOTH, today=TUESDAY)
        assert sorted(to for to in desk.reached() if to != LAB.operator) == sorted([LEILA.address, AMARA.address])

    def test_what_another_jobs_bad_read_takes_back_goes_the_same_day_after_a_good_one(self, desk: Desk) -> None:
        """Else a digest, whose slot is used up, would be lost for the week."""
        desk.go_live()
        desk.mailer.down = TransportDown("no route")
        assert desk.run(BOTH).outcome == "waiting"
        desk.source.trouble = "empty"
        assert desk.run(BOTH, WORKLIST).outcome == "failed"
        desk.source.trouble, desk.mailer.down = "", None
        desk.clock.wait(minutes=20)
        assert desk.ledger.last_slot(Mode.LIVE, REMINDERS) != MONDAY
        assert desk.run(BOTH).outcome == "sent"
        assert sorted(to for to in desk.reached() if to != LAB.operator) == sorted([LEILA.address, AMARA.address])


class TestACrash:
    def test_what_a_dead_process_had_in_hand_overnight_goes_in_the_morning(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.down = TransportDown("no route")
        desk.run(BOTH)
        assert len(desk.ledger.claim(Mode.LIVE, desk.clock.now(), 20, 900)) == len((LEILA, AMARA))
        desk.mailer.down = None
        desk.clock.wait(days=1)
        assert desk.run(BOTH, today=TUESDAY).outcome == "sent"
        assert sorted(to for to in desk.reached() if to != LAB.operator) == sorted([LEILA.address, AMARA.address])


class TestMailTrouble:
    def test_a_dead_transport_tells_once_it_lives_again_and_loses_nothing(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.down = TransportDown("relay:25 cannot be used: nothing listens there")
        report = desk.run(BOTH)
        assert report.outcome == "waiting" and report.needs_person and not desk.mailer.delivered
        desk.mailer.down = None
        assert desk.run(BOTH).needs_person and not desk.reached(), "said while it lasts"
        desk.clock.wait(minutes=20)
        later = desk.run(BOTH)
        assert later.outcome == "already" and sorted(desk.reached()) == sorted([LEILA.address, AMARA.address, LAB.operator])

    def test_a_message_in_doubt_is_told_once_until_a_person_settles_it(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.answers = {LEILA.address: [InDoubt("link lost")]}
        report = desk.run(BOTH)
        assert "onboard mail settle" in report.trouble[0] and desk.reached() == [AMARA.address, LAB.operator]
        assert not report.untold, "told, so it is no reason to call for help"
        assert not desk.run(BOTH).needs_person and desk.reached().count(LAB.operator) == 1
        (row,) = desk.ledger.parked(LIVE)
        desk.ledger.settle(str(row["id"]), desk.clock.now(), arrived=True)
        assert not desk.run(BOTH).needs_person

    def test_a_refused_recipient_is_not_written_to_again(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.answers = {LEILA.address: [answered(GONE)]}
        assert [d.state for d in desk.run(BOTH).deliveries] == ["sent", "refused", "sent"]
        assert desk.reached() == [AMARA.address, LAB.operator]
        desk.clock.wait(days=1)
        desk.mailer.answers = {LEILA.address: [answered(GONE)]}
        report = desk.run(says(reminder(slot=TUESDAY), reminder(AMARA, "n/1", slot=TUESDAY)), today=TUESDAY)
        assert [n.reader for n in report.planned] == [LEILA, AMARA], "tried once more the next day"
        desk.clock.wait(days=1)
        wednesday = TUESDAY + timedelta(days=1)
        report = desk.run(says(reminder(slot=wednesday)), today=wednesday)
        assert not report.planned and "refused our mail" in report.held[0].reason
        assert desk.reached().count(LAB.operator) == 1, "told once"
        desk.clock.wait(days=1)
        moved = replace(LEILA, address="leila@new.example")
        desk.run(says(reminder(moved, slot=wednesday + timedelta(days=1))), today=wednesday + timedelta(days=1))
        assert desk.reached()[-1] == "leila@new.example"

    def test_a_mail_given_up_is_planned_again_the_next_day(self, desk: Desk) -> None:
        desk.go_live()
        desk.mailer.answers = {LEILA.address: [spam()]}
        assert desk.run(BOTH).needs_person
        desk.clock.wait(days=1)
        desk.run(BOTH, today=TUESDAY)
        assert desk.reached()[-1] == LEILA.address

    def test_a_broken_template_stops_its_kind_and_is_told_even_when_the_operators_own_is_broken(self, desk: Desk) -> None:
        def broken(notice: Notice) -> Message:
            if notice.kind in (MessageKind.ESCALATION, MessageKind.OPERATOR):
                raise OnboardError(f"{notice.kind}.body.html, line 7: unknown word")
            return plain(notice)

        desk.go_live()
        desk.render = broken
        report = desk.run(says(about(ELENA, "5"), reminder(AMARA)))
        assert desk.reached() == [AMARA.address, LAB.operator] and "line 7" in report.held[0].reason
        assert b"escalation.body.html, line 7" in desk.mailer.bodies[LAB.operator]
        assert not desk.ledger.history(LIVE).said(about(ELENA, "5").keys()[0])


class TestABrokenTemplate:
    """It must not cost its readers the day, or the week of a digest."""

    @pytest.fixture
    def broken(self, desk: Desk) -> Desk:
        def render(notice: Notice) -> Message:
            if notice.kind is MessageKind.ESCALATION:
                raise OnboardError("escalation.body.html, line 7: unknown word")
            return plain(notice)

        desk.go_live()
        desk.render = render
        return desk

    PLAN = staticmethod(says(about(ELENA, "5"), reminder(AMARA)))

    def test_its_slot_stays_open_and_the_others_go_once(self, broken: Desk) -> None:
        assert broken.run(self.PLAN).needs_person and broken.ledger.last_slot(LIVE, REMINDERS) is None
        for _ in range(3):
            broken.clock.wait(minutes=10)
            report = broken.run(self.PLAN)
            assert report.outcome == "nothing" and report.needs_person and report.run
        assert broken.reached() == [AMARA.address, LAB.operator], "each of them once"

    def test_as_soon_as_it_is_mended_its_readers_hear(self, broken: Desk) -> None:
        broken.run(self.PLAN)
        broken.clock.wait(minutes=10)
        broken.render = plain
        assert broken.run(self.PLAN).outcome == "sent" and broken.ledger.last_slot(LIVE, REMINDERS) == MONDAY
        assert broken.reached() == [AMARA.address, LAB.operator, ELENA.address]
        assert broken.run(self.PLAN).outcome == "already"

    def test_a_killed_try_leaves_the_slot_open_too(self, broken: Desk) -> None:
        broken.mailer.answers = {AMARA.address: [KeyboardInterrupt()]}
        with pytest.raises(KeyboardInterrupt):
            broken.run(self.PLAN)
        broken.clock.wait(hours=1)
        broken.render = plain
        broken.run(self.PLAN)
        assert ELENA.address in broken.reached() and broken.ledger.last_slot(LIVE, REMINDERS) == MONDAY

    def test_what_became_true_meanwhile_waits_for_tomorrow(self, broken: Desk) -> None:
        """One mail of a job to one address and day, also over several tries."""
        broken.mailer.answers = {AMARA.address: [spam()]}
        broken.run(self.PLAN)
        broken.clock.wait(minutes=10)
        report = broken.run(says(about(ELENA, "5"), reminder(AMARA), reminder(AMARA, "n/2")))
        assert [held.reason for held in report.held if held.notice.reader == AMARA] == [
            f"the address of record 11 takes no mail for now: it is tried again on {TUESDAY}"
        ] * 2
        broken.clock.wait(days=1)
        broken.run(self.PLAN, today=TUESDAY)
        assert AMARA.address in broken.reached()

    def test_over_the_ceiling_a_word_lets_the_others_go_and_the_slot_stays_open(self, broken: Desk) -> None:
        broken.lab = replace(LAB, limits=replace(LAB.limits, ceiling=1))
        plan = says(about(ELENA, "5"), reminder(AMARA), reminder(LEILA))
        held = broken.run(plan)
        assert held.outcome == "held" and broken.ledger.release(held.run, broken.clock.now()) == 2
        assert broken.ledger.last_slot(LIVE, REMINDERS) is None

    def test_a_bad_address_uses_the_slot_up_like_any_other_day(self, desk: Desk) -> None:
        def render(notice: Notice) -> Message:
            if notice.reader == LEILA:
                raise DeliveryError("no address")
            return plain(notice)

        desk.go_live()
        desk.render = render
        assert desk.run(BOTH).needs_person and desk.run(BOTH).outcome == "already"


class TestCeiling:
    def test_over_it_everything_waits_for_a_word(self, desk: Desk) -> None:
        desk.lab = replace(LAB, limits=replace(LAB.limits, ceiling=1))
        desk.go_live()
        report = desk.run(BOTH)
        assert report.outcome == "held" and f"onboard release {report.run}" in report.trouble[0]
        assert desk.reached() == [LAB.operator]
        assert desk.ledger.release(report.run, desk.clock.now()) == 2
        desk.run(BOTH)
        assert desk.reached() == [LAB.operator, LEILA.address, AMARA.address]

    def test_the_next_day_takes_the_place_of_what_was_held(self, desk: Desk) -> None:
        desk.lab = replace(LAB, limits=replace(LAB.limits, ceiling=1))
        desk.go_live()
        desk.run(BOTH)
        desk.clock.wait(days=1)
        desk.run(says(reminder(AMARA)), today=TUESDAY)
        assert [to for to in desk.reached() if to != LAB.operator] == [AMARA.address] and desk.ledger.outbox(LIVE)[
            "superseded"
        ] == 2


class TestTwoProcesses:
    def test_a_plan_is_made_again_when_another_process_said_something_meanwhile(self, desk: Desk) -> None:
        desk.go_live()
        calls: list[int] = []

        def plan(assessment, history, lab, today, before) -> list[Notice]:
            calls.append(history.version)
            if len(calls) == 1:
                desk.ledger.record_baseline(LIVE, DIGESTS, reminder(LEILA).keys(), MORNING, MONDAY)
            return BOTH(assessment, history, lab, today, before)

        desk.run(plan)
        assert len(calls) == 2 and desk.reached() == [AMARA.address]

    def test_while_one_works_the_other_only_empties_the_outbox(self, desk: Desk) -> None:
        desk.go_live()
        assert desk.ledger.begin_run(LIVE, REMINDERS, MONDAY, desk.clock.now())
        assert desk.run(BOTH).outcome == "already" and not desk.mailer.delivered
        desk.clock.wait(hours=1)
        assert desk.run(BOTH).outcome == "sent"

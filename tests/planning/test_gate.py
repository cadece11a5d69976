"""The last gate: who is written to now, who waits, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboard.model import History, ItemRecord, ItemState, Limits, MailRecord, MessageKind, Mode, ReaderRole
from onboard.planning.gate import gate, recipient_address
from tests.pipeline.delivery_cast import (
    AMARA,
    ELENA,
    LAB,
    LEILA,
    MARIA,
    MONDAY,
    SATURDAY,
    TUESDAY,
    about,
    refusing,
    reminder,
)

LIVE = Limits(mode=Mode.LIVE)
TRIAL = Limits(mode=Mode.TRIAL, trial_address="maria.chen@northlake.example")
NOTHING = History()
WORKLIST = replace(about(MARIA, "5", kind=MessageKind.WORKLIST), lines=())


def reasons(notices, limits=LIVE, history=NOTHING) -> list[str]:
    """Why notices are held."""
    return [held.reason for held in gate(notices, limits, history, LAB)[1]]


def record(key: str, state: ItemState, reader: str = "") -> History:
    """A history of one item."""
    return History(items={key: ItemRecord(key=key, state=state, reader=reader, on=MONDAY)})


def test_a_plain_day_lets_everybody_through_in_order() -> None:
    notices = [reminder(AMARA), reminder(LEILA), about(ELENA, "5")]
    ready, held, over = gate(notices, LIVE, NOTHING, LAB)
    assert ready == notices and not held and not over


def test_in_a_trial_all_goes_to_one_address_and_names_the_real_reader() -> None:
    (ready,), _, _ = gate([reminder(LEILA)], TRIAL, NOTHING, LAB)
    assert recipient_address(ready, TRIAL) == TRIAL.trial_address and ready.reader == LEILA
    assert ready.facts["trial_for"] == "Leila Haddad <leila.haddad@northlake.example>"
    assert recipient_address(ready, LIVE) == LEILA.address


def test_a_trial_without_an_address_writes_to_nobody() -> None:
    assert "trial_address" in reasons([reminder(LEILA)], Limits(mode=Mode.TRIAL))[0]


def test_only_guests_are_written_to_when_there_is_a_list() -> None:
    limits = replace(LIVE, guest_list=frozenset({LEILA.address}))
    ready, held, _ = gate([reminder(LEILA), reminder(AMARA)], limits, NOTHING, LAB)
    assert [n.reader for n in ready] == [LEILA] and "guest list" in held[0].reason


def test_a_person_without_an_address_is_said_by_their_record() -> None:
    assert reasons([reminder(replace(LEILA, address=""))]) == ["record 5 has no mail address: enter one on the person form"]


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.TRIAL])
def test_no_reason_holds_a_name_or_an_address(mode: Mode) -> None:
    """Reasons are printed by a timer and end in the machine's log."""
    limits = Limits(mode=mode, trial_address="maria@home.example", institution_domains=frozenset({"northlake.example"}))
    guests = replace(limits, guest_list=frozenset({"nobody@northlake.example"}))
    said_today = MailRecord(kind=MessageKind.CHECKLIST, reader=LEILA.address, person="5", slot=MONDAY, state="sent")
    closed = History(addresses=refusing(LEILA.address, MARIA.address, "maria@home.example"), mails=(said_today,))
    outside = replace(ELENA, address="elena@home.example")
    notices = [
        reminder(LEILA), reminder(LEILA, "b/1"), reminder(replace(LEILA, address="")), about(outside, "5"), WORKLIST,
        reminder(AMARA, slot=SATURDAY),
    ]  # fmt: skip
    found = [
        reason for given in (limits, guests) for history in (NOTHING, closed, History(mails=(said_today,)))
        for reason in reasons(notices, given, history)
    ]  # fmt: skip
    assert len(set(found)) >= 5
    for reason in found:
        assert "@" not in reason and not any(name in reason for name in ("Leila", "Amara", "Elena", "Maria")), reason


def test_an_address_that_refused_us_waits_until_it_is_corrected() -> None:
    history = History(addresses=refusing(LEILA.address))
    assert "refused our mail" in reasons([reminder(LEILA)], history=history)[0]
    assert not reasons([reminder(replace(LEILA, address="leila@new.example"))], history=history)


def test_nothing_goes_to_people_on_a_day_off_but_the_worklist_does() -> None:
    notices = [reminder(LEILA, slot=SATURDAY), replace(WORKLIST, slot=SATURDAY)]
    ready, held, _ = gate(notices, LIVE, NOTHING, LAB)
    assert [n.kind for n in ready] == [MessageKind.WORKLIST] and "not a working day" in held[0].reason


class TestOutsideTheInstitution:
    """Records of student workers may be education records (34 CFR 99.3)."""

    LIMITS = replace(LIVE, institution_domains=frozenset({"northlake.example"}))

    @pytest.mark.parametrize("role", [ReaderRole.SUPERVISOR, ReaderRole.PI, ReaderRole.COORDINATOR])
    def test_a_list_of_people_never_leaves(self, role: ReaderRole) -> None:
        outside = replace(ELENA, address="elena@home.example", role=role)
        assert "outside the institution" in reasons([about(outside, "5")], self.LIMITS)[0]

    def test_a_department_is_inside_and_a_look_alike_is_not(self) -> None:
        inside, alike = replace(ELENA, address="e@med.northlake.example"), replace(ELENA, address="e@evilnorthlake.example")
        assert not reasons([about(inside, "5")], self.LIMITS)
        assert reasons([about(alike, "5")], self.LIMITS)

    def test_a_new_hire_hears_about_themselves_at_home(self) -> None:
        assert not reasons([reminder(AMARA)], self.LIMITS)

    def test_a_trial_address_outside_gets_no_list_either(self) -> None:
        limits = replace(TRIAL, trial_address="maria@home.example", institution_domains=frozenset({"northlake.example"}))
        assert reasons([about(ELENA, "5")], limits)

    def test_a_lab_that_names_no_domain_is_not_limited(self) -> None:
        assert not reasons([about(replace(ELENA, address="elena@home.example"), "5")])


class TestOneMailADay:
    def test_the_first_notice_to_an_address_wins(self) -> None:
        ready, held, _ = gate([reminder(ELENA, "a/1"), about(ELENA, "5")], LIVE, NOTHING, LAB)
        assert [n.kind for n in ready] == [MessageKind.REMINDER] and "already gets a mail" in held[0].reason

    def test_two_records_of_one_person_get_one_mail(self) -> None:
        twin = replace(LEILA, record="99")
        ready, _, _ = gate([reminder(LEILA, "a/1"), reminder(twin, "b/1")], LIVE, NOTHING, LAB)
        assert len(ready) == 1

    @pytest.mark.parametrize(("state", "held"), [("sent", True), ("queued", True), ("in_doubt", True), ("failed", False)])
    def test_a_mail_of_another_job_today_counts(self, state: str, held: bool) -> None:
        mail = MailRecord(kind=MessageKind.CHECKLIST, reader=LEILA.address, person="5", slot=MONDAY, state=state)
        assert bool(reasons([reminder(LEILA)], history=History(mails=(mail,)))) is held

    def test_yesterdays_mail_and_a_digest_do_not_count(self) -> None:
        mails = (
            MailRecord(kind=MessageKind.CHECKLIST, reader=LEILA.address, person="5", slot=TUESDAY, state="sent"),
            MailRecord(kind=MessageKind.DIGEST, reader=LEILA.address, person="5", slot=MONDAY, state="sent"),
        )
        assert not reasons([reminder(LEILA)], history=History(mails=mails))


class TestSaidOnce:
    def test_what_was_said_is_not_said_again(self) -> None:
        key = reminder().keys()[0]
        assert reasons([reminder()], history=record(key, ItemState.SENT)) == [f"already said: {key}"]
        assert reasons([reminder()], history=record(key, ItemState.BASELINE))

    def test_what_an_old_address_refused_is_said_to_the_new_one(self) -> None:
        key = reminder().keys()[0]
        assert not reasons([reminder()], history=record(key, ItemState.REFUSED, "old@x.example"))

    def test_a_view_of_the_day_may_name_what_was_said(self) -> None:
        digest = about(ELENA, "5", kind=MessageKind.DIGEST)
        assert not reasons([digest], history=record(digest.keys()[0], ItemState.SENT))


def test_the_ceiling_counts_mails_to_people_only() -> None:
    limits = replace(LIVE, ceiling=2)
    two = [reminder(LEILA, "a/1"), reminder(AMARA, "b/1"), WORKLIST]
    assert not gate(two, limits, NOTHING, LAB)[2]
    assert gate([*two, reminder(ELENA, "c/1")], limits, NOTHING, LAB)[2]

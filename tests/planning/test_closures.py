"""A closed study is quiet: told once, counted nowhere, tidied up by the coordinator; verdicts and exposure go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from onboard.judging.closed import protocol_states
from onboard.judging.readiness import cleared_on
from onboard.judging.reconcile import reconcile
from onboard.model import Approval, ApprovalKind, Cleared, History, Hold, Limits, Notice, Section, StudyType
from onboard.planning.checklists import plan_checklists
from onboard.planning.digests import plan_digests
from onboard.planning.gate import counted_mails, gate
from onboard.planning.reminders import plan_introductions, plan_reminders
from onboard.planning.worklist import plan_worklist
from onboard.questions.fixfirst import fix_first
from onboard.questions.status import status_rows, status_table
from onboard.timeline import Answer
from tests.planning.cast import (
    ADA,
    BRANDT,
    HADDAD,
    ORTIZ,
    RIVERA,
    TODAY,
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


def stop(book: Book, kind: ApprovalKind, first: object, protocol: str = "P1", **changed: object) -> Book:
    (initial,) = [row for row in book.rows["approvals"] if isinstance(row, Approval) and row.protocol == protocol][:1]
    cells = {"kind": kind, "first": first, "last": None, "open_ended": False, "study_type": None, "funding": None, "phi": None}
    book.add("approvals", replace(initial, evidence=f"approval/{protocol}/9", **(cells | changed)))  # type: ignore[arg-type]
    return book


def closed(first: object = days_ago(3), book: Book | None = None) -> Book:
    """Everybody, with P1 (STEP-HF) closed."""
    return stop(book or everybody(), ApprovalKind.CLOSURE, first)


def people_mails(book: Book, history: History | None = None, today: date = TODAY) -> list[Notice]:
    judged, past = book.judge(today), history or History()
    return [*plan_reminders(judged, past, lab(), today), *plan_checklists(judged, past, lab(), today)]


def said(notices: list[Notice], word: str = "STEP-HF") -> list[str]:
    return [
        line.title for n in notices for line in n.lines if word in (line.protocol, line.title) or word in line.title + line.why
    ]


# to the people on it --------------------------------------------------------------------------------------------------


def test_who_worked_on_it_is_told_once_and_asked_nothing() -> None:
    book = closed()
    first = for_person(people_mails(book), ADA)
    assert first
    (line,) = first.section(Section.BLOCKED)
    assert (line.title, line.why) == ("STEP-HF is closed", "STEP-HF closed on 20 Nov 2026.")
    assert line.act == "Stop study work on STEP-HF. There is nothing else for you to do."
    history = send(History(), people_mails(book))
    for days in (1, 7, 30, 60, 365, 2000):
        assert said([n for n in people_mails(book, history, in_days(days)) if n.reader.record == ADA]) == []


def test_nobody_is_reminded_of_what_only_the_closed_study_asks() -> None:
    """Hana's GCP ended; the trial that asked for it is over."""
    before, after = everybody(), closed()
    assert any("GCP" in line.title for line in for_person(people_mails(before), HADDAD).lines)  # type: ignore[union-attr]
    notice = for_person(people_mails(after), HADDAD)
    assert notice is None or not any("GCP" in line.title for line in notice.lines)


def test_a_leaver_gets_no_mail() -> None:
    assert for_person(people_mails(closed()), ORTIZ) is None


def test_the_other_study_is_asked_about_as_before() -> None:
    titles = {n.reader.record: [line.title for line in n.lines] for n in people_mails(closed())}
    assert titles[BRANDT] == {n.reader.record: [line.title for line in n.lines] for n in people_mails(everybody())}[BRANDT]


@pytest.mark.parametrize("first", [date(2019, 6, 30), date(2023, 1, 2), days_ago(91)])
def test_a_study_closed_long_ago_says_nothing_anywhere(first: date) -> None:
    book = closed(first)
    assert said(people_mails(book)) == []
    judged = book.judge()
    assert said(plan_introductions(judged, History(), lab(), TODAY)) == []
    digests = plan_digests(judged, History(), lab(), TODAY, previous=everybody().judge())
    assert digests and said(digests) == []
    if first < days_ago(365):
        assert said(plan_worklist(judged, History(), lab(), TODAY)) == []


def test_a_pi_of_closed_studies_alone_gets_no_digest() -> None:
    book = closed(date(2019, 1, 1))
    stop(book, ApprovalKind.CLOSURE, date(2019, 1, 1), "P2")
    assert plan_digests(book.judge(), History(), lab(), TODAY) == []


# to those who lead ----------------------------------------------------------------------------------------------------


def test_the_digest_says_once_that_it_closed_and_counts_nobody_there() -> None:
    before, after = everybody().judge(), closed().judge()
    (digest,) = plan_digests(after, History(), lab(), TODAY, previous=before)
    (line,) = [one for one in digest.section(Section.SINCE) if one.protocol == "STEP-HF"]
    assert line.title == "STEP-HF closed on 20 Nov 2026"
    assert line.why.startswith("It no longer counts here. Maria Chen is asked to take 6 people off its IRB list")
    assert not [one for one in digest.section(Section.BLOCKED_NOW) if "STEP-HF" in one.protocol]
    assert digest.numbers["protocols"] == 1
    (plain,) = plan_digests(before, History(), lab(), TODAY, previous=before)
    assert digest.numbers["blocked"] < plain.numbers["blocked"]
    (again,) = plan_digests(after, History(), lab(), TODAY, previous=after)
    assert said([again]) == []


def test_people_of_closed_studies_alone_are_no_ones_on_a_study() -> None:
    book = study()
    member(book, ADA, "Ada Ready", "P1")
    (digest,) = plan_digests(closed(book=book).judge(), History(), lab(), TODAY)
    assert digest.numbers["blocked"] == 0


# to the coordinator ---------------------------------------------------------------------------------------------------


def test_the_worklist_asks_for_one_thing_until_the_rows_are_ended() -> None:
    book = closed()
    for days in (0, 28, 301):
        (worklist,) = plan_worklist(book.judge(in_days(days)), History(), lab(), in_days(days))
        (line,) = [one for one in worklist.lines if "STEP-HF" in one.title + one.protocol]
        assert line.title == "STEP-HF is closed"
        assert line.act == "Please take 6 people off its IRB list and end 2 delegations."
    for row in list(book.rows["listings"]):
        book.rows["listings"][book.rows["listings"].index(row)] = replace(row, removed=TODAY)  # type: ignore[type-var]
    book.drop("delegations", protocol="P1")
    (worklist,) = plan_worklist(book.judge(), History(), lab(), TODAY)
    assert said([worklist]) == []


def test_no_list_is_compared_on_a_closed_study() -> None:
    assert {m.protocol for m in reconcile(everybody().judge(), TODAY)} >= {"P1"}
    assert {m.protocol for m in reconcile(closed().judge(), TODAY)} == {"P2"}


# in answers -----------------------------------------------------------------------------------------------------------


def test_json_stays_blocked_and_says_closed() -> None:
    rows = {(r["person"], r["protocol"]): r for r in status_rows(closed().judge(), TODAY)}
    assert rows[ADA, "P1"]["status"] == "blocked"
    assert rows[ADA, "P1"]["protocol_state"] == "closed"
    assert rows[ADA, "P2"]["protocol_state"] == "open"
    words = {(line.record, line.protocol): line.word for line in status_table(closed().judge(), TODAY)}
    assert words[ADA, "STEP-HF"] == "closed"
    assert words[ADA, "CHART"] == "cleared"


@pytest.mark.parametrize(
    ("kind", "first", "state"),
    [
        (ApprovalKind.CLOSURE, TODAY, "closed"),
        (ApprovalKind.CLOSURE, TODAY + timedelta(days=1), "open"),
        (ApprovalKind.SUSPENSION, days_ago(1), "suspended"),
        (ApprovalKind.RENEWAL, days_ago(1), "open"),
        (ApprovalKind.UNKNOWN, days_ago(1), "open"),
    ],
)
def test_states(kind: ApprovalKind, first: date, state: str) -> None:
    assert protocol_states(stop(everybody(), kind, first).judge(), TODAY)["P1"] == state


def test_a_lapsed_approval_is_never_quiet() -> None:
    book = everybody()
    book.rows["approvals"] = [
        replace(row, last=days_ago(4), open_ended=False) if row.protocol == "P1" else row  # type: ignore[type-var, attr-defined]
        for row in book.rows["approvals"]
    ]
    judged = book.judge()
    assert protocol_states(judged, TODAY)["P1"] == "lapsed"
    (digest,) = plan_digests(judged, History(), lab(), TODAY)
    assert [one for one in digest.lines if "STEP-HF" in one.protocol]


def test_a_protocol_without_any_approval_is_not_approved_and_one_on_hold_is() -> None:
    book = everybody()
    book.protocol("P3", "NEW", StudyType.NIH_TRIAL)
    book.drop("approvals", protocol="P3")
    book.listing(ADA, "P3")
    book.add("holds", Hold(evidence="hold/P2/1", protocol="P2", first=days_ago(2), last=None))
    assert protocol_states(book.judge(), TODAY) == {"P1": "open", "P2": "on_hold", "P3": "not_approved"}


def test_the_verdict_stays_and_a_closure_that_cannot_be_read_is_unknown() -> None:
    from onboard.model import UNREADABLE

    row = next(r for r in closed().judge().readiness if (r.person, r.protocol, r.task) == (ADA, "P1", None))
    assert [cleared_on(row, day) for day in (days_ago(4), days_ago(3), in_days(900))] == [
        Cleared.CLEARED,
        Cleared.BLOCKED,
        Cleared.BLOCKED,
    ]
    unread = closed(UNREADABLE).judge()
    row = next(r for r in unread.readiness if (r.person, r.protocol, r.task) == (ADA, "P1", None))
    assert cleared_on(row, TODAY) is Cleared.UNKNOWN
    assert row.cleared.at(TODAY) is Answer.UNKNOWN
    assert fix_first(unread, TODAY), "never quiet about what may be closed"


# the ceiling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ApprovalKind.SUSPENSION, ApprovalKind.CLOSURE])
def test_the_mails_of_one_stop_count_once_and_wait_for_nobody(kind: ApprovalKind) -> None:
    book = study()
    people = [str(number) for number in range(100, 160)]
    for record in people:
        member(book, record, f"Person Number{record}", "P1")
        book.trained(record)
    stop(book, kind, days_ago(1))
    planned = people_mails(book)
    assert {n.reader.record for n in planned} >= {*people, RIVERA}
    assert counted_mails(planned) == 1
    ready, _, over = gate(planned, replace(lab().limits, ceiling=50), History(), lab())
    assert len(ready) > 60 and not over


def test_everything_else_counts_by_mail() -> None:
    book = study()
    for number in range(100, 160):
        member(book, str(number), f"Person Number{number}", "P1")
        book.trained(str(number), ends=in_days(7))
    planned = people_mails(book)
    assert counted_mails(planned) == len(planned) > 50
    assert gate(planned, Limits(ceiling=50, institution_domains=frozenset({"northlake.example"})), History(), lab())[2]

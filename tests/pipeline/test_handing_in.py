"""People's own pages to hand evidence in: asked for late, once, and for those alone who get a mail; without one it goes too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from onboard.model import Assessment, Export, Lab, Line, Message, Notice, Rules, RunReport
from onboard.pipeline.handing_in import Handing
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import Tools
from onboard.ports import HandIn, Pages
from tests.pipeline.delivery_cast import AMARA, DRY, LAB, LEILA, MONDAY, REMINDERS, TRIAL, TUESDAY, FakeMailer, reminder
from tests.pipeline.test_running import RULES, FakeSource, compose, judge, says

RIGHT = "REDCap gives no link. Give the token's user Survey Distribution Tools."


@dataclass
class FakePages:
    """A REDCap that gives everybody a page, but for `missing`; `trouble` is why. It writes down what it was asked."""

    missing: frozenset[str] = frozenset()
    trouble: str = ""
    asked: list[HandIn] = field(default_factory=list)

    def addresses(self, wanted: Sequence[HandIn]) -> Pages:
        """One page a person and row."""
        self.asked += wanted
        found = {
            one.person: f"https://redcap.northlake.example/surveys/?s={one.person}x{one.instance}"
            for one in wanted
            if one.person not in self.missing
        }
        return Pages(addresses=found, trouble=self.trouble if len(found) < len(wanted) else "")


def test_the_fake_keeps_its_word() -> None:
    one, two = HandIn(person="5", instance=1), HandIn(person="11", instance=2)
    found = FakePages(frozenset({"11"}), RIGHT).addresses([one, two])
    assert dict(found.addresses) == {"5": "https://redcap.northlake.example/surveys/?s=5x1"} and found.trouble == RIGHT


def asks_for(notice: Notice, *reports: bool) -> Notice:
    """The notice with one line for each of these: whether it asks for a completion report."""
    (first,) = notice.lines
    lines = (replace(first, key=f"{first.key}{n}", person=notice.reader.record, report=on) for n, on in enumerate(reports))
    return replace(notice, lines=tuple(lines))


def handed(rows: Mapping[str, int] | None):
    """A judge whose people have so many rows of evidence."""

    def judged(export: Export, rules: Rules, snapshot: str) -> Assessment:
        return replace(judge(export, rules, snapshot), evidence_rows=rows)

    return judged


def shown(notice: Notice) -> Message:
    """The pages of a notice, as words."""
    pages = "\n".join(line.hand_in or ("reply" if line.report else "-") for line in notice.lines)
    return Message(notice=notice, subject="x", text=pages, html="")


@dataclass
class Morning:
    """One lab's mornings with pages."""

    ledger: object
    clock: object
    pages: FakePages | None = field(default_factory=FakePages)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    lab: Lab = LAB
    rows: Mapping[str, int] | None = field(default_factory=dict)

    def run(self, *notices: Notice, mode=None, today=MONDAY) -> RunReport:
        tools = Tools(
            source=FakeSource(clock=self.clock), mailer=self.mailer, ledger=self.ledger, clock=self.clock, lab=self.lab,
            rules=RULES, rules_text="rules", rules_of=lambda _: RULES, judge=handed(self.rows), render=shown, compose=compose,
            hand_in=self.pages,
        )  # fmt: skip
        return run_job(tools, REMINDERS, says(*notices), today, mode=mode)

    def words(self, address: str) -> list[str]:
        return self.mailer.bodies[address].decode().split("\r\n\r\n")[1].split("\n")


@pytest.fixture
def morning(sqlite_ledger, clock) -> Morning:
    for mode in (LAB.limits.mode, TRIAL):
        sqlite_ledger.record_baseline(mode, REMINDERS, (), clock.now(), MONDAY)
    return Morning(sqlite_ledger, clock)


LAYLA, NEW = asks_for(reminder(LEILA), True, False, True), asks_for(reminder(AMARA), False)


def test_one_page_a_person_at_the_next_row_and_nobody_is_asked_for_who_needs_none(morning: Morning) -> None:
    morning.rows = {LEILA.record: 2}
    report = morning.run(LAYLA, NEW)
    assert morning.pages.asked == [HandIn(person=LEILA.record, instance=3)]
    page = f"https://redcap.northlake.example/surveys/?s={LEILA.record}x3"
    assert morning.words(LEILA.address) == [page, "-", page] and morning.words(AMARA.address) == ["-"]
    # The page stands in the mail alone.
    assert report.outcome == "sent" and not any(line.hand_in for one in report.planned for line in one.lines)
    assert page not in repr(report) and page not in repr(Line(key="", section=LAYLA.lines[0].section, title="x", hand_in=page))


def test_a_dry_run_asks_for_nothing(morning: Morning) -> None:
    report = morning.run(LAYLA, mode=DRY)
    assert report.outcome == "dry" and len(report.planned) == 1 and morning.pages.asked == []


def test_mail_that_waits_for_somebody_asks_for_nothing(morning: Morning) -> None:
    morning.lab = replace(LAB, limits=replace(LAB.limits, ceiling=1))
    assert morning.run(LAYLA, asks_for(reminder(AMARA), True)).outcome == "held"
    assert morning.pages.asked == []


def test_a_mail_that_the_gate_holds_asks_for_nothing(morning: Morning) -> None:
    morning.lab = replace(LAB, limits=replace(LAB.limits, guest_list=frozenset({AMARA.address})))
    morning.run(LAYLA, asks_for(reminder(AMARA), True))
    assert [one.person for one in morning.pages.asked] == [AMARA.record]


@pytest.mark.parametrize("rows", [None, {LEILA.record: 32767}], ids=["no form", "no row left"])
def test_without_a_next_row_people_reply(morning: Morning, rows: Mapping[str, int] | None) -> None:
    morning.rows = rows
    assert morning.run(LAYLA).outcome == "sent"
    assert morning.pages.asked == [] and morning.words(LEILA.address) == ["reply", "-", "reply"]


def test_where_it_is_off_people_reply(morning: Morning) -> None:
    morning.pages = None
    report = morning.run(LAYLA)
    assert (report.outcome, report.trouble) == ("sent", ()) and morning.words(LEILA.address) == ["reply", "-", "reply"]


def test_a_refusal_stops_no_mail_and_is_told_once_until_it_is_mended(morning: Morning) -> None:
    morning.pages = FakePages(frozenset({LEILA.record}), RIGHT)
    first = morning.run(LAYLA, asks_for(reminder(AMARA), True))
    # The mails went: it is no fault of the run, and nobody outside is alarmed.
    assert first.outcome == "sent" and not first.needs_person
    assert morning.words(LEILA.address) == ["reply", "-", "reply"]
    assert morning.words(AMARA.address)[0].endswith(f"{AMARA.record}x1")
    told = [to for _, to in morning.mailer.delivered].count(LAB.operator)
    assert told == 1
    # A day on which nobody is asked for mends nothing; the day after it is not told again.
    morning.clock.wait(days=1)
    morning.run(today=TUESDAY)
    morning.clock.wait(days=1)
    wednesday = TUESDAY.replace(day=TUESDAY.day + 1)
    again = asks_for(reminder(LEILA, "reminder/5/gcp/-/e1:2026-11-18/14"), True)
    asked = len(morning.pages.asked)
    assert morning.run(again, today=wednesday).outcome == "sent" and len(morning.pages.asked) == asked + 1
    assert [to for _, to in morning.mailer.delivered].count(LAB.operator) == told


class _Restless:
    """A ledger in which another process moves the history under the first plan."""

    def __init__(self, ledger) -> None:
        self.ledger, self.moved = ledger, False

    def __getattr__(self, name: str):
        return getattr(self.ledger, name)

    def enqueue(self, *args, **more) -> bool:
        """False once."""
        if self.moved:
            return self.ledger.enqueue(*args, **more)
        self.moved = True
        return False


def test_planning_again_asks_for_no_page_twice(morning: Morning) -> None:
    morning.ledger = _Restless(morning.ledger)
    assert morning.run(LAYLA).outcome == "sent"
    assert len(morning.pages.asked) == 1 and "?s=" in morning.words(LEILA.address)[0]


def test_nobody_gets_the_page_of_somebody_else() -> None:
    """A supervisor's mail may name what a person owes; it never holds that person's page."""
    pages = FakePages()
    about = replace(LAYLA, lines=tuple(replace(line, person=AMARA.record) for line in LAYLA.lines))
    assessment = replace(handed({})(FakeSource().fetch({}), RULES, ""))
    assert Handing(pages).fill([about], assessment) == [about] and pages.asked == []

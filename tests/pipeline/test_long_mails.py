"""A mail that is too long is cut; what was cut was not said, so the next mail says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.model import Assessment, History, Lab, Line, Notice, Section
from onboard.rendering import Renderer
from onboard.rendering.truncation import left_out
from tests.pipeline.delivery_cast import ELENA, LAB, LIVE, MONDAY, HandClock, about
from tests.pipeline.test_running import Desk

SMALL = replace(LAB, cadence=replace(LAB.cadence, max_rows=16))


def line(n: int) -> Line:
    """Something about person n, whose earlier tier it makes pointless."""
    return Line(
        key=f"escalation/{n}/gcp/none:open/pi:1", section=Section.ABOUT, title=f"GCP of number {n:03d}", person=str(n),
        name=f"Person {n}", also=(f"escalation/{n}/gcp/none:open/supervisor:1",), skips=(f"escalation/{n}/gcp/none:open/30",),
    )  # fmt: skip


def plan(assessment: Assessment, history: History, lab: Lab, today: date, before: Assessment | None) -> list[Notice]:
    """One escalation about everybody Elena has not read of yet."""
    lines = tuple(one for one in map(line, range(40)) if not history.said(one.key))
    return [replace(about(ELENA, "0"), slot=today, lines=lines)] if lines else []


@pytest.fixture
def desk(sqlite_ledger: SqlLedger, clock: HandClock) -> Desk:
    found = Desk(ledger=sqlite_ledger, clock=clock, lab=SMALL, render=Renderer(SMALL).render)
    found.go_live()
    return found


def test_everybody_is_read_of_once_over_as_many_days_as_it_takes(desk: Desk) -> None:
    read: list[str] = []
    for day in range(4):
        desk.run(plan, today=MONDAY + timedelta(days=day))
        body = desk.mailer.bodies.get(ELENA.address, b"").decode()
        read += [f"{n:03d}" for n in range(40) if f"number {n:03d}" in body and f"{n:03d}" not in read]
        said = [n for n in range(40) if desk.ledger.history(LIVE).said(line(n).key)]
        assert len(read) == len(said) == min(16 * (day + 1), 40), "said is what could be read"
        desk.clock.wait(days=1)
    assert len(desk.reached()) == 3


def test_what_was_cut_leaves_nothing_behind(desk: Desk) -> None:
    desk.run(plan)
    items = desk.ledger.history(LIVE).items
    cut = [key for n in range(16, 40) for key in (line(n).key, *line(n).also, *line(n).skips)]
    assert not [key for key in cut if key in items] and all(key in items for key in line(0).also + line(0).skips)


def test_a_key_that_another_line_shows_is_said(desk: Desk) -> None:
    notice = next(iter(plan(None, History(), SMALL, MONDAY, None)))
    twice = replace(notice, lines=(*notice.lines, line(0)))
    assert len(left_out(twice, 16)) == 25
    desk.run(lambda *_: [twice])
    assert desk.ledger.history(LIVE).said(twice.lines[0].key)

"""Four jobs of one morning: unchanged records are judged once, and nothing else is taken for the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from jobs.due import run_due
from onboard.app import App, open_app
from onboard.app.judged import JudgedReads
from onboard.model import Assessment, Export, Mode
from onboard.pipeline.tools import never
from tests.beginnings import begin_with_nothing
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY


@pytest.fixture
def lab(home: Path) -> Iterator[App]:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    app = open_app(home, clock=clock)
    yield app
    app.close()


def test_the_same_cells_read_an_hour_later_are_judged_once_and_carry_their_own_hour(lab: App) -> None:
    first = lab.judge(lab.export, snapshot="a")
    later = replace(lab.export, read_at=lab.export.read_at + timedelta(hours=1))
    again = lab.judge(later, snapshot="b")
    assert again.findings is first.findings
    assert (again.read_at, again.snapshot) == (later.read_at, "b")
    assert (first.read_at, first.snapshot) == (lab.export.read_at, "a")


def changed(export: Export, name_now: str = "Hadad") -> Export:
    """Layla Haddad's name was typed anew: one cell differs."""
    name, text = next((name, text) for name, text in export.instruments.items() if "Haddad" in text)
    return replace(export, instruments={**export.instruments, name: text.replace("Haddad", name_now)})


def test_one_changed_cell_another_day_or_other_rules_are_judged_anew(lab: App) -> None:
    first = lab.judge(lab.export)
    assert lab.judge(changed(lab.export)).findings is not first.findings
    tomorrow = replace(lab.export, read_at=lab.export.read_at + timedelta(days=1))
    assert lab.judge(tomorrow).read_on == first.read_on + timedelta(days=1)
    rules = replace(lab.config.rules, institution="Southlake University")
    assert lab.judge(lab.export, rules).rules.institution == "Southlake University"


def test_two_reads_are_kept_and_a_third_takes_the_place_of_the_oldest(lab: App) -> None:
    reads, asked = JudgedReads(), []

    def judge(export: Export) -> Assessment:
        def anew() -> Assessment:
            asked.append(export)
            return lab.judge(export)

        return reads.get(export, lab.config.rules, MONDAY, "", anew)

    now, then = lab.export, changed(lab.export)
    for export in (then, now, then, now):
        judge(export)
    assert asked == [then, now]
    judge(changed(now, "Hadadd"))
    judge(now)
    assert len(asked) == 3
    judge(then)
    assert asked[3:] == [then]


def test_a_morning_of_four_jobs_judges_what_did_not_change_once(lab: App) -> None:
    begin_with_nothing(lab, MONDAY)
    reports = run_due(lab, Mode.LIVE, never)
    assert len([report for report in reports if report.run]) == 4
    kept = lab._judged_reads._kept
    assert len(kept) == 1

"""One estimate for everybody: `path`, the welcome, the digest, the worklist and `explain` name the same day and the same cause of
delay for each new hire, in the sample lab and in fifty random labs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from onboard.app import open_app
from onboard.dates import show, show_to_act
from onboard.judging.estimates import path
from onboard.model import Assessment, History, Lab, MessageKind, Section
from onboard.pipeline.judging import judge_records
from onboard.planning.checklists import plan_checklists
from onboard.planning.digests import plan_digests
from onboard.planning.lines import short
from onboard.planning.worklist import plan_worklist
from onboard.questions.explain import explain
from onboard.questions.explain_words import as_text
from onboard.sandbox.sample.server import sample_server
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import make_lab
from tests.reckoner.labs import make_lab as random_lab
from tests.words.cast import LAB

MONDAY = date(2026, 11, 23)
NO_DAY = "No day yet: a record is missing."


def expected(assessment: Assessment, lab: Lab, person: str, today: date) -> tuple[date | None, str] | None:
    """Day and cause of the first route by day that `onboard path` prints; None for somebody with no appointment to come."""
    found = path(assessment, person, today, lab.cadence.calendar)
    routes = [route for route in found.routes if route.task is None]
    if not found.appointed or not routes:
        return None
    first = min(routes, key=lambda route: (route.about or date.max, route.protocol))
    return first.about, first.bottleneck.title if first.bottleneck else ""


def disagreements(assessment: Assessment, lab: Lab, today: date) -> tuple[int, list[str]]:
    """How many statements were compared, and those that differ."""
    compared, wrong = 0, []

    def check(who: str, person: str, said: object, right: object) -> None:
        nonlocal compared
        compared += 1
        if said != right:
            wrong.append(f"{who} about {person}: {said}, path: {right}")

    names = {found.name: record for record, found in assessment.people.items()}
    for notice in plan_checklists(assessment, History(started=True), lab, today):
        right = expected(assessment, lab, notice.reader.record, today)
        day, cause = right if right and right[0] else (None, "")
        facts = notice.facts
        check(notice.kind, notice.reader.record, facts.get("ready_about", ""), day.isoformat() if day else "")
        check(notice.kind, notice.reader.record, facts.get("bottleneck", ""), short(cause))
    views = [*plan_digests(assessment, History(started=True), lab, today), *plan_worklist(assessment, History(), lab, today)]
    for notice in views:
        section = Section.STARTING if notice.kind is MessageKind.DIGEST else Section.MOVES
        for line in notice.section(section):
            if line.why.startswith(("Can begin about", "No day yet")):
                right = expected(assessment, lab, line.person or names[line.name], today)
                told = f"Can begin about {show_to_act(right[0], today)}." if right and right[0] else NO_DAY
                check(notice.kind, line.person, line.why.startswith(told), True)
                cause = re.search(r"Takes longest: (.*)\.$", line.why)
                if cause:
                    check(notice.kind, line.person, cause[1], short(right[1]) if right else None)
    for person in assessment.people:
        right = expected(assessment, lab, person, today)
        told = " ".join(as_text(explain(assessment, History(), lab, person, today)).split())
        if right and right[1]:
            when = f"Can begin about {show(right[0])}." if right[0] else NO_DAY
            check("explain", person, f"{when} Takes longest: {' '.join(right[1].split())}." in told, True)
        else:
            check("explain", person, "Takes longest" in told, False)
    return compared, wrong


def test_the_sample_lab(tmp_path: Path) -> None:
    compared = 0
    with sample_server(MONDAY) as sample:
        clock = HandClock()
        app = open_app(make_lab(tmp_path / "rivera", sample), clock=clock)
        for days in range(0, 15, 2):
            number, wrong = disagreements(app.assessment, app.lab, MONDAY + timedelta(days=days))
            compared += number
            assert wrong == []
    assert compared > 100


@pytest.mark.parametrize("seed", range(50))
def test_fifty_random_labs(seed: int) -> None:
    lab = random_lab(seed)
    records = replace(lab.records, people=tuple(replace(p, complete=True) for p in lab.records.people))
    noon = datetime.combine(lab.read_on, time(12), tzinfo=UTC)
    assessment = judge_records(records, (), lab.rules, noon, lab.read_on)
    for days in (0, 3, 10):
        _, wrong = disagreements(assessment, LAB, lab.read_on + timedelta(days=days))
        assert wrong == []

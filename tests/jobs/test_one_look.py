"""Four jobs of one look plan on one read, for as long as it is fresh; a doubt is never taken for a read, and asked about once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path

import pytest

from jobs import job
from jobs.due import run_due
from onboard.app import App, open_app
from onboard.errors import ReadInDoubt
from onboard.model import Export, JobName, Mode
from onboard.pipeline.one_look import SHARED_FOR, OneLook
from onboard.pipeline.tools import never
from onboard.sandbox.faults import Fault
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begin_with_nothing
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY

JOBS = [JobName.CHECKLISTS, JobName.REMINDERS, JobName.DIGESTS, JobName.WORKLIST]


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    return clock


@dataclass(slots=True)
class Desk:
    """A source that takes its time, counts who asks, and fails when told to."""

    clock: HandClock
    takes: timedelta = timedelta()
    trouble: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def fetch(self, last: Mapping[str, str]) -> Export:
        self.asked.append(last)
        export = Export(instruments={"people.person": f"record_id\n{len(self.asked)}\n"}, read_at=self.clock.now())
        self.clock.at += self.takes
        if self.trouble:
            raise ReadInDoubt(self.trouble)
        return export


def test_a_good_read_serves_until_it_is_too_old_however_long_it_took(clock: HandClock) -> None:
    desk = Desk(clock, takes=timedelta(minutes=8))
    look = OneLook(desk, clock)
    first = look.fetch({"people.person": "3"})
    clock.at += SHARED_FOR
    assert look.fetch({}) is first
    clock.at += timedelta(seconds=1)
    second = look.fetch({"people.person": "1"})
    assert second.read_at > first.read_at and second.instruments != first.instruments
    assert desk.asked == [{"people.person": "3"}, {"people.person": "1"}], "a new read is held against the last good one"


def test_a_doubt_ends_the_reading_of_the_look_in_the_same_words(clock: HandClock) -> None:
    desk = Desk(clock, trouble="REDCap did not answer. Try again later.")
    look = OneLook(desk, clock)
    for _ in JOBS:
        with pytest.raises(ReadInDoubt, match=r"^REDCap did not answer\. Try again later\.$"):
            look.fetch({})
        clock.at += timedelta(hours=1)
    assert len(desk.asked) == 1
    desk.trouble = ""
    assert OneLook(desk, clock).fetch({}).instruments, "the next look reads again"


def test_a_doubt_after_a_good_read_is_not_hidden_by_it(clock: HandClock) -> None:
    desk = Desk(clock)
    look = OneLook(desk, clock)
    look.fetch({})
    clock.at += SHARED_FOR + timedelta(seconds=1)
    desk.trouble = "people.person has 1 rows; the last good read had 40."
    for _ in range(2):
        with pytest.raises(ReadInDoubt, match="had 40"):
            look.fetch({})


@pytest.fixture
def lab(home: Path, clock: HandClock, sample: SampleServer) -> Iterator[App]:
    app = open_app(home, clock=clock)
    begin_with_nothing(app, MONDAY)
    yield app
    app.close()
    sample.server.faults.clear()


@pytest.fixture
def calls(sample: SampleServer) -> Callable[[], Counter[str]]:
    """What REDCap was asked since the last time this was called, pages to hand evidence in apart: those are asked for mails."""
    seen = [len(sample.server.requests)]

    def since() -> Counter[str]:
        new = sample.server.requests[seen[0] :]
        seen[0] += len(new)
        return Counter(one.content for one in new if one.content != "surveyLink")

    return since


def test_four_jobs_of_one_look_ask_redcap_what_one_job_asks(lab: App, calls: Callable[[], Counter[str]]) -> None:
    run_due(lab, Mode.DRY, never)
    rehearsed = calls()
    reports = run_due(lab, Mode.LIVE, never)
    assert [report.job for report in reports] == JOBS and all(report.run for report in reports)
    assert calls() == rehearsed and rehearsed["version"] == 4, "once a project, and a first read is made twice"
    assert len({report.read_at for report in reports}) == 1
    assert len(lab.ledger.reads(lab.clock.now() - timedelta(days=1))) == 1


def test_a_job_alone_and_the_next_look_read_for_themselves(lab: App, clock: HandClock, calls: Callable[[], Counter[str]]) -> None:
    first = [job(name)(lab, MONDAY) for name in JOBS[:2]]
    assert calls()["version"] == 6 and all(report.run for report in first), "the first read of all is made twice"
    run_due(lab, Mode.LIVE, never)
    assert calls()["version"] == 2
    clock.set(MONDAY + timedelta(days=1), time(9))
    run_due(lab, Mode.LIVE, never)
    assert calls()["version"] == 2


def test_a_job_that_comes_late_in_its_look_plans_on_what_redcap_holds_then(
    lab: App, clock: HandClock, calls: Callable[[], Counter[str]]
) -> None:
    """The checklists' mails took ten minutes to hand over; each read is kept for the proofs of its hour."""
    asked: list[bool] = []

    def ten_minutes_later() -> bool:
        """Asked before every job, and between mails."""
        asked.append(True)
        clock.at += timedelta(minutes=10) if len(asked) == 2 else timedelta()
        return False

    reports = run_due(lab, Mode.LIVE, ten_minutes_later)
    assert calls()["version"] == 6
    reads = sorted({report.read_at for report in reports if report.read_at})
    assert len(reads) == 2 and reads[1] - reads[0] == timedelta(minutes=10)
    assert [at for at, _ in lab.ledger.reads(reads[0] - timedelta(seconds=1))] == reads


def test_an_outage_is_waited_for_once_said_by_every_job_and_told_once(
    lab: App, home: Path, clock: HandClock, sample: SampleServer, calls: Callable[[], Counter[str]]
) -> None:
    sample.server.faults.add(Fault.OFFLINE, times=None)
    reports = run_due(lab, Mode.LIVE, never)
    assert [(report.job, report.outcome) for report in reports] == [(name, "failed") for name in JOBS]
    assert len({report.trouble for report in reports}) == 1 and reports[0].needs_person
    assert sum(calls().values()) == 1
    mails = list((home / "mail").glob("*.eml"))
    assert len(mails) == 1 and b"it-help@northlake.example" in mails[0].read_bytes()

    clock.set(MONDAY, time(9, 10))
    assert {report.outcome for report in run_due(lab, Mode.LIVE, never)} == {"failed"}
    assert sum(calls().values()) == 1, "the next look asks again"
    sample.server.faults.clear()
    clock.set(MONDAY, time(9, 20))
    assert [report.outcome for report in run_due(lab, Mode.LIVE, never) if report.outcome == "failed"] == []
    assert not any(lab.ledger.last_slot(Mode.LIVE, name) is None for name in JOBS)


def test_a_fault_of_ours_in_one_job_leaves_the_read_to_the_others(
    lab: App, home: Path, calls: Callable[[], Counter[str]]
) -> None:
    """The worklist's template is broken: the three jobs before it are through, and nothing is read for it again."""
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "worklist.body.txt").write_text("{{ 1 / 0 }}")
    reports = run_due(lab, Mode.LIVE, never)
    assert [bool(report.trouble) for report in reports] == [False, False, False, True]
    assert calls()["version"] == 4

"""A lab that got smaller, met by runs and by questions: a little holds at the second read, much waits for a person's word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jobs.due import run_due
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.errors import ReadInDoubt
from onboard.model import Mode
from onboard.pipeline.tools import never
from onboard.sandbox.faults import Fault
from onboard.sandbox.server import SandboxServer
from tests.connecting.conftest import Served, make_home
from tests.connecting.read_faults import BEGAN, LATER, look
from tests.connecting.retell import shipped_projects


@pytest.fixture
def served() -> Iterator[Served]:
    projects = shipped_projects()
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        yield Served(server, projects, tokens)


@pytest.fixture
def home(served: Served, tmp_path: Path) -> Path:
    """A lab that began a week ago."""
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    look(home, BEGAN)
    return home


def opened(home: Path, *, accept: bool = False) -> closing[App]:
    return closing(open_app(home, clock=FixedClock(LATER), accept_fewer_rows=accept))


def drop_completions(served: Served, records: tuple[str, ...]) -> None:
    people = served.projects["people"]
    for record in records:
        people.drop(record, [place for place in people.records[record] if place.instrument == "completion"])


def test_a_large_loss_waits_for_a_word_in_runs_and_in_questions(served: Served, home: Path) -> None:
    drop_completions(served, ("2", "3", "4", "5", "6", "7"))
    with opened(home) as question, pytest.raises(ReadInDoubt, match=r"people.completion lacks \d+ of the \d+ rows"):
        _ = question.assessment
    for _ in range(2):
        assert not look(home, LATER)
    with opened(home, accept=True) as app:
        reports = run_due(app, Mode.LIVE, never)
    assert {report.outcome for report in reports} <= {"sent", "nothing"}
    with opened(home) as question:
        assert question.assessment.people


def test_a_small_loss_is_read_twice_by_a_question_too(served: Served, home: Path) -> None:
    people = served.projects["people"]
    people.drop("5", [next(place for place in people.records["5"] if place.instrument == "completion")])
    before = len(served.server.requests)
    with opened(home) as question:
        assert question.assessment.people
    assert sum(seen.content == "version" for seen in served.server.requests[before:]) == 4


def test_a_question_does_not_believe_a_row_that_one_read_left_out(served: Served, home: Path) -> None:
    """The first read lacks the last row, the second is whole."""
    with opened(home) as good:
        expected = good.export.instruments
    served.server.faults.add(Fault.FEWER_ROWS, content="record", form="delegation", share=0.99)
    with opened(home) as question:
        assert question.export.instruments == expected


def test_a_word_given_once_does_not_excuse_a_fault(served: Served, home: Path) -> None:
    """--accept-fewer-rows takes what two reads agree on."""
    drop_completions(served, ("2", "3", "4", "5", "6", "7"))
    served.server.faults.add(Fault.FEWER_ROWS, content="record", form="listing", share=0.99, after=1, times=None)
    with opened(home, accept=True) as app, pytest.raises(ReadInDoubt, match=r"do not agree|half read"):
        app.source.fetch({})


def test_a_question_before_the_first_run_is_read_twice(served: Served, tmp_path: Path) -> None:
    new = make_home(tmp_path / "new", served.server.url, served.tokens)
    served.server.faults.add(Fault.FEWER_ROWS, content="record", form="hold", share=0.99)
    before = len(served.server.requests)
    with closing(open_app(new, clock=FixedClock(LATER), reads_only=True)) as question:
        assert question.assessment.people
    assert sum(seen.content == "version" for seen in served.server.requests[before:]) >= 4

"""One form answered with no row at all: never believed, on first and on later reads, in runs and in questions; the operator is
told once, and the next good read sends every right mail. A server with habits of its own is never shut out by this."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.adapters.redcap.source import RedcapSource
from onboard.adapters.system_clock import FixedClock
from onboard.connecting.empty_forms import without_rows
from onboard.errors import NotBegun, ReadInDoubt
from onboard.model import Export
from onboard.pipeline.telling import MOST_A_DAY
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.server import SandboxServer
from onboard.shipped import shipped
from tests.adapters.redcap.test_fault_table_of_reading import CALLS
from tests.connecting.conftest import READ_AT, Served, make_home, mapping_of
from tests.connecting.retell import FOREIGN, PEOPLE_REPEAT, PROTOCOLS_REPEAT, shipped_projects
from tests.connecting.retell_visits import longitudinal
from tests.story.test_fault_table_of_runs import OPERATOR, at, begin, run

MAPPING = mapping_of(shipped("config") / "redcap.toml")
FORMS = [(project, form) for project in MAPPING.projects for form in MAPPING.instruments(project)]
EMPTY = (Fault.LINE_FEED, Fault.BARE_HEADER)
each_form = pytest.mark.parametrize(("project", "form"), FORMS, ids=[form for _, form in FORMS])
each_fault = pytest.mark.parametrize("fault", EMPTY, ids=str)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    projects = shipped_projects()
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        yield Served(server, projects, tokens)


@pytest.fixture
def lab(served: Served) -> Served:
    served.server.faults.clear()
    return served


@pytest.fixture(scope="module")
def whole(served: Served) -> Export:
    return source(served).fetch({})


@pytest.fixture(scope="module")
def begun(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab that went live on Monday and wrote its reminders."""
    served.server.faults.clear()
    home = make_home(tmp_path_factory.mktemp("begun") / "home", served.server.url, served.tokens)
    begin(home)
    return home


@pytest.fixture(scope="module")
def good_day(served: Served, begun: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Counter[str]]:
    """What that lab gets eight days later when nothing is wrong."""
    return run(Path(shutil.copytree(begun, tmp_path_factory.mktemp("good") / "home")), 8)


def source(lab: Served) -> RedcapSource:
    """The adapter without patience."""
    return RedcapSource([replace(one, retries=0) for one in lab.reached()], MAPPING, FixedClock(READ_AT), lab.pauses.append)


def strike(lab: Served, fault: Fault, project: str, form: str, times: int | None = None) -> None:
    lab.server.faults.add(fault, content="record", project=project.title(), form=form, times=times)


@each_fault
@each_form
def test_no_empty_answer_is_believed(lab: Served, whole: Export, project: str, form: str, fault: Fault) -> None:
    strike(lab, fault, project, form)
    for last in ({}, whole.instruments):
        with pytest.raises(ReadInDoubt, match=rf"{project}.*" if form == "person" else form):
            source(lab).fetch(last)


@each_form
def test_an_empty_answer_that_passes_costs_a_call(lab: Served, whole: Export, project: str, form: str) -> None:
    strike(lab, Fault.LINE_FEED, project, form, times=1)
    before = len(lab.server.requests)
    assert source(lab).fetch({}).instruments == whole.instruments
    assert len(lab.server.requests) - before == CALLS + 1


def test_a_run_tells_the_operator_once_and_the_next_good_read_catches_up(
    lab: Served, begun: Path, good_day: tuple[str, Counter[str]], tmp_path: Path
) -> None:
    for first in range(0, len(FORMS), MOST_A_DAY):  # so many mails the operator gets on one day
        home = Path(shutil.copytree(begun, tmp_path / f"home{first}"))
        for project, form in FORMS[first : first + MOST_A_DAY]:
            told = Counter({OPERATOR: 1})
            for fault in EMPTY:
                lab.server.faults.clear()
                strike(lab, fault, project, form)
                assert run(home, 8) == ("failed", told), f"{fault} of {form}"
                told = Counter()
            with closing(at(home, 8)) as question, pytest.raises(ReadInDoubt):
                _ = question.assessment
            lab.server.faults.clear()
        assert run(home, 8) == good_day


@pytest.mark.parametrize("form", ["completion", "hold"])
def test_a_first_run_on_an_empty_form_begins_nothing(lab: Served, tmp_path: Path, form: str) -> None:
    """Nobody is noted as blocked already, and the first good run is the first run."""
    home = make_home(tmp_path / "home", lab.server.url, lab.tokens)
    other = make_home(tmp_path / "other", lab.server.url, lab.tokens)
    strike(lab, Fault.LINE_FEED, {form: project for project, form in FORMS}[form], form)
    assert begin(home) == ("failed", Counter({OPERATOR: 1}))
    lab.server.faults.clear()
    with pytest.raises(NotBegun):
        run(home, 0)
    assert begin(home) == begin(other)
    assert run(home, 8) == run(other, 8)


def test_a_server_without_base_rows_costs_a_call_a_form_and_is_read(serve: Callable[..., Served], whole: Export) -> None:
    served = serve(shipped_projects(leaves_out_base_rows=True))
    repeating = [form for _, form in FORMS if form in (*PEOPLE_REPEAT, *PROTOCOLS_REPEAT, "review", "step")]
    assert len(repeating) == len(PEOPLE_REPEAT) + len(PROTOCOLS_REPEAT) + 2
    assert source(served).fetch({}).instruments == whole.instruments
    assert len(served.server.requests) == CALLS + len(repeating)


@each_fault
def test_nor_is_such_a_server_believed_when_a_form_comes_empty(serve: Callable[..., Served], fault: Fault) -> None:
    served = serve(shipped_projects(leaves_out_base_rows=True))
    strike(served, fault, "protocols", "hold")
    with pytest.raises(ReadInDoubt, match="Form 'hold' of project 'protocols' came without records"):
        source(served).fetch({})


@pytest.mark.parametrize("leaves_out", [False, True], ids=["base rows", "no base rows"])
def test_a_form_that_nobody_filled_in_is_believed(serve: Callable[..., Served], whole: Export, leaves_out: bool) -> None:
    projects = shipped_projects(leaves_out_base_rows=leaves_out)
    for record, places in projects["protocols"].records.items():
        projects["protocols"].drop(record, [place for place in places if place.instrument == "hold"])
    read = source(serve(projects)).fetch({}).instruments
    assert read["protocols.hold"].count("\n") == 1
    assert {key for key, text in read.items() if text != whole.instruments[key]} == {"protocols.hold"}


def test_a_lab_without_protocols_yet_is_believed(serve: Callable[..., Served]) -> None:
    projects = shipped_projects()
    for record in list(projects["protocols"].records):
        projects["protocols"].drop(record)
    assert source(serve(projects)).fetch({}).instruments["protocols.protocol"].count("\n") == 1


@each_fault
def test_a_project_that_holds_neither_people_nor_protocols(serve: Callable[..., Served], fault: Fault) -> None:
    """Courses kept in a project of their own, under the people's record ids: the list of records stands for the main form."""
    projects = shipped_projects()
    dictionary = "".join(
        line
        for number, line in enumerate((shipped("config/redcap_project") / "people.csv").read_text().splitlines(keepends=True))
        if number < 2 or '"completion"' in line or ",completion," in line
    )
    courses = Project("Courses", dictionary, repeating=["completion"], leaves_out_base_rows=True)
    courses.put("1", "completion", {"comp_completed": "2026-01-05"}, instance=1)
    mapping = replace(
        MAPPING,
        sources=tuple(replace(s, project="courses") if s.table == "completions" else s for s in MAPPING.sources),
        hand_in="",
    )
    served = serve({**projects, "courses": courses})
    assert served.source(mapping).fetch({}).instruments["courses.completion"].count("\n") == 2
    strike(served, fault, "courses", "completion")
    with pytest.raises(ReadInDoubt, match="Form 'completion' of project 'courses' came without records"):
        served.source(mapping).fetch({})


def with_events_without_courses() -> dict[str, Project]:
    projects = longitudinal()
    for record, places in projects["people"].records.items():
        projects["people"].drop(record, [place for place in places if place.event == "training_arm_1"])
    return projects


@pytest.mark.parametrize("fault", [None, *EMPTY], ids=str)
def test_with_events_a_form_without_a_row_is_asked_for_once_more(serve: Callable[..., Served], fault: Fault | None) -> None:
    mapping = mapping_of(FOREIGN / "longitudinal" / "redcap.toml")
    served = serve(longitudinal())
    served.source(mapping).fetch({})
    calls = len(served.server.requests)
    served = serve(with_events_without_courses())
    if fault:
        served.server.faults.add(fault, content="record", form="certificate", times=None)
        with pytest.raises(ReadInDoubt, match="Form 'certificate' of project 'people' came without records"):
            served.source(mapping).fetch({})
        return
    assert without_rows(served.source(mapping).fetch({})) == ("people.certificate",)
    assert len(served.server.requests) == calls + 1


@pytest.mark.parametrize("command", ["start", "check"])
def test_on_a_first_read_with_events_it_is_named(serve: Callable[..., Served], tmp_path: Path, command: str) -> None:
    served = serve(with_events_without_courses())
    home = make_home(tmp_path / "home", served.server.url, served.tokens, FOREIGN / "longitudinal" / "redcap.toml")
    said = " ".join(CliRunner().invoke(app, [command, "--home", str(home)]).output.split())
    assert "form certificate: no rows." in said
    assert said.count("no rows") == 1

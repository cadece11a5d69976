"""Rows that went from REDCap stand on the next worklist, once, with whose they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from onboard.sandbox.server import SandboxServer
from tests.connecting.conftest import Served, make_home
from tests.connecting.read_faults import BEGAN, LATER, Mails, look
from tests.connecting.retell import Projects, shipped_projects

HEADING = "NO LONGER IN REDCAP"
COORDINATOR = "maria.chen@northlake.example"


@pytest.fixture
def projects() -> Projects:
    return shipped_projects()


@pytest.fixture
def home(projects: Projects, tmp_path: Path) -> Iterator[Path]:
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        served = Served(server, projects, tokens)
        yield make_home(tmp_path / "home", served.server.url, tokens)


def worklist(mails: Mails) -> str:
    """The words of the coordinator's worklist."""
    return next(text for address, _, text in mails if address == COORDINATOR and "as coordinator of" in text)


def test_a_row_and_a_person_that_are_gone_are_told_once(home: Path, projects: Projects) -> None:
    people = projects["people"]
    people.put("77", "person", {"full_name": "Noor Haas"})
    assert HEADING not in worklist(look(home, BEGAN))
    place = next(place for place in people.records["5"] if place.instrument == "completion")
    people.drop("5", [place])
    people.drop("77")
    told = worklist(look(home, LATER)).partition(HEADING)[2]
    assert f"completion (row {place.instance})" in told and "Noor Haas" in told
    assert told.count("two reads since did not find it") == 2
    assert HEADING not in worklist(look(home, LATER + timedelta(days=1)))


def test_nothing_is_said_of_a_lab_that_only_grew(home: Path, projects: Projects) -> None:
    look(home, BEGAN)
    projects["people"].put("5", "completion", {"comp_completed": "2026-11-20"}, instance=77)
    assert HEADING not in worklist(look(home, LATER))

"""A sandbox server with a lab of three, told once for all tests of the REDCap adapter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from onboard.adapters.redcap.project import RedcapProject
from onboard.adapters.redcap.source import RedcapSource
from onboard.adapters.system_clock import FixedClock
from onboard.model.mapping import Mapping, Source
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer

READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
MAPPING = Mapping(
    sources=(
        Source(
            table="completions",
            project="people",
            instrument="completion",
            fields={"group": "comp_group", "completed": "comp_completed"},
        ),
        Source(
            table="people", project="people", instrument="person", fields={"name": "full_name", "complete": "person_complete"}
        ),
        Source(
            table="delegations",
            project="people",
            instrument="delegation",
            fields={"protocol": "deleg_protocol", "tasks": "deleg_tasks"},
            checkboxes=frozenset({"tasks"}),
        ),
        Source(table="protocols", project="protocols", instrument="protocol", fields={"number": "protocol_number"}),
    )
)


@dataclass
class RedcapLab:
    """Ada has one course, Bo a half-typed form, Cyd a delegation; one protocol. `source()` reads it like the product."""

    server: SandboxServer
    people: Project
    protocols: Project
    tokens: dict[str, str] = field(repr=False)
    mapping: Mapping = MAPPING
    pauses: list[float] = field(default_factory=list)

    def project(self, name: str = "people", **changes: object) -> RedcapProject:
        """How a project is reached, with changes."""
        plain: dict[str, object] = {
            "url": self.server.url,
            "token": SecretStr(self.tokens[name]),
            "contact": "maria@northlake.example",
        }
        return RedcapProject(name=name, **{**plain, **changes})  # type: ignore[arg-type]

    def source(self, **changes: object) -> RedcapSource:
        """The adapter, whose pauses are written down instead of waited for."""
        projects = [self.project(name, **changes) for name in ("people", "protocols")]
        return RedcapSource(projects, self.mapping, FixedClock(READ_AT), self.pauses.append)

    def asked(self, content: str) -> int:
        """How many calls of that content the server saw."""
        return sum(seen.content == content for seen in self.server.requests)


def people_project() -> Project:
    """The shipped People project with Ada, Bo and Cyd."""
    dictionary = Path("config/redcap_project/people.csv").read_text(encoding="utf-8")
    people = Project("People", dictionary, repeating=["completion", "delegation"])
    people.put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    people.put("1", "completion", {"comp_group": "Biomedical Research, Basic", "comp_completed": "2026-01-05"}, instance=1)
    people.put("1", "completion", {"comp_group": 'GCP "FDA"\nFocus', "comp_completed": "2026-02-06"}, instance=2)
    people.put("2", "person", {"full_name": "Bo Lind"}, complete=0)
    people.put("3", "person", {"full_name": "Cyd Márquez"})
    people.put("3", "delegation", {"deleg_protocol": "STEP-HF", "deleg_tasks": "consent,recruit"}, instance=1)
    return people


@pytest.fixture
def redcap_lab() -> Iterator[RedcapLab]:
    """A running sandbox with the lab of three, and tokens that may export and nothing else."""
    people = people_project()
    dictionary = Path("config/redcap_project/protocols.csv").read_text(encoding="utf-8")
    protocols = Project("Protocols", dictionary, repeating=["approval"])
    protocols.put("P1", "protocol", {"protocol_number": "24-0017"})
    tokens = {"people": people.add_token(rights=Rights()), "protocols": protocols.add_token(rights=Rights())}
    with SandboxServer([people, protocols]) as server:
        yield RedcapLab(server, people, protocols, tokens)

"""Two labs on one REDCap, each with projects and tokens of its own. Their people differ by the domain of their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path

from onboard.sandbox.projects import Project
from onboard.sandbox.sample.lab import sample_lab
from onboard.sandbox.sample.server import SampleServer
from onboard.sandbox.server import SandboxServer
from tests.beginnings import begun
from tests.jobs.conftest import MONDAY, make_lab

#: Lab -> what its addresses end in.
LABS = {"north": "northlake.example", "south": "southlake.example"}
_SAMPLES = "northlake.example"


@contextmanager
def two_labs(folder: Path, *, more: str = "") -> Iterator[dict[str, dict[str, str]]]:
    """Their homes in `folder`, with no secret in them; `more` is added to their settings. Yields the tokens: lab -> project."""
    projects = {lab: _projects(domain) for lab, domain in LABS.items()}
    tokens = {lab: {name: project.add_token() for name, project in theirs.items()} for lab, theirs in projects.items()}
    with SandboxServer([project for theirs in projects.values() for project in theirs.values()]) as server:
        for lab, domain in LABS.items():
            home = make_lab(folder / lab, SampleServer(server=server, projects=projects[lab], tokens={}), lab=lab, more=more)
            settings = home / "settings.toml"
            settings.write_text(settings.read_text(encoding="utf-8").replace(_SAMPLES, domain), encoding="utf-8")
            begun(home, MONDAY)
        yield tokens


def _projects(domain: str) -> dict[str, Project]:
    found = {}
    for name, sample in sample_lab(MONDAY).projects.items():
        text = sample.dictionary.read_text(encoding="utf-8")
        project = Project(
            sample.title,
            text,
            repeating=sample.repeating,
            surveys=sample.surveys,
            clock=lambda: datetime.combine(MONDAY, time(6)),
        )
        for row in sample.rows:
            values = {field: value.replace(_SAMPLES, domain) for field, value in row.values.items()}
            project.put(row.record, row.form, values, row.instance, row.complete)
        found[name] = project
    return found


def domains(texts: Iterator[str]) -> set[str]:
    """Whose addresses stand in some texts."""
    return {domain for text in texts for domain in LABS.values() if f"@{domain}" in text}

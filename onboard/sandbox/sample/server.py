"""The sample lab on a running stand-in.

Rows of the sample lab go into projects, tokens come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time

from onboard.sandbox.clock import ServerClock, still
from onboard.sandbox.projects import EXPORT_ONLY, Project, Rights
from onboard.sandbox.sample.lab import PEOPLE, Row, SampleLab, sample_lab
from onboard.sandbox.server import SandboxServer, Tls

#: The number of the first project, in every address of a form: the same however many servers ran before in the process.
_FIRST_PROJECT = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleServer:
    """A running stand-in with its projects and tokens by name."""

    server: SandboxServer
    projects: dict[str, Project]
    tokens: dict[str, str] = field(repr=False)

    def put(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Type rows into the running projects, as a coordinator would."""
        for project, row in rows:
            _put(self.projects[project], row)


def _put(project: Project, row: Row) -> None:
    project.put(row.record, row.form, row.values, row.instance, row.complete)
    if row.stamp:
        project.stamp(row.record, row.form, row.stamp, row.instance)


def newcomers(lab: SampleLab, records: frozenset[str]) -> list[tuple[str, Row]]:
    """The rows of some people, to be typed in later."""
    return [(PEOPLE, row) for row in lab.projects[PEOPLE].rows if row.record in records]


@contextmanager
def sample_server(
    today: date,
    *,
    port: int = 0,
    empty: bool = False,
    without: frozenset[str] = frozenset(),
    rights: Rights = EXPORT_ONLY,
    public_url: str | None = None,
    tls: Tls | None = None,
    clock: ServerClock | None = None,
) -> Iterator[SampleServer]:
    """The sample lab as of `today`, served until the block ends; with `empty` its projects hold no record.

    People whose record id is in `without` are not typed in yet; `put(newcomers(...))` does it later. The tokens may export
    and nothing else, as the click list says, unless `rights` says otherwise. `public_url`: where links to this server begin,
    when that is not its own address. `clock`: the server's local time; noon of `today` all the time when there is none.
    """
    lab = sample_lab(today)
    projects, tokens = {}, {}
    clock = clock or still(datetime.combine(today, time(12)))
    for number, (name, sample) in enumerate(lab.projects.items(), start=_FIRST_PROJECT):
        text = sample.dictionary.read_text(encoding="utf-8")
        project = Project(sample.title, text, repeating=sample.repeating, surveys=sample.surveys, clock=clock, project_id=number)
        for row in sample.rows:
            if empty or (name == PEOPLE and row.record in without):
                continue
            _put(project, row)
        tokens[name] = project.add_token(rights=rights)
        projects[name] = project
    with SandboxServer(list(projects.values()), port=port, public_url=public_url, tls=tls, clock=clock) as server:
        yield SampleServer(server=server, projects=projects, tokens=tokens)

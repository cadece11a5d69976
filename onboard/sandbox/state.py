"""State of one running sandbox server: projects, faults, requests seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from onboard.sandbox.clock import ServerClock
from onboard.sandbox.faults import Faults
from onboard.sandbox.projects import MORNING, Project


class Seen(NamedTuple):
    """A call as it came in, without its token."""

    content: str
    params: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class State:
    """Shared by the server and its pages. `public_url` ends in `/`; `base` is the path where the server's pages begin."""

    projects: list[Project]
    public_url: str
    base: str = "/"
    super_tokens: Mapping[str, str] = field(default_factory=dict)  # 64 digits -> who may make projects with them
    project_clock: ServerClock = MORNING  # of projects made while it runs
    faults: Faults = field(default_factory=Faults)
    requests: list[Seen] = field(default_factory=list)
    clock: Callable[[], datetime] | None = None  # of the Date header; None: no such header

    def project(self, project_id: str) -> Project | None:
        """The project of that id."""
        return next((project for project in self.projects if str(project.project_id) == project_id), None)

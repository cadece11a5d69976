"""A running stand-in with any lab's projects, read by the product's own adapter."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from onboard.adapters.redcap.project import RedcapProject
from onboard.adapters.redcap.source import RedcapSource
from onboard.adapters.system_clock import FixedClock
from onboard.config.redcap_toml import load_mapping
from onboard.model.mapping import Mapping as RecordMapping
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer

READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")


def mapping_of(path: Path) -> RecordMapping:
    """A redcap.toml without mistakes."""
    found, mistakes = load_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
    assert mistakes == []
    return found


@dataclass
class Served:
    """Projects on a running server, with a token each. `source(mapping)` reads them without waiting anywhere."""

    server: SandboxServer
    projects: Mapping[str, Project]
    tokens: dict[str, str] = field(repr=False)
    pauses: list[float] = field(default_factory=list)

    def reached(self) -> list[RedcapProject]:
        """How each project is reached."""
        return [
            RedcapProject(name=name, url=self.server.url, token=SecretStr(token), contact="it@northlake.example")
            for name, token in self.tokens.items()
        ]

    def source(self, mapping: RecordMapping) -> RedcapSource:
        """The adapter, whose pauses are written down instead of waited for."""
        return RedcapSource(self.reached(), mapping, FixedClock(READ_AT), self.pauses.append)

    def new_token(self, name: str, rights: Rights) -> None:
        """Give the project's user another token with these rights."""
        self.tokens[name] = self.projects[name].add_token(rights=rights)


SETTINGS = """
[lab]
id = "rivera"
name = "Rivera Lab"
zone = "America/New_York"
sender = "rivera-lab@northlake.example"
institution = "Northlake University"
domains = ["northlake.example"]
operator = "it-help@northlake.example"
[[coordinator]]
name = "Maria Chen"
address = "maria.chen@northlake.example"
phone = "555-0142"
[sending]
mode = "live"
ceiling = 200
[redcap]
url = "{url}"
contact = "it-help@northlake.example"
retries = 0
[mail]
transport = "files"
folder = "mail"
[calendar]
country = ""
[cadence]
[ledger]
"""


def make_home(folder: Path, url: str, tokens: Mapping[str, str], mapping: Path | None = None, more: str = "") -> Path:
    """A lab's home that reads the server at `url` and mails into files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # no other account of the machine can look into it
    (folder / "settings.toml").write_text(SETTINGS.format(url=url) + more, encoding="utf-8")
    if mapping:
        (folder / "redcap.toml").write_text(mapping.read_text(encoding="utf-8"), encoding="utf-8")
    secrets = folder / "secrets.env"
    secrets.touch(mode=0o600)
    lines = (f"ONBOARD_{name.upper()}_TOKEN={token}\n" for name, token in tokens.items())
    secrets.write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a server with these projects; tokens may export and nothing else."""
    with ExitStack() as stack:

        def start(projects: Mapping[str, Project], rights: Rights | None = None) -> Served:
            tokens = {name: project.add_token(rights=rights or Rights()) for name, project in projects.items()}
            server = stack.enter_context(SandboxServer(list(projects.values())))
            return Served(server, projects, tokens)

        yield start

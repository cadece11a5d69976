"""The sample lab on a running stand-in whose token may also import, and its home; `run` is the command a person types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.demo_home import make_home
from onboard.errors import OnboardError
from onboard.sandbox.rights import Rights
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.clocks import NOON

TODAY = NOON.date()


@dataclass
class IntakeLab:
    """The lab, its server, and what the commands said."""

    home: Path
    files: Path
    server: SampleServer = field(repr=False)

    def run(self, *words: object) -> tuple[int, str]:
        """`onboard intake WORDS`: exit code and all that was printed, an error's sentence included."""
        result = CliRunner().invoke(app, ["intake", *map(str, words), "--home", str(self.home)], env={"COLUMNS": "300"})
        if isinstance(result.exception, OnboardError):
            return 2, str(result.exception)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def put(self, name: str, content: str | bytes) -> Path:
        """A file on the coordinator's disk."""
        path = self.files / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def completions(self, record: str | None = None) -> list[dict[str, str]]:
        """The completion rows that stand in REDCap, with their record and instance."""
        people = self.server.projects["people"]
        return [
            {"record": one, "instance": str(place.instance), **values}
            for one in people.ordered_records()
            for place, values in people.places(one)
            if place.instrument == "completion" and record in (None, one)
        ]

    def imports(self) -> int:
        """How many import calls the server saw."""
        return sum("data" in seen.params for seen in self.server.server.requests if seen.content == "record")

    def documents(self) -> dict[tuple[str, int | None], bytes]:
        """Files attached to completions: record and instance -> bytes."""
        documents = self.server.projects["people"].documents
        return {(record, place.instance): found.content for (record, place, _), found in documents.items()}


@pytest.fixture
def intake_lab(tmp_path: Path) -> Iterator[IntakeLab]:
    """The sample lab as of today."""
    with sample_server(TODAY) as server:
        people = server.projects["people"]
        tokens = {**server.tokens, "people": people.add_token(rights=Rights(export=True, import_=True))}
        make_home(tmp_path / "home", redcap=server.server.url, host="127.0.0.1", port=9, tokens=tokens)
        files = tmp_path / "downloads"
        files.mkdir()
        yield IntakeLab(tmp_path / "home", files, server)


@pytest.fixture
def today() -> date:
    """Today in the lab's zone."""
    return TODAY

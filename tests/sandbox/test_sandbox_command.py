"""`onboard sandbox` as somebody types it: it serves until it is stopped, fails as told, and spoils no file of secrets."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.sandbox.faults import Fault

LAST_LINE = "Stop with Ctrl-C."


class Running:
    """The command in a process of its own, with a home for its tokens; `said` is what it printed before it served."""

    def __init__(self, home: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobs", "sandbox", "--as-of", "2026-11-23", "--settings", str(home), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            # whoever runs the tests in the background ignores Ctrl-C
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith(LAST_LINE):
                break
        kept = (line.partition("=") for line in (home / "secrets.env").read_text().splitlines())
        self.token = {name: value for name, _, value in kept}["ONBOARD_PEOPLE_TOKEN"]

    def after(self, beginning: str) -> str:
        """The rest of the line that begins so."""
        return next(line.removeprefix(beginning).strip() for line in self.said if line.startswith(beginning))

    def call(self, content: str, **params: str) -> requests.Response:
        data = {"token": self.token, "content": content, "format": "json", **params}
        return requests.post(self.after("API"), data=data, timeout=10)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Overloaded for records, with survey links behind a proxy, its tokens put into a home that has secrets already."""
    (tmp_path / "secrets.env").touch(mode=0o600)
    (tmp_path / "secrets.env").write_text("ONBOARD_MAIL_PASSWORD=k33p-th1s-one\nONBOARD_PEOPLE_TOKEN=old\n")
    one = Running(tmp_path, "--fault", "record=overload", "--public-url", "https://redcap.lab.example")
    yield one
    one.process.kill()
    one.process.wait(10)


def test_it_serves_fails_as_told_and_stops(running: Running, tmp_path: Path) -> None:
    assert "It is not REDCap." in running.said[0]
    assert running.call("record").content == b""
    assert running.call("project").json()["project_title"]
    link = running.call("surveyLink", record="1", instrument="completion", repeat_instance="9").text
    assert link.startswith("https://redcap.lab.example/surveys/?s=")
    kept = (tmp_path / "secrets.env").read_text().splitlines()
    assert "k33p-th1s-one" in kept[0] and len(kept) == 3
    assert len(running.token) == 32 and running.token not in "".join(running.said)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(10) in (0, 130)


def test_the_faults_are_named() -> None:
    assert CliRunner().invoke(app, ["sandbox", "--fault", "list"]).output.split() == [fault.value for fault in Fault]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fault", "overlode"], "give a name of `onboard sandbox --fault list`"),
        (["--fault", "recrods=overload"], "record=overload for the calls of one content"),
        (["--certificate", "cert.pem"], "--certificate and --key belong together"),
        (["--settings", "nowhere"], "Folder nowhere does not exist"),
    ],
    ids=["no fault", "no content", "half of TLS", "no home"],
)
def test_what_cannot_be_is_refused_with_the_next_step(words: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["sandbox", *words])
    assert result.exit_code != 0 and said in str(result.exception)

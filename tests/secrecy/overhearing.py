"""One look, after all tests, for tokens, passwords and keys in everything the tests said and left behind.

Each process that runs tests keeps what is logged, printed, raised and told to a test, and at its end looks through that and
through every file below its base folder. A find fails the run, with its place and never with the secret. Loaded by
tests/conftest.py; with several processes each looks through its own, and the first one tells.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from tests.secrecy.finding import Leak, Secrets, given_by, is_meant_to_hold, kept_in, leaks_in, leaks_in_file, written_in

_TESTS = Path(__file__).parents[1]
#: Tests whose very point is a secret said aloud by somebody else, and whose.
SAID_BY_OTHERS = {"test_pycap_itself_would_print_a_wrong_token": "PyCap's own assertion, which the product keeps from happening"}


@dataclass
class Ear:
    """What one process heard: the place -> the words, and what it knows as secret."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)
    test: str = "before the first test"

    def hear(self, what: str, words: object) -> None:
        """Keep some words under the running test's name."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words or "")
        if text and not any(name in self.test for name in SAID_BY_OTHERS):
            self.heard.append((f"{self.test}, {what}", text))


class _Log(logging.Handler):
    """Hears every record that reaches the root, with its trace."""

    def __init__(self, ear: Ear) -> None:
        super().__init__(0)
        self.ear = ear

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as a plain formatter would write it."""
        self.ear.hear("log", self.format(record))


def _listen(ear: Ear) -> Callable[[], None]:
    """Stand beside the doors through which tests get words without pytest seeing them; returns how to leave again.

    The doors belong to pytest, click and Python, not to the product: what passes is heard and handed on as it is.
    """
    doors: list[tuple[type, str, Callable[[Any, Any], None]]] = [
        (typer.testing.CliRunner, "invoke", lambda _, result: _hear_command(ear, result)),
        (subprocess.Popen, "communicate", lambda _, said: [ear.hear("child process", words) for words in said]),
        (pytest.CaptureFixture, "readouterr", lambda _, said: [ear.hear("output", words) for words in said]),
        (type(pytest.raises(ValueError)), "__exit__", lambda raised, _: _hear_fault(ear, getattr(raised, "excinfo", None))),
    ]
    own = [(owner, name, getattr(owner, name)) for owner, name, _ in doors]
    for owner, name, tell in doors:
        setattr(owner, name, _beside(getattr(owner, name), tell))

    def leave() -> None:
        for owner, name, method in own:
            setattr(owner, name, method)

    return leave


def _beside(method: Callable[..., Any], tell: Callable[[Any, Any], object]) -> Callable[..., Any]:
    def door(self: Any, *args: Any, **named: Any) -> Any:
        result = method(self, *args, **named)
        tell(self, result)
        return result

    return door


def _hear_command(ear: Ear, result: Any) -> None:
    ear.hear("command", result.output)
    if result.exception is not None:
        ear.hear("error of a command", _words(result.exception))


def _hear_fault(ear: Ear, info: Any) -> None:
    if info is not None and info.value is not None:
        ear.hear("error", _words(info.value))


def _words(fault: BaseException | None) -> str:
    """What a fault says, and those it came from; not the lines of source that a trace would quote, for a test's own line may
    hold the password it tries."""
    said = []
    while fault is not None:
        said.append(f"{fault}\n{fault!r}")
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\n".join(said)


class Overhearing:
    """The plugin."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.ear = Ear()
        self.leaks: list[str] = []
        self.looked: list[str] = []
        self.leave = _listen(self.ear)
        self.log = _Log(self.ear)
        logging.getLogger().addHandler(self.log)

    def pytest_unconfigure(self) -> None:
        """Leave every door as it was."""
        logging.getLogger().removeHandler(self.log)
        self.leave()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Know whose words come next. A test may have put the log's handlers out."""
        self.ear.test = item.nodeid
        if self.log not in logging.getLogger().handlers:
            logging.getLogger().addHandler(self.log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Learn what the test put into the environment, before it is taken back."""
        self.ear.known.update(given_by(os.environ))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What pytest itself caught: output, log, and the trace of a failure."""
        for name, words in report.sections:
            self.ear.hear(name, words)
        self.ear.hear("failure", report.longreprtext)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Another process is at its end and says what it found."""
        found = getattr(node, "workeroutput", {})
        self.leaks += found.get("leaks", [])
        self.looked += found.get("looked", [])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look through everything; with several processes the first one has heard nothing and only gathers."""
        if not self.config.pluginmanager.hasplugin("dsession") and session.testscollected:
            started = time.perf_counter()
            self.leaks += dict.fromkeys(map(str, self._look()))
            self.looked[-1] += f", {time.perf_counter() - started:.1f} s"
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output["leaks"], output["looked"] = self.leaks, self.looked
        elif self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _look(self) -> Iterator[Leak]:
        base = Path(self.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]
        secrets = Secrets({*written_in(_TESTS), *kept_in(base), *self.ear.known})
        files = [path for path in base.rglob("*") if path.is_file() and not path.is_symlink()]
        files = [path for path in files if not is_meant_to_hold(path)]
        for where, text in dict.fromkeys(self.ear.heard):
            yield from leaks_in(where, text.encode("utf-8", "replace"), secrets)
        for path in files:
            yield from leaks_in_file(path, secrets)
        self.looked.append(f"{len(self.ear.heard)} texts, {len(files)} files, {len(secrets)} known values besides the shapes")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was looked through, and every find."""
        if not self.looked:
            return
        found = f"{len(self.leaks)} found" if self.leaks else "none found"
        terminalreporter.section(f"tokens, passwords and keys left lying about: {found}")
        terminalreporter.write_line("\n".join([*self.looked, *sorted(self.leaks)]))


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the beginning."""
    config.pluginmanager.register(Overhearing(config), "overhearing")

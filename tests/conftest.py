"""What every test shares. Where nothing may be skipped (ONBOARD_NO_SKIPS), a skip is a failure that says why."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.clocks import MACHINE, NOON, Machine, stand_in

collect_ignore_glob = ["*/snapshots/*"]
pytest_plugins = ["tests.secrecy.overhearing"]

# The same inputs on every machine, however slow it is: a run that fails here fails everywhere.
settings.register_profile("any_machine", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")

_UMASK = os.umask(0o022)
os.umask(_UMASK)


@pytest.fixture(scope="session", autouse=True)
def clock_of_the_machine() -> None:
    """Whatever reads the machine's clock through the product reads the tests' own."""
    stand_in()


@pytest.fixture(autouse=True)
def umask_of_the_machine() -> Iterator[None]:
    """The command guards its process; the tests' own goes on under the umask it was started with."""
    os.umask(_UMASK)
    yield
    os.umask(_UMASK)


@pytest.fixture
def machine() -> Iterator[Machine]:
    """The machine's clock, for a test that puts it elsewhere; it goes back to its noon."""
    yield MACHINE
    MACHINE.set(NOON)


@pytest.fixture
def true_clock(machine: Machine) -> None:
    """The machine's own clock: for what talks to servers that have no other one."""
    machine.at = None


def pytest_itemcollected(item: pytest.Item) -> None:
    """A browser lives by the machine's clock, and shows what it was given whatever the day."""
    if item.get_closest_marker("chromium"):
        item.add_marker(pytest.mark.one_date("chromium does not run under another clock"))
    for marker in item.iter_markers("one_date"):
        assert marker.args and marker.args[0], f"{item.nodeid}: one_date wants a reason"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Turn a skip into a failure on the machine that has everything installed."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("ONBOARD_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests leave behind with `record_property("table", line)`, one line a test."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [str(text) for report in passed for name, text in report.user_properties if name == "table"]
    if lines:
        terminalreporter.section("tables")
        terminalreporter.write_line("\n".join(sorted(lines)))

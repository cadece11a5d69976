"""What every test shares. Where nothing may be skipped (ONBOARD_NO_SKIPS), a skip is a failure that says why."""

import os

import pytest

collect_ignore_glob = ["*/snapshots/*"]
pytest_plugins = ["tests.secrecy.overhearing"]


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

"""No test reads the machine's clock: the syntax trees of all tests, and of the stand-in, are searched for what would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOOR = "onboard.adapters.system_clock.SystemClock"
#: Those that may, by the name of the file, and why.
READERS = {
    "clocks.py": "stands in for the machine's clock, and is handed the true one where servers need it",
    "processes.py": "measures the seconds of whole commands",
    "crash.py": "kills processes that know no other clock",
    "going_out.py": "measures seconds",
    "test_clock_readers.py": "names them all",
    "test_postfix_and_dovecot.py": "real mail servers stamp by the machine's clock",
    "test_service.py": "the scheduler of a real service waits by the machine's clock",
    "test_system_clock.py": "is about the product's door to it",
    "test_workers.py": "starts a real service",
    "test_printed_lines.py": "starts a real service, which ends before it looks at any clock",
    "dates/__main__.py": "reckons how far faketime is to move the clock",
}
_CLOCKS = {
    *(f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime", "clock_gettime")),
    *("email.utils.localtime", "email.utils.formatdate", "pandas.Timestamp.now", "pandas.Timestamp.today"),
    DOOR,
}
#: What a command is told so that it looks at no clock.
_TIMELESS = frozenset({"--as-of", "--help", "--version", "init"})


def readers(tree: ast.AST) -> Iterator[str]:
    """What in a file reads the clock: by name, through a fixture, in a command, or in a script written into a text."""
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (path := _dotted(node, names)) in _CLOCKS:
            yield path
        elif isinstance(node, ast.List | ast.Tuple):
            yield from _command(node)
        elif isinstance(node, ast.arg) and node.arg == "true_clock":
            yield "true_clock"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _text(node.value)


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each imported name and where it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.asname or one.name.partition(".")[0], one.name if one.asname else one.name.partition(".")[0])
                        for one in node.names)  # fmt: skip
        elif isinstance(node, ast.ImportFrom):
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """`dt.now` as `datetime.datetime.now`; nothing for what was not imported."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, names)
        return before and f"{before}.{node.attr}"
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def _command(node: ast.List | ast.Tuple) -> Iterator[str]:
    """`python -m jobs ...` in a process of its own, unless it is told the day."""
    words = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if "-m" in words[:-1] and words[words.index("-m") + 1] == "jobs" and not _TIMELESS & set(words):
        yield "onboard in a process of its own"


def _text(text: str) -> Iterator[str]:
    """A fixture's name, or a script."""
    if text == "true_clock":
        yield text
    if "import " in text:
        try:
            yield from readers(ast.parse(text))
        except SyntaxError:
            return


def found_in(folder: Path) -> dict[str, set[str]]:
    """What reads the clock in the files below a folder, by their names; those whose name is no name, by their path."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        if read := set(readers(ast.parse(path.read_text(encoding="utf-8")))):
            own = path.name not in ("conftest.py", "__main__.py", "__init__.py")
            found.setdefault(path.name if own else path.relative_to(folder).as_posix(), set()).update(read)
    return found


def test_only_those_that_must_read_the_machines_clock() -> None:
    found = found_in(ROOT / "tests")
    unknown = {name: what for name, what in found.items() if name not in READERS}
    assert unknown == {}, "let the test bring a clock: tests/clocks.py"
    assert READERS.keys() - found.keys() == set(), "they read it no longer: strike them"


@pytest.mark.parametrize("room", ["onboard", "jobs"])
def test_the_product_has_one_door_to_it(room: str) -> None:
    found = {name: what - {DOOR} for name, what in found_in(ROOT / room).items()}
    assert {name: what for name, what in found.items() if what} == (
        {"system_clock.py": {"datetime.datetime.now"}} if room == "onboard" else {}
    )


def test_the_stand_in_has_none() -> None:
    assert found_in(ROOT / "onboard" / "sandbox") == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import datetime\ndatetime.datetime.now()", "datetime.datetime.now"),
        ("from datetime import datetime as dt\ndt.now(UTC)", "datetime.datetime.now"),
        ("from datetime import date\nTODAY = date.today()", "datetime.date.today"),
        ("from datetime import date\ntoday = field(default_factory=date.today)", "datetime.date.today"),
        ("import time as wall\nwall.time()", "time.time"),
        ("from time import time_ns\ntime_ns()", "time.time_ns"),
        (
            "from onboard.adapters.system_clock import SystemClock\nSystemClock().now()",
            "onboard.adapters.system_clock.SystemClock",
        ),
        ("run([sys.executable, '-m', 'jobs', 'status', '--home', home])", "onboard in a process of its own"),
        ("CODE = '''\nfrom datetime import datetime\nprint(datetime.now())\n'''", "datetime.datetime.now"),
        ("@pytest.mark.usefixtures('true_clock')\ndef test_x(): ...", "true_clock"),
        ("def test_x(true_clock): ...", "true_clock"),
    ],
)
def test_each_way_to_read_it_is_found(text: str, what: str) -> None:
    assert set(readers(ast.parse(text))) == {what}


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.monotonic()\ntime.sleep(1)",
        "from datetime import datetime\ndatetime(2026, 11, 23)\nclock.now()\napp.today",
        "run([sys.executable, '-m', 'jobs', 'status', '--as-of', '2026-11-23'])",
        "from tests.clocks import command_line\nrun(command_line('status'))",
    ],
)
def test_what_reads_no_clock_is_left_alone(text: str) -> None:
    assert set(readers(ast.parse(text))) == set()

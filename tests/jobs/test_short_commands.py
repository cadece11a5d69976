"""What a short command loads and leaves behind: cron starts one every few minutes, and a person waits for the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.demo_home import make_home
from onboard.sandbox.sample.server import SampleServer
from tests.beginnings import begun
from tests.bench.labs import A_COPY, an_export, write_folder
from tests.jobs.conftest import MONDAY, make_lab

_LOADED = """
import sys
from jobs.__main__ import main
sys.argv[0] = "onboard"
try:
    main()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""
_SUNDAY = "2026-11-22"
#: A package that pydantic would load by itself, wherever it is installed, and ask whether it wants to see each setting.
_SPY = {
    "spy.py": "class Spy:\n    def new_schema_validator(self, *seen, **more):\n        return None, None, None\nfound = Spy()\n",
    "spy-1.0.dist-info/entry_points.txt": "[pydantic]\nspy = spy:found\n",
}


def loaded_by(*words: str, beside: Path | None = None) -> tuple[str, set[str]]:
    """What a command in a process of its own printed, and all modules it loaded; packages of `beside` are installed."""
    environment = {**os.environ, "PYTHONPATH": str(beside or "")}
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *words], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    return done.stdout, set(done.stderr.split())


@pytest.fixture(scope="module")
def status(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, set[str]]:
    """Of the sample lab, from a folder of exports, before anything was ever sent; what it printed and loaded."""
    place = tmp_path_factory.mktemp("short")
    write_folder(an_export(A_COPY), place / "export")
    make_home(place / "home", redcap="https://redcap.invalid/api/", host="127.0.0.1", port=9, tokens={})
    for name, text in _SPY.items():
        (place / "beside" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "beside" / name).write_text(text, encoding="utf-8")
    return loaded_by(
        "status",
        "--as-of",
        "2026-11-23",
        "--home",
        str(place / "home"),
        "--export",
        str(place / "export"),
        beside=place / "beside",
    )


@pytest.fixture(scope="module")
def sunday(tmp_path_factory: pytest.TempPathFactory, sample: SampleServer) -> tuple[Path, str, set[str]]:
    """The Rivera Lab's home after cron's line ran on a day on which nothing is due; what it printed and loaded."""
    home = make_lab(tmp_path_factory.mktemp("short") / "rivera", sample)
    begun(home, MONDAY)
    return home, *loaded_by("run", "due", "--send", "--quiet", "--as-of", _SUNDAY, "--home", str(home))


class TestStatus:
    def test_it_answers(self, status: tuple[str, set[str]]) -> None:
        said, loaded = status
        assert "STEP-HF" in said and "pandas" in loaded

    @pytest.mark.parametrize(
        "module",
        [
            *("sqlalchemy", "alembic", "jinja2", "css_inline", "redcap", "requests", "yagmail", "apscheduler", "starlette"),
            *(
                "onboard.rendering",
                "onboard.ports",
                "onboard.planning.writeback",
                "onboard.pipeline.rules_check",
                "onboard.sandbox",
            ),
        ],
    )
    def test_it_loads_no_room_it_has_no_use_for(self, status: tuple[str, set[str]], module: str) -> None:
        assert module not in status[1]

    def test_no_plugin_of_another_package_watches_the_settings(self, status: tuple[str, set[str]]) -> None:
        """Nor is there any search for one, which would read what every installed package says of itself."""
        assert "spy" not in status[1]


class TestCron:
    def test_a_look_at_which_nothing_is_due_is_silent_and_loads_little(self, sunday: tuple[Path, str, set[str]]) -> None:
        _, said, loaded = sunday
        unused = {"pandas", "jinja2", "css_inline", "redcap", "yagmail", "apscheduler", "multiprocessing.managers", "jobs.labs"}
        assert said == "" and "sqlalchemy" in loaded and not unused & loaded

    def test_the_ledger_is_one_whole_file_when_the_process_has_ended(self, sunday: tuple[Path, str, set[str]]) -> None:
        """Somebody may copy it by hand; what still stood in ledger.db-wal would be missing from the copy."""
        assert [file.name for file in sunday[0].glob("ledger.db*")] == ["ledger.db"]

    def test_it_is_whole_also_after_a_run_that_failed(self, sunday: tuple[Path, str, set[str]]) -> None:
        home = sunday[0]
        wrong = ("run", "send_worklist", "--send", "--export", str(home / "nowhere"), "--home", str(home))
        command = [sys.executable, "-m", "jobs", *wrong, "--as-of", "2026-11-23"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1 and "nowhere is not a folder" in done.stdout + done.stderr
        assert [file.name for file in home.glob("ledger.db*")] == ["ledger.db"]

"""What only a process of its own shows: how soon a command starts, how much memory a read takes; and many labs in one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from jobs.demo_home import make_home
from jobs.labs import labs_in
from onboard.adapters.system_clock import FixedClock
from onboard.pipeline.tools import never
from onboard.sandbox.catcher import MailCatcher
from onboard.sandbox.sample_server import sample_server
from tests.bench.labs import A_COPY, MONDAY, READ_AT, an_export, write_folder
from tests.bench.measuring import Figure, paired

#: What each command cannot do without: everything these load is the floor.
_HELP = "import typer, typer.main, typer.core"
_STATUS = "import typer, typer.main, typer.core, pandas, pydantic, zoneinfo, tomllib, holidays"
_PEAK = """
import sys
from pathlib import Path
import typer, pandas, pydantic, jinja2, css_inline, sqlalchemy, onboard.tables, onboard.pipeline.judging, onboard.config.loading
from jobs.__main__ import rarely_collect
from onboard.app import open_app
rarely_collect()
def most():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
before = most()
app = open_app(Path(sys.argv[1]), export=Path(sys.argv[2]))
app.assessment
print(most() - before)
"""


def _python(*arguments: str) -> str:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("ONBOARD_")}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def _a_home(place: Path, people: int, name: str = "lab") -> tuple[Path, Path]:
    home, export = place / name, place / f"{name}-export"
    write_folder(an_export(people), export)
    make_home(home, redcap="https://redcap.invalid/api/", host="127.0.0.1", port=1, tokens={})
    return home, export


def starting(rounds: int) -> Iterator[Figure]:
    """A whole process each time, against one that only imports the libraries."""
    with tempfile.TemporaryDirectory() as place:
        home, export = _a_home(Path(place), A_COPY)
        status = ("-m", "jobs", "status", "--home", str(home), "--export", str(export))
        for name, command, libraries in (
            ("`onboard --help`", ("-m", "jobs", "--help"), _HELP),
            ("`onboard status --export` on the sample lab", status, _STATUS),
        ):
            ours, floor = paired(lambda c=command: _python(*c), lambda i=libraries: _python("-c", i), rounds)
            what = f"start: {name}, against importing the libraries it needs"
            yield Figure(what=what, found=f"{ours / floor:.1f} times", target="≤ 1.5 times", met=ours <= 1.5 * floor)


def memory(people: int) -> Iterator[Figure]:
    """The most a read and its judgement take, above the interpreter with its libraries; and of twice as many people."""
    with tempfile.TemporaryDirectory() as place:
        took = []
        for size in (people, 2 * people):
            took.append(float(_python("-c", _PEAK, *map(str, _a_home(Path(place), size, f"lab{size}")))))
    what = f"memory: {people:,} people read and judged, above the interpreter with its libraries"
    yield Figure(
        what=what, found=f"{took[0]:,.0f} MB", target="≤ 500 MB at 10,000", met=took[0] <= 500 if people >= 10_000 else None
    )
    yield Figure(what="memory: twice as many people", found=f"{took[1] / took[0]:.1f} times", target="linear")


def many_labs(number: int) -> Iterator[Figure]:
    """So many homes in one folder, each looked into twice, sixteen at a time as the service does it."""
    with tempfile.TemporaryDirectory() as place, sample_server(MONDAY) as redcap, MailCatcher() as server:
        for n in range(number):
            home = Path(place) / f"lab{n}"
            make_home(home, redcap=redcap.server.url, host="127.0.0.1", port=server.port, tokens=redcap.tokens)
            settings = home / "settings.toml"
            settings.write_text(settings.read_text().replace('id = "rivera"', f'id = "lab{n}"'))
        start = perf_counter()
        labs = labs_in(Path(place), FixedClock(READ_AT + timedelta(hours=5)))
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda lab: lab.look(never), labs))
        took = perf_counter() - start
        for lab in labs:
            lab.look(never)
        names = Counter(caught.content.split(b"Message-ID:", 1)[-1].split(b"\r\n", 1)[0] for caught in server.messages)
    what = f"labs: {number} labs of {A_COPY} people, four jobs each, with the stand-in for REDCap in the same process"
    twice = sum(count > 1 for count in names.values())
    yield Figure(
        what=what,
        found=f"{number / took * 60:,.0f} labs a minute, {len(names)} mails, {twice} twice",
        target="none twice",
        met=not twice,
    )

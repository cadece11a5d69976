"""What only a process of its own shows: how soon a command starts, how much memory a read takes; and many labs in one."""

from __future__ import annotations

import multiprocessing as mp
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter

from jobs.demo_home import make_home
from jobs.labs import LabHome, labs_in
from jobs.workers import looking, nothing
from onboard.adapters.system_clock import FixedClock
from onboard.pipeline.tools import never
from onboard.sandbox.mail.catcher import MailCatcher
from onboard.sandbox.sample.server import sample_server
from tests.bench.labs import A_COPY, MONDAY, READ_AT, an_export, write_folder
from tests.bench.measuring import Figure, paired

#: What each command cannot do without: everything these load is the floor.
_HELP = "import typer, typer.main, typer.core"
_STATUS = """
import typer, typer.main, typer.core, rich.console, rich.table, pandas, zoneinfo, tomllib, holidays, dotenv
from pydantic import BaseModel, Field, TypeAdapter
"""
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
print(most() - before, before)
"""


def _python(*arguments: str) -> str:
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("ONBOARD_", "PYTHONDONTWRITE"))}
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
        found = [_python("-c", _PEAK, *map(str, _a_home(Path(place), size, f"lab{size}"))) for size in (people, 2 * people)]
    took = [float(text.split()[0]) for text in found]
    floor = float(found[0].split()[1])
    what = f"memory: {people:,} people read and judged, above the interpreter with its libraries"
    yield Figure(
        what=what,
        found=f"{took[0]:,.0f} MB (interpreter and libraries {floor:,.0f} MB)",
        target="≤ 500 MB at 10,000",
        met=took[0] <= 500 if people >= 10_000 else None,
    )
    yield Figure(what="memory: twice as many people", found=f"{took[1] / took[0]:.1f} times", target="linear")


def many_labs(number: int) -> Iterator[Figure]:
    """So many homes in one folder, all due at the same minute, sixteen at a time as the service does it; then looked into again.

    REDCap's stand-in and the mail server run in a process of their own.
    """
    with tempfile.TemporaryDirectory() as place, _others() as (others, url, tokens, port):
        for n in range(number):
            _one_of_many(Path(place) / f"lab{n}", f"lab{n}", url, tokens, port)
        start, late = perf_counter(), []
        labs = labs_in(Path(place), FixedClock(READ_AT + timedelta(hours=5)))

        def look(lab: LabHome) -> None:
            lab.look(never)
            late.append(perf_counter() - start)

        with looking(labs, nothing), ThreadPoolExecutor(16) as pool:
            list(pool.map(look, labs))
        for lab in labs[: len(labs) // _LOOKED_AGAIN + 1]:
            lab.look(never)
        others.send("how many")
        names: Counter[bytes] = others.recv()
    twice = sum(count > 1 for count in names.values())
    rate = f"{number / late[-1] * 60:,.0f} labs a minute; late by {median(late) / 60:,.1f} minutes, at worst {late[-1] / 60:,.1f}"
    yield Figure(
        what=f"labs: {number:,} labs of {A_COPY} people, four jobs each, all due at the same minute",
        found=f"{rate}; {len(names):,} mails, {twice} twice",
        target="none twice",
        met=not twice,
    )


#: One lab in so many is looked into again, to see that nothing is said twice.
_LOOKED_AGAIN = 10


def _one_of_many(home: Path, name: str, url: str, tokens: dict[str, str], port: int) -> None:
    make_home(home, redcap=url, host="127.0.0.1", port=port, tokens=tokens)
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('id = "rivera"', f'id = "{name}"'))


def _stand_in(pipe: Connection) -> None:
    with sample_server(MONDAY) as redcap, MailCatcher() as server:
        pipe.send((redcap.server.url, dict(redcap.tokens), server.port))
        pipe.recv()
        pipe.send(Counter(mail.content.split(b"Message-ID:", 1)[-1].split(b"\r\n", 1)[0] for mail in server.messages))
        pipe.recv()


@contextmanager
def _others() -> Iterator[tuple[Connection, str, dict[str, str], int]]:
    """REDCap's stand-in and the mail server: a pipe that tells what was mailed, the address, the tokens, the port."""
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_stand_in, args=(theirs,), daemon=True)
    process.start()
    try:
        url, tokens, port = ours.recv()
        yield ours, url, tokens, port
    finally:
        ours.send("stop")
        process.join(10)

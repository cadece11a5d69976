"""`onboard run JOB|due`, dry or with --send."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs import JOBS
from jobs.due import run_due, run_safely
from jobs.reporting import log, show, show_readers
from jobs.upkeep import after
from onboard.adapters.log_lines import set_up_log
from onboard.adapters.system_clock import SystemClock
from onboard.app import App, open_app
from onboard.cli.group import nearest
from onboard.cli.options import HERE, AsOf, ExportFolder, Home, parse_day
from onboard.cli.output import say
from onboard.errors import ConfigError
from onboard.model import JobName, Mode

if TYPE_CHECKING:
    from jobs.labs import LabHome

_DUE = "due"
#: Labs of a folder run side by side: one that waits for its REDCap delays no other.
_AT_ONCE = 16
#: Seconds until a request to stop is noticed at the latest.
_HEED = 1.0


def command(
    name: Annotated[str, typer.Argument(metavar="JOB|due", help="A job, or `due` for every job whose slot waits.")],
    send: Annotated[
        bool, typer.Option("--send", help="Send for real, in the mode of settings.toml. Without it: a dry run.")
    ] = False,
    accept_fewer_rows: Annotated[
        bool, typer.Option("--accept-fewer-rows", help="Take a read smaller than the last: rows were deleted on purpose.")
    ] = False,
    labs: Annotated[
        Path | None,
        typer.Option("--labs", metavar="FOLDER", help="With `due --send`: every lab's home in this folder, each apart."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what needs a person: cron mails whatever is printed.")] = False,
    home: Home = HERE,
    as_of: AsOf = "",
    export: ExportFolder = None,
) -> None:
    """Run one job now, or everything that is due. Dry unless --send: reads, plans, sends nothing."""
    set_up_log(troubles_only=quiet)
    if labs is not None:
        if name != _DUE or not send or as_of or export or accept_fewer_rows:
            raise ConfigError("--labs goes with `onboard run due --send` alone. Use --home for one lab.")
        raise typer.Exit(_run_labs(labs, _stop_flag(), quiet))
    if name != _DUE and name not in JOBS:
        raise ConfigError(f"there is no job {name!r}. {nearest(name, JOBS)}Jobs: {', '.join(JOBS)}, or due for all that wait.")
    app = open_app(
        home,
        as_of=parse_day(as_of) if as_of else None,
        export=export,
        accept_fewer_rows=accept_fewer_rows,
        reads_only=not send,
    )
    mode = _mode(app, send)
    stopped = _stop_flag()
    due = name == _DUE
    reports = run_due(app, mode, stopped) if due else [run_safely(app, JobName(name), app.today, mode, stopped)]
    if not reports and not quiet:
        say("Nothing is due.")
    if mode is Mode.DRY:
        _say_what_a_dry_run_shows(app)
        show_readers(reports)
    elif due:
        after(app, reports)
    code = show(reports, troubles_only=quiet)
    if code:
        raise typer.Exit(code)


def _say_what_a_dry_run_shows(app: App) -> None:
    """A day on which no job runs, and a lab that did not begin, are said before the table."""
    calendar = app.lab.cadence.calendar
    if not calendar.works(app.today):
        say(f"{app.today:%a %d %b} is not a working day, so no job runs. The next one: --as-of {calendar.on_or_after(app.today)}")
    elif app.began_on is None:
        say("This lab has not begun: a dry run shows what `onboard start --send` would send.")


def _run_labs(folder: Path, stop: Callable[[], bool], quiet: bool) -> int:
    """Everything due in every lab; the exit code. A lab that cannot run is reported, and the others run."""
    # Imported here: cron's line for one lab, every few minutes, needs nothing of what serves many.
    from jobs.labs import labs_in
    from jobs.workers import looking

    found = labs_in(folder, SystemClock())
    ready = [lab for lab in found if lab.wants_look()]
    with looking(ready, partial(set_up_log, troubles_only=quiet)) as let_end, ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = [pool.submit(_run_lab, lab, stop) for lab in ready]
        while wait(looks, timeout=_HEED).not_done:
            if stop():
                let_end()
        reports = [look.result() for look in looks]
    if not quiet:
        say(f"{len(ready)} of {len(found)} labs had something due.")
    return max((int(any(lab.trouble for lab in found)), *reports))


def _run_lab(lab: LabHome, stop: Callable[[], bool]) -> int:
    """One lab's look; its exit code."""
    reports = lab.look(stop)
    for report in reports:
        log(lab.name, report)
    return max((int(not reports and lab.not_before is not None), *(report.exit_code for report in reports)))


def _mode(app: App, send: bool) -> Mode:
    """The mode of a run. A pretended date is never sent from, except into files."""
    if not send:
        return Mode.DRY
    if app.pretended and app.config.mail.transport != "files":
        raise ConfigError(
            "--as-of with --send would mail for a day that is not today. Leave one out, or use transport = 'files'."
        )
    if app.lab.limits.mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so nothing is sent. Write mode = 'trial' or 'live' first.")
    return app.lab.limits.mode


def _stop_flag() -> Callable[[], bool]:
    """SIGTERM ends the run after the message in hand."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    return lambda: bool(asked)

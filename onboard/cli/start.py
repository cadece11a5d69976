"""`onboard start`: go-live.

In order: look first, then record what is true already, then introduce the tool.

Without --send it shows who would get what in the first week, as if every mail were sent, and sends nothing; after go-live
since when mails go, and the next seven days.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from datetime import date
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table, say
from onboard.errors import ConfigError, ReadInDoubt
from onboard.folding import counted
from onboard.model import JobName, Mode, RunReport

_WEEK = 7


def command(
    send: Annotated[bool, typer.Option("--send", help="Begin: note what is true already, send staff one introduction.")] = False,
    told: Annotated[
        bool, typer.Option("--told", help="After an old backup: what is due today counts as told. Without --send: show it.")
    ] = False,
    home: Home = HERE,
) -> None:
    """Show who would get what in the first week; with --send begin, in the mode of settings.toml. Later: the next seven days."""
    app = open_app(home, reads_only=not send)
    if told:
        _take_as_told(app, send)
        return
    if not send:
        show(app)
        return
    if app.lab.limits.mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so nothing is sent. Write mode = 'trial' or 'live' first.")
    _name_empty(app)
    reports = begin(app)
    for report in reports:
        number = len(report.deliveries)
        say(f"{report.job.value}: {report.outcome}, {number} mail{'' if number == 1 else 's'}")
        for trouble in report.trouble:
            say(f"  ! {trouble}")
    if any(report.needs_person for report in reports):
        raise typer.Exit(1)
    say("Started. Mails now follow the schedule, through `onboard run due --send` (cron) or `onboard serve`.")


def _name_empty(app: App) -> None:
    """Forms without a row, before anything is begun on them. A read in doubt is told by the jobs, to the operator as well."""
    from onboard.connecting.empty_forms import named, without_rows

    with suppress(ReadInDoubt):
        for key in without_rows(app.export):
            say(named(key))


def _take_as_told(app: App, send: bool) -> None:
    """Show what would count as told, or let it."""
    from onboard.pipeline.plans import PLANS
    from onboard.pipeline.running import take_as_told

    mode = app.lab.limits.mode
    if mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so nothing was ever mailed. There is nothing to take as told.")
    found = take_as_told(app.tools(), PLANS, app.today, mode, really=send)
    rows = [[notice.kind.value, notice.reader.name, notice.reader.address] for notice in found]
    print_table(f"Due today in {app.lab.name}", ["mail", "to", "address"], rows)
    if send:
        say(f"{counted(len(rows), 'mail')} count as told and are not sent. From the next working day on the jobs run as before.")
    else:
        say(f"{counted(len(rows), 'mail')} would count as told. Nothing was changed. To do it: the same with --send.")


def begin(app: App) -> list[RunReport]:
    """Go-live: what is true already becomes the baseline of both jobs that write to people; then one introduction each. All on
    one read: after a read in doubt none has begun, so no digest says that a person is told whom a job leaves out.

    Raises ConfigError on a day off, before a slot is used up: no mail leaves then, so the baseline would never count.
    """
    from onboard.pipeline.plans import plan_of
    from onboard.pipeline.running import run_job

    today, calendar = app.today, app.lab.cadence.calendar
    if not calendar.works(today):
        raise ConfigError(
            f"Today, {_day(today)}, is not a working day, so no mail can go. "
            f"Begin on {_day(calendar.on_or_after(today))}: {_go(app)}"
        )
    jobs = (JobName.CHECKLISTS, JobName.REMINDERS, JobName.START)
    with app.one_look():
        return [run_job(app.tools(), job, plan_of(job), today, begins=True) for job in jobs]


def _day(day: date) -> str:
    from onboard.rendering.phrases import day_name, yearless

    return yearless(day_name(day))


def _go(app: App) -> str:
    """What to type to begin."""
    home = app.config.home
    return "onboard start --send" + ("" if home == HERE else f" --home {shlex.quote(str(home))}")


def show(app: App) -> None:
    """Print who would get what in the next seven days, and what is held and why."""
    begun = app.began_on
    opening = app.lab.cadence.calendar.on_or_after(app.today)
    week = list(app.forecast(first=app.today if begun else opening, days=_WEEK))
    rows = [
        [f"{day:%a %d %b}", notice.kind.value, notice.reader.name, notice.reader.address]
        for day, jobs in week
        for one in jobs
        if not one.used
        for notice in one.going()
    ]
    _name_empty(app)
    title = f"The next seven days of {app.lab.name}" if begun else f"The first week of {app.lab.name}"
    print_table(title, ["day", "mail", "to", "address"], rows)
    held = [(day, one) for day, jobs in week for job in jobs if not job.used for one in job.staying(app.lab.limits.ceiling)]
    for day, one in held:
        say(f"held on {_day(day)}: {one.notice.kind.value} to {one.notice.reader.name}: {one.reason}.")
    say(f"{counted(len(rows), 'mail')} in seven days. Nothing was sent. {_next_step(app, begun, opening)}")


def _next_step(app: App, begun: date | None, opening: date) -> str:
    """Since when mails go, or what to type so that they do."""
    if begun:
        return f"Mails go since {_day(begun)}, by the schedule: onboard jobs shows it."
    first = "write mode = 'trial' in settings.toml, then: " if app.lab.limits.mode is Mode.DRY else ""
    on = "" if opening == app.today else f" on {_day(opening)}, the next working day"
    return f"To begin{on}: {first}{_go(app)}"

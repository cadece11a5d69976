"""`onboard start`: go-live. Decides the order: look first, then note what is true already, then introduce the tool.

Without --send it shows who would get what in the first week, as if every mail were handed over, and sends nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_table, say
from onboard.errors import ConfigError, ReadInDoubt
from onboard.model import (
    Assessment,
    History,
    ItemRecord,
    ItemState,
    JobName,
    Lab,
    MailRecord,
    Mode,
    Notice,
    RunReport,
)
from onboard.words import counted

_WEEK = 7


def command(
    send: Annotated[bool, typer.Option("--send", help="Begin: note what is true already, send staff one introduction.")] = False,
    home: Home = HERE,
) -> None:
    """Show who would get what in the first week; with --send begin, in the mode of settings.toml."""
    app = open_app(home)
    if not send:
        _show(app)
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
    say("Begun. From now on `onboard run due --send` (cron) or `onboard serve` does the rest.")


def _name_empty(app: App) -> None:
    """Forms without a row, before anything is begun on them. A read in doubt is told by the jobs, to the operator as well."""
    from onboard.connecting.empty_forms import named, without_rows

    with suppress(ReadInDoubt):
        for key in without_rows(app.export):
            say(named(key))


def begin(app: App) -> list[RunReport]:
    """Go-live: what is true already becomes the baseline of both jobs that write to people; then one introduction each.

    Raises ConfigError on a day off, before a slot is used up: no mail leaves then, so the baseline would never count.
    """
    from onboard.pipeline.plans import PLANS
    from onboard.pipeline.running import run_job

    today, calendar = app.today, app.lab.cadence.calendar
    if not calendar.works(today):
        raise ConfigError(
            f"Today, {_day(today)}, is no working day, and no mail leaves. "
            f"Begin on {_day(calendar.on_or_after(today))}: {_go(app)}"
        )
    plans = {job: PLANS[job] for job in (JobName.CHECKLISTS, JobName.REMINDERS)} | {JobName.START: _introductions}
    return [run_job(app.tools(), job, plan, today) for job, plan in plans.items()]


def _day(day: date) -> str:
    from onboard.rendering.phrases import day_name, yearless

    return yearless(day_name(day))


def _go(app: App) -> str:
    """What to type to begin."""
    home = app.config.home
    return "onboard start --send" + ("" if home == HERE else f" --home {shlex.quote(str(home))}")


def _introductions(
    assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None
) -> Sequence[Notice]:
    from onboard.reminders import plan_introductions

    return plan_introductions(assessment, history, lab, today)


def _show(app: App) -> None:
    rows = [
        [f"{day:%a %d %b}", notice.kind.value, notice.reader.name, notice.reader.address]
        for day, notices in first_week(app.assessment, app.lab, app.today)
        for notice in notices
    ]
    _name_empty(app)
    print_table(f"The first week of {app.lab.name}", ["day", "mail", "to", "address"], rows)
    first = "write mode = 'trial' in settings.toml, then: " if app.lab.limits.mode is Mode.DRY else ""
    opening = app.lab.cadence.calendar.on_or_after(app.today)
    on = "" if opening == app.today else f" on {_day(opening)}, the next working day"
    say(f"{counted(len(rows), 'mail')} in seven days. Nothing was sent. To begin{on}: {first}{_go(app)}")


def first_week(assessment: Assessment, lab: Lab, today: date) -> Iterator[tuple[date, list[Notice]]]:
    """What would go on each of seven days, were every mail handed over and no record changed. The first is a working day:
    on another nothing begins."""
    from onboard.pipeline.plans import PLANS
    from onboard.pipeline.running import already_true

    today = lab.cadence.calendar.on_or_after(today)
    history = History()
    for job in (JobName.CHECKLISTS, JobName.REMINDERS):
        planned = PLANS[job](assessment, history, lab, today, None)
        history = _remembered(history, dict.fromkeys(already_true(planned, assessment, today), ItemState.BASELINE), (), today)
    history = replace(history, started=True)
    introductions = list(_introductions(assessment, history, lab, today, None))
    for days in range(_WEEK):
        day = today + timedelta(days=days)
        digest_day = day.weekday() == lab.cadence.digest_weekday
        jobs = [job for job in PLANS if job is not JobName.DIGESTS or digest_day]
        works = lab.cadence.calendar.works(day)
        notices = [n for job in jobs for n in PLANS[job](assessment, history, lab, day, None)] if works else []
        notices = [*introductions, *notices]
        introductions = []
        history = _remembered(history, {key: ItemState.SENT for n in notices for key in n.keys()}, notices, day)
        yield day, notices


def _remembered(history: History, keys: Mapping[str, ItemState], notices: Sequence[Notice], day: date) -> History:
    items = {key: ItemRecord(key=key, state=state, reader="", on=day) for key, state in keys.items()}
    mails = tuple(
        MailRecord(kind=n.kind, reader=n.reader.address, person=n.reader.record, slot=day, state="sent") for n in notices
    )
    return replace(history, items={**history.items, **items}, mails=(*history.mails, *mails))

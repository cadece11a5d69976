"""`onboard status`; the rows are from onboard/questions/status.py."""

from __future__ import annotations

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.folding import counted
from onboard.questions.status import StatusLine, status_rows, status_table


def command(home: Home = HERE, as_of: AsOf = "", output: Output = Format.TABLE, export: ExportFolder = None) -> None:
    """Who is cleared for what, until when, and why not. JSON has one object per person and protocol, with stable keys."""
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    assessment, today = app.assessment, app.today
    if output is Format.JSON:
        print_json(status_rows(assessment, today))
        return
    if output is Format.CSV:
        lines = app.words(status_table(assessment, today, with_tasks=True))
        names = ("person", "protocol", "task", "status", "until", "reason")
        print_csv([dict(zip(names, (x.person, x.protocol, x.task, x.verdict.value, x.until, x.why), strict=True)) for x in lines])
        return
    print_status(app)


def print_status(app: App) -> None:
    """The table for people, each task under its protocol, with what it rests on."""
    assessment, today = app.assessment, app.today
    lines = app.words(status_table(assessment, today, with_tasks=True))
    rows = [["" if line.task else line.person, _where(line), line.word, line.until, line.why] for line in lines]
    print_table(f"{app.lab.name}, {today:%a %d %b %Y}", ["person", "protocol", "records", "until", "because"], rows)
    say(f"Records read {assessment.read_at.astimezone(app.lab.zone):%Y-%m-%d %H:%M}, rules {assessment.rules.version}.")
    unread = len(assessment.problems)
    say(f"{counted(unread, 'cell')} could not be read or trusted: onboard fix-first" if unread else "Nothing unreadable.")
    if assessment.rules.not_tracked():
        say(f"Not tracked here: {', '.join(assessment.rules.not_tracked())}.")


def _where(line: StatusLine) -> str:
    return f"  {line.task}" if line.task else line.protocol

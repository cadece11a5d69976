"""`onboard log PERSON`; the log is from onboard/questions/worklog.py."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, ExportFolder, Format, Home, Output
from onboard.cli.output import print_json, say
from onboard.questions.people import find_person
from onboard.questions.worklog import as_csv, as_json, as_text, work_log


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    home: Home = HERE,
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """A person's research log as text for a CV or an ERAS entry, as CSV, as JSON. No ICMJE role is ever made up."""
    app = open_app(home, export=export)
    log = work_log(app.assessment, find_person(app.assessment, person).record)
    if output is Format.JSON:
        print_json(app.words(as_json(log)))
    else:
        say((as_csv(log) if output is Format.CSV else app.words(as_text(log))).rstrip("\n"))

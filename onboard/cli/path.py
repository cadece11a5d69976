"""`onboard path PERSON`; the estimates are from onboard/judging/estimates.py."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given, without_csv
from onboard.cli.output import print_json, say
from onboard.judging.estimates import path
from onboard.questions.path_words import as_json, as_text
from onboard.questions.people import find_person


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """The earliest day a person can start each protocol and task, what takes longest, and whose turn it is. An estimate."""
    without_csv("path", output)
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    found = path(app.assessment, find_person(app.assessment, person).record, app.today, app.lab.cadence.calendar)
    if output is Format.JSON:
        print_json(app.words(as_json(found, app.assessment)))
    else:
        say(app.words(as_text(found, app.assessment)).rstrip("\n"))

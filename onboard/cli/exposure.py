"""`onboard exposure`; onboard/questions/exposure.py decides what counts."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given, without_csv
from onboard.cli.output import print_json, say
from onboard.questions.exposure import exposure
from onboard.questions.exposure_words import as_json, as_text
from onboard.questions.people import find_person, find_protocol


def command(
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Only this person.")] = "",
    protocol: Annotated[str, typer.Option("--protocol", metavar="PROTOCOL", help="Only this protocol.")] = "",
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First day looked at; from the first entry when left out.")
    ] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day looked at; never after the day of the read.")] = "",
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """Days worked, or perhaps worked, while not cleared: certain, not excluded and possible ones apart."""
    without_csv("exposure", output)
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    found = exposure(
        app.assessment,
        find_person(app.assessment, person).record if person else None,
        find_protocol(app.assessment, protocol).record if protocol else None,
        day_if_given(first),
        day_if_given(last),
    )
    if output is Format.JSON:
        print_json(app.words(as_json(found, app.assessment)))
    else:
        say(app.words(as_text(found, app.assessment)).rstrip("\n"))

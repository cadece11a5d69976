"""`onboard welcome PERSON`: the note that announces the first mail.

The coordinator sends it by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, ExportFolder, Home
from onboard.cli.output import say
from onboard.questions.people import find_person


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    home: Home = HERE,
    export: ExportFolder = None,
) -> None:
    """Print a short note to send by hand, so that a new hire expects the first mail and can tell it from phishing."""
    from onboard.rendering.announcement import announcement

    app = open_app(home, export=export)
    assessment, today = app.assessment, app.today
    found = find_person(assessment, person)
    firsts = [row.first for row in assessment.appointments.get(found.record, ()) if isinstance(row.first, date)]
    coming = min((first for first in firsts if first >= today), default=None)
    say(announcement(app.lab, found, coming, today, app.config.home / "templates"))

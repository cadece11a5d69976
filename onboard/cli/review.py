"""`onboard review --adopt DAY`: rows of reviews for what survey forms accepted.

onboard/pipeline/reviewing.py decides which rows, onboard/pipeline/adopting.py what they hold.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, ExportFolder, Home, parse_day
from onboard.cli.output import print_table, say, writing
from onboard.errors import ConfigError
from onboard.folding import counted

if TYPE_CHECKING:
    from onboard.pipeline.adopting import Adoption


def command(
    adopt: Annotated[str, typer.Option("--adopt", metavar="DAY", help="Take over what was accepted up to this day.")],
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Who vouches for rows without the name of who accepted them.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the CSV there, and show its rows here.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Write into REDCap; the token needs API Import/Update.")] = False,
    home: Home = HERE,
    export: ExportFolder = None,
) -> None:
    """Write a review for each row that came in by survey and was accepted (or not) on the survey form itself, as a CSV file for
    REDCap's Data Import Tool. Read it first: a respondent could write that field too."""
    from onboard.pipeline.adopting import adopt_rows

    app = open_app(home, export=export)
    day = parse_day(adopt)
    if day > app.today:
        raise ConfigError(f"--adopt {day} is still to come. Give the last day of what you vouch for.")
    found = adopt_rows(app.export, app.config.mapping, app.lab.zone, day, by.strip(), app.today)
    if send and export is None:
        _send(app, found)
    elif out:
        with writing(out), out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(found.table())
        _show(app, found)
        say(f"Wrote {out}. Take out what you cannot vouch for; then: Data Import Tool, choose the file, date format Y-M-D.")
    else:
        csv.writer(sys.stdout, lineterminator="\n").writerows(found.table())
    for words in found.left_out:
        typer.echo(words, err=True)
    if found.left_out:
        raise typer.Exit(1)


def _show(app: App, found: Adoption) -> None:
    courses = {one.evidence: one for rows in app.assessment.completions.values() for one in rows}
    rows = []
    for one in found.rows:
        person, course = app.assessment.person_label(one.record), courses.get(one.evidence)
        rows.append([person, course.course if course else "", one.decision, one.by, one.on])
    print_table(f"{app.lab.name}: reviews to take over", ["person", "course", "decision", "by", "on"], rows)
    say(f"{counted(len(rows), 'review')}.")


def _send(app: App, found: Adoption) -> None:
    """Write them and read them back. Raises ConfigError where the project has no form of reviews."""
    from onboard.adapters.redcap.importer import NewRow, RedcapImporter

    if found.source is None:
        raise ConfigError("redcap.toml maps no [tables.reviews], or the project has no such form. Add both first.")
    if not found.rows:
        say("Nothing to write.")
        return
    project = next(one for one in app.redcap_projects() if one.name == found.source.project)
    rows: Sequence[NewRow] = [NewRow(key=one.evidence, record=one.record, values=one.cells) for one in found.rows]
    brought = RedcapImporter(project, found.source, noun="review").bring(rows, (), found.known)
    for words in brought.troubles:
        say(words)
    say(f"{len(brought.rows)} of {counted(len(rows), 'review')} written and read back.")
    if len(brought.rows) < len(rows):
        raise typer.Exit(1)

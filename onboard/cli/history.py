"""`onboard history PERSON [PROTOCOL]`, with its colors.

The timeline is from onboard/questions/history.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given
from onboard.cli.output import print_csv, print_json, say, writing
from onboard.model import Cleared
from onboard.questions.history import as_json, history
from onboard.questions.history_picture import as_svg, as_text
from onboard.questions.people import find_person, find_protocol

_COLOURS = {Cleared.CLEARED: "green", Cleared.BLOCKED: "red", Cleared.UNKNOWN: "yellow"}


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Number or short code; all when left out.")] = "",
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day shown.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day shown.")] = "",
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Also write the picture as SVG.")] = None,
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """When a person was cleared, blocked or unknown, protocol by protocol and task by task: a picture, one character a week."""
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    record = find_person(app.assessment, person).record
    where = find_protocol(app.assessment, protocol).record if protocol else None
    start, end = day_if_given(first), day_if_given(last)
    drawn = history(app.assessment, record, where, start, end)
    if output is Format.JSON:
        print_json(app.words(as_json(drawn, app.assessment)))
    elif output is Format.CSV:
        print_csv(
            [
                {"protocol": track.label, "verdict": s.verdict.value, "first": s.first or "", "last": s.last or ""}
                for track in drawn.tracks
                for s in track.spells
            ]
        )
    else:
        text = as_text(drawn, _painted) if sys.stdout.isatty() else as_text(drawn)
        say(app.words(text).rstrip("\n"))
    if svg:
        with writing(svg):
            svg.write_text(app.words(as_svg(drawn)), encoding="utf-8")
        say(f"Wrote {svg}.")


def _painted(verdict: Cleared, text: str) -> str:
    colour = _COLOURS.get(verdict)
    return typer.style(text, fg=colour) if colour else text

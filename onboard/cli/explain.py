"""`onboard explain PERSON`; the answer is from onboard/questions/explain.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given, without_csv
from onboard.cli.output import print_json, say
from onboard.model import History, Mode
from onboard.questions.explain import Explanation, explain
from onboard.questions.explain_words import as_json, as_text
from onboard.questions.people import find_person

if TYPE_CHECKING:
    from onboard.pipeline.forecast import Decided


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """One person: where they stand and why, what was mailed to them and when, and what would be said next."""
    without_csv("explain", output)
    app = open_app(home, as_of=day_if_given(as_of), export=export, reads_only=True)
    decided = [one for _, jobs in app.forecast(fresh=export is not None) for one in jobs]
    answer = explanation(app, find_person(app.assessment, person).record, decided, remembers=export is None)
    if output is Format.JSON:
        print_json(app.words(as_json(answer)))
    else:
        say(app.words(as_text(answer)))


def explanation(app: App, person: str, today: Sequence[Decided], *, remembers: bool = True) -> Explanation:
    """The explanation for a record id, where `today` is what the jobs of the day would do."""
    mode = Mode.LIVE if app.lab.limits.mode is Mode.DRY else app.lab.limits.mode
    history = app.own_history(mode) if app.remembers and remembers else History()
    going = [notice for job in today for notice in job.going()]
    held = [one for job in today for one in job.staying(app.lab.limits.ceiling)]
    return explain(app.assessment, history, app.lab, person, app.today, going, held)

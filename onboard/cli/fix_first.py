"""`onboard fix-first`; the causes are from onboard/questions/fixfirst.py."""

from __future__ import annotations

from onboard.app import open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given
from onboard.cli.output import print_csv, print_json, say
from onboard.questions.fixfirst import as_json, as_text, fix_first


def command(home: Home = HERE, as_of: AsOf = "", output: Output = Format.TABLE, export: ExportFolder = None) -> None:
    """Records to correct, by cause, ordered by how many people each clears, with the rows and the next step."""
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    fixes = fix_first(app.assessment, app.today)
    if output is Format.JSON:
        print_json(app.words(as_json(fixes, app.assessment)))
    elif output is Format.CSV:
        print_csv(
            [
                {
                    "clears": len(fix.clears),
                    "touches": len(fix.touches),
                    "cause": fix.cause,
                    "next_step": fix.next_step,
                    "where": " ".join(fix.where),
                }
                for fix in app.words(fixes)
            ]
        )
    else:
        say(app.words(as_text(fixes, app.assessment)).rstrip("\n"))

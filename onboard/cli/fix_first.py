"""`onboard fix-first`: causes from onboard/questions/fixfirst.py, rules that mend cells from onboard/tables/repairs.py."""

from __future__ import annotations

from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.errors import ConfigError
from onboard.questions.fixfirst import Fix, as_json, as_text, fix_first
from onboard.tables.problems import choices_of, labels_of
from onboard.tables.repairs import Repair, repairs


def command(
    home: Home = HERE,
    as_of: AsOf = "",
    output: Output = Format.TABLE,
    export: ExportFolder = None,
    cells: Annotated[int, typer.Option("--cells", metavar="NUMBER", help="The cells of one cause, by its number.")] = 0,
) -> None:
    """Records to correct, by cause, ordered by how many people each clears, with the rows, and the rule that mends them."""
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    fixes = fix_first(app.assessment, app.today, repairs_of(app))
    if cells:
        _cells(fixes, cells)
    elif output is Format.JSON:
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


def repairs_of(app: App) -> tuple[Repair, ...]:
    """The causes of what could not be read, from the one read that this command answers from."""
    found, texts = app.assessment, app.export.dictionaries
    people, protocols = found.people.values(), found.protocols.values()
    return repairs(found.problems, app.config.mapping, labels_of(texts), choices_of(texts), people, protocols)


def _cells(fixes: tuple[Fix, ...], number: int) -> None:
    """Record and cell of one cause."""
    if not 1 <= number <= len(fixes):
        said = f"there are {len(fixes)} causes. Give the number of one, counted from the top of `onboard fix-first`"
        raise ConfigError(f"--cells {number}: {said}.")
    repair = fixes[number - 1].repair
    if repair is None:
        say(f"{fixes[number - 1].cause}: " + (", ".join(fixes[number - 1].where) or "no row"))
        return
    print_table(f"{repair.name}: {repair.cells}", ["record", "cell"], [[record, cell] for record, cell in repair.where])

"""`onboard reconcile`, and which lists are at hand.

onboard/judging/reconcile.py finds what disagrees; onboard/intake/irb_list.py compares the IRB's own list with ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Format, Home, Output, day_if_given
from onboard.cli.output import print_csv, print_json, say
from onboard.intake.telling import comparison_lines
from onboard.judging.reconcile import reconcile
from onboard.questions.reconcile_words import as_json, as_text

if TYPE_CHECKING:
    from onboard.intake.irb_compare import Comparison


def command(home: Home = HERE, as_of: AsOf = "", output: Output = Format.TABLE, export: ExportFolder = None) -> None:
    """Compare IRB listings, delegations and training, and the IRB's own list with ours. Exit code 1 when
    anything disagrees today."""
    app = open_app(home, as_of=day_if_given(as_of), export=export)
    assessment, today = app.assessment, app.today
    found = reconcile(assessment, today)
    compared = _with_the_irb(app)
    if output is Format.JSON:
        lists = {c.protocol: {"basis": c.basis, "irb_only": c.theirs_only, "ours_only": c.ours_only} for c in compared}
        print_json({**app.words(as_json(found, assessment, today)), "irb_lists": lists})
    elif output is Format.CSV:
        print_csv(
            [
                {"kind": m.kind.value, "protocol": m.protocol, "since": m.since or "", "until": m.until or "", "words": m.words}
                for m in app.words(found)
            ]
        )
    else:
        say(app.words(as_text(found, assessment, today)).rstrip("\n"))
        _show(compared)
    if any(m.until is None for m in found) or any(c.differs for c in compared):
        raise typer.Exit(1)


def _with_the_irb(app: App) -> list[Comparison]:
    """Every protocol that has a listing, against the IRB's list where one was taken in."""
    from onboard.adapters.files.intake_home import irb_lists
    from onboard.intake.irb_compare import compare

    assessment, lists = app.assessment, irb_lists(app.config.home)
    listed = {row.protocol for row in assessment.listings} | set(lists)
    return [compare(lists.get(p), assessment, p, app.today) for p in assessment.protocols if p in listed]


def _show(compared: Sequence[Comparison]) -> None:
    """The lists that could be compared; the others in one line."""
    for comparison in compared:
        if comparison.compared:
            say("\n".join(comparison_lines(comparison)))
    own: dict[str, list[str]] = {}
    for comparison in compared:
        if not comparison.compared:
            own.setdefault(comparison.basis, []).append(comparison.code)
    for basis, codes in own.items():
        say(f"{', '.join(codes)}: {basis}.")
    if own:
        say("Take the IRB's personnel table in: onboard intake --irb-list FILE --protocol P.")

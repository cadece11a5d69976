"""What files left behind stands in the worklist, so that nothing handed in is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from onboard.model import History, Section, Waiting
from onboard.planning.worklist import plan_worklist
from tests.planning.cast import TODAY, lab, study


def test_rows_of_a_file_that_matched_nobody_wait_for_the_coordinators_eyes() -> None:
    waiting = Waiting(
        title="3 rows of CITI files without a match here", why="Many people.", act="See them.", since=date(2026, 11, 1)
    )
    assessment = replace(study().judge(), waiting=(waiting,))
    (worklist, *_) = plan_worklist(assessment, History(started=True), lab(), TODAY)
    (line,) = [line for line in worklist.section(Section.EYES) if line.title.startswith("3 rows")]
    assert (line.act, line.person, line.key) == ("See them.", "", "")

"""A cell of one person that cannot be read is about nobody else: in no answer, in no mail, on no page and in no file.

`python -m tests.hostile.one_cell` is the long form: every cell, every text.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from onboard.adapters.files.folder_source import FolderSource
from onboard.adapters.files.intake_home import readable_queue, save_queue
from onboard.adapters.redcap.rows import Rows, Wanted, read_rows
from onboard.app import open_app
from onboard.intake.claims import Claimed, Layout
from onboard.intake.planning import State
from onboard.intake.queue import Queued, queue_item, queue_line
from onboard.model.rows import csv_table
from onboard.questions.sheets import csv_text
from onboard.tables import read_tables
from tests.hostile.conftest import HostileLab
from tests.hostile.one_cell import TEXTS, cells, hidden, planted
from tests.judging.sample import ZONE, mapping

#: One cell of each form, each with another text.
SOME = [(instrument, column, TEXTS[number % len(TEXTS)]) for number, (instrument, column) in enumerate(cells()[3::8])]


@pytest.mark.parametrize(("instrument", "column", "text"), SOME, ids=str)
def test_everybody_else_is_told_the_same_to_the_byte(instrument: str, column: str, text: str) -> None:
    assert hidden(instrument, column, text) == []


def test_what_is_compared_sees_a_cell_that_does_matter_to_others() -> None:
    """The contrary: a course of the coordinator ends, and what others are told changes."""
    from tests.hostile import one_cell

    header, *rows = list(csv.reader(io.StringIO(one_cell.base().instruments["people.completion"])))
    at = header.index("comp_completed")
    changed = [[*row[:at], "2019-01-01", *row[at + 1 :]] if row[0] == "2" else row for row in rows]
    export = replace(
        one_cell.base(), instruments={**one_cell.base().instruments, "people.completion": csv_table([header, *changed])}
    )
    before, after = one_cell.told(one_cell.base()), one_cell.told(export)
    assert [name for name in before if before[name] != after.get(name)]


# letters that end a line for some -------------------------------------------------------------------------------------

LINE_ENDS = ("a\rb", "a\r", "\r\n", "a\nb", "a\x0bb", "a\x85b", "a\u2028b", '"\r"', ",\r,")


@pytest.mark.parametrize("cell", LINE_ENDS, ids=repr)
def test_a_cell_that_ends_a_line_for_some_stays_one_cell(cell: str) -> None:
    rows = (("record_id", "note"), ("1", cell), ("2", "other"))
    for text in (csv_table(rows), csv_text(rows[0], rows[1:])):  # what a spreadsheet would run is behind an apostrophe
        assert [(row[0], row[1].lstrip("'")) for row in csv.reader(io.StringIO(text, newline=""))] == list(rows)
    wanted = Wanted(project="people", instrument="", record_id="record_id", fields=("note",), checkboxes={}, root=True)
    canonical = read_rows(csv_table(rows), wanted).text()
    assert isinstance(read_rows(canonical, wanted), Rows)
    assert [row[1] for row in read_rows(canonical, wanted).rows] == [cell, "other"]


@pytest.mark.parametrize("cell", [*LINE_ENDS, "\ud83d"], ids=repr)
@pytest.mark.parametrize(("instrument", "column"), [("people.completion", "comp_group"), ("people.person", "full_name")])
def test_it_costs_no_row_of_the_read(instrument: str, column: str, cell: str) -> None:
    whole, _ = read_tables(planted(instrument, column, "x"), mapping(), ZONE)
    tables, _ = read_tables(planted(instrument, column, cell), mapping(), ZONE)
    assert (len(tables.people), len(tables.completions)) == (len(whole.people), len(whole.completions))
    assert list(tables.people.record) == list(whole.people.record)


def test_the_same_in_a_folder_of_exports(tmp_path: Path) -> None:
    export = planted("people.completion", "comp_group", "a\rb")
    for name, text in export.instruments.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    found = FolderSource(tmp_path, mapping(), export.read_at).fetch({})
    tables, whole = (read_tables(one, mapping(), ZONE)[0] for one in (found, export))
    assert list(tables.completions.group) == list(whole.completions.group)
    assert list(tables.people.record) == list(whole.people.record)


# the queue of intake --------------------------------------------------------------------------------------------------


def waiting(name: str) -> Queued:
    claim = Claimed(
        file="report.pdf", line=0, layout=Layout.CERTIFICATE, name=name, group="GCP \x85 Social", stage=1, earned=date(2026, 3, 1)
    )
    item = Queued(key="", claim=claim, state=State.UNMATCHED, why="", person="", near=("3",), since=date(2026, 3, 2))
    return queue_item(queue_line(item))


@pytest.mark.parametrize("name", ["Ada\u2028Alpha", "Ada\x85Alpha", "Ada\x0bAlpha", "Ada Alpha"], ids=repr)
def test_a_name_that_holds_the_end_of_a_line_comes_back_from_the_queue(tmp_path: Path, name: str) -> None:
    save_queue(tmp_path, [waiting(name), waiting("Ben Beta")])
    found, damaged = readable_queue(tmp_path)
    assert ([item.claim.name for item in found], damaged) == ([name, "Ben Beta"], ())


def test_a_damaged_line_of_the_queue_stops_no_command_and_is_told(lab: HostileLab) -> None:
    save_queue(lab.home, [waiting("Ada Alpha"), waiting("Ben Beta")])
    path = lab.home / "intake_queue.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([lines[0], lines[1][:40], *lines[2:]]), encoding="utf-8")
    lab.onboard("status", code=0)
    app = open_app(lab.home)
    titles = [one.title for one in app.assessment.waiting]
    app.close()
    assert "Line 2 of intake_queue.jsonl cannot be read" in titles
    assert any("Ada Alpha" in title for title in titles)
    assert "Take the line out" in lab.onboard("intake", code=2).one_line()

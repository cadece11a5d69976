"""A link to a survey is good for one row. What was typed there meanwhile is written over, and must be looked at again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from onboard.model import Checked, Export
from onboard.model.mapping import Mapping
from onboard.tables import read_tables

ROW = "completion/11/1"
LATER, SAME, EARLIER = "2026-11-22 09:14:05", "2026-11-20 17:00:00", "2026-11-18 08:00:00"


def stamped(export: Export, stamp: str) -> Export:
    """The export with the survey's own column, filled in for Oluwaseun Adeyemi's certificate alone."""
    rows = list(csv.DictReader(io.StringIO(export.instruments["people.completion"])))
    for row in rows:
        row["completion_timestamp"] = stamp if (row["record_id"], row["redcap_repeat_instance"]) == ("11", "1") else ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    export.instruments["people.completion"] = out.getvalue()  # type: ignore[index]
    return export


@pytest.mark.parametrize(
    ("source", "checked", "on", "stamp", "verdict", "told"),
    [
        # Looked at after it came in, or on that day, or on no day that was entered.
        ("survey", "accepted", "2026-11-20", EARLIER, Checked.ACCEPTED, False),
        ("survey", "declined", "2026-11-20", EARLIER, Checked.DECLINED, False),
        ("survey", "accepted", "2026-11-20", SAME, Checked.ACCEPTED, False),
        ("survey", "accepted", "", LATER, Checked.ACCEPTED, False),
        # Looked at, and then something else came in on the same row.
        ("survey", "accepted", "2026-11-20", LATER, Checked.WAITING, True),
        ("intake", "accepted", "2026-11-20", LATER, Checked.WAITING, True),
        ("survey", "declined", "2026-11-20", LATER, Checked.WAITING, True),
        # Typed in from a certificate, and written over through a link that was still out.
        ("typed", "", "", LATER, Checked.WAITING, True),
        # Not submitted, not by survey, or a column that holds something else.
        ("typed", "", "", "[not completed]", Checked.ACCEPTED, False),
        ("typed", "", "", "", Checked.ACCEPTED, False),
        ("typed", "", "", "2026-13-45 09:00:00", Checked.ACCEPTED, False),
        ("", "", "", LATER, Checked.WAITING, False),
    ],
)
def test_who_looked_before_it_came_in_has_not_seen_it(
    with_cells: Callable[..., Export], mapping: Mapping, zone: ZoneInfo,
    source: str, checked: str, on: str, stamp: str, verdict: Checked, told: bool,
) -> None:  # fmt: skip
    export = with_cells("people.completion", "11", "1", comp_source=source, comp_checked=checked, comp_checked_on=on)
    tables, problems = read_tables(stamped(export, stamp), mapping, zone)
    (row,) = (row for row in tables.completions.to_dict("records") if row["evidence"] == ROW)
    assert row["checked"] is verdict
    said = [problem.what for problem in problems if problem.record == "11" and problem.instrument == "completion"]
    assert len(said) == told and all("came in by survey on 22 Nov 2026, which wrote over it" in what for what in said)


def test_without_the_column_nothing_changes(sample_export: Export, mapping: Mapping, zone: ZoneInfo) -> None:
    plain, problems = read_tables(sample_export, mapping, zone)
    again, same = read_tables(stamped(sample_export, ""), mapping, zone)
    assert plain.completions.equals(again.completions) and problems == same

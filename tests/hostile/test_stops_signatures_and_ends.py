"""Ada, ready for everything on STEP-HF, and one row that a lab types one day: a stop, a signature, an end in the year 9999.

What each comes to is asked through the command, from a folder of exports; `any_dates.py` puts odd days into every cell. What is
right is said by rulings 27 (stops), 28 (signatures), 29 and 31 (ends) of tests/reckoner/rulings.md.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from onboard.shipped import shipped
from tests.hostile.any_dates import questions, story
from tests.hostile.conftest import onboard

LAB = Path(__file__).parent / "ada"
TODAY = "2026-11-23"
#: Record, form and instance -> cells; an instance that is not there is added. The form is "" for the main one.
Cells = Mapping[tuple[str, str, str], Mapping[str, str]]
STEP, DELEGATION = ("101", "approval", "1"), ("1", "delegation", "1")
NO_END = "9999-12-31"
NOT_ENGAGED: Cells = {("1", "appointment", "1"): {"appt_engaged": "0"}}


def stop(kind: str, first: str = "2026-11-01", last: str = "") -> Cells:
    """A row that stops STEP-HF."""
    if kind == "hold":
        return {("101", "hold", "1"): {"hold_from": first, "hold_to": last}}
    return {("101", "approval", "2"): {"appr_kind": kind, "appr_from": first, "appr_to": last}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of Ada's lab: home and exports in one folder."""
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def change(home: Path, cells: Cells) -> None:
    """Type cells into the exports."""
    for name in ("people.csv", "protocols.csv"):
        with (home / name).open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        for (record, form, instance), typed in cells.items():
            if set(typed) <= set(header):
                _typed(header, rows, (record, form, instance), typed)
        with (home / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _typed(header: list[str], rows: list[list[str]], where: tuple[str, str, str], cells: Mapping[str, str]) -> None:
    row = next((row for row in rows if tuple(row[:3]) == where), None)
    if row is None:
        row = [*where, *("" for _ in header[3:])]
        rows.append(row)
    for name, text in cells.items():
        row[header.index(name)] = text


def rules(home: Path, old: str, new: str) -> None:
    """Change requirements.toml."""
    path = home / "requirements.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def only_engaged_are_asked(home: Path) -> None:
    rules(home, 'kind = "approval"', 'kind = "approval"\nengaged = true')


def approvals_are_not_tracked(home: Path) -> None:
    rules(home, 'title = "approval"\nper = "protocol"\ntracked = true', 'title = "approval"\nper = "protocol"\ntracked = false')


def ask(home: Path, *words: str, day: str = TODAY) -> str:
    return onboard(*words, "--home", str(home), "--export", str(home), "--as-of", day, code=0).text


def row_of(home: Path, day: str = TODAY) -> dict[str, Any]:
    """Ada's row on STEP-HF, as programs read it."""
    (row,) = [row for row in json.loads(ask(home, "status", "--format", "json", day=day)) if row["person"] == "1"]
    return dict(row)


def reasons_of(home: Path) -> list[str]:
    return [reason["requirement"] for reason in row_of(home)["reasons"]]


def words_of(home: Path, day: str = TODAY) -> dict[str, str]:
    """The word for the protocol as a whole ("") and for each task."""
    row = row_of(home, day)
    return {"": row["status"], **{task["task"]: task["status"] for task in row["tasks"]}}


def told(home: Path) -> str:
    """What people read about it, on one line."""
    return " ".join(ask(home, "status").split())


EVERYTHING = ("", "consent", "data_entry")


def all_of(word: str) -> dict[str, str]:
    return dict.fromkeys(EVERYTHING, word)


@pytest.mark.parametrize(("has_redcap_toml", "word"), [(False, "cleared"), (True, "unknown")])
def test_an_export_without_survey_stamps_counts_where_no_one_switched_handing_in_on(
    home: Path, has_redcap_toml: bool, word: str
) -> None:
    """With [hand_in] switched on a row without a stamp may be anybody's word about themselves."""
    people = home / "people.csv"
    rows = list(csv.reader(people.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("completion_timestamp")
    people.write_text("".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in rows), encoding="utf-8")
    if has_redcap_toml:
        shutil.copyfile(shipped("config") / "redcap.toml", home / "redcap.toml")
    assert words_of(home) == all_of(word)


def test_she_is_ready_before_anything_is_typed(home: Path) -> None:
    assert words_of(home) == all_of("cleared")


# what stops everybody -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [lambda home: None, only_engaged_are_asked, approvals_are_not_tracked])
@pytest.mark.parametrize("kind", ["hold", "suspension", "closure"])
def test_a_stop_blocks_everybody_whoever_is_asked_for_an_approval(home: Path, kind: str, asked: Callable[[Path], None]) -> None:
    asked(home)
    change(home, {**NOT_ENGAGED, **stop(kind)})
    assert words_of(home) == all_of("blocked")
    assert reasons_of(home) == [kind]  # named once, by its own name


@pytest.mark.parametrize("kind", ["hold", "suspension"])
def test_a_stop_that_is_over_and_one_to_come_block_no_other_day(home: Path, kind: str) -> None:
    approvals_are_not_tracked(home)
    change(home, {**NOT_ENGAGED, **stop(kind, "2026-11-10", "2026-11-20")})
    days = ("2026-11-09", "2026-11-10", "2026-11-20", "2026-11-21")
    assert [words_of(home, day)[""] for day in days] == ["cleared", "blocked", "blocked", "cleared"]


@pytest.mark.parametrize("kind", ["hold", "suspension", "closure"])
def test_a_stop_that_cannot_be_read_is_unknown(home: Path, kind: str) -> None:
    approvals_are_not_tracked(home)
    change(home, {**NOT_ENGAGED, **stop(kind, "soon")})
    assert words_of(home) == all_of("unknown")


def test_a_row_of_a_kind_nobody_knows_may_be_a_closure(home: Path) -> None:
    only_engaged_are_asked(home)
    change(home, {**NOT_ENGAGED, **stop("halted by the sponsor")})
    assert words_of(home) == all_of("unknown")


@pytest.mark.parametrize("kind", ["hold", "suspension", "closure"])
def test_no_waiver_lifts_a_stop(home: Path, kind: str) -> None:
    waived = {"waiver_requirement": kind, "waiver_from": "2026-01-01", "waiver_to": "2027-01-01"}
    signed = {"waiver_approved_by": "Elena Rivera", "waiver_approved_on": "2026-01-01"}
    change(home, {**stop(kind), ("1", "waiver", "1"): {**waived, **signed}})
    assert words_of(home) == all_of("blocked")


def test_a_suspension_and_a_lapsed_approval_are_two_reasons(home: Path) -> None:
    change(home, {**stop("suspension"), STEP: {"appr_to": "2026-10-31"}})
    assert set(reasons_of(home)) == {"approval", "suspension"}


def test_the_row_that_stops_today_is_named_and_not_a_newer_one_that_is_over(home: Path) -> None:
    change(home, {**stop("hold", "2026-02-01"), ("101", "hold", "2"): {"hold_from": "2026-05-01", "hold_to": "2026-06-30"}})
    assert "Hold: On hold from 1 Feb 2026, not lifted." in told(home)


# signatures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signed",
    [
        {"deleg_approved_on": "pending"},
        {"deleg_approved_on": ""},
        {"deleg_approved_on": "2026-11-24"},
        {"deleg_approved_on": NO_END},
        {"deleg_approved_on": "03/01/2024"},
        {"deleg_approved_on": "NASK"},
        {"deleg_approved_by": "UNK"},
        {"deleg_approved_by": "NASK"},
        {"deleg_approved_by": "MSK", "deleg_approved_on": "2024-03-01"},
        {"deleg_approved_by": ""},
    ],
    ids=str,
)
def test_a_delegation_without_a_name_and_a_day_that_has_come_clears_no_task(home: Path, signed: Mapping[str, str]) -> None:
    change(home, {DELEGATION: signed})
    assert words_of(home) == {"": "cleared", "consent": "unknown", "data_entry": "unknown"}


@pytest.mark.parametrize(
    "signed",
    [
        {"deleg_approved_on": TODAY},
        {"deleg_approved_on": "2026-11-23 09:15"},
        {"deleg_approved_by": "Oth, Msk"},
        {"deleg_approved_by": "Dr. Di Na"},
    ],
    ids=str,
)
def test_a_signed_one_counts_from_its_own_first_day(home: Path, signed: Mapping[str, str]) -> None:
    change(home, {DELEGATION: signed})
    assert words_of(home) == all_of("cleared")


def test_who_corrects_an_undated_approval_is_told_where(home: Path) -> None:
    change(home, {DELEGATION: {"deleg_approved_on": ""}})
    said = " ".join(ask(home, "fix-first").split())
    assert "is blank beside the name of whoever approved it" in said
    assert "Type the day of the signature as year-month-day" in said


# no end ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hold", "suspension"])
@pytest.mark.parametrize("end", [NO_END, "2900-01-01", "9999-12-31 23:59", "9999-12-31T23:59:59-12:00"])
def test_a_stop_to_the_year_9999_goes_on(home: Path, kind: str, end: str) -> None:
    change(home, stop(kind, last=end))
    assert (words_of(home), reasons_of(home)) == (all_of("blocked"), [kind])
    assert "from 1 Nov 2026, not lifted." in told(home)
    assert [words_of(home, day)[""] for day in ("2026-10-31", "2999-01-01")] == ["cleared", "blocked"]


def test_an_appointment_a_listing_a_delegation_and_an_approval_to_the_year_9999_are_open(home: Path) -> None:
    ends = {
        ("1", "appointment", "1"): {"appt_to": NO_END},
        ("1", "listing", "1"): {"list_removed": NO_END},
        DELEGATION: {"deleg_to": "2900-01-01"},
        STEP: {"appr_to": NO_END},
    }
    change(home, ends)
    assert words_of(home) == all_of("cleared")
    change(home, {STEP: {"appr_open": "1"}})  # the box says the same
    assert words_of(home) == all_of("cleared")


@pytest.mark.parametrize("box", ["perhaps", "UNK", "2"])
def test_a_box_no_expiration_date_that_cannot_be_read_blocks_nobody(home: Path, box: str) -> None:
    change(home, {STEP: {"appr_to": "2026-10-31", "appr_open": box}})
    assert words_of(home) == all_of("unknown")
    assert words_of(home, "2026-10-31") == all_of("cleared")


def test_a_certificate_to_the_year_9999_prints_no_expiration(home: Path) -> None:
    change(home, {("1", "completion", "1"): {"comp_expires": NO_END}})
    assert words_of(home)[""] == "cleared"
    assert words_of(home, "2027-01-11")[""] == "blocked"  # the rule's three years are over


def test_a_waiver_to_the_year_9999_waives_nothing_for_certain(home: Path) -> None:
    waived = {"waiver_requirement": "hsp", "waiver_from": "2026-01-01", "waiver_to": NO_END}
    signed = {"waiver_approved_by": "Elena Rivera", "waiver_approved_on": "2026-01-01"}
    change(home, {("1", "waiver", "1"): {**waived, **signed}, ("1", "completion", "1"): {"comp_completed": "2020-01-10"}})
    change(home, {("1", "completion", "1"): {"comp_expires": "2023-01-10"}})
    assert words_of(home)[""] == "unknown"


@pytest.mark.parametrize(
    "cells",
    [
        {("1", "appointment", "1"): {"appt_from": NO_END}},
        {("1", "listing", "1"): {"list_approved": "2900-01-01"}},
        {STEP: {"appr_from": NO_END}},
        {("1", "completion", "1"): {"comp_completed": "9999-01-01", "comp_expires": ""}},
        {("101", "hold", "1"): {"hold_from": NO_END}},
    ],
    ids=str,
)
def test_a_first_day_in_the_year_9999_is_unreadable(home: Path, cells: Cells) -> None:
    change(home, cells)
    assert words_of(home)[""] == "unknown"


# any day in any cell --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [2, 20])  # each ended all questions once: the first day there is, and the last
def test_odd_days_end_no_command(tmp_path: Path, seed: int) -> None:
    assert story(seed, tmp_path, people=("12",)) == []


def test_every_question_with_a_hold_to_the_last_day_there_is(home: Path, tmp_path: Path) -> None:
    change(home, {**stop("hold", last=NO_END), ("1", "absence", "1"): {"away_from": "2026-11-24", "away_to": NO_END}})
    for words in questions(tmp_path, ("1",)):
        more = () if words[0] in ("proof", "pack", "log") else ("--as-of", TODAY)
        said = onboard(*words, "--home", str(home), "--export", str(home), *more)
        assert said.code in (0, 1), said.text

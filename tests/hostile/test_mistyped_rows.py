"""A listing, delegation or waiver of Ada's names a protocol, task or requirement that there is not: she is unknown, not blocked.

With the row typed right she is ready; with a row that is plainly about another study she is blocked, and is told. What is right
is said by ruling 61 of tests/reckoner/rulings.md.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from onboard.folding import slips_of
from tests.hostile.conftest import onboard

LAB = Path(__file__).parent / "ada"
DAY = "2026-11-30"
#: No course of GCP is on record; a waiver says that none is needed.
NO_GCP = {("completion", "2"): None}
WAIVER = {
    "waiver_requirement": "gcp", "waiver_protocol": "STEP-HF", "waiver_from": "2026-01-01", "waiver_to": "2027-06-30",
    "waiver_approved_by": "Elena Rivera", "waiver_approved_on": "2026-01-01", "waiver_complete": "2",
}  # fmt: skip
LISTING, DELEGATION, WAIVED = ("listing", "1"), ("delegation", "1"), ("waiver", "1")
Cells = Mapping[tuple[str, str], Mapping[str, str] | None]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def type_in(home: Path, cells: Cells) -> None:
    """Ada's rows with these cells; None takes a row away, a row that there is not is added."""
    with (LAB / "people.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    rows = [row for row in rows if cells.get(_place(row), {}) is not None]
    for place, values in cells.items():
        if values is None:
            continue
        row = next((row for row in rows if _place(row) == place), None)
        if row is None:
            row = dict.fromkeys(names, "") | {
                "record_id": "1", "redcap_repeat_instrument": place[0], "redcap_repeat_instance": place[1],
            }  # fmt: skip
            rows.append(row)
        row.update(values)
    with (home / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _place(row: Mapping[str, str]) -> tuple[str, str]:
    return row["redcap_repeat_instrument"], row["redcap_repeat_instance"]


def ask(home: Path, *words: str) -> str:
    return onboard(*words, "--home", str(home), "--export", str(home), "--as-of", DAY, code=0).one_line()


def word(home: Path, task: str | None = None) -> str:
    """What is said of Ada on STEP-HF."""
    rows = json.loads(ask(home, "status", "--format", "json"))
    mine = [row for row in rows if row["protocol"] == "101"]
    found = mine if task is None else [one for row in mine for one in row["tasks"] if one["task"] == task]
    return str(found[0]["status"]) if found else "no row"


def told_to_stop(home: Path) -> bool:
    return "Pause STEP-HF" in ask(home, "preview")


def cleared_by_a_fix(home: Path) -> list[str]:
    """The causes that, mended, clear Ada."""
    fixes = json.loads(ask(home, "fix-first", "--format", "json"))["fixes"]
    return [fix["next_step"] for fix in fixes if "1" in fix["clears"]]


def listing(text: str) -> Cells:
    return {LISTING: {"list_protocol": text}}


def waiver(**cells: str) -> Cells:
    return {**NO_GCP, WAIVED: WAIVER | cells}


CASES = [
    (listing("step hf"), listing("SETP-HF"), listing("P2")),
    (listing("STEP-HF"), listing("IRB-24-0171"), {LISTING: None}),
    (listing("STEP-HF"), listing("the heart study"), listing("irb-25-0200")),
    (listing("STEP-HF"), listing(""), {LISTING: None}),
    (waiver(), waiver(waiver_protocol="STEP-FH"), waiver(waiver_protocol="P2")),
    (waiver(), waiver(waiver_requirement="gpc"), waiver(waiver_requirement="hsp")),
    (waiver(), waiver(waiver_requirement="no course at all"), waiver(waiver_requirement="hsp")),
    (waiver(), waiver(waiver_requirement="gpc", waiver_protocol="SETP-HF"), NO_GCP),
]


@pytest.mark.parametrize(("right", "mistyped", "other"), CASES)
def test_typed_right_she_is_cleared_mistyped_unknown_and_of_another_study_blocked(
    home: Path, right: Cells, mistyped: Cells, other: Cells
) -> None:
    type_in(home, right)
    assert (word(home), told_to_stop(home)) == ("cleared", False)
    type_in(home, mistyped)
    assert (word(home), told_to_stop(home)) == ("unknown", False)
    assert cleared_by_a_fix(home)
    assert "no verdict waits" not in ask(home, "fix-first")
    type_in(home, other)
    assert (word(home), told_to_stop(home)) == ("blocked", True)
    type_in(home, right)
    assert word(home) == "cleared"


def test_the_problem_names_the_nearest_and_what_waits(home: Path) -> None:
    type_in(home, listing("SETP-HF"))
    said = ask(home, "fix-first")
    assert "1 1 1 list_protocol: names no protocol: “SETP-HF”. Did you mean STEP-HF?" in said
    assert len(cleared_by_a_fix(home)) == 1
    read = (home / "people.csv").read_text(encoding="utf-8")
    (home / "people.csv").write_text(read.replace("SETP-HF", ""), encoding="utf-8")
    assert "list_protocol: is blank. Until it is filled in, it may be about every protocol of the person" in ask(
        home, "fix-first"
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"deleg_protocol": "SETP-HF"}, "unknown"),
        ({"deleg_tasks___consent": "ja"}, "unknown"),
        ({"deleg_protocol": "P2"}, "no row"),
        ({"deleg_tasks___consent": "0"}, "no row"),
    ],
)
def test_a_task_given_by_a_mistyped_delegation_alone_is_unknown(home: Path, cells: dict[str, str], expected: str) -> None:
    type_in(home, {DELEGATION: cells})
    assert (word(home), word(home, "consent")) == ("cleared", expected)
    assert not told_to_stop(home)


def test_whoever_is_on_a_study_by_a_mistyped_row_alone_is_unknown_there(home: Path) -> None:
    type_in(home, {**listing("SETP-HF"), DELEGATION: None})
    assert (word(home), told_to_stop(home)) == ("unknown", False)
    type_in(home, {**listing("the heart study"), DELEGATION: None})
    assert word(home) == "no row"


def test_a_slip_beside_what_certainly_fails_is_blocked(home: Path) -> None:
    type_in(home, {**listing("SETP-HF"), **NO_GCP})
    assert (word(home), told_to_stop(home)) == ("blocked", True)


def test_a_slip_beside_the_right_row_changes_nothing(home: Path) -> None:
    row = {"list_protocol": "SETP-HF", "list_approved": "2026-02-01", "list_removed": "2026-03-01", "listing_complete": "2"}
    type_in(home, {("listing", "2"): row})
    assert word(home) == "cleared"


@pytest.mark.parametrize(
    ("text", "meant"),
    [("hspp", ["hsp"]), ("HSP", ["hsp"]), ("gpc", ["gcp"]), ("good clinical practise", ["gcp"]), ("", []), ("privacy", [])],
)
def test_what_a_word_is_a_slip_of(text: str, meant: list[str]) -> None:
    named = [("hsp", ("hsp", "Human subjects")), ("gcp", ("gcp", "Good Clinical Practice"))]
    assert slips_of(text, named) == meant

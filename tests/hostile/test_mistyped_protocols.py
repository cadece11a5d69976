"""A lab keeps its protocols in files, and a row of approvals.csv names one that there is not: nothing stays cleared by the slip.

Ada is ready on STEP-HF. What is right is said by rulings 35 and 61 of tests/reckoner/rulings.md.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from onboard.folding import letters_apart
from onboard.shipped import shipped
from onboard.tables.references import Protocols
from tests.hostile.conftest import onboard

LAB = Path(__file__).parent / "ada"
TODAY = "2026-11-23"
PROTOCOLS = (
    "IRB-24-0117,STEP-HF,A trial,,,local,amendment",
    "IRB-25-0200,P2,Charts,,,local,amendment",
    "IRB-25-0831,STEP-AF,Another trial,,,local,amendment",
)
APPROVALS = (
    "STEP-HF,initial,2024-01-01,2027-12-31,no,nih_trial,nih,yes",
    "p2,initial,2025-01-01,,yes,chart_review,internal,no",
    "IRB-25-0831,initial,2025-01-01,,yes,nih_trial,nih,yes",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ada's lab with her protocols in the two files; she works on P2 and STEP-AF as well."""
    folder = Path(shutil.copytree(LAB, tmp_path / "lab"))
    write(folder, PROTOCOLS, APPROVALS)
    people = folder / "people.csv"
    rows = people.read_text(encoding="utf-8").splitlines()
    listed = next(row for row in rows if row.startswith("1,listing,1,"))
    more = [
        listed.replace("1,listing,1,", f"1,listing,{n},", 1).replace("STEP-HF", code) for n, code in ((2, "P2"), (3, "STEP-AF"))
    ]
    people.write_text("\n".join([*rows, *more]) + "\n", encoding="utf-8")
    return folder


def write(folder: Path, protocols: tuple[str, ...], approvals: tuple[str, ...]) -> None:
    for name, rows in (("protocols.csv", protocols), ("approvals.csv", approvals)):
        header = (shipped("config/redcap_project/as_files") / name).read_text(encoding="utf-8")
        (folder / name).write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def ask(home: Path, *words: str, day: str = TODAY) -> str:
    return onboard(*words, "--home", str(home), "--export", str(home), "--as-of", day, code=0).text


def words_of(home: Path, day: str = TODAY) -> dict[str, str]:
    """The word of Ada's row on each protocol."""
    rows = json.loads(ask(home, "status", "--format", "json", day=day))
    return {str(row["protocol"]): str(row["status"]) for row in rows if row["person"] == "1"}


STEP, P2, AF = "IRB-24-0117", "IRB-25-0200", "IRB-25-0831"
READY = {STEP: "cleared", P2: "cleared", AF: "cleared"}


def test_she_is_ready_on_all_three(home: Path) -> None:
    assert words_of(home) == READY


@pytest.mark.parametrize("kind", ["suspension", "closure", "", "suspnesion"])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("IRB-24-0171", {STEP}),
        ("IRB-24-017", {STEP}),
        ("STEP-HH", {STEP, AF}),
        ("SETP-AF", {AF, STEP}),
        ("P3", {P2}),
        ("the heart study", {STEP, P2, AF}),
        ("", {STEP, P2, AF}),
    ],
)
def test_what_may_stop_a_protocol_makes_each_that_its_name_may_mean_unknown(
    home: Path, typed: str, meant: set[str], kind: str
) -> None:
    write(home, PROTOCOLS, (*APPROVALS, f"{typed},{kind},2026-11-01,,,,,"))
    assert words_of(home) == {**READY, **dict.fromkeys(meant, "unknown")}
    assert words_of(home, "2026-10-31") == READY


def test_the_nearest_is_named_with_what_is_unknown_meanwhile_and_the_file(home: Path) -> None:
    write(home, PROTOCOLS, (*APPROVALS, "STEP-HFF,suspension,2026-11-01,,,,,"))
    said = " ".join(ask(home, "fix-first").split())
    assert "names the protocol “STEP-HFF”, which is not a protocol's number or short code" in said
    assert "Until it is corrected, STEP-HF, STEP-AF may be suspended, which counts as unknown" in said
    assert "Did you mean STEP-HF? Correct the protocol in this row of approvals.csv." in said
    assert said.split("[approval/STEP-HFF/1]")[0].split("people touched) ")[1].startswith("1 1 ")


def test_corrected_it_stops_the_one_it_is_about(home: Path) -> None:
    write(home, PROTOCOLS, (*APPROVALS, "step hf,suspension,2026-11-01,,,,,"))
    assert words_of(home) == {**READY, STEP: "blocked"}


def test_a_suspension_that_is_over_doubts_its_days_alone(home: Path) -> None:
    write(home, PROTOCOLS, (*APPROVALS, "IRB-24-0171,suspension,2026-05-01,2026-05-31,,,,"))
    assert [words_of(home, day)[STEP] for day in ("2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01")] == [
        "cleared", "unknown", "unknown", "cleared",
    ]  # fmt: skip


def test_facts_of_an_amendment_under_a_mistyped_name_are_doubted_where_they_say_something_else(home: Path) -> None:
    """P2 may have become a trial; of STEP-HF the same is known already."""
    write(home, PROTOCOLS, (*APPROVALS, "P22,amendment,2026-11-01,,,nih_trial,,"))
    assert words_of(home) == {**READY, P2: "unknown"}
    write(home, PROTOCOLS, (*APPROVALS, "IRB-24-0171,amendment,2026-11-01,,,nih_trial,,"))
    assert words_of(home) == READY


def test_an_approval_under_a_mistyped_name_approves_perhaps(home: Path) -> None:
    write(home, PROTOCOLS, (APPROVALS[0].replace("STEP-HF", "STEP-FH"), *APPROVALS[1:]))
    assert words_of(home) == {**READY, STEP: "unknown"}
    said = " ".join(ask(home, "fix-first").split())
    assert "“STEP-FH”, which is not a protocol's number or short code. Until it is corrected, STEP-HF" in said
    assert "may be approved, which counts as unknown" in said
    assert "Did you mean STEP-HF?" in said


def test_a_certain_stop_beside_a_doubtful_one_is_blocked(home: Path) -> None:
    stops = ("STEP-HFF,suspension,2026-11-01,,,,,", "STEP-HF,closure,2026-11-10,,,,,")
    write(home, PROTOCOLS, (*APPROVALS, *stops))
    assert words_of(home)[STEP] == "blocked"


def test_two_protocols_of_one_short_code_are_both_meant_by_it_and_no_third(home: Path) -> None:
    twice = (PROTOCOLS[0], PROTOCOLS[1].replace(",P2,", ",STEP-HF,"), PROTOCOLS[2])
    approvals = (APPROVALS[0].replace("STEP-HF", STEP), APPROVALS[1].replace("p2", P2), APPROVALS[2])
    write(home, twice, (*approvals, "STEP-HF,suspension,2026-11-01,,,,,"))
    people = home / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("STEP-HF", STEP), encoding="utf-8")
    found = words_of(home)
    assert (found[STEP], found[AF]) == ("unknown", "cleared")


def test_records_of_redcap_are_numbers_nobody_types_so_a_row_without_its_protocol_doubts_no_other() -> None:
    assert Protocols([("IRB-1", "IRB-1", "A"), ("IRB-2", "IRB-2", "B")]).named_by_number
    assert not Protocols([("1", "IRB-1", "A"), ("2", "IRB-2", "B")]).named_by_number


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("stephf", "stephf", 0),
        ("stepfh", "stephf", 1),
        ("irb240171", "irb240117", 1),
        ("abc", "cab", 2),
    ],
)
def test_letters_apart(one: str, other: str, apart: int) -> None:
    assert letters_apart(one, other) == letters_apart(other, one) == apart

"""Each question as a coordinator types it, on the sample lab: what it prints, and what it refuses."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from onboard.errors import ConfigError, OnboardError
from tests.cli.conftest import Desk

TODAY = ("--as-of", "2024-06-03")

PROPOSAL = """
number = "IRB-24-0999"
code = "NEW-HF"
study_type = "nih_trial"
funding = "nih"
phi = "yes"
approval_from = 2024-08-01
people = ["5", "Novák", "wei.zhang@northlake.example"]
tasks = ["consent"]
"""


def as_json(desk: Desk, *words: str, code: int = 0) -> dict:
    return json.loads(desk.ask(*words, "--format", "json", code=code))


def test_history_draws_a_line_for_the_protocol_and_each_task_and_an_svg(shown: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "haddad.svg"
    text = shown.ask("history", "haddad", "STEP-HF", "--svg", str(picture), *TODAY)
    assert "STEP-HF, consent" in text and "blocked 31 May 2024" in text
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    rows = as_json(shown, "history", "haddad", *TODAY)["rows"]
    assert [row["task"] for row in rows] == [None, "consent", "procedures"]


def test_history_keeps_to_the_days_asked_for(shown: Desk) -> None:
    found = as_json(shown, "history", "haddad", "--from", "2024-05-01", "--to", "2024-06-30", *TODAY)
    assert [(s["verdict"], s["first"], s["last"]) for s in found["rows"][0]["spells"]] == [
        ("cleared", "2024-05-01", "2024-05-30"),
        ("blocked", "2024-05-31", "2024-06-30"),
    ]
    lines = list(csv.DictReader(io.StringIO(shown.ask("history", "haddad", "--format", "csv", *TODAY))))
    assert {line["protocol"] for line in lines} == {"STEP-HF", "STEP-HF, consent", "STEP-HF, procedures"}


def flat(text: str) -> str:
    """The words alone, wherever lines break."""
    return " ".join(text.split())


def test_exposure_names_the_day_worked_without_gcp_and_keeps_the_kinds_apart(shown: Desk) -> None:
    found = as_json(shown, "exposure", *TODAY)
    assert [(day["person"], day["on"]) for day in found["certain"]] == [("5", "2024-06-01")]
    assert found["could_have_worked"]
    assert "May need reporting; ask the IRB office." in flat(shown.ask("exposure", "--person", "haddad", *TODAY))
    assert as_json(shown, "exposure", "--protocol", "REG-HF", *TODAY)["certain"] == []


def test_reconcile_names_the_leaver_the_unlisted_and_says_whose_list_it_was(shown: Desk) -> None:
    text = flat(shown.ask("reconcile", *TODAY, code=1))
    assert "Lucía Ortiz Peña left on 31 May 2024 and is still on the IRB list of CHART-AF." in text
    assert "Tomáš Novák has tasks on REG-HF but no IRB listing." in text
    assert "compared with our own list only" in text and "onboard intake --irb-list" in text
    kinds = {m["kind"] for m in as_json(shown, "reconcile", *TODAY, code=1)["mismatches"]}
    assert kinds == {"left_listed", "work_unlisted", "listed_untrained", "delegated_before_trained"}


def test_path_names_what_takes_longest_and_whose_turn_it_is(shown: Desk) -> None:
    text = flat(shown.ask("path", "novák", *TODAY))
    assert "Takes longest: IRB list; waiting for the coordinator." in text
    assert "the median of this lab's" in text
    assert as_json(shown, "path", "7", *TODAY)["routes"][0]["bottleneck"] == "irb_listing"


def test_log_is_text_for_a_cv_csv_and_json(shown: Desk) -> None:
    assert "Two consent talks" in shown.ask("log", "haddad")
    (line,) = csv.DictReader(io.StringIO(shown.ask("log", "haddad", "--format", "csv")))
    assert (line["task"], line["hours"], line["what came of it"]) == ("consent", "3", "Both will decide next week")
    assert as_json(shown, "log", "haddad")["entries"][0]["protocol"] == "STEP-HF"


def test_pack_writes_one_folder_whose_hashes_hold_and_never_over_another(shown: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shown.ask("pack", "STEP-HF", "--on", "2024-06-03", "--folder", str(folder))
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "BLOCKED" in (folder / "proofs" / "person-5.txt").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="not empty, so nothing was written"):
        shown.ask("pack", "STEP-HF", "--folder", str(folder))


def test_fix_first_puts_the_unmapped_course_before_what_touches_nobody(shown: Desk) -> None:
    fixes = as_json(shown, "fix-first", *TODAY)["fixes"]
    assert [len(fix["clears"]) for fix in fixes] == sorted((len(fix["clears"]) for fix in fixes), reverse=True)
    assert any("has not said what this course counts as" in fix["cause"] for fix in fixes)
    assert "Records to correct" in shown.ask("fix-first", *TODAY)


def test_status_shows_each_task_under_its_protocol(shown: Desk) -> None:
    lines = shown.ask("status", *TODAY).splitlines()
    trial = next(n for n, line in enumerate(lines) if "Maria Chen" in line and "STEP-HF" in line)
    assert ["consent" in lines[trial + 1], "safety" in lines[trial + 2], "regulatory" in lines[trial + 3]] == [True] * 3
    rows = list(csv.DictReader(io.StringIO(shown.ask("status", "--format", "csv", *TODAY))))
    assert {row["task"] for row in rows if row["person"] == "Maria Chen"} == {"", "consent", "safety", "regulatory"}


class TestWhatIf:
    def test_a_protocol_to_come_names_who_is_short_and_changes_nothing(self, shown: Desk, tmp_path: Path) -> None:
        file = tmp_path / "new.toml"
        file.write_text(PROPOSAL, encoding="utf-8")
        found = as_json(shown, "whatif", "--protocol", str(file), *TODAY)
        assert found["people_short"] == ["5", "7", "16"]
        assert {moved["task"] for moved in found["short"]} == {None, "consent"}
        assert found["day"] == "2024-08-01"
        later = as_json(shown, "whatif", "--protocol", str(file), "--from", "2024-09-02", *TODAY)
        assert {moved["since"] for moved in later["short"]} == {"2024-09-02"}

    def test_a_file_that_is_not_there_is_looked_for(self, shown: Desk, tmp_path: Path) -> None:
        for option in ("--protocol", "--requirements"):
            with pytest.raises(ConfigError, match="Look whether it is there, and how its name is spelt") as refused:
                shown.ask("whatif", option, str(tmp_path / "missing.toml"), *TODAY)
            assert "readable" not in str(refused.value)

    def test_a_fact_left_out_is_unknown_never_cleared(self, shown: Desk, tmp_path: Path) -> None:
        file = tmp_path / "new.toml"
        file.write_text(PROPOSAL.replace('phi = "yes"', ""), encoding="utf-8")
        assert {moved["after"] for moved in as_json(shown, "whatif", "--protocol", str(file), *TODAY)["short"]} <= {
            "blocked",
            "unknown",
        }

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('study_type = "nih_trial"', 'study_type = "nih_trail"', "Did you mean 'nih_trial'"),
            ('number = "IRB-24-0999"', "", "number: is missing"),
            ('code = "NEW-HF"', 'kode = "NEW-HF"', "Did you mean 'code'"),
            ("approval_from = 2024-08-01", 'approval_from = "soon"', "approval_from"),
        ],
    )
    def test_a_mistake_in_the_file_is_named(self, shown: Desk, tmp_path: Path, old: str, new: str, said: str) -> None:
        file = tmp_path / "new.toml"
        file.write_text(PROPOSAL.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError, match=said):
            shown.ask("whatif", "--protocol", str(file), *TODAY)

    def test_one_of_the_two_must_be_given(self, shown: Desk) -> None:
        with pytest.raises(ConfigError, match="give one of"):
            shown.ask("whatif", *TODAY)

    def test_cut_to_two_years_where_printed_dates_count_it_says_why_nobody_is_short(self, shown: Desk, tmp_path: Path) -> None:
        text = shown.ask("whatif", "--requirements", str(two_years(shown, tmp_path, "issued")), *TODAY)
        assert "0 people short" in text and "bears only on certificates that print no expiry" in " ".join(text.split())
        assert "1 people" not in text

    def test_rules_diff_names_the_change_and_who_is_affected(self, shown: Desk, tmp_path: Path) -> None:
        text = flat(shown.ask("rules", "diff", "mine", str(two_years(shown, tmp_path, "earlier")), *TODAY))
        assert "validity was months:36, is months:24" in text and "whose_date was issued, is earlier" in text
        short, also = text.split("ALSO LAPSES")
        assert "SHORT" in short and "GAINED" not in short
        assert "Layla Haddad" in also and "Layla Haddad" not in short  # her GCP blocks her on those days anyway


def two_years(desk: Desk, folder: Path, whose: str) -> Path:
    """The lab's rules with HSP cut to two years."""
    text = (desk.home / "requirements.toml").read_text(encoding="utf-8")
    start = text.index('id = "hsp"')
    cut = text[start:].replace("months:36", "months:24", 1).replace('whose_date = "issued"', f'whose_date = "{whose}"', 1)
    path = folder / "cut.toml"
    path.write_text(text[:start] + cut, encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [("path",), ("log",), ("history",)])
def test_a_person_nobody_knows_is_refused_with_the_nearest(shown: Desk, words: tuple[str, ...]) -> None:
    with pytest.raises(OnboardError, match="No person matches 'Hadadd'"):
        shown.ask(*words, "Hadadd")

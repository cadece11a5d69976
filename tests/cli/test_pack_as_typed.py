"""`onboard pack` as typed: the period, leavers, several days, what was known then, and the certificates out of REDCap."""

from __future__ import annotations

import csv
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from onboard.errors import ConfigError, OnboardError
from onboard.sandbox.projects import Place
from onboard.sandbox.sample.lab import PEOPLE
from tests.cli.conftest import GCP_ROW, HADDAD, MONDAY, Desk

PDF = b"%PDF-1.7 a completion report"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pack(desk: Desk, folder: Path, *words: str) -> str:
    """The pack of STEP-HF in `folder`; its sums hold. Returns what was printed."""
    said = " ".join(desk.ask("pack", "STEP-HF", "--folder", str(folder), *words).split())
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    return said


def attach(desk: Desk, instance: int, name: str, content: bytes = PDF, record: str = HADDAD) -> None:
    """Upload a certificate into a row of the form of completions."""
    place = Place("", "completion", instance)
    desk.sample.projects[PEOPLE].attach(record, place, "comp_file", name, content, "application/pdf", "respondent")


def test_one_table_and_one_set_of_proofs_for_each_day_asked(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path / "p", "--on", "2024-06-03", "--on", "2024-05-01")
    names = {str(path.relative_to(tmp_path / "p")) for path in (tmp_path / "p").rglob("*.csv")}
    assert names >= {"training-matrix-2024-05-01.csv", "training-matrix-2024-06-03.csv", "people.csv"}
    proofs = [tmp_path / "p" / "proofs" / day / f"person-{HADDAD}.txt" for day in ("2024-05-01", "2024-06-03")]
    assert ["CLEARED" in path.read_text(encoding="utf-8") for path in proofs] == [True, False]
    assert "As of 1 May 2024, 3 Jun 2024." in (tmp_path / "p" / "README.txt").read_text(encoding="utf-8")


def test_the_period_decides_who_is_in_it_and_its_last_day_is_the_day_of_the_proofs(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path / "all", "--on", "2024-06-03")
    pack(desk, tmp_path / "early", "--from", "2024-01-01", "--to", "2024-01-31")
    everybody, early = (table(tmp_path / name / "people.csv") for name in ("all", "early"))
    assert {row["person"] for row in early} < {row["person"] for row in everybody}
    assert {row["proof days"] for row in early} == {"2024-01-31"}
    said = (tmp_path / "early" / "README.txt").read_text(encoding="utf-8")
    assert "Period: 1 Jan 2024 to 31 Jan 2024." in said


def test_a_period_that_ends_before_it_begins_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Exchange --from and --to"):
        desk.ask("pack", "STEP-HF", "--from", "2024-02-01", "--to", "2024-01-01", "--folder", str(tmp_path / "p"))
    assert not (tmp_path / "p").exists()


def test_as_known_then_it_is_what_was_read_then(desk: Desk, tmp_path: Path) -> None:
    desk.morning(MONDAY)
    desk.type_in(HADDAD, "completion", GCP_ROW, comp_completed="2023-05-30", comp_expires="2026-05-30")
    desk.morning(MONDAY + timedelta(days=1))
    pack(desk, tmp_path / "then", "--known-on", MONDAY.isoformat())
    pack(desk, tmp_path / "now", "--on", MONDAY.isoformat())
    then, now = ({r["person"]: r for r in table(tmp_path / name / "training-matrix.csv")} for name in ("then", "now"))
    verdict = f"verdict on {MONDAY.isoformat()}"
    assert (then[HADDAD][verdict], now[HADDAD][verdict]) == ("blocked", "cleared")
    assert "known at the end of 3 Jun 2024" in (tmp_path / "then" / "README.txt").read_text(encoding="utf-8")


def test_a_day_before_the_first_read_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.morning(MONDAY)
    with pytest.raises(OnboardError, match="nothing was known then"):
        desk.ask("pack", "STEP-HF", "--known-on", "2024-06-01", "--folder", str(tmp_path / "p"))


def test_certificates_come_with_files_alone_and_are_named_by_their_row(desk: Desk, tmp_path: Path) -> None:
    attach(desk, GCP_ROW, "../../Layla's GCP.PDF")
    attach(desk, 1, "report without an ending")
    pack(desk, tmp_path / "without", "--on", "2024-06-03")
    assert not (tmp_path / "without" / "certificates").exists()
    pack(desk, tmp_path / "with", "--on", "2024-06-03", "--files")
    found = {row["evidence"]: row["file"] for row in table(tmp_path / "with" / "evidence-index.csv") if row["file"]}
    assert set(found) == {f"completion/{HADDAD}/{GCP_ROW}", f"completion/{HADDAD}/1"}
    assert found[f"completion/{HADDAD}/{GCP_ROW}"].endswith(".pdf")
    assert all((tmp_path / "with" / name).read_bytes() == PDF and name.count("/") == 1 for name in found.values())
    assert "2 files as REDCap holds them now" in (tmp_path / "with" / "README.txt").read_text(encoding="utf-8")


def test_a_file_that_is_not_had_hides_no_other_and_is_told(desk: Desk, tmp_path: Path) -> None:
    attach(desk, GCP_ROW, "gcp.pdf")
    attach(desk, 1, "hsp.pdf")
    del desk.sample.projects[PEOPLE].documents[HADDAD, Place("", "completion", 1), "comp_file"]
    said = pack(desk, tmp_path / "p", "--on", "2024-06-03", "--files")
    found = {row["evidence"] for row in table(tmp_path / "p" / "evidence-index.csv") if row["file"]}
    assert found == {f"completion/{HADDAD}/{GCP_ROW}"}
    assert f"completion/{HADDAD}/1: its file was not had" in said
    assert f"completion/{HADDAD}/1: its file was not had" in (tmp_path / "p" / "README.txt").read_text(encoding="utf-8")


def test_a_folder_of_exports_has_no_certificates(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Leave out --export"):
        desk.ask("pack", "STEP-HF", "--files", "--export", str(tmp_path), "--folder", str(tmp_path / "p"))

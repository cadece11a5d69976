"""CITI PDFs: report and certificate told apart, whatever else refused."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfWriter

from onboard.adapters.files.intake_files import read_intake_file
from onboard.errors import ConfigError
from onboard.intake.claims import Claimed, Habits, Layout, PdfText, Refused
from onboard.intake.papers import read_pdf_text
from tests.intake.papers import certificate, pdf, report

HABITS = Habits(zone=ZoneInfo("America/New_York"), today=date(2026, 11, 23), institution="Northlake University")


def outcome(folder: Path, content: bytes) -> Claimed | str:
    """The claim of a PDF, or why it is refused."""
    path = folder / "paper.pdf"
    path.write_bytes(content)
    text = read_intake_file(path)
    assert isinstance(text, PdfText)
    found = read_pdf_text(text, HABITS)
    return found.words if isinstance(found, Refused) else found.claims[0]


def test_a_completion_report(tmp_path: Path) -> None:
    claim = outcome(tmp_path, report())
    assert isinstance(claim, Claimed) and claim.layout is Layout.REPORT
    assert (claim.name, claim.member_id, claim.record_id) == ("Devon Brooks", "100003", "61200001")
    assert (claim.curriculum, claim.group, claim.stage) == ("Human Research", "Biomedical Research Investigators", 1)
    assert (claim.earned, claim.expires) == (date(2026, 3, 13), date(2029, 3, 12))
    assert (claim.score, claim.passing, claim.passed) == ("92", "80", True)
    assert claim.institution == "" and claim.document.endswith("paper.pdf")


def test_a_certificate(tmp_path: Path) -> None:
    claim = outcome(tmp_path, certificate(stage="Stage 2 - Refresher 1"))
    assert isinstance(claim, Claimed) and claim.layout is Layout.CERTIFICATE
    assert (claim.name, claim.member_id, claim.addresses) == ("Devon Brooks", "", ())
    assert (claim.curriculum, claim.group, claim.stage) == ("Human Research", "Biomedical Research Investigators", 2)
    assert (claim.record_id, claim.earned, claim.expires) == ("61200001", date(2026, 3, 13), date(2029, 3, 12))


@pytest.mark.parametrize("paper", [report, certificate])
def test_another_institution_is_kept(tmp_path: Path, paper: object) -> None:
    """Its completions are judged by the earlier date, so the name must not get lost."""
    claim = outcome(tmp_path, paper(institution="Lakeside University"))  # type: ignore[operator]
    assert isinstance(claim, Claimed) and claim.institution == "Lakeside University"


@pytest.mark.parametrize("paper", [report, certificate])
def test_no_expiration_date(tmp_path: Path, paper: object) -> None:
    claim = outcome(tmp_path, paper(expires="N/A"))  # type: ignore[operator]
    assert isinstance(claim, Claimed) and claim.expires is None and not claim.fault


def test_a_long_group_name_with_dash_and_accents(tmp_path: Path) -> None:
    group = "GCP – Social and Behavioral Research Best Practices for Clinical Research"
    claim = outcome(tmp_path, certificate(group=group, name="Lucía Ortiz Peña"))
    assert isinstance(claim, Claimed) and (claim.group, claim.name) == (group, "Lucía Ortiz Peña")


def test_case_9_a_score_equal_to_the_pass_mark_passes(tmp_path: Path) -> None:
    equal, below = outcome(tmp_path, report(score="80")), outcome(tmp_path, report(score="79"))
    assert isinstance(equal, Claimed) and equal.passed
    assert isinstance(below, Claimed) and not below.passed


def test_case_24_the_day_of_the_report_is_not_the_day_passed(tmp_path: Path) -> None:
    """The report was printed on 20 March."""
    claim = outcome(tmp_path, report())
    assert isinstance(claim, Claimed) and claim.earned == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no text"),
        (["Certificate of attendance", "Devon Brooks"], "labels of neither"),
        (["This is to certify that:", "Devon", "COMPLETION REPORT"], "labels of both"),
        (["This is to certify that:", "Devon Brooks"], "completion date, record ID, institution cannot be found"),
        (["COMPLETION REPORT - PART 2 OF 2", "• Name: Devon Brooks (ID: 1)"], "only part 2"),
        (["COMPLETION REPORT", "• Record ID: 1", "• Record ID: 2"], "more than one completion"),
        (["COMPLETION REPORT", "• Name: Devon Brooks (ID: 1)"], "cannot be found"),
    ],
)
def test_whatever_is_neither_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    words = outcome(tmp_path, pdf(lines))
    assert isinstance(words, str) and said in words


def joined(*papers: bytes) -> bytes:
    """Several PDFs as one, page after page."""
    writer = PdfWriter()
    for paper in papers:
        writer.append(io.BytesIO(paper))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("paper", [report, certificate])
def test_two_courses_in_one_pdf_are_refused_whatever_they_lack(tmp_path: Path, paper: Callable[..., bytes]) -> None:
    """Half of it would be lost in silence, or one course be read with the date of the other."""
    first = paper()
    seconds = [
        paper(record="61200002", group="GCP"),
        paper(group="Good Clinical Practice", earned="01-Feb-2020"),
        paper(record="none", group="GCP"),
        paper(record="", stage="Stage 2 - Refresher 1", group=""),
    ]
    for second in seconds:
        for both in ((first, second), (second, first), (first, second, first)):
            words = outcome(tmp_path, joined(*both))
            assert isinstance(words, str) and "more than one completion. Give one PDF for each" in words


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256-R5", "AES-256"])
@pytest.mark.parametrize("paper", [report, certificate])
def test_a_paper_that_only_its_owner_may_change_is_read(tmp_path: Path, paper: Callable[..., bytes], algorithm: str) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(paper()))
    writer.encrypt(user_password="", owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    claim = outcome(tmp_path, out.getvalue())
    assert isinstance(claim, Claimed) and (claim.name, claim.record_id) == ("Devon Brooks", "61200001")


def test_a_paper_that_asks_for_a_password_is_a_mistake_with_its_next_step(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(report()))
    writer.encrypt(user_password="secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(ConfigError, match=r"damaged or locked.*print it into a new PDF"):
        outcome(tmp_path, out.getvalue())


def test_a_damaged_paper_is_a_mistake_whatever_the_vendor_raises(tmp_path: Path) -> None:
    """A byte in twenty exchanged, or the end gone: read, refused or named, never another error."""
    whole, dice = joined(certificate(), report()), random.Random(15)
    for _ in range(120):
        bad = bytearray(whole[: dice.randrange(200, len(whole))])
        for _ in range(len(bad) // 20):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        try:
            assert isinstance(outcome(tmp_path, b"%PDF-" + bytes(bad)), (str, Claimed))
        except ConfigError as error:
            assert "cannot be read as a PDF" in str(error)


def test_what_the_vendor_may_raise_is_a_mistake_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pypdf.errors import DependencyError

    for fault in (DependencyError("cryptography is missing"), struct.error("short"), zlib.error("bad"), AssertionError()):

        def fails(self: object, found: Exception = fault) -> str:
            raise found

        monkeypatch.setattr("pypdf.PageObject.extract_text", fails)
        with pytest.raises(ConfigError, match="cannot be read as a PDF"):
            outcome(tmp_path, report())


def test_an_odd_date_is_a_fault_of_the_claim(tmp_path: Path) -> None:
    claim = outcome(tmp_path, report(earned="13.03.2026"))
    assert isinstance(claim, Claimed) and "13.03.2026" in claim.fault and claim.earned is None

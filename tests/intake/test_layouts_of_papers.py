"""Certificates and reports as they were printed since 2017: other years, generators, institutions, long names, two courses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from onboard.intake.claims import Claimed
from tests.intake.conftest import IntakeLab
from tests.intake.papers import card_lines, packed_pdf, pdf, pdf_in_another_font, report_lines
from tests.intake.test_papers import outcome

LONG_NAME = "Maximiliana Alexandra von\nHohenzollern-Brooks"
LONG_HOUSE = "Lakeside University Health Science Center\nat San Aurelio"
GCP = {
    "curriculum": "Good Clinical Practice",
    "group": "GCP for Clinical Trials with Investigational\nDrugs and Biologics (ICH Focus)",
}
NBSP = "\xa0"
LAYOUTS = [lambda **said: card_lines(2023, **said), lambda **said: card_lines(2019, **said), report_lines]


def read(folder: Path, content: bytes) -> Claimed:
    """The claim of a paper that must be read."""
    claim = outcome(folder, content)
    assert isinstance(claim, Claimed), claim
    return claim


@pytest.mark.parametrize("make", [pdf, packed_pdf, pdf_in_another_font])
@pytest.mark.parametrize("year", [2019, 2023])
class TestCertificates:
    """Where the dates stand differs by the year; what a line holds by the generator."""

    def test_ours(self, tmp_path: Path, year: int, make: Callable[[Sequence[str]], bytes]) -> None:
        claim = read(tmp_path, make(card_lines(year)))
        assert (claim.name, claim.institution, claim.record_id) == ("Devon Brooks", "", "61200001")
        assert (claim.curriculum, claim.group, claim.stage) == ("Human Research", "Biomedical Research Investigators", 1)
        assert (claim.earned, claim.expires) == (date(2026, 3, 13), date(2029, 3, 12))

    def test_another_institution_and_long_names(self, tmp_path: Path, year: int, make: Callable[[Sequence[str]], bytes]) -> None:
        claim = read(tmp_path, make(card_lines(year, name=LONG_NAME, institution=LONG_HOUSE)))
        assert claim.name == "Maximiliana Alexandra von Hohenzollern-Brooks"
        assert claim.institution == "Lakeside University Health Science Center at San Aurelio"

    def test_another_course_with_a_title_over_two_lines(
        self, tmp_path: Path, year: int, make: Callable[[Sequence[str]], bytes]
    ) -> None:
        claim = read(tmp_path, make(card_lines(year, **GCP, stage="Stage 2 - Refresher 1", expires="N/A")))
        assert (claim.curriculum, claim.stage, claim.expires) == ("Good Clinical Practice", 2, None)
        assert claim.group == "GCP for Clinical Trials with Investigational Drugs and Biologics (ICH Focus)"


def test_values_below_their_labels(tmp_path: Path) -> None:
    """A generator that reads by columns."""
    lines = card_lines(2023)
    dates = slice(lines.index("Under requirements set by:") + 1, lines.index("Not valid for renewal of"))
    lines[dates] = ["Completion Date", "Expiration Date", "Record ID", "13-Mar-2026", "12-Mar-2029", "61200001"]
    claim = read(tmp_path, pdf(lines))
    assert (claim.earned, claim.expires, claim.record_id) == (date(2026, 3, 13), date(2029, 3, 12), "61200001")
    assert claim.institution == ""


@pytest.mark.parametrize("expires", ["12.03.2029", "March 2029"])
def test_an_end_that_cannot_be_read_is_told_and_never_taken_for_none(tmp_path: Path, expires: str) -> None:
    claim = read(tmp_path, pdf(card_lines(2023, expires=expires)))
    assert claim.expires is None and expires in claim.fault and claim.institution == ""


@pytest.mark.parametrize("year", [2019, 2023])
def test_an_institution_that_cannot_be_found_is_not_taken_for_ours(tmp_path: Path, year: int) -> None:
    words = outcome(tmp_path, pdf([line for line in card_lines(year, institution="") if line]))
    assert isinstance(words, str) and "its institution cannot be found" in words


@pytest.mark.parametrize(
    "labels",
    ["• {}: {}", f"•{NBSP}{NBSP}{{}}:{NBSP}{{}}", "- {}: {}", "{}: {}", "·   {} :   {}"],
)
@pytest.mark.parametrize("make", [pdf, packed_pdf])
class TestReports:
    """Bullets, no-break spaces and none of them."""

    def test_ours(self, tmp_path: Path, labels: str, make: Callable[[Sequence[str]], bytes]) -> None:
        claim = read(tmp_path, make(report_lines(labels)))
        assert (claim.name, claim.member_id, claim.record_id) == ("Devon Brooks", "100003", "61200001")
        assert (claim.group, claim.stage, claim.institution) == ("Biomedical Research Investigators", 1, "")
        assert (claim.earned, claim.expires, claim.score) == (date(2026, 3, 13), date(2029, 3, 12), "92")

    def test_another_institution_and_long_names(
        self, tmp_path: Path, labels: str, make: Callable[[Sequence[str]], bytes]
    ) -> None:
        claim = read(tmp_path, make(report_lines(labels, name=LONG_NAME, institution=LONG_HOUSE, **GCP)))
        assert claim.name == "Maximiliana Alexandra von Hohenzollern-Brooks"
        assert claim.institution == "Lakeside University Health Science Center at San Aurelio"
        assert claim.group == "GCP for Clinical Trials with Investigational Drugs and Biologics (ICH Focus)"


def test_no_break_spaces_inside_labels(tmp_path: Path) -> None:
    lines = [line.replace(" ", NBSP) if line.startswith("•") else line for line in report_lines()]
    assert read(tmp_path, pdf(lines)).group == "Biomedical Research Investigators"


@pytest.mark.parametrize("group", ["Same as Curriculum Group", "same as curriculum", "N/A", "None"])
@pytest.mark.parametrize(
    "lines", [lambda **said: card_lines(2023, **said), lambda **said: card_lines(2019, **said), report_lines]
)
def test_a_placeholder_is_no_course(tmp_path: Path, group: str, lines: Callable[..., list[str]]) -> None:
    claim = read(tmp_path, pdf(lines(curriculum="Information Privacy Security (IPS)", group=group)))
    assert (claim.curriculum, claim.group) == ("Information Privacy Security (IPS)", "Information Privacy Security (IPS)")


@pytest.mark.parametrize(
    "lines", [lambda **said: card_lines(2023, **said), lambda **said: card_lines(2019, **said), report_lines]
)
class TestToTheRightRow:
    """Each layout through the command: read, matched, counted as the right training, nothing of the library on the terminal."""

    def test_two_courses_of_one_day(
        self, intake_lab: IntakeLab, lines: Callable[..., list[str]], capfd: pytest.CaptureFixture[str]
    ) -> None:
        first = intake_lab.put("one.pdf", pdf_in_another_font(lines()))
        second = intake_lab.put("two.pdf", packed_pdf(lines(**GCP, record="61200002", institution="Lakeside University")))
        code, said = intake_lab.run(first, second, "--person", "3", "--send")
        assert code == 0 and "Imported 2 completions, attached 2 PDF" in said
        assert "comp_institution = Lakeside University" in said and "institution: ours" in said
        hsp, gcp = intake_lab.completions("3")[-2:]
        assert (hsp["comp_group"], hsp.get("comp_institution", "")) == ("Biomedical Research Investigators", "")
        assert (gcp["comp_institution"], gcp["comp_record_id"]) == ("Lakeside University", "61200002")
        assert "fontTools" not in "".join(capfd.readouterr()) + said

    def test_placeholder(self, intake_lab: IntakeLab, lines: Callable[..., list[str]]) -> None:
        said = {"curriculum": "Information Privacy Security (IPS)", "group": "Same as Curriculum Group"}
        code, out = intake_lab.run(intake_lab.put("one.pdf", pdf(lines(**said))), "--person", "3")
        assert code == 0 and "as hipaa" in out and "Same as" not in out

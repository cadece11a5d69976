"""PDFs that people hand in by survey: read once, said in the worklist, held against what was typed."""

from __future__ import annotations

from datetime import date

import pytest

from onboard.app import App, open_app
from onboard.model import Assessment, HandedPaper, JobName, Mode, Section
from onboard.pipeline.handed_papers import with_papers
from onboard.pipeline.reading import read, remember
from onboard.planning.lab_day import desk_of
from onboard.planning.papers import paper_words
from onboard.planning.worklist import worklist_lines
from tests.intake.conftest import TODAY, IntakeLab
from tests.intake.papers import card_lines, certificate, pdf, report
from tests.intake.test_matching_and_planning import recorded

#: As it was typed into the survey's row: Oluwaseun's human subjects course.
SEUN = {"name": "Oluwaseun Adeyemi", "member": "100011"}


def handed(lab: IntakeLab, content: bytes, name: str = "report.pdf") -> str:
    """A file on the one survey row that waits in the sample lab; its evidence id."""
    found = open_app(lab.home).assessment
    (row,) = [c for c in found.completions["11"] if c.source == "survey"]
    people = lab.server.projects["people"]
    (place,) = [at for at, _ in people.places("11") if at.instrument == "completion"]
    people.attach("11", place, "comp_file", name, content, "application/pdf", "coordinator")
    return row.evidence


def worklist(app: App) -> tuple[Assessment, list[str]]:
    """What a worklist run reads, and the reasons of what is to be checked."""
    judged = read(app.tools(), Mode.TRIAL, JobName.WORKLIST)
    remember(app.tools(), judged, TODAY, Mode.TRIAL)
    lines = worklist_lines(desk_of(judged.now, app.ledger.history(Mode.TRIAL), app.lab, TODAY))
    return judged.now, [str(line.why) for line in lines if line.section is Section.EYES and line.person == "11"]


def typed(lab: IntakeLab) -> dict[str, str]:
    """The dates of the row as a CITI file prints them."""
    (row,) = [c for c in open_app(lab.home).assessment.completions["11"] if c.source == "survey"]
    assert isinstance(row.completed, date) and isinstance(row.expires, date)
    return {"earned": f"{row.completed:%d-%b-%Y}", "expires": f"{row.expires:%d-%b-%Y}", "record": row.record_id}


def test_the_worklist_says_that_it_is_the_report_and_agrees(intake_lab: IntakeLab) -> None:
    evidence = handed(intake_lab, report(**SEUN, **typed(intake_lab)))
    found, (why,) = worklist(open_app(intake_lab.home))
    assert found.papers[evidence].kind == "report"
    assert "The file is the Completion Report of Oluwaseun Adeyemi: Biomedical Research Investigators, stage 1" in why
    assert "The row says the same." in why


def test_a_certificate_and_where_it_differs(intake_lab: IntakeLab) -> None:
    said = {**typed(intake_lab), "earned": "13-Mar-2026", "institution": "Lakeside University", "name": "Wei Zhang"}
    handed(intake_lab, pdf(card_lines(2023, **said)))
    _, (why,) = worklist(open_app(intake_lab.home))
    assert "Completion Certificate of Wei Zhang, which does not list the modules" in why and "passed 13 Mar 2026" in why
    assert "The row says something else: passed 22 Nov 2026; institution ours, the file Lakeside University." in why
    assert "The name Wei Zhang is not the one on record." in why


@pytest.mark.parametrize("content", [b"\x89PNG picture", b"%PDF-1.4 nonsense", pdf(["Certificate of attendance"])])
def test_what_is_no_report_is_said(intake_lab: IntakeLab, content: bytes) -> None:
    handed(intake_lab, content, "photo.pdf")
    _, (why,) = worklist(open_app(intake_lab.home))
    assert "The file photo.pdf could not be read: " in why


def test_it_is_read_once_and_again_when_the_row_is_sent_again(intake_lab: IntakeLab) -> None:
    """The ledger keeps words, and no bytes."""
    evidence = handed(intake_lab, certificate(**SEUN))
    served = intake_lab.server.server.requests

    def files() -> int:
        return sum(seen.content == "file" for seen in served)

    app = open_app(intake_lab.home)
    worklist(app)
    assert files() == 1 and app.ledger.handed_papers()[evidence].kind == "certificate"
    worklist(open_app(intake_lab.home))
    assert files() == 1
    intake_lab.server.projects["people"].put("11", "completion", {"comp_record_id": "5"}, instance=1)
    worklist(open_app(intake_lab.home))
    assert files() == 2


def test_other_jobs_ask_for_no_file(intake_lab: IntakeLab) -> None:
    handed(intake_lab, report(**SEUN))
    app = open_app(intake_lab.home)
    found = read(app.tools(), Mode.TRIAL, JobName.REMINDERS).now
    assert found.papers == {} and not any(seen.content == "file" for seen in intake_lab.server.server.requests)


def test_a_row_without_a_file_and_a_lab_that_reads_none_say_nothing(intake_lab: IntakeLab) -> None:
    app = open_app(intake_lab.home)
    found, (why,) = worklist(app)
    assert found.papers == {} and "file" not in why
    assert with_papers(app.assessment, {}, None).papers == {}


class TestWords:
    """planning/papers.py alone."""

    PAPER = HandedPaper(
        evidence="completion/3/1",
        name="a.pdf",
        digest="d",
        kind="report",
        person_name="Devon Brooks",
        curriculum="Human Research",
        group="Biomedical Research Investigators",
        stage=1,
        earned=date(2026, 3, 13),
        expires=date(2029, 3, 12),
        record_id="61200001",
    )

    def test_agreement(self) -> None:
        assert "The row says the same." in paper_words(self.PAPER, recorded(record_id="061200001"))
        assert paper_words(None, recorded()) == ""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"stage": 2}, "stage 2"), ({"group": "GCP"}, "course GCP"), ({"expires": None}, "ends no date"),
            ({"earned": date(2026, 3, 12)}, "passed 12 Mar 2026"), ({"record_id": "7"}, "record number 7, the file 61200001"),
            ({"institution": "Lakeside"}, "institution Lakeside, the file ours"),
        ],
    )  # fmt: skip
    def test_each_difference(self, change: dict[str, object], said: str) -> None:
        words = paper_words(self.PAPER, recorded(**change))
        assert f"The row says something else: {said}." in words

"""What a handed-in file says, held against what was typed into its row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onboard.dates import show
from onboard.folding import fold
from onboard.judging.courses import named_course
from onboard.model import Completion, HandedPaper
from onboard.model.phrases import Phrase, joined, phrase

_CERTIFICATE = "certificate"


def paper_words(paper: HandedPaper | None, row: Completion) -> Phrase | str:
    """Whether it is the report or the certificate, what it says, and where the row says something else.

    "" where no file was read.
    """
    if paper is None:
        return ""
    if not paper.kind:
        return phrase("papers.unread", file=paper.name, why=paper.fault)
    said = phrase(
        "papers.certificate" if paper.kind == _CERTIFICATE else "papers.report",
        name=paper.person_name,
        course=paper.group,
        stage=str(paper.stage or "?"),
        passed=_day(paper.earned),
        ends=_day(paper.expires),
    )
    differs = list(differences(paper, row))
    parts = [said, *([phrase("papers.differs", what=joined("; ", differs))] if differs else [phrase("papers.agrees")])]
    if paper.fault:
        parts.append(phrase("papers.fault", why=paper.fault))
    if not paper.theirs:
        parts.append(phrase("papers.another_name", name=paper.person_name))
    return joined(" ", parts)


def differences(paper: HandedPaper, row: Completion) -> Iterable[Phrase]:
    """Each value of the row that the file says otherwise, with both."""
    typed = named_course(row.group, row.course, row.curriculum)
    if fold(typed) != fold(paper.group) and fold(typed) != fold(paper.curriculum):
        yield phrase("papers.differs_course", typed=typed or "-")
    if row.stage != paper.stage:
        yield phrase("papers.differs_stage", typed=str(row.stage or "-"))
    if row.completed != paper.earned:
        yield phrase("papers.differs_passed", typed=_day(row.completed))
    if row.expires != paper.expires:
        yield phrase("papers.differs_ends", typed=_day(row.expires))
    if _letters(row.institution) != _letters(paper.institution):
        ours = phrase("papers.ours")
        yield phrase("papers.differs_institution", typed=row.institution or ours, file=paper.institution or ours)
    if row.record_id and row.record_id.strip().lstrip("0") != paper.record_id.lstrip("0"):
        yield phrase("papers.differs_record", typed=row.record_id, file=paper.record_id)


def _letters(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _day(day: object) -> str:
    if isinstance(day, date):
        return show(day)
    return phrase("papers.no_day") if day is None else phrase("papers.unreadable")

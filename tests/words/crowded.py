"""A lab of 46 people with one lapsed approval, a study on hold and more, on one Monday: the longest lists a reader gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from onboard.model import Approval, History, Hold, Message, StudyType, Task
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_reminders
from onboard.planning.worklist import plan_worklist
from onboard.rendering import Renderer
from tests.planning.cast import RIVERA, TODAY, Book, lab, member, send, study
from tests.words.cast import LAB

FRIDAY = TODAY - timedelta(days=3)


def crowded() -> Book:
    """46 people: 37 on STEP-HF, whose approval ended yesterday, six on REG-HF, which is on hold, four on CHART."""
    book = study()
    book.protocol("P3", "REG-HF", StudyType.CHART_REVIEW)
    book.add("holds", Hold(evidence="hold/P3/1", protocol="P3", first=date(2026, 11, 16), last=None))
    (first,) = [row for row in book.rows["approvals"] if isinstance(row, Approval) and row.protocol == "P1"]
    book.drop("approvals", protocol="P1")
    book.add("approvals", replace(first, last=TODAY - timedelta(days=1), open_ended=False))
    for number in range(100, 144):
        record = str(number)
        protocol = "P1" if number < 135 else "P3" if number < 141 else "P2"
        member(book, record, f"Given{number} Surname{number}", protocol)
        book.trained(record, "hsp")
        book.trained(record, "gcp")
    book.drop("completions", person="142")
    book.trained("142", ends=TODAY - timedelta(days=5))
    book.drop("listings", person="141")
    book.assignment("141", "P2", "Read charts")
    book.assignment("143", "P1", "Talk to patients", task=Task.CONSENT)
    return book


def link(evidence: str) -> str:
    """The address of a form, as long as REDCap's."""
    return f"https://redcap.northlake.example/redcap_v15.2.0/DataEntry/index.php?pid=41&page={evidence.replace('/', '-')}"


def lists() -> dict[str, Message]:
    """The digest and the worklist of that Monday, after its reminders went."""
    book, renderer = crowded(), Renderer(replace(LAB, limits=lab().limits))
    assessment = book.judge()
    sent = send(History(started=True), plan_reminders(assessment, History(started=True), lab(), TODAY))
    (digest,) = [n for n in plan_digests(assessment, sent, lab(), TODAY) if n.reader.record == RIVERA]
    (worklist,) = plan_worklist(assessment, sent, lab(), TODAY, links=link)
    return {"digest": renderer.render(digest), "worklist": renderer.render(worklist)}

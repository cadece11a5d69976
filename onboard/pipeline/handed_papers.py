"""The PDF that a person handed in with their evidence: read once, for the worklist that asks to check it.

It decides which rows are asked for. What a file says is compared with the row in planning/papers.py; the file itself is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256

from onboard.intake.claims import Claimed, ReadFile, Refused
from onboard.intake.names import agrees, words_of
from onboard.model import Assessment, Checked, Completion, HandedPaper, Person
from onboard.ports import Upload, Uploads

#: What a person can type on the form; a row that is sent again is read again.
_TYPED = ("course", "curriculum", "group", "stage", "completed", "expires", "institution", "record_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Where the files come from, and how one is read."""

    fetch: Callable[[Sequence[str]], Uploads]
    read: Callable[[Upload], ReadFile | Refused]


def with_papers(assessment: Assessment, known: Mapping[str, HandedPaper], papers: Papers | None) -> Assessment:
    """The read with what the files of its unchecked survey rows say; those that are not `known` are fetched from `papers`.

    A file that is not had is left out, and asked for again by the next worklist.
    """
    rows = {c.evidence: c for found in assessment.completions.values() for c in found if _waits(c)}
    digests = {evidence: _digest(row) for evidence, row in rows.items()}
    found = {e: known[e] for e in rows if e in known and known[e].digest == digests[e]}
    missing = [evidence for evidence in rows if evidence not in found]
    if missing and papers:
        for upload in papers.fetch(missing).found:
            row = rows[upload.evidence]
            found[row.evidence] = _read(upload, papers.read(upload), assessment.people.get(row.person), digests[row.evidence])
    return replace(assessment, papers=found)


def _waits(row: Completion) -> bool:
    return row.checked is Checked.WAITING and row.source == "survey"


def _digest(row: Completion) -> str:
    return sha256("\x1f".join(str(getattr(row, name)) for name in _TYPED).encode()).hexdigest()[:32]


def _read(upload: Upload, read: ReadFile | Refused, person: Person | None, digest: str) -> HandedPaper:
    blank = HandedPaper(evidence=upload.evidence, name=upload.name, digest=digest)
    if isinstance(read, Refused):
        return replace(blank, fault=read.words)
    claim = read.claims[0]
    says = {one.name: getattr(claim, one.name) for one in fields(HandedPaper) if one.name in Claimed.__slots__}
    theirs = person is None or agrees(claim.name, words_of(person))
    return replace(blank, **{**says, "kind": claim.layout.value, "person_name": claim.name, "theirs": theirs})

"""The inspection folder of one protocol: everybody who was on it in a period.

People, delegations, a training matrix and proofs for each day asked, evidence index with hashes, certificates where they are
asked for. It mirrors records and signs nothing. The caller writes the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import TypeAlias

from onboard.dates import show, show_run
from onboard.judging import kinds
from onboard.judging.coverage import span
from onboard.judging.readiness import cleared_on
from onboard.model import (
    Assessment,
    Evidence,
    Finding,
    Readiness,
    Reading,
)
from onboard.model.evidence_id import EvidenceId
from onboard.model.phrases import NO_WORDS, joined, phrase, say_again
from onboard.questions.clauses import ClauseOn, clause_on
from onboard.questions.pack_people import Asked, Member, members, people_table, proved_on
from onboard.questions.proof import Proof, prove
from onboard.questions.proof_words import as_text as proof_text
from onboard.questions.sheets import csv_text
from onboard.questions.wording import (
    not_tracked_words,
    notes,
    one_line,
    page,
    source_words,
    task_words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The file that came with a row of evidence."""

    evidence: str
    name: str  # as it was uploaded
    content: bytes = field(repr=False)


#: Further sentences that a proof prints.
Remark: TypeAlias = Callable[[Proof], Sequence[str]]


def pack(
    assessment: Assessment,
    protocol: str,
    asked: Asked,
    decisions: Callable[[date], Sequence[str]] = lambda day: (),
    own: Mapping[str, str] = NO_WORDS,
    *,
    remark: Remark = lambda proof: (),
    papers: Papers | None = None,
) -> dict[str, bytes]:
    """Relative file name -> content (text in UTF-8), for a protocol's record id. `SHA256SUMS` covers all the others.

    It holds everybody who was on the study in the period asked, one matrix and one set of proofs for each day asked. `decisions`:
    changes of the rules accepted for a day already judged, printed on its proofs. `own`: the lab's own sentences by name.
    `papers`: the certificates of the evidence in the index, where they were asked for."""
    found = members(assessment, protocol, asked)
    several = len(asked.days) > 1
    files = {
        "people.csv": people_table(assessment, found, asked),
        "delegation-table.csv": delegation_table(assessment, protocol, asked),
        "evidence-index.csv": evidence_index(assessment, protocol, found, papers),
    }
    for day in asked.days:
        name = f"training-matrix-{day.isoformat()}.csv" if several else "training-matrix.csv"
        files[name] = training_matrix(assessment, [member.row for member in found], day)
        for member in found:
            on = proved_on(member, day)
            proof = prove(assessment, member.row.person, protocol, None, on, decisions(on))
            proof = replace(proof, decisions=(*proof.decisions, *remark(proof)))
            folder = f"proofs/{day.isoformat()}" if several else "proofs"
            files[f"{folder}/{_file_name(member.row.person)}.txt"] = say_again(proof_text(proof), own)
    encoded = {name: text.encode() for name, text in files.items()} | _paper_files(papers)
    encoded["README.txt"] = say_again(_readme(assessment, protocol, asked, sorted(encoded), papers), own).encode()
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(encoded.items()))
    return {**encoded, "SHA256SUMS": sums.encode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The files that REDCap gave, and in sentences which it did not."""

    found: tuple[Paper, ...] = ()
    troubles: tuple[str, ...] = ()

    def name_of(self, evidence: str) -> str:
        """Return where in the folder the file of a row of evidence is; "" where there is none."""
        whole = str(replace(EvidenceId.parse(evidence), field=""))
        return next((_paper_name(paper) for paper in self.found if paper.evidence == whole), "")


def cited_completions(assessment: Assessment, protocol: str, asked: Asked) -> list[str]:
    """Evidence ids, without a field, of the completions in the index: what a certificate may be attached to."""
    rows = evidence_rows(assessment, protocol, members(assessment, protocol, asked))
    ids = (replace(EvidenceId.parse(evidence), field="") for evidence, (kind, _, _) in rows.items() if kind == "completion")
    return sorted({str(one) for one in ids})


def _paper_files(papers: Papers | None) -> dict[str, bytes]:
    return {_paper_name(paper): paper.content for paper in papers.found} if papers else {}


def _paper_name(paper: Paper) -> str:
    """Named by its evidence: what a file was called by whoever uploaded it may be any path."""
    ending = paper.name.rpartition(".")[2].lower()
    known = f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= _ENDING and "." in paper.name else ""
    return f"certificates/{_plain_name(paper.evidence)}{known}"


#: Letters of a file's ending at most.
_ENDING = 5


def _file_name(record: str) -> str:
    return f"person-{_plain_name(record)}"


def _plain_name(text: str) -> str:
    """An id as a file name: no separators, no leading dot; ids that need changing are told apart by their hash."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)
    return kept if kept == text else f"{kept}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _readme(assessment: Assessment, protocol: str, asked: Asked, names: list[str], papers: Papers | None) -> str:
    known = assessment.protocols.get(protocol)
    title = ", ".join(part for part in (known.number, known.title) if part) if known else ""
    code = assessment.protocol_label(protocol)
    titled = phrase("pack.heading_titled", protocol=code, title=one_line(title))
    lines = [
        titled if title else phrase("pack.heading", protocol=code),
        phrase("pack.as_of", day=joined(", ", [show(day) for day in asked.days])),
        *_period_words(asked),
        source_words(assessment.rules.version, assessment.read_at, assessment.snapshot),
        not_tracked_words(assessment.rules.not_tracked()),
        *notes(),
        "",
        *(phrase(f"pack.{name}") for name in ("people", "delegations", "matrix", "evidence", "proofs", "sums")),
        *_papers_words(papers),
        "",
        *(f"  {name}" for name in names),
    ]
    return page(lines)


def _period_words(asked: Asked) -> list[str]:
    """Whom it holds, and of which records."""
    words: list[str] = [
        phrase("pack.period", days=show_run(asked.first, asked.last)) if asked.first or asked.last else phrase("pack.ever")
    ]
    if asked.known_on:
        words.append(phrase("pack.known_on", day=show(asked.known_on)))
    return words


def _papers_words(papers: Papers | None) -> list[str]:
    """The certificates there are, and each that could not be had."""
    if papers is None:
        return []
    return [phrase("pack.certificates", count=len(papers.found)), *papers.troubles]


# delegation table -----------------------------------------------------------------------------------------------------


def delegation_table(assessment: Assessment, protocol: str, asked: Asked) -> str:
    """Every delegation of a protocol as recorded that may cover a day of the period, oldest first within a person."""
    header = ("person", "name", "tasks", "from", "to", "approved by", "approved on", "evidence")
    given = [d for d in assessment.delegations if d.protocol == protocol and span(d.first, d.last).possible & asked.period]
    ordered = sorted(given, key=lambda d: (assessment.person_label(d.person), d.person, _day(d.first), d.evidence))
    rows = [
        (
            d.person,
            assessment.person_label(d.person),
            ", ".join(task_words(task) for task in d.tasks),
            _day(d.first),
            "open" if d.last is None else _day(d.last),
            d.approved_by or "not approved",
            _day(d.approved_on),
            d.evidence,
        )
        for d in ordered
    ]
    return csv_text(header, rows)


def _day(day: Reading) -> str:
    if isinstance(day, date):
        return day.isoformat()
    return "" if day is None else "cannot be read"


# training matrix ------------------------------------------------------------------------------------------------------


def training_matrix(assessment: Assessment, rows: Iterable[Readiness], on: date) -> str:
    """One line a person of the protocol, one column a requirement: status, last day (of what is met the last day covered) and
    deciding row; before them the verdict."""
    rows = list(rows)
    asked = {clause.finding.requirement.id: clause.finding.requirement for row in rows for clause in row.clauses}
    ordered = [asked[id_] for id_ in dict.fromkeys(r.id for r in assessment.rules.requirements) if id_ in asked]
    titles = {requirement.id: requirement.title for requirement in ordered if kinds.of(requirement).in_matrix}
    body = [
        (
            row.person,
            assessment.person_label(row.person),
            cleared_on(row, on).value,
            *(_cell(assessment, row, identity, on) for identity in titles),
        )
        for row in sorted(rows, key=lambda r: (assessment.person_label(r.person), r.person))
    ]
    return csv_text(("person", "name", f"verdict on {on.isoformat()}", *titles.values()), body)


def _cell(assessment: Assessment, row: Readiness, identity: str, on: date) -> str:
    """The version of the requirement that is asked on the day; "not asked" when none is."""
    found = [clause_on(c, on, assessment) for c in row.clauses if c.finding.requirement.id == identity]
    asked = [clause for clause in found if clause.status.value != "not_due"]
    return "; ".join(map(_cell_words, asked)) or "not asked"


def _cell_words(clause: ClauseOn) -> str:
    until = f" until {clause.run[1].isoformat()}" if clause.run[1] else ""
    return f"{clause.status.value}{until}" + (f" [{clause.decided_by}]" if clause.decided_by else "")


# evidence index -------------------------------------------------------------------------------------------------------


def evidence_index(assessment: Assessment, protocol: str, found: Sequence[Member], papers: Papers | None = None) -> str:
    """Every row that bears on the verdicts of these people, once, with what it says, the SHA-256 of its canonical text, and its
    certificate in the folder."""
    rows = evidence_rows(assessment, protocol, found)
    body = [
        (
            evidence,
            kind,
            person,
            assessment.person_label(person) if person else "",
            text,
            hashlib.sha256(text.encode()).hexdigest(),
            papers.name_of(evidence) if papers and kind == "completion" else "",
        )
        for evidence, (kind, person, text) in sorted(rows.items())
    ]
    return csv_text(("evidence", "kind", "person", "name", "canonical text", "sha256", "file"), body)


def evidence_rows(assessment: Assessment, protocol: str, found: Sequence[Member]) -> Mapping[str, tuple[str, str, str]]:
    """Evidence id -> kind of row, record id of its person ("" for a protocol's) and canonical text."""
    rows: dict[str, tuple[str, str, str]] = {}
    people = {member.row.person for member in found}
    mine = [row for row in assessment.readiness if row.protocol == protocol and row.person in people]
    clauses = [clause for row in mine for clause in row.clauses]
    for finding in {id(c.finding): c.finding for c in clauses}.values():
        for noun in _nouns(finding):
            evidence = getattr(noun, "evidence", "")
            if evidence:
                rows[evidence] = (type(noun).__name__.lower(), getattr(noun, "person", ""), canonical(noun))
    for approval in assessment.approvals:
        if approval.protocol == protocol:
            rows[approval.evidence] = ("approval", "", canonical(approval))
    return rows


def _nouns(finding: Finding) -> Iterable[object]:
    """The rows a finding looked at. Of completions only those that counted or might have, which are its grounds."""
    evidence, grounds = finding.obligation.evidence, {ground.evidence for ground in finding.grounds}
    for one in fields(Evidence):
        rows = getattr(evidence, one.name)
        if not isinstance(rows, tuple):
            continue
        for row in rows:
            noun = row[0] if isinstance(row, tuple) else row
            if is_dataclass(noun) and (one.name != "completions" or getattr(noun, "evidence", "") in grounds):
                yield noun


def canonical(noun: object) -> str:
    """A row as one line of JSON with sorted keys, dates in ISO, no spaces: the same row always gives the same text. A field
    that a later version added is left out where it holds its default."""
    if not is_dataclass(noun) or isinstance(noun, type):
        raise TypeError(f"{noun!r} is not a row")
    told = asdict(noun)
    kept = {
        field.name: told[field.name] for field in fields(noun) if field.default is MISSING or told[field.name] != field.default
    }
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str | list[str]:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no canonical text")

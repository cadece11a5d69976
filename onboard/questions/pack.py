"""The inspection folder of one protocol.

Delegation table, training matrix as of a day, evidence index with hashes. It mirrors records and signs nothing. The caller
writes the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import date
from enum import Enum

from onboard.dates import show
from onboard.judging import kinds
from onboard.judging.readiness import cleared_on
from onboard.model import (
    Assessment,
    Cleared,
    Evidence,
    Finding,
    Readiness,
    Reading,
)
from onboard.model.phrases import NO_WORDS, phrase, say_again
from onboard.questions.clauses import ClauseOn, clause_on
from onboard.questions.proof import prove
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


def pack(
    assessment: Assessment,
    protocol: str,
    on: date,
    decisions: Sequence[str] = (),
    own: Mapping[str, str] = NO_WORDS,
) -> dict[str, bytes]:
    """Relative file name -> content (UTF-8), for a protocol's record id as of a day. `SHA256SUMS` covers all the others.
    `decisions`: changes of the rules accepted for days already judged, printed on every proof. `own`: the lab's own
    sentences by name."""
    rows = [row for row in assessment.readiness if row.protocol == protocol and row.task is None]
    files = {
        "delegation-table.csv": delegation_table(assessment, protocol),
        "training-matrix.csv": training_matrix(assessment, rows, on),
        "evidence-index.csv": evidence_index(assessment, protocol),
    }
    for row in rows:
        if cleared_on(row, on) is not Cleared.NOT_DUE:
            proof = prove(assessment, row.person, protocol, None, on, decisions)
            files[f"proofs/{_file_name(row.person)}.txt"] = say_again(proof_text(proof), own)
    files = {"README.txt": say_again(_readme(assessment, protocol, on, sorted(files)), own), **files}
    encoded = {name: text.encode() for name, text in files.items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(encoded.items()))
    return {**encoded, "SHA256SUMS": sums.encode()}


def _file_name(record: str) -> str:
    """A record id as a file name: no separators, no leading dot; ids that need changing are told apart by their hash."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in record)
    return f"person-{kept}" if kept == record else f"person-{kept}-{hashlib.sha256(record.encode()).hexdigest()[:8]}"


def _readme(assessment: Assessment, protocol: str, on: date, names: list[str]) -> str:
    known = assessment.protocols.get(protocol)
    title = ", ".join(part for part in (known.number, known.title) if part) if known else ""
    code = assessment.protocol_label(protocol)
    titled = phrase("pack.heading_titled", protocol=code, title=one_line(title))
    lines = [
        titled if title else phrase("pack.heading", protocol=code),
        phrase("pack.as_of", day=show(on)),
        source_words(assessment.rules.version, assessment.read_at, assessment.snapshot),
        not_tracked_words(assessment.rules.not_tracked()),
        *notes(),
        "",
        *(phrase(f"pack.{name}") for name in ("delegations", "matrix", "evidence", "proofs", "sums")),
        "",
        *(f"  {name}" for name in names),
    ]
    return page(lines)


# delegation table -----------------------------------------------------------------------------------------------------


def delegation_table(assessment: Assessment, protocol: str) -> str:
    """Every delegation of a protocol as recorded, oldest first within a person."""
    header = ("person", "name", "tasks", "from", "to", "approved by", "approved on", "evidence")
    given = [d for d in assessment.delegations if d.protocol == protocol]
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
    titles: dict[str, str] = {}
    for row in rows:
        for clause in row.clauses:
            if kinds.of(clause.finding.requirement).in_matrix:
                titles.setdefault(clause.finding.requirement.id, clause.finding.requirement.title)
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


def evidence_index(assessment: Assessment, protocol: str) -> str:
    """Every row that bears on the protocol's verdicts, once, with what it says and the SHA-256 of its canonical text."""
    rows = evidence_rows(assessment, protocol)
    body = [
        (
            evidence,
            kind,
            person,
            assessment.person_label(person) if person else "",
            text,
            hashlib.sha256(text.encode()).hexdigest(),
        )
        for evidence, (kind, person, text) in sorted(rows.items())
    ]
    return csv_text(("evidence", "kind", "person", "name", "canonical text", "sha256"), body)


def evidence_rows(assessment: Assessment, protocol: str) -> Mapping[str, tuple[str, str, str]]:
    """Evidence id -> kind of row, record id of its person ("" for a protocol's) and canonical text."""
    found: dict[str, tuple[str, str, str]] = {}
    clauses = [clause for row in assessment.readiness if row.protocol == protocol for clause in row.clauses]
    for finding in {id(c.finding): c.finding for c in clauses}.values():
        for noun in _nouns(finding):
            evidence = getattr(noun, "evidence", "")
            if evidence:
                found[evidence] = (type(noun).__name__.lower(), getattr(noun, "person", ""), canonical(noun))
    for approval in assessment.approvals:
        if approval.protocol == protocol:
            found[approval.evidence] = ("approval", "", canonical(approval))
    return found


def _nouns(finding: Finding) -> Iterable[object]:
    """The rows a finding looked at. Of completions only those that counted or might have, which are its grounds."""
    evidence, grounds = finding.obligation.evidence, {ground.evidence for ground in finding.grounds}
    for field in fields(Evidence):
        rows = getattr(evidence, field.name)
        if not isinstance(rows, tuple):
            continue
        for row in rows:
            noun = row[0] if isinstance(row, tuple) else row
            if is_dataclass(noun) and (field.name != "completions" or getattr(noun, "evidence", "") in grounds):
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


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{value!r} has no canonical text")

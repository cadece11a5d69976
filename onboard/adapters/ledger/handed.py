"""What files say that people handed in, in the ledger: one row a row of evidence, the newest one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from onboard.adapters.ledger.schema import handed_file
from onboard.model import HandedPaper
from onboard.model.evidence_id import EvidenceId

_DAYS = ("earned", "expires")


def all_papers(connection: Connection, lab: str) -> Mapping[str, HandedPaper]:
    """By evidence id."""
    rows = connection.execute(select(handed_file).where(handed_file.c.lab == lab))
    return {row.evidence: _paper(row) for row in rows}


def keep(connection: Connection, lab: str, papers: Sequence[HandedPaper]) -> None:
    """Put each in the place of what was read of its row before."""
    for one in papers:
        connection.execute(delete(handed_file).where(handed_file.c.lab == lab, handed_file.c.evidence == one.evidence))
        says = {name: value for name, value in asdict(one).items() if name not in ("evidence", "name", "digest")}
        at = EvidenceId.parse(one.evidence)
        row = {"lab": lab, "evidence": one.evidence, "record": at.record, "instance": at.instance or 1}
        said = json.dumps(says, ensure_ascii=False, sort_keys=True, default=str)
        connection.execute(insert(handed_file).values(**row, name=one.name, digest=one.digest, says=said))


def _paper(row: Any) -> HandedPaper:
    says = json.loads(row.says)
    days = {name: date.fromisoformat(says[name]) if says[name] else None for name in _DAYS}
    return HandedPaper(evidence=row.evidence, name=row.name, digest=row.digest, **{**says, **days})

"""Rows of approvals.csv that name no protocol of the lab, and what they may mean.

A file names protocols by text. A suspension under a mistyped name would be lost, and the protocol it is about stay cleared: so
until it is corrected, each protocol that the name may mean has the row, marked as not placed. An approval under such a name may
be the approval of each of them; what it says of facts counts for none.
"""

from __future__ import annotations

from collections.abc import Sequence

from onboard.model import ApprovalKind
from onboard.tables.cells import CellProblem, quoted
from onboard.tables.finishing import Lab
from onboard.tables.people import Columns
from onboard.tables.references import written_out
from onboard.tables.sheet import Sheet

#: What a row makes doubtful. One of a kind that cannot be read may be an approval as well.
_MAY_BE = {
    ApprovalKind.INITIAL: "approved",
    ApprovalKind.RENEWAL: "approved",
    ApprovalKind.DETERMINATION: "approved",
    ApprovalKind.SUSPENSION: "suspended",
    ApprovalKind.CLOSURE: "closed",
    ApprovalKind.UNKNOWN: "closed",
    ApprovalKind.AMENDMENT: "amended",
}
_FACTS = ("study_type", "funding", "phi")


def may_stop(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """The rows of `sheet`, none of which names a protocol, once for each that it may mean; all of them are told as problems."""
    found: Columns = {name: [] for name in columns}
    for number, kind in enumerate(columns["kind"]):
        meant = lab.protocols.may_mean(sheet.records[number])
        lab.problems.row(sheet.row(number), _problem(lab, sheet.records[number], kind, meant))
        row = {name: column[number] for name, column in columns.items()}
        if _MAY_BE[kind] == "approved":
            row |= dict.fromkeys(_FACTS)
        for record in meant:
            for name, cell in (row | {"protocol": record}).items():
                found[name].append(cell)
    return found


def _problem(lab: Lab, text: str, kind: ApprovalKind, meant: Sequence[str]) -> CellProblem:
    """What is unknown meanwhile, and the nearest name."""
    labels = [lab.protocols.label(record) for record in meant]
    what = f"This row names the protocol {quoted(text)}, which is not a protocol's number or short code. "
    if labels:
        what += f"Until it is corrected, {written_out(labels)} may be {_MAY_BE[kind]}, which counts as unknown."
    else:
        what += "It counts for nothing."
    step = f"Did you mean {labels[0]}?" if labels else "Add the protocol."
    return CellProblem(slug="unknown-protocol", what=what, next_step=f"{step} Correct the protocol in this row of approvals.csv.")

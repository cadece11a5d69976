"""A protocol that does not exist yet, for `onboard whatif --protocol FILE`.

A small TOML file; questions/whatif.py finds who would lack clearance for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from onboard.config.files import read_toml
from onboard.config.mistakes import Block, validated
from onboard.errors import ConfigError
from onboard.model import Approval, ApprovalKind, Funding, PersonnelMode, Phi, Protocol, StudyType, Task

#: No record of a lab has this id.
RECORD = "whatif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A protocol to come, its approval, and who would work on it from which day."""

    protocol: Protocol
    approval: Approval
    people: tuple[str, ...]  # as written: record ids, names or addresses
    tasks: tuple[Task, ...]
    first: date  # first day of work


class ProposalFile(Block):
    """The keys of the file. Facts that are left out are unknown, and so are the verdicts."""

    number: Annotated[str, Field(min_length=1)]
    code: str = ""
    title: str = ""
    study_type: StudyType | None = None
    funding: Funding | None = None
    phi: Phi | None = None
    approval_from: date
    approval_to: date | None = None  # none: open
    work_from: date | None = None  # the approval's first day when left out
    people: Annotated[tuple[str, ...], Field(min_length=1)]
    tasks: tuple[Task, ...] = ()
    personnel_mode: PersonnelMode = PersonnelMode.BLANK


def read_proposal(path: Path, first: date | None) -> Proposal:
    """The proposal of a file; work begins on `first` where it is given. Raises ConfigError that lists every mistake."""
    mistakes: list[str] = []
    document = read_toml(path, mistakes)
    written = validated(ProposalFile, document, path.name, mistakes) if document is not None else None
    if written is None:
        raise ConfigError(f"{path} cannot be used:\n" + "\n".join(f"  {mistake}" for mistake in mistakes))
    return Proposal(
        protocol=_protocol(written),
        approval=_approval(written),
        people=written.people,
        tasks=written.tasks,
        first=first or written.work_from or written.approval_from,
    )


def _protocol(written: ProposalFile) -> Protocol:
    return Protocol(
        record=RECORD,
        number=written.number,
        code=written.code,
        title=written.title,
        pi="",
        digest_to=(),
        irb="",
        mode=written.personnel_mode,
    )


def _approval(written: ProposalFile) -> Approval:
    return Approval(
        evidence=f"whatif/{RECORD}/1",
        protocol=RECORD,
        kind=ApprovalKind.INITIAL,
        first=written.approval_from,
        last=written.approval_to,
        open_ended=written.approval_to is None,
        study_type=written.study_type,
        funding=written.funding,
        phi=written.phi,
    )

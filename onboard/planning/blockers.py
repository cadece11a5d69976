"""What certainly blocks a person today from work they have today.

Comes out: causes with their protocols and tasks. Unknown never counts as blocked. Who is told of a block is decided by
reminders/, digests/ and worklist/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onboard.judging import kinds
from onboard.judging.readiness import cleared_on
from onboard.model import Cleared, Finding, Per, Readiness, Requirement, Task
from onboard.model.phrases import Phrase, phrase
from onboard.planning.deadlines import Edge, edges
from onboard.planning.lab_day import Desk
from onboard.planning.people import codes
from onboard.timeline import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A finding that certainly keeps a person from work they have today, and on which protocols and tasks."""

    finding: Finding
    edge: Edge | None
    protocols: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def of(self) -> tuple[str, str]:
        """Requirement id and scope: what it has in common with an edge."""
        return self.finding.requirement.id, str(self.finding.scope)


def blocks(desk: Desk, person: str, only: Iterable[str] | None = None) -> list[Block]:
    """Return what certainly blocks a person today on protocols they certainly have.

    `only`: these protocols, where given. Unknown never counts as blocked, and a claim not yet checked leaves it unknown. A day of
    absence is left out, and so is everything on a closed protocol. In the order of `edges`.
    """
    wanted = None if only is None else set(only)
    found: dict[tuple[str, str], list[tuple[Finding, Readiness]]] = {}
    for row in desk.rows(person):
        if row.protocol and (wanted is None or row.protocol in wanted) and _stopped(desk, row):
            for clause in row.clauses:
                if clause.holds.at(desk.today) is Answer.NO and not clause.finding.obligation.evidence.absences:
                    key = (clause.finding.requirement.id, str(clause.finding.scope))
                    found.setdefault(key, []).append((clause.finding, row))
    near = {edge.of: edge for edge in edges(desk.findings(person), desk.today) if edge.gap == desk.today}
    made = [_block(rows, near.get(key)) for key, rows in found.items()]
    return sorted(made, key=lambda b: (b.edge.deadline if b.edge else desk.today, b.of))


def study_wide(requirement: Requirement) -> bool:
    """Whether what fails stops everybody on the study: a hold, a suspension, an approval that ended."""
    kind = kinds.of(requirement)
    return requirement.per is Per.PROTOCOL and (kind.stops or kind.approves)


def _stopped(desk: Desk, row: Readiness) -> bool:
    return cleared_on(row, desk.today) is Cleared.BLOCKED and desk.working(row)


def _block(rows: list[tuple[Finding, Readiness]], edge: Edge | None) -> Block:
    """A task is named only where the protocol as a whole does not ask for the finding."""
    whole = {row.protocol for _, row in rows if row.task is None}
    tasks = {row.task for _, row in rows if row.task and row.protocol not in whole}
    return Block(
        finding=rows[0][0],
        edge=edge,
        protocols=tuple(dict.fromkeys(row.protocol for _, row in rows)),
        tasks=tuple(sorted(tasks)),
    )


def task_words(tasks: Iterable[Task]) -> str:
    """``consent, data entry``."""
    return ", ".join(task.label for task in tasks)


def stop_words(desk: Desk, block: Block) -> Phrase:
    """What must not be done meanwhile, to readers other than the person."""
    on = codes(desk, block.protocols)
    if block.tasks:
        on = phrase("lines.with_tasks", protocols=on, tasks=task_words(block.tasks))
    return phrase("lines.stop_until_settled", protocols=on)


def together(found: Iterable[Block]) -> list[list[Block]]:
    """Causes that stop the same work of a person, side by side."""
    groups: dict[tuple[object, ...], list[Block]] = {}
    for block in found:
        groups.setdefault((block.protocols, block.tasks), []).append(block)
    return list(groups.values())

"""What a kind of requirement brings with it, one place for all: whose act it is."""

from __future__ import annotations

from onboard.model import (
    Requirement,
    RequirementKind,
)

_ACTS = {
    RequirementKind.LISTING: "coordinator",
    RequirementKind.FACT: "coordinator",
    RequirementKind.APPOINTMENT: "coordinator",
    RequirementKind.APPROVAL: "pi",
    RequirementKind.DELEGATION: "pi",
    RequirementKind.HOLD: "pi",
    RequirementKind.TASK: "pi",
}


def actor(requirement: Requirement) -> str:
    """Who acts next: you (the person), coordinator or pi."""
    return requirement.ask or _ACTS.get(requirement.kind, "you")

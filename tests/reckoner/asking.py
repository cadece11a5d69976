"""How the tests ask the reckoner about Ada: met, the word for a finding, the word for her row on p1."""

from __future__ import annotations

from typing import Any

from reckon import Reckoner
from rows import (
    day,
)

from onboard.model.choices import StudyType, Task

TRIAL = {"study_types": frozenset({StudyType.NIH_TRIAL})}


def met(lab: Reckoner, on: str, number: int = 0, scope: tuple[str, Any] = ("", None)) -> str:
    answer: str = lab.met(number, "ada", *scope, day(on))
    return answer


def status(lab: Reckoner, on: str, number: int = 0, scope: tuple[str, Any] = ("", None)) -> str:
    return lab.finding_status(number, "ada", *scope, day(on))


def row(lab: Reckoner, on: str, task: Task | None = None) -> str:
    return lab.row_status("ada", "p1", task, day(on))

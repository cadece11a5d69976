"""Everything random about one lab, drawn from its seed alone. Dates come from a small pool, so that edges collide."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from onboard.model.choices import UNREADABLE, AppointmentKind, Funding, Phi, Role, StudyType, Task

PEOPLE = ("ada", "ben", "cleo")
TASKS = (Task.CONSENT, Task.DATA_ENTRY)
ROLES = (Role.PI, Role.COORDINATOR, Role.RESEARCH_ASSISTANT)
KINDS = (AppointmentKind.EMPLOYEE, AppointmentKind.VOLUNTEER, AppointmentKind.EXTERNAL)
TYPES = (StudyType.NIH_TRIAL, StudyType.CHART_REVIEW)
FUNDINGS = (Funding.NIH, Funding.INTERNAL)
PHIS = (Phi.YES, Phi.NO)
EDGES = (
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 1, 31), date(2024, 6, 30), date(2024, 7, 1),
    date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 28), date(2024, 8, 31), date(2024, 10, 1), date(2024, 12, 15),
)  # fmt: skip
#: (curriculum, group) as they arrive: exact, folded the same, a look-alike, unknown.
NAMES = (
    ("Human Research", "Biomedical Research – Basic/Refresher"),
    ("HUMAN RESEARCH", "biomedical research - basic / refresher"),
    ("Human Research", "Biomedical Research ¿ Basic/Refresher"),
    ("", "GCP – Social and Behavioral"),
    ("any", "GCP ¿ SOCIAL AND BEHAVIORAL"),
    ("any", "“GCP FDA Refresher”"),
    ("information privacy", ""),
    ("Information-Privacy", "whatever"),
    ("Human Research", "Biomedical Responsible Conduct of Research"),
    ("Human Research", "Biomedical Research Basic"),
    ("Human Research", "Biomedical Research - Basic Refresher"),
    ("Human Research", "Old course"),
    ("Other", "Something else"),
    ("GCP FDA Refresher", "Same as Curriculum Group"),
    ("GCP – FDA Refresher", "n/a"),
    ("GCP FDA Refresher", ""),
    ("", "Clinical privacy, a study course"),
    ("Social research", "Biomedicals: the refresher"),
    ("", ""),
)


#: Names of the shipped course map and near them.
SHIPPED_NAMES = (
    ("Human Research", "Biomedical Research Investigators"),
    ("Good Clinical Practice", "GCP FDA Refresher"),
    ("", "GCP – Social and Behavioral Research Best Practices"),
    ("Northlake Learning", "HIPAA for Research"),
    ("", "Data or Specimens Only Research"),
    ("Conflicts of Interest", "Conflicts of Interest"),
    ("", "Privacy of patients, a course of the hospital"),
)


def as_read(first: Any, last: Any) -> tuple[Any, Any]:
    """What the reading of tables hands on: an end before its start leaves both dates unreadable (9)."""
    if isinstance(first, date) and isinstance(last, date) and last < first:
        return UNREADABLE, UNREADABLE
    return first, last


class Dice:
    """Everything random about one lab, from its seed alone."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.noise = self.random.choice((0.0, 0.0, 0.02, 0.1))
        self.stops, self.returners, self.undated = (self.random.random() < part for part in (0.5, 0.5, 0.3))
        self.pool = sorted(self.random.sample(EDGES, 6) + [self.any_day() for _ in range(4)])
        self.count = 0
        self.slips = random.Random(f"slips of {seed}")  # a stream of its own: a lab without slips stays what it was
        self.slip_part = self.slips.choice((0.0, 0.0, 0.15, 0.5))

    def any_day(self) -> date:
        return date(2024, 1, 1) + timedelta(days=self.random.randrange(500))

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def one(self, choices: Any) -> Any:
        return self.random.choice(choices)

    def day(self) -> date:
        day: date = self.one(self.pool)
        return day + timedelta(days=self.one((-1, 0, 0, 0, 0, 1)))

    def cell(self, blank: float = 0.0) -> Any:
        """A date cell, sometimes blank, sometimes unreadable."""
        if self.chance(self.noise):
            return UNREADABLE
        return None if self.chance(blank) else self.day()

    def early(self, blank: float = 0.0) -> Any:
        """A date cell in the first third of the lab's life, mostly."""
        if self.chance(0.6) and not self.chance(self.noise):
            return self.one(self.pool[:3])
        return self.cell(blank)

    def span(self, blank_last: float = 0.4, blank_first: float = 0.0) -> dict[str, Any]:
        """first and last, mostly in order."""
        first, last = self.early(blank_first or self.noise), self.cell(blank_last)
        if isinstance(first, date) and isinstance(last, date) and last < first and self.chance(1 - self.noise):
            first, last = last, first
        first, last = as_read(first, last)
        return {"first": first, "last": last}

    def slip(self) -> bool:
        """Whether a name is mistyped here: never in half of the labs."""
        return self.slips.random() < self.slip_part

    def known(self, choices: Any, otherwise: Any = None) -> Any:
        """A value, sometimes not understood."""
        return otherwise if self.chance(self.noise) else self.one(choices)

    def evidence(self, name: str) -> str:
        self.count += 1
        return f"{name}/r{self.count}/1"

    def some_of(self, choices: Any, part: float) -> frozenset[Any]:
        return frozenset(choice for choice in choices if self.chance(part)) if self.chance(part) else frozenset()

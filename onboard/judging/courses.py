"""What a completed course counts as.

The lab's course map decides, by curriculum, group and stage; titles are never compared for likeness, since CITI's titles are
each institution's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from onboard.folding import fold
from onboard.model import Completion, Course


class CourseMap:
    """The course map, folded once."""

    def __init__(self, courses: Sequence[Course]) -> None:
        self._courses = [
            (
                course.training,
                frozenset(map(fold, course.curriculum)),
                frozenset(map(fold, course.group)),
                frozenset(course.stages),
            )
            for course in courses
        ]

    def training_of(self, completion: Completion) -> str | None:
        """The training a completion counts as; "" when it is mapped to nothing; None when it is unmapped.

        The first line of the map that fits decides. A stage that cannot be read is unmapped, unless every line its names fit
        says the same thing whatever the stage.
        """
        curriculum, group = fold(completion.curriculum), fold(completion.group)
        for training, curricula, groups, stages in self._courses:
            if curricula and curriculum not in curricula:
                continue
            if groups and group not in groups:
                continue
            if training and completion.stage is None:
                return None
            if stages and completion.stage not in stages:
                continue
            return training
        return None

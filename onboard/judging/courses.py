"""What a completed course counts as.

The lab's course map decides, by curriculum, group and stage; titles are never compared for likeness, since CITI's titles are
each institution's own. A group that is blank, or printed as "Same as Curriculum Group", names no course: then the course is what
was typed as its name, else the curriculum.
"""

from __future__ import annotations

from collections.abc import Sequence

from onboard.folding import fold
from onboard.model import Completion, Course

#: What stands in the place of a name, by its letters and digits.
_NO_NAME = frozenset({"", "na", "nil", "null", "none", "notapplicable", "notspecified", "unspecified", "unknown", "tbd", "0"})
_PLACEHOLDER = "sameas"  # Same as Curriculum Group


def is_no_name(text: str) -> bool:
    """Whether a printed course or group is a placeholder, which names nothing."""
    letters = "".join(letter for letter in fold(text) if letter.isalnum())
    return letters in _NO_NAME or letters.startswith(_PLACEHOLDER)


def named_course(*names: str) -> str:
    """The first of several printed names that is one; "" when all are placeholders."""
    return next((name for name in names if not is_no_name(name)), "")


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
        curriculum = fold(completion.curriculum)
        group = fold(named_course(completion.group, completion.course, completion.curriculum))
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

"""What a completed course counts as.

The lab's course map decides, by curriculum, group and stage; titles are never compared for likeness, since CITI's titles are
each institution's own. A group that is blank, or printed as "Same as Curriculum Group", names no course: then the course is what
was typed as its name, else the curriculum.
A course the map does not place may be what its words say, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from onboard.folding import fold
from onboard.model import Completion, Counts, Course, Unmapped
from onboard.model.mapping import NO_TRAINING
from onboard.model.phrases import Phrase, phrase


def _plain(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that stand in the names of courses of every kind, in languages that meet in a lab: they tell no course from another.
_TELL_NOTHING = _plain(
    "a an and as at basic by course courses for from group groups in introduction investigator investigators learner "
    "level member members module modules new no of on online only or our part practice practices program refresher "
    "refreshers required research researcher researchers series stage staff student students study studies the to "
    "training version with citi curso cursos basico investigacion investigadores para de del la el los las en y formacion "
    "cours base recherche pour du des le les et formation kurs grundkurs forschung für der die das und schulung pesquisa "
    "formação e da do"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


@lru_cache(maxsize=4096)
def telling_words(name: str) -> frozenset[str]:
    """The words of a course's name that tell it from others, without case; one and several are the same word."""
    words = (_singular(word) for word in _WORD.findall(name.casefold()) if word not in _TELL_NOTHING)
    return frozenset(word for word in words if word not in _TELL_NOTHING)


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 4 else word


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


def map_block(completion: Completion, counts: Unmapped) -> tuple[str, ...]:
    """The lines that put a course into the map, ready to paste into requirements.toml.

    With one training that its words fit, as that; else as nothing, until a person says which. The curriculum stands with a group
    whose name tells it from no other.
    """
    name, curriculum = (
        named_course(completion.group, completion.course, completion.curriculum),
        named_course(completion.curriculum),
    )
    trainings = sorted(counts.trainings)
    said = phrase("doubts.map_some", trainings=", ".join(map(_quoted, trainings))) if len(trainings) > 1 else phrase("doubts.map")
    alone = [] if telling_words(name) or not curriculum else [f"curriculum = [{_quoted(curriculum)}]"]
    return (
        "[[course]]",
        f"training = {_quoted(trainings[0] if len(trainings) == 1 else '')}  # {said}",
        *alone,
        f"group = [{_quoted(name)}]",
    )


def map_step(completion: Completion, counts: Unmapped) -> Phrase:
    """What a coordinator does about a course that is in no block of the map: one line to add, and where."""
    line = f"{_quoted(named_course(completion.group, completion.course, completion.curriculum))},"
    trainings = ", ".join(sorted(counts.trainings))
    if not trainings:
        return phrase("doubts.unknown_step", line=line)
    return phrase("doubts.renamed_step" if len(counts.trainings) == 1 else "doubts.unplaced_step", line=line, trainings=trainings)


def _quoted(name: str) -> str:
    """A name as TOML writes it."""
    plain = " ".join(name.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


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
        self._words: dict[str, frozenset[str]] = {}
        for course in courses:
            if course.training:
                own = _words_of((course.training.replace("_", " "), *course.curriculum, *course.group))
                self._words[course.training] = self._words.get(course.training, frozenset()) | own

    def training_of(self, completion: Completion) -> str | None:
        """The training a completion counts as; "" when it is mapped to nothing; None when it is unmapped.

        The first line of the map that fits decides. A stage that is blank or cannot be read is unmapped, unless every line its
        names fit says the same thing whatever the stage; so is a curriculum or group that cannot be read.
        What redcap.toml says of the row itself comes first.
        """
        if completion.training:
            return "" if completion.training == NO_TRAINING else completion.training
        if completion.unclear & {"curriculum", "group"}:
            return None
        for training, stages in self._fitting(completion):
            if training and completion.stage is None:
                return None
            if stages and completion.stage not in stages:
                continue
            return training
        return None

    def counts(self, completion: Completion) -> Counts:
        """The training it counts as, or what it may be: by the lines its names fit, else by the words it shares with a training's
        mapped names."""
        training = self.training_of(completion)
        if training is not None:
            return training
        if not completion.unclear & {"curriculum", "group"}:
            fits = self._fitting(completion)
            if fits:
                return Unmapped(trainings=frozenset(training for training, _ in fits if training), named=True)
        words = _words_of((completion.curriculum, completion.group, completion.course))
        return Unmapped(
            trainings=frozenset(training for training, own in self._words.items() if not own.isdisjoint(words)), named=False
        )

    def _fitting(self, completion: Completion) -> list[tuple[str, frozenset[int]]]:
        """Training and stages of each line whose names fit, up to the first that fits at every stage."""
        curriculum = fold(completion.curriculum)
        group = fold(named_course(completion.group, completion.course, completion.curriculum))
        found = []
        for training, curricula, groups, stages in self._courses:
            if (curricula and curriculum not in curricula) or (groups and group not in groups):
                continue
            found.append((training, stages))
            if not stages:
                break
        return found


def _words_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(telling_words, names))

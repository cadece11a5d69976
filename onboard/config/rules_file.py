"""requirements.toml -> Rules.

It checks what fits together: versions, kinds, names that refer to each other.

The canonical text holds every key with its value, defaults filled in, so that layout, comments and order of a list change no
version; `rules_from_text` reads it back, for a proof of what was said under older rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import combinations

from onboard.config.mistakes import blocks, known_tables, nearest, table, validated
from onboard.config.requirements import CourseBlock, JudgingTable, RequirementBlock
from onboard.dates import ValidityKind, parse_validity
from onboard.errors import ConfigError
from onboard.folding import fold
from onboard.judging.kinds import KINDS
from onboard.model import Rules, WhoseDate

FILE = "requirements.toml"
_Placed = tuple[str, RequirementBlock]

#: Keys that mean something for some kinds alone (`Kind.keys`), in the order in which mistakes name them.
_OF_SOME = (
    "accepts", "in_progress_days", "step", "each_stay", "blocks", "validity", "whose_date", "submission_margin_days",
    "only_at_submission",
    "provider", "menu", "choose", "choose_again", "minutes_again",
)  # fmt: skip
#: The next step where the key that a kind needs is left out.
_NEEDED = {
    "accepts": "Name at least one training of the course map at the end of the file.",
    "step": "Write the step's name on the onboarding form.",
}


def load_rules(document: Mapping[str, object], institution: str, mistakes: list[str]) -> tuple[Rules, str] | None:
    """The rules of a document and their canonical text; None, with every reason in `mistakes`, when anything is wrong.

    `institution` is the lab's own, from settings.toml: a course taken for another one is judged by the earlier date.
    """
    before = len(mistakes)
    known_tables(document, ("judging", "requirement", "course"), FILE, mistakes)
    judging = validated(JudgingTable, table(document, "judging", FILE, mistakes), f"{FILE}, [judging]", mistakes)
    written = blocks(document, "requirement", FILE, mistakes)
    mapped = blocks(document, "course", FILE, mistakes)
    parsed = [(where, validated(RequirementBlock, block, where, mistakes)) for where, block in written]
    courses = [(where, validated(CourseBlock, block, where, mistakes)) for where, block in mapped]
    placed = [(where, block) for where, block in parsed if block]
    lines = [(where, course) for where, course in courses if course]
    # Names are taken from all blocks, also from those with a mistake, so that one mistake is said once.
    ids = {str(block.get("id")) for _, block in written}
    trainings = {str(block.get("training")) for _, block in mapped}
    mistakes.extend(_wrong_together(placed, ids, trainings))
    mistakes.extend(_wrong_courses(lines))
    if not written:
        mistakes.append(f"{FILE}: demands nothing, so everybody would be cleared. Write at least one [[requirement]].")
    if len(mistakes) > before or judging is None:
        return None
    return _built(judging, [block for _, block in placed], [course for _, course in lines], institution)


def rules_from_text(text: str) -> Rules:
    """Return the rules with this canonical text.

    Raises ConfigError for a text that this version cannot read.
    """
    mistakes: list[str] = []
    document = json.loads(text)
    found = load_rules(document["rules"], document["institution"], mistakes)
    if found is None:
        raise ConfigError("The stored rules cannot be read by this version:\n" + "\n".join(mistakes))
    return replace(found[0], version=_version(text))


def _built(
    judging: JudgingTable, requirements: Sequence[RequirementBlock], courses: Sequence[CourseBlock], institution: str
) -> tuple[Rules, str]:
    text = _canonical(judging, requirements, courses, institution)
    rules = Rules(
        requirements=tuple(block.requirement() for block in requirements),
        courses=tuple(course.course() for course in courses),
        institution=institution,
        version=_version(text),
        **judging.model_dump(),
    )
    return rules, text


def _canonical(
    judging: JudgingTable, requirements: Sequence[RequirementBlock], courses: Sequence[CourseBlock], institution: str
) -> str:
    document = {
        "institution": institution,
        "rules": {
            "judging": _older(judging.model_dump(mode="json")),
            "requirement": [_older(block.model_dump(mode="json")) for block in requirements],
            "course": [course.model_dump(mode="json") for course in courses],
        },
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1)


_WHAT_TO_CHOOSE: Mapping[str, object] = {"provider": "", "menu": "", "choose": "", "choose_again": "", "minutes_again": 0}
#: Keys of a later version: left out where they hold their default, so that the rules of a lab keep their version.
_LATER: Mapping[str, object] = {"same_stay_days": 30, "each_stay": False, "irb_list": "judges", **_WHAT_TO_CHOOSE}


def _older(block: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in block.items() if name not in _LATER or value != _LATER[name]}


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _wrong_together(placed: Sequence[_Placed], ids: set[str], trainings: set[str]) -> Iterator[str]:
    for where, block in placed:
        yield from (f"{where}, {said}" for said in _wrong_alone(block))
        for wanted in block.depends_on:
            if wanted == block.id or wanted not in ids:
                yield f"{where}, depends_on: {wanted!r} is not another requirement. {nearest(wanted, ids - {block.id})}"
        for wanted in block.accepts:
            if wanted not in trainings:
                yield f"{where}, accepts: no [[course]] block maps to {wanted!r}. {nearest(wanted, trainings - {''})}"
    yield from _overlaps(placed)
    yield from _circles(placed)


def _wrong_alone(block: RequirementBlock) -> Iterator[str]:
    kind = KINDS[block.kind]
    if block.per not in kind.per:
        allowed = " or ".join(sorted(kind.per))
        yield f"per: {block.per.value!r} is not possible for kind {block.kind.value!r}. Write {allowed!r}."
    for key in _OF_SOME:
        if key not in kind.keys and getattr(block, key) != RequirementBlock.model_fields[key].default:
            yield f"{key}: means nothing for kind {block.kind.value!r}. Take it out, or change the kind."
    if kind.needs and not getattr(block, kind.needs):
        yield f"{kind.needs}: is missing. {_NEEDED[kind.needs]}"
    if parse_validity(block.validity).kind is ValidityKind.AS_ISSUED and block.whose_date is WhoseDate.POLICY:
        yield "whose_date: 'policy' ignores the printed date, but validity 'as_issued' has no other. Write 'issued'."
    if block.in_force_from and block.in_force_to and block.in_force_to < block.in_force_from:
        yield f"in_force_to: {block.in_force_to} lies before in_force_from. Swap them or take the block out."


def _overlaps(placed: Sequence[_Placed]) -> Iterator[str]:
    for (_, first), (where, second) in combinations(placed, 2):
        if first.id != second.id:
            continue
        low = max(first.in_force_from or date.min, second.in_force_from or date.min)
        high = min(first.in_force_to or date.max, second.in_force_to or date.max)
        if low <= high:
            when = "every day" if low == date.min else low
            yield (
                f"{where}, in_force_from: two versions of {second.id!r} are in force on {when}. End the older one with "
                "in_force_to, the day before the newer begins; or give one of them another id."
            )


def _circles(placed: Sequence[_Placed]) -> Iterator[str]:
    graph: dict[str, set[str]] = {}
    for _, block in placed:
        graph.setdefault(block.id, set()).update(set(block.depends_on) - {block.id})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"{FILE}, depends_on: {' needs '.join(reversed(error.args[1]))}: a circle. Take one of them out."


def _wrong_courses(lines: Sequence[tuple[str, CourseBlock]]) -> Iterator[str]:
    for where, course in lines:
        if not any(fold(name) for name in (*course.curriculum, *course.group)):
            yield f"{where}: names neither curriculum nor group, so it would fit every course. Write one."
    for (_, first), (where, second) in combinations(lines, 2):
        both = {fold(name) for name in first.group} & {fold(name) for name in second.group}
        if both and first.training != second.training and _meet(first, second):
            name = next(name for name in second.group if fold(name) in both)
            yield f"{where}, group: {name!r} is mapped to {first.training or 'nothing'!r} above. Take one of the two out."


def _meet(first: CourseBlock, second: CourseBlock) -> bool:
    """Whether one completion could fit both lines, the group being the same."""
    mine, theirs = {fold(name) for name in first.curriculum}, {fold(name) for name in second.curriculum}
    stages = not first.stages or not second.stages or set(first.stages) & set(second.stages)
    return bool(stages) and (not mine or not theirs or bool(mine & theirs))

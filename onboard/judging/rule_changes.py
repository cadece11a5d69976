"""What an edit of the rules changes, and on which days.

It decides which edits reach days already judged; questions/whatif.py finds who is affected.

A requirement is a list of versions with disjoint ranges, so two texts are compared day by day: what was demanded then, what is
demanded now. What only words or mails read (title, tiers, links) changes no verdict and is never refused. An unmapped course
may be mapped at any time, as evidence may be accepted at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum

from onboard.dates import plus_days, show, show_run
from onboard.judging import kinds
from onboard.judging.courses import CourseMap
from onboard.model import AcceptedRules, Checked, Completion, Course, Requirement, Rules, Selectors, WhoseDate
from onboard.timeline import ALWAYS, Timeline

#: Keys of a requirement that decide verdicts, beside its selectors and its range.
_JUDGED = ("kind", "per", "accepts", "step", "validity", "whose_date", "in_progress_days", "enforce_lead")
#: Settings of the whole lab that decide verdicts; they have no range of their own.
_SETTINGS = (
    "default_mode", "automatic_for_external", "institution", "strict_delegation", "absences_block", "typed_counts",
    "same_stay_days",
    "irb_list",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One difference between two texts of the rules, and the days on which it bears."""

    requirement: str  # id, "" for a setting or the course map
    words: str  # what was asked, what is asked
    days: Timeline

    def before(self, day: date) -> Timeline:
        """The days strictly before `day` on which it bears."""
        return self.days & Timeline.between(None, plus_days(day, -1))


def rule_changes(old: Rules, new: Rules) -> tuple[RuleChange, ...]:
    """Return every difference that can change a verdict.

    Requirements in the order of the new text, then settings, then courses.
    """
    ids = dict.fromkeys(r.id for r in (*new.requirements, *old.requirements))
    found = [change for identity in ids for change in _of_requirement(identity, old, new)]
    return (*found, *_of_settings(old, new), *_of_courses(old.courses, new.courses))


def reaching_back(changes: Iterable[RuleChange], day: date) -> tuple[RuleChange, ...]:
    """Those that bear on a day before `day`."""
    return tuple(change for change in changes if change.before(day))


def days_words(days: Timeline) -> str:
    """``until 21 Nov 2026``, ``1 Jan 2026 to 3 Mar 2026, since 1 May 2026``."""
    return ", ".join(show_run(first, last, "on every day") for first, last in days.ranges()) or "on no day"


def decision_words(accepted: AcceptedRules, on: date) -> str:
    """What a proof prints of a decision to change the past; `on` is the local day it was taken."""
    why = f" Reason given: {accepted.why.rstrip('.')}." if accepted.why else ""
    return (
        f"On {show(on)} a change of the rules was accepted for days already judged "
        f"(version {accepted.old_version} to {accepted.new_version}): {'; '.join(accepted.what)}.{why}"
    )


# requirements ---------------------------------------------------------------------------------------------------------


def _versions(identity: str, rules: Rules) -> list[tuple[Requirement, Timeline]]:
    """The versions that count in verdicts, with their days."""
    counting = (r for r in rules.tracked() if r.id == identity and not r.only_at_submission)
    return [(r, Timeline.between(r.in_force_from, r.in_force_to)) for r in counting if kinds.blocks(r)]


def _of_requirement(identity: str, old: Rules, new: Rules) -> Iterator[RuleChange]:
    before, after = _versions(identity, old), _versions(identity, new)
    for version, days in after:
        fresh = _without(days, before)
        if fresh:
            yield RuleChange(requirement=identity, words=f"{version.title} ({identity}) is asked and was not", days=fresh)
    for version, days in before:
        gone = _without(days, after)
        if gone:
            yield RuleChange(requirement=identity, words=f"{version.title} ({identity}) was asked and is not", days=gone)
    for was, was_days in before:
        for now, now_days in after:
            words = _differences(was, now)
            if words and was_days & now_days:
                yield RuleChange(requirement=identity, words=f"{now.title} ({identity}): {words}", days=was_days & now_days)


def _without(days: Timeline, others: Sequence[tuple[Requirement, Timeline]]) -> Timeline:
    for _, other in others:
        days = days - other
    return days


def _differences(was: Requirement, now: Requirement) -> str:
    before, after = _demand(was), _demand(now)
    said = [f"{key} was {before[key]}, is {after[key]}" for key in after if before[key] != after[key]]
    if was.validity != now.validity and now.whose_date is WhoseDate.ISSUED:
        said.append("it bears only on certificates that print no expiry, since whose_date is issued")
    return "; ".join(said)


def _demand(requirement: Requirement) -> Mapping[str, str]:
    """What one version demands, key by key, as text."""
    selectors = {f.name: _shown(getattr(requirement.when, f.name)) for f in fields(Selectors)}
    judged = {name: _shown(getattr(requirement, name)) for name in _JUDGED}
    lead = _shown(requirement.lead_days) if requirement.enforce_lead else "-"
    return {**selectors, **judged, "lead_days": lead}


def _shown(value: object) -> str:
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(_shown(one) for one in value)) or "anything"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    return "not asked" if value is None else str(value) or "nothing"


# settings and courses -------------------------------------------------------------------------------------------------


def _of_settings(old: Rules, new: Rules) -> Iterator[RuleChange]:
    for name in _SETTINGS:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield RuleChange(requirement="", words=f"{name} was {_shown(was)}, is {_shown(now)}", days=ALWAYS)


def _of_courses(old: Sequence[Course], new: Sequence[Course]) -> Iterator[RuleChange]:
    """Courses that counted as something, or as nothing, and count as something else now; each name once."""
    before, after = CourseMap(old), CourseMap(new)
    curricula, groups, stages = _printed((*old, *new))
    told: dict[tuple[str, str], tuple[str, ...]] = {}
    for curriculum, group in ((c, g) for c in curricula for g in groups):
        probes = [_probe(curriculum, group, stage) for stage in stages]
        moved = _moved([(p.stage, before.training_of(p), after.training_of(p)) for p in probes])
        if moved not in (told.get(("", group)), told.get((curriculum, ""))):
            name = " / ".join(part for part in (curriculum, group) if part)
            for words in moved:
                yield RuleChange(requirement="", words=f"the course “{name}”{words}", days=ALWAYS)
        told[curriculum, group] = moved


def _moved(stages: Sequence[tuple[int | None, str | None, str | None]]) -> tuple[str, ...]:
    """Describe what a course counted as and counts as; stages where they differ.

    A course that was not mapped before is left out: it may be mapped freely.
    """
    found: dict[tuple[str, str | None], list[str]] = {}
    for stage, was, now in stages:
        if was is not None and was != now and stage is not None:
            found.setdefault((was, now), []).append(str(stage))
    counted = Counter(was for stage, was, _ in stages if stage is not None)
    for stage, was, now in stages:  # an unknown stage is told only where no other was: it follows from them
        if stage is None and was is not None and was != now and not found:
            found[was, now] = ["unknown"]
    words = []
    for (was, now), at in found.items():
        some = "" if len(at) == counted[was] else f" at stage {', '.join(at)}"
        counts = "is in no course map" if now is None else f"counts as {now or 'nothing'}"
        words.append(f"{some} counted as {was or 'nothing'}, {counts}")
    return tuple(words)


def _printed(courses: Sequence[Course]) -> tuple[Iterable[str], Iterable[str], Sequence[int | None]]:
    """Every curriculum and every group that a map names, each also left out, and every stage that decides anything."""
    curricula = dict.fromkeys(("", *(name for course in courses for name in course.curriculum)))
    groups = dict.fromkeys(("", *(name for course in courses for name in course.group)))
    named = {1, 2}.union(*(course.stages for course in courses))
    return curricula, groups, (*sorted(named), max(named) + 1, None)


def _probe(curriculum: str, group: str, stage: int | None) -> Completion:
    """A completion that has names and nothing else."""
    return Completion(
        evidence="",
        person="",
        course="",
        curriculum=curriculum,
        group=group,
        stage=stage,
        completed=None,
        expires=None,
        institution="",
        record_id="",
        passed=True,
        checked=Checked.ACCEPTED,
        checked_by="",
        checked_on=None,
        reason="",
        source="",
    )

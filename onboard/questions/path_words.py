"""A path as text and as JSON."""

from __future__ import annotations

from onboard.dates import show
from onboard.judging.estimates import Path, Route, Stage
from onboard.model import Assessment
from onboard.model.phrases import phrase
from onboard.questions.wording import (
    iso,
    page,
    source_json,
    status_words,
    task_words,
    where_words,
    wrapped,
)


def as_text(found: Path, assessment: Assessment) -> str:
    """Plain text of at most 80 columns."""
    lines = wrapped(phrase("path.heading", name=assessment.person_label(found.person), day=show(found.today)))
    if not found.appointed:
        lines += wrapped(phrase("path.no_appointment"), "  ")
    for route in found.routes:
        lines += ["", *_route_lines(route, found, assessment)] if route.task is None else _task_lines(route, found, assessment)
    return page([*lines, "", *wrapped(phrase("path.turnaround", words=found.turnaround.words))])


def _where(route: Route, assessment: Assessment) -> str:
    return where_words(assessment.protocol_label(route.protocol) if route.protocol else "", task_words(route.task))


def _route_lines(route: Route, found: Path, assessment: Assessment) -> list[str]:
    where = _where(route, assessment)
    if not route.stages:
        here = found.start <= found.today
        complete = phrase("path.complete_for", where=where, day=show(found.start))
        return wrapped(phrase("path.complete", where=where) if here else complete)
    about = phrase("path.about", where=where, day=show(route.about)) if route.about else None
    lines = wrapped(about or phrase("path.no_day", where=where))
    if route.bottleneck:
        lines += wrapped(phrase("path.slowest", title=route.bottleneck.title, owner=route.bottleneck.owner), "  ", 4)
    return lines + [line for stage in route.stages for line in wrapped(_stage_words(stage), "  - ", 4)]


def _task_lines(route: Route, found: Path, assessment: Assessment) -> list[str]:
    """A task below its protocol: in one line where nothing is wanted for it beside what the protocol wants."""
    whole = next((r for r in found.routes if r.protocol == route.protocol and r.task is None), None)
    if whole is None or (whole.stages, whole.about) != (route.stages, route.about):
        return ["", *_route_lines(route, found, assessment)]
    return wrapped(phrase("path.as_other", where=_where(route, assessment), other=_where(whole, assessment)))


def _stage_words(stage: Stage) -> str:
    day = phrase("path.stage_unknown")
    if stage.about is not None:
        day = phrase("path.stage_from" if stage.known else "path.stage_about", day=show(stage.about))
    return phrase("path.stage", title=stage.title, status=status_words(stage.status), owner=stage.owner, day=day)


def as_json(found: Path, assessment: Assessment) -> dict[str, object]:
    """Return the path as JSON, with stable keys.

    person, today, start, appointed, turnaround (days, of, own), routes (protocol or null, task or null, about,
    bottleneck or null, stages: requirement, title, status, owner, begins, about, counts, known), and read_at, snapshot,
    rules_version, not_tracked. ISO dates; about null = unknown.
    """
    return {
        "person": found.person,
        "today": iso(found.today),
        "start": iso(found.start),
        "appointed": found.appointed,
        "turnaround": {"days": found.turnaround.days, "of": found.turnaround.of, "own": found.turnaround.own},
        "routes": [
            {
                "protocol": route.protocol or None,
                "task": route.task.value if route.task else None,
                "about": iso(route.about),
                "bottleneck": route.bottleneck.requirement if route.bottleneck else None,
                "stages": [_stage_json(stage) for stage in route.stages],
            }
            for route in found.routes
        ],
        **source_json(assessment),
    }


def _stage_json(stage: Stage) -> dict[str, object]:
    return {
        "requirement": stage.requirement,
        "title": stage.title,
        "status": stage.status.value,
        "owner": stage.owner,
        "begins": iso(stage.begins),
        "about": iso(stage.about),
        "counts": iso(stage.counts),
        "known": stage.known,
    }

"""A path as text and as JSON. Decides words only."""

from __future__ import annotations

from onboard.dates import show
from onboard.judging.estimates import Path, Route, Stage
from onboard.model import Assessment
from onboard.questions.wording import iso, source_json, status_words, task_words, wrapped


def as_text(found: Path, assessment: Assessment) -> str:
    """Plain text of at most 80 columns."""
    lines = wrapped(f"{assessment.person_label(found.person)}: earliest days, estimated on {show(found.today)}")
    if not found.appointed:
        lines += wrapped("No appointment covers a day from now on, so no day can be named.", "  ")
    for route in found.routes:
        lines += ["", *_route_lines(route, found, assessment)] if route.task is None else _task_lines(route, found, assessment)
    return "\n".join([*lines, "", *wrapped(f"IRB turnaround: {found.turnaround.words}.")]) + "\n"


def _where(route: Route, assessment: Assessment) -> str:
    code = assessment.protocol_label(route.protocol) if route.protocol else "no protocol"
    return ", ".join(part for part in (code, task_words(route.task)) if part)


def _route_lines(route: Route, found: Path, assessment: Assessment) -> list[str]:
    where = _where(route, assessment)
    if not route.stages:
        word = "records complete" if found.start <= found.today else f"records complete for {show(found.start)}"
        return wrapped(f"{where}: {word}")
    when = f"about {show(route.about)}" if route.about else "no day can be named"
    lines = wrapped(f"{where}: {when}")
    if route.bottleneck:
        lines += wrapped(f"What takes longest: {route.bottleneck.title}; next is {route.bottleneck.owner}.", "  ", 4)
    return lines + [line for stage in route.stages for line in wrapped(_stage_words(stage), "  - ", 4)]


def _task_lines(route: Route, found: Path, assessment: Assessment) -> list[str]:
    """A task below its protocol: in one line where nothing is wanted for it beside what the protocol wants."""
    whole = next((r for r in found.routes if r.protocol == route.protocol and r.task is None), None)
    if whole is None or (whole.stages, whole.about) != (route.stages, route.about):
        return ["", *_route_lines(route, found, assessment)]
    return wrapped(f"{_where(route, assessment)}: as for {_where(whole, assessment)}")


def _stage_words(stage: Stage) -> str:
    if stage.about is None:
        day = "nobody can say when"
    else:
        day = f"{'from' if stage.known else 'about'} {show(stage.about)}"
    return f"{stage.title}: {status_words(stage.status)}; {stage.owner}, {day}."


def as_json(found: Path, assessment: Assessment) -> dict[str, object]:
    """Stable keys: person, today, start, appointed, turnaround (days, of, own), routes (protocol or null, task or null, about,
    bottleneck or null, stages: requirement, title, status, owner, begins, about, known), and read_at, snapshot,
    rules_version, not_tracked. ISO dates; about null = nobody can say."""
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
        "known": stage.known,
    }

"""A difference of two assessments as text and as JSON."""

from __future__ import annotations

from onboard.dates import show
from onboard.folding import counted
from onboard.model import Assessment
from onboard.model.phrases import Phrase, phrase
from onboard.questions.whatif import Behind, Difference, Moved
from onboard.questions.wording import (
    iso,
    page,
    source_json,
    task_words,
    verdict_words,
    where_words,
    wrapped,
)


def as_text(found: Difference, after: Assessment) -> str:
    """Plain text of at most 80 columns; `after` is the second assessment."""
    lines = wrapped(_heading(found))
    unknown = phrase("answers.not_stated")
    if found.before_version != found.after_version:
        lines += wrapped(phrase("whatif.rules", before=found.before_version or unknown, after=found.after_version or unknown))
    short = [moved for moved in found.short if not moved.filing_only]
    filing = [moved for moved in found.short if moved.filing_only]
    for title, moved in (("short", short), ("filing", filing), ("gained", found.gains)):
        lines += ["", phrase(f"whatif.{title}"), *(line for one in moved for line in _moved_lines(one, after))] if moved else []
    if found.behind:
        lines += ["", phrase("whatif.behind")]
        lines += [line for one in found.behind for line in wrapped(_behind_words(one, after), "  - ", 4)]
    return page(lines)


def _heading(found: Difference) -> Phrase:
    return phrase(
        "whatif.heading",
        first=show(found.day),
        last=show(found.horizon),
        people=counted(len(found.people_short), "person", "people"),
        rows=counted(len(found.short), "row"),
        gained=len(found.gains),
        same=found.same,
    )


def _behind_words(one: Behind, after: Assessment) -> str:
    name, days = after.person_label(one.person), counted(one.days, "day")
    return phrase("whatif.lapses", name=name, title=one.title, day=show(one.since), days=days)


def _moved_lines(moved: Moved, after: Assessment) -> list[str]:
    said = phrase(
        "whatif.moved",
        name=after.person_label(moved.person),
        where=where_words(after.protocol_label(moved.protocol) if moved.protocol else "", task_words(moved.task)),
        now=verdict_words(moved.after) if moved.after else phrase("whatif.gone"),
        day=show(moved.since),
        was=phrase("whatif.before", verdict=verdict_words(moved.before)) if moved.before else phrase("whatif.new"),
        clear=_clear_words(moved),
    )
    reasons = [phrase("answers.titled", title=reason.title, sentence=reason.sentence) for reason in moved.reasons]
    return [*wrapped(said, "  ", 4), *(line for reason in reasons for line in wrapped(reason, "    - ", 6))]


def _clear_words(moved: Moved) -> str:
    if moved.earliest:
        return phrase("whatif.clear_from", day=show(moved.earliest))
    if moved.about and moved.about <= moved.since:
        return phrase("whatif.mended")
    return phrase("whatif.clear_about", day=show(moved.about)) if moved.about else phrase("whatif.no_clear_day")


def as_json(found: Difference, after: Assessment) -> dict[str, object]:
    """Stable keys: day, horizon, short and gains (person, protocol or null, task or null, new, before, after, since, days,
    earliest, about, filing_only, reasons as `ClauseOn.as_json`), people_short, behind (person, requirement, title, since,
    days), same, before_version, after_version, and read_at, snapshot, rules_version, not_tracked of the second assessment."""
    return {
        "day": iso(found.day),
        "horizon": iso(found.horizon),
        "short": [_moved_json(moved) for moved in found.short],
        "gains": [_moved_json(moved) for moved in found.gains],
        "people_short": list(found.people_short),
        "behind": [
            {"person": b.person, "requirement": b.requirement, "title": b.title, "since": iso(b.since), "days": b.days}
            for b in found.behind
        ],
        "same": found.same,
        "before_version": found.before_version,
        "after_version": found.after_version,
        **source_json(after),
    }


def _moved_json(moved: Moved) -> dict[str, object]:
    return {
        "person": moved.person,
        "protocol": moved.protocol or None,
        "task": moved.task.value if moved.task else None,
        "new": moved.new,
        "before": moved.before.value if moved.before else None,
        "after": moved.after.value if moved.after else None,
        "since": iso(moved.since),
        "days": moved.days,
        "earliest": iso(moved.earliest),
        "about": iso(moved.about),
        "filing_only": moved.filing_only,
        "reasons": [reason.as_json() for reason in moved.reasons],
    }

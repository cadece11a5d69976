"""A difference of two assessments as text and as JSON. Decides words only."""

from __future__ import annotations

from onboard.dates import show
from onboard.model import Assessment
from onboard.questions.whatif import Behind, Difference, Moved
from onboard.questions.wording import iso, source_json, task_words, verdict_words, wrapped


def as_text(found: Difference, after: Assessment) -> str:
    """Plain text of at most 80 columns; `after` is the second assessment."""
    people, rows = len(found.people_short), len(found.short)
    head = f"From {show(found.day)} to {show(found.horizon)}: {people} {'person' if people == 1 else 'people'} short on {rows}"
    lines = wrapped(f"{head} {'row' if rows == 1 else 'rows'}, {len(found.gains)} gained, {found.same} unchanged.")
    if found.before_version != found.after_version:
        lines += wrapped(f"Rules {found.before_version or 'not stated'} against {found.after_version or 'not stated'}.")
    short = [moved for moved in found.short if not moved.filing_only]
    filing = [moved for moved in found.short if moved.filing_only]
    for title, moved in (("SHORT", short), ("SHORT OF THE IRB LIST OR A DELEGATION ONLY", filing), ("GAINED", found.gains)):
        lines += ["", title, *(line for one in moved for line in _moved_lines(one, after))] if moved else []
    if found.behind:
        lines += ["", "ALSO LAPSES (on days on which something else blocks them anyway)"]
        lines += [line for one in found.behind for line in wrapped(_behind_words(one, after), "  - ", 4)]
    return "\n".join(lines) + "\n"


def _behind_words(one: Behind, after: Assessment) -> str:
    length = f"{one.days} day{'' if one.days == 1 else 's'} of the time compared"
    return f"{after.person_label(one.person)}: {one.title}, from {show(one.since)} on ({length})."


def _moved_lines(moved: Moved, after: Assessment) -> list[str]:
    code = after.protocol_label(moved.protocol) if moved.protocol else "no protocol"
    where = ", ".join(part for part in (code, task_words(moved.task)) if part)
    now = verdict_words(moved.after) if moved.after else "gone"
    was = f"{verdict_words(moved.before)} before" if moved.before else "new"
    head = f"{after.person_label(moved.person)}, {where}: {now} from {show(moved.since)} ({was}), {_clear_words(moved)}"
    lines = wrapped(head, "  ", 4)
    return lines + [line for r in moved.reasons for line in wrapped(f"{r.title}: {r.sentence}", "    - ", 6)]


def _clear_words(moved: Moved) -> str:
    if moved.earliest:
        return f"clear from {show(moved.earliest)}"
    if moved.about and moved.about <= moved.since:
        return "can be mended before that day"
    return f"clear about {show(moved.about)} at the earliest" if moved.about else "no clear day can be named"


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

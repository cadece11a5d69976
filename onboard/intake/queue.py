"""Queue of intake rows that need a decision.

It decides what stays, what goes and the words; an adapter stores the file.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from onboard.folding import fold
from onboard.intake.claims import Claimed, Layout, claim_key
from onboard.intake.planning import WAITING, Planned, State, as_completion
from onboard.judging.courses import CourseMap, map_block, map_step
from onboard.model import Unmapped, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One claim that waits: since when, as what, why, and people it might belong to."""

    key: str
    claim: Claimed
    state: State
    why: str
    person: str = ""  # record id, where it is known
    near: tuple[str, ...] = ()  # record ids the name suggests
    since: date

    @property
    def stranger(self) -> bool:
        """Whether nothing in it points to anybody here: an institution's file is full of such rows."""
        return self.state is State.UNMATCHED and not self.near


def queue_after(
    planned: Iterable[Planned], before: Sequence[Queued], today: date, brought: Container[str] | None = None
) -> tuple[Queued, ...]:
    """The queue once a plan was carried out: what waits, oldest first, each since it was first met. `brought`: keys of what
    was imported; what was new and is not among them waits too (None: nothing was to be imported)."""
    since = {item.key: item.since for item in before}
    waiting = [_queued(item, since.get(item.key, today)) for item in planned if _waits(item, brought)]
    return tuple(sorted(waiting, key=lambda item: (item.since, item.key)))


def _waits(item: Planned, brought: Container[str] | None) -> bool:
    missed = item.state is State.NEW and brought is not None and item.key not in brought
    return missed or item.state in WAITING


def _queued(item: Planned, since: date) -> Queued:
    return Queued(key=item.key, claim=item.claim, state=item.state, why=item.why, person=item.person, near=item.near, since=since)


def with_queued(claims: Sequence[Claimed], keys: Sequence[str], before: Sequence[Queued]) -> list[Claimed]:
    """The claims of the files, then those that waited already; a claim met again is taken as it is in the files, with the
    paper that came before. `keys` are those of `claims`."""
    waited = {item.key: item.claim for item in before}
    fresh = [
        replace(claim, document=claim.document or (waited[key].document if key in waited else ""))
        for claim, key in zip(claims, keys, strict=True)
    ]
    return fresh + [claim for key, claim in waited.items() if key not in set(keys)]


def queue_line(item: Queued) -> str:
    """One line of JSON."""
    document = asdict(item)
    return json.dumps(document, ensure_ascii=False, sort_keys=True, default=str)


def queue_item(line: str) -> Queued:
    """What `queue_line` wrote. Raises ValueError for any other line."""
    try:
        document: Mapping[str, Any] = json.loads(line)
        # a line of an earlier version lacks what was added since
        claim = {field.name: document["claim"][field.name] for field in fields(Claimed) if field.name in document["claim"]}
        for name in ("earned", "expires"):
            claim[name] = date.fromisoformat(claim[name]) if claim[name] else None
        claim["addresses"], claim["layout"] = tuple(claim["addresses"]), Layout(claim["layout"])
        claimed = Claimed(**claim)
        return Queued(
            key=document["key"] if "exact" in document["claim"] else claim_key(claimed),  # ids of an earlier version were others
            claim=claimed,
            state=State(document["state"]),
            why=document["why"],
            person=document["person"],
            near=tuple(document["near"]),
            since=date.fromisoformat(document["since"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


_ACTS = {
    State.NEW: "It was not imported. Look at what onboard intake --send says.",
    State.UNMATCHED: "Theirs? onboard intake --send --person RECORD --only {key}. If not: onboard intake --forget {key}.",
    State.UNKNOWN_COURSE: "Add the course to the course map in requirements.toml, then: onboard intake --send.",
    State.CONFLICT: "Compare with CITI, correct the record, then: onboard intake --send. Or: onboard intake --forget {key}.",
    State.UNREADABLE: "Take the file from CITI again, or type the row in; then: onboard intake --forget {key}.",
}


def queue_sentences(queue: Sequence[Queued], map_of: CourseMap) -> tuple[Waiting, ...]:
    """Return the queue for a worklist.

    Each row that points to a person here, oldest first; one line for each unmapped course, however many people took it; strangers
    in one line.
    """
    courses: dict[tuple[str, int | None], list[Queued]] = {}
    for item in queue:
        if item.state is State.UNKNOWN_COURSE:
            courses.setdefault((fold(item.claim.group), item.claim.stage), []).append(item)
    found = [_sentence(item) for item in queue if not item.stranger and item.state is not State.UNKNOWN_COURSE]
    found += [_course_sentence(items, map_of) for items in courses.values()]
    strangers = [item for item in queue if item.stranger]
    if strangers:
        found.append(
            Waiting(
                title=f"{len(strangers)} {'row' if len(strangers) == 1 else 'rows'} of CITI files without a match here",
                why="An institution's file names many people. If one of yours is among them, their record lacks the CITI ID.",
                act="See them with: onboard intake. Drop them with: onboard intake --forget strangers.",
                since=min(item.since for item in strangers),
            )
        )
    return tuple(found)


def damaged_sentence(number: int) -> Waiting:
    """The line of the worklist about a line of the queue that cannot be read."""
    return Waiting(
        title=f"Line {number} of intake_queue.jsonl cannot be read",
        why="The other lines count. Until it is gone, intake and forget stop, because they write the file anew.",
        act="Take the line out, and take the file of CITI that it came from in again: onboard intake FILE.",
    )


def _course_sentence(items: Sequence[Queued], map_of: CourseMap) -> Waiting:
    first, people = items[0], {item.person for item in items}
    completion = as_completion(first.claim, first.person)
    counts = map_of.counts(completion)
    unplaced = counts if isinstance(counts, Unmapped) and not counts.named and first.claim.group else None
    return Waiting(
        title=f"unknown course: {first.claim.group or 'no name'}, {len(items)} {'row' if len(items) == 1 else 'rows'}",
        why=first.why,
        act=f"{map_step(completion, unplaced)} Then: onboard intake --send." if unplaced else _ACTS[State.UNKNOWN_COURSE],
        person=people.pop() if len(people) == 1 else "",
        since=min(item.since for item in items),
        paste=map_block(completion, unplaced) if unplaced else (),
    )


def _sentence(item: Queued) -> Waiting:
    claim = item.claim
    who = claim.name or claim.username or f"CITI member {claim.member_id}"
    people = {item.person, *item.near} - {""}
    return Waiting(
        title=f"{item.state.value}: {who}, {claim.group or 'no course'} ({claim.place})",
        why=item.why,
        act=_ACTS[item.state].format(key=item.key),
        person=people.pop() if len(people) == 1 else "",
        since=item.since,
    )

"""One good read, judged: what a run is planned on.

Also what the last run of the same job was planned on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from onboard.model import Assessment, Export, JobName, Mode, PersonSeen, Snapshot
from onboard.model.rows import lost_rows
from onboard.pipeline.forecast import Memory
from onboard.pipeline.handed_papers import with_papers
from onboard.pipeline.persons import gone_before, new_since, own_history, refuse_many, refuse_moved, seen_now, without
from onboard.pipeline.rules_check import refuse_silent_change
from onboard.pipeline.snapshots import export_of, snapshot_of
from onboard.pipeline.tools import Rejudging, Tools
from onboard.planning.addresses import addresses_in_use


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One good read, judged, with what the last run of the same job was planned on."""

    now: Assessment
    before: Assessment | None
    snapshot: Snapshot
    kept: bool  # whether the ledger holds this very read
    seen: tuple[PersonSeen, ...] = ()  # what it changes about which person has which record id
    read_before: datetime | None = None  # when the good read before it was


def read(tools: Tools, mode: Mode, job: JobName) -> Judged:
    """Fetch and judge.

    Raises ReadInDoubt for anything less than a whole, plausible read, SilentChange when the rules were changed for days already
    judged without an acceptance, Unreviewed when evidence would stop counting for want of a review.
    """
    zone = tools.lab.zone
    today = tools.clock.now().astimezone(zone).date()
    refuse_silent_change(tools.ledger, tools.rules, tools.rules_of, today, zone)
    last = tools.ledger.snapshot_at(tools.clock.now())
    last_export = export_of(last) if last else None
    export = tools.source.fetch(last_export.instruments if last_export else {})
    tools.refuse_unreviewed(export, last_export)
    snapshot = snapshot_of(export)
    planned_on = tools.ledger.last_judged(mode, job, today)
    assessment = _with_gone(tools.judge(export, tools.rules, snapshot.id), job, planned_on, export)
    if job is JobName.WORKLIST:
        assessment = with_papers(assessment, tools.ledger.handed_papers(), tools.papers)
    kept = last is not None and (last.id, last.read_at) == (snapshot.id, snapshot.read_at)
    first, known = _known_people(tools, last)
    seen = seen_now(known, assessment.people.values(), assessment.read_at)
    if not tools.accepts_loss:
        refuse_many(seen.replaced, len(known))
        refuse_moved(known, assessment.people.values(), seen.replaced, _gone(last_export, export))
    before = _before(tools.rejudging, planned_on, assessment, known)
    rows, read_before = (*first, *seen.rows), last.read_at if last else None
    return Judged(now=assessment, before=before, snapshot=snapshot, kept=kept, seen=rows, read_before=read_before)


def _gone(last: Export | None, now: Export) -> frozenset[str]:
    """The record ids of rows that the last good read had and this one lacks."""
    return frozenset(row.record for row in lost_rows(last.instruments, now.instruments)) if last else frozenset()


def _known_people(tools: Tools, last: Snapshot | None) -> tuple[tuple[PersonSeen, ...], Mapping[str, Sequence[PersonSeen]]]:
    """Return what must still be stored of the last read, and who is known.

    A ledger of an earlier version knows no person yet.
    """
    known = tools.ledger.people_seen()
    if known or last is None:
        return (), known
    people = list(tools.judge(export_of(last), tools.rules, last.id).people.values())
    first: list[PersonSeen] = [*seen_now({}, people, last.read_at).rows]
    for mode in (Mode.LIVE, Mode.TRIAL):
        present = [*(one.record for one in first), *(person.record for person in people)]
        first += gone_before(tools.ledger.history(mode), present, last.read_at)
    return tuple(first), {one.record: (one,) for one in first}


def _with_gone(now: Assessment, job: JobName, planned_on: tuple[Snapshot, str] | None, export: Export) -> Assessment:
    """With the rows that went since the last worklist; no other job tells of them."""
    if job is not JobName.WORKLIST or planned_on is None:
        return now
    return replace(now, gone=lost_rows(export_of(planned_on[0]).instruments, export.instruments))


def _before(
    tools: Rejudging, planned_on: tuple[Snapshot, str] | None, now: Assessment, known: Mapping[str, Sequence[PersonSeen]]
) -> Assessment | None:
    """Return the records of the job's last run under the rules of then.

    Without the people whose record id is another person's by now.
    """
    before = _last_planned_on(tools, planned_on, now)
    if before is None:
        return None
    replaced = seen_now(known, now.people.values(), now.read_at).replaced
    return without(before, replaced | new_since(known, before.read_at))


def _last_planned_on(tools: Rejudging, found: tuple[Snapshot, str] | None, now: Assessment) -> Assessment | None:
    """Judged again only where the records or the rules differ from today's; else today's, as of the day of that run: what only
    time changed since then is a change as well.
    """
    if found is None:
        return None
    snapshot, rules_text = found
    if snapshot.id == now.snapshot and rules_text == tools.rules_text:
        return replace(now, read_at=snapshot.read_at, read_on=snapshot.read_at.astimezone(tools.zone).date())
    rules = tools.rules if rules_text == tools.rules_text else tools.rules_of(rules_text)
    return tools.judge(export_of(snapshot), rules, snapshot.id)


def remember(tools: Tools, judged: Judged, today: date, mode: Mode) -> None:
    """Store a read in the ledger.

    Who is new under an old record id, the snapshot, the rules in use, the problems with the day they were first seen; evidence
    about an address that no person has any more is dropped.
    """
    if judged.seen:
        tools.ledger.see_people(judged.seen)
    if judged.now.papers:
        tools.ledger.keep_papers(tuple(judged.now.papers.values()))
    if judged.now.rows_seen:
        tools.ledger.see_rows(judged.now.rows_seen, judged.read_before)
    if not judged.kept:
        tools.ledger.save_snapshot(judged.snapshot)
    tools.ledger.save_rules(tools.rules.version, tools.rules_text, tools.clock.now(), mode)
    tools.ledger.see_problems(judged.now.problems, today)
    if judged.now.people:  # a read without people says nothing about addresses
        tools.ledger.keep_addresses(mode, addresses_in_use(judged.now, tools.lab))


def memory(tools: Rejudging, mode: Mode, now: Assessment, export: Export, today: date) -> Memory:
    """Return what each job would find in the ledger on `today`, for a forecast.

    Each job's part is read when it is asked for.
    """
    known = tools.ledger.people_seen()
    planned_on = cache(lambda job: tools.ledger.last_judged(mode, job, today))
    papers = cache(tools.ledger.handed_papers)
    return Memory(
        history=cache(lambda job: own_history(tools.ledger.history(mode, ignoring=job), known, now)),
        before=lambda job: _before(tools, planned_on(job), now, known),
        last_slot=lambda job: tools.ledger.last_slot(mode, job, today),
        read=lambda job: with_papers(_with_gone(now, job, planned_on(job), export), papers(), None),
    )

"""What reconcile, exposure and what-if must say, day by day, from the reckoner's answers; and the acts that a path names, typed.

It shares no code with the product's questions: it looks at rows and asks the reckoner of single days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from almanac import NO, ONE_DAY, UNKNOWN, YES, happened_by, is_date, straight, within
from labs import Lab
from owing import listed
from reckon import Reckoner

from onboard.model.choices import ApprovalKind, Checked, Task
from onboard.model.lab import Appointment, Completion, Delegation, Disclosure, Listing, StepDone
from onboard.model.records import Records
from onboard.model.requirements import RequirementKind

TAUGHT = (RequirementKind.TRAINING, RequirementKind.DISCLOSURE)
FIRST_APPROVAL = (ApprovalKind.INITIAL, ApprovalKind.RENEWAL, ApprovalKind.DETERMINATION, ApprovalKind.UNKNOWN)


def with_odd_cells(lab: Lab) -> Lab:
    """The same lab with what random labs do not draw: listings that stay after leaving, log entries with a task nobody knows, and
    in every fourth somebody without an appointment."""
    listings = tuple(replace(row, stays=number % 3 == 0) for number, row in enumerate(lab.records.listings))
    log = tuple(
        replace(row, task=None, task_text="consnet") if number % 3 == 0 else row for number, row in enumerate(lab.records.log)
    )
    nobody = lab.records.people[0].record if lab.seed % 4 == 0 else ""
    appointments = tuple(row for row in lab.records.appointments if row.person != nobody)
    return replace(lab, records=replace(lab.records, listings=listings, log=log, appointments=appointments))


# reconcile ------------------------------------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """One mismatch."""

    kind: str
    person: str
    protocol: str
    evidence: tuple[str, ...]
    until: date | None = None


def mismatches(reckoner: Reckoner, today: date) -> set[Wrong]:
    """Everything that disagrees on the day."""
    found: set[Wrong] = set()
    people = [person.record for person in reckoner.records.people]
    for person in people:
        found |= set(_absences(reckoner, person, today))
        for protocol in reckoner.protocols_of(person):
            found |= set(_unlisted(reckoner, person, protocol, today))
            found |= set(_untrained(reckoner, person, protocol, today))
        found |= set(_too_early(reckoner, person, today))
    return {wrong for wrong in found if not _is_closed(reckoner, wrong.protocol, today)}


def _is_closed(reckoner: Reckoner, protocol: str, today: date) -> bool:
    """A readable closure began: all rows of the protocol are to be ended, and none of them is told by itself (43).

    One under a mistyped name closes nothing for certain (61).
    """
    rows = [row for row in reckoner.records.approvals if row.protocol == protocol and row.kind is ApprovalKind.CLOSURE]
    return any(row.placed and is_date(row.first) and row.first <= today for row in rows)


def _certain(row: Appointment) -> bool:
    first, last = straight(row.first, row.last)
    return is_date(first) and (last is None or is_date(last))


def _absences(reckoner: Reckoner, person: str, today: date) -> Iterable[Wrong]:
    """Listed or delegated, and not certainly in the lab."""
    here = reckoner.belongs(person, today)
    if here == YES:
        return
    mine = [row for row in reckoner.records.appointments if row.person == person]
    later = any(_certain(row) and row.first > today for row in mine)
    ended = any(_certain(row) and row.first <= today for row in mine)
    yesterday = today - ONE_DAY
    perhaps_before = any(not (is_date(row.first) and row.first > yesterday) for row in map(_straightened, mine))
    rows: dict[str, list[Any]] = {}
    for listing in reckoner.records.listings:
        stays = listing.stays and perhaps_before
        if listing.person == person and listing.protocol and listed(listing, today) == YES and not stays:
            rows.setdefault(listing.protocol, []).append(listing)
    for delegation in reckoner.records.delegations:
        if delegation.person == person and delegation.protocol and within(delegation.first, delegation.last, today) == YES:
            rows.setdefault(delegation.protocol, []).append(delegation)
    for protocol, those in rows.items():
        evidence = tuple(sorted(row.evidence for row in those))
        if here == NO and ended and not later:
            for row in those:
                kind = "left_listed" if isinstance(row, Listing) else "left_delegated"
                yield Wrong(kind, person, protocol, (row.evidence,))
        elif here == UNKNOWN or (mine and not later):
            yield Wrong("appointment_unreadable", person, protocol, evidence)
        elif not mine:
            yield Wrong("no_appointment", person, protocol, evidence)
        elif not all(isinstance(row, Listing) and _waits(row, today) for row in those):
            yield Wrong("before_first_day", person, protocol, evidence)


def _straightened(row: Appointment) -> Appointment:
    first, last = straight(row.first, row.last)
    return replace(row, first=first, last=last)


def _waits(row: Listing, today: date) -> bool:
    """Submitted on a readable day, and no readable approval or removal since."""
    answered = any(is_date(day) and day <= today for day in (row.approved, row.removed))
    return is_date(row.submitted) and row.submitted <= today and not answered


def _unlisted(reckoner: Reckoner, person: str, protocol: str, today: date) -> Iterable[Wrong]:
    rows = [r for r in reckoner.records.delegations if (r.person, r.protocol) == (person, protocol)]
    given = [r.evidence for r in rows if within(r.first, r.last, today) == YES]
    work = [r for r in reckoner.records.assignments if (r.person, r.protocol) == (person, protocol)]
    given += [r.evidence for r in work if within(r.first, r.done, today) == YES]
    listings = [number for number in reckoner.tracked if reckoner.version(number).kind is RequirementKind.LISTING]
    for number in listings if given else ():
        if reckoner.finding_status(number, person, protocol, None, today) in ("missing", "expired"):
            yield Wrong("work_unlisted", person, protocol, tuple(sorted(given)))


def _taught(reckoner: Reckoner, person: str, protocol: str, task: Task | None, day: date) -> str:
    """Whether every course and disclosure of the row is met: NO, UNKNOWN or YES."""
    answers = [
        reckoner.clause(number, person, protocol, task, day)
        for number in reckoner.tracked
        if reckoner.version(number).kind in TAUGHT and reckoner.is_clause(number, protocol, task)
    ]
    return NO if NO in answers else UNKNOWN if UNKNOWN in answers else YES


def _untrained(reckoner: Reckoner, person: str, protocol: str, today: date) -> Iterable[Wrong]:
    if reckoner.belongs(person, today) != YES or _taught(reckoner, person, protocol, None, today) != NO:
        return
    for row in reckoner.records.listings:
        if (row.person, row.protocol) == (person, protocol) and listed(row, today) == YES:
            yield Wrong("listed_untrained", person, protocol, (row.evidence,))


def _too_early(reckoner: Reckoner, person: str, today: date) -> Iterable[Wrong]:
    for row in reckoner.records.delegations:
        if row.person != person or not row.protocol or not is_date(row.first) or row.first > today:
            continue

        def short(day: date, row: Delegation = row) -> bool:
            return any(_taught(reckoner, person, row.protocol, task, day) == NO for task in row.tasks)

        if short(row.first):
            last = row.last if is_date(row.last) else None
            until = row.first
            while until < today and short(until + ONE_DAY) and (last is None or until < last):
                until += ONE_DAY
            yield Wrong("delegated_before_trained", person, row.protocol, (row.evidence,), until if until < today else None)


# exposure -------------------------------------------------------------------------------------------------------------


def worked(reckoner: Reckoner) -> tuple[dict[str, str], set[str]]:
    """Evidence of placed entries that were not surely cleared -> "no" or "unknown"; and of entries without a place."""
    known = {row.record for row in reckoner.records.protocols}
    answers: dict[str, str] = {}
    lost: set[str] = set()
    for entry in reckoner.records.log:
        if not is_date(entry.on) or entry.on > reckoner.read_on or (entry.protocol not in known and entry.protocol_text.strip()):
            lost.add(entry.evidence)
        elif entry.protocol in known:
            answer = reckoner.cleared(entry.person, entry.protocol, entry.task, entry.on)
            if entry.task is None and entry.task_text.strip() and answer == YES:
                answer = UNKNOWN
            if answer != YES:
                answers[entry.evidence] = answer
    return answers, lost


def idle_days(reckoner: Reckoner, person: str, protocol: str, first: date) -> set[date]:
    """Days from `first` to the read on which somebody could have worked."""
    rows = [r for r in reckoner.records.approvals if r.protocol == protocol and r.placed]  # (35)
    starts = [r.first for r in rows if r.kind in FIRST_APPROVAL]
    begun = min((straight(day, None)[0] for day in starts if is_date(day)), default=None)
    logged = {e.on for e in reckoner.records.log if (e.person, e.protocol) == (person, protocol)}
    given = [
        row
        for row in reckoner.records.delegations
        if (row.person, row.protocol) == (person, protocol)
        and row.approved_by
        and is_date(row.approved_on)
        and row.approved_on <= reckoner.read_on
    ]
    found, day = set(), first
    while begun and day <= reckoner.read_on:
        there = reckoner.listing_on(person, protocol, day) == YES or any(within(r.first, r.last, day) == YES for r in given)
        if there and day >= begun and day not in logged and reckoner.cleared(person, protocol, None, day) != YES:
            found.add(day)
        day += ONE_DAY
    return found


# what if --------------------------------------------------------------------------------------------------------------


def moved(before: Reckoner, after: Reckoner, row: tuple[str, str, Any], days: list[date]) -> tuple[list[date], list[date]]:
    """The days that a row loses, and those it gains where it loses none."""
    said = [(day, before.cleared(*row, day) == YES, after.cleared(*row, day) == YES) for day in days]
    lost = [day for day, had, has in said if had and not has]
    return lost, [] if lost else [day for day, had, has in said if has and not had]


# path -----------------------------------------------------------------------------------------------------------------

#: Training -> curriculum and group under which a pass of it is typed.
COURSE = {
    "hsp": ("Human Research", "Biomedical Research – Basic/Refresher"),
    "gcp": ("", "GCP FDA Refresher"),
    "hipaa": ("Information Privacy", ""),
}
FAR = timedelta(days=20_000)


def settled(lab: Lab) -> Lab:
    """The lab without what is dated after its read: such evidence counts for nothing today, and would once the day has come."""
    read = lab.read_on
    completions = tuple(r for r in lab.records.completions if not (is_date(r.completed) and r.completed > read))

    def unsigned(row: Any) -> Any:
        return replace(row, approved_by="", approved_on=None) if happened_by(row.approved_on, read) != YES else row

    records = replace(
        lab.records,
        completions=completions,
        delegations=tuple(map(unsigned, lab.records.delegations)),
        waivers=tuple(map(unsigned, lab.records.waivers)),
    )
    return replace(lab, records=records)


def typed(lab: Lab, row: tuple[str, str, Task | None], acts: Iterable[tuple[str, date]], last: date) -> Records:
    """The lab with every act (requirement id, day) typed on its day: what the versions in force from then to `last` ask for."""
    (person, protocol, task), records = row, lab.records
    for identity, day in acts:
        for version in lab.rules.requirements:
            first, end = version.in_force_from, version.in_force_to
            if version.id == identity and (end is None or end >= day) and (first is None or first <= last):
                records = _typed(records, version, person, protocol, task, day)
    return records


def _typed(records: Records, version: Any, person: str, protocol: str, task: Task | None, day: date) -> Records:
    at = f"typed/{version.id}/{day}"
    if version.kind is RequirementKind.TRAINING:
        passes = tuple(_pass(person, training, day) for training in version.accepts)
        return replace(records, completions=(*records.completions, *passes))
    if version.kind is RequirementKind.LISTING:
        listing = Listing(evidence=at, person=person, protocol=protocol, submitted=day, approved=day, removed=None, stays=False)
        return replace(records, listings=(*records.listings, listing))
    if version.kind is RequirementKind.DELEGATION and task:
        given = Delegation(
            evidence=at, person=person, protocol=protocol, tasks=(task,), first=day, last=None, approved_by="pi", approved_on=day
        )
        return replace(records, delegations=(*records.delegations, given))
    if version.kind is RequirementKind.STEP:
        return replace(records, steps=(*records.steps, StepDone(evidence=at, person=person, step=version.step, on=day)))
    if version.kind is RequirementKind.DISCLOSURE:
        row = Disclosure(evidence=at, person=person, on=day, expires=day + FAR)
        return replace(records, disclosures=(*records.disclosures, row))
    return records


def _pass(person: str, training: str, day: date) -> Completion:
    curriculum, group = COURSE[training]
    return Completion(
        evidence=f"typed/{training}/{day}", person=person, course="", curriculum=curriculum, group=group, stage=1, completed=day,
        expires=day + FAR, institution="", record_id="", passed=True, checked=Checked.ACCEPTED, checked_by="lia", checked_on=day,
        reason="", source="typed",
    )  # fmt: skip

"""Who was on a study in a period, from which of the records, and the day on which each of them is proved.

Whoever was on it on a day of the period is in the pack: leavers too, and who perhaps was, because a day cannot be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onboard.judging.coverage import listing_presence, span
from onboard.judging.readiness import cleared_on
from onboard.model import Assessment, Cleared, Readiness
from onboard.questions.sheets import csv_text
from onboard.timeline import ALWAYS, NEVER, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days of the matrix and the proofs, at least one; and the period, both ends inclusive, None = open."""

    days: tuple[date, ...]
    first: date | None = None
    last: date | None = None
    known_on: date | None = None  # the records and rules are those known at the end of this day

    @property
    def period(self) -> Timeline:
        """The days somebody must have been on the study on one of."""
        return Timeline.between(self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who was on the study in the period."""

    row: Readiness
    ways: tuple[tuple[str, Timeline], ...]  # how, and on which days, perhaps
    here: Timeline  # days perhaps in the lab, on the study and in the period
    days: Timeline  # days on the study in the period


def members(assessment: Assessment, protocol: str, asked: Asked) -> list[Member]:
    """Everybody who was on the study on a day of the period, by name."""
    rows = [row for row in assessment.readiness if row.protocol == protocol and row.task is None]
    found = [member for row in rows if (member := _member(assessment, row, asked.period))]
    return sorted(found, key=lambda member: (assessment.person_label(member.row.person), member.row.person))


def _member(assessment: Assessment, row: Readiness, period: Timeline) -> Member | None:
    ways = tuple((how, days & period) for how, days in _ways(assessment, row) if days & period)
    days = NEVER
    for _, more in ways:
        days = days | more
    return Member(row=row, ways=ways, here=days & row.belongs.possible, days=days) if ways else None


def _ways(assessment: Assessment, row: Readiness) -> list[tuple[str, Timeline]]:
    """How the records put the person on the study, with the days that may be."""
    person, protocol = row.person, row.protocol
    known = assessment.protocols.get(protocol)
    listed, given, work, logged = NEVER, NEVER, NEVER, NEVER
    for listing in assessment.listings:
        if (listing.person, listing.protocol) == (person, protocol):
            listed = listed | listing_presence(listing).possible
    for delegation in assessment.delegations:
        if (delegation.person, delegation.protocol) == (person, protocol):
            given = given | span(delegation.first, delegation.last).possible
    for piece in assessment.assignments.get(person, ()):
        if piece.protocol == protocol:
            work = work | span(piece.first, piece.done).possible
    for entry in assessment.log.get(person, ()):
        if entry.protocol == protocol:
            logged = logged | (Timeline.of([(entry.on, entry.on)]) if isinstance(entry.on, date) else ALWAYS)
    leads = row.belongs.possible if known and known.pi == person else NEVER
    return [("PI", leads), ("listed", listed), ("delegated", given), ("assigned", work), ("logged", logged)]


def proved_on(member: Member, day: date) -> date:
    """The day of a member's proof when `day` is asked: the day itself; of somebody not in the lab then the last day they were on
    the study before it, else the first one after it."""
    if cleared_on(member.row, day) is not Cleared.NOT_DUE:
        return day
    before = (member.here & Timeline.between(None, day)).end()
    return before or member.here.first_day(day) or day


HEADER = ("person", "name", "how", "study from", "study to", "lab from", "lab to", "proof days")


def people_table(assessment: Assessment, found: Sequence[Member], asked: Asked) -> str:
    """One line a member: how they came onto the study, first and last day on it and in the lab within the period, days proved."""
    rows = []
    for member in found:
        lab = member.row.belongs.possible & asked.period
        proofs = dict.fromkeys(proved_on(member, day).isoformat() for day in asked.days)
        rows.append(
            (
                member.row.person,
                assessment.person_label(member.row.person),
                ", ".join(how for how, _ in member.ways),
                *_ends(member.days),
                *_ends(lab),
                ", ".join(proofs),
            )
        )
    return csv_text(HEADER, rows)


def _ends(days: Timeline) -> tuple[str, str]:
    """First and last day; "open" for none, both blank for no day at all."""
    if not days:
        return "", ""
    first, last = days.start(), days.end()
    return first.isoformat() if first else "open", last.isoformat() if last else "open"

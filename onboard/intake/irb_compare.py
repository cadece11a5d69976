"""The IRB's own list of a protocol held against ours: who is on one and not on the other.

Ours is compared as of the day the IRB's list was taken, since what changed later cannot be on it. Without a list, or with one
older than 90 days, a comparison is one with our own list only, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import plus_days, show
from onboard.folding import counted
from onboard.intake.irb_list import IrbList, basis_words
from onboard.intake.irb_people import Names, Placed
from onboard.judging.appointments import stays
from onboard.judging.coverage import listing_presence
from onboard.judging.readiness import belongs_on
from onboard.model import Assessment, IrbAnswer, Listing, Person, Waiting
from onboard.model.records import record_order
from onboard.timeline import Answer, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two lists of one protocol held against each other; sentences for people, and how many agree."""

    protocol: str  # record id
    code: str
    basis: str  # "compared with the IRB's list of 3 Nov 2026", or OWN_LIST_ONLY and why
    theirs_only: tuple[str, ...] = ()  # on the IRB's list, not on ours
    ours_only: tuple[str, ...] = ()  # on ours, not on the IRB's
    left: tuple[str, ...] = ()  # on the IRB's list, gone from the lab and not marked as staying
    unsure: tuple[str, ...] = ()  # unknown
    agreed: int = 0
    compared: bool = False  # False: there was no list to compare with, or it is too old

    @property
    def differs(self) -> bool:
        """Whether anything needs a person."""
        return bool(self.theirs_only or self.ours_only or self.left or self.unsure)


def compare(irb: IrbList | None, assessment: Assessment, protocol: str, today: date) -> Comparison:
    """The IRB's list of a protocol (record id) against our listings; nothing is compared with a list that is too old."""
    code, basis = assessment.protocols[protocol].label, basis_words(irb.as_of if irb else None, today)
    if irb is None or irb.stale(today):
        return Comparison(protocol=protocol, code=code, basis=basis)
    placed = Names(assessment.people).place(irb.people)
    theirs = {one.person for one in placed if one.person}
    perhaps = {record for one in placed for record in one.near}
    ours = _ours(assessment.listings, protocol, irb.as_of)
    unsure = [f"{one.listed}: {one.why}" for one in placed if not one.person and one.why]
    unsure += [_words(assessment, r, "our listing has dates that cannot be read") for r, sure in ours.items() if not sure]
    strangers = [f"{one.listed}: nobody in our records" for one in _strangers(placed)]
    gone = {r: words for r in _ordered(theirs) if (words := _left_words(assessment, r, protocol, today))}
    added = [_words(assessment, r, "enter the listing, or ask the IRB") for r in _ordered(theirs - ours.keys() - gone.keys())]
    missing = _ordered(_sure(ours) - theirs - perhaps)
    return Comparison(
        protocol=protocol,
        code=code,
        basis=basis,
        theirs_only=(*added, *strangers),
        left=tuple(gone.values()),
        ours_only=tuple(_words(assessment, r, "file it, or end our listing") for r in missing),
        unsure=tuple(unsure),
        agreed=len(_sure(ours) & theirs),
        compared=True,
    )


def irb_answers(
    lists: Iterable[IrbList], people: Sequence[Person], listings: Sequence[Listing], read_on: date
) -> tuple[IrbAnswer, ...]:
    """What the IRB's lists say of everybody who is listed with us, one answer a person and protocol.

    `read_on` is the day of the read.
    """
    names = Names({person.record: person for person in people})
    return tuple(answer for irb in lists for answer in _answers(irb, names, listings, read_on))


def _answers(irb: IrbList, names: Names, listings: Iterable[Listing], read_on: date) -> Iterable[IrbAnswer]:
    placed = names.place(irb.people)
    on, near = {one.person for one in placed}, {record: one for one in placed for record in one.near}
    old = irb.age(read_on) if irb.stale(read_on) else 0
    for person in sorted({row.person for row in listings if row.protocol == irb.protocol}, key=record_order):
        may = near.get(person)
        answer = Answer.YES if person in on else Answer.UNKNOWN if may else Answer.NO
        why = f"{may.listed.name or may.listed.address}, {may.why}" if may and answer is Answer.UNKNOWN else ""
        yield IrbAnswer(person=person, protocol=irb.protocol, as_of=irb.as_of, on=answer, why=why, days_old=old)


def irb_sentences(lists: Iterable[IrbList], assessment: Assessment, today: date) -> tuple[Waiting, ...]:
    """What the IRB's lists leave to the coordinator: people whom no listing of ours names, rows in doubt, and lists too old.

    Who is on ours and not on theirs is a problem of that listing.
    """
    found: list[Waiting] = []
    for irb in lists:
        if irb.protocol in assessment.protocols:
            found += _of_list(irb, assessment, today)
    return tuple(found)


def _of_list(irb: IrbList, assessment: Assessment, today: date) -> Iterable[Waiting]:
    code = assessment.protocols[irb.protocol].label
    again = f"onboard intake --irb-list FILE --protocol {code}"
    if irb.stale(today):
        yield Waiting(
            title=f"{code}: the IRB's list is of {show(irb.as_of)}, {counted(irb.age(today), 'day')} old",
            why="It says nothing about today, so listings are compared with the lab's own records alone.",
            act=f"Take the newest one in: {again}.",
            since=plus_days(irb.as_of, 91),
        )
        return
    said = compare(irb, assessment, irb.protocol, today)
    ask = "If it is one of the lab, write the address or name into “other names”. Else ask the IRB, and take the newest list in."
    for titles, why, act in (
        (said.theirs_only, "on the IRB's list and not on ours", f"Enter the listing, or ask the IRB. {ask}"),
        (said.left, "on the IRB's list, and gone from the lab", "Ask the IRB to take them off."),
        (said.unsure, "unknown whether it is the same person", ask),
    ):
        for title in titles:
            yield Waiting(title=f"{code}, IRB list of {show(irb.as_of)}: {title}", why=f"It is {why}.", act=act, since=irb.as_of)


def _strangers(placed: Iterable[Placed]) -> list[Placed]:
    return [one for one in placed if not one.person and not one.why]


def _sure(ours: Mapping[str, bool]) -> set[str]:
    return {record for record, sure in ours.items() if sure}


def _ours(listings: Iterable[Listing], protocol: str, day: date) -> dict[str, bool]:
    """Record id -> whether the person is certainly on our list on a day; those who certainly are not are left out."""
    found: dict[str, bool] = {}
    for listing in listings:
        answer = listing_presence(listing).at(day) if listing.protocol == protocol else Answer.NO
        if answer is not Answer.NO:
            found[listing.person] = found.get(listing.person, False) or answer is Answer.YES
    return found


def _ordered(records: Iterable[str]) -> list[str]:
    return sorted(records, key=record_order)


def _left_words(assessment: Assessment, record: str, protocol: str, today: date) -> str:
    """Return words for a person who certainly left the lab, else "".

    Also "" where our listing says that they stay.
    """
    end = (stays(assessment, record) & Timeline.between(None, plus_days(today, -1))).end()
    if belongs_on(assessment, record, today) is not Answer.NO or end is None:
        return ""
    if any(row.stays for row in assessment.listings if (row.person, row.protocol) == (record, protocol)):
        return ""
    return _words(assessment, record, f"left on {show(end)}; have them removed")


def _words(assessment: Assessment, record: str, what: str) -> str:
    return f"{assessment.person_label(record)} (record {record}): {what}"

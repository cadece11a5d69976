"""Random small labs from a seed: few people, two protocols, dates drawn from a small pool so that edges collide.

Everything a lab can get wrong turns up: unreadable and blank cells, ends before starts, claims, declined and unmapped evidence,
refreshers with and without a basic, undated approvals that differ, rows after the read, people who return, and in many labs
holds, suspensions and closures. A last day of 9999-12-31 is read as none before anything is judged, so it is drawn as none.
`describe` prints a lab to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from dice import FUNDINGS, KINDS, NAMES, PEOPLE, PHIS, ROLES, SHIPPED_NAMES, TASKS, TYPES, Dice, as_read
from lab_rules import make_rules, shipped_rules

from onboard.model.choices import UNREADABLE, ApprovalKind, Checked, PersonnelMode, Task
from onboard.model.lab import (
    Absence,
    Appointment,
    Approval,
    Assignment,
    Completion,
    Delegation,
    Disclosure,
    Enrolment,
    Hold,
    IrbAnswer,
    Listing,
    LogEntry,
    Person,
    Protocol,
    StepDone,
    Submission,
    Waiver,
)
from onboard.model.records import Records
from onboard.model.requirements import Rules
from onboard.timeline import Answer


@dataclass(frozen=True)
class Lab:
    """One random lab and the day it was read."""

    seed: int
    records: Records
    rules: Rules
    read_on: date

    def edges(self) -> list[date]:
        """Every readable date of the lab and its rules, with its neighbours."""
        found = {self.read_on}
        for table in fields(self.records):
            for row in getattr(self.records, table.name):
                found |= {value for name in row.__slots__ if isinstance(value := getattr(row, name), date)}
        for version in self.rules.requirements:
            found |= {day for day in (version.in_force_from, version.in_force_to) if day}
        return sorted({day + timedelta(days=step) for day in found for step in (-1, 0, 1)})


def make_lab(seed: int, *, shipped: bool = False) -> Lab:
    """The lab of a seed, always the same; with `shipped` it asks what the shipped requirements ask."""
    dice = Dice(seed)
    people = PEOPLE[: dice.one((1, 2, 3))]
    rules = shipped_rules(dice) if shipped else make_rules(dice)
    protocols = tuple(_protocol(dice, record, people) for record in ("p1", "p2"))
    records = Records(
        people=tuple(_person(name) for name in people),
        protocols=protocols,
        appointments=tuple(row for person in people for row in _appointments(dice, person)),
        steps=_many(dice, people, (0, 1, 1, 2), _step),
        completions=_many(dice, people, (1, 2, 3, 5), _completion),
        listings=_many(dice, people, (0, 1, 2, 2), _listing),
        delegations=_many(dice, people, (0, 1, 1, 2), _delegation),
        assignments=_many(dice, people, (0, 0, 1), _assignment),
        absences=_many(dice, people, (0, 0, 1), _absence),
        log=_many(dice, people, (0, 0, 1), _log_entry),
        waivers=_waivers(dice, people, rules),
        enrolments=_many(dice, people, (0, 0, 1), _enrolment),
        disclosures=_many(dice, people, (0, 1, 2), _disclosure),
        approvals=tuple(row for protocol in ("p1", "p2") for row in _approvals(dice, protocol)),
        submissions=_many(dice, ("p1", "p2"), (0, 0, 1), _submission),
        holds=_many(dice, ("p1", "p2"), (0, 1, 1, 2) if dice.stops else (0, 0, 1), _hold),
    )
    read_on = dice.one(dice.pool[4:])
    records = _with_slips(dice, records)
    return Lab(seed=seed, records=replace(records, irb_answers=_irb_answers(dice, read_on)), rules=rules, read_on=read_on)


#: What a mistyped protocol may mean: one, both, or nothing near.
_MEANT = (("p1",), ("p2",), ("p1", "p2"), ())


def _with_slips(dice: Dice, records: Records) -> Records:
    """Now and then a protocol, task or requirement is mistyped (61)."""
    slips = dice.slips

    def listing(row: Listing) -> Listing:
        return replace(row, protocol="", may_mean=slips.choice(_MEANT)) if dice.slip() else row

    def delegation(row: Delegation) -> Delegation:
        if dice.slip():
            row = replace(row, protocol="", may_mean=slips.choice(_MEANT))
        if dice.slip():
            perhaps = slips.choice((TASKS[:1], TASKS, (Task.ANALYSIS,)))
            row = replace(row, tasks=tuple(task for task in row.tasks if task not in perhaps), may_tasks=perhaps)
        return row

    def waiver(row: Waiver) -> Waiver:
        if dice.slip():
            row = replace(row, protocol="", may_mean=slips.choice(_MEANT))
        return replace(row, requirement=_mistyped(dice, row.requirement)) if dice.slip() else row

    def approval(row: Approval) -> Approval:
        return replace(row, placed=not dice.slip())

    return replace(
        records,
        listings=tuple(map(listing, records.listings)),
        delegations=tuple(map(delegation, records.delegations)),
        waivers=tuple(map(waiver, records.waivers)),
        approvals=tuple(map(approval, records.approvals)),
    )


def _mistyped(dice: Dice, name: str) -> str:
    """A name with two letters swapped, one too many, in capitals with one left out; or another word."""
    at = dice.slips.randrange(len(name))
    swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return dice.slips.choice((swapped, f"{name}x", (name[:at] + name[at + 1 :]).upper(), "nothing like it"))


def _irb_answers(dice: Dice, read_on: date) -> tuple[IrbAnswer, ...]:
    """What the IRB's list of one protocol says of everybody, fresh or too old; two labs of three have none."""
    if dice.chance(0.66):
        return ()
    age = dice.one((0, 1, 30, 89, 90, 91, 400))
    as_of, old = read_on - timedelta(days=age), age if age > 90 else 0
    return tuple(
        IrbAnswer(person=name, protocol="p1", as_of=as_of, on=dice.one((Answer.YES, Answer.NO, Answer.UNKNOWN)), days_old=old)
        for name in PEOPLE
    )


def _many(dice: Dice, owners: Any, counts: tuple[int, ...], build: Any) -> Any:
    return tuple(build(dice, owner) for owner in owners for _ in range(dice.one(counts)))


def _person(name: str) -> Person:
    return Person(
        record=name, greet=name.title(), name=name.title(), other_names="", university_email="", other_email="",
        personal_email="", personal_until=None, citi_id="", complete=True,
    )  # fmt: skip


def _protocol(dice: Dice, record: str, people: tuple[str, ...]) -> Protocol:
    pi = dice.one(people) if dice.chance(0.3) else ""
    mode = dice.one(tuple(PersonnelMode))
    number = f"IRB-24-{record}"
    return Protocol(record=record, number=number, code=record.upper(), title="", pi=pi, digest_to=(), irb="", mode=mode)


def _appointment(dice: Dice, person: str) -> Appointment:
    engaged = None if dice.chance(dice.noise) else dice.chance(0.7)
    return Appointment(
        evidence=dice.evidence("appointment"), person=person, kind=dice.known(KINDS), role=dice.known(ROLES), engaged=engaged,
        supervisor="", **dice.span(0.6),
    )  # fmt: skip


def _appointments(dice: Dice, person: str) -> list[Appointment]:
    """One or two in any way; of who returns two or three, each some days after the one before."""
    found = [_appointment(dice, person) for _ in range(dice.one((1, 1, 1, 2)))]
    if not dice.returners or not isinstance(found[0].first, date):
        return found
    rows, first = [], found[0].first - timedelta(days=dice.one((0, 200, 400)))
    for _ in range(dice.one((2, 2, 3))):
        last = first + timedelta(days=dice.one((0, 20, 90, 200)))
        rows.append(replace(found[0], evidence=dice.evidence("appointment"), first=first, last=last))
        first = last + timedelta(days=dice.one((1, 3, 4, 5, 31, 32, 61, 62, 101, 102, 150)))
    rows[-1] = replace(rows[-1], last=dice.one((None, rows[-1].last, UNREADABLE if dice.noise else None)))
    return rows


def _step(dice: Dice, person: str) -> StepDone:
    return StepDone(
        evidence=dice.evidence("step"), person=person, step=dice.one(("badge", "account", "confidentiality", "data_access")),
        on=dice.cell(0.2),
    )  # fmt: skip


def _completion(dice: Dice, person: str) -> Completion:
    curriculum, group = dice.one(NAMES[:8] * 3 + NAMES + SHIPPED_NAMES * 3)
    completed, expires = as_read(dice.early(dice.noise), dice.cell(0.6))
    checked = dice.one((Checked.ACCEPTED,) * 8 + (Checked.WAITING, Checked.DECLINED))
    return Completion(
        evidence=dice.evidence("completion"), person=person, course=dice.one(("", "", "Privacy of subjects, online course")),
        curriculum=curriculum, group=group,
        stage=dice.known((1, 1, 1, 1, 2, 2, 3, 7)), completed=completed, expires=expires,
        institution=dice.one(("", "", "Our University", "our-university", "Elsewhere College")), record_id="",
        passed=dice.one((True,) * 12 + (False, None)), checked=checked,
        checked_by=dice.one(("", "lia", "lia")), checked_on=dice.cell(0.3), reason="",
        source=dice.one(("typed", "survey", "attested")),
        unclear=frozenset(name for name in ("curriculum", "group", "institution") if dice.chance(dice.noise)),
    )  # fmt: skip


def _listing(dice: Dice, person: str) -> Listing:
    approved, removed = as_read(dice.early(0.2), dice.cell(0.7))
    submitted = dice.early(0.4)
    if approved is None:
        submitted, removed = as_read(submitted, removed)
    return Listing(
        evidence=dice.evidence("listing"), person=person, protocol=dice.one(("p1", "p1", "p2", "")),
        submitted=submitted, approved=approved, removed=removed, stays=False,
    )  # fmt: skip


def _delegation(dice: Dice, person: str) -> Delegation:
    approved = dice.chance(0.85)
    return Delegation(
        evidence=dice.evidence("delegation"), person=person, protocol=dice.one(("p1", "p1", "p2")),
        tasks=tuple(task for task in TASKS if dice.chance(0.7)), approved_by="pi" if approved else "",
        approved_on=dice.cell(0.1), **dice.span(0.6),
    )  # fmt: skip


def _assignment(dice: Dice, person: str) -> Assignment:
    span = dice.span(0.5)
    return Assignment(
        evidence=dice.evidence("assignment"), person=person, protocol=dice.one(("p1", "p2", "")),
        task=dice.one((*TASKS, None)), title="", horizon=None, first=span["first"], due=None, done=span["last"], depends_on="",
        protocol_text=dice.one(("", "", "p?")),
    )  # fmt: skip


def _enrolment(dice: Dice, person: str) -> Enrolment:
    return Enrolment(
        evidence=dice.evidence("enrolment"), person=person, training=dice.one(("hsp", "gcp")), on=dice.early(dice.noise)
    )


def _disclosure(dice: Dice, person: str) -> Disclosure:
    on, expires = as_read(dice.early(dice.noise), dice.cell(0.7))
    return Disclosure(evidence=dice.evidence("disclosure"), person=person, on=on, expires=expires)


def _absence(dice: Dice, person: str) -> Absence:
    return Absence(evidence=dice.evidence("absence"), person=person, **dice.span(0.2))


def _log_entry(dice: Dice, person: str) -> LogEntry:
    return LogEntry(
        evidence=dice.evidence("log"), person=person, protocol=dice.one(("p1", "p2", "")),
        protocol_text=dice.one(("", "", "p?")),
        task=dice.one((*TASKS, Task.ANALYSIS, None)), on=dice.cell(), hours="", what="", outcome="",
    )  # fmt: skip


def _submission(dice: Dice, protocol: str) -> Submission:
    return Submission(evidence=dice.evidence("submission"), protocol=protocol, what="", on=dice.cell(dice.noise))


def _hold(dice: Dice, protocol: str) -> Hold:
    return Hold(evidence=dice.evidence("hold"), protocol=protocol, **dice.span(0.2, dice.noise))


def _waivers(dice: Dice, people: tuple[str, ...], rules: Rules) -> tuple[Waiver, ...]:
    def build(dice: Dice, person: str) -> Waiver:
        approved = dice.chance(0.8)
        return Waiver(
            evidence=dice.evidence("waiver"), person=person, requirement=dice.one(rules.requirements).id,
            protocol=dice.one(("", "p1", "p2")), approved_by="pi" if approved else "", approved_on=dice.cell(0.1),
            **dice.span(0.15),
        )  # fmt: skip

    return tuple(_many(dice, people, (0, 0, 1, 2), build))


def _approvals(dice: Dice, protocol: str) -> list[Approval]:
    kinds = (
        ApprovalKind.RENEWAL, ApprovalKind.AMENDMENT, ApprovalKind.SUSPENSION, ApprovalKind.DETERMINATION,
        ApprovalKind.CLOSURE, ApprovalKind.UNKNOWN,
    )  # fmt: skip
    stops = (ApprovalKind.SUSPENSION, ApprovalKind.CLOSURE, ApprovalKind.RENEWAL)
    often = stops * 4 + kinds if dice.stops else kinds[:4] * 2 + kinds
    more = [dice.one(often) for _ in range(dice.one((1, 2, 2, 3) if dice.stops else (0, 0, 1, 2)))]
    return [
        _approval(dice, protocol, kind, full=number == 0 and not dice.chance(dice.noise))
        for number, kind in enumerate([dice.one((ApprovalKind.INITIAL,) * 3 + (ApprovalKind.DETERMINATION,)), *more])
    ]


def _approval(dice: Dice, protocol: str, kind: ApprovalKind, full: bool) -> Approval:
    def fact(choices: Any) -> Any:
        return dice.known(choices, UNREADABLE) if full or dice.chance(0.3) else None

    return Approval(
        evidence=dice.evidence("approval"), protocol=protocol, kind=kind, open_ended=dice.known((True, True, True, False, False)),
        study_type=fact(TYPES), funding=fact(FUNDINGS), phi=fact(PHIS), **dice.span(0.5, 0.15 if dice.undated else 0.0),
    )  # fmt: skip


def describe(lab: Lab, person: str, protocol: str, number: int | None = None) -> str:
    """The rows of a lab that bear on a person and a protocol, one a line."""
    lines = [f"seed {lab.seed}, read on {lab.read_on}"]
    lines += [repr(version) for place, version in enumerate(lab.rules.requirements) if number in (None, place)]
    for table in fields(lab.records):
        for row in getattr(lab.records, table.name):
            whose = getattr(row, "person", person)
            on = getattr(row, "protocol", protocol)
            if whose == person and (on in (protocol, "") or not protocol) and table.name != "people":
                lines.append(repr(row))
    return "\n".join(lines)

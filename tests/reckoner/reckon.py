"""The brute-force reckoner: one lab, one day, plain ifs. Written from the rules of the field, sharing only the nouns.

It answers for a single day by looking at every row, with "yes", "no" or "unknown". It builds no range, knows no edge, and
imports none of the product's timeline, dates, obligations, rules or readiness code. What the product derives by set algebra
must come out the same here. Numbers in brackets are those of rulings.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from almanac import NO, ONE_DAY, UNKNOWN, YES, at_most, every, evidence_on, happened_by, is_date, nay, some, within
from evidence import Evidence
from owing import may_be_on, remembered

from onboard.model.choices import Checked, Task
from onboard.model.lab import Delegation, StepDone, Submission
from onboard.model.records import Records
from onboard.model.requirements import Per, RequirementKind, Rules


def all_claims_accepted(records: Records, on: date) -> Records:
    """The same lab, had somebody accepted every claim that waits, and signed it on that day (15, 28)."""
    return replace(
        records,
        completions=tuple(
            row if row.checked is Checked.DECLINED else replace(row, checked=Checked.ACCEPTED, checked_by="pi", checked_on=on)
            for row in records.completions
        ),
        delegations=tuple(replace(row, approved_by="pi", approved_on=on) for row in records.delegations),
        waivers=tuple(replace(row, approved_by="pi", approved_on=on) for row in records.waivers),
    )


class Reckoner(Evidence):
    """One lab under one set of rules as read on one day."""

    def __init__(self, records: Records, rules: Rules, read_on: date) -> None:
        super().__init__(records, rules, read_on)
        self._accepted: Reckoner | None = None

    @property
    def accepted(self) -> Reckoner:
        """The reckoner of the same lab with every waiting claim accepted."""
        if self._accepted is None:
            self._accepted = Reckoner(all_claims_accepted(self.records, self.read_on), self.rules, self.read_on)
        return self._accepted

    # ---- delegation

    @remembered
    def task_trained(self, person: str, protocol: str, task: Task, day: date) -> str:
        """Every training asked for the task is met on the day."""
        return every(
            self.clause(number, person, protocol, task, day)
            for number in self.tracked
            if self.version(number).kind is RequirementKind.TRAINING and not self.version(number).only_at_submission
        )

    def delegation_on(self, row: Delegation, protocol: str, task: Task, day: date) -> str:
        """The row's own dates and the PI's approval; `strict_delegation` asks the training on the row's first day (19)."""
        approved = bool(row.approved_by) and is_date(row.approved_on) and row.approved_on <= self.read_on  # (28)
        covers = at_most(within(row.first, row.last, day), doubt=not approved)
        if self.rules.strict_delegation and is_date(row.first) and covers != NO:
            return every([covers, self.task_trained(row.person, protocol, task, row.first)])
        return covers

    def delegated(self, person: str, protocol: str, task: Task, day: date) -> str:
        """For the verdict of a task: a row counts from the first day its training is met (19)."""
        found = []
        for row in self.records.delegations:
            answer = every([self.gives(row, person, protocol, task), self.delegation_on(row, protocol, task, day)])
            if answer != NO:
                first = row.first if is_date(row.first) else self.first_date() - ONE_DAY
                found.append(every([answer, self.trained_by(person, protocol, task, first, day)]))
        return some(found)

    def trained_by(self, person: str, protocol: str, task: Task, first: date, day: date) -> str:
        """Whether the training was met on a day from `first` to `day`, walking back."""
        best = NO
        while day >= first and best != YES:
            best = some([best, self.task_trained(person, protocol, task, day)])
            day -= ONE_DAY
        return best

    # ---- met

    @remembered
    def evidence(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Whether evidence, waivers and lead aside, meets this version on the day."""
        version = self.version(number)
        rows = self.records
        if version.kind is RequirementKind.TRAINING:
            return self.trained(number, person, day)
        if version.kind is RequirementKind.LISTING:
            return self.listing_on(person, protocol, day)
        if version.kind is RequirementKind.APPROVAL:
            return self.approved_on(protocol, day)
        if version.kind is RequirementKind.DELEGATION:
            mine = [(row, self.gives(row, person, protocol, task)) for row in rows.delegations]
            return some(every([given, self.delegation_on(row, protocol, task, day)]) for row, given in mine if given != NO)
        if version.kind is RequirementKind.STEP:
            steps = [row for row in rows.steps if row.person == person and row.step == version.step and row.on is not None]
            return some(self.step_on(number, row, day) for row in steps)
        if version.kind is RequirementKind.DISCLOSURE:
            whose = version.whose_date.value
            mine_too = [row for row in rows.disclosures if row.person == person]
            return some(evidence_on(row.on, row.expires, whose, version.validity, day) for row in mine_too)
        return NO  # a task that must not be given to somebody

    def step_on(self, number: int, row: StepDone, day: date) -> str:
        """From its day on; where each stay asks for it, for the stays that begin at most 60 days later alone (44)."""
        version = self.version(number)
        done = evidence_on(row.on, None, "policy", version.validity, day)
        if not version.each_stay or not is_date(row.on) or done == NO:
            return done
        between = range(row.on.toordinal() + 61, day.toordinal() + 1)
        return every([done, nay(some(self.starts_stay(row.person, date.fromordinal(number)) for number in between))])

    @remembered
    def own(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Met without waivers; with an enforced lead on every day of [day - lead, day] (14)."""
        lead = self.lead(number)
        return every(self.evidence(number, person, protocol, task, day - timedelta(days=back)) for back in range(lead + 1))

    def lead(self, number: int) -> int:
        """How many days before each day must be met too."""
        version = self.version(number)
        return version.lead_days if version.enforce_lead else 0

    @remembered
    def met(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Waivers included."""
        return some([self.own(number, person, protocol, task, day), self.waived(number, person, protocol, day)])

    # ---- rows

    @remembered
    def clause(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Not asked for this scope, or met."""
        scope = self.scope(number, protocol, task)
        if self.version(number).kind is RequirementKind.DELEGATION and task is not None:
            asked = self.asked(number, person, protocol, task, day)
            lead = self.lead(number)
            rows = every(self.delegated(person, protocol, task, day - timedelta(days=back)) for back in range(lead + 1))
            return some([nay(asked), rows])
        lifted = self.waived(number, person, protocol, day)
        return some([nay(self.asked(number, person, protocol, task, day)), self.met(number, person, *scope, day), lifted])

    def scope(self, number: int, protocol: str, task: Task | None) -> tuple[str, Task | None]:
        """The scope of the one finding that this row's clause looks at."""
        per = self.version(number).per
        if per is Per.PERSON:
            return "", None
        return protocol, task if per is Per.TASK else None

    def is_clause(self, number: int, protocol: str, task: Task | None) -> bool:
        """Whether this version can bear on the row at all (1, 3, 7)."""
        version = self.version(number)
        if version.only_at_submission or (version.kind is RequirementKind.STEP and not version.blocks):
            return False
        if version.per is Per.TASK or version.when.tasks:
            return task is not None
        if not protocol:
            return version.per is Per.PERSON and not self.asks_protocol(number)
        return True

    def person_fact_known(self, person: str, fact: str, day: date) -> str:
        """Unknown as soon as an appointment that may cover the day does not say it."""
        for row in self.records.appointments:
            if row.person == person and getattr(row, fact) is None and within(row.first, row.last, day) != NO:
                return UNKNOWN
        return YES

    def selected_on(self, day: date, fact: str) -> bool:
        """Whether a tracked requirement in force selects on appointment kind or engaged (4)."""
        for number in self.tracked:
            when = self.version(number).when
            wanted = bool(when.kinds) if fact == "kind" else when.engaged is not None
            if wanted and self.in_force(number, day):
                return True
        return False

    @remembered
    def clauses(self, person: str, protocol: str, task: Task | None, day: date) -> dict[str, str]:
        """Every clause of a row with its answer."""
        found = {"appointment": self.belongs(person, day), "role": self.person_fact_known(person, "role", day)}
        for fact in ("kind", "engaged"):
            if self.selected_on(day, fact):
                found[fact] = self.person_fact_known(person, fact, day)
        if self.rules.absences_block:
            found["absence"] = nay(self.away(person, day))
        if not protocol:
            found["protocol"] = UNKNOWN if self.on_an_unknown_protocol(person) else YES
        if protocol and not self.surely_on(person, protocol):
            found["slip"] = UNKNOWN  # (61)
        if task and not self.surely_has(person, protocol, task):
            found["slip of a task"] = UNKNOWN
        if protocol:
            found["hold"] = nay(self.held(protocol, day))
            found["suspension"] = nay(self.suspended(protocol, day))
            found["closure"] = nay(self.closed(protocol, day))
            for fact in ("study_type", "funding", "phi"):
                found[fact] = UNKNOWN if self.protocol_fact(protocol, fact, day) is None else YES
        for number in self.tracked:
            if self.is_clause(number, protocol, task):
                found[f"{self.version(number).id}#{number}"] = self.clause(number, person, protocol, task, day)
        return found

    def cleared(self, person: str, protocol: str, task: Task | None, day: date) -> str:
        """Was this person cleared for this on this day: "yes", "no" or "unknown"."""
        return every(self.clauses(person, protocol, task, day).values())

    def row_status(self, person: str, protocol: str, task: Task | None, day: date) -> str:
        """The word for a row: cleared, blocked, unknown, not_due (7)."""
        if self.belongs(person, day) == NO:
            return "not_due"
        return {YES: "cleared", NO: "blocked", UNKNOWN: "unknown"}[self.cleared(person, protocol, task, day)]

    # ---- the word for a finding

    def finding_status(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> str:
        """First that fits (15)."""
        scope = (number, person, protocol, task)
        due, met = self.due(*scope, day), self.met(*scope, day)
        if due == NO:
            return "not_due"
        if met == YES and self.own(*scope, day) != YES:
            return "waived"
        if met == YES:
            return "expiring" if self.ends_soon(*scope, day) else "current"
        if due == UNKNOWN:
            return "unknown"
        if self.accepted.met(*scope, day) == YES:
            return "pending"
        if met == UNKNOWN:
            return "unknown"
        if self.in_hand(*scope, day):
            return "pending"
        return "expired" if self.was_sure(*scope, day) else "missing"

    def ends_soon(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> bool:
        """The last day of the sure run that holds the day lies at most `expiring_days` ahead (14)."""
        for ahead in range(1, self.version(number).expiring_days + 2):
            if self.met(number, person, protocol, task, day + timedelta(days=ahead)) != YES:
                return True
        return False

    def was_sure(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> bool:
        """Surely met by evidence on an earlier day, under this version, walking back to before the lab's first row."""
        earliest = self.first_date()
        while day > earliest:
            day -= ONE_DAY
            if self.own(number, person, protocol, task, day) == YES:
                return True
        return False

    def in_hand(self, number: int, person: str, protocol: str, task: Task | None, day: date) -> bool:
        """An enrolment or a submission to the IRB covers the day."""
        kind = self.version(number).kind
        if kind is RequirementKind.TRAINING:
            for row in self.enrolments(number, person):
                if is_date(row.on) and row.on <= day and not self.passed_between(number, person, row.on, day):
                    return True
        if kind is RequirementKind.LISTING:
            for listing in self.records.listings:
                if listing.person == person and (listing.protocol == protocol or may_be_on(listing, protocol)):
                    waits = happened_by(listing.submitted, day) == YES and happened_by(listing.approved, day) == NO
                    if waits and happened_by(listing.removed, day) != YES:
                        return True
        if kind is RequirementKind.APPROVAL:
            for submission in self.records.submissions:
                filed = submission.protocol == protocol and happened_by(submission.on, day) == YES
                if filed and not self.answered(submission, day):
                    return True
        return False

    def answered(self, submission: Submission, day: date) -> bool:
        """A row of the protocol's history began since the submission."""
        began = [row.first for row in self.records.approvals if row.protocol == submission.protocol and row.placed]
        return any(is_date(submission.on) and is_date(first) and submission.on <= first <= day for first in began)

    # ---- a submission to the IRB

    def good_to_submit(self, number: int, person: str, protocol: str, day: date) -> str:
        """Not asked on the day, or met on it and on every day of its margin."""
        if self.asked(number, person, protocol, None, day) == NO:
            return YES
        margin = self.version(number).submission_margin_days
        scope = self.scope(number, protocol, None)
        days = [day + timedelta(days=more) for more in range(margin + 1)]
        ahead = every(some([self.met(number, person, *scope, on), self.waived(number, person, protocol, on)]) for on in days)
        return some([nay(self.asked(number, person, protocol, None, day)), ahead])

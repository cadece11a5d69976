"""The reckoner's second floor: what completions, enrolments, listings, approvals and holds say about one day.

Sources: rulings 5, 9 to 13 and 16 to 18 of rulings.md. It knows no delegation, no waiver and no verdict.
"""

from __future__ import annotations

from datetime import date, timedelta

from almanac import NO, UNKNOWN, YES, at_most, every, evidence_on, is_date, some, straight, within
from owing import Owing, fold, letters, listed, may_be_on, remembered

from onboard.model.choices import AppointmentKind, ApprovalKind, Checked, PersonnelMode
from onboard.model.lab import Approval, Completion, Enrolment, Listing
from onboard.model.requirements import Course

#: Words that tell no course from another (41).
SAY_NOTHING = """
a an and as at basic by citi course courses for from group groups in introduction investigator investigators learner level
member members module modules new no of on online only or our part practice practices program refresher refreshers required
research researcher researchers series stage staff student students study studies the to training version with
curso cursos basico investigacion investigadores para de del la el los las en y e da do formacion formação pesquisa
cours base recherche pour du des le les et formation kurs grundkurs forschung für der die das und schulung
""".split()  # noqa: SIM905 - a list of words reads better as a text


def telling(text: str) -> set[str]:
    """The words of some names that tell a course from others: letters alone, two at least (41)."""
    words = "".join(sign if sign.isalpha() else " " for sign in text.casefold()).split()
    found = set()
    for word in words:
        if len(word) >= 2 and word not in SAY_NOTHING:
            bare = word[:-1] if len(word) > 4 and word.endswith("s") else word
            if bare not in SAY_NOTHING:
                found.add(bare)
    return found


COVERING = {ApprovalKind.INITIAL, ApprovalKind.RENEWAL, ApprovalKind.DETERMINATION}


def _course_name(completion: Completion) -> str:
    """The group; where it is blank or a placeholder the course's own name, then the curriculum (45)."""
    for name in (completion.group, completion.course, completion.curriculum):
        letters = "".join(c for c in name.casefold() if c.isalnum())
        if letters not in {"", "na", "none"} and not letters.startswith("sameas"):
            return name
    return ""


class Evidence(Owing):
    """What rows of evidence give, one day at a time."""

    # ---- trainings

    @remembered
    def fitting(self, completion: Completion) -> list[Course]:
        """The lines of the map whose names are this course's names; none where a name cannot be read (40)."""
        fits: list[Course] = []
        for course in self.rules.courses:
            if "curriculum" in completion.unclear or "group" in completion.unclear:
                continue
            if course.curriculum and fold(completion.curriculum) not in {fold(name) for name in course.curriculum}:
                continue
            if course.group and fold(_course_name(completion)) not in {fold(name) for name in course.group}:
                continue
            fits.append(course)
        return fits

    @remembered
    def may_be(self, completion: Completion) -> set[str]:
        """The trainings that a course the map does not place may be (41)."""
        fits = self.fitting(completion)
        if fits:
            reached = next((place for place, course in enumerate(fits) if not course.stages), len(fits))
            return {course.training for course in fits[: reached + 1]} - {""}
        printed = telling(f"{completion.curriculum} {completion.group} {completion.course}")
        found = set()
        for course in self.rules.courses:
            names = " ".join((course.training.replace("_", " "), *course.curriculum, *course.group))
            if course.training and telling(names) & printed:
                found.add(course.training)
        return found

    @remembered
    def training_of(self, completion: Completion) -> str | None:
        """The training a completion counts as, "" for none, None when the course map does not know it (16)."""
        fits = self.fitting(completion)
        if completion.stage is None:
            certainly_nothing = fits and not fits[0].stages and fits[0].training == ""
            return "" if certainly_nothing else None
        for course in fits:
            if not course.stages or completion.stage in course.stages:
                return course.training
        return None

    @remembered
    def could_count(self, number: int, completion: Completion) -> str:
        """Whether this row is a pass of a training this version accepts, its dates aside."""
        if completion.checked is Checked.DECLINED or completion.passed is False:
            return NO
        training = self.training_of(completion)
        if training is not None and training not in self.version(number).accepts:
            return NO
        if training is None and not self.may_be(completion) & set(self.version(number).accepts):
            return NO
        if training is None or not self.is_accepted(completion) or completion.passed is None:
            return UNKNOWN
        passed, _ = straight(completion.completed, completion.expires)
        if not is_date(passed) or passed > self.read_on:
            return UNKNOWN
        if completion.stage is not None and completion.stage >= 2 and not self.has_basic(training, completion.person, passed):
            return UNKNOWN
        return YES

    def has_basic(self, training: str, person: str, by: date) -> bool:
        """An accepted, readable stage 1 of the same family, passed on or before; it may have expired since (16)."""
        for row in self.records.completions:
            passed, _ = straight(row.completed, row.expires)
            if (
                row.person == person
                and row.stage == 1
                and self.training_of(row) == training
                and self.is_accepted(row)
                and row.passed is True
                and is_date(passed)
                and passed <= by
            ):
                return True
        return False

    def completion_on(self, number: int, row: Completion, day: date) -> str:
        """Whether one completion covers the day under this version."""
        counts = self.could_count(number, row)
        if counts == NO:
            return NO
        version = self.version(number)
        whose = version.whose_date.value
        if "institution" in row.unclear:  # (40)
            both = {evidence_on(row.completed, row.expires, one, version.validity, day) for one in (whose, "earlier")}
            return at_most(both.pop() if len(both) == 1 else UNKNOWN, doubt=counts == UNKNOWN)
        if letters(row.institution) and letters(row.institution) != letters(self.rules.institution):
            whose = "earlier"
        return at_most(evidence_on(row.completed, row.expires, whose, version.validity, day), doubt=counts == UNKNOWN)

    def passed_between(self, number: int, person: str, first: date, last: date) -> bool:
        """Whether an accepted pass is dated first..last, both inclusive: accepted, mapped, readable, not failed."""
        for row in self.records.completions:
            if row.person != person or not self.is_accepted(row) or row.passed is False:
                continue
            if self.training_of(row) not in self.version(number).accepts or not is_date(row.completed):
                continue
            if first <= row.completed <= last and row.completed <= self.read_on:
                return True
        return False

    def is_accepted(self, row: Completion) -> bool:
        """Looked at and accepted; where the lab says so, signed: a name and a day that is not after the read (15, 42)."""
        if row.checked is not Checked.ACCEPTED:
            return False
        dated = is_date(row.checked_on) and row.checked_on <= self.read_on
        return self.rules.typed_counts or (bool(row.checked_by) and dated)

    def enrolments(self, number: int, person: str) -> list[Enrolment]:
        accepts = self.version(number).accepts
        return [row for row in self.records.enrolments if row.person == person and row.training in accepts]

    def in_progress(self, number: int, row: Enrolment, day: date) -> str:
        """Signed up, within the days the lab allows, and not passed since (17)."""
        days = self.version(number).in_progress_days
        if days == 0:
            return NO
        if not is_date(row.on):
            return UNKNOWN
        if not row.on <= day <= row.on + timedelta(days=days):
            return NO
        return NO if self.passed_between(number, row.person, row.on, day) else YES

    def trained(self, number: int, person: str, day: date) -> str:
        completions = [self.completion_on(number, row, day) for row in self.records.completions if row.person == person]
        enrolments = [self.in_progress(number, row, day) for row in self.enrolments(number, person)]
        return some(completions + enrolments)

    # ---- the IRB

    def external(self, person: str, day: date) -> str:
        """Whether an appointment of an external collaborator covers the day."""
        found = []
        for row in self.records.appointments:
            if row.person == person:
                kind = UNKNOWN if row.kind is None else YES if row.kind is AppointmentKind.EXTERNAL else NO
                found.append(every([within(row.first, row.last, day), kind]))
        return some(found)

    def listing_on(self, person: str, protocol: str, day: date) -> str:
        mode = self.study(protocol).mode
        if mode is PersonnelMode.BLANK:
            mode = self.rules.default_mode
        rows = [row for row in self.records.listings if row.person == person and row.protocol == protocol]
        other = [row for row in self.records.listings if row.person == person and may_be_on(row, protocol)]
        perhaps = [at_most(self._row_on(row, mode, day), doubt=True) for row in other]  # (61)
        return some([self._by_their_list(row, mode, self._row_on(row, mode, day), day) for row in rows] + perhaps)

    def _row_on(self, row: Listing, mode: PersonnelMode, day: date) -> str:
        """What one row of ours says of a day by the personnel mode (18)."""
        by_approval, by_either = listed(row, day, approved_only=True), listed(row, day)
        if mode is PersonnelMode.AMENDMENT:
            return by_approval
        if mode is PersonnelMode.PI_MAINTAINED:
            return by_either
        if mode is not PersonnelMode.AUTOMATIC:
            return YES if by_approval == YES else UNKNOWN if by_approval != NO or by_either != NO else NO
        external = NO if self.rules.automatic_for_external else self.external(row.person, day)
        if external == UNKNOWN:
            return by_approval if by_approval == by_either else UNKNOWN
        return by_approval if external == YES else by_either

    def _by_their_list(self, row: Listing, mode: PersonnelMode, ours: str, day: date) -> str:
        """The IRB's own list, where it could know the row and is not too old: from its day on a YES of ours needs theirs (46)."""
        theirs = next((a for a in self.records.irb_answers if (a.person, a.protocol) == (row.person, row.protocol)), None)
        if ours != YES or theirs is None or self.rules.irb_list == "reports" or (self.read_on - theirs.as_of).days > 90:
            return ours
        known = self._row_on(row, mode, theirs.as_of) != NO
        return UNKNOWN if known and day >= theirs.as_of and theirs.on.value != "yes" else YES

    def approval_covers(self, row: Approval, day: date) -> str:
        """The row's own range: the box "no expiration date" decides about a blank end (10); unreadable, it may be ticked (31)."""
        first, last = straight(row.first, row.last)
        if row.open_ended is None and last is None:
            return at_most(within(first, last, day), doubt=True)
        if row.open_ended is not False:
            if is_date(last) and day > last:
                return UNKNOWN
            return within(first, last, day)
        return at_most(within(first, last, day), doubt=last is None)

    def approved_on(self, protocol: str, day: date) -> str:
        """Cover alone; what stops the protocol is asked of everybody on it (27)."""
        good = []
        for row in self.records.approvals:
            if row.protocol == protocol and row.kind in COVERING:
                good.append(at_most(self.approval_covers(row, day), doubt=not row.placed))  # (61)
            elif row.protocol == protocol and row.kind is ApprovalKind.UNKNOWN:
                good.append(at_most(self.approval_covers(row, day), doubt=True))
        return some(good)

    def suspended(self, protocol: str, day: date) -> str:
        """A suspension covers the day, from..to inclusive; a blank `to` is still suspended (10, 27)."""
        rows = [row for row in self.records.approvals if row.protocol == protocol and row.kind is ApprovalKind.SUSPENSION]
        return some(at_most(within(row.first, row.last, day), doubt=not row.placed) for row in rows)

    def closed(self, protocol: str, day: date) -> str:
        """A closure began on or before the day; a row of unknown kind may be one (10, 27)."""
        found = []
        for row in self.records.approvals:
            if row.protocol == protocol and row.kind in (ApprovalKind.CLOSURE, ApprovalKind.UNKNOWN):
                first, _ = straight(row.first, row.last)
                found.append(at_most(within(first, None, day), doubt=row.kind is ApprovalKind.UNKNOWN or not row.placed))
        return some(found)

    def held(self, protocol: str, day: date) -> str:
        """A hold covers the day (5)."""
        return some(within(row.first, row.last, day) for row in self.records.holds if row.protocol == protocol)

    def away(self, person: str, day: date) -> str:
        """An absence covers the day (5, 30)."""
        return some(within(row.first, row.last, day) for row in self.records.absences if row.person == person)

    @remembered
    def first_date(self) -> date:
        """The earliest readable date of any row: nothing is sure before it."""
        dates = [self.read_on]
        for table in (
            self.records.appointments,
            self.records.assignments,
            self.records.completions,
            self.records.enrolments,
            self.records.steps,
            self.records.disclosures,
            self.records.listings,
            self.records.delegations,
            self.records.approvals,
        ):
            for row in table:
                dates += [value for name in row.__slots__ if is_date(value := getattr(row, name))]
        return min(dates)

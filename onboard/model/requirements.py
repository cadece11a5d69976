"""What a lab demands, as read from config/requirements.toml.

dates.Validity does the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from onboard.dates import Validity, ValidityKind
from onboard.model.choices import AppointmentKind, Funding, PersonnelMode, Phi, Role, StudyType, Task


class RequirementKind(StrEnum):
    """Which rule judges a requirement; what else depends on it is one row of onboard/judging/kinds.py."""

    TRAINING = "training"  # a course passed and not expired
    LISTING = "listing"  # the person is on the protocol's IRB list
    APPROVAL = "approval"  # the protocol is approved
    DELEGATION = "delegation"  # the PI delegated the task
    STEP = "step"  # an onboarding act with a date
    DISCLOSURE = "disclosure"  # a conflict-of-interest disclosure
    TASK = "task"  # a task that must not be given to some people
    APPOINTMENT = "appointment"  # built in: the person belongs to the lab
    HOLD = "hold"  # built in: the protocol is not on hold
    FACT = "fact"  # built in: a fact that selects rules is known


class Per(StrEnum):
    """What a requirement falls on once."""

    PERSON = "person"  # one finding a person, however many protocols ask for it
    PROTOCOL = "protocol"  # one a person and protocol
    TASK = "task"  # one a person, protocol and task


class WhoseDate(StrEnum):
    """Which expiry date counts where the certificate prints one."""

    ISSUED = "issued"  # the printed date; the policy if none
    POLICY = "policy"  # the printed date is ignored
    EARLIER = "earlier"  # whichever ends first


class IrbUse(StrEnum):
    """What the IRB's own list does, once it was taken in."""

    JUDGES = "judges"  # who is on ours and not on it is unknown
    REPORTS = "reports"  # it is said, and changes no verdict


class Fact(StrEnum):
    """The facts that select requirements."""

    ROLE = "role"  # of an appointment
    KIND = "kind"  # of an appointment
    ENGAGED = "engaged"  # of an appointment
    STUDY_TYPE = "study_type"  # of a protocol
    FUNDING = "funding"  # of a protocol
    PHI = "phi"  # of a protocol
    PROTOCOL = "protocol"  # of a person: which protocols they work on


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Whom a requirement falls on; an empty set asks nothing. All that are set must match."""

    roles: frozenset[Role] = frozenset()
    kinds: frozenset[AppointmentKind] = frozenset()
    engaged: bool | None = None
    study_types: frozenset[StudyType] = frozenset()
    funding: frozenset[Funding] = frozenset()
    phi: frozenset[Phi] = frozenset()
    tasks: frozenset[Task] = frozenset()
    protocols: frozenset[str] = frozenset()  # protocol numbers or short codes, folded as `words.fold` does

    def asks_protocol(self) -> bool:
        """Whether a fact of a protocol, or the protocol itself, decides."""
        return bool(self.study_types or self.funding or self.phi or self.protocols)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One version of one requirement, in force from `in_force_from` to `in_force_to`, both inclusive, None = open."""

    id: str
    kind: RequirementKind
    title: str
    per: Per
    when: Selectors = field(default_factory=Selectors)
    in_force_from: date | None = None
    in_force_to: date | None = None
    tracked: bool = True
    blocks: bool = True  # a step is a clause only when it blocks
    #: training: the names in the course map that count, any of them
    accepts: tuple[str, ...] = ()
    step: str = ""  # step: the step's name on the onboarding form
    each_stay: bool = False  # step: done anew in each stay, from 60 days before it
    validity: Validity = field(default_factory=lambda: Validity(ValidityKind.ONCE))
    whose_date: WhoseDate = WhoseDate.ISSUED
    in_progress_days: int = 0
    lead_days: int = 0  # the reminder's deadline lies so many days before it is needed
    enforce_lead: bool = False
    submission_margin_days: int = 0  # at a submission to the IRB it must hold for so many days more; clears and blocks no person
    only_at_submission: bool = False  # judged at a submission only: no clause of anybody's readiness, no reminder
    expiring_days: int = 30  # window of the word "expiring"
    tiers: tuple[int, ...] = (90, 60, 30, 14, 7, 1, 0)  # days to the end at which a reminder is due, then weekly after
    escalate_supervisor_days: int = 14
    escalate_pi_working_days: int = 5
    how_to: str = ""  # link
    minutes: int = 0
    #: training: what to choose where; words alone
    provider: str = ""  # where it is taken
    menu: str = ""  # what to press there, in order
    choose: str = ""  # the course by its own name
    choose_again: str = ""  # the one to renew it with; the same where blank
    minutes_again: int = 0  # how long that takes; as the first where 0
    does_not_count: str = ""
    ask: str = ""  # who gives it: "you", "coordinator", "pi"
    depends_on: tuple[str, ...] = ()
    citation: str = ""

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One line of the course map: names as they appear in evidence, and the training they count as ("" = none)."""

    training: str
    curriculum: tuple[str, ...] = ()  # any of; empty = any curriculum
    group: tuple[str, ...] = ()  # any of, compared folded; never by likeness
    stages: tuple[int, ...] = ()  # empty = every stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything of requirements.toml, with the lab's defaults for judging."""

    requirements: tuple[Requirement, ...]
    courses: tuple[Course, ...]
    default_mode: PersonnelMode = PersonnelMode.AMENDMENT
    automatic_for_external: bool = False
    institution: str = ""
    strict_delegation: bool = False
    absences_block: bool = False
    typed_counts: bool = True  # typed and intake rows count as accepted
    same_stay_days: int = 30  # at most so many days without an appointment lie within one stay
    irb_list: IrbUse = IrbUse.JUDGES
    version: str = ""  # hash of the canonical text

    def tracked(self) -> tuple[Requirement, ...]:
        """The requirements that count in verdicts."""
        return tuple(r for r in self.requirements if r.tracked)

    def not_tracked(self) -> tuple[str, ...]:
        """Titles of what verdicts leave out, to be printed with them."""
        return tuple(dict.fromkeys(r.title for r in self.requirements if not r.tracked))

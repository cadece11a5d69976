"""requirements.toml as values: what each key may hold.

`rules_file.py` checks what fits together.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field

from onboard.config.mistakes import Block
from onboard.dates import parse_validity
from onboard.folding import fold
from onboard.judging.kinds import WRITTEN
from onboard.model import (
    AppointmentKind,
    Course,
    Funding,
    IrbUse,
    Per,
    PersonnelMode,
    Phi,
    Requirement,
    RequirementKind,
    Role,
    Selectors,
    StudyType,
    Task,
    WhoseDate,
)

T = TypeVar("T", bound=str)


def _sorted(values: tuple[T, ...]) -> tuple[T, ...]:
    """A set written as a list: order and repeats mean nothing, so they change no rules version."""
    return tuple(sorted(set(values)))


def _largest_first(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(values), reverse=True))


def _policy(text: str) -> str:
    return str(parse_validity(text))


Days = Annotated[int, Field(ge=0, le=3650)]
Link = Annotated[str, Field(pattern=r"^(https?://\S+|mailto:\S+)?$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]*$")]

#: The kinds a lab may write; the others are built in and always asked.
if TYPE_CHECKING:
    WrittenKind: TypeAlias = RequirementKind
else:
    WrittenKind = Literal[WRITTEN]


class JudgingTable(Block):
    """The [judging] table."""

    default_mode: Literal[PersonnelMode.AMENDMENT, PersonnelMode.AUTOMATIC, PersonnelMode.PI_MAINTAINED] = PersonnelMode.AMENDMENT
    automatic_for_external: bool = False
    strict_delegation: bool = False
    absences_block: bool = False
    typed_counts: bool = True
    same_stay_days: Days = 30
    irb_list: IrbUse = IrbUse.JUDGES


class CourseBlock(Block):
    """One [[course]] block."""

    training: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")]
    curriculum: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    stages: tuple[Annotated[int, Field(ge=1, le=99)], ...] = ()

    def course(self) -> Course:
        """The block as the judge wants it."""
        return Course(training=self.training, curriculum=self.curriculum, group=self.group, stages=self.stages)


class RequirementBlock(Block):
    """One [[requirement]] block: one version of one requirement."""

    id: Name
    kind: WrittenKind
    title: Words
    per: Per
    tracked: bool = True
    blocks: bool = True
    in_force_from: date | None = None
    in_force_to: date | None = None
    roles: Annotated[tuple[Role, ...], AfterValidator(_sorted)] = ()
    kinds: Annotated[tuple[AppointmentKind, ...], AfterValidator(_sorted)] = ()
    engaged: bool | None = None
    study_types: Annotated[tuple[StudyType, ...], AfterValidator(_sorted)] = ()
    funding: Annotated[tuple[Funding, ...], AfterValidator(_sorted)] = ()
    phi: Annotated[tuple[Phi, ...], AfterValidator(_sorted)] = ()
    tasks: Annotated[tuple[Task, ...], AfterValidator(_sorted)] = ()
    protocols: Annotated[tuple[str, ...], AfterValidator(_sorted)] = ()
    accepts: Annotated[tuple[Name, ...], AfterValidator(_sorted)] = ()
    step: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    each_stay: bool = False
    validity: Annotated[str, AfterValidator(_policy)] = "once"
    whose_date: WhoseDate = WhoseDate.ISSUED
    in_progress_days: Days = 0
    lead_days: Days = 0
    enforce_lead: bool = False
    submission_margin_days: Days = 0
    only_at_submission: bool = False
    expiring_days: Days = 30
    tiers: Annotated[tuple[Days, ...], AfterValidator(_largest_first)] = (90, 60, 30, 14, 7, 1, 0)
    escalate_supervisor_days: Days = 14
    escalate_pi_working_days: Days = 5
    how_to: Link = ""
    minutes: Annotated[int, Field(ge=0, le=100_000)] = 0
    provider: str = ""
    menu: str = ""
    choose: str = ""
    choose_again: str = ""
    minutes_again: Annotated[int, Field(ge=0, le=100_000)] = 0
    does_not_count: str = ""
    ask: Literal["", "you", "coordinator", "pi"] = ""
    depends_on: tuple[str, ...] = ()
    citation: str = ""

    def selectors(self) -> Selectors:
        """Whom the block falls on."""
        return Selectors(
            roles=frozenset(self.roles),
            kinds=frozenset(self.kinds),
            engaged=self.engaged,
            study_types=frozenset(self.study_types),
            funding=frozenset(self.funding),
            phi=frozenset(self.phi),
            tasks=frozenset(self.tasks),
            protocols=frozenset(map(fold, self.protocols)),
        )

    def requirement(self) -> Requirement:
        """The block as the judge wants it."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return Requirement(when=self.selectors(), validity=parse_validity(self.validity), **plain)


#: Keys that carry the same name and value in the model.
_PLAIN = (
    "id", "kind", "title", "per", "tracked", "blocks", "in_force_from", "in_force_to", "accepts", "step", "each_stay",
    "whose_date", "in_progress_days", "lead_days", "enforce_lead", "submission_margin_days", "only_at_submission",
    "expiring_days", "tiers", "escalate_supervisor_days", "escalate_pi_working_days", "how_to", "minutes", "provider",
    "menu", "choose", "choose_again", "minutes_again", "does_not_count",
    "ask", "depends_on", "citation",
)  # fmt: skip

"""Jobs, runs, exports, and the lab's settings as plain values.

config/ fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from onboard.dates import WorkCalendar
from onboard.model.mail import Attach, Delivery, Held, MessageKind, Notice


class Mode(StrEnum):
    """What a run may do."""

    DRY = "dry"  # nothing leaves the machine
    TRIAL = "trial"  # everything goes to one address
    LIVE = "live"  # to the readers


class JobName(StrEnum):
    """What runs: the four scheduled entry points, each a file in jobs/, and go-live by hand."""

    CHECKLISTS = "send_checklists"  # new hires
    REMINDERS = "send_reminders"  # everybody else, supervisors, PIs
    DIGESTS = "send_digests"  # weekly
    WORKLIST = "send_worklist"  # each working day
    START = "start"  # go-live, by hand: one introduction to existing staff; never scheduled


class RunState(StrEnum):
    """Life of one execution of a job for one slot."""

    OPEN = "open"  # begun, not used up
    PLANNED = "planned"  # its messages are in the outbox: the slot is used up
    DONE = "done"  # everything handed over or given up
    FAILED = "failed"  # read in doubt, or a template broken: the slot stays open for another try


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution: unique by (lab, mode, job, slot). `token` fences off a run that lost its lease."""

    id: int
    mode: Mode
    job: JobName
    slot: date
    state: RunState
    token: str
    held: bool = False  # over the ceiling: waits for `onboard release`


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A mail that a server took, without its words: what must be remembered so that nothing of it is said again."""

    id: str  # its Message-ID, "<...>"
    mode: Mode
    job: JobName
    slot: date
    kind: MessageKind
    reader: str  # normalised address
    person: str  # record id of the reader, ""
    to_addr: str  # where it went; in trial mode not the reader's
    hard: bool
    keys: tuple[str, ...]  # items it settled
    skips: tuple[str, ...]  # items it made pointless
    at: datetime | None = None  # when it was handed over, aware; None before


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedSlot:
    """A slot whose run is over, with every mail of it sent."""

    mode: Mode
    job: JobName
    slot: date
    at: datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did, for the log, the terminal and the ledger."""

    job: JobName
    slot: date
    mode: Mode
    outcome: str  # sent, nothing, dry, held, failed, already, no_memory
    run: int = 0
    planned: tuple[Notice, ...] = ()
    held: tuple[Held, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    problems: int = 0
    trouble: tuple[str, ...] = ()  # sentences that need a person
    untold: bool = False  # some of them reached the operator by no mail yet
    read_at: datetime | None = None

    @property
    def needs_person(self) -> bool:
        """Whether the exit code is not 0."""
        return self.exit_code > 0

    @property
    def exit_code(self) -> int:
        """2 where the lab must be set up first, 1 where something else needs a person, else 0."""
        if self.outcome == "no_memory":
            return 2
        return int(bool(self.trouble) or self.outcome in ("failed", "held"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One read of the lab's projects: the instruments as CSV text, mapped columns only.

    `instruments` maps "<project>.<instrument>" to canonical CSV (header row, LF). `dictionaries` maps project to the data
    dictionary as CSV. `irb_lists` are the IRB's own lists taken in by the day of the read, each as it is kept.
    """

    instruments: Mapping[str, str]
    dictionaries: Mapping[str, str] = field(default_factory=dict)
    read_at: datetime
    server_version: str = ""
    links: Mapping[str, str] = field(default_factory=dict)  # project -> base URL for links to a record's form
    clock_ahead: timedelta = timedelta()  # how far this machine's clock is before the server's; zero where it says no time
    missing_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # project -> its missing data codes, as it tells
    irb_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A stored good read: canonical text under its hash."""

    id: str  # sha-256 of the text
    text: str
    read_at: datetime
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """One of the people seen under a record id. The records of a project are numbered by the highest one, so the number of the
    last record comes back after that is deleted."""

    record: str
    number: int  # 1 for the first one
    since: datetime  # the read that showed them first, aware
    marks: frozenset[str]  # hashes of what they are recognized by, as last read

    @property
    def former_name(self) -> str:
        """The id under which the ledger keeps a former person's items.

        Once another person has the record id.
        """
        return f"{self.record} (former {self.number})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesUse:
    """A version of the rules and the instant from which reads were judged by it in a mode. Only live use binds."""

    version: str
    used_from: datetime
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRules:
    """The decision that changed rules hold for days already judged as well; printed on later proofs."""

    accepted_at: datetime
    old_version: str
    new_version: str
    what: tuple[str, ...]  # one sentence a change
    why: str  # as the person gave it


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinator:
    """A person who works the list.

    On duty from `first` to `last`, None = open; `cover` for deputies.
    """

    name: str
    address: str
    phone: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When mails may go and how often; each default is a setting."""

    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    new_hire_days: int = 30  # after the start a person belongs to send_checklists until first clearance or so many days
    new_hire_weekly: int = 7  # at most one mail in so many days
    last_week_every: int = 2  # working days, in the last week before the start
    repeat_days: int = 7  # after the end, again each so many days
    announce_working_days: int = 2  # a supervisor or PI hears no sooner than so long after the person
    unmapped_grace: int = 5  # working days the person hears nothing while evidence is looked at
    starting_days: int = 14
    next_days: int = 30
    digest_weekday: int = 0  # Monday
    digests: bool = True  # whether the schedule sends digests
    max_rows: int = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The last gate's values."""

    mode: Mode = Mode.DRY
    trial_address: str = ""
    ceiling: int = 50  # mails to people per run; over it all of them are held
    guest_list: frozenset[str] = frozenset()  # when not empty only these addresses are written to
    institution_domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The lab's settings as values; no secret is here."""

    id: str
    name: str
    zone: ZoneInfo
    sender: str  # address in the lab's domain
    coordinators: tuple[Coordinator, ...]
    operator: str  # address
    institution: str = ""
    verify: str = ""  # how a new hire can check that the mail is real
    evening: time = time(18, 0)  # until then an open slot is tried again
    cadence: Cadence = field(default_factory=Cadence)
    limits: Limits = field(default_factory=Limits)
    attach: Attach = Attach.NONE  # the digest's roster as a file
    envelope_sender: str = ""  # where mail comes back to, KEY in place of what is each message's own; "" = `sender`

    def envelope_of(self, message_id: str) -> str:
        """Return the address one message comes back to.

        Where the lab wants one of its own for each, it contains what is before the @ of the Message-ID.
        """
        return self.envelope_sender.replace("KEY", message_id.strip("<>").partition("@")[0]) or self.sender

    def on_duty(self, day: date) -> tuple[Coordinator, ...]:
        """The coordinators whose duty covers `day`; else the first of all."""
        found = tuple(c for c in self.coordinators if (c.first is None or c.first <= day) and (c.last is None or day <= c.last))
        return found or self.coordinators[:1]

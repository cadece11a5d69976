"""Mail: lines, notices, messages, and what the ledger remembers of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from onboard.model.findings import Cleared


class MessageKind(StrEnum):
    """One name opens a message's kind, its three template files and its snapshots."""

    WELCOME = "welcome"  # first mail to a new hire, with the checklist
    CHECKLIST = "checklist"  # what is left of a new hire's list, and what moved
    REMINDER = "reminder"  # to any other person: blocked, reminders, cleared, receipts
    INTRODUCTION = "introduction"  # once to existing staff at go-live
    ESCALATION = "escalation"  # to a supervisor or PI about people
    DIGEST = "digest"  # weekly to a PI
    WORKLIST = "worklist"  # each working day to a coordinator
    OPERATOR = "operator"  # trouble with the tool itself


class Section(StrEnum):
    """The part of a mail a line is in.

    Templates show the sections of their kind in this order.
    """

    STEPS = "steps"  # welcome, checklist: what to do, in order
    OTHERS_DO = "others_do"  # welcome, checklist: what others do for them
    DONE = "done"  # checklist: what is done
    BLOCKED = "blocked"  # reminder: you are blocked today
    DUE = "due"  # reminder: ends soon or is missing
    CLEARED = "cleared"  # reminder, checklist: you can work on P
    RECEIPT = "receipt"  # reminder, checklist: evidence received, accepted or not
    CHECKING = "checking"  # reminder, checklist: what is being checked, with nothing to do meanwhile
    ABOUT = "about"  # escalation: one person's item
    NEEDS_YOU = "needs_you"  # digest
    BLOCKED_NOW = "blocked_now"  # digest
    NOT_KNOWN = "not_known"  # digest: who is unknown, counted by cause
    SINCE = "since"  # digest: since last week
    NEXT = "next"  # digest: next 30 days
    STARTING = "starting"  # digest
    STACK = "stack"  # digest: work that is off
    BLOCKS_WORK = "blocks_work"  # worklist: what the coordinator can clear today
    WAITS_PI = "waits_pi"  # worklist: waits for the PI
    EYES = "eyes"  # worklist: to check
    GONE = "gone"  # worklist: no longer in REDCap
    IRB = "irb"  # worklist: one batch a protocol
    MOVES = "moves"  # worklist: starting and leaving
    SILENT = "silent"  # worklist: no answer to reminders
    WAITS_PEOPLE = "waits_people"  # worklist: waits for the people themselves
    UNREADABLE = "unreadable"  # worklist: records to correct
    MAIL = "mail"  # worklist: mail problems
    TROUBLE = "trouble"  # operator


class ReaderRole(StrEnum):
    """Why a reader gets a mail."""

    PERSON = "person"  # about themselves
    SUPERVISOR = "supervisor"  # about people they supervise
    PI = "pi"  # about the people on their protocols
    COORDINATOR = "coordinator"  # the lab's day
    OPERATOR = "operator"  # runs the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The reader of a notice. `address` is normalized: trimmed, lower case."""

    address: str
    name: str
    greet: str
    role: ReaderRole
    record: str = ""  # record id in People, "" for a reader without a record


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """One of the people a line is about: record id, name, and the form of theirs to open, "" for none."""

    record: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing said. Every field has a value, so that a template can be strict; dates None and text "" mean not applicable.

    `key` is the item's key in the ledger; a line without one ("") is context and is never remembered.
    `also` are further keys settled by the same words (lower tiers are not listed here: they are skipped by the enqueue).
    """

    key: str
    section: Section
    title: str  # what it is about: "Good Clinical Practice (GCP)", "IRB list for STEP-HF"
    why: str = ""  # the exact reason in one sentence, with dates
    act: str = ""  # the next step, addressed to the reader
    person: str = ""  # record id
    name: str = ""  # the person's name, for readers other than the person
    protocol: str = ""  # short code
    task: str = ""
    status: str = ""  # a Status or Cleared word
    due: date | None = None  # by when
    ends: date | None = None  # the last day covered, inclusive
    since: date | None = None  # since when blocked, or when it changed
    days: int | None = None  # days left to `due` or `ends`; negative = over
    url: str = ""
    minutes: int = 0
    does_not_count: str = ""
    owner: str = ""  # who acts next: "you", or a name
    knows: str = ""  # whether the person knows, for digest and escalation
    hard: bool = False  # a hard deadline: resent when in doubt, moved earlier over a weekend
    also: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()  # keys of lower tiers that this line makes pointless
    report: bool = False  # the person hands in a completion report for it
    stop: str = ""  # the protocol that a study-wide stop is about: record id
    hand_in: str = field(default="", repr=False)  # their own survey link; it allows sending evidence in their name
    headline: str = ""  # the news in one line, for the subject and above the rest; "" = the title
    people: tuple[Concerned, ...] = ()  # everyone a line about one cause is about; `person` is "" then
    paste: tuple[str, ...] = ()  # lines to paste into a file of the lab's home

    def is_about(self, record: str) -> bool:
        """Whether a person is the one, or one of those, that the line is about."""
        return record == self.person or any(one.record == record for one in self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of the digest's picture: when a person is cleared, inclusive local dates."""

    label: str
    cleared: tuple[tuple[date, date], ...]
    unknown: tuple[tuple[date, date], ...] = ()


class Attach(StrEnum):
    """Whether and how a digest carries its roster as a file."""

    NONE = "none"  # no file
    CSV = "csv"  # plain text, for any spreadsheet
    XLSX = "xlsx"  # a workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One person on one protocol today, for the file beside a digest. No reasons."""

    person: str  # name
    protocol: str  # short code, "" for a person on none
    verdict: Cleared
    through: date | None  # last day, when cleared and there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Planned for a reader: no words yet."""

    kind: MessageKind
    reader: Reader
    slot: date  # the local date it is for
    lines: tuple[Line, ...]
    read_at: datetime | None  # when REDCap was read; None when it could not be
    numbers: Mapping[str, int] = field(default_factory=dict)  # counts for subjects: cleared, blocked, unknown, people ...
    facts: Mapping[str, str] = field(default_factory=dict)  # words for the frame: start, ready_about, protocols, cover ...
    bars: tuple[Bar, ...] = ()  # digest's picture
    not_tracked: tuple[str, ...] = ()
    rules_version: str = ""
    calendar: bool = False  # attach one event "Courses due"
    roster: tuple[RosterRow, ...] = ()  # rows of the file beside a digest, where the lab wants one
    key: str = ""  # item key of the mail itself: digest/reader/slot, welcome/person/appointment ...; "" when its lines say all

    def section(self, section: Section) -> tuple[Line, ...]:
        """The lines of one section, in the planned order."""
        return tuple(line for line in self.lines if line.section is section)

    def keys(self) -> tuple[str, ...]:
        """The item keys this notice settles when it is sent."""
        lines = (key for line in self.lines for key in (line.key, *line.also))
        return tuple(dict.fromkeys(key for key in (self.key, *lines) if key))

    @property
    def hard(self) -> bool:
        """Whether any line is a hard deadline."""
        return any(line.hard for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a mail. `cid` makes it an inline picture."""

    filename: str
    mime: str  # "text/calendar; method=PUBLISH" style is split by the mailer at "/" and ";"
    content: bytes
    cid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice with its words."""

    notice: Notice
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[Line, ...] = ()  # lines of the notice that did not fit: counted, not shown, and so not said


class ItemState(StrEnum):
    """What became of one thing said."""

    CLAIMED = "claimed"  # in a message on its way
    SENT = "sent"  # handed over
    SKIPPED = "skipped"  # a later tier said it
    BASELINE = "baseline"  # already true at go-live; never said
    REFUSED = "refused"  # it did not arrive: to be said again
    DOUBTED = "doubted"  # not known to have arrived: to be sent again, with a word about it


#: What was tried and counts as not said.
OPEN_AGAIN = frozenset({ItemState.REFUSED, ItemState.DOUBTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """One remembered item."""

    key: str
    state: ItemState
    reader: str  # address it went to, "" for skipped and baseline
    on: date  # local slot it was settled for


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """One remembered message: enough to say when a reader was last written to."""

    kind: MessageKind
    reader: str
    person: str  # record id of the reader, "" when not a record
    slot: date
    state: str
    job: str = ""  # what planned it


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the ledger remembers of one lab and mode, as one version of the truth."""

    version: int = 0
    started: bool = False  # a baseline was recorded for this lab and mode
    items: Mapping[str, ItemRecord] = field(default_factory=dict)
    mails: tuple[MailRecord, ...] = ()
    addresses: Mapping[str, AddressMemory] = field(default_factory=dict)  # those that refused mail of ours
    problems_seen: Mapping[str, date] = field(default_factory=dict)  # problem key -> first seen
    new_people: Mapping[str, datetime] = field(default_factory=dict)  # record id that was another person's -> since when
    parked: int = 0  # messages in doubt that wait for a person
    unclear: tuple[str, ...] = ()  # sentences: reports in the mailbox that a person must look at

    def said(self, key: str) -> bool:
        """Whether an item is settled: claimed by a message on its way, sent, skipped or baseline."""
        record = self.items.get(key)
        return record is not None and record.state not in OPEN_AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A notice that does not go out now, and why."""

    notice: Notice
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to send a message."""

    message_id: str
    kind: MessageKind
    reader: str
    state: str  # sent, queued (will be tried again), refused, failed, in_doubt
    detail: str = ""


class Step(StrEnum):
    """Where mail was refused: a step of the conversation with our server, or a report that came back later."""

    LOGIN = "login"  # connecting, greeting, EHLO, TLS, AUTH
    SENDER = "sender"  # MAIL
    RECIPIENT = "recipient"  # RCPT
    OFFER = "offer"  # the DATA command, before any of the message
    BODY = "body"  # after the whole message
    REPORT = "report"  # a delivery report


class Fault(StrEnum):
    """Which side is at fault for a refusal."""

    ADDRESS = "address"  # nothing arrives there
    MAILBOX = "mailbox"  # it takes nothing for now
    OURS = "ours"  # our sender, login, relay, host, domain or quota
    MESSAGE = "message"  # this mail's own content or size
    NETWORK = "network"  # a server that is busy or away
    UNKNOWN = "unknown"  # the answer does not say


class Action(StrEnum):
    """What follows from a refusal."""

    HOLD = "hold"  # all mail waits
    LATER = "later"  # this mail again today
    COUNT = "count"  # evidence against the address; the mail is not said
    TELL = "tell"  # given up, told, not said, planned anew
    DOUBT = "doubt"  # offered, and no answer
    NOTHING = "nothing"  # changes nothing


class Cause(StrEnum):
    """Why mail is held, as far as it decides how long."""

    LOGIN = "login"  # login or sender refused: a person corrects it
    QUOTA = "quota"  # a limit of our mailbox
    OTHER = "other"  # anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One answer that is not a yes, or one block of a report, with what it means. `weak`: a sign in words alone."""

    step: Step
    fault: Fault
    action: Action
    code: int = 0  # 0 when there was no answer
    status: str = ""  # enhanced status (RFC 3463), "" when none was given
    words: str = ""  # the server's own, on one line
    weak: bool = False
    cause: Cause = Cause.OTHER

    @property
    def name(self) -> str:
        """What stays the same while the words change: ``recipient 550 5.1.1``."""
        return " ".join(str(part) for part in (self.step, self.code, self.status) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One recipient's part of a delivery report that came back (RFC 3464)."""

    report: str  # what names the report itself: its Message-ID, or a hash of it
    message_id: str  # "<...>" of the mail it is about, "" when the report does not hold it
    addresses: tuple[str, ...]  # as the report names the recipient, normalised: original first, then final
    refusal: Refusal
    key: str = ""  # from the address the report was sent to, where each mail has an envelope sender of its own
    plain: bool = False  # read out of plain words: worth nothing unless mail and address agree

    @property
    def failed(self) -> bool:
        """Whether the mail was given up; a delay, or "delivered", is not."""
        return self.refusal.action is not Action.NOTHING


class BounceEffect(StrEnum):
    """What a bounce changed in the ledger."""

    NOTHING = "nothing"  # a delay, counted before, or about a mail that is not ours
    NOTED = "noted"  # the mail counts as not said, and what it said is planned anew
    UNCLEAR = "unclear"  # in plain words, and mail and address do not agree: a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mail that an address did not take."""

    at: datetime
    day: date  # the lab's local day
    fault: Fault
    words: str
    weak: bool = False
    by_report: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMemory:
    """What the ledger remembers of an address that refused mail: its refusals and when it took mail, each oldest first."""

    marks: tuple[Mark, ...] = ()
    taken: tuple[datetime, ...] = ()
    older: Mark | None = None  # closed by an earlier version of the program, whose evidence is not known


class Standing(StrEnum):
    """The state of an address that refused mail."""

    DOUBTED = "doubted"  # refused once: tried again with the next working day's plan
    RESTING = "resting"  # several mails were given up for another reason than the address
    CLOSED = "closed"  # refused on several days: nothing is sent there until a day
    TRYING = "trying"  # that day has come: the next mail goes
    OPENED = "opened"  # takes mail again, since a few days ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One address that is not simply open. Mail for a slot before `until` waits."""

    standing: Standing
    since: date  # the first refusal that counts
    until: date  # the first day on which it is tried again
    fault: Fault
    days: tuple[date, ...]  # of the refusals that count
    words: str  # the server's, of the last one
    times: int = 0  # how often it was closed

    def shut_on(self, slot: date) -> bool:
        """Whether nothing is sent there for this day."""
        return slot < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """All mail of a lab and mode held, or held before. `until` is when the next try may be made."""

    cause: Cause
    code: int
    status: str
    step: Step
    words: str  # for people: what the server said, what it means, the next step
    since: datetime
    until: datetime
    tries: int
    tripped_by: str  # reader of the mail that met it, "" when no mail did
    settings: str  # how the settings stood at the last try, so that a correction is tried at once
    ended: datetime | None = None  # when mail left again; None while it is held

    @property
    def held(self) -> bool:
        """Whether mail waits for it now."""
        return self.ended is None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNumbers:
    """How the mail of a lab stands, for those who watch numbers."""

    held: bool  # all mail waits for the server
    closed: int  # addresses to which nothing is sent
    in_doubt: int  # mails offered without an answer
    given_up: int  # mails that did not arrive and will not, as far back as the ledger goes


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """One mail that did not arrive and will not."""

    message: str
    on: date
    address: str
    kind: MessageKind
    reader: str
    subject: str
    refusal: Refusal

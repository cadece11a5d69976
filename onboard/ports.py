"""What the product needs from outside, as small Protocols. Decides the seams; adapters/ fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from onboard.model import (
    AcceptedRules,
    Bounce,
    BounceEffect,
    Export,
    History,
    JobName,
    MessageKind,
    Mode,
    Problem,
    RulesUse,
    Run,
    RunReport,
    Snapshot,
)


class Clock(Protocol):
    """The one door to the time."""

    def now(self) -> datetime:
        """This instant, aware, UTC."""
        ...


class RecordSource(Protocol):
    """Where the lab's records come from."""

    def fetch(self, last_rows: Mapping[str, int]) -> Export:
        """One whole read. `last_rows` counts rows per instrument of the last good read; empty when there was none.

        Raises ReadInDoubt, with what, where and the next step, for anything less than a whole, plausible read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """Fields of one record to be given these values; an empty one is blanked."""

    record: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one change. `words` say why when it is not ``written``."""

    record: str
    state: Literal["written", "locked", "refused", "unconfirmed"]
    words: str = ""


class RecordWriter(Protocol):
    """The program's own fields in the lab's records, and nothing else."""

    def current(self) -> Mapping[str, Mapping[str, str]]:
        """Record -> its own fields as they stand. Raises ReadInDoubt."""
        ...

    def write(self, changes: Sequence[RecordChange]) -> Sequence[Written]:
        """Write, read back, and say what became of each. A record that cannot be written hides no other.

        Raises ReadInDoubt when the server fails; what was written by then is seen at the next `current`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it goes into the outbox: the bytes are frozen here."""

    kind: MessageKind
    reader: str  # normalised address
    person: str  # record id of the reader, ""
    slot: date
    message_id: str  # "<random@domain>", also the row's id
    envelope_from: str
    to_addr: str
    subject: str
    mime: bytes
    keys: tuple[str, ...]  # items it settles
    skips: tuple[str, ...]  # items it makes pointless
    hard: bool  # in doubt: resend; else park and tell
    expires_at: datetime | None  # aware; stale afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A claimed outbox row: may be handed over by the holder of `token` only."""

    id: str  # the message id
    kind: MessageKind
    reader: str
    envelope_from: str
    to_addr: str
    mime: bytes
    token: str
    attempts: int
    hard: bool


class Mailer(Protocol):
    """Hands frozen bytes over. One attempt; never retries by itself once bytes were offered."""

    def will_wait(self) -> bool:
        """Whether the next `deliver` first waits or connects: what is settled should be committed before."""
        ...

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        """Hand over and return the server's words. `before_data` is called just before the bytes are offered; what it
        raises passes through, and then nothing was offered.

        Raises DeliveryError (refused; `permanent` says for good, `address` that the address itself is no good),
        TransportDown (not taken, and nothing else should be tried now), InDoubt (the link was lost after the bytes were
        offered).
        """
        ...

    def close(self) -> None:
        """End the connection politely; never raises for a dead link."""
        ...


class BounceSource(Protocol):
    """The mailbox our mail comes from, looked at without changing anything in it."""

    def reports(self, since: date) -> Sequence[bytes]:
        """Whole mails that look like delivery reports and came on or after a day, oldest first. Raises TransportDown."""
        ...

    def in_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Those of the Message-IDs that stand in the folder of sent mail; empty where there is none. Raises TransportDown."""
        ...

    def close(self) -> None:
        """Log out; never raises for a dead link."""
        ...


class Ledger(Protocol):
    """Memory of runs, snapshots, items and messages of one lab. Every method raises LedgerError when it cannot.

    A row in hand (`Posted`) may be moved by the holder of its token only; the `mark_...` methods return False, and change
    nothing, when another process has taken the row over meanwhile.
    """

    # runs -------------------------------------------------------------------------------------------------------------
    def begin_run(self, mode: Mode, job: JobName, slot: date, now: datetime, lease_seconds: int = 900) -> Run | None:
        """The run of this slot, leased to the caller; None when the slot is used up or another process holds it."""
        ...

    def end_run(self, run: Run, report: RunReport, now: datetime) -> None:
        """Store the report; a failed run leaves its slot open and gives the lease back."""
        ...

    def last_runs(self, limit: int = 20) -> Sequence[Mapping[str, object]]:
        """The newest runs first: run, mode, job, slot, state, held, started_at, ended_at, outcome, trouble."""
        ...

    def last_slot(self, mode: Mode, job: JobName) -> date | None:
        """The newest slot of a job that is used up."""
        ...

    def last_judged(self, mode: Mode, job: JobName) -> tuple[Snapshot, str] | None:
        """What the newest used-up run of a job was planned on: its snapshot and the text of its rules."""
        ...

    # memory -----------------------------------------------------------------------------------------------------------
    def history(self, mode: Mode, ignoring: JobName | None = None) -> History:
        """Everything said, as if the still queued messages of job `ignoring` were gone.

        `started` says whether that job recorded its baseline (any job, when `ignoring` is None).
        """
        ...

    def record_baseline(self, mode: Mode, job: JobName, keys: Sequence[str], now: datetime, slot: date) -> None:
        """Go-live of a job: these items are already true and are never said. Repeating adds nothing; what was said stays."""
        ...

    def see_problems(self, problems: Sequence[Problem], today: date) -> Mapping[str, date]:
        """Remember the problems of a read; returns first-seen per key of those given; forgets keys that are gone."""
        ...

    def see_troubles(self, scope: str, keys: Sequence[str], today: date) -> Mapping[str, date]:
        """The same for troubles of the tool itself; only keys of this scope are forgotten when they are gone."""
        ...

    def suppress(self, mode: Mode, address: str, why: str, now: datetime) -> None:
        """Stop writing to an address: queued messages to it are closed and their items refused."""
        ...

    def unsuppress(self, mode: Mode, address: str, now: datetime) -> int:
        """Write to an address again; its refused items are open once more. Returns how many."""
        ...

    def bounced(self, mode: Mode, bounce: Bounce, today: date, now: datetime) -> BounceEffect:
        """Count a hard bounce of a mail of ours, each mail once, by Message-ID or else by address.

        What that mail said is open again; the second mail within sixty days suppresses the address.
        """
        ...

    # outbox -----------------------------------------------------------------------------------------------------------
    def enqueue(
        self,
        run: Run,
        outgoing: Sequence[Outgoing],
        version: int,
        now: datetime,
        *,
        held: bool = False,
        snapshot: Snapshot | None = None,
        rules: str = "",
    ) -> bool:
        """One transaction (design 5.2): False when the history moved on from `version` (plan again), and nothing changed.

        Supersedes the job's queued messages and frees their items, inserts the new ones, marks lower tiers skipped and
        the run planned (on this snapshot and rules version). `held`: over the ceiling, no mail to people may be claimed
        until `release`. Raises LedgerError when the run was taken over, or a key is said twice.
        """
        ...

    def post_aside(self, mode: Mode, job: JobName, outgoing: Sequence[Outgoing], now: datetime) -> int:
        """Put operator notices into the outbox without using a slot up; one with an item already said is left out.

        Returns how many were put in.
        """
        ...

    def withdraw_queued(self, mode: Mode, now: datetime) -> int:
        """After a bad read: queued messages to people are taken back and their items freed. Returns how many."""
        ...

    def release(self, run_id: int, now: datetime) -> int:
        """Let a held run's messages go. Returns how many; raises LedgerError naming the held runs for a wrong id."""
        ...

    def recover(self, now: datetime) -> tuple[int, int]:
        """Leases that ran out: before DATA back to queued, after it in doubt (resent when hard, else parked).

        Returns (requeued, parked).
        """
        ...

    def claim(self, mode: Mode, now: datetime, limit: int = 20, lease_seconds: int = 900) -> Sequence[Posted]:
        """Take due queued rows, hard ones first, under a fresh token; expired ones are closed and their items freed."""
        ...

    def mark_data(
        self, post: Posted, now: datetime, *, sent: Sequence[tuple[Posted, str]] = (), lease_seconds: int = 900
    ) -> bool:
        """Commit ``phase=data`` for this row just before DATA, in one transaction with `sent` of earlier ones.

        False when the token no longer holds the row: it must not be offered (`sent` is stored all the same).
        """
        ...

    def mark_sent(self, done: Sequence[tuple[Posted, str]], now: datetime) -> None:
        """Handed over, with the server's words."""
        ...

    def mark_retry(self, post: Posted, detail: str, now: datetime, *, attempted: bool = True) -> bool:
        """Back to queued with growing delay; after eight attempts failed. `attempted=False` burns no attempt, no delay."""
        ...

    def mark_failed(self, post: Posted, detail: str, now: datetime, *, refused: bool) -> bool:
        """Given up. `refused`: the items are closed for this address until it changes, and the address is suppressed;
        otherwise the items are free again for the next plan."""
        ...

    def mark_in_doubt(self, post: Posted, detail: str, now: datetime) -> bool:
        """Offered, no answer: hard ones are queued again with the same bytes and Message-ID, others parked."""
        ...

    def outbox(self, mode: Mode) -> Mapping[str, int]:
        """How many messages stand in each state."""
        ...

    def parked(self, mode: Mode) -> Sequence[Mapping[str, object]]:
        """Messages in doubt that wait for a person: id, job, slot, kind, reader, subject, since, detail."""
        ...

    def settle(self, message_id: str, now: datetime, *, arrived: bool) -> None:
        """A person (or the Sent folder) knows whether a parked message arrived; if not, its items are free again."""
        ...

    def told(self, mode: Mode, person: str, limit: int = 50) -> Sequence[Mapping[str, object]]:
        """Messages that said something about a person, newest first.

        Each has id, job, slot, kind, reader, subject, state, sent_at and keys.
        """
        ...

    # snapshots --------------------------------------------------------------------------------------------------------
    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Store a good read if its text is new; remembers the read in either case."""
        ...

    def snapshot_at(self, known_on: datetime | None = None) -> Snapshot | None:
        """The newest good read, or the newest not later than `known_on` (aware)."""
        ...

    def save_rules(self, version: str, text: str, now: datetime) -> None:
        """Store a rules text under its hash with its first use; remembers each change of the text in use."""
        ...

    def rules_at(self, known_on: datetime | None = None) -> tuple[str, str] | None:
        """(version, text) in use at an instant (now when None), None when none was."""
        ...

    def rules_text(self, version: str) -> tuple[str, str] | None:
        """(version, text) of stored rules by their version or its first characters; None when none, or several, fit."""
        ...

    def rules_uses(self) -> Sequence[RulesUse]:
        """Each change of the rules in use, oldest first."""
        ...

    def accept_rules(self, accepted: AcceptedRules, text: str) -> None:
        """Store a decision to let new rules hold for days already judged, with the text of the new rules."""
        ...

    def accepted_rules(self) -> Sequence[AcceptedRules]:
        """Every such decision, oldest first."""
        ...

    def reads(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """(read at, snapshot id) of every good read later than an instant, oldest first."""
        ...

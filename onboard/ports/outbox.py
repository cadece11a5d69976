"""Messages on their way, seen from inside. Decides the seam: a message is enqueued once, claimed by one process, and settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from onboard.model import JobName, Mode, Run, Snapshot
from onboard.ports.mail import Outgoing, Posted


class Outbox(Protocol):
    """The durable outbox. Every method raises LedgerError when it cannot.

    A row in hand (`Posted`) may be moved by the holder of its token only; the `mark_...` methods return False, and change
    nothing, when another process has taken the row over meanwhile.
    """

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
        whole: bool = True,
    ) -> bool:
        """One transaction: False when the history moved on from `version` (plan again), and nothing changed.

        Supersedes the job's queued messages and frees their items, inserts the new ones, marks lower tiers skipped and
        the run planned (on this snapshot and rules version). `held`: over the ceiling, no mail to people may be claimed
        until `release`. Not `whole`: a part of the plan could not be put into words, so the slot stays open for another
        try. Raises LedgerError when the run was taken over, or a key is said twice.
        """
        ...

    def enqueue_operator(self, mode: Mode, job: JobName, outgoing: Sequence[Outgoing], now: datetime) -> int:
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

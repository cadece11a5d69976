"""The port of the outbox: messages on their way.

A message is enqueued once, claimed by one process, and settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from onboard.model import JobName, Mode, Refusal, Run, Snapshot, Transport
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

    def mark_retry(
        self,
        post: Posted,
        detail: str,
        now: datetime,
        *,
        attempted: bool = True,
        refusal: Refusal | None = None,
        today: date | None = None,
    ) -> bool:
        """Put back to queued, with growing delay, until it is stale.

        What a server answered is stored for the local day `today`. `attempted=False` burns no attempt, no delay.
        """
        ...

    def mark_failed(self, post: Posted, refusal: Refusal, detail: str, today: date, now: datetime) -> bool:
        """Given up on a local day: what it said is free again for the next plan, and the answer is remembered."""
        ...

    def mark_certain(self, post: Posted) -> bool:
        """Note that the server refused it after the message, so it was not delivered.

        That holds whatever happens before it is settled.
        """
        ...

    def mark_in_doubt(self, post: Posted, detail: str, now: datetime, again_at: datetime | None = None) -> bool:
        """Offered, no answer: queued again with the same bytes and Message-ID for an instant, or parked."""
        ...

    def transport(self, mode: Mode) -> Transport | None:
        """The hold on all mail, or the last one there was."""
        ...

    def hold(self, mode: Mode, refusal: Refusal, words: str, reader: str, settings: str, now: datetime) -> Transport:
        """Hold all mail, or hold it longer.

        `words` are for people; `reader` met it, "" for none; `settings` is the state of the settings.
        """
        ...

    def claim_trial(self, mode: Mode, now: datetime, settings: str, lease_seconds: int = 900) -> Posted | None:
        """Claim one due mail for one process while mail is held.

        Another reader's than the one that met the refusal where there is one. None when it is not time yet, nothing is held, or
        nothing waits.
        """
        ...

    def try_now(self, mode: Mode, now: datetime) -> bool:
        """Let the next run try one mail. False when nothing is held."""
        ...

    def let_go(self, mode: Mode, now: datetime) -> None:
        """A mail was taken: the hold is over."""
        ...

    def expire(self, mode: Mode, now: datetime) -> int:
        """Close queued mail that is stale, as given up; what it said is free. Returns how many."""
        ...

    def outbox(self, mode: Mode) -> Mapping[str, int]:
        """Return how many messages are in each state."""
        ...

    def digests_owed(self, mode: Mode, since: date) -> frozenset[str]:
        """Return readers owed a digest: it failed through no fault of their address.

        For a slot since a day, and they got none since.
        """
        ...

    def parked(self, mode: Mode) -> Sequence[Mapping[str, object]]:
        """Return messages offered without an answer, parked or to be offered again.

        Each: id, job, slot, kind, reader, subject, state, hard, doubts, detail; since (in doubt: when it was parked, queued: when
        it goes again); followed (a later mail of its kind reached its reader).
        """
        ...

    def find_mail(self, mode: Mode, beginning: str) -> Sequence[Mapping[str, object]]:
        """Return messages whose id begins so, newest first.

        Each: id, state, slot, kind, reader, sent_at, doubtful.
        """
        ...

    def settle(self, message_id: str, now: datetime, *, arrived: bool) -> None:
        """Settle a message in doubt: a person (or the Sent folder) knows if it arrived.

        If not, its items are free again. Raises LedgerError when it is not in doubt.
        """
        ...

    def end_doubt(self, message_id: str, now: datetime, *, arrived: bool | None) -> bool:
        """Settle a doubt that ends with time. False when it was ended before.

        `arrived` None: its items are free, and the next mail with them says that they may be known.
        """
        ...

    def told(self, mode: Mode, person: str, limit: int = 50) -> Sequence[Mapping[str, object]]:
        """Messages that said something about a person, newest first.

        Each has id, job, slot, kind, reader, subject, state, sent_at and keys.
        """
        ...

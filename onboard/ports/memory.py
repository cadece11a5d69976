"""The port of the history: items sent, and what is known to be wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from onboard.model import AddressMemory, Bounce, BounceEffect, GivenUp, History, JobName, Mode, Problem


class Memory(Protocol):
    """Items, problems, troubles, and addresses that take no mail. Every method raises LedgerError when it cannot."""

    def history(self, mode: Mode, ignoring: JobName | None = None) -> History:
        """Everything said, as if the still queued messages of job `ignoring` were gone.

        `started` says whether that job recorded its baseline (any job, when `ignoring` is None).
        """
        ...

    def began(self, mode: Mode) -> frozenset[JobName]:
        """Return the jobs that went live in a mode: those whose baseline was recorded."""
        ...

    def record_baseline(self, mode: Mode, job: JobName, keys: Sequence[str], now: datetime, slot: date) -> None:
        """Record the go-live of a job: these items are already true and never sent.

        Repeating adds nothing; items sent stay.
        """
        ...

    def see_problems(self, problems: Sequence[Problem], today: date) -> Mapping[str, date]:
        """Remember the problems of a read; returns first-seen per key of those given; forgets keys that are gone."""
        ...

    def see_troubles(self, scope: str, keys: Sequence[str], today: date) -> Mapping[str, date]:
        """The same for troubles of the tool itself; only keys of this scope are forgotten when they are gone."""
        ...

    def troubles_seen(self, scope: str) -> Mapping[str, date]:
        """Return the troubles of a scope as they were last seen, each with the day it was first seen."""
        ...

    def see_unclear(self, mode: Mode, reports: Sequence[str], today: date) -> None:
        """Store the reports that a person must look at.

        Each as its id, a space and a sentence; the others are forgotten.
        """
        ...

    def reopen(self, mode: Mode, address: str) -> int:
        """Forget the evidence against an address, as a person asks. Returns how many refusals went."""
        ...

    def addresses(self, mode: Mode) -> Mapping[str, AddressMemory]:
        """What the history holds of addresses that refused mail, without the rest of it."""
        ...

    def keep_addresses(self, mode: Mode, addresses: Collection[str]) -> int:
        """Forget the evidence against addresses no longer in use. Returns how many."""
        ...

    def given_up(self, mode: Mode, since: datetime) -> Sequence[GivenUp]:
        """Mails that did not arrive and will not, decided since an instant (aware), oldest first."""
        ...

    def bounced(self, mode: Mode, bounce: Bounce, today: date, now: datetime) -> BounceEffect:
        """Count a report that a mail of ours failed, each mail once.

        By Message-ID or else by address: the items of that mail are open again, and the answer is evidence about the address.
        """
        ...

"""The port of past reads and rules: what was known when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from onboard.model import AcceptedRules, Mode, RulesUse, Snapshot


class Reads(Protocol):
    """Good reads and texts of the rules, each under its hash. Every method raises LedgerError when it cannot."""

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Store a good read if its text is new; remembers the read in either case."""
        ...

    def snapshot_at(self, known_on: datetime | None = None) -> Snapshot | None:
        """The newest good read, or the newest not later than `known_on` (aware)."""
        ...

    def save_rules(self, version: str, text: str, now: datetime, mode: Mode) -> None:
        """Store a rules text under its hash with its first use; remembers each change of the text in use in a mode."""
        ...

    def rules_at(self, known_on: datetime | None = None, mode: Mode | None = None) -> tuple[str, str] | None:
        """Return (version, text) in use in a mode at an instant (now when None).

        None when none was; without a mode the live use, and the trial's where there was none.
        """
        ...

    def rules_text(self, version: str) -> tuple[str, str] | None:
        """(version, text) of stored rules by their version or its first characters; None when none, or several, fit."""
        ...

    def rules_uses(self) -> Sequence[RulesUse]:
        """Each change of the rules in use in any mode, oldest first."""
        ...

    def last_read(self, mode: Mode, until: datetime) -> datetime | None:
        """The newest read, not after `until`, that a run of a mode was planned on; None when none was."""
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

"""The ports of mail: frozen bytes to send, and the mailbox they come back to.

yagmail, files and IMAP fill them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from onboard.errors import DeliveryError, TransportDown
from onboard.model import MessageKind, Refusal


class Refused(DeliveryError):
    """One message was not taken. Its text is for people; `refusal` says what the answer means."""

    def __init__(self, text: str, refusal: Refusal) -> None:
        super().__init__(text)
        self.refusal = refusal


class Stopped(TransportDown):
    """No message would be taken now. Its text is for people; `refusal` says what the answer means."""

    def __init__(self, text: str, refusal: Refusal) -> None:
        super().__init__(text)
        self.refusal = refusal


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
    """A claimed outbox row: may be sent by the holder of `token` only."""

    id: str  # the message id
    kind: MessageKind
    reader: str
    envelope_from: str
    to_addr: str
    mime: bytes
    token: str
    attempts: int
    hard: bool
    doubts: int = 0  # how often it was offered without an answer


class Mailer(Protocol):
    """Sends frozen bytes. One attempt; no retry once bytes were offered."""

    def will_wait(self) -> bool:
        """Whether the next `deliver` first waits or connects: what is settled should be committed before."""
        ...

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        """Hand over and return the server's words. `before_data` is called just before the bytes are offered; what it
        raises passes through, and then nothing was offered.

        Raises DeliveryError, Refused where a server answered (this message was not taken), TransportDown, Stopped where
        a server answered (not taken, and nothing else should be tried now), InDoubt (the link was lost after the bytes
        were offered).
        """
        ...

    def probe(self, envelope_from: str) -> str:
        """Go as far as possible without a message.

        Connect, log in, name the sender, take it back. Returns what was reached in words; raises TransportDown or DeliveryError
        as `deliver` does.
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

    def given_up(self, report: bytes) -> Sequence[str]:
        """Return the addresses that a report in plain words gives up on, normalized.

        Never raises.
        """
        ...

    def in_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the Message-IDs that are in the folder of sent mail.

        Empty where there is no such folder. Raises TransportDown.
        """
        ...

    def probe(self) -> str:
        """Log in and look for both folders. Returns what was found in words; raises TransportDown."""
        ...

    def close(self) -> None:
        """Log out; never raises for a dead link."""
        ...

"""What the product needs from outside, as small Protocols. Decides the seams; adapters/ fills them."""

from __future__ import annotations

from typing import Protocol

from onboard.ports.clock import Clock
from onboard.ports.mail import BounceSource, Mailer, Outgoing, Posted
from onboard.ports.memory import Memory
from onboard.ports.outbox import Outbox
from onboard.ports.reads import Reads
from onboard.ports.records import HandIn, HandInPages, Pages, RecordChange, RecordSource, RecordWriter, Written
from onboard.ports.runs import RunBook


class Ledger(RunBook, Memory, Outbox, Reads, Protocol):
    """Memory of runs, items, messages and reads of one lab. Every method raises LedgerError when it cannot."""


__all__ = [
    "BounceSource",
    "Clock",
    "HandIn",
    "HandInPages",
    "Ledger",
    "Mailer",
    "Outgoing",
    "Pages",
    "Posted",
    "RecordChange",
    "RecordSource",
    "RecordWriter",
    "Written",
]

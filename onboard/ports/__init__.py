"""What the product needs from outside, as small Protocols; adapters/ fills them."""

from __future__ import annotations

from typing import Protocol

from onboard.ports.catching_up import CatchingUp
from onboard.ports.clock import Clock
from onboard.ports.handed_over import BookStart, HandOverBook
from onboard.ports.mail import BounceSource, Mailer, Outgoing, Posted, Refused, Stopped
from onboard.ports.memory import Memory
from onboard.ports.outbox import Outbox
from onboard.ports.people import PeopleSeen
from onboard.ports.reads import Reads
from onboard.ports.records import (
    EvidenceFiles,
    HandIn,
    HandInPages,
    Pages,
    RecordChange,
    RecordSource,
    RecordWriter,
    Upload,
    Uploads,
    Written,
)
from onboard.ports.runs import RunBook


class Ledger(RunBook, Memory, Outbox, Reads, CatchingUp, PeopleSeen, Protocol):
    """Memory of runs, items, messages and reads of one lab. Every method raises LedgerError when it cannot."""


__all__ = [
    "BookStart",
    "BounceSource",
    "CatchingUp",
    "Clock",
    "EvidenceFiles",
    "HandIn",
    "HandInPages",
    "HandOverBook",
    "Ledger",
    "Mailer",
    "Outgoing",
    "Pages",
    "PeopleSeen",
    "Posted",
    "RecordChange",
    "RecordSource",
    "RecordWriter",
    "Refused",
    "Stopped",
    "Upload",
    "Uploads",
    "Written",
]

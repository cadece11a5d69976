"""What a run needs, put together by the composition root.

A run gets everything through here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from onboard.model import Assessment, Export, History, Lab, Message, Notice, Rules
from onboard.pipeline.doubting import Place
from onboard.pipeline.handed_papers import Papers
from onboard.ports import Clock, HandInPages, HandOverBook, Ledger, Mailer, RecordSource

#: (assessment, history, lab, today, previous assessment of this job or None) -> notices, most urgent first.
Plan = Callable[[Assessment, History, Lab, date, Assessment | None], Sequence[Notice]]
#: (export, rules, snapshot id) -> assessment.
Judge = Callable[[Export, Rules, str], Assessment]
#: (message, address it goes to, message id "<...>", now) -> the bytes; raises DeliveryError for what no mail can hold.
Compose = Callable[[Message, str, str, datetime], bytes]
#: Whether the process was asked to stop.
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudging:
    """What an older read is judged again with, under the rules of its time."""

    ledger: Ledger
    judge: Judge
    rules: Rules
    rules_text: str  # canonical text of `rules`
    rules_of: Callable[[str], Rules]  # an older text, read again
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Ports, the lab's values and the rooms above the pipeline, as functions."""

    source: RecordSource
    mailer: Mailer
    ledger: Ledger
    clock: Clock
    lab: Lab
    rules: Rules
    rules_text: str  # canonical text under `rules.version`
    rules_of: Callable[[str], Rules]  # an older text, read again
    judge: Judge
    render: Callable[[Notice], Message]
    compose: Compose
    accepts_loss: bool = False  # the user said that rows, or people, were deleted on purpose
    pretended: bool = False  # today is a day that is tried
    book: HandOverBook | None = None  # None: what was sent is in the ledger alone
    #: (this read, the last good one) -> nothing; raises Unreviewed where evidence would stop counting for want of a review
    refuse_unreviewed: Callable[[Export, Export | None], None] = lambda export, before: None
    hand_in: HandInPages | None = None  # None: people hand evidence in by replying
    papers: Papers | None = None  # None: files that people hand in are not read
    settings: str = ""  # the state of the files that a person corrects when a login fails

    @property
    def place(self) -> Place:
        """What handing over needs to know of the lab."""
        return Place(zone=self.lab.zone, calendar=self.lab.cadence.calendar, settings=self.settings)

    @property
    def rejudging(self) -> Rejudging:
        """The part that judges an older read again."""
        return Rejudging(
            ledger=self.ledger,
            judge=self.judge,
            rules=self.rules,
            rules_text=self.rules_text,
            rules_of=self.rules_of,
            zone=self.lab.zone,
        )


def never() -> bool:
    """Return False: no request to stop."""
    return False

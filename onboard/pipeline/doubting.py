"""Mail offered without an answer.

It decides when the same bytes are sent again and when the doubt ends automatically; a person ends it sooner with
`onboard mail settle`, as do the Sent folder and a report that names the mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from onboard.dates import WorkCalendar
from onboard.model import MessageKind, Mode
from onboard.ports import Ledger, Posted

#: After so many working days no report of the mail is expected any more.
ENDS_AFTER = 3
#: What the reader's next mail of the kind shows again: taken as arrived when in doubt.
_SHOWN_AGAIN = frozenset({MessageKind.DIGEST, MessageKind.WORKLIST})
_SOON = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What sending needs to know of the lab.

    Its zone, its working days, and the state of the files that a person corrects when a login fails.
    """

    zone: tzinfo = UTC
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    settings: str = ""

    def day(self, now: datetime) -> date:
        """The lab's local date."""
        return now.astimezone(self.zone).date()


def again_at(post: Posted, now: datetime, place: Place) -> datetime | None:
    """When a mail that was just offered without an answer is offered once more; None when it waits."""
    if post.kind is MessageKind.OPERATOR:
        return now + _DAY if post.doubts == 0 else None
    if not post.hard or post.doubts > 1:
        return None
    if post.doubts == 0:
        return now + _SOON
    here = now.astimezone(place.zone)
    return datetime.combine(place.calendar.on_or_after(here.date() + _DAY), here.time(), tzinfo=place.zone)


def ends_on(row: Mapping[str, object], place: Place) -> date | None:
    """Return the local day on which a parked mail's doubt ends automatically.

    None for a mail that is offered once more first.
    """
    since = row["since"]
    if row["state"] != "in_doubt" or not isinstance(since, datetime):
        return None
    days = 1 if row["kind"] == MessageKind.OPERATOR else ENDS_AFTER
    return place.calendar.add(place.day(since), days)


def end_doubts(ledger: Ledger, mode: Mode, now: datetime, place: Place) -> int:
    """End the doubts whose time has come. Returns how many."""
    ended = 0
    for row in ledger.parked(mode):
        on, kind = ends_on(row, place), MessageKind(str(row["kind"]))
        shown = kind in _SHOWN_AGAIN and bool(row["followed"])
        if on is not None and (shown or on <= place.day(now)):
            taken = kind in _SHOWN_AGAIN or kind is MessageKind.OPERATOR
            ended += ledger.end_doubt(str(row["id"]), now, arrived=True if taken else None)
    return ended

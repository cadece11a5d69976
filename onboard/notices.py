"""A notice put together: what every kind shares. Decides nothing but the common fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onboard.desk import Desk
from onboard.model import Bar, Line, MessageKind, Notice, Reader

#: States of a message that never reached its reader.
NEVER_CAME = frozenset({"superseded", "withdrawn", "failed", "refused", "expired", "held"})


def notice(
    desk: Desk,
    kind: MessageKind,
    reader: Reader,
    lines: Sequence[Line],
    *,
    key: str = "",
    slot: date | None = None,
    numbers: Mapping[str, int] | None = None,
    facts: Mapping[str, str] | None = None,
    bars: Sequence[Bar] = (),
    calendar: bool = False,
) -> Notice:
    """A notice of today's desk; `slot` is today unless the kind has its own."""
    assessment = desk.assessment
    return Notice(
        kind=kind,
        reader=reader,
        slot=slot or desk.today,
        lines=tuple(lines),
        read_at=assessment.read_at,
        numbers=dict(numbers or {}),
        facts={name: text for name, text in (facts or {}).items() if text},
        bars=tuple(bars),
        not_tracked=assessment.rules.not_tracked(),
        rules_version=assessment.rules.version,
        calendar=calendar,
        key=key,
    )


def mails_to(desk: Desk, address: str, *kinds: MessageKind) -> list[date]:
    """The slots of mails that reached an address, or are on their way, in order; of these kinds only where given."""
    return sorted(
        m.slot for m in desk.history.mails if m.reader == address and m.state not in NEVER_CAME and (not kinds or m.kind in kinds)
    )


def written_before(desk: Desk, address: str) -> bool:
    """Whether this is not the first mail to an address: a first mail carries no attachment (domain 5.1)."""
    return bool(mails_to(desk, address))

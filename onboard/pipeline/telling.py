"""Tell the operator what needs a person.

A new trouble is mailed to the operator through the same outbox, once; this module limits such mails per day. mail_troubles.py
lists the troubles of the mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.model import History, ItemState, JobName, MessageKind, Mode, Notice
from onboard.pipeline.delivering import Drained, MessageWriter, drain, write_all
from onboard.pipeline.tools import Stop, Tools
from onboard.pipeline.troubles import Trouble, news, operator_notices, read_again

#: Mails to the operator on one day; one more says how many troubles it does not name.
MOST_A_DAY = 5
_NEVER_CAME = frozenset({"failed", "refused", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All troubles of a run, the new ones, and those not mailed to the operator."""

    all: tuple[Trouble, ...] = ()
    fresh: tuple[Trouble, ...] = ()
    untold: tuple[Trouble, ...] = ()

    @property
    def urgent(self) -> tuple[Trouble, ...]:
        """What a run that only sent waiting mail still reports.

        The day's first runs reported the rest.
        """
        return tuple(one for one in self.all if one in self.fresh or one in self.untold)


def tell(
    tools: Tools,
    mode: Mode,
    job: JobName,
    today: date,
    scopes: Mapping[str, Sequence[Trouble]],
    drained: Drained,
    stop: Stop,
) -> tuple[Told, Drained]:
    """Mail the operator about each new trouble, and send that unless mail is held.

    Returns all troubles, new or not, and what was sent in the whole run.
    """
    ended = _read_again(tools, mode, scopes, today)
    found = news(tools.ledger, mode, {**scopes, **ended}, today)
    if not found:
        return Told(), drained
    history = tools.ledger.history(mode)
    fresh = [(key, one) for key, one in found if not _said(history, key, one)]
    notices = _notices(tools, history, [(key, one) for key, one in fresh if one.by_mail], today)
    written = write_all(notices, message_writer(tools, mode), tools.clock.now(), history)
    posted = tools.ledger.enqueue_operator(mode, job, written.outgoing, tools.clock.now()) if written.outgoing else 0
    if posted and not drained.down:
        more = drain(tools.mailer, tools.ledger, tools.clock, mode, stop, place=tools.place, book=tools.book)
        drained = Drained(deliveries=(*drained.deliveries, *more.deliveries), down=more.down)
    after = tools.ledger.history(mode) if posted else history
    untold = tuple(one for key, one in found if not one.mild and not _handed_over(after, key, one))
    return Told(all=tuple(one for _, one in found), fresh=tuple(one for _, one in fresh), untold=untold), drained


def _read_again(
    tools: Tools, mode: Mode, scopes: Mapping[str, Sequence[Trouble]], today: date
) -> Mapping[str, Sequence[Trouble]]:
    """The end of reads in doubt: told where their beginning was told, on an earlier day."""
    if scopes.get("read") != ():
        return {}
    lasted = tools.ledger.troubles_seen(f"{mode}/read")
    earlier = {key: day for key, day in lasted.items() if key.startswith("read/") and day < today}
    if not earlier:
        return {}
    history = tools.ledger.history(mode)
    told = [day for key, day in earlier.items() if history.said(f"operator/{key}/{day.isoformat()}")]
    return {"read_over": [read_again(min(told), today)]} if told else {}


def _keys(key: str, one: Trouble) -> tuple[str, ...]:
    return one.parts or (key,)


def _said(history: History, key: str, one: Trouble) -> bool:
    """Whether nothing of it is new."""
    return all(history.said(part) for part in _keys(key, one))


def _handed_over(history: History, key: str, one: Trouble) -> bool:
    records = [history.items.get(part) for part in _keys(key, one)]
    return one.by_mail and all(record is not None and record.state is ItemState.SENT for record in records)


def _notices(tools: Tools, history: History, fresh: Sequence[tuple[str, Trouble]], today: date) -> list[Notice]:
    """Return the mails to the operator that go today.

    No more where an address refused today; the last mail of a day counts what it leaves out.
    """
    mails = [mail for mail in history.mails if mail.kind is MessageKind.OPERATOR and mail.slot == today]
    if not tools.lab.operator or any(mail.state in _NEVER_CAME for mail in mails):
        return []
    new = [(key, one) for key, one in fresh if not history.said(key)]
    room = max(MOST_A_DAY - len(mails), 0)
    if len(new) > room and len(mails) <= MOST_A_DAY:
        return operator_notices(tools.lab, [*new[:room], _the_rest(new[room:], today)], today)
    return operator_notices(tools.lab, new[:room], today)


def _the_rest(left: Sequence[tuple[str, Trouble]], today: date) -> tuple[str, Trouble]:
    """One mail for those that would be too many."""
    keys = tuple(part for key, one in left for part in (key, *one.parts))
    titles = "; ".join(dict.fromkeys(one.title for _, one in left))
    text = f"{titles}. `onboard runs` shows each of them; no further mail about troubles goes today."
    return f"operator/more/{today.isoformat()}", Trouble(
        key="more", title=f"And {len(left)} more troubles today", text=text, parts=keys
    )


def message_writer(tools: Tools, mode: Mode) -> MessageWriter:
    """What writes the messages of a run."""
    return MessageWriter(render=tools.render, compose=tools.compose, lab=tools.lab, mode=mode)

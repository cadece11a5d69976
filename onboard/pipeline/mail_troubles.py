"""Troubles of the mail itself.

All mail held, mails that failed, mails in doubt, addresses that refuse. It decides what is one trouble: one cause and day
however many mails it hit, one address from the day it began; mail to the operator is never a trouble.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from onboard.dates import show
from onboard.model import Action, Closed, Fault, GivenUp, History, Lab, MailNumbers, MessageKind, Mode, Standing, Step, Transport
from onboard.pipeline.delivering import Drained
from onboard.pipeline.doubting import Place, ends_on
from onboard.pipeline.tools import Tools
from onboard.pipeline.troubles import Trouble
from onboard.planning.standing import standings
from onboard.ports import Ledger

#: Mails given up are looked for so far back: a run may be missed, and no run may miss one.
_LOOK_BACK = timedelta(days=4)
#: The end of a trouble is told so many days afterwards.
_OVER_FOR = timedelta(days=2)


def mail_troubles(tools: Tools, mode: Mode, drained: Drained, today: date) -> dict[str, Sequence[Trouble]]:
    """Return the troubles by scope, for `telling.tell`.

    Everything is read from the ledger, so that the next run reports a killed run's troubles.
    """
    found = standings(History(addresses=tools.ledger.addresses(mode)), today)
    operator = tools.lab.operator.strip().lower()
    rows = [one for one in tools.ledger.given_up(mode, tools.clock.now() - _LOOK_BACK) if one.kind is not MessageKind.OPERATOR]
    held = _hold(tools, mode)
    stale = [one for one in rows if held and one.refusal.step is Step.LOGIN]
    return {
        "parked": _in_doubt(tools.ledger.parked(mode), tools.place),
        "given_up": _given_up([one for one in rows if one not in stale], found),
        "transport": _transport(held, drained, len(stale), tools.place) if held else [],
        "addresses": [
            *_addresses({a: one for a, one in found.items() if a != operator}, partial(_was_told, tools.ledger, mode), today),
            *_older(found),
        ],
    }  # fmt: skip


# held ------------------------------------------------------------------------------------------------------------------


def _hold(tools: Tools, mode: Mode) -> Transport | None:
    """The hold there is, or one that ended a short while ago."""
    state = tools.ledger.transport(mode)
    over = state is not None and state.ended is not None and tools.clock.now() - state.ended > _OVER_FOR
    return None if over else state


def _transport(state: Transport, drained: Drained, stale: int, place: Place) -> list[Trouble]:
    """A hold is printed and logged while it lasts, since no mail can say it; its end is mailed once."""
    if state.ended is None:
        told = (
            f"{state.words}. Mail waits, and no address was closed. Next try {_clock(state.until, place)}; after a correction: "
            "`onboard mail try`."
        )
        return [Trouble(key=f"transport/{state.since.isoformat()}", title="No mail leaves", text=told, by_mail=False)]
    handed = sum(one.state == "sent" for one in drained.deliveries)
    went = f"{handed} went out, {stale} went stale"
    more = f"{went}; what still holds of these is said again" if stale else went
    held = f"Mail was held from {_clock(state.since, place)} to {_clock(state.ended, place)}"
    text = f"{held}: {state.words}. Of the mails that waited, {more}. Nothing to do."
    return [Trouble(key=f"transport_over/{state.since.isoformat()}", title="Mail leaves again", text=text, mild=True)]


def _clock(at: datetime, place: Place) -> str:
    here = at.astimezone(place.zone)
    return f"{show(here.date())} {here:%H:%M}"


def board_words(ledger: Ledger, lab: Lab, mode: Mode, today: date) -> str:
    """One sentence for a page that many read, without a server's words and without a name; "" while all is well."""
    state = ledger.transport(mode)
    if state is not None and state.held:
        return f"No mail has left since {_clock(state.since, Place(zone=lab.zone))}."
    found = standings(History(addresses=ledger.addresses(mode)), today)
    shut = {address for address, one in found.items() if one.standing is not Standing.OPENED}
    if lab.operator.strip().lower() in shut:
        return "The operator's address does not take our mail."
    unreachable = [c for c in lab.on_duty(today) if c.address.strip().lower() in shut]
    return "A coordinator's address does not take our mail." if unreachable else ""


def mail_numbers(ledger: Ledger, mode: Mode, today: date) -> MailNumbers:
    """The same in numbers."""
    state, states = ledger.transport(mode), ledger.outbox(mode)
    found = standings(History(addresses=ledger.addresses(mode)), today)
    return MailNumbers(
        held=state is not None and state.held,
        closed=sum(one.standing is Standing.CLOSED for one in found.values()),
        in_doubt=states.get("in_doubt", 0),
        given_up=sum(states.get(name, 0) for name in ("failed", "refused", "expired")),
    )


# given up --------------------------------------------------------------------------------------------------------------


def _given_up(rows: Sequence[GivenUp], found: Mapping[str, Closed]) -> list[Trouble]:
    """One trouble for each cause; what its address is told for is not told a second time."""
    groups: dict[str, list[GivenUp]] = {}
    for row in rows:
        if row.refusal.action is Action.TELL and not _of_the_address(found.get(row.address)):
            groups.setdefault(row.refusal.name or "not in time", []).append(row)
    return [_group(name, group) for name, group in sorted(groups.items())]


#: An address that has a trouble of its own.
_LASTS = (Standing.RESTING, Standing.CLOSED, Standing.TRYING)


def _of_the_address(one: Closed | None) -> bool:
    return one is not None and (
        one.standing in (Standing.RESTING, Standing.CLOSED, Standing.TRYING) or one.fault is Fault.ADDRESS
    )


def _group(name: str, rows: Sequence[GivenUp]) -> Trouble:
    first = rows[0].refusal
    said = _said(first.code, first.status, first.words)
    who = ", ".join(dict.fromkeys(row.reader for row in rows))
    if first.step is Step.REPORT and first.fault is Fault.OURS:
        title = "Other servers refuse our domain"
        text = f"{_kinds(rows)} to {who} came back: {said}. The readers are not at fault. Show this to the mail administrators."
    else:
        title = f"{len(rows)} {'mail' if len(rows) == 1 else 'mails'} could not be handed over"
        text = f"{said}: {_kinds(rows)} to {who}."
    text += " None counts as said; what still holds is planned on the next working day."
    parts = tuple(f"operator/given_up_mail/{row.message}" for row in rows)
    return Trouble(key=f"given_up/{name}", title=title, text=text, parts=parts)


def _said(code: int, status: str, words: str) -> str:
    numbers = " ".join(part for part in (str(code) if code else "", "" if status in words else status) if part)
    return f"{numbers} {words}".strip()


def _kinds(rows: Iterable[GivenUp]) -> str:
    counted = Counter(row.kind.value for row in rows)
    return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in sorted(counted.items()))


# in doubt --------------------------------------------------------------------------------------------------------------


def _in_doubt(rows: Iterable[Mapping[str, object]], place: Place) -> list[Trouble]:
    """Return one trouble for all mails in doubt; each is named once.

    A mail that goes once more does not need a person yet.
    """
    waiting = [row for row in rows if row["kind"] != MessageKind.OPERATOR and row["state"] == "in_doubt"]
    if not waiting:
        return []
    title = f"{len(waiting)} {'mail' if len(waiting) == 1 else 'mails'} may or may not have arrived"
    ends = max((day for row in waiting if (day := ends_on(row, place))), default=None)
    only = short(str(waiting[0]["id"])) if len(waiting) == 1 else "ID"
    named = "; ".join(f"{row['kind']} of {row['slot']} to {row['reader']}, {short(str(row['id']))}" for row in waiting)
    text = (
        f"{named}. Look in the Sent folder. Then `onboard mail settle {only} --arrived` or `--again`. Left alone, it ends on "
        f"{show(ends) if ends else 'the third working day'}: what still holds is said again then."
    )
    parts = tuple(f"operator/parked_mail/{row['id']}" for row in waiting)
    return [Trouble(key="parked", title=title, text=text, parts=parts)]


def short(message_id: str) -> str:
    """What a person types for a mail: the first characters of its id."""
    return message_id.strip("<>")[:8]


# addresses -------------------------------------------------------------------------------------------------------------


def _was_told(ledger: Ledger, mode: Mode, key: str, days: Iterable[date]) -> bool:
    """Whether the operator was written to about a trouble that began on one of these days."""
    history = ledger.history(mode)
    return any(history.said(f"operator/{key}/{day.isoformat()}") for day in days)


def _addresses(found: Mapping[str, Closed], was_told: Callable[[str, Iterable[date]], bool], today: date) -> list[Trouble]:
    """Each address from its first refusal on, and once when it takes mail again."""
    troubles = []
    for address, one in found.items():
        key = f"address/{address}/{one.since.isoformat()}"
        if one.standing is Standing.OPENED:
            if today - one.until <= _OVER_FOR and was_told(key, _days_from(one.since, today)):
                text = f"{address} took a mail on {show(one.until)}. Nothing to do."
                troubles.append(Trouble(key=f"over_{key}", title=f"{address} takes our mail again", text=text, mild=True))
        elif _of_the_address(one) and not _is_older(one):
            troubles.append(Trouble(key=key, title=title_of(address, one), text=words_of(address, one)))
    return troubles


def _is_older(one: Closed) -> bool:
    """Closed by an earlier version, and not tried since."""
    return one.standing is Standing.TRYING and not one.times and one.fault is Fault.ADDRESS


def _days_from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def title_of(address: str, one: Closed) -> str:
    """Describe the state of an address in a few words."""
    if one.fault is Fault.MAILBOX:
        return f"The mailbox {address} takes nothing for now"
    if one.standing is Standing.CLOSED:
        return f"Nothing is sent to {address} until {show(one.until)}"
    return f"{address} does not take our mail"


def words_of(address: str, one: Closed) -> str:
    """Since when, by what, and what happens next."""
    days = ", ".join(show(day) for day in one.days)
    said = f"Refused on {days}. The server said: {one.words}."
    mend = "Correct the address in REDCap if it is wrong." if one.fault is Fault.ADDRESS else "Reach the reader another way."
    return f"{said} {mend} It is tried again from {show(one.until)} on; if it is right now: `onboard mail reopen {address}`."


def _older(found: Mapping[str, Closed]) -> list[Trouble]:
    """What an earlier version closed for ever is tried once; told once."""
    older = sorted(
        a for a, one in found.items() if one.standing is Standing.TRYING and not one.times and one.fault is Fault.ADDRESS
    )
    if not older:
        return []
    text = f"An older version closed {', '.join(older)} for good. Each is tried with its next mail. Nothing to do."
    number = f"{len(older)} {'address' if len(older) == 1 else 'addresses'}"
    parts = tuple(f"operator/older_address/{address}" for address in older)
    return [Trouble(key="older_addresses", title=f"{number} closed earlier are tried again", text=text, mild=True, parts=parts)]

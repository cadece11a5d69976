"""The state of an address that refused mail, judged by its record alone.

Open, doubted, resting, closed, or tried again: by its refusals and by the mails taken since, so that every closing has
evidence, a date and an end. It knows no database.

Accusing takes two refusals on two days (three on three days where only words accuse); a mail taken later acquits. A lab has some
forty readers it must reach: a wrong closing costs most, a second try to a dead address is free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from onboard.model import AddressMemory, Closed, Fault, History, Mark, Standing

#: Refusals older than this count no more.
EVIDENCE = timedelta(days=60)
#: A report may come so long after the mail was taken.
REPORTS_COME = timedelta(days=5)
#: Closed for so long, each time longer.
CLOSED_FOR = (timedelta(days=30), timedelta(days=60), timedelta(days=90))
_STRONG_DAYS, _WEAK_DAYS = 2, 3
#: Mails given up for reasons of the mailbox, the message, or unknown ones, on three days within two weeks: the address rests.
_REST_DAYS, _REST_WITHIN, _RESTS = 3, timedelta(days=14), timedelta(days=7)
#: A relay that knows us no more, or a network that is down, says nothing of one address: everybody would rest.
_NOT_THEIRS = frozenset({Fault.OURS, Fault.NETWORK})
_DAY = timedelta(days=1)


def standings(history: History, today: date) -> dict[str, Closed]:
    """Return every address that is not simply open on a day, by address.

    Those opened in the last sixty days as well.
    """
    found = {address: standing(memory, today) for address, memory in sorted(history.addresses.items())}
    return {address: one for address, one in found.items() if one is not None}


def shut(history: History, address: str, slot: date) -> Closed | None:
    """What keeps mail for a slot from an address; None when it goes."""
    memory = history.addresses.get(address)
    found = standing(memory, slot) if memory else None
    return found if found and found.shut_on(slot) else None


def standing(memory: AddressMemory, today: date) -> Closed | None:
    """Return the state of one address on a day (the lab's local date).

    None for an address that is open and was for sixty days.
    """
    state = _State()
    reports = [mark.at for mark in memory.marks if mark.by_report]
    events: list[tuple[datetime, Mark | None]] = [(mark.at, mark) for mark in memory.marks]
    events += [(at, None) for at in memory.taken]
    if memory.older is not None and not any(at > memory.older.at for at, _ in events):
        day = memory.older.day
        return _closed(Standing.TRYING, [memory.older], day, times=0)
    for at, mark in sorted(events, key=lambda event: event[0]):
        if mark is not None:
            state.refused(mark)
        else:
            settled = at.date() + REPORTS_COME <= today and not any(at < one <= at + REPORTS_COME for one in reports)
            state.taken(at, settled)
    return state.on(today)


@dataclass(slots=True)
class _State:
    """What is known after the events so far, in order of time."""

    against: list[Mark] = field(default_factory=list)  # fault of the address
    given_up: list[Mark] = field(default_factory=list)  # any other fault
    times: int = 0
    until: date = date.min
    rests_until: date = date.min
    opened: Closed | None = None

    def refused(self, mark: Mark) -> None:
        if mark.fault in _NOT_THEIRS:
            return
        if mark.fault is not Fault.ADDRESS:
            self.given_up = [one for one in self.given_up if mark.day - one.day < _REST_WITHIN] + [mark]
            if len(_days(self.given_up)) >= _REST_DAYS:
                self.rests_until = mark.day + _RESTS
            return
        self.against = [one for one in self.against if mark.day - one.day <= EVIDENCE] + [mark]
        again = self.times > 0 and mark.day >= self.until
        if again or (not self.times and self._enough()):
            self.times += 1
            self.until = mark.day + CLOSED_FOR[min(self.times, len(CLOSED_FOR)) - 1]

    def _enough(self) -> bool:
        strong = [mark for mark in self.against if not mark.weak]
        return len(_days(strong)) >= _STRONG_DAYS or len(_days(self.against)) >= _WEAK_DAYS

    def taken(self, at: datetime, settled: bool) -> None:
        """Note that a mail was sent.

        `settled`: no report came within the days in which one comes.
        """
        before = self.on(at.date())
        if settled:
            self.against, self.given_up, self.times, self.rests_until = [], [], 0, date.min
        elif not self.times:
            self.against = [mark for mark in self.against if mark.by_report]
            self.given_up = [mark for mark in self.given_up if mark.by_report]
            self.rests_until = self.rests_until if self.given_up else date.min
        if before is not None and before.standing is not Standing.OPENED and not (self.against or self.given_up or self.times):
            self.opened = _opened(before, at.date())

    def on(self, today: date) -> Closed | None:
        if self.times:
            state = Standing.CLOSED if today < self.until else Standing.TRYING
            return _closed(state, self.against, self.until, self.times)
        against = [mark for mark in self.against if today - mark.day <= EVIDENCE]
        if against:
            return _closed(Standing.DOUBTED, against, against[-1].day + _DAY)
        given_up = [mark for mark in self.given_up if today - mark.day < _REST_WITHIN]
        if given_up:
            state = Standing.DOUBTED if self.rests_until == date.min else Standing.RESTING
            state = Standing.TRYING if state is Standing.RESTING and today >= self.rests_until else state
            return _closed(state, given_up, max(self.rests_until, given_up[-1].day + _DAY))
        return self.opened if self.opened and today - self.opened.until <= EVIDENCE else None


def _days(marks: list[Mark]) -> list[date]:
    return sorted({mark.day for mark in marks})


def _closed(state: Standing, marks: list[Mark], until: date, times: int = 0) -> Closed:
    last = marks[-1]
    days = tuple(_days(marks))
    return Closed(standing=state, since=days[0], until=until, fault=last.fault, days=days, words=last.words, times=times)


def _opened(before: Closed, day: date) -> Closed:
    return Closed(
        standing=Standing.OPENED, since=before.since, until=day, fault=before.fault, days=before.days, words=before.words,
        times=before.times,
    )  # fmt: skip

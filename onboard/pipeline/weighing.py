"""One drain judged as a whole: our own trouble, or single refusals.

It decides when refusals of several readers are our own trouble, so that all mail waits, and which refusal counts against its
reader: one reader whose mail was taken is the contrast that lets a refusal count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from onboard.model import Action, Cause, Fault, Refusal
from onboard.ports import Posted

#: Different readers refused in the same words, with no mail taken in between: a filter or a rule of the relay.
_ALIKE = 2
#: Different readers refused in a row with no mail taken at all: a relay whose list of people is gone.
_IN_A_ROW = 5
#: Links lost in a row, before the message or after it.
_LOST = 2


@dataclass(frozen=True, slots=True)
class Pending:
    """A refusal that is decided when the drain ends."""

    post: Posted
    refusal: Refusal
    words: str  # for people


@dataclass(slots=True)
class Weighing:
    """What one drain met so far."""

    seen: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    pending: list[Pending] = field(default_factory=list)
    _alike: dict[str, set[str]] = field(default_factory=dict)
    _lost: int = 0

    def accepted(self, post: Posted) -> None:
        """The server took a mail."""
        self.seen.add(post.to_addr)
        self.taken.add(post.to_addr)
        self._alike, self._lost = {}, 0

    def met(self, post: Posted, refusal: Refusal, words: str) -> Refusal | None:
        """The server did not take a mail. Returns why all mail waits from now on, None while it does not."""
        self.seen.add(post.to_addr)
        if refusal.action is Action.HOLD:
            return refusal
        lost = not refusal.code and refusal.action in (Action.LATER, Action.DOUBT)
        self._lost = self._lost + 1 if lost else 0
        if self._lost >= _LOST:
            return replace(refusal, fault=Fault.NETWORK, action=Action.HOLD)
        if refusal.action in (Action.TELL, Action.COUNT):
            self.pending.append(Pending(post, refusal, words))
            return self._trips(post, refusal)
        return None

    def _trips(self, post: Posted, refusal: Refusal) -> Refusal | None:
        readers = self._alike.setdefault(refusal.name, set())
        readers.add(post.to_addr)
        counted = {one.post.to_addr for one in self.pending if one.refusal.action is Action.COUNT}
        alike = refusal.action is Action.TELL and len(readers) >= _ALIKE
        in_a_row = not self.taken and len(counted) >= _IN_A_ROW
        return _ours(refusal) if alike or in_a_row else None

    def at_the_end(self) -> Refusal | None:
        """Whether it is our own trouble: every reader refused, and no mail taken."""
        counted = {one.post.to_addr for one in self.pending if one.refusal.action is Action.COUNT}
        nobody = not self.taken and len(counted) >= _ALIKE and counted == self.seen
        return _ours(self.pending[-1].refusal) if nobody else None

    def standing(self) -> Iterator[Pending]:
        """Return the refusals, each as it counts.

        Against its reader where another reader's mail was taken, or where there is one reader alone and a number says so; else
        the mail fails and the reader is not blamed.
        """
        for one in self.pending:
            others = self.taken - {one.post.to_addr}
            alone = self.seen == {one.post.to_addr} and not one.refusal.weak
            stands = one.refusal.action is not Action.COUNT or bool(others) or alone
            yield one if stands else replace(one, refusal=replace(one.refusal, fault=Fault.UNKNOWN, action=Action.TELL))


def _ours(refusal: Refusal) -> Refusal:
    return replace(refusal, fault=Fault.OURS, action=Action.HOLD, cause=Cause.OTHER)

"""Notices into the outbox, and out of it. Decides that one broken template or person stops no other, that a dead transport
stops everything, and what is committed together; the last gate is outbox's, the words are rendering's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from onboard.errors import DeliveryError, InDoubt, OnboardError, TransportDown
from onboard.model import Delivery, HandedOver, Held, History, Lab, Message, MessageKind, Mode, Notice
from onboard.pipeline.tools import Compose, Stop, never
from onboard.pipeline.troubles import Trouble, plain_words, trouble
from onboard.planning.gate import recipient_address
from onboard.ports import Clock, HandOverBook, Ledger, Mailer, Outgoing, Posted

#: A mail is stale after so many whole days; the next plan says again what still holds. A digest comes once a week.
_KEPT_DAYS = {MessageKind.DIGEST: 3, MessageKind.OPERATOR: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Notices turned into frozen messages, and those that could not be."""

    outgoing: tuple[Outgoing, ...] = ()
    failed: tuple[Held, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether no template was broken. A bad address is a matter of its record; a template stops everybody of its kind."""
        return not any(one.key.startswith(_TEMPLATE) for one in self.troubles)


#: How the keys of troubles with words begin.
_TEMPLATE = "template/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWriter:
    """What turns notices into messages."""

    render: Callable[[Notice], Message]
    compose: Compose
    lab: Lab
    mode: Mode


def write_all(notices: Sequence[Notice], writer: MessageWriter, now: datetime, history: History | None = None) -> Written:
    """Render and compose each notice; one that fails is reported and stops no other.

    An item that was said, or that an earlier one of these notices says, is shown but not settled a second time.
    """
    outgoing: list[Outgoing] = []
    failed: list[Held] = []
    troubles: dict[str, Trouble] = {}
    claimed: set[str] = set()
    said = history.said if history else claimed.__contains__
    for notice in notices:
        try:
            keys = notice.keys()
            one = _write(notice, writer, now, [key for key in keys if key not in claimed and not said(key)])
        except (OnboardError, ValueError, LookupError, TypeError) as error:
            found = _could_not(notice, error)
            failed.append(Held(notice=notice, reason=found.text))
            troubles[found.key] = found
        else:
            claimed.update(one.keys)
            outgoing.append(one)
    return Written(outgoing=tuple(outgoing), failed=tuple(failed), troubles=tuple(troubles.values()))


def _could_not(notice: Notice, error: Exception) -> Trouble:
    """A template's mistake is one trouble however many readers it stops; an address is one each."""
    if isinstance(error, DeliveryError):
        reader = notice.reader.record or notice.reader.address
        return trouble(f"address/{reader}", f"No mail can be made for {notice.reader.name}", str(error))
    text = str(error) if isinstance(error, OnboardError) else f"{notice.kind} could not be written: {error!r}"
    return trouble(f"{_TEMPLATE}{notice.kind}", f"{notice.kind} mails cannot be written", text)


def _write(notice: Notice, writer: MessageWriter, now: datetime, keys: Sequence[str]) -> Outgoing:
    limits = replace(writer.lab.limits, mode=writer.mode)
    to = recipient_address(notice, limits)
    message_id = f"<{uuid.uuid4().hex}@{writer.lab.sender.rpartition('@')[2]}>"
    message = _trial_subject(_rendered(notice, writer), writer.mode)
    unsaid = _unsaid(message)
    return Outgoing(
        kind=notice.kind,
        reader=notice.reader.address,
        person=notice.reader.record,
        slot=notice.slot,
        message_id=message_id,
        envelope_from=writer.lab.envelope_of(message_id),
        to_addr=to,
        subject=message.subject,
        mime=writer.compose(message, to, message_id, now),
        keys=tuple(key for key in keys if key not in unsaid),
        skips=tuple(dict.fromkeys(key for line in notice.lines if line.key not in unsaid for key in line.skips)),
        hard=notice.hard,
        expires_at=stale_at(notice, writer.lab, now),
    )


def _unsaid(message: Message) -> set[str]:
    """What nobody can read in this message because it did not fit: it is said in the next one."""
    cut = {key for line in message.left_out for key in (line.key, *line.also) if key}
    if not cut:
        return cut
    out = set(map(id, message.left_out))
    return cut - {key for line in message.notice.lines if id(line) not in out for key in (line.key, *line.also)}


def _rendered(notice: Notice, writer: MessageWriter) -> Message:
    if notice.kind is not MessageKind.OPERATOR:
        return writer.render(notice)
    try:
        return writer.render(notice)
    except OnboardError:
        return plain_words(notice, writer.lab)


def _trial_subject(message: Message, mode: Mode) -> Message:
    if mode is not Mode.TRIAL:
        return message
    return replace(message, subject=f"[Trial, for {message.notice.reader.name}] {message.subject}")


def stale_at(notice: Notice, lab: Lab, now: datetime) -> datetime:
    """The midnight, in the lab's zone, after which a message says nothing true any more."""
    day = max(notice.slot, now.astimezone(lab.zone).date())
    last = day + timedelta(days=1 + _KEPT_DAYS.get(notice.kind, 0))
    return datetime.combine(last, time(), tzinfo=lab.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one emptying of the outbox did. `down` says why the transport was given up, "" when it was not."""

    deliveries: tuple[Delivery, ...] = ()
    down: str = ""


class _Lost(OnboardError):
    """Another process took the row in hand over: nothing is offered."""


def drain(
    mailer: Mailer,
    ledger: Ledger,
    clock: Clock,
    mode: Mode,
    stop: Stop = never,
    *,
    batch: int = 20,
    lease_seconds: int = 900,
    book: HandOverBook | None = None,
) -> Drained:
    """Hand over everything due, in batches, until the outbox is empty, the transport is down, or `stop` says so. What a server
    took is written into `book` at once.

    Raises LedgerError as soon as the ledger cannot be written: then nothing more is offered.
    """
    ledger.recover(clock.now())
    sender = _Sender(mailer, ledger, clock, lease_seconds, book)
    try:
        while not stop() and not sender.down:
            posts = ledger.claim(mode, clock.now(), batch, lease_seconds)
            if not posts:
                break
            sender.hand_over_all(posts, stop)
    finally:
        mailer.close()
    return Drained(deliveries=tuple(sender.deliveries), down=sender.down)


@dataclass(slots=True)
class _Sender:
    """One drain's state: what was handed over and not yet committed, and whether the transport still stands."""

    mailer: Mailer
    ledger: Ledger
    clock: Clock
    lease_seconds: int
    book: HandOverBook | None = None
    contents: Mapping[str, HandedOver] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    down: str = ""
    unsaved: list[tuple[Posted, str]] = field(default_factory=list)

    def hand_over_all(self, posts: Sequence[Posted], stop: Stop) -> None:
        """One claimed batch; what is not tried is given back as it was. What the server took is written down whatever happens."""
        self.contents = self.ledger.contents([post.id for post in posts]) if self.book else {}
        try:
            for post in posts:
                if self.down or stop():
                    self.ledger.mark_retry(post, self.down or "stopped before its turn", self.clock.now(), attempted=False)
                else:
                    self._hand_over(post)
        finally:
            self._save()

    def _hand_over(self, post: Posted) -> None:
        if self.mailer.will_wait():
            self._save()
        try:
            detail = self.mailer.deliver(post, lambda: self._offer(post))
        except _Lost:
            return
        except DeliveryError as error:
            self._refused(post, error)
        except InDoubt as error:
            self.ledger.mark_in_doubt(post, str(error), self.clock.now())
            self._note(post, "in_doubt", str(error))
        except TransportDown as error:
            self.down = str(error)
            self.ledger.mark_retry(post, self.down, self.clock.now(), attempted=False)
            self._note(post, "queued", self.down)
        else:
            self.unsaved.append((post, detail))
            self._note(post, "sent", detail)
            self._write_down(post)

    def _write_down(self, post: Posted) -> None:
        """Before anything else can fail: what went may never go again."""
        if self.book:
            self.book.write(replace(self.contents[post.id], at=self.clock.now()))

    def _offer(self, post: Posted) -> None:
        """Commit "perhaps offered" together with what was handed over before: one commit a message, not three."""
        if self.book:
            self.book.make_ready()
        held = self.ledger.mark_data(post, self.clock.now(), sent=self.unsaved, lease_seconds=self.lease_seconds)
        self.unsaved = []
        if not held:
            raise _Lost(f"{post.id} was taken over by another process")

    def _save(self) -> None:
        if self.unsaved:
            self.ledger.mark_sent(self.unsaved, self.clock.now())
            self.unsaved = []

    def _refused(self, post: Posted, error: DeliveryError) -> None:
        if error.permanent:
            self.ledger.mark_failed(post, str(error), self.clock.now(), refused=error.address)
        else:
            self.ledger.mark_retry(post, str(error), self.clock.now())
        state = "refused" if error.address else "failed" if error.permanent else "queued"
        self._note(post, state, str(error))

    def _note(self, post: Posted, state: str, detail: str) -> None:
        self.deliveries.append(Delivery(message_id=post.id, kind=post.kind, reader=post.reader, state=state, detail=detail))

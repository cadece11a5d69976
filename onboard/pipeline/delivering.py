"""Put notices into the outbox, and send what is in it.

It decides that one broken template or person stops no other, that a transport that fails stops everything, and what is
committed together. The last check is the outbox's; rendering/ makes the texts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from onboard.errors import DeliveryError, InDoubt, OnboardError, TransportDown
from onboard.model import (
    Action,
    Delivery,
    Fault,
    HandedOver,
    Held,
    History,
    ItemState,
    Lab,
    Message,
    MessageKind,
    Mode,
    Notice,
    Refusal,
    Step,
    Transport,
)
from onboard.pipeline.doubting import Place, again_at, end_doubts
from onboard.pipeline.tools import Compose, Stop, never
from onboard.pipeline.troubles import Trouble, plain_words, trouble
from onboard.pipeline.weighing import Weighing
from onboard.planning.gate import VIEWS, recipient_address
from onboard.planning.refusals import lost, no_link
from onboard.ports import Clock, HandOverBook, Ledger, Mailer, Outgoing, Posted, Refused, Stopped

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
        """Whether no template was broken.

        A bad address is a matter of its record; a template stops all mails of its kind.
        """
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
    doubted = _doubted(history)
    for notice in notices:
        try:
            keys = notice.keys()
            one = _write(_with_doubt(notice, doubted), writer, now, [key for key in keys if key not in claimed and not said(key)])
        except (OnboardError, ValueError, LookupError, TypeError) as error:
            found = _could_not(notice, error)
            failed.append(Held(notice=notice, reason=found.text))
            troubles[found.key] = found
        else:
            claimed.update(one.keys)
            outgoing.append(one)
    return Written(outgoing=tuple(outgoing), failed=tuple(failed), troubles=tuple(troubles.values()))


def _with_doubt(notice: Notice, doubted: frozenset[str]) -> Notice:
    """Mark a message that repeats one which may or may not have arrived.

    A view of the day needs no mark.
    """
    if notice.kind in VIEWS or doubted.isdisjoint(map(_episode, notice.keys())):
        return notice
    return replace(notice, facts={**notice.facts, "perhaps_known": "yes"})


def _doubted(history: History | None) -> frozenset[str]:
    """What was said in a mail that may or may not have arrived, and in none since."""
    days: dict[str, date] = {}
    for key, item in (history.items if history else {}).items():
        if item.state is ItemState.DOUBTED:
            days[_episode(key)] = max(item.on, days.get(_episode(key), date.min))
    if not days or history is None:
        return frozenset()
    since = {_episode(key) for key, item in history.items.items() if item.state is ItemState.SENT and _after(item.on, key, days)}
    return frozenset(days) - since


def _after(on: date, key: str, days: Mapping[str, date]) -> bool:
    return on > days.get(_episode(key), date.max)


def _episode(key: str) -> str:
    """What reminders of one thing have in common: a later tier says the same."""
    return key.rpartition("/")[0]


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
    """Return the items cut from this message because they did not fit.

    They go into the next one.
    """
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
    """What one emptying of the outbox did. `down` says why mail waits, "" when it does not."""

    deliveries: tuple[Delivery, ...] = ()
    down: str = ""


class _Lost(OnboardError):
    """Another process took the row over, so nothing is offered."""


#: A lab without a zone of its own, for callers that pass nothing of a lab's day.
ANYWHERE = Place()


def drain(
    mailer: Mailer,
    ledger: Ledger,
    clock: Clock,
    mode: Mode,
    stop: Stop = never,
    *,
    place: Place = ANYWHERE,
    batch: int = 20,
    lease_seconds: int = 900,
    book: HandOverBook | None = None,
) -> Drained:
    """Send everything due, in batches.

    Until the outbox is empty, mail has to wait, or `stop` says so. While mail is held one mail is tried when its time has come;
    when that is taken all others follow. What a server took is written into `book` at once.

    Raises LedgerError as soon as the ledger cannot be written: then nothing more is offered.
    """
    ledger.recover(clock.now())
    end_doubts(ledger, mode, clock.now(), place)
    sender = _Sender(mailer, ledger, clock, mode, place, lease_seconds, book)
    try:
        held = ledger.transport(mode)
        if held is not None and held.held:
            ledger.expire(mode, clock.now())
            sender.try_one(held)
        elif held is not None:
            sender.spared = held
        while not stop() and not sender.down:
            posts = ledger.claim(mode, clock.now(), batch, lease_seconds)
            if not posts:
                break
            sender.hand_over_all(posts, stop)
        sender.decide()
    finally:
        mailer.close()
    return Drained(deliveries=tuple(sender.deliveries), down=sender.down)


@dataclass(slots=True)
class _Sender:
    """The state of one drain of the outbox.

    What was sent and not yet committed, what was refused and not yet decided, and whether mail waits.
    """

    mailer: Mailer
    ledger: Ledger
    clock: Clock
    mode: Mode
    place: Place
    lease_seconds: int
    book: HandOverBook | None = None
    contents: Mapping[str, HandedOver] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    down: str = ""
    unsaved: list[tuple[Posted, str]] = field(default_factory=list)
    weighing: Weighing = field(default_factory=Weighing)
    trying: Transport | None = None  # the hold that the mail in hand is tried against
    spared: Transport | None = None  # a hold that ended: its reader stops no other mail a second time

    def try_one(self, held: Transport) -> None:
        """While mail is held: try one mail if it is time, and go on when it is taken."""
        self.down = held.words
        post = self.ledger.claim_trial(self.mode, self.clock.now(), self.place.settings, self.lease_seconds)
        if post is None:
            return
        self.trying, self.down = held, ""
        self._look_up([post])
        try:
            self._hand_over(post)
        finally:
            self._save()
        if self.trying is not None and not self.down:
            self._hold_on(post, held)

    def _hold_on(self, post: Posted, held: Transport) -> None:
        """The mail tried was not taken, and said nothing of the hold: it lasts."""
        same = Refusal(step=held.step, fault=Fault.OURS, action=Action.HOLD, code=held.code, status=held.status, cause=held.cause)
        self._hold(post, same, held.words)

    def _over(self, post: Posted) -> None:
        """A mail was taken, or met an answer that only one mail meets, while all were held."""
        held, self.trying = self.trying, None
        self.ledger.let_go(self.mode, self.clock.now())
        if held is not None and held.tripped_by != post.reader:
            self.spared = held

    def hand_over_all(self, posts: Sequence[Posted], stop: Stop) -> None:
        """Send one claimed batch; what is not tried is given back as it was.

        What the server took is written down whatever happens.
        """
        self._look_up(posts)
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
        except Refused as error:
            self._refused(post, error.refusal, str(error))
        except DeliveryError as error:
            self._refused(post, _no_mail(str(error)), str(error))
        except InDoubt as error:
            self._doubted(post, str(error))
        except Stopped as error:
            self._refused(post, error.refusal, str(error))
        except TransportDown as error:
            self._refused(post, no_link(str(error), ours=False), str(error))
        else:
            self.unsaved.append((post, detail))
            self._note(post, "sent", detail)
            self._write_down(post)
            self.weighing.accepted(post)
            if self.trying is not None:
                self._over(post)

    def _look_up(self, posts: Sequence[Posted]) -> None:
        """What the book says of these mails when a server takes them."""
        self.contents = self.ledger.contents([post.id for post in posts]) if self.book else {}

    def _write_down(self, post: Posted) -> None:
        """Before anything else can fail: what went may never go again."""
        if self.book:
            self.book.write(replace(self.contents[post.id], at=self.clock.now()))

    def _offer(self, post: Posted) -> None:
        """Commit "perhaps offered" together with what was sent before.

        One commit a message instead of three.
        """
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

    def _doubted(self, post: Posted, words: str) -> None:
        """No answer after the message: it goes again, or waits. The operator's second one is taken as told."""
        again = again_at(post, self.clock.now(), self.place)
        if post.kind is MessageKind.OPERATOR and again is None:
            self.ledger.mark_sent([(post, words)], self.clock.now())
        else:
            self.ledger.mark_in_doubt(post, words, self.clock.now(), again)
        self._note(post, "in_doubt", words)
        hold = self.weighing.met(post, lost(Step.BODY, words), words)
        if hold is not None:
            self._hold(post, hold, words)

    def _refused(self, post: Posted, refusal: Refusal, words: str) -> None:
        refusal = self._once(post, refusal)
        if self.trying is not None and refusal.action is not Action.HOLD and _says_more(refusal, self.trying):
            self._over(post)
        if refusal.step in (Step.OFFER, Step.BODY):
            self.ledger.mark_certain(post)
        hold = self.weighing.met(post, refusal, words)
        if refusal.action in (Action.LATER, Action.HOLD):
            self._back(post, refusal, words)
        if hold is not None:
            self._hold(post, hold, words)

    def _once(self, post: Posted, refusal: Refusal) -> Refusal:
        """Return the refusal, as one about this mail alone where it was.

        The mail met a hold that another reader's mail ended.
        """
        before = self.spared
        theirs = before is not None and before.tripped_by == post.reader and _same(refusal, before)
        if not theirs or refusal.action is not Action.HOLD or refusal.step not in _ABOUT_ONE:
            return refusal
        return replace(refusal, action=Action.LATER if 400 <= refusal.code < 500 else Action.TELL)

    def _back(self, post: Posted, refusal: Refusal, words: str) -> None:
        """To the queue: as it was when all mail waits, with a delay when this mail does."""
        now, alone = self.clock.now(), refusal.action is Action.LATER
        today = self.place.day(now) if alone else None
        self.ledger.mark_retry(post, words, now, attempted=alone, refusal=refusal if alone else None, today=today)
        self._note(post, "queued", words)

    def _hold(self, post: Posted, refusal: Refusal, words: str) -> None:
        """Hold all mail.

        Refusals before it that may have the same cause are queued again as they were.
        """
        self.down = words
        self.trying = None
        self.ledger.hold(self.mode, refusal, words, post.reader, self.place.settings, self.clock.now())
        if not self.weighing.taken or refusal.name in {one.refusal.name for one in self.weighing.pending}:
            self._give_back(refusal)

    def _give_back(self, cause: Refusal) -> None:
        kept = []
        for one in self.weighing.pending:
            if self.weighing.taken and one.refusal.name != cause.name:
                kept.append(one)
                continue
            self.ledger.mark_retry(one.post, one.words, self.clock.now(), attempted=False)
            self._note(one.post, "queued", one.words)
        self.weighing.pending = kept

    def decide(self) -> None:
        """Decide the refusals at the end of the drain.

        If every reader was refused it is our trouble; any other refusal counts against its reader.
        """
        ours = self.weighing.at_the_end() if not self.down else None
        if ours is not None:
            last = self.weighing.pending[-1]
            self._hold(last.post, ours, last.words)
        for one in self.weighing.standing():
            now = self.clock.now()
            self.ledger.mark_failed(one.post, one.refusal, one.words, self.place.day(now), now)
            self._note(one.post, "refused" if one.refusal.fault is Fault.ADDRESS else "failed", one.words)
        self.weighing.pending = []

    def _note(self, post: Posted, state: str, detail: str) -> None:
        self.deliveries.append(Delivery(message_id=post.id, kind=post.kind, reader=post.reader, state=state, detail=detail))


#: Steps that name the reader: an answer there may be about one mail.
_ABOUT_ONE = frozenset({Step.RECIPIENT, Step.BODY})


def _same(refusal: Refusal, held: Transport) -> bool:
    return (refusal.step, refusal.code, refusal.status) == (held.step, held.code, held.status)


def _says_more(refusal: Refusal, held: Transport) -> bool:
    """Whether an answer to the mail tried shows that the hold's cause is gone.

    The server got further, or answers another way.
    """
    return bool(refusal.code) and not _same(refusal, held)


def _no_mail(words: str) -> Refusal:
    """What no server was asked: no mail can be made to this address."""
    return Refusal(step=Step.RECIPIENT, fault=Fault.MESSAGE, action=Action.TELL, words=words)

"""Bring the ledger up to date from the book of sent mails.

It decides when a ledger is older than the book, when the history is unknown, and what is recorded of mails sent before a ledger
failed.

A mail is written into the book the moment a server took it. So a ledger whose disk was full, or whose process was killed, loses
nothing; and one that was restored from an old backup is given every mail since, sends none of them twice and loses none, because
what was not sent is planned again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from onboard.errors import LedgerBehind, LedgerError
from onboard.folding import counted
from onboard.model import HandedOver, JobName, Mode, UsedSlot
from onboard.pipeline.tools import Tools
from onboard.ports import BookStart, CatchingUp, HandOverBook, Mailer, Posted

#: So many lines are compared at a time; where the ledger knows all of them it knows what is older, too.
_AT_ONCE = 200

Line = HandedOver | UsedSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """How far the ledger is behind the book.

    `lines` go from the newest back to what it knows, `mails` are those it does not know. `gap` is the book's beginning where the
    ledger does not reach back to it: what was mailed in between is not known.
    """

    lines: tuple[Line, ...] = ()
    mails: tuple[HandedOver, ...] = ()
    gap: BookStart | None = None


def behind(ledger: CatchingUp, book: HandOverBook, *, whole: bool = False) -> Behind:
    """Compare, from the newest line back to a stretch that the ledger knows.

    `whole`: also what is older than the beginning.
    """
    lines = book.newest_first(whole=whole)
    found: list[Line] = []
    mails: list[HandedOver] = []
    while part := list(islice(lines, _AT_ONCE)):
        unknown = ledger.unknown(part)
        if not unknown:
            return Behind(lines=tuple(found), mails=tuple(mails))
        found += part
        mails += [one for one in unknown if isinstance(one, HandedOver)]
    start = book.start()
    gap = start if start and start.after and not ledger.knows_message(start.after) else None
    return Behind(lines=tuple(found), mails=tuple(mails), gap=gap)


def catch_up(ledger: CatchingUp, book: HandOverBook | None, now: datetime, *, begins_on: date | None = None) -> None:
    """Bring the ledger up to the book; a book is begun where there is none.

    `begins_on`: a person says that what is true is recorded from this local date on, so a gap is closed, and the slots of that
    day are free for the beginning.

    Raises LedgerBehind for a gap: then no mail may go.
    """
    if book is None:
        return
    if book.start() is None:
        book.begin(BookStart(after=ledger.newest_handed_over(), since=now))
        return
    found = behind(ledger, book, whole=begins_on is not None)
    if found.gap and begins_on is None:
        raise LedgerBehind(gap_words(found.gap))
    lines = [one for one in found.lines if isinstance(one, HandedOver) or one.slot != begins_on]
    if lines:
        ledger.catch_up(lines, now)
    if found.gap:
        book.begin(BookStart(after=ledger.newest_handed_over(), since=now))


def gap_words(gap: BookStart) -> str:
    """Explain why no mail is sent, and the two ways on."""
    return (
        f"The ledger is an old copy: what was mailed before {gap.since:%Y-%m-%d %H:%M} UTC, when handed_over.jsonl begins, is "
        "not all in it and is known nowhere else, so nothing was mailed. Put a newer backup in its place. Without one, "
        "`onboard start --told --send` takes what is due today as told."
    )


def unbegun_words(book: HandOverBook | None, mode: Mode, job: JobName) -> str:
    """Explain why a ledger that never began sends no mail.

    It is new, or it is not the lab's ledger any more.
    """
    lines = book.newest_first(whole=True) if book else ()
    mails = [one for one in lines if isinstance(one, HandedOver) and one.mode is mode]
    begins = f"The ledger knows of no beginning of {job.value} in mode {mode.value}, so nothing was mailed."
    backup = (
        "put the newest backup in its place (`onboard backup --help` says how), and check url under [ledger] of settings.toml."
    )
    if mails and mails[0].at:
        return (
            f"{begins} handed_over.jsonl names {counted(len(mails), 'mail')}, the newest of {mails[0].at:%Y-%m-%d}: the ledger "
            f"was deleted, emptied or is another one. To go on, {backup} What was mailed since the backup is then filled in from "
            "handed_over.jsonl. Without any backup begin again: `onboard start --send`; what is true today then counts as told."
        )
    return (
        f"{begins} A lab that is new to this mode begins with `onboard start --send`. Where mails went out before, the ledger "
        f"was deleted, emptied or is another one: {backup}"
    )


def half_begun_words(began: Collection[JobName], mode: Mode) -> str:
    """Explain why a ledger whose beginning stopped half-way sends no further mail."""
    done = " and ".join(sorted(job.value for job in began))
    return (
        f"The beginning in mode {mode.value} stopped half-way: of the jobs that write to people only {done} began, so this job "
        "mailed nobody. Write `onboard start --send` once more: what went out already does not go again."
    )


@dataclass(slots=True)
class _Counted:
    """A mailer that remembers how many mails the server took."""

    mailer: Mailer
    number: int = 0

    def will_wait(self) -> bool:
        """As the mailer says."""
        return self.mailer.will_wait()

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        """As the mailer does."""
        words = self.mailer.deliver(post, before_data)
        self.number += 1
        return words

    def probe(self, envelope_from: str) -> str:
        """As the mailer does."""
        return self.mailer.probe(envelope_from)

    def close(self) -> None:
        """As the mailer does."""
        self.mailer.close()


@dataclass(slots=True)
class _Watched:
    """A book that remembers which mails could not be written down."""

    book: HandOverBook
    lost: list[str] = field(default_factory=list)

    def begin(self, start: BookStart) -> None:
        """As the book does."""
        self.book.begin(start)

    def start(self) -> BookStart | None:
        """As the book says."""
        return self.book.start()

    def make_ready(self) -> None:
        """As the book does."""
        self.book.make_ready()

    def write(self, line: Line) -> None:
        """As the book does."""
        try:
            self.book.write(line)
        except LedgerError:
            self.lost += [line.id] if isinstance(line, HandedOver) else []
            raise

    def newest_first(self, *, whole: bool = False) -> Iterator[Line]:
        """As the book says."""
        return self.book.newest_first(whole=whole)


@contextmanager
def saying_what_went(tools: Tools) -> Iterator[Tools]:
    """While the block runs, add to a ledger's error how many mails had gone.

    And whether one of them may go again.
    """
    mailer, book = _Counted(tools.mailer), _Watched(tools.book) if tools.book else None
    try:
        yield replace(tools, mailer=mailer, book=book)
    except LedgerError as error:
        raise LedgerError(f"{error} {_what_went(mailer.number, book)}") from error


def _what_went(number: int, book: _Watched | None) -> str:
    if not number:
        return "Nothing was mailed on it."
    went = f"{number} mail{' was' if number == 1 else 's were'} handed over before that"
    if book is None:
        return f"{went}; the last one may go again."
    if book.lost:
        return f"{went}; not written down, so that it may go again: {', '.join(book.lost)}."
    return f"{went}, and {'is' if number == 1 else 'are'} written down in handed_over.jsonl: none of them goes again."

"""The book of what was handed over: whatever becomes of the ledger, what a server took does not go again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from onboard.adapters.files import handed_over_file
from onboard.adapters.files.handed_over_file import BOOK, ROOM, HandedOverFile
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import LedgerError
from onboard.model import HandedOver, JobName, MessageKind, UsedSlot
from onboard.pipeline.catching_up import behind, catch_up
from onboard.pipeline.delivering import drain
from onboard.ports import BookStart
from tests.adapters.ledger.conftest import OpenLedger
from tests.pipeline.delivery_cast import (
    AMARA,
    LEILA,
    LIVE,
    MONDAY,
    MORNING,
    REMINDERS,
    TUESDAY,
    FakeMailer,
    HandClock,
    answered,
    outgoing,
    queue,
    reminder,
)
from tests.pipeline.test_running import BOTH, Desk, says


def a_mail(number: int, *keys: str) -> HandedOver:
    return HandedOver(
        id=f"<{number:032x}@x.example>", mode=LIVE, job=REMINDERS, slot=MONDAY, kind=MessageKind.REMINDER,
        reader=f"p{number}@x.example", person=str(number), to_addr=f"p{number}@x.example", hard=False,
        keys=keys or (f"reminder/{number}/gcp",), skips=(f"reminder/{number}/older",), at=MORNING + timedelta(seconds=number),
    )  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> HandedOverFile:
    return HandedOverFile(tmp_path)


class TestTheFile:
    def test_what_is_written_is_read_from_the_newest_on(self, book: HandedOverFile) -> None:
        assert book.start() is None and list(book.newest_first()) == []
        start = BookStart(after="<a@x>", since=MORNING)
        book.begin(start)
        slot = UsedSlot(mode=LIVE, job=JobName.DIGESTS, slot=MONDAY, at=MORNING)
        mails = [a_mail(n, f"reminder/{n}/Ž" * 300) for n in range(400)]
        for line in (*mails, slot):
            book.write(line)
        assert book.start() == start and list(book.newest_first()) == [slot, *mails[::-1]]

    def test_a_new_beginning_hides_what_is_older_unless_all_is_asked_for(self, book: HandedOverFile) -> None:
        book.begin(BookStart(after="", since=MORNING))
        book.write(a_mail(1))
        book.begin(BookStart(after="<b@x>", since=MORNING + timedelta(days=1)))
        book.write(a_mail(2))
        assert book.start() == BookStart(after="<b@x>", since=MORNING + timedelta(days=1))
        assert list(book.newest_first()) == [a_mail(2)] and list(book.newest_first(whole=True)) == [a_mail(2), a_mail(1)]

    def test_half_a_line_spoils_no_other(self, book: HandedOverFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The disk was full in the middle of a line: it is written whole in the room that was kept."""
        book.begin(BookStart(after="", since=MORNING))
        book.write(a_mail(1))
        real, calls = handed_over_file._add, []

        def half(path: Path, text: str) -> None:
            calls.append(text)
            if len(calls) == 1:
                real(path, text[: len(text) // 2])
                raise OSError(28, "No space left on device")
            real(path, text)

        monkeypatch.setattr(handed_over_file, "_add", half)
        book.write(a_mail(2))
        monkeypatch.undo()
        assert not (tmp_path / ROOM).exists()
        book.write(a_mail(3))
        assert list(book.newest_first()) == [a_mail(3), a_mail(2), a_mail(1)]

    def test_a_person_can_be_taken_out(self, book: HandedOverFile, tmp_path: Path) -> None:
        book.begin(BookStart(after="", since=MORNING))
        for number in (1, 2):
            book.write(a_mail(number))
        assert book.rewrite(lambda text: text.replace("p1@x.example", "gone@forgotten.invalid")) == 1
        left = list(book.newest_first())
        assert left[0] == a_mail(2) and left[1].reader == "gone@forgotten.invalid" and left[1].keys == a_mail(1).keys
        assert "p1@x.example" not in (tmp_path / BOOK).read_text(encoding="utf-8")

    def test_a_line_of_a_later_version_is_refused_in_words(self, book: HandedOverFile, tmp_path: Path) -> None:
        book.begin(BookStart(after="", since=MORNING))
        book.write(a_mail(1))
        path = tmp_path / BOOK
        path.write_text(path.read_text(encoding="utf-8").replace('"kind":"reminder"', '"kind":"letter"'), encoding="utf-8")
        with pytest.raises(LedgerError, match=r"handed_over.jsonl holds a line .*letter.*Upgrade this program"):
            list(book.newest_first())

    def test_where_nothing_can_be_written_the_words_say_what_and_where(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerError, match=r"handed_over.room cannot be written .*Free some space"):
            HandedOverFile(tmp_path / "nowhere").make_ready()


class TestALedgerThatFails:
    @pytest.mark.parametrize("hard", [True, False])
    def test_the_mail_that_could_not_be_saved_is_neither_in_doubt_nor_sent_again(
        self, sqlite_ledger: SqlLedger, clock: HandClock, book: HandedOverFile, hard: bool
    ) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}", hard=hard) for n in range(5)))

        class Full:
            marks = 0

            def __getattr__(self, name: str):
                return getattr(sqlite_ledger, name)

            def mark_data(self, *given, **named) -> bool:
                self.marks += 1
                if self.marks > 2:
                    raise LedgerError("the disk is full")
                return sqlite_ledger.mark_data(*given, **named)

            def mark_sent(self, *given) -> None:
                raise LedgerError("the disk is full")

        catch_up(sqlite_ledger, book, clock.now())
        mailer = FakeMailer()
        with pytest.raises(LedgerError, match="disk is full"):
            drain(mailer, Full(), clock, LIVE, book=book)
        assert len(mailer.delivered) == 2
        clock.wait(hours=1)
        catch_up(sqlite_ledger, book, clock.now())
        drain(mailer, sqlite_ledger, clock, LIVE, book=book)
        assert sqlite_ledger.outbox(LIVE) == {"sent": 5} and sqlite_ledger.history(LIVE).said("r/1")
        assert len(mailer.delivered) == len({to for _, to in mailer.delivered}) == 5

    def test_the_mail_that_is_tried_while_all_are_held_is_written_down_as_well(
        self, sqlite_ledger: SqlLedger, clock: HandClock, book: HandedOverFile
    ) -> None:
        queue(sqlite_ledger, *(outgoing(f"p{n}@x.example", f"r/{n}") for n in range(3)))
        catch_up(sqlite_ledger, book, clock.now())
        mailer = FakeMailer(answers={"p0@x.example": [answered("504 5.5.2 Helo command rejected")]})
        assert drain(mailer, sqlite_ledger, clock, LIVE, book=book).down and mailer.delivered == []
        clock.wait(minutes=20)
        drain(mailer, sqlite_ledger, clock, LIVE, book=book)
        written = [line.id for line in book.newest_first() if isinstance(line, HandedOver)]
        assert len(mailer.delivered) == 3 and sorted(written) == sorted(one for one, _ in mailer.delivered)

    def test_the_words_say_how_many_had_gone(self, desk: Desk, book: HandedOverFile) -> None:
        class Full:
            marks = 0

            def __getattr__(self, name: str):
                return getattr(desk.ledger, name)

            def mark_data(self, *given, **named) -> bool:
                self.marks += 1
                if self.marks > 1:
                    raise LedgerError("The ledger X cannot be used: the disk is full.")
                return desk.ledger.mark_data(*given, **named)

        desk.go_live()
        desk.book, desk.ledger_seen = book, Full()
        with pytest.raises(LedgerError) as failed:
            desk.run(BOTH)
        assert str(failed.value) == (
            "The ledger X cannot be used: the disk is full. 1 mail was handed over before that, and is written down in "
            "handed_over.jsonl: none of them goes again."
        )
        desk.ledger_seen = None
        desk.clock.wait(hours=1)
        desk.run(BOTH)
        assert len(desk.mailer.delivered) == 2 and len(set(desk.reached())) == 2

    def test_before_the_first_mail_they_say_that_nothing_went(self, desk: Desk, book: HandedOverFile) -> None:
        class Full:
            def __getattr__(self, name: str):
                return getattr(desk.ledger, name)

            def enqueue(self, *given, **named) -> bool:
                raise LedgerError("The ledger X cannot be used: the disk is full.")

        desk.go_live()
        desk.book, desk.ledger_seen = book, Full()
        with pytest.raises(LedgerError, match=r"the disk is full\. Nothing was mailed on it\.$"):
            desk.run(BOTH)

    def test_no_mail_is_offered_that_could_not_be_written_down(self, desk: Desk, tmp_path: Path) -> None:
        class NoRoom(HandedOverFile):
            full = False

            def make_ready(self) -> None:
                if self.full:
                    raise LedgerError("There is no room.")
                super().make_ready()

        desk.go_live()
        desk.book = NoRoom(tmp_path)
        desk.run(says(reminder(AMARA)))
        NoRoom.full = True
        with pytest.raises(LedgerError, match=r"^There is no room\. Nothing was mailed on it\.$"):
            desk.run(says(reminder(LEILA)), today=TUESDAY)
        assert desk.reached() == [AMARA.address]


@pytest.fixture
def desk(sqlite_ledger: SqlLedger, clock: HandClock) -> Desk:
    return Desk(ledger=sqlite_ledger, clock=clock)


def _may_mount() -> bool:
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [1, 5])
def test_a_disk_that_really_fills_up_while_mails_go_out(number: int, tmp_path: Path) -> None:
    if not _may_mount():
        pytest.skip("a small disk of its own needs root and unshare")
    command = ["unshare", "-m", sys.executable, "-m", "tests.adapters.ledger.full_disk", str(tmp_path), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["went"] == number
    assert f"{number} mail" in found["words"] and "goes again" in found["words"] and "free some space" in found["words"]
    assert found["copies"] == {f"p{n}@x.example": 1 for n in range(8)} and found["outbox"] == {"sent": 8}


class TestAnOlderCopy:
    """On both databases."""

    def test_what_it_does_not_know_is_filled_in_and_what_waits_is_planned_again(
        self, open_ledger: OpenLedger, book: HandedOverFile, clock: HandClock
    ) -> None:
        ledger = open_ledger()
        queue(ledger, outgoing("p1@x.example", "reminder/1/gcp"), outgoing("p9@x.example", "reminder/9/gcp"))
        book.begin(BookStart(after="", since=MORNING))
        for line in (a_mail(1), a_mail(2), UsedSlot(mode=LIVE, job=JobName.DIGESTS, slot=MONDAY, at=MORNING)):
            book.write(line)
        assert [one.id for one in behind(ledger, book).mails] == [a_mail(2).id, a_mail(1).id]
        catch_up(ledger, book, clock.now())
        known = open_ledger().history(LIVE)
        assert known.said("reminder/1/gcp") and known.said("reminder/2/gcp") and known.said("reminder/2/older")
        assert not known.said("reminder/9/gcp"), "it waited in the old copy: the next plan says whether it still holds"
        assert sorted(mail.reader for mail in known.mails) == ["p1@x.example", "p2@x.example"]
        assert ledger.last_slot(LIVE, JobName.DIGESTS) == MONDAY
        assert behind(ledger, book) == replace(behind(ledger, book), lines=(), mails=(), gap=None)
        assert [row["kind"] for row in ledger.told(LIVE, "2")] == ["reminder"]

    def test_another_labs_ledger_is_left_alone(self, open_ledger: OpenLedger, book: HandedOverFile, clock: HandClock) -> None:
        other = open_ledger("tanaka")
        queue(other, outgoing("p1@x.example", "reminder/1/gcp"))
        book.begin(BookStart(after="", since=MORNING))
        book.write(a_mail(1))
        catch_up(open_ledger(), book, clock.now())
        assert other.outbox(LIVE) == {"queued": 1}

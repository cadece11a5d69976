"""A run on a disk that fills up while its mails go out. Run in a mount namespace of its own, as root:
``unshare -m python -m tests.adapters.ledger.full_disk FOLDER NUMBER``; prints what came of it as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from onboard.adapters.files.handed_over_file import HandedOverFile
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.errors import LedgerError
from onboard.model import Reader, ReaderRole
from tests.pipeline.delivery_cast import FakeMailer, HandClock, reminder
from tests.pipeline.test_running import Desk, says

_MAILS = 8
_SIZE = "3m"


class Filling(FakeMailer):
    """The disk is full as soon as so many mails were taken."""

    def fills(self, folder: Path, number: int) -> Filling:
        self.folder, self.number = folder, number
        return self

    def deliver(self, post, before_data: Callable[[], None]) -> str:
        said = super().deliver(post, before_data)
        if len(self.delivered) == self.number:
            fill(self.folder)
        return said


def fill(folder: Path) -> None:
    """Leave not a byte."""
    with (folder / "filler").open("wb", buffering=0) as file:
        for size in (64 * 1024, 1024, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def main(folder: Path, number: int) -> dict[str, object]:
    """The run, the space freed, the run again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)], check=True)
    clock = HandClock()
    ledger = SqlLedger(f"sqlite:///{folder / 'ledger.db'}", "rivera")
    desk = Desk(ledger=ledger, clock=clock, mailer=Filling().fills(folder, number), book=HandedOverFile(folder))
    desk.go_live()
    people = [
        Reader(address=f"p{n}@x.example", name=f"P{n}", greet="", role=ReaderRole.PERSON, record=str(n)) for n in range(_MAILS)
    ]
    plan = says(*(reminder(one, hard=True) for one in people))
    words = ""
    try:
        desk.run(plan)
    except LedgerError as error:
        words = str(error)
    went = len(desk.mailer.delivered)
    (folder / "filler").unlink(missing_ok=True)
    clock.wait(hours=1)
    again = desk.run(plan)
    copies = Counter(to for _, to in desk.mailer.delivered)
    return {"words": words, "went": went, "again": again.outcome, "copies": copies, "outbox": ledger.outbox(desk.lab.limits.mode)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))

"""Every mail of the sample lab at go-live and a week later, in one file that a person can read from the first to the last.

A longer run, to read: ``python -m tests.story.test_mails_of_the_sample 60 > mails.txt``.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from jobs.due import run_due
from onboard.app import open_app
from onboard.cli.start import begin
from onboard.model import Mode
from onboard.pipeline.tools import never
from onboard.sandbox.sample.lab import next_day, sample_lab, week_later
from onboard.sandbox.sample.server import sample_server
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import make_lab

GO_LIVE = date(2026, 11, 23)
MORNINGS = (0, 7)
KEPT = Path(__file__).parent / "mails" / "sample.txt"
_PLACE = re.compile(r"http://127\.0\.0\.1:\d+")
_PAGE = re.compile(r"\?s=\w+")


def mails(mornings: Iterable[int], folder: Path) -> Iterator[str]:
    """Each mail as its reader has it, in the order of the files; addresses of this machine and of survey pages are left out."""
    with sample_server(GO_LIVE) as sample:
        home, clock, seen = make_lab(folder / "rivera", sample), HandClock(), set[Path]()
        lab = sample_lab(GO_LIVE)
        for number in mornings:
            day = GO_LIVE + timedelta(days=number)
            if day.weekday() > 4:
                continue
            sample.put(next_day(lab) if number == 1 else [*next_day(lab), *week_later(lab)] if number == 7 else ())
            clock.set(day, time(9))
            app = open_app(home, clock=clock)
            reports = begin(app) if number == 0 else []
            reports += run_due(app, Mode.LIVE, never)
            assert not any(report.trouble for report in reports)
            app.close()
            fresh = set(home.glob("mail/*")) - seen
            seen |= fresh
            yield from sorted(_as_read(day, path.read_bytes()) for path in fresh)


def _as_read(day: date, raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content() if body else "").replace("\r\n", "\n")
    files = "".join(f"Attached: {part.get_filename()}\n" for part in mail.iter_attachments())
    said = f"{'=' * 76}\n{day} to {mail['to']}\nSubject: {mail['subject']}\n{files}\n{text}"
    return _PAGE.sub("?s=PAGE", _PLACE.sub("https://redcap.example", said))


def test_the_mails_of_the_sample_lab_are_the_ones_we_read(tmp_path: Path) -> None:
    said = "\n".join(mails(MORNINGS, tmp_path))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(said, encoding="utf-8")
    kept = KEPT.read_text(encoding="utf-8") if KEPT.exists() else ""
    assert said == kept, "if the new words are right: UPDATE_SNAPSHOTS=1 pytest tests/story/test_mails_of_the_sample.py"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for one in mails(range(int(sys.argv[1])), Path(place)):
            print(one)

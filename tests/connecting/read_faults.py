"""Every fault of REDCap at every call of one read, and what was mailed: `make faults` prints the whole table.

A wrong mail is one that the same day's run without the fault would not have sent in these words. A fault hits one read and is
over; the next look of the same day reads again. First reads count as well: what a lab begins on decides what it is ever told.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

from jobs.due import run_due
from onboard.adapters.system_clock import FixedClock
from onboard.app import open_app
from onboard.errors import ReadInDoubt
from onboard.model import Mode
from onboard.pipeline.snapshots import export_of
from onboard.pipeline.tools import never
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.server import SandboxServer
from tests.beginnings import TO_PEOPLE, first_runs
from tests.connecting.conftest import Served, make_home
from tests.connecting.retell import shipped_projects

OPERATOR = "it-help@northlake.example"
#: A Monday on which every job is due, and the Monday after.
BEGAN, LATER = datetime(2026, 11, 23, 16, 0, tzinfo=UTC), datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
_STATUSES = (408, 413, 429, 500, 502, 503, 504)
#: Faults that need a number: how much of a list is left.
SHARES = (0.5, 0.9, 0.95, 0.99)

Mails = Counter[tuple[str, str, str]]
#: Rows, dictionaries and links of a read.
Read = tuple[dict[str, str], dict[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way in which a call fails."""

    fault: Fault
    status: int | None = None
    share: float = 0.5
    delay: float = 0.0

    def __str__(self) -> str:
        number = f" {self.status}" if self.status else f" {self.share}" if self.fault is Fault.FEWER_ROWS else ""
        return f"{self.fault.value}{number}"


def variants() -> Iterator[Variant]:
    """Every fault that there is, with its numbers."""
    for fault in Fault:
        if fault is Fault.STATUS:
            yield from (Variant(fault=fault, status=status) for status in _STATUSES)
        elif fault is Fault.FEWER_ROWS:
            yield from (Variant(fault=fault, share=share) for share in SHARES)
        elif fault is Fault.SLOW:
            yield Variant(fault=fault, delay=1.5)
        elif fault is Fault.TRICKLE:
            yield Variant(fault=fault, delay=0.2)
        else:
            yield Variant(fault=fault)


@dataclass
class Result:
    """What came of one variant, over all the calls it was tried at."""

    variant: Variant
    first: bool
    tried: int = 0
    stopped: int = 0  # looks that mailed the operator alone
    as_good: int = 0  # reads that came out like the good one
    wrong: Mails = field(default_factory=Counter)
    missing: Mails = field(default_factory=Counter)

    def line(self) -> str:
        """A row of the table."""
        when = "first read" if self.first else "later read"
        return (
            f"{self.variant!s:<18} {when:<10} at {self.tried:>3} calls   stopped {self.stopped:>3}   "
            f"wrong mails {self.wrong.total()}   right mails missing in the end {self.missing.total()}"
        )


class Bench:
    """A stand-in with the shipped projects, a home that began a week ago, and what a good Monday mails."""

    def __init__(self, folder: Path) -> None:
        projects = shipped_projects()
        tokens = {name: project.add_token() for name, project in projects.items()}
        self.folder, self.homes = folder, 0
        self.server = SandboxServer(list(projects.values()))
        self.server.start()
        self.served = Served(self.server, projects, tokens)
        self.new = make_home(folder / "new", self.server.url, tokens)
        self.begun = self.copy(self.new)
        look(self.begun, BEGAN)
        type_a_person(projects["people"])
        home = self.copy(self.new)
        self.good_first, self.good_after = look(home, BEGAN), look(home, LATER)
        self.read_first = self.read(self.new, BEGAN)
        before = len(self.server.requests)
        self.read_later = self.read(self.begun, LATER)
        asked = self.server.requests[before:]
        home = self.copy(self.begun)
        self.good_later = look(home, LATER)
        #: What one read asks, in order; a first read asks it twice.
        self.calls = [seen.content for seen in asked]
        #: The call that asks for a form, by the form's name.
        self.forms = {form: number for number, seen in enumerate(asked) if (form := _form_asked(seen.params.values()))}

    def close(self) -> None:
        """Stop the server."""
        self.server.stop()

    def copy(self, home: Path) -> Path:
        """The same home once more."""
        self.homes += 1
        return Path(shutil.copytree(home, self.folder / f"home{self.homes}"))

    def strike(self, variant: Variant, after: int, times: int) -> None:
        """Let a variant hit `times` calls, from the call of that number on."""
        self.server.faults.clear()
        self.server.faults.add(
            variant.fault, after=after, times=times, status=variant.status, share=variant.share, delay=variant.delay
        )

    def try_first(self, variant: Variant, calls: Sequence[int], times: int = 1) -> Result:
        """The fault hits the first read of a lab; the same day goes on without it, and so does the Monday after."""
        return self._try(Result(variant, first=True), self.new, calls, times)

    def try_later(self, variant: Variant, calls: Sequence[int], times: int = 1) -> Result:
        """The fault hits a later read; the same day goes on without it."""
        return self._try(Result(variant, first=False), self.begun, calls, times)

    def try_alike(self, variant: Variant, forms: Sequence[str]) -> Result:
        """The fault hits every answer for one form, in both reads of a look: then it cannot be told from rows deleted."""
        found = Result(variant, first=False)
        for form in forms:
            home = self.copy(self.begun)
            self.server.faults.add(
                variant.fault, content="record", form=form, times=None, status=variant.status, share=variant.share
            )
            mails = look(home, LATER)
            self.server.faults.clear()
            found.tried, found.stopped = found.tried + 1, found.stopped + (not mails)
            self._go_on(found, home, mails)
        return found

    def _try(self, found: Result, start: Path, calls: Sequence[int], times: int) -> Result:
        """A home that mailed no person is as it was and serves for the next call.

        A read in doubt, or one that came out like the good one, decides what the look mails: the first of each is looked at in
        full, and of the others the read alone is made.
        """
        home, moment = self.copy(start), BEGAN if found.first else LATER
        good = self.read_first if found.first else self.read_later
        for call in calls:
            found.tried += 1
            with self._struck(found.variant, call, times, home):
                read = self.read(home, moment)
            if (read is None and found.stopped) or (read == good and found.as_good):
                found.stopped, found.as_good = found.stopped + (read is None), found.as_good + (read == good)
                continue
            with self._struck(found.variant, call, times, home):
                mails = look(home, moment)
            found.stopped, found.as_good = found.stopped + (not mails), found.as_good + (read == good)
            if mails:
                self._go_on(found, home, mails)
                home = self.copy(start)
        self._go_on(found, home, Counter())
        return found

    @contextmanager
    def _struck(self, variant: Variant, call: int, times: int, home: Path) -> Iterator[None]:
        """While the block runs the variant hits."""
        self.strike(variant, call, times)
        try:
            with impatient(home) if variant.delay else nullcontext():
                yield
        finally:
            self.server.faults.clear()

    @staticmethod
    def read(home: Path, moment: datetime) -> Read | None:
        """What a look would be planned on; None for a read in doubt. Nothing is stored."""
        with closing(open_app(home, clock=FixedClock(moment))) as app:
            last = app.ledger.snapshot_at(moment)
            try:
                export = app.source.fetch(export_of(last).instruments if last else {})
            except ReadInDoubt:
                return None
        return dict(export.instruments), dict(export.dictionaries), dict(export.links)

    def _go_on(self, found: Result, home: Path, mails: Mails) -> None:
        """The rest of the day without the fault, and after a first read the Monday after."""
        if found.first:
            self._count(found, mails + look(home, BEGAN), self.good_first)
            self._count(found, look(home, LATER), self.good_after)
        else:
            self._count(found, mails + look(home, LATER), self.good_later)
        shutil.rmtree(home)

    @staticmethod
    def _count(found: Result, mails: Mails, good: Mails) -> None:
        found.wrong += mails - good
        found.missing += good - mails


def _form_asked(params: Iterable[str]) -> str:
    """The form that a call asks for, "" for none or for all of them."""
    statuses = [name.removesuffix("_complete") for name in params if name.endswith("_complete")]
    return statuses[0] if len(statuses) == 1 else ""


def type_a_person(people: Project) -> None:
    """A new person with a row on every form that the last one has, typed since the last good read: the last of each list, and
    nothing that was read before says that they should be there."""
    last, new = "16", "17"
    own = {"full_name": "Nia Contreras", "greet_name": "Nia", "university_email": "nia.contreras@northlake.example"}
    other = {"other_names": "", "other_email": "", "personal_email": "", "citi_id": "100017"}
    for place, values in list(people.places(last)):
        people.write(new, place, {**values, **(own | other if place.instrument == "" else {})})


@contextmanager
def impatient(home: Path) -> Iterator[None]:
    """While the block runs the home waits a second for an answer and no longer."""
    settings = home / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("retries = 0", "retries = 0\nread_seconds = 1\nconnect_seconds = 0.2"), encoding="utf-8")
    yield
    settings.write_text(text, encoding="utf-8")


def look(home: Path, moment: datetime) -> Mails:
    """Everything that is due is run once; what people got, as address, subject and words. The operator's mails are left out.
    A home that has not begun, or not whole, is begun first: whoever runs it types `onboard start --send` until that went well."""
    before = set((home / "mail").glob("*.eml"))
    with closing(open_app(home, clock=FixedClock(moment))) as app:
        if not app.ledger.began(Mode.LIVE).issuperset(TO_PEOPLE):
            first_runs(app, app.today)
        run_due(app, Mode.LIVE, never)
    new = sorted(set((home / "mail").glob("*.eml")) - before)
    return Counter(mail for mail in map(_read, new) if mail[0] != OPERATOR)


def _read(path: Path) -> tuple[str, str, str]:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    words = " ".join(str(body.get_content()).split()) if body else ""
    return parseaddr(str(mail["To"]))[1], str(mail["Subject"]), words


def main() -> None:
    """Print the table; exit 1 when a mail was wrong or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="variants whose name holds this word")
    parser.add_argument("--step", type=int, default=1, help="every so manyth call alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            bad = _table(bench, [variant for variant in variants() if asked.only in str(variant)], asked.step)
        finally:
            bench.close()
    raise SystemExit(1 if bad else 0)


def _table(bench: Bench, chosen: Sequence[Variant], step: int) -> int:
    bad, began = 0, time.monotonic()
    every = range(len(bench.calls))
    for variant in chosen:
        # On a first read the fault hits the one or the other of its two reads, and never both.
        bad += _said(bench.try_later(variant, every[::step]))
        bad += _said(bench.try_first(variant, range(0, 2 * len(every), step)))
    print("\nApart: faults that hit both reads of a look alike, at every answer for one form, form by form")
    for variant in chosen:
        if not variant.delay:
            _said(bench.try_alike(variant, [*bench.forms]))
    minutes = (time.monotonic() - began) / 60
    print(f"{len(chosen)} variants at {len(every)} calls, {minutes:.0f} minutes; wrong or missing: {bad}")
    return bad


def _said(result: Result) -> int:
    """Print a row; how many mails are wrong or missing."""
    print(result.line(), flush=True)
    for address, subject, _ in [*result.wrong, *result.missing][:5]:
        print(f"    {address}: {subject}", flush=True)
    return result.wrong.total() + result.missing.total()


if __name__ == "__main__":
    main()

"""Whoever asks is promised what a run sends: `run`, `start`, `preview` and `explain` on ten days of the sample lab.

The lab has a guest list, an address that refused our mail and a PI outside the institution. Each morning before the jobs run all
four are asked; then the jobs run, and what they hand over is compared as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS
from jobs.__main__ import app as onboard_app
from jobs.due import run_due, run_safely
from onboard.adapters.ledger.refusals import note
from onboard.app import App, open_app
from onboard.cli.explain import explanation
from onboard.cli.start import begin, show
from onboard.model import Held, JobName, Mode, Notice, Step
from onboard.pipeline.tools import never
from onboard.planning.refusals import answer
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import make_lab

BEFORE = [date(2026, 11, 19), date(2026, 11, 20)]
GO_LIVE = date(2026, 11, 23)
LATER = [date(2026, 11, day) for day in (24, 25, 26, 27, 30)] + [date(2026, 12, day) for day in (1, 7)]
DAY_OFF = date(2026, 11, 28)
LEFT_OUT, REFUSED, OUTSIDE = "tomas.novak@northlake.example", "elena.rivera@northlake.example", "chiara.rossi@lakeside.example"


Mail = tuple[str, str]  # kind, reader
Kept = tuple[str, str, str]  # kind, reader, why


class Asked:
    """What each of the four says of one day."""

    def __init__(self, home: Path, clock: HandClock, day: date) -> None:
        self.home, self.day = home, day
        clock.set(day, time(6))
        self.app = open_app(home, clock=clock, reads_only=True)

    def run(self) -> tuple[set[Mail], set[Kept]]:
        """Dry runs of every scheduled job."""
        with self.app.one_look():
            reports = [run_safely(self.app, JobName(job), self.day, Mode.DRY, never) for job in JOBS]
        assert not any(report.trouble for report in reports)
        self.planned = [notice for report in reports for notice in report.planned]
        self.held = [held for report in reports for held in report.held]
        return {(n.kind.value, n.reader.name) for n in self.planned}, {
            (h.notice.kind.value, h.notice.reader.name, h.reason) for h in self.held
        }

    def preview(self, page: Path) -> tuple[set[Mail], set[Kept]]:
        said = self._command("preview", "--page", str(page))
        return set(re.findall(r"^(\w+) +(.+?) <\S+>: ", said, re.M)), _held(re.findall(r"^held: (.*)$", said, re.M))

    def start(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[set[Mail], set[Kept]]:
        """The first of its seven days."""
        monkeypatch.setenv("COLUMNS", "200")
        show(self.app)
        said = capsys.readouterr().out
        mine = re.findall(rf"^{self.day:%a %d %b} +. (\w+) +. (.+?) +. \S+@\S+", said, re.M)
        held = re.findall(rf"^held on {self.day:%a} {self.day.day} {self.day:%b}: (.*)$", said, re.M)
        return set(mine), _held(held)

    def typed_explain(self, person: str) -> set[str]:
        """Kinds and readers of what a run today would say about a person, and of what it would hold."""
        return {_head(line) for line in json.loads(self._command("explain", person, "--format", "json"))["now"]}

    def explain_all(self) -> dict[str, set[str]]:
        """The same of everybody, by what the command calls."""
        decided = [one for _, jobs in self.app.forecast() for one in jobs]
        return {person: set(map(_head, explanation(self.app, person, decided).now)) for person in self.app.assessment.people}

    def _command(self, *words: str) -> str:
        found = CliRunner().invoke(onboard_app, [*words, "--home", str(self.home), "--as-of", self.day.isoformat()])
        assert found.exit_code == 0, found.output
        return found.output


def _held(lines: list[str]) -> set[Kept]:
    found = (re.fullmatch(r"(\w+) to (.+?): (.*)\.", line) for line in lines)
    return {(one[1], one[2], one[3]) for one in found if one}


def _head(line: str) -> str:
    """``reminder to Lena Haddad`` or ``Held: reminder to Lena Haddad: why.`` of a line of `explain`."""
    return line if line.startswith("Held: ") else line.partition(":")[0].lower()


def expected_about(person: str, planned: list[Notice], held: list[Held]) -> set[str]:
    """What `explain` must say about a person, from what a dry run planned and held."""
    going = {
        f"{n.kind.value} to {n.reader.name}".lower()
        for n in planned
        if any(line.key and person in (line.person, n.reader.record) for line in n.lines)
    }
    return going | {
        f"Held: {h.notice.kind.value} to {h.notice.reader.name}: {h.reason}."
        for h in held
        if person in (h.notice.reader.record, *(line.person for line in h.notice.lines))
    }


@pytest.fixture(scope="module")
def sample() -> Iterator[SampleServer]:
    """The sample lab as of the day of go-live, served over HTTP."""
    with sample_server(GO_LIVE) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, sample: SampleServer) -> Path:
    """The Rivera Lab, where everybody but one is on the guest list."""
    found = make_lab(tmp_path / "rivera", sample)
    settings = found / "settings.toml"
    addresses = sorted({one.university_email for one in _people(found)} | {OUTSIDE, "maria.chen@northlake.example"})
    guests = ", ".join(f'"{address}"' for address in addresses if address and address != LEFT_OUT)
    text = settings.read_text(encoding="utf-8").replace('mode = "live"', f'mode = "live"\nguest_list = [{guests}]')
    settings.write_text(text, encoding="utf-8")
    return found


def _people(home: Path) -> Iterator[object]:
    app = open_app(home, reads_only=True)
    yield from app.assessment.people.values()


def test_all_four_name_the_same_mails_and_the_same_reasons(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    reasons: set[str] = set()
    readers: set[str] = set()
    for day in [*BEFORE, GO_LIVE, *LATER]:
        asked = Asked(home, clock, day)
        mails, held = asked.run()
        assert mails, day
        assert asked.preview(tmp_path / "preview.html") == (mails, held), day
        assert asked.start(capsys, monkeypatch) == (mails, held), day
        everybody = asked.explain_all()
        for person in everybody:
            assert everybody[person] == expected_about(person, asked.planned, asked.held), (day, person)
        for person in list(everybody)[day.day % 16 :: 16]:
            assert asked.typed_explain(person) == everybody[person], (day, person)
        reasons |= {reason for _, _, reason in held}
        readers |= {notice.reader.address for notice in asked.planned}
        went = _really(home, clock, day)
        if day >= GO_LIVE:
            assert went == mails, day
        asked.app.close()
    assert any("guest list" in why for why in reasons)
    assert any("refused our mail" in why for why in reasons)
    assert readers >= {OUTSIDE}, "a PI outside the institution reads about herself alone"


def _really(home: Path, clock: HandClock, day: date) -> set[Mail]:
    """The jobs of the day; at go-live `onboard start --send` comes first."""
    clock.set(day, time(9))
    app = open_app(home, clock=clock)
    reports = []
    if day == GO_LIVE:
        reports += begin(app)
    if day >= GO_LIVE:
        reports += run_due(app, Mode.LIVE, never)
    if day == GO_LIVE:
        _refuse(app, clock)
    app.close()
    return {(n.kind.value, n.reader.name) for report in reports for n in report.planned}


def _refuse(app: App, clock: HandClock) -> None:
    """Two mails on two days come back, the second one after all that was taken on the day: the address is closed."""
    gone, later = answer(Step.RECIPIENT, 550, "5.1.1 no such user"), clock.now() + timedelta(hours=1)
    with app.ledger._door.writing(Mode.LIVE) as connection:
        for number, day in enumerate((GO_LIVE - timedelta(days=1), GO_LIVE)):
            note(connection, app.lab.id, Mode.LIVE, (f"<{number}@x.example>", REFUSED), gone, day, later)


def test_on_a_day_off_nothing_is_promised_and_nothing_goes(home: Path, tmp_path: Path) -> None:
    clock = HandClock()
    asked = Asked(home, clock, DAY_OFF)
    assert asked.run() == (set(), set()) == asked.preview(tmp_path / "preview.html")
    assert not any(asked.explain_all().values())
    assert _really(home, clock, DAY_OFF - timedelta(days=9)) == set()
    asked.app.close()

"""Housekeeping: old bodies go, a person's name goes and verdicts stay, a backup is whole, an older ledger is brought up."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS, job
from jobs.__main__ import app as cli
from jobs.upkeep import tidy
from onboard.adapters.ledger.keeping import Erased, LedgerKeeping
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.app import App, open_app
from onboard.cli.export_person import kept_about
from onboard.cli.memory import as_known_on
from onboard.errors import LedgerError, OnboardError
from onboard.model import JobName, Mode, Snapshot
from onboard.pipeline.forgetting import Alias, Traces, find_record, pseudonymised, traces_of
from onboard.pipeline.forgetting_mail import MailAlias
from onboard.pipeline.snapshots import cited, export_of
from onboard.questions.status import status_rows
from onboard.sandbox.sample.server import SampleServer
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab
from tests.pipeline.delivery_cast import LEILA, LIVE, MORNING, outgoing, queue

LAYLA = "5"
NAMES = ("Layla Haddad", "ليلى حداد", "layla.haddad@northlake.example")


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory, sample: SampleServer) -> Iterator[tuple[App, HandClock]]:
    """A lab that has mailed everybody on a Monday; told once for the tests that only look."""
    clock = HandClock()
    clock.set(MONDAY, time(9))
    app = open_app(make_lab(tmp_path_factory.mktemp("kept") / "rivera", sample), clock=clock)
    app.ledger.record_baseline(Mode.LIVE, JobName.CHECKLISTS, [], clock.now(), MONDAY)
    app.ledger.record_baseline(Mode.LIVE, JobName.REMINDERS, [], clock.now(), MONDAY)
    for name in JOBS:
        job(name)(app, MONDAY)
    yield app, clock
    app.close()


def copy_of(app: App, folder: Path) -> LedgerKeeping:
    """The same ledger in another file, to be changed."""
    app.keeping.backup(folder / "copy.db")
    return LedgerKeeping(f"sqlite:///{folder / 'copy.db'}", "rivera")


def everything(path: Path) -> str:
    """Every cell of every table, mails decoded."""
    import email
    import email.policy

    found = []
    with sqlite3.connect(path) as raw:
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in raw.execute(f"SELECT * FROM {table}"):
                for cell in row:
                    if isinstance(cell, bytes) and cell:
                        message = email.message_from_bytes(cell, policy=email.policy.default)
                        found += [str(value) for value in message.values()]
                        found += [str(p.get_content()) for p in message.walk() if p.get_content_maintype() == "text"]
                    else:
                        found.append(str(cell))
    return "\n".join(found)


def forget(app: App, keeping: LedgerKeeping, record: str, *, really: bool = True):
    texts = keeping.snapshots()
    alias = Alias(traces=traces_of(texts, app.config.mapping, record), token="12ab34cd")
    return keeping.forget(
        record,
        alias.traces.sure_addresses,
        alias,
        MailAlias(alias),
        lambda text, left: pseudonymised(text, app.config.mapping, alias, left),
        really=really,
    )


class TestForget:
    def test_the_name_is_nowhere_and_every_verdict_is_as_it_was(self, morning: tuple[App, HandClock], tmp_path: Path) -> None:
        app, _ = morning
        assert all(name in everything(Path(app.config.ledger_url.removeprefix("sqlite:///"))) for name in NAMES)
        keeping = copy_of(app, tmp_path)
        done = forget(app, keeping, LAYLA)
        assert done.bodies >= 1 and done.bodies + done.reworded >= 3 and done.snapshots == 1 and done.rows > 0
        left = everything(tmp_path / "copy.db")
        for name in NAMES:
            assert name.casefold() not in left.casefold(), name
        assert "Forgotten 12ab34cd" in left and "forgotten-12ab34cd-1@forgotten.invalid" in left
        keeping.close()
        for name in NAMES:
            assert name.encode() not in (tmp_path / "copy.db").read_bytes()

        then, now = (SqlLedger(url, "rivera") for url in (app.config.ledger_url, f"sqlite:///{tmp_path / 'copy.db'}"))
        verdicts = []
        for ledger in (then, now):
            snapshot = ledger.snapshot_at()
            assert snapshot
            rows = status_rows(app.judge(export_of(snapshot)), MONDAY)
            verdicts.append([{k: v for k, v in row.items() if k != "reasons"} for row in rows])
            verdicts[-1] += [r["status"] for row in rows for r in row["reasons"]]
        assert verdicts[0] == verdicts[1]
        assert then.history(Mode.LIVE).items.keys() >= {k for k in now.history(Mode.LIVE).items if "forgotten" not in k}
        assert len(then.history(Mode.LIVE).items) == len(now.history(Mode.LIVE).items)

    def test_proofs_say_that_a_name_was_taken_out_of_what_they_rest_on(
        self, morning: tuple[App, HandClock], tmp_path: Path
    ) -> None:
        app, clock = morning
        home = tmp_path / "home"
        shutil.copytree(app.config.home, home, ignore=shutil.ignore_patterns("ledger.db*", "mail"))
        forget(app, copy_of(app, home), LAYLA)
        (home / "copy.db").rename(home / "ledger.db")
        stored = app.ledger.snapshot_at()
        assert stored and as_known_on(app, MONDAY).snapshot == cited(stored) == stored.id
        after = open_app(home, clock=clock)
        said = as_known_on(after, MONDAY).snapshot
        assert said.startswith(stored.id) and "“Forgotten 12ab34cd” replaces a name" in said
        after.close()

    def test_a_read_changed_by_other_hands_is_told_from_one_that_forgot(self) -> None:
        text = '{"dictionaries":{},"instruments":{}}'
        stored = Snapshot(id=hashlib.sha256(text.encode()).hexdigest(), text=text, read_at=MORNING, rows=0)
        assert cited(stored) == stored.id
        assert "CHANGED since it was stored, and not by this program" in cited(replace(stored, text=text + " "))

    def test_others_keep_their_names(self, morning: tuple[App, HandClock], tmp_path: Path) -> None:
        app, _ = morning
        forget(app, copy_of(app, tmp_path), LAYLA)
        left = everything(tmp_path / "copy.db")
        assert "Kenji Tanaka" in left and "elena.rivera@northlake.example" in left

    def test_without_yes_nothing_changes(self, morning: tuple[App, HandClock], tmp_path: Path) -> None:
        app, _ = morning
        keeping = copy_of(app, tmp_path)
        before = everything(tmp_path / "copy.db")
        done = forget(app, keeping, LAYLA, really=False)
        assert done.bodies + done.reworded >= 3
        assert everything(tmp_path / "copy.db") == before

    def test_a_waiting_mail_is_taken_back_and_one_on_its_way_refused(self, ledger_url: str) -> None:
        ledger, keeping = SqlLedger(ledger_url, "rivera"), LedgerKeeping(ledger_url, "rivera")
        queue(ledger, outgoing(LEILA.address, "reminder/5/x"))
        alias = Alias(traces=Traces(record="5", names=("Leila Haddad",), greetings=(), addresses=(LEILA.address,)), token="aa")

        def taken_out() -> Erased:
            return keeping.forget("5", (LEILA.address,), alias, MailAlias(alias), lambda text, left: text, really=True)

        (post,) = ledger.claim(LIVE, MORNING)
        with pytest.raises(LedgerError, match="on its way"):
            taken_out()
        ledger.mark_retry(post, "later", MORNING, attempted=False)
        assert taken_out().withdrawn == 1
        assert ledger.outbox(LIVE) == {"withdrawn": 1}
        ledger.close()
        keeping.close()

    @pytest.mark.parametrize("wanted", ["5", "Layla Haddad", "LAYLA.HADDAD@northlake.example"])
    def test_a_person_is_found_by_id_name_or_address(self, morning: tuple[App, HandClock], wanted: str) -> None:
        app, _ = morning
        assert find_record(app.keeping.snapshots(), app.config.mapping, wanted) == LAYLA

    def test_a_stranger_is_not_guessed(self, morning: tuple[App, HandClock]) -> None:
        app, _ = morning
        with pytest.raises(OnboardError, match="No whole name, record id or address that is kept is 'Layla'"):
            find_record(app.keeping.snapshots(), app.config.mapping, "Layla")

    def test_a_name_inside_a_longer_word_is_left_alone(self) -> None:
        alias = Alias(traces=Traces(record="1", names=("Li",), greetings=(), addresses=("li@x.example",)), token="aa")
        assert alias.scrub("Li and Lipid, li@x.example, julli@x.example") == (
            "Forgotten aa and Lipid, forgotten-aa-1@forgotten.invalid, julli@x.example"
        )

    def test_a_rewritten_snapshot_keeps_its_shape(self, morning: tuple[App, HandClock]) -> None:
        app, _ = morning
        (before,) = app.keeping.snapshots()
        alias = Alias(traces=traces_of([before], app.config.mapping, LAYLA), token="12ab34cd")
        after = pseudonymised(before, app.config.mapping, alias)
        for key, table in json.loads(before)["instruments"].items():
            was, now = (list(csv.reader(io.StringIO(one))) for one in (table, json.loads(after)["instruments"][key]))
            assert [row[:3] for row in was if row[0] != LAYLA] == [row[:3] for row in now if row[0] != LAYLA]
            assert [len(row) for row in was] == [len(row) for row in now]


def test_export_holds_the_persons_own_things_and_nobody_elses_mail(morning: tuple[App, HandClock]) -> None:
    app, _ = morning
    found = kept_about(app, "Layla Haddad")
    assert found["record"] == LAYLA and NAMES[2] in found["addresses"]
    assert found["records"]["people.person"][0]["citi_id"] == "100005"
    own = [mail for mail in found["mails"] if "text" in mail]
    assert own and all(mail["text"] for mail in own)
    assert all("subject" not in mail for mail in found["mails"] if mail not in own)
    assert found["said"] and all(item["key"].split("/")[1] == LAYLA for item in found["said"])
    assert "Tanaka" not in json.dumps(found["mails"], default=str)


def test_the_export_is_written_for_its_owner_alone_and_over_nothing(morning: tuple[App, HandClock], tmp_path: Path) -> None:
    app, _ = morning
    out, words = tmp_path / "layla.json", ["export-person", "Layla Haddad", "--home", str(app.config.home)]
    done = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert done.exit_code == 0 and done.output.startswith(f"Wrote {out}: "), done.output
    assert json.loads(out.read_text(encoding="utf-8"))["record"] == LAYLA
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert again.exit_code != 0 and "already there" in str(again.exception)


class TestTidy:
    def test_bodies_go_after_ninety_days_and_what_was_said_stays(self, morning: tuple[App, HandClock], tmp_path: Path) -> None:
        app, clock = morning
        keeping = copy_of(app, tmp_path)
        assert keeping.drop_bodies(clock.now() - timedelta(days=90)) == 0
        later = clock.now() + timedelta(days=91)
        dropped = keeping.drop_bodies(later - timedelta(days=90))
        assert dropped == sum(app.ledger.outbox(Mode.LIVE).values()) > 0
        assert keeping.drop_bodies(later) == 0
        ledger = SqlLedger(f"sqlite:///{tmp_path / 'copy.db'}", "rivera")
        assert ledger.history(Mode.LIVE) == app.ledger.history(Mode.LIVE)

    def test_a_mail_that_still_waits_keeps_its_bytes(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'l.db'}"
        ledger = SqlLedger(url, "rivera")
        queue(ledger, outgoing(LEILA.address, "reminder/5/x"))
        assert LedgerKeeping(url, "rivera").drop_bodies(MORNING + timedelta(days=400)) == 0
        (post,) = ledger.claim(LIVE, MORNING)
        assert post.mime

    def test_reads_go_only_before_the_labs_date_and_the_day_itself_stays_provable(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'l.db'}"
        ledger, keeping = SqlLedger(url, "rivera"), LedgerKeeping(url, "rivera")
        start = datetime(2026, 1, 1, tzinfo=UTC)
        for n in range(10):
            ledger.save_snapshot(Snapshot(id=f"s{n}", text=f'{{"n": {n}}}', read_at=start + timedelta(days=n), rows=1))
        assert keeping.drop_reads(start - timedelta(days=1)) == 0
        first = start + timedelta(days=5, hours=-1)
        assert keeping.drop_reads(first) == 4
        kept = ledger.snapshot_at(first)
        assert kept and kept.id == "s4"
        assert ledger.snapshot_at(start + timedelta(days=3)) is None
        assert keeping.drop_reads(first) == 0

    def test_settings_say_how_long(self, tmp_path: Path, sample: SampleServer) -> None:
        more = "\n[retention]\nbodies_days = 30\nverdicts_from = 2026-01-01\n"
        clock = HandClock()
        app = open_app(make_lab(tmp_path / "rivera", sample, more=more), clock=clock)
        assert (app.config.operating.bodies_days, app.config.operating.verdicts_from) == (30, date(2026, 1, 1))
        queue(app.ledger, outgoing(LEILA.address, "reminder/5/x"), now=clock.now() - timedelta(days=31))
        app.ledger.withdraw_queued(LIVE, clock.now())
        assert tidy(app) == (1, 0)
        app.close()


class TestBackup:
    def test_a_backup_under_way_is_whole_and_restores(self, morning: tuple[App, HandClock], tmp_path: Path) -> None:
        app, clock = morning
        home = app.config.home
        size = app.keeping.backup(tmp_path / "saved.db")
        assert size > 100_000 and (tmp_path / "saved.db").stat().st_mode & 0o077 == 0
        kept = app.ledger.history(Mode.LIVE)
        restored = tmp_path / "restored"
        restored.mkdir()
        for path in home.glob("*.toml"):
            (restored / path.name).write_bytes(path.read_bytes())
        (restored / "ledger.db").write_bytes((tmp_path / "saved.db").read_bytes())
        again = open_app(restored, clock=clock)
        assert again.ledger.history(Mode.LIVE) == kept
        assert again.ledger.begin_run(Mode.LIVE, JobName.REMINDERS, MONDAY, clock.now()) is None, "the slot is still used up"
        again.close()

    def test_copying_while_another_process_writes_gives_one_moment(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'l.db'}"
        ledger, keeping = SqlLedger(url, "rivera"), LedgerKeeping(url, "rivera")
        queue(ledger, outgoing(LEILA.address, "reminder/5/x"))
        other = sqlite3.connect(tmp_path / "l.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE message SET state = 'sent'")
        keeping.backup(tmp_path / "saved.db")
        other.execute("COMMIT")
        assert SqlLedger(f"sqlite:///{tmp_path / 'saved.db'}", "rivera").outbox(LIVE) == {"queued": 1}

    def test_an_existing_file_or_a_missing_folder_is_refused(self, tmp_path: Path) -> None:
        keeping = LedgerKeeping(f"sqlite:///{tmp_path / 'l.db'}", "rivera")
        (tmp_path / "here.db").write_text("mine")
        with pytest.raises(LedgerError, match="exists; nothing was changed"):
            keeping.backup(tmp_path / "here.db")
        with pytest.raises(LedgerError, match="could not be written"):
            keeping.backup(tmp_path / "no" / "x.db")
        assert (tmp_path / "here.db").read_text() == "mine"

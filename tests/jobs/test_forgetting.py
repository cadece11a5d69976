"""Forgetting one of three namesakes, whose other name is a word: their cells change, and nothing else in ledger or home."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time
from email.message import EmailMessage
from fnmatch import fnmatch
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS, job
from jobs.__main__ import app as cli
from jobs.upkeep import write_board
from onboard.adapters.files import intake_home
from onboard.adapters.files.intake_home import save_irb_list, save_queue
from onboard.adapters.ledger.keeping import LedgerKeeping
from onboard.adapters.ledger.schema import metadata
from onboard.app import App, open_app
from onboard.cli.export_person import kept_about
from onboard.cli.proof import _answer
from onboard.intake.claims import Claimed, Layout
from onboard.intake.irb_list import IrbList, Listed
from onboard.intake.planning import State
from onboard.intake.queue import Queued
from onboard.model import JobName, Mode
from onboard.model.mapping import Mapping as RecordMapping
from onboard.model.mapping import Source
from onboard.pipeline.forgetting import Alias, Traces, pseudonymised, traces_of
from onboard.pipeline.forgetting_mail import MailAlias, without
from onboard.pipeline.kept import FILES, TABLES, Forget
from onboard.rendering.roster_file import _workbook
from onboard.sandbox.sample.lab import PEOPLE
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab

JORDAN, JAMIE, JUN = "12", "13", "16"
ADDRESS = "jordan.smith@northlake.example"
BOARD = '\n[board]\nfile = "board.html"\n\n[digest]\nattach = "xlsx"\n'
PAPER = b"%PDF-1.4 a certificate of J. Smith"


def typed(sample: SampleServer, record: str, **values: str) -> None:
    """A coordinator changes cells of somebody's form."""
    project = sample.projects[PEOPLE]
    project.put(record, "person", values)


def waiting(home: Path, key: str, name: str, person: str, address: str = "") -> Queued:
    """A completion that intake could not settle, with its paper."""
    paper = home / "intake_papers" / f"{key}.pdf"
    paper.parent.mkdir(mode=0o700, exist_ok=True)
    paper.write_bytes(PAPER + key.encode())
    claim = Claimed(
        file=f"{key}.pdf", line=0, layout=Layout.CERTIFICATE, name=name, addresses=(address,) if address else (),
        group="Good Clinical Practice", document=str(paper),
    )  # fmt: skip
    state = State.CONFLICT if person else State.UNMATCHED
    return Queued(
        key=key, claim=claim, state=state, why="two dates", person=person, near=() if person else (JORDAN, JAMIE), since=MONDAY
    )


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SampleServer, HandClock]]:
    """A home after one Monday: three are called J. Smith, Jordan is also called Good, and Kenji's supervisor is Jordan."""
    clock = HandClock()
    clock.set(MONDAY, time(9))
    with sample_server(MONDAY) as sample:
        typed(sample, JORDAN, other_names="Good", university_email=ADDRESS)
        typed(sample, JUN, full_name="J. Smith")
        sample.projects[PEOPLE].put("6", "appointment", {"appt_supervisor": ADDRESS}, 1)
        home = make_lab(tmp_path_factory.mktemp("forget") / "rivera", sample, more=BOARD)
        (home / "templates").mkdir()
        (home / "templates" / "digest.subject.txt").write_text("Good morning from the lab of J. Smith's friends\n")
        queue = [
            waiting(home, "a", "J. Smith", JORDAN),
            waiting(home, "b", "J. Smith", JAMIE),
            waiting(home, "c", "J. Smith", ""),
        ]
        save_queue(home, [*queue, waiting(home, "d", "Smith, J", "", ADDRESS)])
        people = (
            Listed(name="J. Smith", address=ADDRESS, role="RA"), Listed(name="J. Smith", role="RA"),
            Listed(name="J. Smith", address="jamie.smith@northlake.example"), Listed(name="Anna Good", address="ag@x.example"),
        )  # fmt: skip
        save_irb_list(home, IrbList(protocol="1", as_of=MONDAY, people=people), "STEP-HF")
        app = open_app(home, clock=clock)
        for name in (JobName.CHECKLISTS, JobName.REMINDERS):
            app.ledger.record_baseline(Mode.LIVE, name, [], clock.now(), MONDAY)
        for name in JOBS:
            job(name)(app, MONDAY)
        write_board(app)
        app.keeping.backup(home / "copy.db")
        app.close()
        (home / "copy.db").rename(home / "ledger.db")
        for beside in ("ledger.db-wal", "ledger.db-shm"):
            (home / beside).unlink(missing_ok=True)
        yield home, sample, clock


@pytest.fixture
def home(lived: tuple[Path, SampleServer, HandClock], tmp_path: Path) -> Path:
    """A copy of that home, to be changed. The queue names its papers by whole paths."""
    shutil.copytree(lived[0], tmp_path / "rivera")
    queue = tmp_path / "rivera" / "intake_queue.jsonl"
    queue.write_text(queue.read_text().replace(str(lived[0]), str(tmp_path / "rivera")))
    return tmp_path / "rivera"


def cells(home: Path) -> dict[tuple[str, int, str], object]:
    """Every cell of the ledger, by table, row and column; rows are never added or taken by forgetting but for one table."""
    found: dict[tuple[str, int, str], object] = {}
    with sqlite3.connect(home / "ledger.db") as raw:
        raw.row_factory = sqlite3.Row
        for table in metadata.tables:
            for row in raw.execute(f"SELECT rowid AS place, * FROM {table}"):
                found |= {(table, row["place"], name): row[name] for name in row.keys() if name != "place"}
    return found


def files(home: Path) -> dict[str, bytes]:
    """Every file of the home but the ledger."""
    paths = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("ledger.db"))
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def forget(home: Path, *words: str) -> str:
    done = CliRunner().invoke(cli, ["forget", *words, "--yes", "--home", str(home)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def rows(text: str, key: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(json.loads(text)["instruments"][key])))


def seen(mime: bytes) -> str:
    """The headers and words of a mail."""
    message = email.message_from_bytes(mime, policy=email.policy.default)
    parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*map(str, message.values()), *parts])


class TestTheDiff:
    def test_in_the_ledger_their_cells_alone_are_changed(self, home: Path) -> None:
        before = cells(home)
        forget(home, JORDAN)
        after = cells(home)
        assert before.keys() == after.keys()
        changed = {place for place in before if before[place] != after[place]}
        own = {
            row for table, row, name in before if table == "message" and name == "person" and before[table, row, name] == JORDAN
        }
        ids = {before["message", row, "id"] for row in own}
        assert own and {table for table, _, _ in changed} <= {
            "head", "message", "body", "item", "snapshot", "run", "person_seen",
        }  # fmt: skip
        for table, row, column in changed:
            old, new = before[table, row, column], after[table, row, column]
            if table == "message":
                assert row in own and column in ("reader", "to_addr", "detail")
            elif table == "item":
                assert before[table, row, "message"] in ids or f"/{ADDRESS}/" in str(before[table, row, "key"])
            elif table == "body" and before[table, row, "message"] in ids:
                assert new == b""
            elif table == "body":
                assert isinstance(old, bytes) and isinstance(new, bytes)
                assert ADDRESS in seen(old) and ADDRESS not in seen(new)
            elif table == "run":
                assert ADDRESS in str(old)
            elif table == "person_seen":
                assert before[table, row, "record"] == JORDAN and (column, new) == ("marks", "gone")
            elif table == "snapshot":
                self._their_rows(str(old), str(new))

    @staticmethod
    def _their_rows(old: str, new: str) -> None:
        for key in json.loads(old)["instruments"]:
            for was, now in zip(rows(old, key), rows(new, key), strict=True):
                for cell, left in zip(was, now, strict=True):
                    assert cell in (left, ADDRESS) or was[0] == JORDAN, (key, was, now)
        named = {row[0]: row for row in rows(new, "people.person")}
        assert "J. Smith" in named[JAMIE] and "J. Smith" in named[JUN] and "J. Smith" not in named[JORDAN]
        supervisor = next(row for row in rows(new, "people.appointment") if row[0] == "6")
        (alias,) = {cell for cell in supervisor if "@forgotten.invalid" in cell}
        assert alias in named[JORDAN], "who referred to them still does"

    def test_in_the_home_their_files_and_lines_alone_are_changed(self, home: Path) -> None:
        before = files(home)
        said = forget(home, JORDAN)
        after = files(home)
        gone, changed = before.keys() - after.keys(), {name for name in after if before.get(name) != after[name]}
        assert after.keys() <= before.keys()
        mine = {name for name in before if name.endswith(".eml") and ADDRESS in name}
        assert gone == {*mine, "intake_papers/a.pdf", "intake_papers/d.pdf"} and mine
        assert changed == {"intake_queue.jsonl", "irb_lists/STEP-HF.csv", "handed_over.jsonl"} | {
            name for name in before if name.endswith(".eml") and name not in gone and ADDRESS in seen(before[name])
        }
        assert [json.loads(line)["key"] for line in after["intake_queue.jsonl"].splitlines()] == ["b", "c"]
        was, now = (text["irb_lists/STEP-HF.csv"].decode().splitlines() for text in (before, after))
        assert was[0] == now[0] and was[2:] == now[2:] and ADDRESS not in now[1]
        for place in ("irb_lists/STEP-HF.csv", "intake_queue.jsonl, row c", "templates/digest.subject.txt", "board.html"):
            assert f"{place}: “J. Smith”" in said, said
        assert "“J. Smith”: records 13, 16 have it, too" in said and "“Good”" not in said
        left = said.partition("look at each:\n")[2].partition("  “J. Smith”: records")[0].splitlines()
        assert left and not any("wei.zhang" in line or "jamie.smith" in line or "row b" in line for line in left), left

    def test_a_name_that_is_decided_goes_from_free_places_and_stays_with_its_namesakes(self, home: Path) -> None:
        before = cells(home)
        forget(home, JORDAN, "--also", "J. Smith")
        after = cells(home)
        for place, old in before.items():
            table, row, column = place
            if table == "message" and column == "person" and old in (JAMIE, JUN):
                ids = before["message", row, "id"]
                assert all(before[p] == after[p] for p in before if p[0] == "body" and before[p[0], p[1], "message"] == ids)
            if table == "snapshot" and column == "text":
                named = {cells_[0]: cells_ for cells_ in rows(str(after[place]), "people.person")}
                assert "J. Smith" in named[JAMIE] and "J. Smith" in named[JUN]
        digests = [str(after[p]) for p in after if p[0] == "message" and p[2] == "subject" and "lab of" in str(before[p])]
        assert digests and not any("J. Smith" in subject for subject in digests)
        assert "Good Clinical Practice" in "".join(str(text) for (table, _, _), text in after.items() if table == "rules")

    def test_a_name_nobody_listed_is_refused(self, home: Path) -> None:
        done = CliRunner().invoke(cli, ["forget", JORDAN, "--also", "Tanaka", "--yes", "--home", str(home)])
        assert done.exit_code != 0 and "no record of this person ever held it" in str(done.exception)

    def test_it_is_found_by_nobody_who_looks_for_what_was_theirs_alone(self, home: Path) -> None:
        forget(home, JORDAN)
        for path in home.rglob("*"):
            assert not path.is_file() or ADDRESS.encode() not in path.read_bytes(), path

    def test_without_yes_nothing_is_touched(self, home: Path) -> None:
        before = (files(home), cells(home))
        done = CliRunner().invoke(cli, ["forget", JORDAN, "--home", str(home)])
        assert "Nothing was changed" in done.output and "Dropped in the home: " in done.output
        assert (files(home), cells(home)) == before


def test_a_proof_of_everybody_else_is_equal_but_for_the_line_that_names_its_snapshot(
    lived: tuple[Path, SampleServer, HandClock], home: Path
) -> None:
    _, _, clock = lived
    before = proofs(open_app(home, clock=clock))
    forget(home, JORDAN)
    after = proofs(open_app(home, clock=clock))
    assert len(before) > 60 and before.keys() == after.keys()
    assert any("replaces a name" in text for text in after.values())
    for pair, text in before.items():
        assert "replaces a name" not in text
        assert pair[0] == JORDAN or plain(text) == plain(after[pair]), pair


def plain(text: str) -> list[str]:
    """A proof's words but for what is said of its read since."""
    return re.sub(r"\(since then.*?as read\)", "", text, flags=re.DOTALL).split()


def proofs(app: App) -> dict[tuple[str, str], str]:
    """What was said on Monday of every person and protocol."""
    found = {}
    for person in app.assessment.people:
        for protocol in app.assessment.protocols:
            found[person, protocol] = _answer(app, person, protocol, None, MONDAY, MONDAY).text()
    app.close()
    return found


PEOPLE_FORM = Source(
    table="people", project="people", instrument="person", fields={"name": "full_name", "university_email": "mail"}
)
WORK_FORM = Source(
    table="delegations", project="people", instrument="work", fields={"approved_by": "by", "tasks": "tasks", "protocol": "study"}
)


def without_first(people: str, work: str, *decided: str) -> tuple[str, str, Counter[tuple[str, str]]]:
    """Record 1 taken out of two forms; what is left, by place and name."""
    instruments = {"people.person": f"record_id,full_name,mail\n{people}", "people.work": f"record_id,by,tasks,study\n{work}"}
    text = json.dumps({"dictionaries": {}, "instruments": instruments})
    mapping, left = RecordMapping(sources=(PEOPLE_FORM, WORK_FORM)), Counter[tuple[str, str]]()
    alias = Alias(traces=traces_of([text], mapping, "1", (), decided), token="aa")
    new = json.loads(pseudonymised(text, mapping, alias, left))["instruments"]
    return new["people.person"].partition("\n")[2], new["people.work"].partition("\n")[2], left


class TestCells:
    def test_an_address_that_two_share_is_left_with_both_and_listed(self) -> None:
        people, work, left = without_first("1,Ann Lee,lab@x\n2,Bo Ek,lab@x\n", "2,lab@x,consent,A\n")
        assert people == "1,Forgotten aa,lab@x\n2,Bo Ek,lab@x\n" and work == "2,lab@x,consent,A\n"
        assert left == {("record 1, field mail", "lab@x"): 1, ("record 2, field by", "lab@x"): 1}

    def test_a_whole_name_as_a_signature_is_theirs_and_a_word_is_not(self) -> None:
        _, work, left = without_first("1,Ann Lee,a@x\n", '2,"Lee, Ann",consent,"Ann Lee study, 2"\n3,  ANN  LEE ,x,B\n')
        assert work.splitlines()[0] == '2,"Lee, Ann",consent,"Ann Lee study, 2"', "the name is a study's, too, so this is listed"
        assert ("record 2, field study", "Ann Lee") in left and ("record 3, field by", "Ann Lee") in left
        _, work, left = without_first("1,Ann Lee,a@x\n", '2,"Lee, Ann","quoted, cell",A\n3,  ANN  LEE ,x,B\n4,"a@x","x",C\n')
        assert (
            work == ('2,Forgotten aa,"quoted, cell",A\n3,Forgotten aa,x,B\n4,forgotten-aa-1@forgotten.invalid,x,C\n') and not left
        )

    @pytest.mark.parametrize("other", ["Ann Lee", '"Lee, Ann"', "ann-lee", "Bo Ek (Ann Lee)", "Mary-Ann  LEE"])
    def test_a_namesakes_signature_is_left_however_either_spells_it(self, other: str) -> None:
        signed = '2,Ann Lee,x,B\n2,"Lee, Ann",x,B\n'
        _, work, left = without_first(f"1,Ann Lee,a@x\n2,{other},o@x\n", signed)
        certain = other.startswith("Mary")  # somebody else's name, and none that they share
        assert (work == signed) is not certain and bool(left) is not certain

    def test_a_name_of_one_word_is_asked_about_where_it_stands_alone(self) -> None:
        people, work, left = without_first("1,May,m@x\n2,May Poe,p@x\n", "2,May,may consent in May,A\n")
        assert people == "1,Forgotten aa,forgotten-aa-1@forgotten.invalid\n2,May Poe,p@x\n"
        assert work == "2,May,may consent in May,A\n" and left == {("record 2, field by", "May"): 1}
        _, work, left = without_first("1,May,m@x\n2,May Poe,p@x\n", "2,May,may consent in May,A\n", "may")
        assert work == "2,Forgotten aa,may consent in May,A\n"

    def test_rows_that_stay_keep_every_letter(self) -> None:
        odd = '7,"x","a\nb",""\n8,  , ,\n'
        _, work, _ = without_first("1,Ann Lee,a@x\n", odd)
        assert work == odd


class TestTheList:
    def test_every_table_of_the_ledger_is_listed(self) -> None:
        assert set(metadata.tables) == set(TABLES)

    def test_what_the_list_says_of_a_table_is_what_is_done(self, home: Path) -> None:
        """A name that is certain, put into every cell of text of the person's own: afterwards it is where the list lets it be."""
        with sqlite3.connect(home / "ledger.db") as raw:
            raw.execute("INSERT INTO suppressed VALUES ('rivera', 'live', ?, 'came back', '2026-11-23')", (ADDRESS,))
            raw.execute("INSERT INTO problem VALUES ('rivera', ?, 'key', '2026-11-23')", (f"bounce/live/{ADDRESS}",))
            raw.execute("INSERT INTO rules_accepted VALUES ('rivera', '2026-11-23', '1', '2', ?, 'why')", (f"for {ADDRESS}",))
            raw.execute(
                "INSERT INTO refusal (lab, message, mode, on_day, at, address, report, step, fault, action, weak, code, status, "
                "words) "
                "VALUES ('rivera', '<1@x>', 'live', :day, :day, :who, '', 'recipient', 'address', 'count', 0, 550, '', :who)",
                {"day": "2026-11-23", "who": ADDRESS},
            )
            raw.execute(
                "INSERT INTO transport (lab, mode, cause, step, code, status, words, since, until, tries, tripped_by, settings) "
                "VALUES ('rivera', 'live', 'other', 'recipient', 504, '', :who, :day, :day, 1, :who, '')",
                {"day": "2026-11-23", "who": ADDRESS},
            )
            raw.execute(
                "INSERT INTO row_seen (lab, row, digest, record, first, last) VALUES ('rivera', :who, 'x', :record, :day, :day)",
                {"day": "2026-11-23T00:00:00.000000Z", "who": ADDRESS, "record": JORDAN},
            )
            raw.execute("INSERT INTO handed_file VALUES ('rivera', 'completion/12/1', ?, 1, 'a.pdf', 'd', ?)", (JORDAN, ADDRESS))
            raw.execute("UPDATE person_seen SET marks = ? WHERE record = ?", (ADDRESS, JORDAN))
            raw.execute("UPDATE run SET report = json_set(report, '$.trouble[0]', ?)", (f"{ADDRESS} is full",))
        held = {table for (table, _, _), cell in cells(home).items() if names(cell)}
        assert held == {table for table, kept in TABLES.items() if kept.forget is not Forget.NOTHING}
        assert f"ledger, rules_accepted, what: “{ADDRESS}”" in forget(home, JORDAN)
        left = {table for (table, _, _), cell in cells(home).items() if names(cell)}
        assert left == {table for table, kept in TABLES.items() if kept.forget is Forget.LISTED}

    def test_tidy_touches_the_tables_that_the_list_says(self, home: Path) -> None:
        with sqlite3.connect(home / "ledger.db") as raw:
            raw.execute("INSERT INTO snapshot VALUES ('rivera', 'old', '{}', 0)")
            raw.execute("INSERT INTO read VALUES ('rivera', '2026-01-01T00:00:00.000000Z', 'old')")
        before, keeping = cells(home), LedgerKeeping(f"sqlite:///{home / 'ledger.db'}", "rivera")
        assert keeping.drop_bodies(datetime(2030, 1, 1, tzinfo=UTC)) and keeping.drop_reads(datetime(2030, 1, 1, tzinfo=UTC))
        keeping.close()
        after = cells(home)
        changed = {place[0] for place in before if before[place] != after.get(place)}
        assert changed == {table for table, kept in TABLES.items() if kept.tidy}

    def test_every_kind_of_file_in_a_home_is_listed(self, home: Path) -> None:
        shutil.copytree("config/redcap_project", home / "redcap_project")
        assert (
            CliRunner().invoke(cli, ["preview", "--all", "--page", str(home / "preview.html"), "--home", str(home)]).exit_code
            == 0
        )
        open_app(home).ledger.close()
        found = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
        assert len(found) > 20
        assert [name for name in sorted(found) if not any(fnmatch(name, kind) for kind in FILES)] == []

    def test_every_file_that_the_code_names_is_listed(self) -> None:
        """Names of files in a home, as the modules that write them spell them."""
        spelled = {match for path in Path("onboard").rglob("*.py") if "sandbox" not in path.parts
                   for match in re.findall(r'home / "([^"]+)"', path.read_text())}  # fmt: skip
        spelled |= {intake_home.QUEUE, intake_home.PAPERS, intake_home.LISTS}
        known = {part for kind in FILES for part in (kind, kind.split("/")[0])}
        assert spelled >= {"templates", intake_home.QUEUE} and spelled - known == set()

    def test_what_is_given_out_is_what_the_list_says(self, home: Path, lived: tuple[Path, SampleServer, HandClock]) -> None:
        app = open_app(home, clock=lived[2])
        found = kept_about(app, JORDAN)
        app.close()
        assert {kept.export for kept in (*TABLES.values(), *FILES.values()) if kept.export} <= found.keys()
        assert [row["id"] for row in found["waiting"]] == ["a", "d"] and found["waiting"][0]["paper"] == "a.pdf"
        assert [one["row"]["address"] for one in found["irb_lists"]] == [ADDRESS]
        assert all(ADDRESS in name for name in found["mail_files"]) and found["mail_files"]
        assert "jamie" not in json.dumps(found, default=str).lower()


def names(cell: object) -> bool:
    """Whether a cell holds the address, also inside a mail."""
    return ADDRESS in seen(cell) if isinstance(cell, bytes) else ADDRESS in str(cell)


class TestMails:
    """A mail without a name is the same mail, however it encodes it."""

    NAME, ALIAS_NAME = "Zoë O'Brien-Łuczak", "Forgotten aa"

    @pytest.fixture
    def alias(self) -> Alias:
        return Alias(traces=Traces(record="1", names=(self.NAME,), greetings=(), addresses=("zoe@x.example",)), token="aa")

    @pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_only_the_name_changes(self, alias: Alias, cte: str, end: str) -> None:
        mail = EmailMessage(policy=email.policy.SMTP if end == "\r\n" else email.policy.default)
        mail["Subject"], mail["To"] = f"Paused: {self.NAME} (GCP), über alles", "elena@x.example"
        mail.set_content("Dear Elena,\n\nZoë   O'Brien-Łuczak and\nZoë\nO'Brien-Łuczak, zoe@x.example; Zoë Other.\n", cte=cte)
        mail.add_alternative("<p>Zoë O&#39;Brien-Łuczak</p>\n", subtype="html", cte=cte)
        mail.add_attachment(f"name\n{self.NAME}\n".encode(), maintype="text", subtype="csv", filename="roster.csv")
        new = without(mail.as_bytes(), alias)
        assert new != mail.as_bytes() and without(new, alias) == new
        message = email.message_from_bytes(new, policy=email.policy.default)
        parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
        assert message["Subject"] == "Paused: Forgotten aa (GCP), über alles" and message["To"] == "elena@x.example"
        assert parts[0].replace("\r\n", "\n") == (
            "Dear Elena,\n\nForgotten aa and\nForgotten aa, forgotten-aa-1@forgotten.invalid; Zoë Other.\n"
        )
        assert parts[1].strip() == "<p>Forgotten aa</p>" and parts[2].split() == ["name", "Forgotten", "aa"]
        assert MailAlias(alias).left_in(new) == () and MailAlias(alias).left_in(mail.as_bytes())
        other = EmailMessage()
        other.set_content("Zoë Other")
        assert without(other.as_bytes(), alias) == other.as_bytes()

    def test_a_workbook_too(self, alias: Alias) -> None:
        mail = EmailMessage()
        mail.set_content("the roster")
        mail.add_attachment(_workbook([(name, "REG-HF", "cleared", "") for name in (self.NAME, "Zoë Other")]),
                            maintype="application", subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet")  # fmt: skip
        new = without(mail.as_bytes(), alias)
        assert MailAlias(alias).left_in(mail.as_bytes()) and MailAlias(alias).left_in(new) == ()
        book = next(email.message_from_bytes(new, policy=email.policy.default).iter_attachments()).get_content()
        with zipfile.ZipFile(io.BytesIO(book)) as file:
            texts = file.read("xl/sharedStrings.xml").decode()
        assert "Forgotten aa" in texts and "Zoë Other" in texts


class TestWhoseAName:
    """What is a person's alone, and why not."""

    @pytest.mark.parametrize(
        ("mine", "others", "words", "sure"),
        [
            ("Grace Hopper", ("Ann Lee",), (), True),
            ("Grace Hopper", ("Ann Lee",), ("The Grace Hopper study",), False),
            ("Good Practice", ("Ann Lee",), ("Good  practice in trials",), False),
            ("Mary Ann", ("Mary Ann Lee",), (), False),
            ("Grace Hopper", ("GRACE HOPPER",), (), False),
            ("May", ("Ann Lee",), (), False),
            ("Ann Lee", ("Lee-Ann Lee",), (), True),
        ],
    )
    def test_a_name(self, mine: str, others: tuple[str, ...], words: tuple[str, ...], sure: bool) -> None:
        people = "".join(f"{number},{name}\n" for number, name in enumerate((mine, *others), start=1))
        text = json.dumps({"dictionaries": {}, "instruments": {"people.person": f"record_id,full_name\n{people}"}})
        source = Source(table="people", project="people", instrument="person", fields={"name": "full_name"})
        traces = traces_of([text], RecordMapping(sources=(source,)), "1", words)
        assert (mine in traces.sure_names) is sure and (mine in traces.doubtful) is not sure

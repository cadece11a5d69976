"""A record id that is given again: the next person begins anew, and what belongs to the former one stays theirs
(ruling 30 of tests/reckoner/rulings.md)."""

from __future__ import annotations

import email
import email.policy
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app as cli
from jobs.due import run_due
from onboard.adapters.files.intake_home import queued, save_queue
from onboard.app import App, open_app
from onboard.cli.export_person import kept_about
from onboard.cli.memory import as_known_on
from onboard.cli.start import begin
from onboard.model import Assessment, ItemState, JobName, MessageKind, Mode, Person, RunReport
from onboard.pipeline.persons import marks_of, seen_now
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import never
from onboard.sandbox.projects import Project
from onboard.sandbox.sample.lab import PEOPLE
from onboard.sandbox.sample.row_writer import Row
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.adapters.ledger.conftest import OpenLedger, ledger_url, open_ledger, postgres  # noqa: F401
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY, make_lab
from tests.jobs.test_forgetting import cells, files, forget, seen, waiting
from tests.pipeline.delivery_cast import LIVE, MORNING, outgoing, queue

TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
#: Amara Okafor of the sample lab, who starts next week.
AMARA = "4"
TOM = "tom.good@northlake.example"


def person(record: str = "5", **given: str) -> Person:
    blank = dict.fromkeys(("greet", "name", "other_names", "university_email", "other_email", "personal_email", "citi_id"), "")
    return Person(record=record, personal_until=None, complete=True, **{**blank, **given})


class TestWhoIsAnother:
    BEFORE = person(name="Layla Haddad", greet="Layla", university_email="layla@x.example", citi_id="10005")

    @pytest.mark.parametrize(
        "now",
        [
            person(name="Haddad, Layla"),
            person(name="LAYLA  HADDAD", citi_id="77"),
            person(name="Layla Haddad-Smith", university_email=" Layla@X.example "),
            person(name="Layla Smith", personal_email="layla@x.example"),
            person(name="L. Smith", university_email="ls@x.example", citi_id="10005"),
            person(name="Layla Smith", other_names="Layla Haddad; Lulu"),
            person(name="Layla Haddad (Layla)", greet="Layla"),
            person(),
            person(name="record 5"),
        ],
    )
    def test_one_thing_in_common_is_the_same_person_and_a_blank_form_is_nobody_new(self, now: Person) -> None:
        known = {"5": seen_now({}, [self.BEFORE], MORNING).rows}
        assert seen_now(known, [now], MORNING).replaced == frozenset()

    @pytest.mark.parametrize(
        "now",
        [
            person(name="Layla Smith", greet="Layla", university_email="ls@x.example", citi_id="10006"),
            person(name="Tom Good", other_names="Layla"),
            person(university_email="tom@x.example"),
        ],
    )
    def test_nothing_in_common_is_another(self, now: Person) -> None:
        known = {"5": seen_now({}, [self.BEFORE], MORNING).rows}
        found = seen_now(known, [now], MORNING)
        assert found.replaced == {"5"} and [(one.number, one.marks) for one in found.rows] == [(2, marks_of(now))]

    def test_a_person_may_change_one_thing_after_the_other(self) -> None:
        known = {"5": seen_now({}, [self.BEFORE], MORNING).rows}
        steps = [
            replace(self.BEFORE, name="Layla Smith"),
            replace(self.BEFORE, name="Layla Smith", university_email="ls@x.example"),
            replace(self.BEFORE, name="Layla Smith", university_email="ls@x.example", citi_id="9"),
        ]
        for now in steps:
            found = seen_now(known, [now], MORNING)
            assert not found.replaced and len(found.rows) == 1
            known = {"5": found.rows}

    def test_marks_hold_no_name(self) -> None:
        assert not any("addad" in mark or "@" in mark for mark in marks_of(self.BEFORE))


class TestTheLedger:
    """On both databases."""

    def test_what_was_said_to_the_former_one_is_kept_and_counts_for_nobody(self, open_ledger: OpenLedger) -> None:  # noqa: F811
        ledger, other = open_ledger(), open_ledger("tanaka")
        keys = ("welcome/5/appointment/5/1", "escalation/9/gcp/-/e:2026-11-18/pi:5", "reminder/55/gcp/-/e:2026-11-18/7")
        for one in (ledger, other):
            queue(one, outgoing("layla@x.example", *keys))
            for post in one.claim(LIVE, MORNING):
                one.mark_data(post, MORNING)
                one.mark_sent([(post, "250")], MORNING)
        queue(ledger, outgoing("layla@x.example", "reminder/5/hsp/-/e:2026-11-18/7"), job=JobName.CHECKLISTS)
        first = seen_now({}, [person(name="Layla Haddad")], MORNING).rows
        ledger.see_people(first)
        found = seen_now(ledger.people_seen(), [person(name="Tom Good")], MORNING)
        ledger.see_people(found.rows)
        history = open_ledger().history(LIVE)
        assert {key for key in keys if history.said(key)} == {keys[2]} and not history.said("reminder/5/hsp/-/e:2026-11-18/7")
        assert set(history.items) == {
            "welcome/5 (former 1)/appointment/5/1", "escalation/9/gcp/-/e:2026-11-18/pi:5 (former 1)", keys[2],
        }  # fmt: skip
        assert {mail.person for mail in history.mails} == {"5 (former 1)"} and history.new_people == {"5": MORNING}
        assert ledger.outbox(LIVE) == {"sent": 1, "withdrawn": 1}
        assert set(other.history(LIVE).items) == set(keys) and other.people_seen() == {}
        third = seen_now(ledger.people_seen(), [person(name="Ann Third")], MORNING)
        ledger.see_people(third.rows)
        assert [one.number for one in ledger.people_seen()["5"]] == [1, 2, 3]


@dataclass
class Living:
    app: App
    clock: HandClock
    sample: SampleServer

    def day(self, day: date) -> list[RunReport]:
        self.clock.set(day, time(9))
        return run_due(self.app, Mode.LIVE, never)

    def somebody_else(self, record: str, start: date) -> None:
        """The record is deleted, and the next one that is typed in gets its number."""
        people = self.sample.projects[PEOPLE]
        if record in people.records:
            people.drop(record)
        named = {"greet_name": "Tom", "full_name": "Tom Good", "university_email": TOM}
        here = {"appt_kind": "employee", "appt_role": "research_assistant", "appt_engaged": "1", "appt_supervisor": "2"}
        rows = [
            Row(record, "person", None, named, 2),
            Row(record, "appointment", 1, {**here, "appt_from": start.isoformat(), "appt_to": ""}, 2),
        ]
        self.sample.put([(PEOPLE, row) for row in rows])

    def mails_to(self, address: str) -> list[str]:
        return sorted(mail.kind for mail in self.app.ledger.history(Mode.LIVE).mails if mail.reader == address)


def take_rare_rows(people: Project) -> None:
    """The sample lab is small: with one of these people half a form would go, and a read that lost it waits for a word."""
    number = Counter(place.instrument for places in people.records.values() for place in places)
    for record in (AMARA, "2", "5"):
        mine = Counter(place.instrument for place in people.records[record])
        rare = {form for form, count in mine.items() if count > number[form] * 0.2}
        people.drop(record, [place for place in people.records[record] if place.instrument in rare])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Living]:
    with sample_server(MONDAY) as sample:
        take_rare_rows(sample.projects[PEOPLE])
        clock = HandClock()
        clock.set(MONDAY, time(8))
        app = open_app(make_lab(tmp_path / "rivera", sample), clock=clock)
        begin(app)
        yield Living(app, clock, sample)
        app.close()


def explained(lab: Living) -> dict[str, list[dict[str, str]]]:
    done = CliRunner().invoke(cli, ["explain", AMARA, "--format", "json", "--home", str(lab.app.config.home)])
    assert done.exit_code == 0, done.output
    found: dict[str, list[dict[str, str]]] = json.loads(done.output)
    return found


def test_the_next_person_under_an_old_number_begins_anew(lab: Living) -> None:
    lab.day(MONDAY)
    old = "amara.okafor@mailbox.example"
    assert lab.mails_to(old) == [MessageKind.WELCOME]
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    assert explained(lab)["mails"] == [] == explained(lab)["said"], "before the next run, too"
    reports = lab.day(TUESDAY)
    assert {report.exit_code for report in reports} == {0}
    assert lab.mails_to(TOM) == [MessageKind.WELCOME], "a welcome of their own"
    assert {one["reader"] for one in explained(lab)["said"]} == {TOM}
    assert lab.mails_to(old) == [MessageKind.WELCOME], "and nothing more to the former one"
    # what was said to the former one is kept, under another name
    welcome = f"welcome/{AMARA} (former 1)/appointment/{AMARA}/1"
    assert lab.app.ledger.history(Mode.LIVE).items[welcome].state is ItemState.SENT


def test_the_worklist_says_so_and_names_what_still_points_there(lab: Living) -> None:
    lab.day(MONDAY)
    lab.somebody_else("2", MONDAY)
    lab.day(TUESDAY)
    text = worklist(lab.app)
    assert "Tom Good" in text and "has record 2, which was another person's until 24 Nov 2026" in text, text
    assert "supervisor of" in text and "Amara Okafor" in text
    lab.day(FRIDAY + timedelta(days=21))
    assert "which was another person's" not in worklist(lab.app)


def worklist(app: App) -> str:
    newest = max((app.config.mail.folder).glob("worklist-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    mail = email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_an_export_gives_each_of_them_their_own(lab: Living) -> None:
    lab.day(MONDAY)
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    lab.day(TUESDAY)
    new, old = kept_about(lab.app, AMARA), kept_about(lab.app, "Amara Okafor")
    assert new == kept_about(lab.app, "Tom Good") and new["record"] == old["record"] == AMARA
    assert new["addresses"] == [TOM] and "Tom Good" in new["names"] and "Amara Okafor" not in str(new)
    assert "amara.okafor@mailbox.example" in old["addresses"] and TOM not in str(old)
    assert [mail["kind"] for mail in new["mails"] if "subject" in mail] == ["welcome"]
    assert [mail["kind"] for mail in old["mails"] if "subject" in mail] == ["welcome"]
    assert new["said"] and old["said"] and not {one["key"] for one in new["said"]} & {one["key"] for one in old["said"]}


def test_proofs_of_the_former_one_on_earlier_days_stay(lab: Living) -> None:
    lab.day(MONDAY)
    before = as_known_on(lab.app, MONDAY)
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    lab.day(TUESDAY)
    after = as_known_on(lab.app, MONDAY)
    assert after.people == before.people and after.readiness == before.readiness
    assert after.people[AMARA].name == "Amara Okafor"


def test_a_digest_calls_nobody_by_what_the_former_one_was(lab: Living) -> None:
    """Since last week: the new person joined; they did not turn from one verdict to another."""
    layla = "5"
    lab.day(MONDAY)
    lab.somebody_else(layla, MONDAY)
    lab.day(TUESDAY)
    for days in range(2, 7):
        lab.day(MONDAY + timedelta(days=days))
    seen: list[Assessment | None] = []

    def plan(assessment, history, a_lab, today, previous):
        seen.append(previous)
        return []

    lab.clock.set(MONDAY + timedelta(days=7), time(9))
    run_job(lab.app.tools(), JobName.DIGESTS, plan, lab.app.today, mode=Mode.LIVE)
    (previous,) = seen
    assert previous is not None and previous.people and layla not in previous.people
    assert not [row for row in (*previous.readiness, *previous.findings) if row.person == layla]


def test_a_home_of_an_earlier_version_knows_who_was_there_in_its_last_read(lab: Living) -> None:
    lab.day(MONDAY)
    with sqlite3.connect(lab.app.config.home / "ledger.db") as raw:
        raw.execute("DELETE FROM person_seen")
    raw.close()
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    lab.day(TUESDAY)
    assert lab.mails_to(TOM) == [MessageKind.WELCOME]


def test_somebody_who_only_changed_a_name_is_not_welcomed_again(lab: Living) -> None:
    """The contrary: one thing in common is enough."""
    lab.day(MONDAY)
    old = "amara.okafor@mailbox.example"
    lab.sample.put(
        [(PEOPLE, Row(AMARA, "person", None, {"full_name": "Amara Eze", "university_email": "a.eze@northlake.example"}, 2))]
    )
    lab.day(TUESDAY)
    assert lab.mails_to(old) == [MessageKind.WELCOME] and MessageKind.WELCOME not in lab.mails_to("a.eze@northlake.example")
    assert [one.number for one in lab.app.ledger.people_seen()[AMARA]] == [1]


def test_a_number_whose_person_was_gone_before_an_upgrade_is_another_persons(lab: Living) -> None:
    """An earlier version remembered nobody; of the one who had the number there are only items."""
    lab.day(MONDAY)
    lab.sample.projects[PEOPLE].drop(AMARA)
    lab.day(TUESDAY)
    with sqlite3.connect(lab.app.config.home / "ledger.db") as raw:
        raw.execute("DELETE FROM person_seen")
    raw.close()
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    lab.day(MONDAY + timedelta(days=2))
    assert lab.mails_to(TOM) == [MessageKind.WELCOME]


def test_rows_that_were_shifted_are_a_read_in_doubt_until_a_person_accepts_it(lab: Living) -> None:
    """Everybody under another number: the one mail is the operator's."""
    lab.day(MONDAY)
    before = len(list((lab.app.config.home / "mail").glob("*.eml")))
    people = lab.sample.projects[PEOPLE]
    forms = {record: dict(one) for record, one in people.records.items()}
    columns = ("full_name", "other_names", "greet_name", "citi_id", "university_email", "other_email", "personal_email")
    named = {record: named_in(one, columns) for record, one in forms.items()}
    records = sorted(named)
    for record, other in zip(records, records[1:] + records[:1], strict=True):
        lab.sample.put([(PEOPLE, Row(record, "person", None, {**dict.fromkeys(columns, ""), **named[other]}, 2))])
    reports = lab.day(TUESDAY)
    assert {report.outcome for report in reports} == {"failed"} and "--accept-fewer-rows" in reports[0].trouble[0]
    assert len(list((lab.app.config.home / "mail").glob("*.eml"))) == before + 1
    assert all(len(seen) == 1 for seen in lab.app.ledger.people_seen().values())
    accepting = open_app(lab.app.config.home, clock=lab.clock, accept_fewer_rows=True)
    assert run_due(accepting, Mode.LIVE, never)[0].outcome != "failed"
    assert any(len(seen) == 2 for seen in accepting.ledger.people_seen().values())
    accepting.close()


def named_in(rows: Mapping[object, Mapping[str, str]], columns: Sequence[str]) -> dict[str, str]:
    """What a record's rows hold in these columns."""
    return {name: row[name] for row in rows.values() for name in columns if row.get(name)}


OLD = "amara.okafor@mailbox.example"


def a_home_of_two(lab: Living) -> Path:
    """Two people had one number; both have mails, and a certificate of each waits. Somebody's supervisor is still the first."""
    home = lab.app.config.home
    save_queue(home, [waiting(home, "a", "A. Okafor", AMARA)])
    lab.sample.projects[PEOPLE].put("6", "appointment", {"appt_supervisor": OLD}, 1)
    lab.day(MONDAY)
    lab.somebody_else(AMARA, MONDAY + timedelta(days=14))
    lab.day(TUESDAY)
    save_queue(home, [*queued(home), replace(waiting(home, "b", "T. Good", AMARA), since=TUESDAY + timedelta(days=1))])
    lab.app.close()
    return home


def of_whom(place: tuple[str, int, str], cells: Mapping[tuple[str, int, str], object]) -> str:
    """The person a row of the ledger is about, by its own cells."""
    table, row, _ = place
    named = {"message": "person", "item": "key", "person_seen": "number"}.get(table)
    return str(cells[table, row, named]) if named else ""


@pytest.mark.parametrize(
    ("asked", "theirs", "others", "paper", "number"),
    [("Amara Okafor", OLD, TOM, "a", 1), ("Tom Good", TOM, OLD, "b", 2)],
    ids=["the former one", "the present one"],
)
def test_forgetting_one_of_the_two_leaves_every_cell_and_file_of_the_other(
    lab: Living, asked: str, theirs: str, others: str, paper: str, number: int
) -> None:
    home = a_home_of_two(lab)
    before, files_before = cells(home), files(home)
    forget(home, asked)
    after, files_after = cells(home), files(home)
    assert before.keys() == after.keys()
    changed = {place for place in before if before[place] != after[place]}
    assert {place[0] for place in changed} >= {"message", "body", "item", "snapshot", "person_seen"}
    kept_as = f"{AMARA} (former 1)" if number == 1 else AMARA
    ids = {before["message", row, "id"] for table, row, name in before if table == "message" and name == "reader"
           and before[table, row, name] == theirs}  # fmt: skip
    for place in changed:
        table, row, column = place
        if table == "message":
            assert of_whom(place, before) == kept_as or theirs in str(before[place])
        elif table == "item":
            assert before[table, row, "message"] in ids or f"/{kept_as}/" in str(before[table, row, "key"])
        elif table == "body":
            assert others not in seen(before[place]) or others in seen(after[place])  # type: ignore[arg-type]
        elif table == "person_seen":
            assert (before[table, row, "record"], before[table, row, "number"]) == (AMARA, number) and column == "marks"
        elif table == "snapshot" and column == "text":
            assert theirs not in str(after[place])
            assert str(before[place]).count(others) == str(after[place]).count(others)
    assert not any(theirs in str(text) for (table, _, _), text in after.items() if table == "snapshot"), "in later reads, too"
    left = [json.loads(line)["key"] for line in files_after["intake_queue.jsonl"].splitlines()]
    assert left == [one for one in ("a", "b") if one != paper]
    assert {name for name in files_before.keys() - files_after.keys() if name.endswith(".pdf")} == {f"intake_papers/{paper}.pdf"}
    gone = {name for name in files_before.keys() - files_after.keys() if name.endswith(".eml")}
    assert gone == {name for name in files_before if name.endswith(".eml") and theirs in name} and gone
    assert all(files_after[name] == files_before[name] for name in files_before if name.endswith(".eml") and others in name)


def exchange(lab: Living, one: str, other: str | None, new: str) -> None:
    """Record `one` gets the number `new`; where `other` had it, that one gets the first."""
    people = lab.sample.projects[PEOPLE]
    first, second = people.records.pop(one), people.records.pop(other) if other else None
    people.records[new] = first
    if second is not None:
        people.records[one] = second


@pytest.mark.parametrize(("other", "new"), [("7", "7"), (None, "40")], ids=["exchanged", "renamed"])
def test_a_person_under_another_number_is_a_read_in_doubt_until_a_person_says_so(
    lab: Living, other: str | None, new: str
) -> None:
    lab.day(MONDAY)
    before = set(lab.app.ledger.history(Mode.LIVE).mails)
    exchange(lab, AMARA, other, new)
    reports = lab.day(TUESDAY)
    assert {report.outcome for report in reports} == {"failed"}
    assert f"record {AMARA} is {new} now" in " ".join(reports[0].trouble)
    after = set(lab.app.ledger.history(Mode.LIVE).mails) - before
    assert {mail.kind for mail in after} <= {MessageKind.OPERATOR}
    exchange(lab, new, AMARA if other else None, AMARA)
    assert {report.outcome for report in lab.day(TUESDAY)} <= {"sent", "nothing"}


def test_whoever_comes_back_after_a_while_under_a_new_number_is_no_doubt(lab: Living) -> None:
    """Somebody left, their record was deleted, and a good read came since: the same name under another number is a new record."""
    lab.day(MONDAY)
    people = lab.sample.projects[PEOPLE]
    kept = people.records.pop(AMARA)
    assert {report.outcome for report in lab.day(TUESDAY)} <= {"sent", "nothing"}
    people.records["40"] = kept
    assert {report.outcome for report in lab.day(TUESDAY + timedelta(days=1))} <= {"sent", "nothing"}

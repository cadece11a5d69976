"""The main job, end to end: the demo's mails went through PyCap over HTTP and yagmail over SMTP, and say what is true."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from onboard.model import MessageKind
from tests.clocks import command_line

MONDAY = "2026-11-23"


@dataclass(frozen=True)
class Told:
    """One demo: what it printed and what it left."""

    output: str
    folder: Path
    mails: list[EmailMessage]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]


def onboard(*words: str, code: int = 0) -> str:
    """Run the command as a person would."""
    environment = {**os.environ, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(command_line(*words), capture_output=True, text=True, env=environment, timeout=300)
    assert found.returncode == code, found.stdout + found.stderr
    return found.stdout + found.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The demo, told once for all tests here."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    output = onboard("demo", "--folder", str(folder), "--as-of", MONDAY)
    raw = [path.read_bytes() for path in sorted((folder / "mail").glob("*.eml"))]
    mails = [email.message_from_bytes(one, policy=email.policy.default) for one in raw]
    assert all(isinstance(mail, EmailMessage) for mail in mails)
    yield Told(output, folder, [mail for mail in mails if isinstance(mail, EmailMessage)])


pytestmark = pytest.mark.xdist_group("demo")


def test_the_inbox_holds_every_kind_of_mail(told: Told) -> None:
    streams = {str(mail["List-Id"]).rsplit("<", 1)[-1].split(".")[0] for mail in told.mails}
    assert streams == {kind.value for kind in MessageKind}
    assert (told.folder / "inbox.html").stat().st_size > 10_000


def test_the_second_monday_run_sends_nothing(told: Told) -> None:
    chapter = told.output.split("Monday, run again")[1].split("Tuesday")[0]
    assert "-> no mail" in chapter
    assert chapter.count(": already done") == 4


def test_a_mail_that_asks_for_a_course_links_to_its_readers_own_page_and_to_nobody_elses(told: Told) -> None:
    readers: dict[str, set[str]] = {}
    for mail in told.mails:
        body = mail.get_body(("plain",))
        for link in re.findall(r"http://\S+/surveys/\?s=\w+", body.get_content() if body else ""):
            readers.setdefault(link, set()).add(mail["To"].addresses[0].addr_spec)
    assert any("amara" in to for readers_of in readers.values() for to in readers_of)
    assert all(len(readers_of) == 1 for readers_of in readers.values())


def test_no_item_is_said_twice_on_one_day_and_nobody_gets_two_mails_about_themselves(told: Told) -> None:
    own = ("welcome", "checklist", "reminder", "introduction")
    seen: set[tuple[str, str]] = set()
    for mail in told.mails:
        stream = str(mail["List-Id"]).rsplit("<", 1)[-1].split(".")[0]
        if stream in own:
            key = (str(mail["To"]), str(mail["Date"].datetime.date()))
            assert key not in seen, key
            seen.add(key)
    ids = [mail["Message-ID"] for mail in told.mails]
    assert len(ids) == len(set(ids))


def test_everything_went_over_the_wire(told: Told) -> None:
    calls, mails = re.findall(r"(\d+) calls of the REDCap API through PyCap, (\d+) mails through yagmail", told.output)[0]
    assert int(calls) > 100
    assert int(mails) == len(told.mails)


def test_the_half_typed_person_got_no_mail(told: Told) -> None:
    assert told.to("jordan.smith@")
    assert not told.to("jamie.smith@")


def test_a_bad_read_mails_nobody_but_the_operator_once(told: Told) -> None:
    chapter = told.output.split("REDCap cannot be read: no mail to people")[1].split("Tuesday, two hours later")[0]
    assert chapter.count("failed") == 3
    assert "-> 1 mail arrived" in chapter
    assert len(told.to("it-help@")) == 1


def test_the_next_day_brings_a_receipt_and_the_reminder_is_gone(told: Told) -> None:
    subjects = [str(mail["Subject"]) for mail in told.to("jordan.smith@")]
    assert any("1 thing for you by Sat 5 Dec 2026" in subject for subject in subjects)
    accepted = [n for n, subject in enumerate(subjects) if subject.startswith("Accepted")]
    assert accepted
    assert not any("Renew" in subject for subject in subjects[accepted[0] :])


def test_every_mail_says_why_it_came_and_whom_to_ask(told: Told) -> None:
    for mail in told.mails:
        for part in ("plain", "html"):
            body = mail.get_body((part,))
            assert body is not None
            assert "You get this" in body.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert not str(mail["Subject"]).startswith(" ")


def test_nobody_outside_the_institution_gets_a_mail_that_lists_people(told: Told) -> None:
    lists = ("digest", "escalation", "worklist")
    for mail in told.mails:
        if str(mail["List-Id"]).rsplit("<", 1)[-1].split(".")[0] in lists:
            assert "@northlake.example" in str(mail["To"])


def test_the_token_is_in_no_mail_page_ledger_or_line_of_output(told: Told) -> None:
    tokens = re.findall(r"_TOKEN=(\w{32})", (told.folder / "home" / "secrets.env").read_text())
    assert len(tokens) == 2
    files = [path for path in told.folder.rglob("*") if path.is_file() and path.name != "secrets.env"]
    for token in tokens:
        assert token not in told.output
        for path in files:
            assert token.encode() not in path.read_bytes(), path


@pytest.fixture(scope="module")
def sandbox_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that `onboard init` made, pointed at the sample lab; CSV exports of it beside it."""
    from datetime import date

    from jobs.demo_home import make_home
    from onboard.sandbox.mail.catcher import MailCatcher
    from onboard.sandbox.sample.server import sample_server

    home = tmp_path_factory.mktemp("lab") / "home"
    with sample_server(date.fromisoformat(MONDAY)) as sample, MailCatcher() as catcher:
        make_home(home, redcap=sample.server.url, host="127.0.0.1", port=catcher.port, tokens=sample.tokens)
        yield home
        assert catcher.messages == []


def test_status_shows_every_state_and_nothing_unknown_is_cleared(sandbox_home: Path) -> None:
    rows = json.loads(onboard("status", "--home", str(sandbox_home), "--as-of", MONDAY, "--format", "json"))
    assert {row["status"] for row in rows} == {"cleared", "blocked", "unknown", "not_due"}
    reasons = {reason["status"] for row in rows for reason in row["reasons"]}
    assert reasons >= {"expired", "missing", "pending", "unknown"}
    for row in rows:
        assert set(row) == {"person", "protocol", "status", "ready_from", "ready_until", "tasks", "reasons", "protocol_state"}
        assert (row["status"] == "cleared") == (not row["reasons"])
        if row["status"] == "cleared":
            assert row["ready_from"] is None or row["ready_from"] <= MONDAY


def test_the_exempt_chart_review_without_an_expiration_date_is_cleared(sandbox_home: Path) -> None:
    rows = json.loads(onboard("status", "--home", str(sandbox_home), "--as-of", MONDAY, "--format", "json"))
    wei = [row for row in rows if row["person"] == "16" and row["status"] == "cleared"]
    assert wei


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("haddad", "valid through"),
        ("novak", "Not on the IRB list"),
        ("priya", "has not said what this course counts as"),
        ("brandt", "cannot be read"),
        ("noor", "no basic course is on record"),
        ("devon", "waiver"),
        ("adeyemi", "is not checked yet"),
        ("tanaka", "before the course was passed"),
        ("ortiz", "Still on the IRB list"),
        ("jamie", "form is not Complete"),
        ("rossi", "external"),
    ],
)
def test_explain_gives_the_reason_in_words(sandbox_home: Path, person: str, words: str) -> None:
    said = onboard("explain", person, "--home", str(sandbox_home), "--as-of", MONDAY)
    assert words.lower() in " ".join(said.lower().split())


def test_preview_writes_a_page_and_sends_nothing(sandbox_home: Path, tmp_path: Path) -> None:
    page = tmp_path / "preview.html"
    said = onboard("preview", "--all", "--page", str(page), "--home", str(sandbox_home), "--as-of", MONDAY)
    assert "Nothing was sent" in said
    assert "<html" in page.read_text(encoding="utf-8")


def test_preview_shows_kinds_no_job_plans_today(sandbox_home: Path, tmp_path: Path) -> None:
    page, place = tmp_path / "preview.html", ("--home", str(sandbox_home), "--as-of", MONDAY)
    for kind, words in (("introduction", "Rivera Lab reminders begin"), ("operator", "could not be read")):
        said = onboard("preview", kind, "--page", str(page), *place)
        assert words in said and words in page.read_text(encoding="utf-8")
    said = onboard("preview", "digest", "--person", "Amara", "--page", str(page), *place)
    assert "No such mail would go today" in said


def test_preview_on_a_day_off_names_the_next_working_day(sandbox_home: Path, tmp_path: Path) -> None:
    page = tmp_path / "preview.html"
    said = onboard("preview", "--all", "--page", str(page), "--home", str(sandbox_home), "--as-of", "2026-11-22")
    assert "Sun 22 Nov 2026 is not a working day" in said and "--as-of 2026-11-23" in said
    assert "0 mails" in said and "Open" not in said and "Try --all" not in said


def test_preview_names_the_broken_template_and_shows_the_others(sandbox_home: Path, tmp_path: Path) -> None:
    """File and line, once, however many mails of the kind there are."""
    page, broken = tmp_path / "preview.html", sandbox_home / "templates" / "digest.body.txt"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("Hello\n{{ mail.nothing_of_the_kind }}\n", encoding="utf-8")
    try:
        said = onboard("preview", "--all", "--page", str(page), "--home", str(sandbox_home), "--as-of", MONDAY, code=1)
    finally:
        broken.unlink()
    assert said.count("digest.body.txt, line 2") == 1 and "nothing_of_the_kind" in said
    assert "worklist" in said and "On a phone" not in said and "Plain text" in page.read_text(encoding="utf-8")


def test_start_shows_the_first_week_and_sends_nothing(sandbox_home: Path) -> None:
    said = onboard("start", "--home", str(sandbox_home))
    assert "Nothing was sent" in said


def test_check_is_content_with_the_sample_lab(sandbox_home: Path) -> None:
    said = onboard("check", "--home", str(sandbox_home))
    assert "16 people, 6 protocols" in said


def test_a_pretended_date_is_never_sent_from(sandbox_home: Path) -> None:
    said = onboard("run", "due", "--send", "--as-of", MONDAY, "--home", str(sandbox_home), code=2)
    assert "--as-of with --send" in said


def test_a_dry_run_shows_who_would_get_what(sandbox_home: Path) -> None:
    said = onboard("run", "send_worklist", "--home", str(sandbox_home), "--as-of", MONDAY)
    assert "maria.chen@northlake.example" in said
    assert "dry" in said


def test_a_dry_run_in_a_home_without_a_ledger_leaves_nothing_behind(sandbox_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "fresh"
    shutil.copytree(sandbox_home, home, ignore=shutil.ignore_patterns("ledger.db*", "mail", "onboard.lock"))
    before = sorted(file.name for file in home.iterdir())
    onboard("run", "due", "--home", str(home), "--as-of", MONDAY)
    assert sorted(file.name for file in home.iterdir()) == before and "ledger.db" not in before

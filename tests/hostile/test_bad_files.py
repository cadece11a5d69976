"""The lab's own files, badly typed: every mistake at once, and a broken template stops its own kind only."""

from __future__ import annotations

from collections import Counter

import pytest

from onboard.model import JobName
from tests.hostile.conftest import COORDINATOR, OPERATOR, HostileLab, has_next_step, text_of

TYPOS = {
    "settings.toml": ("[sending]\n", "[sending]\ncieling = 3\n", "ceiling"),
    "schedule.toml": ("[send_reminders]", "[send_remindrs]", "send_reminders"),
    "requirements.toml": ("validity = ", "validty = ", "validity"),
    "redcap.toml": ('instrument = "person"', 'instrumnt = "person"', "instrument"),
}


def misspell(lab: HostileLab, file: str) -> str:
    old, new, near = TYPOS[file]
    path = lab.home / file
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if (line + "\n").startswith(old) or line.startswith(old))
    lines[at] = (lines[at] + "\n").replace(old, new, 1).rstrip("\n")
    path.write_text("\n".join(lines), encoding="utf-8")
    return near


@pytest.mark.parametrize("words", [("status",), ("run", "due", "--send"), ("check",), ("jobs",)], ids=lambda words: words[0])
def test_typos_in_all_four_files_are_named_at_once(lab: HostileLab, words: tuple[str, ...]) -> None:
    wanted = {file: misspell(lab, file) for file in TYPOS}
    said = lab.onboard(*words, code=2).one_line()
    for file, near in wanted.items():
        assert file in said and f"Did you mean {near!r}?" in said, said
    assert "nothing was mailed" in said
    assert not lab.mails()


@pytest.mark.parametrize("file", TYPOS)
def test_a_file_that_is_no_toml_is_named_with_its_line(lab: HostileLab, file: str) -> None:
    path = lab.home / file
    path.write_text(path.read_text(encoding="utf-8") + "\n[half = \n", encoding="utf-8")
    said = lab.onboard("status", code=2).one_line()
    assert file in said and "line" in said and has_next_step(said), said


@pytest.mark.parametrize("file", TYPOS)
def test_a_file_in_another_encoding_is_named(lab: HostileLab, file: str) -> None:
    (lab.home / file).write_bytes("# Müller\n".encode("latin-1") + (lab.home / file).read_bytes())
    said = lab.onboard("status", code=2).one_line()
    assert file in said and "UTF-8" in said, said


def test_secrets_others_can_read_are_refused(lab: HostileLab) -> None:
    (lab.home / "secrets.env").chmod(0o644)
    said = lab.onboard("status", code=2)
    assert "secrets.env" in said.text and "chmod 600" in said.text
    assert not any(token in said.text for token in lab.sample.tokens.values())


def test_a_coordinator_without_an_address_is_a_mistake(lab: HostileLab) -> None:
    lab.setting('address = "maria.chen@northlake.example"\n', "")
    said = lab.onboard("status", code=2).one_line()
    assert "coordinator" in said and "address" in said


def test_a_broken_template_stops_only_its_own_kind(lab: HostileLab, good_day: Counter[str]) -> None:
    (lab.home / "templates").mkdir()
    (lab.home / "templates" / "reminder.body.txt").write_text("Hello\n{{ mail.greeting }}\n", encoding="utf-8")
    said = lab.send("send_reminders", code=1).one_line()
    assert "reminder.body.txt" in said and "line 2" in said and "greeting" in said, said
    lab.send("send_worklist", code=0)
    mails = lab.mails()
    told = [mail for mail in mails if OPERATOR in str(mail["To"])]
    assert len(told) == 1 and "reminder.body.txt" in text_of(told[0]) and "line 2" in text_of(told[0])
    assert [mail for mail in mails if "<worklist." in str(mail["List-Id"])]
    assert not [mail for mail in mails if "<reminder." in str(mail["List-Id"])]
    assert [mail for mail in mails if "<escalation." in str(mail["List-Id"])] or good_day["elena.rivera@northlake.example"] == 0
    (lab.home / "templates" / "reminder.body.txt").unlink()


def test_what_a_broken_template_held_back_is_said_the_next_day_once(lab: HostileLab, good_day: Counter[str]) -> None:
    (lab.home / "templates").mkdir()
    broken = lab.home / "templates" / "reminder.body.txt"
    broken.write_text("{% if %}", encoding="utf-8")
    lab.send("send_reminders", code=1)
    assert lab.readers()[OPERATOR] == 1
    broken.unlink()
    assert not lab.later(JobName.REMINDERS, hours=24).needs_person
    after = lab.readers()
    people = {reader for reader in good_day if reader != COORDINATOR}
    assert {reader: after[reader] for reader in people} == dict.fromkeys(people, 1)
    lab.later(JobName.REMINDERS, hours=24)
    assert lab.readers() == Counter()

"""Every kind of mail, word for word. A change of words shows here as a change of a file a person can read."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from onboard.model import Message, MessageKind
from onboard.rendering import MOST_BYTES, Renderer
from tests.words.cast import LAB, MONDAY
from tests.words.mails import MAILS

SNAPSHOTS = Path(__file__).parent / "snapshots"


def as_file(message: Message) -> str:
    """Subject, text, and the names of attachments, as the snapshot keeps them."""
    attached = "".join(f"Attached: {attachment.filename}\n" for attachment in message.attachments)
    return f"Subject: {message.subject}\n{attached}\n{message.text}"


@pytest.mark.parametrize("name", MAILS)
def test_the_words_of_every_mail_are_the_ones_we_looked_at(name: str) -> None:
    said = as_file(Renderer(LAB).render(MAILS[name]))
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(said, encoding="utf-8")
    kept = file.read_text(encoding="utf-8") if file.exists() else ""
    assert said == kept, (
        f"{file.name} differs; if the new words are right: UPDATE_SNAPSHOTS=1 pytest tests/words/test_snapshots.py"
    )


def test_every_kind_has_a_snapshot_and_no_snapshot_is_left_over() -> None:
    assert {notice.kind for notice in MAILS.values()} == set(MessageKind)
    assert {file.stem for file in SNAPSHOTS.glob("*.txt")} == set(MAILS)


@pytest.mark.parametrize("name", MAILS)
def test_text_keeps_to_its_width_and_subjects_to_one_line(name: str) -> None:
    message = Renderer(LAB).render(MAILS[name])
    too_wide = [line for line in message.text.splitlines() if len(line) > 76 and "://" not in line]
    assert not too_wide
    assert len(message.subject) <= 78 and message.subject == message.subject.strip()
    assert len(message.html.encode()) < MOST_BYTES


@pytest.mark.parametrize("name", MAILS)
def test_text_and_html_say_the_same(name: str) -> None:
    """Every title, reason and act of the notice stands in both parts, and so does the frame around them."""
    message = Renderer(LAB).render(MAILS[name])
    text, html = words_of(message.text), words_of(plain(message.html))
    for line in message.notice.lines:
        for said in (line.title, line.why, line.act, line.does_not_count):
            assert words_of(said) in text, said
            assert words_of(said) in html, said
    for line in message.text.rpartition("--\n")[2].split(". "):
        assert words_of(line) in html, line


def test_a_trial_says_whom_it_is_for() -> None:
    trial = replace(MAILS["reminder"], facts={"trial_for": "Leila Haddad <leila.haddad@northlake.example>"})
    message = Renderer(LAB).render(trial)
    words = "Trial: this mail is for Leila Haddad <leila.haddad@northlake.example>, who did not get it."
    assert words_of(words) in words_of(message.text) and words_of(words) in words_of(plain(message.html))
    assert "Trial" not in Renderer(LAB).render(MAILS["reminder"]).html


def test_the_words_of_a_trial_wrap_on_a_phone() -> None:
    trial = replace(MAILS["reminder"], facts={"trial_for": "Leila Haddad <leila.haddad@northlake.example>"})
    html = Renderer(LAB).render(trial).html
    banner = html[: html.index("Trial: this mail is for")].rpartition("<p")[2]
    assert "background" in banner and "nowrap" not in banner


def test_a_mail_says_when_the_records_were_read() -> None:
    """In the lab's zone; a digest that waited a day names the day; the operator hears only of a read there was."""
    digest = MAILS["digest"]
    assert "Records read today 06:02;" in Renderer(LAB).render(digest).text
    late = Renderer(LAB).render(replace(digest, slot=MONDAY - timedelta(days=1)))
    assert "Records read Mon 23 Nov 2026 06:02;" in late.text
    assert "Records could not be read." in Renderer(LAB).render(replace(digest, read_at=None)).text
    assert "Records" not in Renderer(LAB).render(MAILS["operator"]).text


def plain(html: str) -> str:
    """The words of HTML, tags gone; enough for our own pages."""
    import html as entities
    import re

    return entities.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style.*?</style>", " ", html)))


def words_of(text: str) -> str:
    """Text without its line breaks, ends of sentences and capitals, to be found in either part."""
    return " ".join(text.split()).rstrip(".").casefold()

"""A lab's own templates: they come first, may do nothing but write, and a broken one stops its own kind only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from onboard.model import MessageKind
from onboard.rendering import Renderer, TemplateMistake
from tests.words.cast import LAB
from tests.words.mails import MAILS

REMINDER, WELCOME = MAILS["reminder"], MAILS["welcome"]


def home_with(folder: Path, name: str, words: str) -> Path:
    """A lab's folder of templates with one file of its own."""
    (folder / name).write_text(words, encoding="utf-8")
    return folder


def test_a_labs_own_subject_is_used_and_the_rest_stays_ours(tmp_path: Path) -> None:
    mine = Renderer(LAB, home_with(tmp_path, "reminder.subject.txt", "Note for {{ mail.greet }}\n"))
    shipped = Renderer(LAB, None)
    assert mine.render(REMINDER).subject == "Note for Leila"
    assert mine.render(REMINDER).text == shipped.render(REMINDER).text
    assert mine.render(WELCOME).subject == shipped.render(WELCOME).subject


def test_a_labs_own_sentence_shows_in_text_and_html(tmp_path: Path) -> None:
    ours = (Path(__file__).parents[2] / "templates" / "_words.txt").read_text(encoding="utf-8")
    message = Renderer(LAB, home_with(tmp_path, "_words.txt", ours.replace("or unclear?", "or a puzzle?"))).render(REMINDER)
    assert "or a puzzle?" in message.text and "or a puzzle?" in message.html


def test_a_missing_folder_of_templates_is_no_folder(tmp_path: Path) -> None:
    assert Renderer(LAB, tmp_path / "nowhere").render(REMINDER).subject == Renderer(LAB).render(REMINDER).subject


@pytest.mark.parametrize(
    ("words", "line", "what"),
    [
        ("Hello\n{{ mail.greeting }}\n", 2, "greeting"),
        ("Hello\n\n{{ mail.facts.strat }}\n", 3, "strat"),
        ("{{ mail.sections.dew.count }}\n", 1, "dew"),
        ("{{ person }}\n", 1, "person"),
        ("{{ mail.sections.blocked.rows[7].title }}\n", 1, "no element 7"),
        ("Hello\n{% if mail.greet %}\n", 2, "if"),
        ("Hello\n{{ mail.greet | shout }}\n", 2, "shout"),
        ("Hello\n{{ 1 / 0 }}\n", 2, "division"),
        ("{% include 'nowhere.txt' %}\n", 1, "nowhere.txt"),
        ("{{ mail.__class__.__mro__ }}\n", 1, "__class__"),
        ("{{ mail.sections.clear() }}\n", 1, "clear"),
    ],
    ids=["field", "fact", "section", "name", "row", "open if", "filter", "arithmetic", "include", "sandbox", "sandbox call"],
)
def test_a_broken_template_is_named_with_file_and_line_and_stops_only_its_kind(
    tmp_path: Path, words: str, line: int, what: str
) -> None:
    renderer = Renderer(LAB, home_with(tmp_path, "reminder.body.txt", words))
    with pytest.raises(TemplateMistake, match="onboard preview reminder") as caught:
        renderer.render(REMINDER)
    assert caught.value.kind is MessageKind.REMINDER
    assert caught.value.file == str(tmp_path / "reminder.body.txt")
    assert (caught.value.line, what in caught.value.what) == (line, True), str(caught.value)
    assert renderer.render(WELCOME).text


def test_a_template_that_is_no_text_is_a_fault_too(tmp_path: Path) -> None:
    (tmp_path / "reminder.body.html").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateMistake, match=r"reminder\.body\.html"):
        Renderer(LAB, tmp_path).render(REMINDER)


def test_a_labs_template_cannot_break_out_of_the_subject(tmp_path: Path) -> None:
    """Two lines in a subject become one; a header cannot be added from a template either."""
    renderer = Renderer(LAB, home_with(tmp_path, "reminder.subject.txt", "One\r\nBcc: all@x.example\n"))
    assert renderer.render(replace(REMINDER, calendar=False)).subject == "One Bcc: all@x.example"

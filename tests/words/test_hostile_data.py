"""What records hold is written, never obeyed: no name adds a header, a tag, a link or a direction of text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboard.model import Line, MessageKind, Notice, Section
from onboard.rendering import MOST_BYTES, Renderer
from onboard.rendering.phrases import host, one_line, safe_url
from tests.words.cast import ELENA, LAB, LEILA, MONDAY, READ_AT
from tests.words.mails import MAILS

RENDERER = Renderer(LAB)


def named(name: str) -> Notice:
    """Leila's reminder, an escalation's line and a fact, all carrying one name."""
    first = MAILS["reminder"].lines[0]
    line = replace(first, title=name, headline=name, protocol=name, why=name, act=name, name=name, owner=name, knows=name)
    return replace(MAILS["reminder"], reader=replace(LEILA, name=name, greet=name), lines=(line,), facts={"because": name})


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: everyone@x.example", "Ada\nX: y", "Ada\x85Bcc: a", "Ada\u2028Bcc: a", "Ada\x0bB", "Ada\x00B", "\n"]
)
def test_no_name_adds_a_header(name: str) -> None:
    subject = RENDERER.render(named(name)).subject
    assert len(subject.splitlines()) == 1
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    assert mail.as_bytes().count(b": ") - mail.as_bytes().count(b"Bcc: ") - mail.as_bytes().count(b"X: ") <= 3
    assert not any(row.startswith((b"Bcc", b"X:")) for row in mail.as_bytes().splitlines())


def test_markup_in_a_record_is_shown_as_written() -> None:
    message = RENDERER.render(named('<script>alert(1)</script> & "O\'Brien"'))
    assert "<script" not in message.html and "&lt;script&gt;" in message.html
    assert '<script>alert(1)</script> & "O\'Brien"' in message.text


@pytest.mark.parametrize("name", MAILS)
def test_nothing_is_escaped_twice(name: str) -> None:
    """An apostrophe, an ampersand and a bracket in every word of every mail read as they were written."""
    odd = 'Lab\'s <R&D> "room"'
    notice = MAILS[name]
    named = [replace(line, title=odd, protocol=odd, owner=odd, name=odd, knows=odd) for line in notice.lines]
    told = [replace(line, why=odd, act=odd, does_not_count=odd) for line in named]
    short = [replace(line, why="", act="", due=None, ends=None, days=None) for line in named]
    lines = (*named, *told, *short)
    html = RENDERER.render(replace(notice, lines=lines)).html
    assert not re.search(r"&amp;(?:#|amp;|lt;|gt;|quot;)", html)


def test_a_template_written_in_a_record_is_only_text() -> None:
    assert "{{ 7 * 6 }}" in RENDERER.render(named("{{ 7 * 6 }}")).text


@pytest.mark.parametrize(
    "name", ["Łukasz Žižek-Ångström", "Chen, Maria, MD", "Nguyễn Thị Minh Khai", "김민준", "O’Brien", "ä" * 200]
)
def test_accents_commas_and_two_hundred_characters_survive(name: str) -> None:
    message = RENDERER.render(named(name))
    assert name in " ".join(message.text.split()) and name in message.html
    assert len(message.subject) <= 150


def test_right_to_left_names_order_only_themselves() -> None:
    message = RENDERER.render(named("ليلى حداد"))
    for part in (message.subject, message.text, message.html):
        assert "\u2068ليلى حداد\u2069" in " ".join(part.split())
        assert part.count("\u2068") == part.count("\u2069")


def test_marks_that_turn_the_text_around_are_dropped() -> None:
    assert one_line("invoice\u202egpj.exe\u2066x") == "invoicegpj.exex"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.citiprogram.org/x?y=1", "citiprogram.org"),
        ("https://citiprogram.org@evil.example/", "evil.example"),
        ("mailto:maria.chen@northlake.example", "maria.chen@northlake.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("https://a b.example", ""),
        ('https://a.example/"onclick="x', ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_a_links_text_shows_where_it_leads_and_only_safe_ones_are_links(url: str, shown: str) -> None:
    assert host(url) == shown
    html = RENDERER.render(replace(named("GCP"), lines=(replace(named("GCP").lines[0], url=url),))).html
    assert (f">{shown}</a>" in html) == bool(shown)
    assert "javascript:" not in html and bool(safe_url(url)) == bool(shown)


TEXT = st.text(max_size=40)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2035, 1, 1))
LINES = st.builds(
    Line,
    key=TEXT,
    section=st.sampled_from(Section),
    title=TEXT,
    why=TEXT,
    act=TEXT,
    name=TEXT,
    protocol=TEXT,
    task=TEXT,
    status=st.sampled_from(["", "missing", "expired", "current", "unknown", "nonsense"]),
    due=DAYS,
    ends=DAYS,
    since=DAYS,
    days=st.none() | st.integers(-900, 900),
    url=TEXT,
    minutes=st.integers(-5, 900),
    does_not_count=TEXT,
    owner=TEXT,
    knows=TEXT,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(MessageKind),
    lines=st.lists(LINES, max_size=6),
    facts=st.dictionaries(st.sampled_from(["start", "pi", "new", "because", "since", "cover"]), TEXT),
    people=st.integers(0, 20),
)
def test_every_notice_becomes_a_mail(kind: MessageKind, lines: list[Line], facts: dict[str, str], people: int) -> None:
    """Whatever the records hold: one line of subject, both parts, below the size, and nothing that is not ours in the HTML."""
    notice = Notice(
        kind=kind, reader=ELENA, slot=MONDAY, read_at=READ_AT, lines=tuple(lines), facts=facts, numbers={"people": people}
    )
    message = RENDERER.render(notice)
    assert message.subject and len(message.subject.splitlines()) == 1
    assert message.text.strip() and "</html>" in message.html
    assert len(message.html.encode()) < MOST_BYTES
    message.text.encode()

"""A lab of hundreds: the digest stays below the size at which mail programs cut, and says whom to ask for the rest."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.model import Bar, Line, Notice, Section
from onboard.rendering import MOST_BYTES, Renderer
from onboard.rendering.truncation import cut_by_weight, cut_evenly
from tests.words.cast import LAB, MONDAY
from tests.words.mails import MAILS


def crowd(number: int, length: int = 0) -> Notice:
    """A digest with `number` causes that block people, what needs the PI, and a bar for everybody."""
    one = MAILS["digest"].section(Section.BLOCKED_NOW)[0]
    blocked = tuple(replace(one, title=f"Cause {n:03d}: Person {n:03d} {'x' * length}", name="") for n in range(number))
    needs = MAILS["digest"].section(Section.NEEDS_YOU)
    bars = tuple(Bar(label=f"Person {n:03d}", cleared=((MONDAY + timedelta(days=n), date(2027, 2, 1)),)) for n in range(number))
    return replace(MAILS["digest"], lines=(*needs, *blocked), bars=bars)


@pytest.mark.parametrize(("number", "length"), [(10, 0), (100, 0), (150, 0), (400, 0), (150, 200), (3000, 0)])
def test_a_digest_stays_below_the_size_whatever_the_lab(number: int, length: int) -> None:
    message = Renderer(LAB).render(crowd(number, length))
    assert len(message.html.encode()) < MOST_BYTES
    assert "Yuki Tanaka" in message.html, "the one thing that needs the PI is never cut"
    shown = message.text.count("Cause ")
    assert shown == min(number, 6), "one screen"
    if shown < number:
        assert f"and {number - shown} more, in the attached list" in message.text
        assert f"and {number - shown} more, in the attached list" in message.html
        (file,) = message.attachments
        assert file.content.decode("utf-8-sig").count("Cause ") == number and message.left_out == ()
    assert message.html.count("Cause ") == shown


def test_a_worklist_of_hundreds_keeps_every_section() -> None:
    lines = tuple(
        Line(
            key=f"{section}/{n}",
            section=section,
            title=f"{section.value} {n}",
            why="A sentence about it.",
            url="https://r.example/x",
        )
        for section in (Section.BLOCKS_WORK, Section.EYES, Section.UNREADABLE)
        for n in range(200)
    )
    text = Renderer(LAB).render(replace(MAILS["worklist"], lines=lines)).text
    for section in (Section.BLOCKS_WORK, Section.EYES, Section.UNREADABLE):
        assert f"{section.value} 0." in text.casefold()
    assert "600 items" in text and "blocks_work 3." in text.casefold() and "eyes 3." not in text.casefold()


def test_a_long_worklist_shows_a_day_and_attaches_the_rest_so_that_nothing_is_lost() -> None:
    lines = tuple(Line(key=f"problem/{n}", section=Section.MAIL, title=f"=trouble {n:03d}") for n in range(90))
    message = Renderer(LAB).render(replace(MAILS["worklist"], lines=lines))
    (file,) = message.attachments
    assert file.filename == "worklist-2026-11-23.csv" and message.left_out == ()
    rows = list(csv.DictReader(file.content.decode("utf-8-sig").splitlines()))
    assert [row["what"].lstrip("'") for row in rows] == [line.title for line in lines]
    assert all(row["what"].startswith("'=") for row in rows), "no cell is run as a formula"
    assert "and 80 more, in the attached list" in message.text and "and 80 more, in the attached list" in message.html
    assert Renderer(LAB).render(MAILS["worklist"]).attachments == ()


@given(st.lists(st.integers(0, 300), max_size=24), st.integers(0, 400))
def test_a_cut_by_weight_fills_the_first_sections_and_loses_none(counts: list[int], most: int) -> None:
    kept = cut_by_weight(counts, most)
    assert all((0 < k <= c) if c else k == 0 for k, c in zip(kept, counts, strict=True))
    assert sum(kept) <= max(most, sum(c > 0 for c in counts))
    cut = [n for n, (k, c) in enumerate(zip(kept, counts, strict=True)) if k < c]
    assert all(kept[n] <= 3 for n in range(cut[0] + 1, len(counts))) if cut else kept == counts


@given(st.lists(st.integers(0, 300), max_size=24), st.integers(0, 400))
def test_a_cut_is_fair(counts: list[int], most: int) -> None:
    """Nothing is shown that is not there, small sections stay whole, and the sum keeps to the limit where one row each does."""
    kept = cut_evenly(counts, most)
    assert all(0 <= k <= c for k, c in zip(kept, counts, strict=True))
    assert all(k for k, c in zip(kept, counts, strict=True) if c)
    filled = [c for c in counts if c]
    assert sum(kept) <= max(most, len(filled))
    if sum(counts) <= most:
        assert kept == counts

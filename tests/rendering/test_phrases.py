"""Dates, spans, counts and the text part's lines, as people write them."""

from __future__ import annotations

import locale
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.dates import show
from onboard.rendering.layout import WIDTH, lay_out
from onboard.rendering.phrases import (
    DAY_WORDS,
    counted,
    day_name,
    distance,
    fact_words,
    full_stop,
    gone_by,
    length,
    listed,
    one_line,
    shortened,
    yearless,
)


def test_a_date_has_its_weekday_no_leading_zero_and_no_locale() -> None:
    kept = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("C", "de_DE.UTF-8", "C.UTF-8"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert day_name(date(2026, 12, 7)) == "Mon 7 Dec 2026"
    finally:
        locale.setlocale(locale.LC_TIME, kept)


@given(st.dates())
def test_every_date_is_one_whole_word_of_ours(day: date) -> None:
    if day.year >= 1000:
        assert DAY_WORDS.fullmatch(day_name(day))
        assert yearless(day_name(day)) == day_name(day).rsplit(" ", 1)[0]
        assert gone_by(day_name(day)) == show(day) == gone_by(show(day)) and DAY_WORDS.fullmatch(show(day))
    assert fact_words(day.isoformat()) == day_name(day)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (5, "in 5 days"), (-8, "8 days ago")]
)
def test_days_from_today(days: int, words: str) -> None:
    assert distance(days) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, ""),
        (-3, ""),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "60 minutes"),
        (90, "about 1½ hours"),
        (240, "about 4 hours"),
    ],
)
def test_how_long_it_takes(minutes: int, words: str) -> None:
    assert length(minutes) == words


def test_small_words() -> None:
    assert (counted(1, "person", "people"), counted(2, "person", "people"), counted(0, "step")) == (
        "1 person",
        "2 people",
        "0 steps",
    )
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
    assert [full_stop(text) for text in ("Done", "Done.", "Did you?")] == ["Done.", "Done.", "Did you?"]
    assert (fact_words("2026-13-40"), fact_words("soon\nnow"), yearless("today")) == ("2026-13-40", "soon now", "today")


@given(st.text(), st.integers(8, 60))
def test_shortened_text_fits_and_closes_what_it_opened(text: str, most: int) -> None:
    short = shortened(one_line(text), most)
    assert len(short.replace("\u2069", "")) <= most
    assert short.count("\u2068") == short.count("\u2069")


@given(st.text())
def test_one_line_is_one_line_and_stays_itself(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1 and line == line.strip()
    assert one_line(line) == line
    line.encode()


def test_long_lines_hang_below_their_first_word() -> None:
    assert lay_out("12. " + "word " * 20) == (
        "12. word word word word word word word word word word word word word word\n    word word word word word word\n"
    )


def test_addresses_and_dates_are_never_broken() -> None:
    address = "https://redcap.northlake.example/" + "x" * 90
    assert address in lay_out(f"- Open {address} now.").split()
    for pad in range(WIDTH):
        folded = lay_out("x" * pad + " ends Mon 7 Dec 2026, and again 12 Jan 2027, then nothing for some time to come.")
        assert "Mon 7 Dec 2026" in folded and "12 Jan 2027" in folded


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30), max_size=60))
def test_folding_loses_no_word(words: list[str]) -> None:
    text = " ".join(words)
    assert lay_out(text).split() == text.split()
    assert all(len(line) <= WIDTH for line in lay_out(text).splitlines())


def test_empty_lines_never_stand_together() -> None:
    assert lay_out("\n\na\n\n\n\nb  \n\n") == "a\n\nb\n"

"""One cell: readable wholly, or not at all."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.model import UNREADABLE, Role
from onboard.tables.cells import (
    AS_THEY_STAND,
    Reader,
    choice,
    clean,
    read_address,
    read_addresses,
    read_date,
    read_first_day,
    read_name,
    read_number,
    read_stage,
    yes_no,
)

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2026-03-04", date(2026, 3, 4), id="a date"),
        pytest.param(" 2026-03-04 ", date(2026, 3, 4), id="spaces around it"),
        pytest.param("2026-03-04 23:30", date(2026, 3, 4), id="late in the evening, local: that day"),
        pytest.param("2026-03-04T23:30:59.123456789", date(2026, 3, 4), id="fraction of a second"),
        pytest.param("2023-03-13T17:03:34.18-04:00", date(2023, 3, 13), id="as CITI sends it"),
        pytest.param("2026-03-05T02:30:00Z", date(2026, 3, 4), id="moved to the lab's evening before"),
        pytest.param("2026-03-05 00:30+0000", date(2026, 3, 4), id="offset without colon"),
        pytest.param("2024-02-29", date(2024, 2, 29), id="leap day"),
        pytest.param("", None, id="blank"),
        pytest.param("  ", None, id="spaces"),
        pytest.param("03/04/2026", UNREADABLE, id="month or day first, nobody knows"),
        pytest.param("2026-02-30", UNREADABLE, id="no such day"),
        pytest.param("2026-3-4", UNREADABLE, id="short"),
        pytest.param("2026-03-04x", UNREADABLE, id="something after it"),
        pytest.param("2026-03-04 25:00", UNREADABLE, id="no such hour"),
        pytest.param("2026-03-04 10:00:99", UNREADABLE, id="no such second"),
        pytest.param("2026-03-04 10:00.5", UNREADABLE, id="fraction of a minute"),
        pytest.param("2026-03-04+00:00", UNREADABLE, id="offset without a time"),
        pytest.param("٢٠٢٦-٠٣-٠٤", UNREADABLE, id="other digits"),
        pytest.param("0001-01-01T00:00:00+14:00", UNREADABLE, id="before the first day there is"),
        pytest.param("0206-12-20", UNREADABLE, id="a digit of the year is missing"),
        pytest.param("1899-12-31", UNREADABLE, id="longer ago than anybody works"),
        pytest.param("1900-01-01", date(1900, 1, 1), id="long ago"),
        pytest.param("NA", UNREADABLE, id="a word"),
        pytest.param("46085", UNREADABLE, id="a spreadsheet's number"),
    ],
)
def test_a_date_is_read_wholly_or_not_at_all(text: str, day: object) -> None:
    value, trouble = read_date(text, CHICAGO)
    assert value == day
    assert (trouble is not None) == (day is UNREADABLE)


def test_a_blank_first_day_is_unreadable_and_told() -> None:
    value, trouble = read_first_day(" ", CHICAGO)
    assert value is UNREADABLE
    assert trouble is not None and "unknown when this began" in trouble.what


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("1", 1), ("2", 2), ("1 - Basic Course", 1), ("2 - Refresher Course", 2), ("3-Refresher 2", 3), ("Basic Course", 1),
        ("Basic", 1), ("Refresher 1", 2), ("Refresher 2", 3), ("Refresher Course", 2), ("Stage 1", 1),
        ("1 - Basic Course (Stage)", 1), ("", None), ("0", None), ("Advanced", None), ("12abc", None), ("²", None),
    ],
)  # fmt: skip
def test_a_stage_is_read_as_printed(text: str, stage: int | None) -> None:
    value, trouble = read_stage(text, CHICAGO)
    assert value == stage
    assert (trouble is None) == (stage is not None or not text)


@pytest.mark.parametrize(
    "text", ["amara.okafor@northlake.example", "o'neil+lab@a-b.example", "X_1@sub.domain.example", "  a@b.co "]
)
def test_an_address_is_kept_as_typed(text: str) -> None:
    assert read_address(text, CHICAGO) == (text.strip(), None)


@pytest.mark.parametrize(
    "text",
    [
        "amara.okafor", "a@b", "a b@c.example", "Amara <a@c.example>", "a@c.example, b@c.example",
        "a@c.example\nBcc: x@y.example", "a..b@c.example",
        ".a@c.example", "a@-c.example", "ämara@c.example", "a@c..example", "a@c.example.", "a@b@c.example",
    ],
)  # fmt: skip
def test_a_malformed_address_is_blanked_and_told(text: str) -> None:
    value, trouble = read_address(text, CHICAGO)
    assert value == ""
    assert trouble is not None and "\n" not in trouble.what


@pytest.mark.parametrize(("letters", "kept"), [(64, True), (65, False)])
def test_at_most_64_letters_stand_before_the_at(letters: int, kept: bool) -> None:
    address = f"{'a' * letters}@c.example"
    assert read_address(address, CHICAGO)[0] == (address if kept else "")


def test_several_addresses_keep_the_good_ones() -> None:
    value, trouble = read_addresses("a@c.example; b@c.example\n nobody a@c.example", CHICAGO)
    assert value == ("a@c.example", "b@c.example")
    assert trouble is not None and "nobody" in trouble.what


def test_a_name_cannot_carry_a_header() -> None:
    value, trouble = read_name("Ada\r\nBcc: everybody@c.example", CHICAGO)
    assert value == "Ada Bcc: everybody@c.example"
    assert trouble is not None


def test_a_right_to_left_name_stays_and_an_override_goes() -> None:
    assert read_name("ليلى حداد", CHICAGO) == ("ليلى حداد", None)
    value, trouble = read_name("Ada \u202egnp.exe", CHICAGO)
    assert value == "Ada gnp.exe"
    assert trouble is not None


@pytest.mark.parametrize(("text", "number"), [("85", 85), ("85.5 %", Decimal("85.5")), ("", None), ("100", 100), ("0", 0)])
def test_a_score_is_a_number(text: str, number: object) -> None:
    assert read_number(text, CHICAGO) == (number, None)


@pytest.mark.parametrize("text", ["85,5", "passed", "NaN", "Infinity", "1_0", "٨٥", "0.95", "-1", "1000"])
def test_a_score_that_is_no_number_is_unreadable(text: str) -> None:
    value, trouble = read_number(text, CHICAGO)
    assert value is UNREADABLE
    assert trouble is not None


def test_a_choice_nobody_defined_names_those_there_are() -> None:
    value, trouble = choice(Role)("Fellowship", CHICAGO)
    assert value is None
    assert trouble is not None and "fellow" in trouble.next_step and "“Fellowship”" in trouble.what
    assert choice(Role)(" PI ", CHICAGO) == (Role.PI, None)


def test_yes_no_blank_and_neither_are_four_things() -> None:
    read = yes_no(None, False)
    assert [read(text, CHICAGO)[0] for text in ("1", "0", "", "perhaps")] == [True, False, None, False]
    assert read("perhaps", CHICAGO)[1] is not None


@given(st.text())
def test_clean_text_is_one_printable_line(text: str) -> None:
    line = clean(text)
    assert line == clean(line)
    assert not set(line) & set("\r\n\t\0\x1b\u2028\u202e")
    line.encode("utf-8")


PIECES = ("a@b.example", "", "x", "@", ".", " ", "  ", "\n", "\r\n", "|", "\u202e", "Ada", "é", "a" * 63, "-b", "2026-03-04")
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map("".join), min_size=1, max_size=4)


@pytest.mark.parametrize("reader", AS_THEY_STAND)
@given(texts=TEXTS)
def test_a_column_said_to_stand_as_it_is_holds_no_cell_the_reader_would_change(reader: Reader, texts: list[str]) -> None:
    if AS_THEY_STAND[reader](texts):
        assert [reader(text, CHICAGO) for text in texts] == [(text, None) for text in texts]


@pytest.mark.parametrize("reader", AS_THEY_STAND)
def test_a_column_of_plain_cells_is_taken_whole(reader: Reader) -> None:
    assert AS_THEY_STAND[reader](["ada@b.example", "", "grace@c.example"])
    assert not AS_THEY_STAND[reader](["ada@b.example\n", "grace@c.example"])

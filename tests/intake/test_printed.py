"""Dates, numbers and stages as files print them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.intake.printed import number_text, printed_day, printed_number, printed_stage, wrong_order

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-03-13T17:03:34.18-04:00", date(2023, 3, 13)),
        ("2023-03-13T17:03:34.1234567-04:00", date(2023, 3, 13)),
        ("2023-03-13T17:03:34-0400", date(2023, 3, 13)),
        ("2023-03-13 17:03:34", date(2023, 3, 13)),
        ("2023-03-13", date(2023, 3, 13)),
        ("03/13/2023 05:03:34 PM", date(2023, 3, 13)),
        ("3/13/2023 12:00:00 am", date(2023, 3, 13)),
        ("03/13/2023 17:03", date(2023, 3, 13)),
        ("03/13/2023", date(2023, 3, 13)),
        ("03/12/23", date(2023, 3, 12)),
        ("13-Mar-2023", date(2023, 3, 13)),
        ("13-March-2023", date(2023, 3, 13)),
        (" 29-Feb-2024 ", date(2024, 2, 29)),
    ],
)
def test_dates_seen(text: str, day: date) -> None:
    assert printed_day(text, NEW_YORK) == day


@pytest.mark.parametrize(
    "text",
    ["13/13/2023", "02/30/2023", "29-Feb-2023", "2023-13-01", "03/13/202", "03/13/2023 25:00", "03/13/2023 13:00 PM",
     "yesterday", "03-13-2023", "13-Foo-2023", "2023-03-13T17:03:34+99:00", "٠٣/١٣/٢٠٢٣", ""],
)  # fmt: skip
def test_whatever_else_is_no_date(text: str) -> None:
    assert printed_day(text, NEW_YORK) is None


class TestCase10MonthMinuteStyleBugs:
    """01/02 against 02/01, years of two digits, 12-hour times."""

    def test_month_first_unless_said_otherwise(self) -> None:
        assert printed_day("01/02/2026", NEW_YORK) == date(2026, 1, 2)
        assert printed_day("01/02/2026", NEW_YORK, day_first=True) == date(2026, 2, 1)

    def test_one_date_in_the_other_order_is_noticed(self) -> None:
        assert wrong_order(["01/02/2026", "13/02/2026"], day_first=False) == "13/02/2026"
        assert wrong_order(["01/02/2026", "02/13/2026"], day_first=True) == "02/13/2026"
        assert wrong_order(["01/02/2026", "02/13/2026", "13-Mar-2026", ""], day_first=False) == ""

    def test_two_digits_are_of_this_century(self) -> None:
        assert printed_day("03/12/68", NEW_YORK) == date(2068, 3, 12)
        assert printed_day("03/12/99", NEW_YORK) == date(2099, 3, 12)

    def test_midnight_and_noon_of_the_12_hour_clock(self) -> None:
        assert printed_day("03/13/2023 12:30:00 AM", NEW_YORK) == date(2023, 3, 13)
        assert printed_day("03/13/2023 12:30:00 PM", NEW_YORK) == date(2023, 3, 13)


class TestCase14UtcAgainstLocalDay:
    """A pass at 23:30 local is that date."""

    def test_late_evening_stays_its_day(self) -> None:
        assert printed_day("2023-03-13T23:30:00-04:00", NEW_YORK) == date(2023, 3, 13)

    def test_utc_after_midnight_is_the_evening_before(self) -> None:
        assert printed_day("2023-03-14T03:30:00Z", NEW_YORK) == date(2023, 3, 13)
        assert printed_day("2023-03-14T03:30:00.5+00:00", ZoneInfo("Europe/Berlin")) == date(2023, 3, 14)

    def test_without_an_offset_the_day_is_as_printed(self) -> None:
        assert printed_day("2023-03-13T23:59:59", NEW_YORK) == date(2023, 3, 13)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_reads_back_in_every_shape(day: date) -> None:
    for text in (f"{day:%m/%d/%Y}", f"{day:%m/%d/%y}", f"{day:%d-%b-%Y}", day.isoformat(), f"{day:%m/%d/%Y %I:%M:%S %p}"):
        assert printed_day(text, NEW_YORK) == day
    assert printed_day(f"{day:%d/%m/%Y}", NEW_YORK, day_first=True) == day


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    printed_day(text, NEW_YORK)
    printed_number(text)
    printed_stage(text, text)
    wrong_order([text], day_first=False)


@pytest.mark.parametrize(
    ("number", "name", "stage"),
    [("1", "", 1), ("2.0", "", 2), ("3", "Basic Course", 3), ("", "Basic Course", 1), ("", "Refresher 1", 2),
     ("", "Refresher Course", 2), ("", "Stage 1 - Basic Course", 1), ("", "1 - Basic Course", 1), ("", "2 – Refresher", 2),
     ("0", "", None), ("", "Expert", None), ("", "", None)],
)  # fmt: skip
def test_stages(number: str, name: str, stage: int | None) -> None:
    assert printed_stage(number, name) == stage


@pytest.mark.parametrize(("text", "plain"), [("92.0", "92"), ("9.2E+1", "92"), ("92.50%", "92.5"), ("100", "100")])
def test_numbers_go_out_without_a_tail(text: str, plain: str) -> None:
    number = printed_number(text)
    assert isinstance(number, Decimal) and number_text(number) == plain

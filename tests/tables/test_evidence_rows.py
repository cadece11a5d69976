"""Which row of evidence is a person's next free one: counted over every row there is, whatever it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from onboard.model import Export
from onboard.model.mapping import Mapping, Source
from onboard.tables import evidence_rows

SOURCE = Source(table="completions", project="people", instrument="completion", fields={"completed": "comp_completed"})
CLASSIC = "record_id,redcap_repeat_instrument,redcap_repeat_instance,comp_completed,completion_complete\n"
EVENTS = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,comp_completed,completion_complete\n"
PLAIN = "record_id,comp_completed,completion_complete\n"


def rows(header: str, *lines: str, source: Source = SOURCE, hand_in: str = "completion") -> object:
    text = header + "".join(f"{line}\n" for line in lines)
    export = Export(instruments={"people.completion": text}, read_at=datetime(2026, 11, 23, tzinfo=UTC))
    found = evidence_rows(export, Mapping(sources=(source,), hand_in=hand_in))
    return None if found is None else dict(found)


@pytest.mark.parametrize(
    ("lines", "highest"),
    [
        ((), {}),
        (("1,completion,1,2026-01-05,2", "1,completion,2,2026-02-06,2", "3,completion,1,,0"), {"1": 2, "3": 1}),
        # A gap is not filled, a row that holds nothing yet is not written over, the order does not matter.
        (("1,completion,4,,0", "1,completion,2,2026-01-05,2"), {"1": 4}),
        (("007,completion,10,2026-01-05,2", "7,completion,9,2026-01-05,2"), {"007": 10, "7": 9}),
        # Base rows, and rows of other repeating forms, come along and are no evidence.
        (("1,,,,", "1,appointment,9,,", "1,completion,1,2026-01-05,2"), {"1": 1}),
    ],
    ids=["none", "two people", "gaps", "padded ids", "noise"],
)
def test_the_highest_row_counts(lines: tuple[str, ...], highest: dict[str, int]) -> None:
    assert rows(CLASSIC, *lines) == highest


def test_without_any_repeating_row_the_columns_vanish_and_everybody_begins_at_one() -> None:
    assert rows(PLAIN) == {}
    assert rows(PLAIN, "1,,0") == {}


def test_a_form_that_does_not_repeat_has_no_next_row() -> None:
    assert rows(PLAIN, "1,2026-01-05,2") is None
    assert rows(CLASSIC, "1,,,2026-01-05,2") is None


def test_one_row_without_a_number_is_the_first_of_its_record_and_takes_no_number_from_others() -> None:
    assert rows(CLASSIC, "1,,,2026-01-05,2", "2,completion,4,2026-01-05,2") == {"1": 1, "2": 4}


def test_in_events_only_the_named_one_counts() -> None:
    lines = ("1,start_arm_1,completion,3,2026-01-05,2", "1,later_arm_1,completion,8,2026-01-05,2", "2,start_arm_1,,2,,")
    here = replace(SOURCE, event="start_arm_1")
    assert rows(EVENTS, *lines, source=here) == {"1": 3, "2": 2}
    # Without a name nobody knows which of them would be next.
    assert rows(EVENTS, *lines) is None


def test_off_is_off() -> None:
    assert rows(CLASSIC, "1,completion,1,2026-01-05,2", hand_in="") is None
    assert rows(CLASSIC, hand_in="other_form") is None
    # One column a course: a survey of the form would not be one row a course.
    assert rows(CLASSIC, source=replace(SOURCE, only_if="completed")) is None


REVIEWS = Source(table="reviews", project="people", instrument="review", fields={"row": "rev_row"})
REVIEW = "record_id,redcap_repeat_instrument,redcap_repeat_instance,rev_row\n"


@pytest.mark.parametrize(
    ("named", "project", "highest"),
    [
        ("3", "people", {"1": 3}),
        ("2", "people", {"1": 2}),
        ("1", "people", {"1": 2}),
        # A typing error takes no number away, and other projects number their own rows.
        ("99999", "people", {"1": 2}),
        ("third", "people", {"1": 2}),
        ("", "people", {"1": 2}),
        ("3", "office", {"1": 2}),
    ],
)
def test_a_number_about_which_there_is_a_review_is_not_given_again(named: str, project: str, highest: dict[str, int]) -> None:
    reviews = replace(REVIEWS, project=project)
    texts = {
        "people.completion": CLASSIC + "1,completion,2,2026-01-05,2\n",
        reviews.key: REVIEW + "1,,,\n" + f"1,review,1,{named}\n",
    }
    export = Export(instruments=texts, read_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert evidence_rows(export, Mapping(sources=(SOURCE, reviews), hand_in="completion")) == highest

"""When a read is made twice, when a smaller one holds, and when a person must say that rows were deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from onboard.adapters.redcap.sure_source import SureSource
from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.model.rows import Row, lost_rows, rows_of

READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
HEADER = "record_id,redcap_repeat_instrument,redcap_repeat_instance,course,completion_complete\n"


def people(*records: int) -> str:
    return "record_id,name,person_complete\n" + "".join(f"{n},Ada {n},2\n" for n in records)


def courses(*rows: int) -> str:
    return HEADER + "".join(f"1,completion,{n},HSP,2\n" for n in rows)


def read(records: range, rows: range | tuple[int, ...]) -> dict[str, str]:
    return {"people.person": people(*records), "people.completion": courses(*rows)}


class Readings:
    """A source that answers with these reads, one after the other."""

    def __init__(self, *reads: dict[str, str]) -> None:
        self.left, self.asked = list(reads), 0

    def fetch(self, last: object) -> Export:
        self.asked += 1
        return Export(instruments=self.left.pop(0), read_at=READ_AT)


WHOLE = read(range(1, 21), range(1, 11))
FEWER = read(range(1, 21), (1, 2, 3, 4, 5, 6, 8, 9, 10))
TWO_GONE = read(range(1, 21), (1, 2, 3, 4, 5, 6, 8, 9))
THREE_GONE = read(range(1, 21), range(1, 8))
NONE_LEFT = read(range(1, 21), ())
MORE = read(range(1, 22), range(1, 12))
ONE_PERSON_GONE = read(range(1, 20), range(1, 11))
TWO_PEOPLE_GONE = read(range(1, 19), range(1, 11))
ONE_FOR_ANOTHER = read(range(1, 21), (1, 2, 3, 4, 5, 6, 8, 9, 10, 11))


def sure(last: dict[str, str], *reads: dict[str, str]) -> tuple[dict[str, str], int]:
    """What is believed, and how many reads it took."""
    source = Readings(*reads)
    found = SureSource(source, {"people.person"}).fetch(last)
    return dict(found.instruments), source.asked


@pytest.mark.parametrize("now", [WHOLE, MORE], ids=["the same", "more"])
def test_a_read_that_lacks_nothing_is_made_once(now):
    assert sure(WHOLE, now) == (now, 1)


@pytest.mark.parametrize(
    "now", [FEWER, TWO_GONE, ONE_PERSON_GONE, ONE_FOR_ANOTHER], ids=["a row", "a fifth", "a person", "as many"]
)
def test_a_small_loss_is_read_once_more_and_the_same_twice_holds(now):
    assert sure(WHOLE, now, now) == (now, 2)


@pytest.mark.parametrize("now", [FEWER, THREE_GONE, NONE_LEFT, TWO_PEOPLE_GONE], ids=["a row", "many", "a form", "people"])
def test_a_loss_of_one_read_alone_costs_a_second_read(now):
    assert sure(WHOLE, now, WHOLE) == (WHOLE, 2)


@pytest.mark.parametrize(
    ("first", "second"), [(FEWER, TWO_GONE), (WHOLE | {"people.new": "r\n"}, FEWER)], ids=["another row", "later"]
)
def test_two_reads_that_do_not_agree_are_in_doubt(first, second):
    with pytest.raises(ReadInDoubt, match=r"the second lacks completion of record 1 \(row"):
        sure(WHOLE, first, second)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (THREE_GONE, r"people.completion lacks 3 of the 10 rows .*record 1 \(row 10\).*--accept-fewer-rows"),
        (NONE_LEFT, r"people.completion lacks 10 of the 10 rows .* and 5 more"),
        (TWO_PEOPLE_GONE, r"people.person lacks 2 of the 20 rows .*person of record 19, person of record 20"),
    ],
    ids=["more than a fifth", "a whole form", "a tenth of the people"],
)
def test_a_large_loss_is_refused_however_often_it_is_read(now, said):
    with pytest.raises(ReadInDoubt, match=said):
        sure(WHOLE, now, now)


def test_one_row_of_a_form_that_had_no_other_is_a_whole_form():
    with pytest.raises(ReadInDoubt, match="lacks 1 of the 1 rows"):
        sure(read(range(1, 21), (1,)), NONE_LEFT, NONE_LEFT)


def test_a_first_read_is_made_twice():
    assert sure({}, FEWER, WHOLE) == (WHOLE, 2)
    with pytest.raises(ReadInDoubt, match="do not agree"):
        sure({}, WHOLE, FEWER)


def test_so_is_the_first_read_of_a_form():
    last = {"people.person": WHOLE["people.person"]}
    with pytest.raises(ReadInDoubt, match="do not agree"):
        sure(last, WHOLE, FEWER)


def test_a_form_that_is_mapped_no_longer_lost_nothing():
    assert sure(WHOLE | {"people.old": people(1)}, WHOLE) == (WHOLE, 1)


def test_a_form_never_opened_is_no_row_whether_redcap_writes_a_nought_or_nothing():
    noughts = "record_id,badge,keys___1,onboarding_complete\n1,2026-01-05,0,2\n2,,0,0\n"
    blanks = "record_id,badge,keys___1,onboarding_complete\n1,2026-01-05,0,2\n"
    assert rows_of("people.onboarding", noughts) == rows_of("people.onboarding", blanks)


def test_rows_are_told_apart_by_event_and_instance():
    header = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,course,c_complete\n"
    text = header + "1,a,,1,HSP,2\n1,b,,1,HSP,2\n"
    assert lost_rows({"p.c": text}, {"p.c": text.replace("1,a,,1,HSP,2\n", "")}) == (
        Row(form="p.c", record="1", event="a", instance="1"),
    )

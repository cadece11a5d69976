"""What is mailed when a fault hits one read: nothing wrong, and every right mail in the end. The short form of `make faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onboard.sandbox.faults import Fault
from tests.connecting.read_faults import BEGAN, LATER, SHARES, Bench, Variant, look, variants

#: The last form of each project, one in the middle, and a main form: rows cut there were once believed.
FORMS = ("person", "delegation", "disclosure", "hold")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("faults"))
    yield made
    made.close()


CHANGED = [
    *(Variant(fault=Fault.FEWER_ROWS, share=share) for share in SHARES),
    *(Variant(fault=fault) for fault in (Fault.WRONG_RECORD, Fault.NO_INSTANCE, Fault.LINE_FEED, Fault.BARE_HEADER)),
]


@pytest.mark.parametrize("variant", CHANGED, ids=str)
def test_a_read_that_came_whole_and_false_mails_nothing_wrong(
    bench: Bench, variant: Variant, record_property: Callable[[str, object], None]
) -> None:
    found = bench.try_later(variant, [bench.forms[form] for form in FORMS])
    assert not found.wrong and not found.missing
    record_property("table", found.line())


@pytest.mark.parametrize("variant", [CHANGED[0], CHANGED[3], CHANGED[4]], ids=str)
def test_nor_does_a_first_read(bench: Bench, variant: Variant, record_property: Callable[[str, object], None]) -> None:
    first, second = bench.forms["hold"], len(bench.calls) + bench.forms["delegation"]
    found = bench.try_first(variant, (first, second))
    assert not found.wrong and not found.missing
    record_property("table", found.line())


#: The forms on which the last row was typed since the last good read.
TYPED = ("appointment", "completion", "listing", "assignment", "research_log")


@pytest.mark.parametrize("share", [0.9, 0.99], ids=str)
def test_a_row_that_was_never_read_before_and_is_cut_off_is_missed(bench: Bench, share: float) -> None:
    """No good read knows the row; the project's own list of rows does."""
    found = bench.try_later(Variant(fault=Fault.FEWER_ROWS, share=share), [bench.forms[form] for form in TYPED])
    assert not found.wrong and not found.missing


def test_a_form_that_is_cut_in_every_read_mails_nobody(bench: Bench) -> None:
    found = bench.try_alike(Variant(fault=Fault.FEWER_ROWS, share=0.99), ["completion", "delegation"])
    assert found.stopped == found.tried == 2 and not found.wrong and not found.missing


def test_a_good_monday_mails_people(bench: Bench) -> None:
    assert bench.good_first.total() > 3 and bench.good_later.total() > 5
    assert len(bench.forms) == 19
    assert bench.calls.count("record") == 19 + 2, "each form, and each project's list of rows"
    assert any(address.startswith("nia.") for address, _, _ in bench.good_later)


def test_every_fault_is_in_the_long_table() -> None:
    assert {variant.fault for variant in variants()} == set(Fault)


def test_rows_that_were_deleted_hold_and_the_mails_are_those_of_the_smaller_lab(bench: Bench, tmp_path: Path) -> None:
    """The same loss twice is no fault: a completion is gone, and its person hears what is missing now."""
    people = bench.served.projects["people"]
    record, place = next(
        (record, place) for record in ("5", "6", "7") for place in people.records[record] if place.instrument == "completion"
    )
    kept = dict(people.records[record][place])
    people.drop(record, [place])
    try:
        mails = look(bench.copy(bench.begun), LATER)
    finally:
        people.write(record, place, kept)
    assert mails.total() >= bench.good_later.total()
    assert mails != bench.good_later
    assert BEGAN < LATER

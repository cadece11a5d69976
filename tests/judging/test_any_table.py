"""Three hundred tables of any strings, read and judged; `python -m tests.judging.fuzz --tables 10000` is the long form."""

from __future__ import annotations

import pytest

from tests.judging.fuzz import judged, overwritten, story, untouched

TABLES, BATCH = 300, 25


@pytest.mark.parametrize("first", range(0, TABLES, BATCH))
def test_nothing_raises_nothing_unreadable_clears_and_the_reckoner_agrees(first: int) -> None:
    wrong = [told for seed in range(first, first + BATCH) if (told := story(seed))]
    assert not wrong, wrong[0]


def test_the_untouched_table_clears_people_so_that_there_is_something_to_lose() -> None:
    assert sum(bool(days) for days in untouched().values()) > 8


def test_unreadable_text_is_not_taken_for_something_else() -> None:
    """Enough of the tables really lose cleared days, so the promise is not kept by reading nothing."""
    lost = 0
    for seed in range(0, 60, 2):
        now = {(r.person, r.protocol, r.task): r.cleared.sure for r in judged(overwritten(seed, ("???",))).assessment.readiness}
        lost += any(now.get(row) != days for row, days in untouched().items())
    assert lost > 15

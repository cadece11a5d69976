"""Four weeks beside a bad relay, in short: the same troubles within eleven days, a look every hour."""

from __future__ import annotations

from pathlib import Path

from onboard.model import Standing
from tests.pipeline.four_weeks import SHORT, UNKNOWN, live_through


def test_every_notice_is_said_once_in_the_end_and_nobody_is_shut_but_the_reader_who_does_not_exist(tmp_path: Path) -> None:
    found = live_through(tmp_path, SHORT, every=60)
    assert found.missing == [] and found.twice == [] and found.in_doubt == 0, found.table()
    assert found.shut == {UNKNOWN: Standing.CLOSED}
    assert found.logins <= 5
    for day in found.operator.values():
        assert max(day.values()) == 1 and day.total() <= 6, "one mail a trouble and day"
    assert len(found.over) == len(set(found.over)) >= 4, "each hold that ended is told once"
    assert found.kept

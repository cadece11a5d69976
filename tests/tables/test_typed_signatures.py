"""Words typed where a signature should be clear nobody, whatever the language; real names sign, however odd."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from onboard.judging.coverage import signed
from onboard.tables.cells import read_date, read_first_day, read_last_day
from onboard.tables.signatures import read_signature
from tests.tables.typed_signatures import NAMES, NOBODY, dressed

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize("language", NOBODY)
def test_a_word_that_stands_for_nobody_signs_nothing(language: str) -> None:
    signed = {text for word in NOBODY[language] for text in dressed(word) if read_signature(text, ZONE)[0]}
    assert signed == set()


def test_a_name_signs_however_it_looks() -> None:
    assert [name for name in NAMES if read_signature(name, ZONE) != (name, None)] == []


def test_there_are_enough_of_both() -> None:
    assert len({text for words in NOBODY.values() for word in words for text in dressed(word)}) >= 500
    assert len(set(NAMES)) >= 100


@pytest.mark.parametrize("language", NOBODY)
def test_no_such_word_is_a_day(language: str) -> None:
    """Beside a name it leaves an approval a claim: `signed` asks for a day that has come."""
    texts = {text for word in NOBODY[language] for text in dressed(word)}
    days = {text: read(text, ZONE)[0] for text in texts for read in (read_date, read_first_day, read_last_day)}
    assert [text for text, day in days.items() if isinstance(day, date)] == []
    assert [text for text, day in days.items() if signed("Elena Rivera", day, date(2026, 11, 23))] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_a_day_that_has_come_signs(name: str) -> None:
    by, _ = read_signature(name, ZONE)
    assert signed(by, read_date("2026-11-23", ZONE)[0], date(2026, 11, 23))
    assert not signed(by, read_date("2026-11-24", ZONE)[0], date(2026, 11, 23))

"""Words typed where a signature should be clear nobody, whatever the language; real names sign, however odd."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

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

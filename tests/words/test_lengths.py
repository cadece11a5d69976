"""How long mails are: words, subjects, preheaders and buttons of every kind; the lists of a crowded lab in lines."""

from __future__ import annotations

import re

import pytest

from onboard.rendering import Renderer
from tests.words.cast import LAB
from tests.words.crowded import lists
from tests.words.mails import MAILS

#: Words above the closing, by kind; lists are measured whole.
WORDS = {"welcome": 260, "digest": 300, "worklist": 300}
TO_PEOPLE = 170


def words_above(text: str) -> int:
    """Words before the closing that is below every mail."""
    return len(re.split(r"Is something wrong here|\n--\n", text)[0].split())


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_short(name: str) -> None:
    message = Renderer(LAB).render(MAILS[name])
    asks = len(MAILS[name].lines)
    most = WORDS.get(MAILS[name].kind.value, TO_PEOPLE if asks <= 2 else TO_PEOPLE * 2)
    assert words_above(message.text) <= most
    assert len(message.subject) <= 75
    assert message.html.count('class="push"') + message.html.count("line-height: 44px") <= 2, "one button"


@pytest.mark.parametrize("name", MAILS)
def test_the_words_beside_a_subject_are_more_news_and_not_the_subject_again(name: str) -> None:
    message = Renderer(LAB).render(MAILS[name])
    found = re.search(r"<div[^>]*display: ?none[^>]*>(.*?)</div>", message.html, re.S)
    assert found, "the hidden cell"
    peek = " ".join(found[1].split())
    assert 15 <= len(peek) <= 110 and peek not in message.subject and message.subject not in peek, peek


def test_one_lapsed_approval_of_thirty_seven_people_is_one_line_to_the_pi_and_one_to_the_coordinator() -> None:
    found = lists()
    for message in found.values():
        assert " ".join(message.text.split()).count("IRB approval ended") == 1
        assert words_above(message.text) <= 300
    assert found["digest"].subject.startswith("6 things need you: STEP-HF: IRB approval ended")
    assert found["worklist"].subject.startswith("STEP-HF: 37 people paused; ")

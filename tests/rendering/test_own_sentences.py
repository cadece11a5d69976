"""A lab's own sentences show wherever they are printed; the others stay as shipped, and a mistake is named."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from onboard.config.own_sentences import own_sentences
from onboard.model import Line, MessageKind, Notice, Reader, ReaderRole, Section
from onboard.model.phrases import joined, made, phrase, say_again, sentences, shared
from onboard.rendering.renderer import Renderer
from tests.words.cast import LAB

OWN = {"grounds.done": "Erledigt am {day}.", "grounds.unreadable_day": "einem unlesbaren Tag"}


def test_a_phrase_is_its_shipped_text() -> None:
    said = phrase("grounds.done", day="3 Mar 2026")
    assert said == "Done 3 Mar 2026." and isinstance(said, str)
    assert pickle.loads(pickle.dumps(said)) == said


def test_phrases_inside_phrases_are_said_again() -> None:
    inner = phrase("grounds.unreadable_day")
    outer = phrase("grounds.appointment_open", first=inner)
    text = made(str.upper, joined(" ", [outer, phrase("grounds.done", day=inner), "as typed"]))
    assert text == "APPOINTMENT FROM A DAY THAT CANNOT BE READ, OPEN. DONE A DAY THAT CANNOT BE READ. AS TYPED"
    again = say_again(text, OWN)
    assert again == "APPOINTMENT FROM EINEM UNLESBAREN TAG, OPEN. ERLEDIGT AM EINEM UNLESBAREN TAG. AS TYPED"
    assert say_again(pickle.loads(pickle.dumps(text)), OWN) == again


@dataclass(frozen=True)
class _Held:
    title: str
    rows: tuple[Mapping[str, str], ...]


def test_every_phrase_in_a_value_is_said_again_and_the_rest_is_the_same() -> None:
    done = phrase("grounds.done", day="x")
    assert say_again(_Held(done, ({"a": done, "b": "Done x."},)), OWN) == _Held(
        "Erledigt am x.", ({"a": "Erledigt am x.", "b": "Done x."},)
    )
    untouched = _Held("Done x.", ())
    assert say_again(untouched, OWN) is untouched
    assert say_again(done, {}) is done


@pytest.mark.parametrize(
    ("name", "values"), [("grounds.dnoe", {"day": 1}), ("grounds.done", {}), ("grounds.done", {"day": 1, "why": 2})]
)
def test_a_wrong_name_and_a_value_too_many_or_too_few_fail(name: str, values: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        phrase(name, **values)


def test_a_shared_phrase_is_one_value_and_takes_no_phrase() -> None:
    assert shared("grounds.done", day="3 Mar 2026") is shared("grounds.done", day="3 Mar 2026")
    assert shared("grounds.done", day="3 Mar 2026") == phrase("grounds.done", day="3 Mar 2026")
    with pytest.raises(TypeError):
        shared("grounds.done", day=phrase("grounds.unreadable_day"))


def test_a_value_that_looks_like_a_place_for_one_stays_as_it_is() -> None:
    said = phrase("grounds.done", day="{day.__class__} %s")
    assert say_again(said, OWN) == "Erledigt am {day.__class__} %s."


def test_a_mail_says_the_labs_own_sentence_in_both_parts() -> None:
    why = phrase("grounds.done", day="3 Mar 2026")
    line = Line(key="k", section=Section.DUE, title="GCP training", why=why, due=date(2026, 11, 30))
    reader = Reader(address="leila@northlake.example", name="Leila Haddad", greet="Leila", role=ReaderRole.PERSON)
    notice = Notice(kind=MessageKind.REMINDER, reader=reader, slot=date(2026, 11, 23), lines=(line,), read_at=None)
    own, shipped = Renderer(LAB, None, OWN).render(notice), Renderer(LAB).render(notice)
    assert "Erledigt am 3 Mar 2026." in own.text and "Erledigt am 3 Mar 2026." in own.html
    assert "Done 3 Mar 2026." in shipped.text and "Done 3 Mar 2026." not in own.text


# the lab's file -------------------------------------------------------------------------------------------------------


def _read(home: Path, text: str) -> tuple[Mapping[str, str], list[str]]:
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "sentences.toml").write_text(text, encoding="utf-8")
    mistakes: list[str] = []
    return own_sentences(home, mistakes), mistakes


def test_a_labs_file_names_what_it_replaces(tmp_path: Path) -> None:
    assert own_sentences(tmp_path, []) == {}
    assert _read(tmp_path, '[grounds]\ndone = "Erledigt."\n') == ({"grounds.done": "Erledigt."}, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[grounds]\ndnoe = "x"', "grounds.dnoe: is not a sentence of this program. Did you mean 'grounds.done'?"),
        ('[grounds]\ndone = "{dya}"', "grounds.done: has no value {dya}. It may use {day}."),
        ('[grounds]\ndone = "{day.year}"', "grounds.done: {day.year} is not the name of a value."),
        ('[grounds]\ndone = "{day"', "grounds.done: expected '}' before end of string."),
        ('[grounds]\ndone = "{day!r}"', "grounds.done: {day} is not the name of a value."),
        ("[grounds]\ndone = 3", "grounds.done: is not a text."),
        ("[grounds\n", "sentences.toml: is not TOML"),
    ],
)
def test_a_mistake_in_a_labs_file_says_where_and_what_is_meant(tmp_path: Path, text: str, said: str) -> None:
    found, mistakes = _read(tmp_path, text)
    assert not found and len(mistakes) == 1 and said in mistakes[0], mistakes


def test_every_shipped_sentence_may_be_copied_as_it_is(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "templates" / "sentences.toml"
    found, mistakes = _read(tmp_path, shipped.read_text(encoding="utf-8"))
    assert not mistakes and dict(found) == {name: sentence.text for name, sentence in sentences().items()}

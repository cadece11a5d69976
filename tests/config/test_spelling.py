"""What a mistake is told to write instead: each shape the models ask for has words; the shipped comments name the defaults."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

import pytest

from onboard.config import operating, requirements, settings, spelling, writing
from onboard.config.requirements import RequirementBlock

SHIPPED = Path(__file__).parents[2] / "config" / "requirements.toml"
PATTERN = re.compile(r'pattern=r"([^\n]*?)"[,)]')


def test_every_pattern_of_the_models_is_said_in_words() -> None:
    sources = [inspect.getsource(module) for module in (settings, requirements, operating, writing)]
    patterns = {found for source in sources for found in PATTERN.findall(source)}
    assert len(patterns) >= 10
    assert patterns == set(spelling.SPELLINGS), "a pattern without words, or words without a pattern"


@pytest.mark.parametrize("kind", ["int_parsing", "date_from_datetime_parsing", "time_parsing", "tuple_type", "bool_parsing"])
def test_no_word_of_the_validator_is_shown(kind: str) -> None:
    said = spelling.what_to_write({"type": kind, "msg": "Input should be a valid tuple", "input": "x"})
    assert said.startswith("Write ") and "valid" not in said


def test_an_error_nobody_thought_of_keeps_the_words_of_the_validator() -> None:
    assert spelling.what_to_write({"type": "new_one", "msg": "Input should be odd", "input": 2}) == "It should be odd."


def test_the_comments_name_the_default_of_every_key_that_is_not_off_zero_or_blank() -> None:
    text = SHIPPED.read_text(encoding="utf-8").partition("A key that is left out")[2].partition("[judging]")[0]
    named = tomllib.loads("\n".join(re.findall(r"\w+ = [^;\n]+", text)))
    fields = {name: field.default for name, field in RequirementBlock.model_fields.items() if not field.is_required()}
    assert {name: tuple(value) if isinstance(value, list) else value for name, value in named.items()} == {
        name: default for name, default in fields.items() if default
    }

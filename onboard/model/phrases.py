"""Sentences by name, from `templates/sentences.toml`.

A phrase is a text that remembers its name and values. Judges and planners choose the phrase and give its values; the words are
the shipped ones. `say_again` puts the same facts into the words of a lab that has its own.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from onboard.shipped import shipped

FILE = "sentences.toml"
#: A lab without words of its own.
NO_WORDS: Mapping[str, str] = MappingProxyType({})
_T = TypeVar("_T")


class Phrase(str):
    """A text that can be made again from what it was made of: the maker, and the values it was given."""

    __slots__ = ("maker", "values")

    maker: str | Callable[..., str]  # the name of a sentence, else a function of the values
    values: tuple[Any, ...]  # in the order of the shipped sentence, or of the function

    def __reduce__(self) -> tuple[Any, ...]:
        return _phrase, (str(self), self.maker, self.values)


def _phrase(text: str, maker: str | Callable[..., str], values: tuple[Any, ...]) -> Phrase:
    made = Phrase(text)
    made.maker, made.values = maker, values
    return made


def phrase(name: str, /, **values: object) -> Phrase:
    """The sentence `name`, such as ``grounds.done``, with its values. Raises KeyError for a name that is not in the file, for a
    missing value, and for one the sentence does not use."""
    return _filled(name, values) if values else shared(name)


@lru_cache(maxsize=8192, typed=True)
def shared(name: str, /, **values: str) -> Phrase:
    """The same for values that are not phrases: one object for equal values.

    A large lab uses the same phrase many times. Two phrases may have the same text and other names, so a phrase among the values
    is a TypeError.
    """
    if any(isinstance(value, Phrase) for value in values.values()):
        raise TypeError(f"{name} has a phrase among its values: ask `phrase` for it")
    return _filled(name, values)


def _filled(name: str, values: Mapping[str, object]) -> Phrase:
    sentence = sentences()[name]
    try:
        given = tuple([values[one] for one in sentence.order])
    except KeyError:
        given = ()
    if len(values) != len(sentence.names) or len(given) != len(sentence.order):
        raise KeyError(f"{name} takes {sorted(sentence.names)}, not {sorted(values)}")
    made = Phrase(sentence.pattern % given)
    made.maker, made.values = name, given
    return made


def made(function: Callable[..., str], /, *values: object) -> Phrase:
    """What `function` makes of values, some of them phrases: a new wording of these is put through the same function."""
    return _phrase(function(*values), function, values)


def joined(between: str, parts: Iterable[str]) -> Phrase:
    """Parts in one text. Empty ones are the caller's to leave out."""
    return made(between.join, tuple(parts))


# the file -------------------------------------------------------------------------------------------------------------


class Sentence:
    """A sentence as written in the file, with its names of values.

    Both in the order of the text, which is filled fastest so.
    """

    __slots__ = ("names", "order", "pattern", "text")

    def __init__(self, text: str) -> None:
        """Raises ValueError for braces that are not a plain ``{name}``."""
        self.text, self.pattern, order = text, "", list[str]()
        for plain, name, spec, conversion in string.Formatter().parse(text):
            self.pattern += plain.replace("%", "%%")
            if name is None:
                continue
            if not name.isidentifier() or spec or conversion:
                raise ValueError(f"{{{name}}} is not the name of a value")
            self.pattern += "%s"
            order.append(name)
        self.order, self.names = tuple(order), frozenset(order)


def in_tables(document: Mapping[str, object], above: str = "") -> dict[str, object]:
    """The entries of all tables by their whole names: ``grounds.done``."""
    found: dict[str, object] = {}
    for key, value in document.items():
        name = f"{above}.{key}" if above else key
        found |= in_tables(value, name) if isinstance(value, Mapping) else {name: value}
    return found


@cache
def sentences() -> Mapping[str, Sentence]:
    """The shipped sentences by name."""
    document = tomllib.loads((shipped("templates") / FILE).read_text(encoding="utf-8"))
    return {name: Sentence(str(text)) for name, text in in_tables(document).items()}


# other words ----------------------------------------------------------------------------------------------------------


def say_again(value: _T, own: Mapping[str, str]) -> _T:
    """The same value with every phrase in it in the lab's own words; sentences that `own` does not hold stay as shipped.

    It looks into tuples, lists, mappings and frozen dataclasses. Without own words the value comes back as it is.
    """
    return _again(value, own) if own else value


def _again(value: Any, own: Mapping[str, str]) -> Any:
    if isinstance(value, Phrase):
        return _reworded(value, own)
    if isinstance(value, str):
        return value
    if type(value) in (tuple, list):
        return type(value)(_again(one, own) for one in value)
    if isinstance(value, Mapping):
        return {key: _again(one, own) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _with_words(value, own)
    return value


def _reworded(text: Phrase, own: Mapping[str, str]) -> str:
    values = _again(text.values, own)
    if not isinstance(text.maker, str):
        return text.maker(*values)
    shipped_one = sentences()[text.maker]
    return own.get(text.maker, shipped_one.text).format_map(dict(zip(shipped_one.order, values, strict=True)))


def _with_words(value: Any, own: Mapping[str, str]) -> Any:
    kept = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
    again = {name: _again(one, own) for name, one in kept.items()}
    changed = {name: one for name, one in again.items() if one is not kept[name] and one != kept[name]}
    return replace(value, **changed) if changed else value

"""The words of a mistake in a file.

Where it is, what is wrong, the nearest known word, the next step. The models of the other modules define a right value. No value
that looks like a secret is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from onboard.config.spelling import what_to_write

M = TypeVar("M", bound=BaseModel)
#: What may be a token anywhere in a message.
_TOKEN = re.compile(r"[0-9A-Fa-f]{32,}")


class Block(BaseModel):
    """One table of a file: no unknown key, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them when none is near."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.65)
    if close and close[0]:
        return f"Did you mean {close[0]!r}?"
    return (
        f"Known here: {', '.join(word or 'blank' for word in sorted(words, key=bool, reverse=True))}."
        if words
        else "Take it out."
    )


def validated(model: type[M], value: object, where: str, mistakes: list[str]) -> M | None:
    """`value` as `model`, or None with everything wrong with it added to `mistakes`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            said = f"{where}{_path(found['loc'])}: {_say(found, model)}"
            mistakes.append(_TOKEN.sub("(not shown)", said))
        return None


def known_tables(document: Mapping[str, object], known: Sequence[str], file: str, mistakes: list[str]) -> None:
    """Name every unknown top-level key of `document`."""
    mistakes.extend(f"{file}, {key}: is not known. {nearest(key, known)}" for key in document if key not in known)


def blocks(document: Mapping[str, object], key: str, file: str, mistakes: list[str]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the ``[[key]]`` blocks of a document, each with words for its place."""
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(block, Mapping) for block in found):
        mistakes.append(f"{file}, {key}: must be blocks. Begin each with [[{key}]] on a line of its own.")
        return []
    return [(f"{file}, [[{key}]] {n}{_called(block)}", block) for n, block in enumerate(found, start=1)]


def table(document: Mapping[str, object], key: str, file: str, mistakes: list[str]) -> Mapping[str, object]:
    """The ``[key]`` table of a document; empty when it is missing."""
    found = document.get(key, {})
    if isinstance(found, Mapping):
        return found
    mistakes.append(f"{file}, {key}: must be a table. Begin it with [{key}] on a line of its own.")
    return {}


def _called(block: Mapping[str, object]) -> str:
    name = next((block[key] for key in ("id", "name", "training") if isinstance(block.get(key), str)), "")
    return f" ({name})" if name else ""


def _path(loc: Sequence[int | str]) -> str:
    if not loc:
        return ""
    words = [f"entry {part + 1}" if isinstance(part, int) else part for part in loc if part != "[key]"]
    return ", " + " ".join(words)


def _say(error: Any, model: type[BaseModel]) -> str:
    kind, given = error["type"], _shown(error["input"])
    if kind == "missing":
        return "is missing. Write it; the comments of the shipped file say what it means."
    if kind == "extra_forbidden":
        here = _model_at(model, error["loc"][:-1])
        return f"is not a known key. {nearest(str(error['loc'][-1]), here.model_fields if here else ())}"
    if kind in ("enum", "literal_error"):
        return f"{given} is not a known value. {nearest(str(error['input']), _expected(error))}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return f"{given} will not do. {what_to_write(error)}"


def _expected(error: Any) -> list[str]:
    return re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _model_at(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel] | None:
    """The model that holds the key at the end of `loc`."""
    here: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        field = here.model_fields.get(part)
        here = _model_in(field.annotation) if field else None
    return here


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)

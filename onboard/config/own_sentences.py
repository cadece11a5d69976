"""`templates/sentences.toml` of a lab's home: sentences in the lab's own words.

It decides which may be replaced, and by what.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from onboard.config.files import read_toml
from onboard.config.mistakes import nearest
from onboard.model.phrases import FILE, Sentence, in_tables, sentences


def own_sentences(home: Path, mistakes: list[str]) -> Mapping[str, str]:
    """The lab's own text of each sentence by its name, such as ``grounds.done``; empty without the file."""
    path = home / "templates" / FILE
    document = read_toml(path, mistakes) if path.exists() else None
    found: dict[str, str] = {}
    for name, text in in_tables(document or {}).items():
        wrong = _wrong(name, text)
        if wrong:
            mistakes.append(f"templates/{FILE}, {name}: {wrong}")
        else:
            found[name] = str(text)
    return found


def _wrong(name: str, text: object) -> str:
    """What is wrong with one entry; "" when nothing is."""
    shipped = sentences()
    if name not in shipped:
        return f"is not a sentence of this program. {nearest(name, shipped)}"
    if not isinstance(text, str) or not text.strip():
        return 'is not a text. Write it in quotation marks, for example "Done {day}.", or take the line out.'
    try:
        unknown = sorted(Sentence(text).names - shipped[name].names)
    except ValueError as error:
        return f"{error}. Write values as in the shipped sentence: {shipped[name].text!r}."
    known = ", ".join(f"{{{one}}}" for one in sorted(shipped[name].names)) or "no value"
    return f"has no value {{{unknown[0]}}}. It may use {known}." if unknown else ""

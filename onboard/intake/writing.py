"""A new completion in the lab's own field names and codes.

The day a file was taken in is never the day a course was passed: it goes into "looked at on" alone. Whether
evidence from a file counts without being looked at is the lab's setting `typed_counts`.
"""

from __future__ import annotations

from datetime import date

from onboard.errors import ConfigError
from onboard.intake.claims import Claimed
from onboard.model import Checked, Rules
from onboard.model.mapping import Mapping, Source

#: Without these a row would count as something else than it is.
_NEEDED = ("completed", "group|course")


def completion_source(mapping: Mapping) -> Source:
    """The form that new completions are written to. Raises ConfigError when the lab has none that can take a row."""
    usable = [source for source in mapping.of("completions") if not source.only_if and not _lacks(source)]
    if usable:
        return usable[0]
    raise ConfigError(
        "redcap.toml maps no completion form that a new row could be written to: it needs a repeating form with a field "
        "for “completed” and one for “group” or “course”. One column per course can be read, but not be added to."
    )


def _lacks(source: Source) -> list[str]:
    return [need for need in _NEEDED if not any(name in source.fields for name in need.split("|"))]


def completion_words(claim: Claimed, rules: Rules, today: date) -> dict[str, str]:
    """Our field -> our word, blanks left out."""
    accepted = rules.typed_counts
    words = {
        "curriculum": claim.curriculum,
        "group": claim.group,
        "stage": str(claim.stage) if claim.stage else "",
        "completed": claim.earned.isoformat() if claim.earned else "",
        "expires": claim.expires.isoformat() if claim.expires else "",
        "score": claim.score,
        "passing": claim.passing,
        "institution": claim.institution,
        "record_id": claim.record_id,
        "source": "intake",
        "checked": (Checked.ACCEPTED if accepted else Checked.WAITING).value,
        "checked_on": today.isoformat() if accepted else "",
    }
    return {name: word for name, word in words.items() if word}


def lab_columns(source: Source, words: dict[str, str]) -> dict[str, str]:
    """REDCap field -> the lab's code. Raises ConfigError when the lab's codes have none for a word of ours."""
    if "group" not in source.fields and "group" in words:
        words = {**words, "course": words["group"]}
    return {source.fields[name]: _code(source, name, word) for name, word in words.items() if name in source.fields}


def _code(source: Source, name: str, word: str) -> str:
    codes = source.values.get(name)
    if not codes:
        return word
    for code, meaning in codes.items():
        if meaning == word:
            return code
    raise ConfigError(
        f"redcap.toml, tables.completions.values.{name}: no code of yours means {word!r}, so it cannot be written. Add one."
    )

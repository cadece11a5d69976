"""A guess: a field of theirs for one of ours, and its block of a redcap.toml.

guessing.py guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onboard.connecting.dictionary import Field
from onboard.model.mapping import REQUIRED_FIELDS

_SURE, _LIKELY = 0.9, 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A REDCap field for one of ours, 0 < likeness <= 1."""

    column: Field
    likeness: float
    values: Mapping[str, str] = field(default_factory=dict)  # code -> our word
    unknown: Mapping[str, str] = field(default_factory=dict)  # code -> unknown label

    @property
    def confidence(self) -> str:
        """The likeness as a word."""
        if self.likeness >= _SURE:
            return "sure"
        return "likely" if self.likeness >= _LIKELY else "a guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One ``[tables.X]`` of a redcap.toml to be."""

    table: str
    project: str
    form: str
    guesses: Mapping[str, Guess]
    constants: Mapping[str, str] = field(default_factory=dict)
    only_if: str = ""
    where: Mapping[str, str] = field(default_factory=dict)  # REDCap field -> the code it must hold
    events: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields the table cannot be read without, and that were not found."""
        return tuple(sorted(REQUIRED_FIELDS.get(self.table, frozenset()) - self.guesses.keys() - self.constants.keys()))

    @property
    def weight(self) -> float:
        """How much speaks for it."""
        return sum(guess.likeness for guess in self.guesses.values())

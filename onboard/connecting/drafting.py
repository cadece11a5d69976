"""A redcap.toml to be: blocks with their reasons, what the file says of itself, and what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | list[str]


@dataclass(slots=True)
class Found:
    """One block of a redcap.toml, as it was recognized."""

    table: str
    project: str
    form: str
    fields: dict[str, Value] = field(default_factory=dict)  # our field -> field of theirs, join or list
    reasons: dict[str, str] = field(default_factory=dict)  # our field -> why
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)  # our field -> code -> label
    blank: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    only_if: str = ""
    where: dict[str, list[str]] = field(default_factory=dict)
    ended_if: dict[str, list[str]] = field(default_factory=dict)
    not_begun_if: dict[str, list[str]] = field(default_factory=dict)
    person: list[str] = field(default_factory=list)
    checkboxes: list[str] = field(default_factory=list)
    events: Sequence[str] = ()

    def put(self, ours: str, theirs: Value, why: str) -> None:
        """One line of `fields`, unless there is one already."""
        if ours not in self.fields:
            self.fields[ours], self.reasons[ours] = theirs, why

    @property
    def columns(self) -> list[str]:
        """Every field of theirs that it uses."""
        import re

        named: list[str] = []
        for value in self.fields.values():
            for one in [value] if isinstance(value, str) else value:
                named += re.findall(r"\{(\w+)\}", one) or [one]
        named += [*self.where, *self.ended_if, *self.not_begun_if, *self.person]
        return list(dict.fromkeys(name.partition("___")[0] for name in named))


@dataclass(slots=True)
class Draft:
    """All blocks, and what stands at the top of the file."""

    blocks: list[Found] = field(default_factory=list)
    date_order: str = ""
    months: list[str] = field(default_factory=list)
    person_by: list[str] = field(default_factory=list)
    protocol_by: list[str] = field(default_factory=list)
    missing_codes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what stays open, for the file's end

    def of(self, table: str) -> list[Found]:
        """The blocks of one table."""
        return [block for block in self.blocks if block.table == table]

    def uses(self, project: str) -> set[str]:
        """The fields of a project that are used."""
        return {name for block in self.blocks if block.project == project for name in block.columns}

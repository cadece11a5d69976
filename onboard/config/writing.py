"""[writeback] of settings.toml: whether and where the program writes to REDCap.

No field is taken that people fill in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from onboard.config.mistakes import Block, nearest, table, validated
from onboard.model.mapping import Mapping as RecordMapping

if TYPE_CHECKING:
    from onboard.planning.writeback import WriteTarget

TABLES = ("writeback",)
FieldName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")]


class WritebackTable(Block):
    """[writeback]; a blank field name writes nothing of that kind."""

    enabled: bool = False
    project: str = "people"
    instrument: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "onboard_status"
    event: str = ""
    readiness: FieldName = "ob_readiness"
    blockers: FieldName = "ob_blockers"
    ready_until: FieldName = "ob_ready_until"
    last_mail: FieldName = "ob_last_mail"


def read_writeback(
    document: Mapping[str, object], file: str, mapping: RecordMapping | None, mistakes: list[str]
) -> WriteTarget | None:
    """Where to write; None when it is off, or wrong with the reasons in `mistakes`."""
    where = f"{file}, [writeback]"
    found = validated(WritebackTable, table(document, "writeback", file, mistakes), where, mistakes)
    if found is None or not found.enabled:
        return None
    # Imported here: a lab that writes nothing back does without it.
    from onboard.planning.writeback import WHAT, WriteTarget

    fields = {what: getattr(found, what) for what in WHAT if getattr(found, what)}
    twice = [name for name, count in Counter(fields.values()).items() if count > 1]
    if twice:
        mistakes.append(f"{where}: {', '.join(twice)} is named twice. Give each its own field.")
    if not fields:
        mistakes.append(f"{where}: names no field. Name one, or write enabled = false.")
    if mapping is not None:
        _check_free(found, fields, mapping, where, mistakes)
    return WriteTarget(project=found.project, instrument=found.instrument, event=found.event, fields=fields)


def _check_free(
    found: WritebackTable, fields: Mapping[str, str], mapping: RecordMapping, where: str, mistakes: list[str]
) -> None:
    """Accept our own fields only: a field that is read holds what a person typed."""
    if found.project not in {source.project for source in mapping.of("people")}:
        people = {source.project for source in mapping.of("people")}
        mistakes.append(f"{where}, project: {found.project!r} holds no people. {nearest(found.project, people)}")
    read = {name for names in mapping.instruments(found.project).values() for name in names}
    for what, name in fields.items():
        if name in read or name.endswith("_complete"):
            step = "Make a field that only this program writes."
            mistakes.append(f"{where}, {what}: {name!r} belongs to the lab's people. {step}")

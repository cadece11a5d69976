"""The program's own fields in people's records: sent and confirmed.

planning/writeback.py decides what they say.

Traps of the wire, documented or recorded by other clients of live servers: an import is all or nothing, so a refused batch is
halved until the bad row is alone; a blank is written with ``overwriteBehavior=overwrite`` only, which touches the fields that
are sent and no other; a locked record refuses everything. Nothing counts as written before it was read back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from onboard.adapters.redcap.answers import Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.rows import EVENT, INSTRUMENT, Wanted
from onboard.adapters.redcap.source import dictionary, read_form
from onboard.errors import ReadInDoubt
from onboard.ports import RecordChange, Written

_BATCH = 100
#: So many rows refused one by one, for other reasons than a lock, mean that something is wrong with all of them.
_MOST_REFUSED = 5
_KINDS = frozenset({"text", "notes", "dropdown", "radio"})
_FORM = "Make it in the Designer, or correct [writeback] in settings.toml."


class RedcapWriter:
    """A RecordWriter for `fields` of one form that does not repeat, at `event` in a longitudinal project."""

    def __init__(
        self,
        project: RedcapProject,
        instrument: str,
        fields: Sequence[str],
        event: str = "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._project, self._pause = project, pause
        self._instrument, self._fields, self._event = instrument, tuple(fields), event

    def current(self) -> Mapping[str, Mapping[str, str]]:
        """Return record -> its present fields, blank where empty. Raises ReadInDoubt."""
        with GuardedProject(self._project, self._pause) as door:
            return self._current(door, self._form(door))

    def write(self, changes: Sequence[RecordChange]) -> Sequence[Written]:
        """Write what is given and nothing else, in batches, and read it back. Raises ReadInDoubt when the server fails."""
        with GuardedProject(self._project, self._pause) as door:
            form = self._form(door)
            refused: dict[str, Written] = {}
            for start in range(0, len(changes), _BATCH):
                self._send(door, form, changes[start : start + _BATCH], refused)
            stands = self._current(door, form) if len(refused) < len(changes) else {}
        return [refused.get(change.record) or _confirmed(change, stands) for change in changes]

    def _form(self, door: GuardedProject) -> Wanted:
        """Return the form, checked: its fields exist, take text, and are on it."""
        rows = dictionary(door, self._project.name)
        by_name = {row["field_name"]: row for row in rows}
        for name in self._fields:
            row = by_name.get(name)
            if row is None or row.get("form_name") != self._instrument:
                raise ReadInDoubt(f"Form {self._instrument!r} of project {self._project.name!r} has no field {name!r}. {_FORM}")
            if row.get("field_type") not in _KINDS:
                raise ReadInDoubt(f"Field {name!r} is a {row.get('field_type')}, which cannot hold a text. {_FORM}")
        return Wanted(
            project=self._project.name,
            instrument=self._instrument,
            record_id=rows[0]["field_name"],
            fields=self._fields,
            checkboxes={},
            root=True,
            beside=f"{rows[0].get('form_name', '')}_complete",
        )

    def _current(self, door: GuardedProject, form: Wanted) -> dict[str, dict[str, str]]:
        found = read_form(door, form)
        if not found.sent_ids:
            raise ReadInDoubt(
                f"Form {self._instrument!r} of project {self._project.name!r} came without any record, so what it holds is not "
                "known. Try again later; if it persists, tell the REDCap administrator."
            )
        header = found.header
        rows = [dict(zip(header, row, strict=True)) for row in found.rows]
        if any(row.get(INSTRUMENT) for row in rows):
            raise ReadInDoubt(f"Form {self._instrument!r} repeats, so there is no one place to write to. {_FORM}")
        here = [row for row in rows if row.get(EVENT, "") == self._event or not row.get(EVENT)]
        return {row[form.record_id]: {name: row[name] for name in self._fields} for row in here}

    def _send(self, door: GuardedProject, form: Wanted, changes: Sequence[RecordChange], refused: dict[str, Written]) -> None:
        """One import; refused as a whole it is halved, so that a bad record hides no other."""
        if not changes or sum(one.state == "refused" for one in refused.values()) >= _MOST_REFUSED:
            refused.update({change.record: _given_up(change.record) for change in changes})
            return
        try:
            door.import_records([self._row(form, change) for change in changes], overwrite="overwrite")
        except Refused as error:
            if error.status != 400:
                raise
            if len(changes) == 1:
                refused[changes[0].record] = _refusal(changes[0].record, error.words)
                return
            half = len(changes) // 2
            self._send(door, form, changes[:half], refused)
            self._send(door, form, changes[half:], refused)

    def _row(self, form: Wanted, change: RecordChange) -> dict[str, str]:
        stranger = set(change.values) - set(self._fields)
        if stranger:
            raise ValueError(f"not fields of ours: {', '.join(sorted(stranger))}")
        event = {EVENT: self._event} if self._event else {}
        return {form.record_id: change.record, **event, **change.values}


def _refusal(record: str, words: str) -> Written:
    if "locked" in words.lower():
        return Written(record=record, state="locked", words="The record is locked in REDCap. It was skipped.")
    return Written(record=record, state="refused", words=f"REDCap refused it: {words}")


def _given_up(record: str) -> Written:
    return Written(record=record, state="refused", words="Not tried: too many records were refused before it.")


def _confirmed(change: RecordChange, stands: Mapping[str, Mapping[str, str]]) -> Written:
    now = stands.get(change.record, {})
    wrong = [name for name, value in change.values.items() if now.get(name) != value]
    if not wrong:
        return Written(record=change.record, state="written")
    words = f"Read back, {', '.join(wrong)} holds something else. Look at the field's validation, then run it again."
    return Written(record=change.record, state="unconfirmed", words=words)

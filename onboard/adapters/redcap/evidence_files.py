"""The files that people attached to their evidence, out of REDCap.

Each is a call of its own, and asked for only where somebody wants the files: they hold more about a person than any other cell.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from onboard.adapters.redcap.answers import Busy, Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.rows import EVENT, INSTANCE, Wanted
from onboard.adapters.redcap.source import dictionary, read_form
from onboard.errors import ReadInDoubt
from onboard.model.evidence_id import written
from onboard.ports import Upload, Uploads


@dataclass(slots=True)
class _Had:
    """What was had so far."""

    found: list[Upload] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    stopped: bool = False


class RedcapEvidenceFiles:
    """EvidenceFiles of the forms of evidence: (project, instrument) each, all file fields of a form."""

    def __init__(self, forms: Sequence[tuple[RedcapProject, str]], pause: Callable[[float], None] = time.sleep) -> None:
        self._forms, self._pause = forms, pause

    def fetch(self, evidence: Sequence[str]) -> Uploads:
        """One read a form, then one call a file. A right that is missing, or a server in trouble, ends a form's."""
        had, wanted = _Had(), frozenset(evidence)
        for project, instrument in self._forms:
            had.stopped = False
            try:
                with GuardedProject(project, self._pause) as door:
                    for row, name in _attached(door, project.name, instrument):
                        if row["evidence"] in wanted and not had.stopped:
                            _fetch(door, project.name, row, name, had)
            except ReadInDoubt as error:
                had.troubles.append(f"The files of form {instrument!r} were not had. {error}")
        return Uploads(found=tuple(had.found), troubles=tuple(had.troubles))


def _attached(door: GuardedProject, project: str, instrument: str) -> Iterable[tuple[Mapping[str, str], str]]:
    """Each row of a form that holds a file, with `record` and `evidence`, and the field that holds it."""
    rows = dictionary(door, project)
    files = [row["field_name"] for row in rows if row.get("form_name") == instrument and holds_file(row)]
    if not files:
        return
    form = Wanted(
        project=project,
        instrument=instrument,
        record_id=rows[0]["field_name"],
        fields=tuple(files),
        checkboxes={},
        root=False,
        beside=f"{rows[0].get('form_name', '')}_complete",
    )
    read = read_form(door, form)
    for cells in (dict(zip(read.header, row, strict=True)) for row in read.rows):
        at = written(instrument, row_id := cells[form.record_id], cells.get(INSTANCE) or "1", cells.get(EVENT, ""))
        for name in files:
            if cells.get(name):
                yield {**cells, "record": row_id, "evidence": at}, name


def holds_file(row: Mapping[str, str]) -> bool:
    """Whether a field holds an uploaded file; a signature drawn on a page is not a file."""
    return row.get("field_type") == "file" and row.get("text_validation_type_or_show_slider_number") != "signature"


def _fetch(door: GuardedProject, project: str, row: Mapping[str, str], name: str, had: _Had) -> None:
    instance = int(row[INSTANCE]) if row.get(INSTANCE) else None
    try:
        content, headers = door.export_file(row["record"], name, event=row.get(EVENT) or None, repeat_instance=instance)
    except Refused as error:
        had.stopped = error.status == 403
        step = (
            f"Under User Rights of project {project!r}, give the token's user Full Data Set export of this form; then ask again."
        )
        said = step if had.stopped else "Look at the row in REDCap."
        had.troubles.append(f"{row['evidence']}: its file was not had ({error.words or error.status}). {said}")
    except (Busy, ReadInDoubt) as error:
        had.stopped = isinstance(error, Busy)
        had.troubles.append(f"{row['evidence']}: its file was not had. {error}")
    else:
        had.found.append(Upload(evidence=row["evidence"], name=str(headers.get("name") or row[name]), content=content))

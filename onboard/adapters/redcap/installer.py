"""The shipped forms into an empty project.

connecting/installing.py decides what may be done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence

from onboard.adapters.redcap.answers import Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.errors import ReadInDoubt


class RedcapInstaller:
    """Imports a data dictionary and what repeats; each is confirmed by the number the server gives back."""

    def __init__(self, project: RedcapProject, pause: Callable[[float], None] = time.sleep) -> None:
        self._project, self._pause = project, pause

    def import_dictionary(self, rows: Sequence[Mapping[str, str]]) -> int:
        """Replace the project's dictionary. Returns the number of fields; raises ReadInDoubt when that is another."""
        with GuardedProject(self._project, self._pause) as door:
            number = int(door.import_metadata([dict(row) for row in rows]))
        if number != len(rows):
            raise ReadInDoubt(
                f"REDCap took {number} of {len(rows)} fields into project {self._project.name!r}. Look at its Data Dictionary "
                "page, and upload the file there."
            )
        return number

    def import_repeating(self, forms: Mapping[str, str]) -> str:
        """Make these forms repeat, each with what is shown of its rows. Returns "" when it is done, else the server's words:
        then it takes clicks."""
        rows = [{"form_name": form, "custom_form_label": label} for form, label in forms.items()]
        with GuardedProject(self._project, self._pause) as door:
            try:
                door.import_repeating_instruments_events(rows)
            except Refused as error:
                return error.words or f"status {error.status}"
        return ""

    def import_settings(self, *, record_label: str, surveys: bool) -> str:
        """Turn auto-numbering on, and surveys where the project has some, and say what is shown beside a record's number. Returns
        "" when it is done, else why not: then it takes clicks. PyCap has no method for this call."""
        wanted: dict[str, str | int] = {"record_autonumbering_enabled": 1, "custom_record_label": record_label}
        wanted |= {"surveys_enabled": 1} if surveys else {}
        with GuardedProject(self._project, self._pause) as door:
            payload = {"token": door.token, "content": "project_settings", "format": "json", "returnFormat": "json"}
            try:
                taken = door._call_api({**payload, "data": json.dumps([wanted])}, "int")
            except Refused as error:
                return error.words or f"status {error.status}"
        return "" if str(taken) == str(len(wanted)) else f"REDCap took {taken} of {len(wanted)} settings"

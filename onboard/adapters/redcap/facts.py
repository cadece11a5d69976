"""Facts about a project, for `onboard check`.

Every part that cannot be read is described in words. API Export is enough for the first parts; repeating forms and users need
more rights, and their absence is not a mistake.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from onboard.adapters.redcap.answers import Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.source import dictionary, missing_codes, server_version
from onboard.adapters.redcap.survey import NOBODY, names_nobody, survey_link, why_no_link
from onboard.connecting.facts import ProjectFacts
from onboard.errors import ReadInDoubt
from onboard.model.mapping import Source

T = TypeVar("T")


def describe(
    project: RedcapProject, pause: Callable[[float], None] = time.sleep, *, hand_in: Source | None = None
) -> ProjectFacts:
    """Everything the token may know of its project. `hand_in`: where people hand evidence in, when that is in this project.

    Raises nothing for a server in trouble: it is in `troubles`.
    """
    troubles: list[str] = []
    with GuardedProject(project, pause) as door:
        try:
            version = server_version(door, project.name)
        except ReadInDoubt as error:
            # Banned, offline or refused: every further call would make it worse.
            return ProjectFacts(name=project.name, url=project.url, troubles=(str(error),))
        info = _part(lambda: _object(door.export_project_info()), "project settings", troubles) or {}
        fields = _part(lambda: tuple(dictionary(door, project.name)), "data dictionary", troubles)
        repeats = _part(lambda: _repeating(door), "list of repeating forms", troubles)
        users = _part(lambda: tuple(door.export_users()), "list of users and their rights", troubles)
        longitudinal = _flag(info, "is_longitudinal")
        events = (_part(lambda: _events(door), "events of the forms", troubles) or {}) if longitudinal else {}
        records = _part(lambda: _record_ids(door, fields), "list of records", troubles) if fields else None
        in_group = _part(lambda: _in_group(door), "next record's name", troubles)
        may_import = _part(lambda: _may_import(door), "right to import", troubles)
        no_link = _part(lambda: _no_survey_link(door, hand_in), "right to survey links", troubles) if hand_in else ""
    return ProjectFacts(
        name=project.name,
        url=project.url,
        version=version,
        title=_text(info, "project_title"),
        project_id=_text(info, "project_id"),
        in_production=_flag(info, "in_production"),
        is_longitudinal=longitudinal,
        repeats=_flag(info, "has_repeating_instruments_or_events"),
        missing_codes=missing_codes(info),
        repeating_forms=repeats,
        dictionary=fields,
        users=users,
        events=events,
        records=None if records is None else len(records),
        in_group=in_group,
        may_import=may_import,
        no_survey_link=no_link or "",
        troubles=tuple(troubles),
    )


def _part(read: Callable[[], T], what: str, troubles: list[str]) -> T | None:
    try:
        return read()
    except Refused as error:
        troubles.append(f"The {what} could not be read: {error.words or error.status}.")
    except ReadInDoubt as error:
        troubles.append(f"The {what} could not be read. {error}")
    return None


def _repeating(door: GuardedProject) -> tuple[str, ...]:
    """Return unique form names; a whole repeating event goes by its event's name."""
    try:
        rows = door.export_repeating_instruments_events()
    except Refused as error:
        # REDCap's way of saying that a project has none.
        if error.status == 400:
            return ()
        raise
    return tuple(dict.fromkeys(str(row.get("form_name") or row.get("event_name", "")) for row in rows))


def _events(door: GuardedProject) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in door.export_instrument_event_mappings():
        found.setdefault(str(row["form"]), []).append(str(row["unique_event_name"]))
    return {form: tuple(events) for form, events in found.items()}


def _record_ids(door: GuardedProject, fields: Sequence[Mapping[str, str]]) -> frozenset[str]:
    text = door.export_records(format_type="csv", fields=[fields[0]["field_name"]])
    return frozenset(line[0] for line in list(csv.reader(io.StringIO(text)))[1:] if line)


def _in_group(door: GuardedProject) -> bool:
    """The next record of a user in a data access group carries the group's number, as in 20-1."""
    return bool(re.fullmatch(r"\d+-\d+", str(door.generate_next_record_name()).strip()))


def _may_import(door: GuardedProject) -> bool:
    """Import nothing at all: only the right is answered for. No record is named, so none can change."""
    try:
        door.import_records([])
    except Refused as error:
        # Another complaint than about the right comes from a server that would have taken rows.
        return error.status != 403
    return True


def _no_survey_link(door: GuardedProject, hand_in: Source) -> str:
    """Ask for the link of a record that is not there: REDCap names the first thing that is wrong, and keeps no link."""
    try:
        survey_link(door, hand_in.instrument, hand_in.event, NOBODY, 1)
    except Refused as error:
        return "" if names_nobody(error) else why_no_link(error, hand_in.instrument)
    return ""


def _object(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _text(info: Mapping[str, Any], key: str) -> str | None:
    return str(info[key]) if key in info else None


def _flag(info: Mapping[str, Any], key: str) -> bool | None:
    return str(info[key]) == "1" if key in info else None

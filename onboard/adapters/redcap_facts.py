"""What a project says about itself, for `onboard check`. Decides nothing: every part that cannot be read is said in words.

API Export is enough for the first parts; repeating forms and users need more rights, and their absence is no mistake.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from onboard.adapters.redcap_answers import Refused
from onboard.adapters.redcap_project import GuardedProject, RedcapProject
from onboard.adapters.redcap_source import dictionary, server_version
from onboard.errors import ReadInDoubt

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """One project as far as its token may see it. None where a part could not be read; `troubles` says why."""

    name: str
    url: str
    version: str | None = None
    title: str | None = None
    project_id: str | None = None
    in_production: bool | None = None
    is_longitudinal: bool | None = None
    missing_codes: Mapping[str, str] = field(default_factory=dict)  # code -> meaning
    repeating_forms: tuple[str, ...] | None = None
    dictionary: tuple[Mapping[str, str], ...] | None = None
    users: tuple[Mapping[str, Any], ...] | None = None  # as REDCap sends them: username, api_export, forms_export ...
    troubles: tuple[str, ...] = ()


def describe(project: RedcapProject, pause: Callable[[float], None] = time.sleep) -> ProjectFacts:
    """Everything the token may know of its project. Raises nothing for a server in trouble: it is in `troubles`."""
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
    return ProjectFacts(
        name=project.name,
        url=project.url,
        version=version,
        title=_text(info, "project_title"),
        project_id=_text(info, "project_id"),
        in_production=_flag(info, "in_production"),
        is_longitudinal=_flag(info, "is_longitudinal"),
        missing_codes=_codes(str(info.get("missing_data_codes", ""))),
        repeating_forms=repeats,
        dictionary=fields,
        users=users,
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
    """Unique form names; a whole repeating event stands as its event's name."""
    try:
        rows = door.export_repeating_instruments_events()
    except Refused as error:
        # REDCap's way of saying that a project has none.
        if error.status == 400:
            return ()
        raise
    return tuple(dict.fromkeys(str(row.get("form_name") or row.get("event_name", "")) for row in rows))


def _object(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _text(info: Mapping[str, Any], key: str) -> str | None:
    return str(info[key]) if key in info else None


def _flag(info: Mapping[str, Any], key: str) -> bool | None:
    return str(info[key]) == "1" if key in info else None


def _codes(text: str) -> dict[str, str]:
    """``-99, Unknown | NA, Not applicable`` as code -> meaning."""
    pairs = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): meaning.strip() for code, _, meaning in pairs}
